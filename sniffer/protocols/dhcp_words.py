"""What DHCPv4 and DHCPv6 say alike of a client: its identifiers, its vendor class, its name, its place at a switch."""

from __future__ import annotations

from sniffer.model import limits
from sniffer.model.clues import Field, Said
from sniffer.protocols.clue_text import mac, said

ETHERNET = 1
"""The hardware type of DHCP (RFC 2131 2: that of ARP, RFC 826), and of a DUID (RFC 8415 11.2)."""

DUID_LLT, DUID_LL = 1, 3
"""DUIDs that are made of a card's address, with and without the time (RFC 8415 11.2, 11.4)."""

DUID_CARD = {DUID_LLT: 8, DUID_LL: 4}
"""Where a card's address stands in a DUID of these types."""

ID_DUID = 255
"""The type of a DHCPv4 client identifier that holds an IAID of four octets and a DUID (RFC 4361 6.1)."""

LABEL_BYTES = 63
"""RFC 1035 2.3.4."""

PRINTER_FIELDS: dict[bytes, Field] = {b"mfg": "vendor", b"mod": "model", b"ser": "serial", b"loc": "location"}
"""What Xerox, Lexmark, Dell and HP write into their printers' vendor class: ``Mfg=Xerox;Typ=MFP;Mod=…;Ser=…;Loc=…``
(examples: rapid7/recog's dhcp_vendor_class.xml).  The case of the keys differs."""

PRINTER_TYPES = frozenset((b"mfp", b"aio", b"printer"))
"""What ``Typ`` says there."""

IN_HEX, IN_TEXT = 0, 1
"""How switches of Cisco, 3Com and HP frame what a circuit and a remote id hold: this, a length, and the value."""


def identifier(raw: bytes) -> tuple[Said, ...]:
    """Read a DHCPv4 client identifier (RFC 2132 9.14): in hex, with the card or the DUID that it is made of."""
    whole = _identity(raw, 1)
    if whole and raw[0] == ETHERNET and len(raw) == 7:
        return whole + _card(raw[1:])
    if whole and raw[0] == ID_DUID:
        return whole + duid(raw[5:])
    return whole


def duid(raw: bytes) -> tuple[Said, ...]:
    """Read a DUID (RFC 8415 11): in hex, with the card that it is made of, which may be any of the box."""
    whole = _identity(raw, 2)
    at = DUID_CARD.get(int.from_bytes(raw[:2], "big"))
    if whole and at and int.from_bytes(raw[2:4], "big") == ETHERNET:
        return whole + _card(raw[at:])
    return whole


def _identity(raw: bytes, behind: int) -> tuple[Said, ...]:
    """Return an identifier in hex: whole or not at all, since two that begin alike are not the same."""
    meant = any(raw[behind:]) and 2 * len(raw) <= limits.CLUE_CHARACTERS
    return (Said("client-id", raw.hex()),) if meant else ()


def _card(raw: bytes) -> tuple[Said, ...]:
    address = mac(raw)
    return (Said("mac", address),) if address else ()


def vendor_class(raw: bytes) -> tuple[Said, ...]:
    """Read a vendor class as sent, and what printers say in it of themselves."""
    whole = said("vendor-class", raw)
    if raw[:4].lower() != b"mfg=":
        return whole
    for part in raw.split(b";", limits.CLUES_SAID)[: limits.CLUES_SAID]:
        key, _, value = part.partition(b"=")
        key = key.strip().lower()
        if key == b"typ" and value.strip().lower() in PRINTER_TYPES:
            whole += (Said("kind", "printer"),)
        elif key in PRINTER_FIELDS:
            whole += said(PRINTER_FIELDS[key], value)
    return whole


def encoded_name(raw: bytes) -> tuple[Said, ...]:
    """Read a domain name in labels (RFC 1035 3.1), uncompressed, the last ones perhaps left out (RFC 4704 4.2)."""
    labels: list[bytes] = []
    place, last = 0, min(len(raw), limits.NAME_OCTETS)
    while place < last and raw[place]:
        size = raw[place]
        label = raw[place + 1 : place + 1 + size]
        if size > LABEL_BYTES or len(label) < size or b"." in label:
            return ()
        labels.append(label)
        place += 1 + size
    return said("name", b".".join(labels))


def port(circuit: bytes, remote: bytes, subscriber: bytes) -> tuple[Said, ...]:
    """Say where a relay or a switch heard the client: a circuit is one only of its ``remote``, the switch."""
    parts = ("circuit", circuit), ("remote", remote), ("subscriber", subscriber)
    return said("port", ", ".join(f"{part} {_legible(raw)}" for part, raw in parts if raw))


def _legible(raw: bytes) -> str:
    """Return what each maker writes as he likes: as text where it is text, as a card's address, or in hex."""
    if len(raw) > 2 and raw[0] in (IN_HEX, IN_TEXT) and raw[1] == len(raw) - 2:
        raw = raw[2:]
    if raw.isascii() and raw.decode("ascii").isprintable():
        return raw.decode("ascii")
    return raw.hex(":") if len(raw) == 6 else raw.hex()
