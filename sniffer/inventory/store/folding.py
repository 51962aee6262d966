"""What all that is stored of a device means: its verdict, folded again from its sessions.

A pure function of the rows: of the sessions of all runs and sensors, up to the end of the data.  That is the last day
on which a sensor that knows the device heard anything: where nobody listened, nobody has gone quiet.  It is cut down
to the day's first moment, so that it does not matter in how many parts a day came.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any, NamedTuple

from msgspec.structs import replace
from sqlalchemy import Connection, func, select

from sniffer.inference.verdicts import DAY, PRESENT, ServiceLedger
from sniffer.inventory.store.labels import Labels, present
from sniffer.inventory.store.parts import device_word
from sniffer.inventory.store.rows import batches, chosen
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
    """What a device's finding is made of, beside its sessions."""

    labels: Labels
    evidence: tuple[Evidence, ...]
    addresses: tuple[Address, ...]
    before: DeviceFinding | None


def day_of(time: int) -> int:
    """Return the first moment of a day, UTC."""
    return time - time % DAY


def fold(
    connection: Connection, devices: Iterable[int], shared: frozenset[int], known: Catalogue
) -> Iterator[tuple[int, Folded]]:
    """Give what the sessions of devices mean; ``shared`` are those behind which several senders stand."""
    reader = Reader(connection)
    for batch in batches(sorted(devices), limits.STORE_KEYS):
        ends = _ends(connection, batch)
        oldest = min(ends.values(), default=0) - limits.STORE_FOLDED
        query = (
            select(*COLUMNS).where(session.c.start >= oldest).order_by(session.c.device, session.c.start, session.c.id)
        )
        rows = chosen(connection, query, session.c.device, batch)
        earlier = _earlier(connection, batch)
        found = {}
        for device, sessions in groupby(reader.brief(rows), key=lambda each: each[0]):
            found[device] = _services((finding for _, finding in sessions), ends[device], known, device in shared)
        for device in batch:
            services = [_with_earlier(each, earlier.get((device, each.service))) for each in found.get(device, ())]
            yield device, Folded(tuple(services), ends[device], _due(services, ends[device]))


def _services(sessions: Iterable[SessionFinding], ends: int, known: Catalogue, shared: bool) -> list[ServiceFinding]:
    ledgers: dict[str, ServiceLedger] = {}
    for finding in sessions:
        if finding.fact.start < ends - limits.STORE_FOLDED:
            continue
        ledger = ledgers.get(finding.service)
        if ledger is None:
            ledger = ledgers[finding.service] = ServiceLedger(finding.service, ends, known)
        ledger.add(finding)
    return [ledger.finding(shared=shared) for _, ledger in sorted(ledgers.items())]


def _ends(connection: Connection, devices: list[int]) -> dict[int, int]:
    """Return up to which day there is data of each device."""
    query = select(heard.c.device, func.max(sensor.c.heard_until)).join(sensor, sensor.c.name == heard.c.sensor)
    rows = connection.execute(query.where(heard.c.device.in_(devices)).group_by(heard.c.device))
    return dict.fromkeys(devices, 0) | {device: day_of(until) for device, until in rows}


def _earlier(connection: Connection, devices: list[int]) -> dict[tuple[int, str], int]:
    """Return the first day of each (device, service) of which only counts are left."""
    query = select(daily.c.device, daily.c.service, func.min(daily.c.day)).group_by(daily.c.device, daily.c.service)
    rows: Any = connection.execute(query.where(daily.c.device.in_(devices)))
    return {(device, service): day for device, service, day in rows}


def _with_earlier(finding: ServiceFinding, day: int | None) -> ServiceFinding:
    return finding if day is None or day >= finding.first_seen else replace(finding, first_seen=day)


def _due(services: list[ServiceFinding], ends: int) -> int | None:
    """Return the day on which time alone may change something; what is quiet stays so until it mails."""
    moving = any(each.state != "quiet" or each.last_seen > ends - PRESENT for each in services)
    return ends + DAY if moving else None


# -- the whole device ------------------------------------------------------------------------------


def finding_of(device: int, folded: Folded, material: Material) -> DeviceFinding:
    """Return what is known of a device.

    Of a service whose sessions were pruned it is what was known last: it has been quiet since.
    """
    labels = material.labels
    before = {each.service: each for each in material.before.services} if material.before else {}
    current = {each.service: each for each in folded.services}
    old = {name: each for name, each in before.items() if each.last_seen <= folded.ends - PRESENT}
    kept = {name: replace(each, state="quiet") for name, each in old.items() if name not in current}
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
        role="nat" if several else labels.role[1],
        senders_at_least=labels.senders_at_least,
        **{"name": None, "vendor": None, **words},  # type: ignore[arg-type]
    )


def _urgency(finding: ServiceFinding) -> tuple[int, int, str]:
    """Order services as ``inference.devices`` does: by verdict, the newest first."""
    return VERDICTS.index(finding.verdict), -finding.last_seen, finding.service
