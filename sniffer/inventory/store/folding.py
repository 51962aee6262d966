"""What all that is stored of a device means: its verdict, folded again from its sessions.

A pure function of the rows: of the sessions of all runs and sensors, up to the end of the data.  That is the last day
on which a sensor that knows the device heard anything: where nobody listened, nobody has gone quiet.  It is cut down
to the day's first moment, so that it does not matter in how many parts a day came.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import NamedTuple

from msgspec.structs import replace
from sqlalchemy import Connection, func, select

from sniffer.inference.verdicts import DAY, PRESENT, ServiceLedger
from sniffer.inventory.store.labels import Labels, present
from sniffer.inventory.store.parts import Kind, device_word
from sniffer.inventory.store.rows import batches
from sniffer.inventory.store.schema import daily, heard, sensor, session
from sniffer.inventory.store.sessions import COLUMNS, Reader
from sniffer.knowledge.catalogue import Catalogue
from sniffer.model import limits
from sniffer.model.findings import VERDICTS, Address, DeviceFinding, Evidence, ServiceFinding, SessionFinding

WITHOUT = "its sessions turned out to be another device's"
"""Why nothing is said of a device that has no session left."""


class Folded(NamedTuple):
    """What the sessions of a device mean, by service, up to the end of the data; ``due`` is when to ask again."""

    services: tuple[ServiceFinding, ...]
    ends: int
    due: int | None


class Material(NamedTuple):
    """What a device's finding is made of, beside its sessions; those that began before ``pruned`` are counts."""

    labels: Labels
    evidence: tuple[Evidence, ...]
    addresses: tuple[Address, ...]
    before: DeviceFinding | None
    pruned: int = 0


def day_of(time: int) -> int:
    """Return the first moment of a day, UTC."""
    return time - time % DAY


def fold(
    connection: Connection, devices: Iterable[int], shared: frozenset[int], known: Catalogue
) -> Iterator[tuple[int, Folded]]:
    """Give what the sessions of devices mean; ``shared`` are those behind which several senders stand."""
    reader = Reader(connection)
    for batch in batches(sorted(devices), limits.STORE_KEYS):
        by_end: dict[int, list[int]] = {}
        for device, ends in _ends(connection, batch).items():
            by_end.setdefault(ends, []).append(device)
        for ends, same in sorted(by_end.items()):
            for since, some in _windows(connection, same, ends):
                yield from _Fold(connection, reader, some, since, ends, known).each(shared)


def _ends(connection: Connection, devices: list[int]) -> dict[int, int]:
    """Return up to which day there is data of each device."""
    query = select(heard.c.device, func.max(sensor.c.heard_until)).join(sensor, sensor.c.name == heard.c.sensor)
    rows = connection.execute(query.where(heard.c.device.in_(devices)).group_by(heard.c.device))
    return dict.fromkeys(devices, 0) | {device: day_of(until) for device, until in rows}


def _windows(connection: Connection, devices: list[int], ends: int) -> Iterator[tuple[int, list[int]]]:
    """Give since when sessions of devices are looked at: those that mail seldom need more time to show their habits."""
    near = ends - PRESENT
    query = select(session.c.device, func.count()).where(session.c.device.in_(devices), session.c.start > near)
    counts: dict[int, int] = {row[0]: row[1] for row in connection.execute(query.group_by(session.c.device))}
    often = [device for device in devices if counts.get(device, 0) >= limits.STORE_OFTEN]
    yield near, often
    yield ends - limits.STORE_FOLDED, [device for device in devices if counts.get(device, 0) < limits.STORE_OFTEN]


class _Fold:
    """Folds the sessions of devices since a time one by one; what was before is counted."""

    def __init__(
        self, connection: Connection, reader: Reader, devices: list[int], since: int, ends: int, known: Catalogue
    ) -> None:
        self._connection = connection
        self._reader = reader
        self._devices = devices
        self._since = since
        self._ends = ends
        self._known = known

    def each(self, shared: frozenset[int]) -> Iterator[tuple[int, Folded]]:
        """Give what the sessions of each device mean."""
        if not self._devices:
            return
        earlier = self._earlier()
        mine = session.c.device.in_(self._devices), session.c.start > self._since
        query = select(*COLUMNS).where(*mine).order_by(session.c.device, session.c.start, session.c.id)
        rows = self._reader.brief(self._connection.execute(query))
        found = {
            device: self._services((finding for _, finding in sessions), earlier.get(device, {}), device in shared)
            for device, sessions in groupby(rows, key=lambda each: each[0])
        }
        for device in self._devices:
            services = found.get(device, ())
            told = {each.service for each in services}
            if any(each.detailed for name, each in earlier.get(device, {}).items() if name not in told):
                yield from self._whole(device).each(shared)
            else:
                yield device, Folded(services, self._ends, _due(services, self._ends))

    def _whole(self, device: int) -> _Fold:
        """Return the fold of all sessions of a device: with some service it had none for long."""
        return _Fold(self._connection, self._reader, [device], -1, self._ends, self._known)

    def _services(
        self, sessions: Iterable[SessionFinding], earlier: Mapping[str, Earlier], shared: bool
    ) -> tuple[ServiceFinding, ...]:
        ledgers: dict[str, ServiceLedger] = {}
        for finding in sessions:
            ledger = ledgers.get(finding.service)
            if ledger is None:
                ledger = ServiceLedger(finding.service, self._ends, self._known)
                ledgers[finding.service] = ledger
                if before := earlier.get(finding.service):
                    before.begin(ledger)
            ledger.add(finding)
        return tuple(ledger.finding(shared=shared) for _, ledger in sorted(ledgers.items()))

    def _earlier(self) -> dict[int, dict[str, Earlier]]:
        """Return what is counted of each device and service: sessions before the time, and those that were pruned."""
        old, start, day = session.c.start <= self._since, session.c.start, daily.c.day
        counted: list[tuple[int, int, int, int, int, bool]] = []
        for detailed, query in (
            (True, select(session.c.device, session.c.kind, func.count(), func.min(start), func.max(start))
             .where(session.c.device.in_(self._devices), old)
             .group_by(session.c.device, session.c.kind)),
            (False, select(daily.c.device, daily.c.kind, func.sum(daily.c.sessions), func.min(day), func.max(day))
             .where(daily.c.device.in_(self._devices))
             .group_by(daily.c.device, daily.c.kind)),
        ):  # fmt: skip
            counted += [(*row, detailed) for row in self._connection.execute(query)]
        kinds = self._reader.kinds({kind for _, kind, *_ in counted})
        found: dict[int, dict[str, Earlier]] = {}
        for device, kind, sessions, first, last, detailed in counted:
            each = found.setdefault(device, {}).setdefault(kinds[kind].service, Earlier())
            each.add(kinds[kind], int(sessions), first, last)
            each.detailed |= detailed
        return found


@dataclass(slots=True)
class Earlier:
    """Sessions of a device with a service, counted; of some the details are there if it is ``detailed``."""

    counts: list[tuple[Kind, int, int, int]] = field(default_factory=list)
    detailed: bool = False

    def add(self, kind: Kind, sessions: int, first: int, last: int) -> None:
        """Take so many sessions of a kind, of which the first and the last began then."""
        self.counts.append((kind, sessions, first, last))

    def begin(self, ledger: ServiceLedger) -> None:
        """Tell a ledger of what was before its first session."""
        for kind, sessions, first, last in self.counts:
            ledger.first_seen = min(first, ledger.first_seen) if ledger.sessions else first
            ledger.sessions += sessions
            ledger.judged += sessions if kind.judged else 0
            ledger.unjudged += 0 if kind.judged else sessions
            if kind.outcome == "success":
                ledger.succeeded += sessions
                ledger.last_success = max(last, ledger.last_success or last)
            elif kind.outcome == "failure":
                ledger.failed += sessions
                ledger.first_failure = min(first, ledger.first_failure or first)
            elif kind.outcome == "unknown":
                ledger.unknown_outcome += sessions


def _due(services: Sequence[ServiceFinding], ends: int) -> int | None:
    """Return the day on which time alone may change something; what is quiet stays so until it mails."""
    moving = any(each.state != "quiet" or each.last_seen > ends - PRESENT for each in services)
    return ends + DAY if moving else None


# -- the whole device ------------------------------------------------------------------------------


def finding_of(device: int, folded: Folded, material: Material) -> DeviceFinding:
    """Return what is known of a device.

    Of a service whose sessions were pruned (all that began before ``material.pruned``) it is what was known last.
    """
    labels = material.labels
    before = {each.service: each for each in material.before.services} if material.before else {}
    current = {each.service: _exact(each, before.get(each.service)) for each in folded.services}
    kept = {
        name: replace(each, state="quiet") if each.last_seen <= folded.ends - PRESENT else each
        for name, each in before.items()
        if name not in current and each.last_seen < material.pruned
    }
    services = tuple(each for _, each in sorted((kept | current).items()))
    words = {field: value for field, (_, value) in labels.words.items()}
    telling = min(services, key=_urgency, default=None)
    several = labels.senders_at_least > 1
    return DeviceFinding(
        device=device_word(device),
        scope=labels.scope,
        verdict=telling.verdict if telling else "unknown",
        band=telling.band if telling else None,
        state=telling.state if telling else "unjudged",
        reason=telling.reason if telling else WITHOUT,
        identity=labels.identity[1],
        interfaces=labels.interfaces,
        addresses=material.addresses[: limits.DEVICE_NAMES],
        services=services,
        findings=present(labels.findings, folded.ends - PRESENT),
        anomalies=present(labels.anomalies, folded.ends - PRESENT),
        evidence=material.evidence,
        affected_through=labels.affected_through[1] or None,
        role="nat" if several else labels.role[1],
        senders_at_least=labels.senders_at_least,
        **{"name": None, "vendor": None, **words},  # type: ignore[arg-type]
    )


def _exact(finding: ServiceFinding, before: ServiceFinding | None) -> ServiceFinding:
    """Return a finding with the moments that were known before; of what was pruned, the counts tell the day only."""
    if before is None:
        return finding
    moments: dict[str, int] = {}
    for field_ in ("first_seen", "first_failure", "last_success"):
        now, then = getattr(finding, field_), getattr(before, field_)
        if now is not None and then is not None and day_of(then) == now:
            moments[field_] = then
    return replace(finding, **moments) if moments else finding


def _urgency(finding: ServiceFinding) -> tuple[int, int, str]:
    """Order services as ``inference.devices`` does: by verdict, the newest first."""
    return VERDICTS.index(finding.verdict), -finding.last_seen, finding.service
