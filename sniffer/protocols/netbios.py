"""NetBIOS over UDP (RFC 1002), and the browser's announcements in it ([MS-BRWS]): names that boxes have.

Who asks for a name says nothing of himself; who registers one, or answers for one, does.  Names of groups are nobody's.
"""

from __future__ import annotations

import re
import struct
from typing import NamedTuple

from sniffer.model import limits
from sniffer.model.clues import Heard, Said
from sniffer.protocols.clue_identifiers import address, gathered
from sniffer.protocols.clue_text import mac, said

HEADER = struct.Struct("!2x5H")
"""Flags; questions, answers, authorities, additional records (RFC 1002 4.2.1.1)."""

RECORD = struct.Struct("!HHIH")
"""Type, class, time to live, size (RFC 1002 4.2.1.3)."""

RESPONSE, OPERATION, ERROR = 0x8000, 0x7800, 0x000F
"""Bits of the flags (RFC 1002 4.2.1.1)."""

QUERY, REGISTRATIONS = 0, (5, 8, 9, 15)
"""Operations: registration, refresh (two numbers, since RFC 1002 4.2.4 has both), multi-homed registration
([MS-NBTE] 2.2.2)."""

NB, NBSTAT = 0x20, 0x21
"""RFC 1002 4.2.1.3."""

NAME = re.compile(rb"\x20([A-P]{32})(?:[\x01-\x1f][\w-]{1,31}){0,8}\x00")
"""A name in half-ASCII (RFC 1001 14.1), and the scope that it may have: labels whose lengths are no letters."""

OWNERS = (0x00, 0x20)
"""What the last octet of a box's own name says: workstation, server ([MS-NBTE] 2.2.1)."""

GROUP, NOT_HELD = 0x8000, 0x1800
"""Flags of a name: it is a group's; it is in conflict, or being given up (RFC 1002 4.2.18)."""

STATUS_NAME = struct.Struct("!15sBH")

DATAGRAM = struct.Struct("!BxH4sHHH")
"""Type, id, source address and port, length, offset (RFC 1002 4.4.1)."""

DIRECT, BROADCAST = 0x10, 0x12
"""Kinds of datagrams that carry something: direct to one, to a group, to all."""

SMB = struct.Struct("<4sB27xB22xHH")
"""A transaction's header: what it is, its words, and where of it the data stand ([MS-CIFS] 2.2.4.33.1)."""

TRANSACTION = (b"\xffSMB", 0x25, 17)
"""SMB_COM_TRANSACTION with the words that a mailslot has."""

MAILSLOT = b"\\MAILSLOT\\BROWSE\0"

HOST, DOMAIN, LOCAL_MASTER = 0x01, 0x0C, 0x0F
"""Announcements ([MS-BRWS] 2.2)."""

ANNOUNCEMENT = struct.Struct("<BBI16sBBI4x")
"""Code, count, period, name, version of the system, what it serves as ([MS-BRWS] 2.2.1)."""

CONTROLLER = 0x00000018
"""SV_TYPE_DOMAIN_CTRL and SV_TYPE_DOMAIN_BAKCTRL ([MS-BRWS] 2.2.1): surely a server.  All else is said by workstations,
printers and NAS alike."""

COMMENT_CHARACTERS = 43
"""[MS-BRWS] 2.2.1: 42 and the zero behind them."""


class _Name(NamedTuple):
    """A NetBIOS name and what it is for."""

    words: bytes
    suffix: int
    behind: int


def heard(message: bytes) -> tuple[Heard, ...]:
    """Return what a message of the name service says of who sent it, and of who has the addresses that it tells."""
    message = message[: limits.DISCOVERY_BYTES]
    if len(message) < HEADER.size:
        return ()
    flags, questions, *counts = HEADER.unpack_from(message)
    operation = (flags & OPERATION) >> 11
    responded = flags & (RESPONSE | ERROR) == RESPONSE
    if not any(counts) or (not responded and (flags & RESPONSE or operation not in REGISTRATIONS)):
        return ()
    asked = _name(message, HEADER.size) if questions else None
    place = asked.behind + 4 if asked else HEADER.size
    owner = asked if message[place : place + 1] >= b"\xc0" else _name(message, place)
    place = place + 2 if owner is asked else (owner.behind if owner else place)
    if owner is None or len(message) < place + RECORD.size:
        return ()
    kind, _, _, size = RECORD.unpack_from(message, place)
    data = message[place + RECORD.size : place + RECORD.size + size]
    if len(data) < size:
        return ()
    if kind == NBSTAT and responded:
        return gathered(_status(data))
    return _addresses(owner, data, own=not responded) if kind == NB else ()


def _addresses(owner: _Name, data: bytes, *, own: bool) -> tuple[Heard, ...]:
    """Return the name of each address that it is told to have; who registers a name has it himself."""
    if owner.suffix not in OWNERS or len(data) < 6:
        return ()
    entries = [data[place : place + 6] for place in range(0, len(data) - 5, 6)]
    found = (address(each[2:]) for each in entries if not each[0] & GROUP >> 8)
    ips = [ip for ip in found if ip]
    named = [*said("name", owner.words)]
    if data[0] & GROUP >> 8:
        return ()
    return (gathered(named) if own else ()) + (gathered(named, ips) if ips else ())


def _status(data: bytes) -> list[Said]:
    """Return a box's own names, and its card (RFC 1002 4.2.18)."""
    count = data[0] if data else 0
    told: list[Said] = []
    for place in range(1, 1 + STATUS_NAME.size * min(count, limits.NETBIOS_NAMES), STATUS_NAME.size):
        if place + STATUS_NAME.size > len(data):
            return told
        words, suffix, flags = STATUS_NAME.unpack_from(data, place)
        if suffix in OWNERS and not flags & (GROUP | NOT_HELD):
            told += said("name", words.rstrip(b" \0"))
    card = mac(data[1 + STATUS_NAME.size * count :][:6])
    return [*told, Said("mac", card)] if card else told


def _name(message: bytes, place: int) -> _Name | None:
    found = NAME.match(message, place)
    if not found:
        return None
    half = found[1]
    whole = bytes((high - 65 << 4) | low - 65 for high, low in zip(half[::2], half[1::2], strict=True))
    return _Name(whole[:15].rstrip(b" \0"), whole[15], found.end())


def heard_browser(message: bytes) -> tuple[Heard, ...]:
    """Return what an announcement says, which comes in a datagram of NetBIOS (port 138)."""
    message = message[: limits.DISCOVERY_BYTES]
    if len(message) < DATAGRAM.size or not DIRECT <= message[0] <= BROADCAST:
        return ()
    source = _name(message, DATAGRAM.size)
    target = _name(message, source.behind) if source else None
    said_there = _mailslot(message[target.behind :]) if target else b""
    if len(said_there) < ANNOUNCEMENT.size:
        return ()
    return gathered(_announced(said_there))


def _mailslot(message: bytes) -> bytes:
    """Return what is written to the browser's mailslot, nothing for any other transaction."""
    if len(message) < SMB.size or MAILSLOT not in message[SMB.size :]:
        return b""
    *sort, size, start = SMB.unpack_from(message)
    written = message[start : start + size]
    return written if tuple(sort) == TRANSACTION and len(written) == size else b""


def _announced(message: bytes) -> list[Said]:
    """Return what a host says, or a master browser on behalf of itself: a domain's is told by its comment."""
    code, _, _, name, major, minor, serves = ANNOUNCEMENT.unpack_from(message)
    words = message[ANNOUNCEMENT.size :][:COMMENT_CHARACTERS].partition(b"\0")[0]
    if code == DOMAIN:
        return [*said("name", words)]
    if code not in {HOST, LOCAL_MASTER}:
        return []
    told = [*said("name", name.partition(b"\0")[0]), *said("comment", words), *said("system", f"NT {major}.{minor}")]
    return [*told, Said("kind", "server")] if serves & CONTROLLER else told
