"""Which device a session belongs to, and what all its sessions together mean.

First form: a device is a network card where its frames reach us without a router between, else an
address.  A card that shows several addresses under several names is a router or a proxy as likely as a
device: then the addresses stay apart and the card is nobody's.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from sniffer.inference.relays import Relays
from sniffer.inference.verdicts import ServiceLedger
from sniffer.knowledge.catalogue import Catalogue
from sniffer.knowledge.vendors import is_shared, mac_kind, vendor
from sniffer.model import limits
from sniffer.model.events import Anomaly
from sniffer.model.facts import SessionFact
from sniffer.model.findings import (
    VERDICTS,
    Address,
    DeviceFinding,
    Evidence,
    Identity,
    IdentityBand,
    Interface,
    Scope,
    ServiceFinding,
    SessionFinding,
)

GENERIC_NAME = re.compile(
    r"\[.*\]|localhost.*|(?:\d{1,3}\.){3}\d{1,3}|[^.]*\.(?:txt|eml|msg)|(?:host|client|smtp|mail|test|unknown|workstation)?",
    re.IGNORECASE,
)
"""EHLO names that say nothing about who speaks: literals, defaults of libraries, curl's file names."""

WEIGHT_CARD, WEIGHT_NAME, WEIGHT_ADDRESS = 0.8, 0.6, 0.3
"""How much a card on our link, an EHLO name, and a mere address say about which device it is.  Set by
hand, so they are shown as bands only."""


SHORTEST_LEASE = 600 * 1_000_000
"""Microseconds within which an address does not change hands: servers lease for an hour to a week, hardly for less than
ten minutes."""


class Link(NamedTuple):
    """One (card, address, EHLO name) of clients, as the facts have it."""

    mac: str
    ip: str
    helo: str | None


class Links:
    """Knows which cards are a device's own."""

    def __init__(self, links: Iterable[Link]) -> None:
        """Take the links of all sessions that came without a router between."""
        names: dict[str, set[str | None]] = {}
        addresses: dict[str, set[str]] = {}
        for link in links:
            names.setdefault(link.mac, set()).add(telling(link.helo))
            if ":" not in link.ip:
                addresses.setdefault(link.mac, set()).add(link.ip)
        self._own = {
            mac
            for mac, said in names.items()
            if not is_shared(mac) and (len(addresses.get(mac, ())) <= 1 or (len(said) == 1 and None not in said))
        }

    def card(self, fact: SessionFact) -> str | None:
        """Return the client's own card, None if the frame's sender may be somebody else's."""
        return fact.client_mac if fact.on_link and fact.client_mac in self._own else None

    def device(self, fact: SessionFact) -> str:
        """Return the run-local id of the client's device."""
        return device_id(self.card(fact) or f"{domain(fact)} {fact.client_ip}")


def device_id(key: str) -> str:
    """Return an id that says nothing and is the same in every run over the same data."""
    return "d-" + hashlib.blake2s(key.encode(), digest_size=6).hexdigest()


def domain(fact: SessionFact) -> str:
    """Return the layer-2 domain a session was seen in: the sensor and its VLAN tags."""
    seen = fact.observations[0]
    return "/".join([seen.sensor, *(f"vlan{tag}" for tag in seen.vlan)])


def sensor_of(fact: SessionFact) -> str:
    """Return the sensor that saw a session first."""
    return fact.observations[0].sensor


def telling(helo: str | None) -> str | None:
    """Return an EHLO name that names somebody, None for those that anybody sends."""
    return helo if helo and helo.isprintable() and not GENERIC_NAME.fullmatch(helo) else None


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
class _Run:
    """Sessions on end under one telling EHLO name; host names have no case (RFC 1035 2.3.3)."""

    name: str
    first: int
    last: int


@dataclass(slots=True)
class _Device:
    """Folds the sessions of one device, given oldest first."""

    scope: Scope
    card: str | None
    services: dict[str, ServiceLedger] = field(default_factory=dict)
    addresses: dict[tuple[str, str], _Seen] = field(default_factory=dict)
    names: dict[tuple[str, str], _Seen] = field(default_factory=dict)
    runs: list[_Run] = field(default_factory=list)
    cards: _Seen | None = None
    findings: dict[str, Anomaly] = field(default_factory=dict)
    anomalies: dict[str, Anomaly] = field(default_factory=dict)

    def add(self, finding: SessionFinding, ledger: ServiceLedger, card: str | None) -> None:
        fact = finding.fact
        ledger.add(finding)
        _see(self.addresses, (fact.client_ip, domain(fact)), fact)
        for source, name in (("smtp", fact.helo), ("ntlm", fact.workstation)):
            if name:
                _see(self.names, (source, name), fact)
        self._note_run(telling(fact.helo), fact.start)
        if card:
            self.cards = self.cards or _Seen(fact.start, fact.start, 0, fact.observations[0].file)
            self.cards.add(fact)
        self.findings |= {each.code: each for each in finding.findings}
        self.anomalies |= {each.code: each for each in fact.speech.anomalies}

    def _note_run(self, name: str | None, start: int) -> None:
        if name is None:
            return
        name = name.rstrip(".").casefold()
        if self.runs and self.runs[-1].name == name:
            self.runs[-1].last = start
        elif len(self.runs) < limits.NAME_RUNS:
            self.runs.append(_Run(name, start, start))


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

    def __init__(self, links: Links, ends: int, catalogue: Catalogue, relays: Iterable[tuple[str, str]] = ()) -> None:
        self._links = links
        self._ends = ends
        self._catalogue = catalogue
        self._relays = Relays(relays, {row.code for row in catalogue.services if row.affected})
        self._devices: dict[str, _Device] = {}
        self.overflow = 0

    def add(self, finding: SessionFinding) -> None:
        """Take one session."""
        device = self._devices.get(finding.device)
        card = self._links.card(finding.fact)
        if device is None:
            if len(self._devices) >= limits.DEVICES and finding.scope == "remote":
                self.overflow += 1
                return
            device = self._devices[finding.device] = _Device(finding.scope, card)
        if finding.scope == "local":
            device.scope = "local"
        ledger = device.services.get(finding.service)
        if ledger is None:
            ledger = device.services[finding.service] = ServiceLedger(finding.service, self._ends, self._catalogue)
        device.add(finding, ledger, card)
        self._relays.add(finding)

    def devices(self) -> list[DeviceFinding]:
        """Return all devices, the most urgent verdict first, then by id."""
        found = {key: _finding(key, device) for key, device in self._devices.items()}
        joined = self._relays.join(found)
        return sorted(joined, key=lambda device: (VERDICTS.index(device.verdict), device.device))


def _finding(key: str, device: _Device) -> DeviceFinding:
    senders = senders_at_least(device)
    services = tuple(ledger.finding(shared=senders > 1) for _, ledger in sorted(device.services.items()))
    telling_service = min(services, key=_urgency)
    name = _name(device)
    return DeviceFinding(
        device=key,
        scope=device.scope,
        verdict=telling_service.verdict,
        band=telling_service.band,
        state=telling_service.state,
        reason=telling_service.reason,
        name=name,
        vendor=vendor(device.card) if device.card else None,
        identity=_identity(device, name),
        interfaces=_interfaces(device),
        addresses=tuple(Address(ip, where, seen.first, seen.last) for (ip, where), seen in device.addresses.items()),
        services=services,
        findings=tuple(device.findings.values()),
        anomalies=tuple(device.anomalies.values()),
        evidence=_evidence(device),
        role="nat" if senders > 1 else "client",
        senders_at_least=senders,
    )


def senders_at_least(device: _Device) -> int:
    """Return how many senders stand behind an address, judged by the EHLO names used there at the same time.

    Names that follow each other may be a lease that changed hands, and a card of its own is one device under
    however many names.
    """
    if device.card:
        return 1
    return max((_names_at(device.runs, run.first) for run in device.runs), default=1)


def _names_at(runs: list[_Run], moment: int) -> int:
    """Count the names in use at about a moment."""
    return len({run.name for run in runs if run.first - SHORTEST_LEASE <= moment <= run.last + SHORTEST_LEASE})


def _urgency(finding: ServiceFinding) -> tuple[int, int, str]:
    """Order services: by verdict, the newest first."""
    return VERDICTS.index(finding.verdict), -finding.last_seen, finding.service


def _name(device: _Device) -> str | None:
    """Return the name by which it calls itself, if it is one and the same, and names somebody."""
    names = {name for _, name in device.names if telling(name)}
    return names.pop() if len(names) == 1 else None


def _identity(device: _Device, name: str | None) -> Identity:
    """Grade which device it is: an address alone names nobody."""
    band: IdentityBand = "weak"
    if device.card:
        band = "strong" if mac_kind(device.card) == "global" and name else "likely"
    return Identity(band, WEIGHT_CARD if device.card else WEIGHT_ADDRESS)


def _interfaces(device: _Device) -> tuple[Interface, ...]:
    if device.card is None:
        return ()
    places = dict.fromkeys(where for _, where in device.addresses)
    return tuple(Interface(device.card, mac_kind(device.card), where) for where in places)


def _evidence(device: _Device) -> tuple[Evidence, ...]:
    """Return the clues, the strongest first."""
    found = []
    if device.card and device.cards:
        found.append(_clue("ethernet", "source", device.card, "link", WEIGHT_CARD, device.cards, measured=True))
    for (source, name), seen in device.names.items():
        weight = WEIGHT_NAME if telling(name) else 0.0
        field_name = "ehlo" if source == "smtp" else "workstation"
        found.append(_clue(source, field_name, name, "name", weight, seen, measured=False))
    for (ip, _), seen in device.addresses.items():
        found.append(_clue("ip", "source", ip, "address", WEIGHT_ADDRESS, seen, measured=True))
    return tuple(found)


def _clue(
    source: str, field_name: str, value: str, kind: str, weight: float, seen: _Seen, *, measured: bool
) -> Evidence:
    return Evidence(source, field_name, value, kind, measured, weight, seen.first, seen.last, seen.count, seen.file)
