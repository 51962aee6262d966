"""SNMP (RFC 1157, 3416): what an agent answers of itself.  Its community is passed over unread, and version 3 too.

A reader of BER (X.690) for just that; objects that speak of the box, not of one of its parts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from sniffer.model import limits
from sniffer.model.clues import Field, Heard, Said
from sniffer.protocols.clue_identifiers import gathered
from sniffer.protocols.clue_text import mac, said

SEQUENCE, INTEGER, OCTETS, OBJECT, RESPONSE = 0x30, 0x02, 0x04, 0x06, 0xA2
"""Tags (X.690 8, RFC 3416 3)."""

CONSTRUCTED = 0x20
"""The bit of a tag that says that its contents are parts again (X.690 8.1.2.5)."""

VERSIONS = (b"\0", b"\1")
"""SNMPv1 and SNMPv2c (RFC 1901 3)."""

MIB2 = b"\x2b\x06\x01\x02\x01"
"""1.3.6.1.2.1."""

SCALARS: dict[bytes, Field] = {
    b"\x01\x01\x00": "system",  # sysDescr (RFC 3418 2)
    b"\x01\x05\x00": "name",  # sysName
    b"\x01\x06\x00": "location",  # sysLocation
    b"\x21\x01\x01\x01\x00": "vendor",  # upsIdentManufacturer (RFC 1628)
    b"\x21\x01\x01\x02\x00": "model",  # upsIdentModel
    b"\x19\x03\x02\x01\x03\x01": "model",  # hrDeviceDescr.1 (RFC 2790 4.5)
    b"\x2f\x01\x01\x01\x01\x0b\x01": "serial",  # entPhysicalSerialNum.1, the chassis as a rule (RFC 6933 3.1)
    b"\x2f\x01\x01\x01\x01\x0d\x01": "model",  # entPhysicalModelName.1
}
"""Objects below MIB-2 with the instance that is the box itself."""

COLUMNS: dict[bytes, Field] = {
    b"\x02\x02\x01\x06": "mac",  # ifPhysAddress (RFC 2863 6)
    b"\x2b\x05\x01\x01\x10": "comment",  # prtGeneralPrinterName (RFC 3805 6)
    b"\x2b\x05\x01\x01\x11": "serial",  # prtGeneralSerialNumber
}
"""Objects below MIB-2 of which every instance is the box's."""

COLUMN = re.compile(b"|".join(map(re.escape, COLUMNS)))

KINDS = {b"\x2b\x05": "printer", b"\x21\x01": "ups"}
"""Objects that only one kind has: the Printer MIB, the UPS MIB."""

PART = re.compile(
    r"genuineintel|authenticamd|intel|amd\d|arm|processor|unknown|microsoft|network interface|software loop",
    re.IGNORECASE,
)
"""How computers describe their first part, which is a processor or a queue as often as not (RFC 2790 4.5)."""


def heard(message: bytes) -> tuple[Heard, ...]:
    """Return what a response says of who sent it."""
    inside = _value(message[: limits.DISCOVERY_BYTES], 0, SEQUENCE)
    version, place = _part(inside, 0, INTEGER)
    _, place = _part(inside, place, OCTETS)
    response = _value(inside, place, RESPONSE) if version in VERSIONS else b""
    _, place = _part(response, 0, INTEGER)
    error, place = _part(response, place, INTEGER)
    _, place = _part(response, place, INTEGER)
    if error.strip(b"\0") or not error:
        return ()
    told: list[Said] = []
    for name, value in _variables(_value(response, place, SEQUENCE)):
        told += _told(name, value)
    return gathered(told)


def _variables(listed: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Give names below MIB-2, and values that are octets."""
    place = 0
    for _ in range(limits.SNMP_VARIABLES):
        pair, place = _part(listed, place, SEQUENCE)
        if not pair:
            return
        name, behind = _part(pair, 0, OBJECT)
        value = _value(pair, behind, OCTETS)
        if value and name.startswith(MIB2):
            yield name[len(MIB2) :], value


def _told(name: bytes, value: bytes) -> list[Said]:
    column = COLUMN.match(name)
    what = COLUMNS[column[0]] if column else SCALARS.get(name)
    if what is None:
        return []
    if what == "mac":
        card = mac(value)
        return [Said("mac", card)] if card else []
    told = [*said(what, value)]
    if what == "model" and told and PART.match(told[0].value):
        return []
    kind = KINDS.get(name[:2])
    return [*told, Said("kind", kind)] if kind and told else told


def _value(data: bytes, place: int, tag: int) -> bytes:
    return _part(data, place, tag)[0]


def _part(data: bytes, place: int, tag: int) -> tuple[bytes, int]:
    """Return the contents of a part and the place behind it; nothing for another tag.

    Of what was cut only a part that has parts itself is given, as far as it goes: half a name is none.
    """
    if place + 1 >= len(data) or data[place] != tag:
        return b"", len(data)
    size, start = data[place + 1], place + 2
    if size & 0x80:  # so many octets of length follow (X.690 8.1.3.5)
        octets = size & 0x7F
        if not 1 <= octets <= 4:
            return b"", len(data)
        size, start = int.from_bytes(data[start : start + octets], "big"), start + octets
    whole = start + size <= len(data) or tag & CONSTRUCTED
    return (data[start : start + size], start + size) if whole else (b"", len(data))
