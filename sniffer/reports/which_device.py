"""Which device it is, told to a person: why we think so, what speaks against it, and in which frames that shows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from sniffer.knowledge.makers import known_as
from sniffer.knowledge.vendors import mac_kind, vendor
from sniffer.model.findings import Address, DeviceFinding, Evidence, Identity, Other
from sniffer.reports.moments import local_span
from sniffer.reports.personal import Mask

DOUBTS = frozenset(
    ("address-contested", "address-of-another", "name-of-another", "identity-conflict", "address-taken-over")
)
"""What speaks, or may seem to speak, against who a device is."""

SOURCE_WORDS: dict[str, str] = {
    "arp": "ARP", "arp-table": "ARP table", "browser": "NetBIOS browser", "cdp": "CDP", "dhcp": "DHCP",
    "dhcpv6": "DHCPv6", "dns": "DNS", "ethernet": "Ethernet", "http": "HTTP", "inventory-list": "inventory", "ip": "IP",
    "leases": "DHCP leases", "lldp": "LLDP", "llmnr": "LLMNR", "mac-table": "switch table", "mail": "its mails",
    "mdns": "mDNS", "nat-log": "NAT log", "nbns": "NetBIOS", "nd": "IPv6 neighbour discovery", "ntlm": "NTLM",
    "smtp": "SMTP", "snmp": "SNMP", "ssdp": "SSDP", "tcp": "TCP", "vrrp": "VRRP", "ws-discovery": "WS-Discovery",
}  # fmt: skip

FIELD_WORDS: dict[tuple[str, str], str] = {
    ("ethernet", "source"): "frames from",
    ("ip", "source"): "sessions from",
    ("smtp", "ehlo"): "EHLO",
    ("smtp", "agent"): "speaks like",
    ("mail", "on-behalf-of"): "passed on for",
}

KIND_WORDS = {"random": "made up by the device", "virtual": "of a virtual machine, or shared"}
"""What a card's address is if it is not its maker's."""

OWN_SPEECH = frozenset(("ethernet", "ip", "smtp", "mail"))
"""Sources that are the sessions themselves: what they say is among the grounds."""

SAYINGS = 4
"""Sources shown that say what a device is; all stand below, under what was seen."""

ADDRESSES = 4
"""Addresses shown with their times."""


def who(device: DeviceFinding, mask: Mask) -> str:
    """Return what a device is, in the order in which people say it; its address where no more is known."""
    made = " ".join(part for part in (device.vendor, mask.text(device.model)) if part)
    name = mask.redact.host(device.name)
    called = " ".join(part for part in (made, f'"{name}"' if name else "") if part)
    serial = f"serial number {device.serial}" if device.serial else None
    owner = f"owner {mask.redact.user(device.owner)}" if device.owner else None
    parts = (called, device.kind, mask.redact.place(device.location), serial, owner)
    return ", ".join(part for part in parts if part) or "nothing"


def grounds(device: DeviceFinding, mask: Mask) -> Iterator[str]:
    """Give which device it is, why, what speaks against it, and where it is not known what would settle it."""
    identity = device.identity
    if identity.band == "unknown":
        yield f"Not known; what is said of its address: {who(device, mask)}"
    else:
        yield f"{identity.band.capitalize()}: {who(device, mask)}"
    yield from map(_card, dict.fromkeys(each.mac for each in device.interfaces))
    yield from map(_address, device.addresses[:ADDRESSES])
    yield from _way(device, mask)
    if identity.grounds:
        yield "Because"
        yield from (f"• {mask.prose(each)}{_at(each, device.evidence)}" for each in identity.grounds)
        yield from (f"• {each}" for each in _sayings(device, mask))
    noted = (*device.findings, *device.anomalies)
    against = [*_rivals(identity, mask), *(each.text for each in noted if each.code in DOUBTS)]
    if against:
        yield "Against"
        yield from (f"• {mask.prose(each)}" for each in against)
    elif identity.grounds:
        yield "Against: nothing that was seen"
    if identity.settles:
        yield f"What would settle which device it is: {identity.settles}"


def _card(mac: str) -> str:
    maker = vendor(mac)
    about = KIND_WORDS.get(mac_kind(mac)) or (maker and (known_as(maker) or maker))
    return f"MAC {mac}{f' ({about})' if about else ''}"


def _address(address: Address) -> str:
    source = "" if address.source == "smtp" else f", by {SOURCE_WORDS.get(address.source, address.source)}"
    return f"{address.ip}, {local_span(address.first_seen, address.last_seen)}{source}"


def _way(device: DeviceFinding, mask: Mask) -> Iterator[str]:
    """Say what stood between the device and the capture point."""
    ways = [each for each in device.identity.others if each.device in device.identity.via]
    if not ways:
        return
    routers = ", ".join(other_words(each, mask) for each in ways)
    near = any(each.source == "ethernet" for each in device.evidence)
    yield f"Also seen behind {routers}" if near else f"Not seen on its own link: its frames came through {routers}"


def other_words(other: Other, mask: Mask) -> str:
    """Return what is known of another device."""
    maker = other.vendor or (vendor(other.mac) if other.mac else None)
    made = " ".join(part for part in (maker, other.model) if part)
    name = mask.redact.host(other.name)
    parts = (made, f'"{name}"' if name else "", other.mac or other.ip)
    return " ".join(part for part in parts if part)


def _rivals(identity: Identity, mask: Mask) -> Iterator[str]:
    others = {each.device: each for each in identity.others}
    for each in identity.rivals:
        known = others.get(each.label)
        yield f"it may be {other_words(known, mask) if known else each.label} ({each.probability:.0%})"


def _at(ground: str, evidence: Iterable[Evidence]) -> str:
    """Return where a ground shows: the frame of the clue that it repeats."""
    for each in evidence:
        repeats = each.value in ground and _told_by(each) in ground
        if repeats and each.frame is not None:
            return _reference(each)
    return ""


def _sayings(device: DeviceFinding, mask: Mask) -> Iterator[str]:
    """Give who says of the device what it is shown as: the strongest sources first."""
    told = {"name": device.name, "model": device.model, "location": device.location, "serial": device.serial}
    groups = groupby(_ordered(clue for clue in device.evidence if clue.source not in OWN_SPEECH), key=_place)
    sayings: dict[str, str] = {}
    for _, group in groups:
        says = [each for each in group if _same(each.value, told.get(each.field))]
        if says and len(sayings) < SAYINGS:
            values = {each.field: mask.value(each) for each in reversed(says)}
            words = ", ".join(f"{each.replace('-', ' ')} {value}" for each, value in sorted(values.items()))
            sayings.setdefault(f"{_says(says[0].source)} {words}", _reference(says[0]))
    yield from (f"{words}{reference}" for words, reference in sayings.items())


def _says(source: str) -> str:
    return f"{SOURCE_WORDS.get(source, source)} {'say' if source == 'leases' else 'says'}"


def _same(value: str, told: str | None) -> bool:
    """Say whether a clue tells what is shown; a model with its maker's name is the same model."""
    return told is not None and value.casefold().endswith(told.casefold())


def _reference(clue: Evidence) -> str:
    if clue.line is not None:
        return f" [{clue.file}, line {clue.line:,}]"
    return "" if clue.frame is None else f" [frame {clue.frame}]"


def _told_by(clue: Evidence) -> str:
    """Return the words by which a ground names the source of a clue."""
    if clue.source == "ethernet":
        return "frames came from"
    if clue.source == "smtp":
        return "EHLO" if clue.field == "ehlo" else "\0"
    return f"({clue.source.upper()})"


def files(device: DeviceFinding) -> set[str]:
    """Return the captures that a device was seen in."""
    return {each.file for each in device.evidence if each.file and each.line is None}


def seen(device: DeviceFinding, mask: Mask) -> Iterator[str]:
    """Give what was seen of a device: what one frame or line says together, the strongest first."""
    one_file = len(files(device)) == 1
    for _, group in groupby(_ordered(device.evidence), key=_place):
        clues = list(group)
        yield f"{_heading(clues)}{_where(clues[0], named=not one_file)}"
        yield "  " + "; ".join(f"{_field(each)} {mask.value(each)}" for each in clues)


def _ordered(evidence: Iterable[Evidence]) -> list[Evidence]:
    """Return clues in their order, but those of one place together."""
    clues = list(evidence)
    order = {key: number for number, key in enumerate(dict.fromkeys(map(_place, clues)))}
    return sorted(clues, key=lambda each: order[_place(each)])


def _place(clue: Evidence) -> tuple[object, ...]:
    """Return where a clue was seen: what stands in one frame, or one line, is told together."""
    habit = clue.source == "smtp" and clue.field == "agent"
    where = clue.frame or (clue.first_seen, clue.last_seen)
    return clue.source, clue.measured, habit, clue.file, clue.line, where


def _heading(clues: list[Evidence]) -> str:
    first = clues[0]
    basis = "written down" if first.line is not None else "measured" if first.measured else "its own claim"
    basis = "by its habits" if first.field == "agent" and first.source == "smtp" else basis
    count = max(each.count for each in clues)
    often = "once" if count == 1 else f"{count:,} times"
    span = local_span(min(each.first_seen for each in clues), max(each.last_seen for each in clues))
    return f"{SOURCE_WORDS.get(first.source, first.source)}, {basis}, {often}, {span}"


def _field(clue: Evidence) -> str:
    return FIELD_WORDS.get((clue.source, clue.field), clue.field.replace("-", " "))


def _where(clue: Evidence, *, named: bool) -> str:
    """Return where a clue was seen first: a frame's number as Wireshark counts, or a table's line."""
    if clue.line is not None:
        return f"; {clue.file}, line {clue.line:,}"
    file = f"; {clue.file}" if named and clue.file else ""
    return file if clue.frame is None else f"{file}{',' if file else ';'} frame {clue.frame}"
