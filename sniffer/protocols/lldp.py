"""LLDP (IEEE 802.1AB-2016) and LLDP-MED's inventory (ANSI/TIA-1057): what a neighbour says that it is."""

from __future__ import annotations

from collections.abc import Iterator

from sniffer.model import limits
from sniffer.model.clues import Field, Heard, Said
from sniffer.protocols.clue_identifiers import address, gathered
from sniffer.protocols.clue_text import mac, said

CHASSIS, PORT, SECONDS, NAME, SYSTEM, CAPABILITIES, MANAGEMENT, OWN = 1, 2, 3, 5, 6, 7, 8, 127
"""IEEE 802.1AB-2016 table 8-1."""

CHASSIS_MAC, CHASSIS_ADDRESS = 4, 5
PORT_MAC, PORT_ADDRESS = 3, 4
"""IEEE 802.1AB-2016 tables 8-2 and 8-3."""

FAMILIES = {1: 4, 2: 16}
"""Sizes of addresses by their family (IANA address family numbers)."""

BRIDGE, ACCESS_POINT, ROUTER, TELEPHONE = 1 << 2, 1 << 3, 1 << 4, 1 << 5
"""IEEE 802.1AB-2016 table 8-4; what is enabled, not what could be."""

KINDS = ((TELEPHONE, "phone"), (ACCESS_POINT, "access-point"), (BRIDGE, "switch"))
"""Kinds in their order: a phone has a switch in it, and an access point bridges."""

MED = b"\x00\x12\xbb"
"""TIA's prefix (ANSI/TIA-1057 10.2)."""

INVENTORY: dict[int, Field] = {8: "serial", 9: "vendor", 10: "model", 11: "asset"}
"""ANSI/TIA-1057 10.2.6; revisions tell boxes apart by their age only."""


def heard(message: bytes) -> tuple[Heard, ...]:
    """Return what an LLDPDU says of who sent it, and his name once more for the address at which he is managed."""
    told: list[Said] = []
    ips: list[str] = []
    seconds = 0
    for place, (kind, value) in enumerate(_fields(message)):
        if (place == 0) != (kind == CHASSIS):
            return ()  # the first TLV, and that one only (IEEE 802.1AB-2016 8.2)
        if kind == SECONDS:
            seconds = int.from_bytes(value[:2], "big")
        elif kind == MANAGEMENT:
            ips += _address(value[1 : 1 + value[0]] if value else b"")
        else:
            told += _told(kind, value)
    if not seconds:  # who leaves says so (8.5.4)
        return ()
    names = [each for each in told if each.field == "name"]
    return gathered(told) + (gathered(names, ips) if ips else ())


def _fields(message: bytes) -> Iterator[tuple[int, bytes]]:
    """Give types and values, up to the end that is said or that is."""
    place, last = 0, min(len(message), limits.DISCOVERY_BYTES) - 2
    while place <= last:
        head = message[place] << 8 | message[place + 1]
        place += 2
        value = message[place : place + (head & 0x1FF)]
        if not head or len(value) < head & 0x1FF:
            return
        yield head >> 9, value
        place += len(value)


def _told(kind: int, value: bytes) -> tuple[Said, ...]:
    if kind == NAME:
        return said("name", value)
    if kind == SYSTEM:
        return said("system", value)
    if kind == CAPABILITIES:
        return _capable(int.from_bytes(value[2:4], "big"))
    if kind == OWN and value[:3] == MED and value[3:4] and value[3] in INVENTORY:
        return said(INVENTORY[value[3]], value[4:])
    if kind in {CHASSIS, PORT} and value:
        return _identified(kind, value[0], value[1:])
    return ()


def _identified(kind: int, sort: int, value: bytes) -> tuple[Said, ...]:
    """Return the card that a chassis or a port is called by; any other name is a port's alone."""
    if (kind, sort) in {(CHASSIS, CHASSIS_MAC), (PORT, PORT_MAC)}:
        card = mac(value)
        return (Said("mac", card),) if card else ()
    return said("port", value) if kind == PORT and sort != PORT_ADDRESS else ()


def _capable(enabled: int) -> tuple[Said, ...]:
    kind = next((kind for bit, kind in KINDS if enabled & bit), None)
    told = (Said("kind", kind),) if kind else ()
    return (*told, Said("forwards", "lldp")) if enabled & ROUTER else told


def _address(value: bytes) -> list[str]:
    """Return the address behind its family."""
    ip = address(value[1:]) if value and FAMILIES.get(value[0]) == len(value) - 1 else None
    return [ip] if ip else []
