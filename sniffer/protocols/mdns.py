"""mDNS and DNS-SD (RFC 6762, 6763): hosts, what they offer, and what their TXT records say of them.

Apple's Bonjour Printing Specification 1.2.1 says what a printer's TXT record has; what a host offers is grouped by the
host that its SRV record names.  What is said goodbye to (TTL 0, RFC 6762 10.1) is not said.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from sniffer.model import limits
from sniffer.model.clues import Field, Heard, Said
from sniffer.protocols.clue_identifiers import UUID, address, gathered, host_name, macs, url_host, uuid
from sniffer.protocols.clue_text import said, text
from sniffer.protocols.dns_names import reverse, spelt
from sniffer.protocols.dns_records import AAAA, PTR, SRV, TXT, A, Labels, Message, Record

RESPONSE, SENSE = 0x8000, 0xF80F
"""The flags of a response without error, and the bits that tell it (RFC 6762 18.2, 18.3, 18.11)."""

TRANSPORTS = (b"_tcp", b"_udp")

KINDS = {
    "_ipp._tcp": "printer", "_ipps._tcp": "printer", "_printer._tcp": "printer", "_pdl-datastream._tcp": "printer",
    "_scanner._tcp": "scanner", "_uscan._tcp": "scanner", "_uscans._tcp": "scanner", "_axis-video._tcp": "camera",
}  # fmt: skip
"""What offers a service; files and web pages are offered by anything."""

DESCRIBED = {*KINDS, "_privet._tcp", "_smb._tcp", "_http._tcp", "_https._tcp", "_afpovertcp._tcp", "_device-info._tcp",
             "_rtsp._tcp"}  # fmt: skip
"""Services whose TXT record speaks of the box, and whose instance bears its name."""

FIELDS: dict[bytes, Field] = {
    b"ty": "model", b"product": "model", b"usb_mdl": "model", b"mdl": "model", b"model": "model",
    b"usb_mfg": "vendor", b"mfg": "vendor", b"vendor": "vendor", b"manufacturer": "vendor",
    b"note": "location", b"serialnumber": "serial", b"serial": "serial", b"sn": "serial",
    b"uuid": "uuid", b"mac": "mac", b"macaddress": "mac", b"mac_address": "mac", b"adminurl": "name",
}  # fmt: skip
"""What the keys of a TXT record say; their case does not matter (RFC 6763 6.4)."""

QUEUE = b"rp"
"""The key with the name of a queue (Bonjour Printing 9.2.2)."""

KEYS = {*FIELDS, QUEUE}

ICONS = ("macsamba", "xserve", "rackmac", "timecapsule", "airport")
"""Models that file servers of other makers claim, so that the Finder draws them nicely (Samba's ``fruit:model``)."""

SHARED = (b"printers/", b"classes/")
"""Where CUPS keeps the queues of printers that it shares: their TXT record speaks of another box (CUPS, ``rp``)."""


@dataclass(slots=True)
class _Announced:
    """A message's records, by what they are about; hosts in small letters, as names are compared (RFC 1035 2.3.3)."""

    addresses: dict[Labels, list[str]] = field(default_factory=dict)
    hosts: dict[Labels, Labels] = field(default_factory=dict)
    instances: dict[Labels, Labels | None] = field(default_factory=dict)
    texts: dict[Labels, dict[bytes, bytes]] = field(default_factory=dict)


def heard(message: bytes) -> tuple[Heard, ...]:
    """Return what a response says of each host: of whoever has its addresses, or of the sender where it tells none."""
    try:
        response = Message(message)
    except struct.error:
        return ()
    if response.flags & SENSE != RESPONSE:
        return ()
    announced = _Announced()
    for record in response.records():
        if record.seconds and record.kind in READERS:
            READERS[record.kind](announced, response, record)
    return tuple(_boxes(announced))[: limits.CLUE_BOXES]


def _boxes(announced: _Announced) -> Iterator[Heard]:
    """Give what is said of each host.  Of several only those with an address: the sender cannot be all of them."""
    sole = next(iter(announced.hosts)) if len(announced.hosts) == 1 else None
    told: dict[Labels | None, list[Said]] = {host: _named(name) for host, name in announced.hosts.items()}
    for instance, host in announced.instances.items():
        owner = host or sole
        if owner or not announced.hosts:
            told.setdefault(owner, []).extend(_offered(instance, announced.texts.get(instance)))
    for each, words in told.items():
        ips = announced.addresses.get(each, []) if each else []
        if ips or len(announced.hosts) <= 1:
            yield from gathered(words, ips)


def _named(host: Labels) -> list[Said]:
    """Return a host's name, unless it was made up for the moment, as browsers do (draft-ietf-mmusic-mdns-ice 3.1)."""
    name = spelt(host)
    return [] if UUID.fullmatch(text(name)) else [*said("name", name)]


def _offered(labels: Labels, pairs: dict[bytes, bytes] | None) -> list[Said]:
    """Return what the instance of a service says: which service it is, and what its TXT record tells."""
    place = max((place for place, each in enumerate(labels) if each.lower() in TRANSPORTS), default=0)
    if not place:
        return []
    service = _service(labels[place - 1], labels[place])
    told = [*said("service", service)]
    if service == "_workstation._tcp":
        return [*told, *macs(labels[0])]  # avahi: ``host [00:26:73:a1:b2:c3]``
    if service not in DESCRIBED or (pairs and pairs.get(QUEUE, b"").startswith(SHARED)):
        return told
    if place > 1:
        told += said("comment", b".".join(labels[: place - 1]))
    for key, value in (pairs or {}).items():
        told += _told(key, value)
    if pairs is not None and service in KINDS:
        told.append(Said("kind", KINDS[service]))
    return told


@lru_cache(limits.NAMES_CACHED)
def _service(name: bytes, transport: bytes) -> str:
    """Return a service's type, as an office's boxes offer the same few."""
    return text(name + b"." + transport).lower()


def _told(key: bytes, value: bytes) -> tuple[Said, ...]:
    """Return what a pair of a TXT record says."""
    what = FIELDS.get(key)
    if what is None:
        return ()
    if what == "uuid":
        return uuid(value)
    if what == "mac":
        return macs(value)
    if what == "name":
        return host_name(url_host(value) or "")
    if what == "model":
        words = value.strip()
        value = words[1:-1] if words[:1] == b"(" and words[-1:] == b")" else words
        return () if text(value).lower().startswith(ICONS) else said("model", value)
    return said(what, value)


def _address(announced: _Announced, response: Message, record: Record) -> None:
    host = _host(announced, record.name)
    ip = address(response.octets(record))
    if ip:
        announced.addresses.setdefault(host, []).append(ip)


def _server(announced: _Announced, response: Message, record: Record) -> None:
    """Behind priority and weight stands a port; 0 is a name kept from others, not a service (Bonjour Printing 7)."""
    target = response.target(record, 6)
    if target and response.octets(record)[4:6] != b"\0\0":
        announced.instances[record.name] = _host(announced, target)


def _text(announced: _Announced, response: Message, record: Record) -> None:
    """Of a key that stands there twice the first holds (RFC 6763 6.4)."""
    announced.instances.setdefault(record.name, None)
    pairs = announced.texts.setdefault(record.name, {})
    data, place = response.octets(record), 0
    while place < len(data):
        behind = place + 1 + data[place]
        key, _, value = data[place + 1 : behind].partition(b"=")
        key = key.lower()
        if key in KEYS:
            pairs.setdefault(key, value)
        place = behind


def _pointer(announced: _Announced, response: Message, record: Record) -> None:
    """A pointer is from a service to its instance, or from an address to its host."""
    target = response.target(record)
    ip = reverse(record.name)
    if ip and target:
        announced.addresses.setdefault(_host(announced, target), []).append(ip)
    elif target and not ip:
        announced.instances.setdefault(target, None)


def _host(announced: _Announced, name: Labels) -> Labels:
    """Return a host's key, remembering how it writes itself."""
    key = tuple(each.lower() for each in name)
    announced.hosts.setdefault(key, name)
    return key


READERS = {A: _address, AAAA: _address, SRV: _server, TXT: _text, PTR: _pointer}
