"""SSDP (UPnP Device Architecture 2.0, 1): what a device says that it is, and the description that it points to."""

from __future__ import annotations

import re
from html import unescape

from sniffer.model import limits
from sniffer.model.clues import Field, Heard, Said
from sniffer.protocols.clue_identifiers import gathered, host_name, spelt_address, url_host, uuid
from sniffer.protocols.clue_text import said, text
from sniffer.protocols.header_fields import fields, parted

NOTIFY, ANSWER, SEARCH = b"NOTIFY ", b"HTTP/1.", b"M-SEARCH "

ALIVE = (b"ssdp:alive", b"ssdp:update")
"""UPnP Device Architecture 2.0, 1.2.2 and 1.2.4."""

TYPE = re.compile(r"urn:[\w.-]+:(?:device|service):[\w.-]+:\d+")
"""A device's or a service's type, of the UPnP Forum or of a maker (UPnP Device Architecture 2.0, 1.3.2)."""

KINDS = {
    "Printer": "printer", "Scanner": "scanner", "NetworkCamera": "camera", "DigitalSecurityCamera": "camera",
    "InternetGatewayDevice": "router", "WLANAccessPointDevice": "access-point",
}  # fmt: skip
"""Kinds by the names of device types; a MediaServer may be anything."""

ELEMENT = re.compile(
    rb"<(?:[A-Za-z]\w{0,15}:)?(deviceType|friendlyName|manufacturer|modelName|serialNumber|UDN)\s*>([^<]{0,1024})<"
)
"""Elements of a device's description (UPnP Device Architecture 2.0, 2.3).  Read without a parser, which entities of a
stranger's could lead astray."""

ELEMENTS: dict[bytes, Field] = {
    b"friendlyName": "comment", b"manufacturer": "vendor", b"modelName": "model", b"serialNumber": "serial",
}  # fmt: skip


def heard(message: bytes) -> tuple[Heard, ...]:
    """Return what an announcement or an answer says; of whoever has the address that its description is at.

    A search says nothing but which program searches.
    """
    head = parted(message[: limits.DISCOVERY_BYTES])[0]
    if not head.startswith((NOTIFY, ANSWER, SEARCH)):
        return ()
    found = fields(head)
    if head.startswith(SEARCH):
        return gathered([*said("agent", found.get(b"user-agent", b""))])
    if head.startswith(NOTIFY):
        return _announced(found, found.get(b"nt", b"")) if found.get(b"nts", b"").strip().lower() in ALIVE else ()
    return _announced(found, found[b"st"]) if head[8:13].strip() == b"200" and b"st" in found else ()


def _announced(found: dict[bytes, bytes], target: bytes) -> tuple[Heard, ...]:
    host = url_host(found.get(b"location", b"")) or ""
    ip = spelt_address(host)
    told = [*said("system", found.get(b"server", b"")), *uuid(found.get(b"usn", b""))]
    told += device_type(target)
    told += host_name(host)
    return gathered(told, [ip] if ip else [])


def device_type(raw: bytes) -> tuple[Said, ...]:
    """Return a type of device or service, with what that makes of its owner."""
    found = TYPE.search(text(raw))
    if not found:
        return ()
    _, _, sort, name, _ = found[0].split(":")
    kind = KINDS.get(name) if sort == "device" else None
    return (Said("service", found[0]), Said("kind", kind)) if kind else (Said("service", found[0]),)


def description(body: bytes) -> tuple[Said, ...]:
    """Return what a device's description says of it; of its inner devices nothing, they stand behind it."""
    elements: dict[bytes, bytes] = {}
    for name, value in ELEMENT.findall(body, 0, limits.DISCLOSED_BYTES):
        elements.setdefault(name, value)
    told: list[Said] = []
    for name, value in elements.items():
        if name == b"deviceType":
            told += device_type(value)
        elif name == b"UDN":
            told += uuid(value)
        else:
            told += said(ELEMENTS[name], unescape(text(value)))
    return tuple(told)
