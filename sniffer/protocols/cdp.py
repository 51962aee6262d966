"""CDP, Cisco's discovery protocol, behind its SNAP header (Cisco, "Cisco Discovery Protocol", frame format)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sniffer.model import limits
from sniffer.model.clues import Field, Heard, Said
from sniffer.protocols.clue_identifiers import address, gathered
from sniffer.protocols.clue_text import said, text

HEADER_BYTES, VERSIONS = 4, (1, 2)
"""Version, time to live, checksum; the checksum is not looked at, captures of what a card sends have none."""

ADDRESSES, CAPABILITIES, MANAGEMENT = 0x0002, 0x0004, 0x0016

FIELDS: dict[int, Field] = {0x0001: "name", 0x0003: "port", 0x0005: "system", 0x0006: "model", 0x0014: "name"}
"""Device ID, port ID, version, platform, system name."""

NUMBERED = re.compile(r"([\w.-]+)\(([A-Z]{3}[0-9A-Z]{8})\)|([A-Z]{3}[0-9A-Z]{8})\(([\w.-]+)\)")
"""A device ID of NX-OS, the name with Cisco's serial number behind it; and of CatOS, the other way round."""

ROUTER, SWITCH, PHONE = 0x01, 0x08, 0x80

PROTOCOLS = {b"\xcc": 4, b"\xaa\xaa\x03\x00\x00\x00\x86\xdd": 16}
"""IPv4 by its NLPID, IPv6 by its SNAP header, and the sizes of their addresses."""


def heard(message: bytes) -> tuple[Heard, ...]:
    """Return what a message says of who sent it, and his name once more for the addresses that he tells."""
    if len(message) < HEADER_BYTES or message[0] not in VERSIONS or not message[1]:
        return ()
    told: list[Said] = []
    ips: list[str] = []
    capable = 0
    for kind, value in _fields(message):
        if kind in FIELDS:
            told += _named(text(value)) if FIELDS[kind] == "name" else said(FIELDS[kind], value)
        elif kind in {ADDRESSES, MANAGEMENT}:
            ips += _addresses(value)
        elif kind == CAPABILITIES:
            capable = int.from_bytes(value[:4], "big")
    told += _capable(capable, told)
    names = [each for each in told if each.field == "name"]
    return gathered(told) + (gathered(names, ips) if ips else ())


def _named(device: str) -> tuple[Said, ...]:
    """Return a device's name, and its serial number where that stands there too."""
    found = NUMBERED.fullmatch(device)
    if not found:
        return said("name", device)
    return (Said("name", found[1] or found[4]), Said("serial", found[2] or found[3]))


def _fields(message: bytes) -> Iterator[tuple[int, bytes]]:
    """Give types and values; a length counts type and length too."""
    place, last = HEADER_BYTES, min(len(message), limits.DISCOVERY_BYTES) - 4
    while place <= last:
        kind, size = int.from_bytes(message[place : place + 2], "big"), message[place + 2] << 8 | message[place + 3]
        if size < 4 or place + size > len(message):
            return
        yield kind, message[place + 4 : place + size]
        place += size


def _addresses(value: bytes) -> list[str]:
    """Return the addresses of a list; each comes behind its protocol's name."""
    found: list[str] = []
    place = 4
    for _ in range(min(int.from_bytes(value[:4], "big"), limits.CLUE_BOXES)):
        size = value[place + 1] if place + 1 < len(value) else len(value)
        protocol = value[place + 2 : place + 2 + size]
        place += 2 + size
        size = int.from_bytes(value[place : place + 2], "big")
        ip = address(value[place + 2 : place + 2 + size]) if PROTOCOLS.get(protocol) == size else None
        found += [ip] if ip else []
        place += 2 + size
    return found


def _capable(bits: int, told: list[Said]) -> list[Said]:
    """Return what a box does; a hypervisor's switch is one inside it (VMware's says that it is one)."""
    inside = any(each.field == "model" and each.value.startswith("VMware") for each in told)
    kind = "phone" if bits & PHONE else "switch" if bits & SWITCH and not inside else None
    kind = kind or ("router" if bits & ROUTER and not inside else None)
    return ([Said("kind", kind)] if kind else []) + ([Said("forwards", "cdp")] if bits & ROUTER else [])
