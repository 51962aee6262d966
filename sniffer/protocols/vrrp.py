"""VRRP (IP protocol 112; version 3: RFC 9568, version 2: RFC 3768): who forwards, and the addresses that wander.

CARP has the same protocol number and begins alike (a version 2 with seven "addresses") but has 36 octets, 8 less
than VRRP of that shape: only what is there whole, authentication included, is read.
"""

from __future__ import annotations

import struct

from sniffer.model import limits
from sniffer.model.clues import Heard, Said
from sniffer.protocols.clue_addresses import ipv4, ipv6

HEADER = struct.Struct("!BBBB4x")
"""Version and type, virtual router, priority, count of addresses."""

VERSION_2, VERSION_3 = 0x21, 0x31
"""An advertisement, the only type of message there is (RFC 9568 5.2.2)."""

AUTHENTICATION = 8
"""Octets at the end of version 2, used or not (RFC 3768 5.3.10)."""

FORWARDS = (Said("forwards", "vrrp"),)


def heard(message: bytes, source: str = "") -> tuple[Heard, ...]:
    """Return the sender and each virtual address; ``source`` is the sender's and tells IPv6 from IPv4."""
    if len(message) < HEADER.size:
        return ()
    version, _, _, count = HEADER.unpack_from(message)
    six = ":" in source
    size = 16 if six else 4
    end = HEADER.size + size * count
    if version == VERSION_2 and not six:
        whole = len(message) >= end + AUTHENTICATION
    else:
        whole = version == VERSION_3 and len(message) >= end
    if not whole or not count:
        return ()
    read = ipv6 if six else ipv4
    places = range(HEADER.size, end, size)[: limits.ADDRESSES_SAID]
    addresses = (read(message[at : at + size]) for at in places)
    return (Heard(FORWARDS), *(Heard(FORWARDS, ip=each) for each in addresses if each))
