"""Addresses as messages have them, to the text that clues and claims hold; those that no box can have are none."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv6Address

from sniffer.model import limits

LOOPBACK, MULTICAST = 127, 224
"""The first octet of IPv4's loopback network (RFC 1122 3.2.1.3), and of all from multicast on (RFC 1112 4)."""

UNSPECIFIED_6, LOOPBACK_6 = bytes(16), bytes(15) + b"\1"
"""RFC 4291 2.5.2, 2.5.3."""

MULTICAST_6 = 0xFF
"""The first octet of IPv6's multicast addresses (RFC 4291 2.7)."""

MAPPED = bytes(10) + b"\xff\xff"
"""The beginning of an IPv4 address in IPv6's clothes, which no wire carries (RFC 4291 2.5.5.2)."""


def ipv4(raw: bytes) -> str | None:
    """Return the address of four octets, None for one that no single host can have."""
    if len(raw) != 4 or not 0 < raw[0] < MULTICAST or raw[0] == LOOPBACK:
        return None
    return f"{raw[0]}.{raw[1]}.{raw[2]}.{raw[3]}"


@lru_cache(limits.ADDRESSES_CACHED)
def ipv6(raw: bytes) -> str | None:
    """Return the address of sixteen octets (RFC 5952), None for one that no single host can have."""
    if len(raw) != 16 or raw[0] == MULTICAST_6 or raw in (UNSPECIFIED_6, LOOPBACK_6) or raw.startswith(MAPPED):
        return None
    return str(IPv6Address(raw))
