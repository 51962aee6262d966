"""Addresses, cards and tags as facts write them."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv6Address

from sniffer.model import limits
from sniffer.model.packets import NO_MAC, NO_VLAN

INITIAL_HOPS = frozenset((32, 64, 128, 255))
"""Hop counts with which systems send (RFC 1700: 64; Windows 128; many devices 255): none was taken off."""

MAPPED = bytes(10) + b"\xff\xff"
"""How an IPv4 address begins in its IPv6-mapped form (RFC 4291 2.5.5.2)."""


@lru_cache(limits.ADDRESSES_REMEMBERED)
def ip_text(address: bytes | int) -> str:
    """Return the text of an address, of 16 or 4 octets or an IPv4 address's number; empty where there is none.

    One that is mapped is IPv4, as it is on the wire.
    """
    if isinstance(address, int):
        address = address.to_bytes(4, "big")
    octets = address.removeprefix(MAPPED)
    if len(octets) == 4:
        return ".".join(map(str, octets))  # a tenth of what ipaddress takes: floods have many
    return str(IPv6Address(octets)) if any(octets) else ""


@lru_cache(limits.ADDRESSES_REMEMBERED)
def mac_text(number: int) -> str | None:
    """Return a card's address; groups and zero are nobody's."""
    if number in (NO_MAC, 0) or number >> 40 & 1:
        return None
    return number.to_bytes(6, "big").hex(":")


def vlan_tags(*columns: int) -> tuple[int, ...]:
    """Return the tags of a frame, outermost first."""
    return tuple(tag for tag in columns if tag != NO_VLAN)
