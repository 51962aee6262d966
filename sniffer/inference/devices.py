"""What all sessions of a device together mean, and what it is.

Which device a session belongs to, ``inference.identity`` has said.
"""

from __future__ import annotations

import hashlib
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import cast

from msgspec.structs import replace

from sniffer.inference.around import Takeovers, bindings, held_until, other
from sniffer.inference.identity import Box, Owners, Seen, describe
from sniffer.inference.identity.domains import domain_name, domain_of
from sniffer.inference.identity.evidence import merged
from sniffer.inference.identity.names import telling
from sniffer.inference.identity.owners import address_key
from sniffer.inference.identity.scores import MOST, band, probability
from sniffer.inference.quality import Seeing
from sniffer.inference.relays import Relays
from sniffer.inference.senders import Run, note_run, senders_at_least
from sniffer.inference.verdicts import ServiceLedger
from sniffer.knowledge.catalogue import Catalogue
from sniffer.knowledge.vendors import mac_kind
from sniffer.model import limits
from sniffer.model.clues import ClueFact, Field, Source
from sniffer.model.events import Anomaly
from sniffer.model.facts import SessionFact
from sniffer.model.findings import (
    VERDICTS,
    Address,
    Attribution,
    DeviceFinding,
    Evidence,
    Identity,
    Interface,
    Rival,
    Scope,
    ServiceFinding,
    SessionFinding,
)

WEIGHT_CARD, WEIGHT_NAME, WEIGHT_ADDRESS, WEIGHT_STACK = 0.8, 0.6, 0.3, 0.2
"""How much a card on our link, an EHLO name, a mere address, and the program that it mails with say about which device
it is.  Set by hand, so they are shown as bands only."""


SITE_TABLES = "site tables"
"""The domain of addresses that only the site's own tables tell of."""

RECEIVED = "received-from"
"""The rule of marks that say who handed a mail to the client (RFC 5321 4.4)."""

DOUBTS: dict[str, str] = {
    "address-contested": "another card claimed its address, too, or was given it",
    "address-of-another": "its frames came from one card while another had the address",
    "name-of-another": "it calls itself by a factory name that is made of another card's address",
}
"""Anomalies of who a device is, in words."""


def device_id(key: str) -> str:
    """Return an id that says nothing and is the same in every run over the same data."""
    return "d-" + hashlib.blake2s(key.encode(), digest_size=6).hexdigest()


def sensor_of(fact: SessionFact) -> str:
    """Return the sensor that saw a session first."""
    return fact.observations[0].sensor


@dataclass(slots=True)
class _Seen:
    """Something seen of a device over an interval."""

    first: int
    last: int
    count: int = 0
    file: str | None = None

    def add(self, fact: SessionFact) -> None:
        self.first, self.last = min(self.first, fact.start), max(self.last, fact.start)
        self.count += 1


@dataclass(slots=True)
class _Device:
    """Folds the sessions of one device, given oldest first."""

    scope: Scope
    owner: Attribution
    sensor: str
    services: dict[str, ServiceLedger] = field(default_factory=dict)
    addresses: dict[tuple[str, str], _Seen] = field(default_factory=dict)
    names: dict[tuple[str, str], _Seen] = field(default_factory=dict)
    runs: list[Run] = field(default_factory=list)
    marks: dict[tuple[str, str], _Seen] = field(default_factory=dict)
    behalf: dict[tuple[str, str], _Seen] = field(default_factory=dict)
    programs: dict[tuple[str, str], _Seen] = field(default_factory=dict)
    cards: _Seen | None = None
    least: float = 1.0
    grounds: dict[str, str] = field(default_factory=dict)
    via: dict[str, None] = field(default_factory=dict)
    rivals: dict[str, None] = field(default_factory=dict)
    doubts: dict[str, None] = field(default_factory=dict)
    settles: str | None = None
    findings: dict[str, Anomaly] = field(default_factory=dict)
    anomalies: dict[str, Anomaly] = field(default_factory=dict)
    seeing: Seeing = field(default_factory=Seeing)
    noted: Attribution | None = None
    told: tuple[Anomaly, ...] = ()

    def add(self, finding: SessionFinding, ledger: ServiceLedger, owner: Attribution) -> None:
        fact = finding.fact
        ledger.add(finding)
        _see(self.addresses, (owner.inside or fact.client_ip, domain_name(domain_of(fact))), fact)
        for source, name in (("smtp", fact.helo), ("ntlm", fact.workstation)):
            if name:
                _see(self.names, (source, name), fact)
        _note_marks(self, fact)
        note_run(self.runs, fact)
        self.seeing.add(fact.quality)
        if owner is not self.noted:
            self._note_owner(owner)
        if owner.card and fact.on_link and fact.client_mac == owner.card:
            self.cards = self.cards or _Seen(fact.start, fact.start, 0, fact.observations[0].file)
            self.cards.add(fact)
        if finding.findings != self.told:
            self.findings |= {each.code: each for each in finding.findings}
            self.told = finding.findings
        if fact.speech.anomalies:
            self.anomalies |= {each.code: each for each in fact.speech.anomalies}

    def _note_owner(self, owner: Attribution) -> None:
        """Take why sessions are this device's, if not noted yet; the least sure is how sure the device is."""
        self.noted = owner
        self.least = min(self.least, probability(owner))
        self.grounds = {ground.kind: ground.words for ground in owner.grounds} | self.grounds
        self.settles = self.settles or owner.settles
        for kept, more in ((self.via, owner.via), (self.rivals, owner.rivals), (self.doubts, owner.doubts)):
            if len(kept) < limits.DEVICE_NAMES:
                kept.update(dict.fromkeys(more))


def _note_marks(device: _Device, fact: SessionFact) -> None:
    """Take the marks of mails; those of a mail that was passed on are its author's, and tell for whom it was."""
    marks = fact.witness.marks if fact.witness else ()
    passed_on = any(mark.rule == RECEIVED for mark in marks)
    for mark in marks:
        if passed_on and mark.rule == RECEIVED:
            _see(device.behalf, (mark.field, mark.value), fact)
        elif not passed_on:
            _see(device.marks, (mark.field, mark.value), fact)


def _see(table: dict[tuple[str, str], _Seen], key: tuple[str, str], fact: SessionFact) -> None:
    seen = table.get(key)
    if seen is None:
        if len(table) >= limits.DEVICE_NAMES:
            return
        seen = table[key] = _Seen(fact.start, fact.start, 0, fact.observations[0].file)
    seen.add(fact)


class DeviceLedger:
    """Folds all sessions into devices; ``ends`` is the end of the data, in microseconds.

    Sessions must come oldest first.  ``relays`` are the addresses of our side that take mail and send mail on.
    ``overflow`` counts sessions of remote hosts beyond ``limits.DEVICES``.
    """

    def __init__(self, owners: Owners, ends: int, catalogue: Catalogue, relays: Iterable[tuple[str, str]] = ()) -> None:
        self._owners = owners
        self._ends = ends
        self._catalogue = catalogue
        self._program = lru_cache(limits.TEXTS_REMEMBERED)(catalogue.client_program)
        self._takeovers = Takeovers(owners)
        self._other = lru_cache(limits.BOXES_REMEMBERED)(lambda device, key: other(owners, device, key))
        self._relays = Relays(relays, {row.code for row in catalogue.services if row.affected})
        self._devices: dict[str, _Device] = {}
        self._named: dict[str, list[Run]] = {}
        self.overflow = 0

    def add(self, finding: SessionFinding) -> None:
        """Take one session."""
        device = self._devices.get(finding.device)
        owner = finding.owner or self._owners.attribution(finding.fact)
        if device is None:
            if len(self._devices) >= limits.DEVICES and finding.scope == "remote":
                self.overflow += 1
                return
            device = self._devices[finding.device] = _Device(finding.scope, owner, sensor_of(finding.fact))
        if finding.scope == "local":
            device.scope = "local"
        ledger = device.services.get(finding.service)
        if ledger is None:
            ledger = device.services[finding.service] = ServiceLedger(finding.service, self._ends, self._catalogue)
        device.add(finding, ledger, owner)
        program = self._program(finding.fact.witness.traits) if finding.fact.witness else None
        if program:
            _see(device.programs, ("agent", program.name), finding.fact)
        if owner.card and owner.via:
            note_run(self._named.setdefault(device_id(address_key(finding.fact)), []), finding.fact)
        self._relays.add(finding)

    def devices(self) -> list[DeviceFinding]:
        """Return all devices, the most urgent verdict first, then by id."""
        found = {key: self._finding(key, device) for key, device in self._devices.items()}
        joined = self._relays.join(found)
        return sorted(joined, key=lambda device: (VERDICTS.index(device.verdict), device.device))

    def _finding(self, key: str, device: _Device) -> DeviceFinding:
        cards = self._owners.joins.cards(device.owner.key) if device.owner.card else ()
        forwards = any(map(self._owners.gateways.forwards, cards))
        runs = [*device.runs, *self._named.get(key, ())]
        senders = 1 if cards and not forwards else senders_at_least(runs)
        services = tuple(ledger.finding(shared=senders > 1) for _, ledger in sorted(device.services.items()))
        telling_service = min(services, key=_urgency)
        box = self._box(device, cards, shared=senders > 1)
        translated = self._translated(device) if cards else {}
        return DeviceFinding(
            device=key,
            scope=device.scope,
            verdict=telling_service.verdict,
            band=telling_service.band,
            state=telling_service.state,
            reason=telling_service.reason,
            name=box.name,
            vendor=box.vendor,
            model=box.model,
            kind=box.kind,
            location=box.location,
            serial=box.serial,
            owner=box.owner,
            identity=self._identity(device, box, translated),
            interfaces=_interfaces(device, cards),
            addresses=tuple(self._addresses(device, cards, translated)),
            services=services,
            findings=(*device.findings.values(), *self._taken_over(device, cards)),
            anomalies=(*device.anomalies.values(), *_doubts(device), *box.doubts, *device.seeing.anomalies()),
            evidence=merged(_evidence(device, box, self._bound(cards))),
            role="nat" if senders > 1 else "relay" if device.behalf else "router" if forwards else "client",
            senders_at_least=senders,
        )

    def _addresses(
        self, device: _Device, cards: tuple[str, ...], others: Container[tuple[str, str]]
    ) -> Iterator[Address]:
        """Give the device's own addresses: those of its sessions, not of ``others``, then what its cards claimed."""
        claims: dict[tuple[str, str], Address] = {}
        for fact in (each for card in cards for each in self._owners.records.addresses(card)):
            place = (fact.ip, domain_name((fact.sensor, fact.vlan)) or SITE_TABLES)
            seen = claims.get(place)
            first, last = min(fact.first, seen.first_seen if seen else fact.first), held_until(fact)
            claims[place] = Address(*place, first, max(last, seen.last_seen if seen else last), fact.source)
        for (ip, where), each in device.addresses.items():
            if (ip, where) not in others:
                yield _widened(claims.pop((ip, where), None), Address(ip, where, each.first, each.last))
        used = {ip for ip, _ in device.addresses}
        more = [each for each in claims.values() if each.domain != SITE_TABLES or each.ip not in used]
        yield from more[: limits.DEVICE_NAMES]

    def _translated(self, device: _Device) -> dict[tuple[str, str], str]:
        """Return which of a device's addresses several senders share, and what that is called: not its own."""
        keys = {(ip, where): device_id(f"{where} {ip}") for ip, where in device.addresses}
        return {place: key for place, key in keys.items() if senders_at_least(self._named.get(key, ())) > 1}

    def _taken_over(self, device: _Device, cards: tuple[str, ...]) -> list[Anomaly]:
        """Say which of its addresses are another's since; of one that goes back and forth, its doubts tell."""
        if not cards or "address-contested" in device.doubts:
            return []
        last: dict[str, int] = {}
        for (ip, _), seen in device.addresses.items():
            last[ip] = max(seen.last, last.get(ip, 0))
        return [found for ip, time in last.items() if (found := self._takeovers.after(ip, time, cards))][:1]

    def _bound(self, cards: tuple[str, ...]) -> Iterator[Evidence]:
        return bindings(fact for card in cards for fact in self._owners.records.addresses(card))

    def _identity(self, device: _Device, box: Box, translated: Mapping[tuple[str, str], str]) -> Identity:
        """Grade which device it is: an address alone names nobody."""
        ways = {device_id(key): key for key in map(self._owners.joins.box, device.via)}
        ways |= {key: f"{where} {ip}" for (ip, where), key in translated.items()}
        rivals = {device_id(key): key for key in device.rivals}
        chance = round(1 / len(rivals), 2) if rivals else 0.0
        known = not device.owner.card and device.settles is None and not rivals
        sure = min(device.least, MOST) if device.owner.card else WEIGHT_ADDRESS if known else None
        return Identity(
            band=band(device.least) if device.owner.card else "weak" if known else "unknown",
            confidence=None if sure is None else round(sure, 2),
            type_confidence=box.sureness,
            via=tuple(ways),
            rivals=tuple(Rival(each, chance) for each in rivals),
            grounds=tuple(device.grounds.values()),
            settles=None if device.owner.card else device.settles,
            others=tuple(self._other(each, key) for each, key in (ways | rivals).items()),
        )

    def _box(self, device: _Device, cards: tuple[str, ...], *, shared: bool) -> Box:
        """Return what a device is; hosts of the Internet are nobody's to describe, and no sender speaks for many."""
        if device.scope == "remote":
            return Box(name=_only_name(device))
        seen = [Seen(device.sensor, ip, each.first, each.last) for (ip, _), each in device.addresses.items()]
        return describe(self._owners, cards, seen, () if shared else _own_words(device))


def _urgency(finding: ServiceFinding) -> tuple[int, int, str]:
    """Order services: by verdict, the newest first."""
    return VERDICTS.index(finding.verdict), -finding.last_seen, finding.service


def _only_name(device: _Device) -> str | None:
    """Return the name by which it calls itself, if it is one and the same, and names somebody."""
    names = {name for _, name in device.names if telling(name)}
    return names.pop() if len(names) == 1 else None


def _own_words(device: _Device) -> Iterator[ClueFact]:
    """Give what its sessions say of a device; a card that speaks under many names, or another's, tells nothing."""
    names = {name.casefold() for source, name in device.names if source == "smtp" and telling(name)}
    if len(names) > 1 or (device.owner.card and "name-of-another" in device.doubts):
        return
    for (source, name), seen in device.names.items():
        if telling(name):
            yield _word(device, "smtp" if source == "smtp" else "ntlm", "name", name, seen)
    for (told, value), seen in device.marks.items():
        if told in ("vendor", "model", "kind", "serial", "name"):
            yield _word(device, "mail", cast(Field, told), value, seen)


def _word(device: _Device, source: Source, told: Field, value: str, seen: _Seen) -> ClueFact:
    ends = seen.first, seen.last, seen.count
    return ClueFact(device.sensor, (), device.owner.card, None, source, told, value, *ends, seen.file)


def _interfaces(device: _Device, cards: tuple[str, ...]) -> tuple[Interface, ...]:
    places = dict.fromkeys(where for _, where in device.addresses)
    return tuple(Interface(card, mac_kind(card), where) for card in cards for where in places)


def _widened(claimed: Address | None, used: Address) -> Address:
    """Return an address from when it was first claimed or used to when it last was."""
    if claimed is None:
        return used
    first, last = min(claimed.first_seen, used.first_seen), max(claimed.last_seen, used.last_seen)
    return replace(claimed, first_seen=first, last_seen=last)


def _doubts(device: _Device) -> Iterator[Anomaly]:
    return (Anomaly(code, DOUBTS[code]) for code in device.doubts)


def _evidence(device: _Device, box: Box, bound: Iterable[Evidence]) -> list[Evidence]:
    """Return the clues, the strongest first."""
    found = []
    if device.owner.card and device.cards:
        card = device.owner.card
        found.append(_clue("ethernet", "source", card, "link", WEIGHT_CARD, device.cards, measured=True))
    found += [*bound, *box.evidence]
    for (source, name), seen in device.names.items():
        weight = WEIGHT_NAME if telling(name) else 0.0
        field_name = "ehlo" if source == "smtp" else "workstation"
        found.append(_clue(source, field_name, name, "name", weight, seen, measured=False))
    for (told, value), seen in device.marks.items():
        found.append(_clue("mail", told, value, "content", WEIGHT_NAME, seen, measured=False))
    for (_, value), seen in device.behalf.items():
        found.append(_clue("mail", "on-behalf-of", value, "relay", 0.0, seen, measured=False))
    for (told, name), seen in device.programs.items():
        found.append(_clue("smtp", told, name, "stack", WEIGHT_STACK, seen, measured=False))
    for (ip, _), seen in device.addresses.items():
        found.append(_clue("ip", "source", ip, "address", WEIGHT_ADDRESS, seen, measured=True))
    return found


def _clue(
    source: str, field_name: str, value: str, kind: str, weight: float, seen: _Seen, *, measured: bool
) -> Evidence:
    return Evidence(source, field_name, value, kind, measured, weight, seen.first, seen.last, seen.count, seen.file)
