"""WS-Discovery (OASIS 1.1 and the draft of April 2005) and the metadata of DPWS, as devices say them.

Read with expressions over bounded bytes, not with an XML parser, which entities of a stranger's could lead astray.
"""

from __future__ import annotations

import re
from html import unescape

from sniffer.model import limits
from sniffer.model.clues import Field, Heard, Said
from sniffer.protocols.clue_identifiers import gathered, host_name, spelt_address, url_host, uuid
from sniffer.protocols.clue_text import said, text

PREFIX = rb"(?:[A-Za-z_][\w.-]{0,15}:)?"
"""A name space's prefix, which everybody chooses as he likes."""

ACTION = re.compile(
    rb"<" + PREFIX + rb"Action\b[^<>]{0,200}>\s{0,80}[^<>\s]{1,200}/(?:Hello|ProbeMatches|ResolveMatches)\s{0,80}<"
)
"""What the message is; probes, and byes, say nothing of who sends them."""

MATCH = re.compile(rb"<" + PREFIX + rb"(?:ProbeMatch|ResolveMatch)\b")

ELEMENT = re.compile(rb"<" + PREFIX + rb"(Types|Scopes|XAddrs|Address)\b[^<>]{0,500}>([^<]{0,2000})<")

METADATA = re.compile(
    rb"<" + PREFIX + rb"(Manufacturer|ModelName|FriendlyName|SerialNumber|Computer)\b[^<>]{0,200}>([^<]{0,1024})<"
)
"""ThisModel and ThisDevice (DPWS 1.1, 5.1 and 5.2); ``Computer`` is of Windows (PNP-X): ``PC7/Workgroup:OFFICE``."""

FIELDS: dict[bytes, Field] = {
    b"Manufacturer": "vendor", b"ModelName": "model", b"FriendlyName": "comment", b"SerialNumber": "serial",
    b"Computer": "name",
}  # fmt: skip

TYPES = {
    "PrintDeviceType": ("wprt:PrintDeviceType", "printer"), "ScanDeviceType": ("wscn:ScanDeviceType", "scanner"),
    "Device": ("wsdp:Device", None), "Computer": ("pub:Computer", None),
    "NetworkVideoTransmitter": ("dn:NetworkVideoTransmitter", None),
}  # fmt: skip
"""Types by their names, with the prefixes that their makers give them, and the kind they make sure of: Samba says that
a NAS is a computer, and video recorders say that they are transmitters."""

SCOPES: dict[str, Field] = {"hardware": "model", "name": "comment", "location": "location"}
"""ONVIF Core Specification 7.3.2.2: ``onvif://www.onvif.org/hardware/DS-2CD2032-I``."""

SCOPE = re.compile(r"onvif://www\.onvif\.org/(hardware|name|location)/([^\s/]{1,200})", re.IGNORECASE)

ESCAPED = re.compile(r"%([0-9A-Fa-f]{2})")


def heard(message: bytes) -> tuple[Heard, ...]:
    """Return what a device says that joins or answers, for each address that it can be asked at."""
    message = message[: limits.DISCOVERY_BYTES]
    if not ACTION.search(message):
        return ()
    starts = [each.start() for each in MATCH.finditer(message)] or [0]
    parts = [message[start:end] for start, end in zip(starts, [*starts[1:], len(message)], strict=True)]
    told = [each for part in parts[: limits.CLUE_BOXES] for each in _endpoint(part, sole=len(parts) == 1)]
    return tuple(told)[: limits.CLUE_BOXES]


def _endpoint(part: bytes, *, sole: bool) -> tuple[Heard, ...]:
    """Return what is said of one endpoint; without an address it is the sender, if nobody else is spoken of."""
    told: list[Said] = []
    ips: list[str] = []
    for name, value in ELEMENT.findall(part):
        if name == b"Address":
            told += uuid(value)
        elif name == b"Types":
            told += _types(value)
        elif name == b"Scopes":
            told += _scopes(value)
        else:
            hosts = [url_host(each) or "" for each in value.split()[: limits.CLUE_BOXES]]
            ips += [ip for ip in map(spelt_address, hosts) if ip]
            told += [each for host in hosts for each in host_name(host)]
    told += metadata(part)
    return gathered(told, ips) if ips or sole else ()


def _types(value: bytes) -> list[Said]:
    told: list[Said] = []
    for word in value.split()[: limits.CLUES_SAID]:
        name = text(word)
        service, kind = TYPES.get(name.rpartition(":")[2], (name, None))
        told += said("service", service)
        told += [Said("kind", kind)] if kind else []
    return told


def _scopes(value: bytes) -> list[Said]:
    found = SCOPE.findall(value.decode("utf-8", "replace"))[: limits.CLUES_SAID]
    return [each for word, words in found for each in said(SCOPES[word.lower()], _unescaped(words))]


def _unescaped(words: str) -> bytes:
    """Return a scope's words without percent-encoding (RFC 3986 2.1)."""
    octets = ESCAPED.sub(lambda each: chr(int(each[1], 16)), words)
    return octets.encode("latin-1", "replace") if octets != words else words.encode()


def metadata(body: bytes) -> tuple[Said, ...]:
    """Return what a device's metadata say of it (DPWS 1.1, 5)."""
    told: list[Said] = []
    for name, value in METADATA.findall(body, 0, limits.DISCLOSED_BYTES):
        words = unescape(text(value))
        told += said(FIELDS[name], words.partition("/")[0] if name == b"Computer" else words)
    return tuple(told)[: limits.CLUES_SAID]
