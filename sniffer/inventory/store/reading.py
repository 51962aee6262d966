"""Questions to an inventory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple, TypeVar

import msgspec
from msgspec.structs import replace
from sqlalchemy import Connection, Select, Table, func, null, select

from sniffer.inference.verdicts import DAY
from sniffer.inventory.store.called import all_ids, former_ids, newest_said, now_called, who_is
from sniffer.inventory.store.parts import device_word, number
from sniffer.inventory.store.rows import chosen
from sniffer.inventory.store.schema import (
    change,
    daily,
    device,
    exemption,
    formerly,
    heard,
    history,
    listening,
    manual,
    run,
    sensor,
    service,
    session,
    word,
)
from sniffer.inventory.store.sessions import Reader
from sniffer.inventory.store.shelf import EVIDENCE, FINDINGS
from sniffer.inventory.store.words import word_of
from sniffer.model.facts import Family
from sniffer.model.findings import VERDICTS, SessionFinding, Verdict
from sniffer.model.records import (
    DayCount,
    DeviceRecord,
    Exemption,
    HistoryRecord,
    Listening,
    ManualField,
    RunEnd,
    RunRecord,
    RunStart,
    SensorRecord,
)

T = TypeVar("T")


class DeviceFilter(NamedTuple):
    """Which devices are asked for; what is None does not matter.  ``since`` is when they were last seen."""

    verdicts: tuple[Verdict, ...] | None = None
    vendor: str | None = None
    service: str | None = None
    sensor: str | None = None
    since: int | None = None


def devices(connection: Connection, wanted: DeviceFilter, *, evidence: bool = False) -> list[DeviceRecord]:
    """Return devices by verdict, the most urgent first, then by id."""
    return _records(_Beside(connection), connection.execute(_filtered(wanted, evidence=evidence)))


def spoken_of(connection: Connection) -> list[DeviceRecord]:
    """Return the devices of which people said something: facts, or an exemption, also one that is over."""
    said = {key for key, row in newest_said(connection, manual) if row.value}
    ids = sorted(said | {key for key, row in newest_said(connection, exemption) if row.reason})
    return _records(_Beside(connection, ids), chosen(connection, _columns(evidence=False), device.c.id, ids))


def device_of(connection: Connection, asked: str) -> list[DeviceRecord]:
    """Return the devices that a word names: an id, also a former one, a card, an address, a name, a mailbox.

    Names and tickets that people set count, too.
    """
    ids = set(connection.execute(select(word.c.device).where(word.c.value == word_of(asked))).scalars())
    for key, row in newest_said(connection, manual):
        if row.field in ("name", "ticket") and row.value and word_of(row.value) == word_of(asked):
            ids.add(key)
    if asked.startswith("d-"):
        ids.add(number(asked))
    found = sorted({who_is(connection, each) for each in ids})
    return _records(_Beside(connection, found), chosen(connection, _columns(evidence=True), device.c.id, found))


def _columns(*, evidence: bool) -> Select[Any]:
    columns = [device.c.id, device.c.revision, device.c.first_seen, device.c.last_seen, device.c.body]
    return select(*columns, device.c.evidence if evidence else null().label("evidence"))


def _filtered(wanted: DeviceFilter, *, evidence: bool) -> Select[Any]:
    query = _columns(evidence=evidence).where(device.c.id.not_in(select(formerly.c.old)))
    if wanted.verdicts is not None:
        query = query.where(device.c.verdict.in_(wanted.verdicts))
    if wanted.vendor is not None:
        query = query.where(func.lower(device.c.vendor) == wanted.vendor.lower())
    if wanted.since is not None:
        query = query.where(device.c.last_seen >= wanted.since)
    if wanted.service is not None:
        query = query.where(device.c.id.in_(select(service.c.device).where(service.c.service == wanted.service)))
    if wanted.sensor is not None:
        query = query.where(device.c.id.in_(select(heard.c.device).where(heard.c.sensor == wanted.sensor)))
    return query


class _Beside:
    """What is stored beside devices, by their ids; of all devices without ids."""

    def __init__(self, connection: Connection, ids: list[int] | None = None) -> None:
        def rows(table: Table, *names: str) -> Iterator[Any]:
            query = select(*(table.c[name] for name in names))
            return iter(connection.execute(query)) if ids is None else chosen(connection, query, table.c.device, ids)

        former = former_ids(connection, ids)
        self.formerly = _by_device((lasting, device_word(old)) for old, lasting in former.items())
        self.sensors = _by_device(rows(heard, "device", "sensor"))
        self.facts: dict[int, dict[ManualField, str]] = {}
        for lasting, row in newest_said(connection, manual, ids):
            if row.value:
                self.facts.setdefault(lasting, {})[row.field] = row.value
        said = newest_said(connection, exemption, ids)
        self.exemptions = {lasting: Exemption(row.reason, row.until) for lasting, row in said if row.reason}


def _by_device(pairs: Iterable[Any]) -> dict[int, tuple[str, ...]]:
    """Return sorted words by devices; those of ten thousand that say the same are the same."""
    found: dict[int, tuple[str, ...]] = {}
    same: dict[tuple[str, ...], tuple[str, ...]] = {}
    for lasting, text in pairs:
        there = found.get(lasting)
        words = (text,) if there is None else tuple(sorted((*there, text)))
        found[lasting] = same.setdefault(words, words)
    return found


def _records(beside: _Beside, rows: Iterable[Any]) -> list[DeviceRecord]:
    """Return the records of rows of ``_columns``, the most urgent first."""
    found = []
    for key, revision, first, last, body, evidence in rows:
        finding = FINDINGS.decode(body)
        if evidence is not None:
            finding = replace(finding, evidence=EVIDENCE.decode(evidence))
        found.append(DeviceRecord(
            finding=finding,
            revision=revision,
            formerly=beside.formerly.get(key, ()),
            first_seen=first,
            last_seen=last,
            sensors=beside.sensors.get(key, ()),
            facts=beside.facts.get(key, {}),
            exemption=beside.exemptions.get(key),
        ))  # fmt: skip
    return sorted(found, key=_by_urgency)


def _by_urgency(record: DeviceRecord) -> tuple[int, str]:
    return VERDICTS.index(record.finding.verdict), record.device


# -- what happened ---------------------------------------------------------------------------------


def sessions(connection: Connection, lasting: str, since: int, until: int | None) -> Iterator[SessionFinding]:
    """Give the sessions of a device that began since a time, and before ``until``, oldest first."""
    mine = session.c.device == now_called(connection, lasting)
    query = select(session).where(mine, session.c.start >= since)
    if until is not None:
        query = query.where(session.c.start < until)
    yield from Reader(connection).whole(connection.execute(query.order_by(session.c.start, session.c.id)))


def days(connection: Connection, lasting: str) -> list[DayCount]:
    """Return how many sessions a device had each day, also those of which only that is left."""
    mine = session.c.device == (key := now_called(connection, lasting))
    day = (session.c.start - session.c.start % DAY).label("day")
    rows = list(connection.execute(select(day, session.c.kind, func.count()).where(mine).group_by("day", "kind")))
    columns = daily.c.day, daily.c.kind, daily.c.sessions
    rows += connection.execute(select(*columns).where(daily.c.device == key))
    kinds = Reader(connection).kinds({row.kind for row in rows})
    counted: Counter[tuple[int, str, Family, str]] = Counter()
    for time, kind, sessions_ in rows:
        of = kinds[kind]
        counted[time, of.service, of.family, of.outcome or ""] += sessions_
    return [DayCount(*key[:3], key[3] or None, count) for key, count in sorted(counted.items())]


def history_of(connection: Connection, lasting: str) -> list[HistoryRecord]:
    """Return what was said of a device, oldest first."""
    key = now_called(connection, lasting)
    query = select(history).where(history.c.device.in_(all_ids(connection, key))).order_by(history.c.id)
    return [
        HistoryRecord(
            device_word(key), row.service, row.run, row.at, row.seen, row.verdict, row.band, row.state, row.family
        )
        for row in connection.execute(query)
    ]


def past(connection: Connection) -> dict[str, dict[str, Verdict]]:
    """Return the last verdict of each device's services that was not ``unknown``, by the device's id."""
    query = select(history.c.device, history.c.service, history.c.verdict).order_by(history.c.id)
    query = query.where(history.c.service != "", history.c.verdict != "unknown")
    former = former_ids(connection)
    found: dict[str, dict[str, Verdict]] = {}
    for row in connection.execute(query):
        found.setdefault(device_word(former.get(row.device, row.device)), {})[row.service] = row.verdict
    return found


def changes(connection: Connection, since: int, kind: type[T]) -> list[tuple[T, int, bool]]:
    """Return the changes stored since a time, in the order in which they were: (change, run, silenced)."""
    decoder = msgspec.msgpack.Decoder(kind)
    query = select(change).where(change.c.at >= since).order_by(change.c.id)
    return [(decoder.decode(row.body), row.run, row.silenced) for row in connection.execute(query)]


def runs(connection: Connection, since: int = 0) -> list[RunRecord]:
    """Return the runs that began since a time, the newest first."""
    query = select(run).where(run.c.started >= since).order_by(run.c.id.desc())
    return [
        RunRecord(
            run=row.id,
            start=msgspec.msgpack.decode(row.start, type=RunStart),
            status=row.status,
            end=msgspec.msgpack.decode(row.end, type=RunEnd) if row.end else None,
        )
        for row in connection.execute(query)
    ]


def heard_between(connection: Connection, since: int = 0, until: int | None = None) -> list[Listening]:
    """Return when sensors listened, by sensor and time; intervals may overlap."""
    query = select(listening).where(listening.c.last >= since).order_by(listening.c.sensor, listening.c.first)
    if until is not None:
        query = query.where(listening.c.first <= until)
    return [Listening(row.sensor, row.first, row.last) for row in connection.execute(query)]


def heard_until(connection: Connection) -> int | None:
    """Return the end of the data of all sensors; None without any."""
    return connection.execute(select(func.max(sensor.c.heard_until))).scalar() or None


def sensors(connection: Connection) -> list[SensorRecord]:
    """Return the sensors by name."""
    return [SensorRecord(row.name, row.site) for row in connection.execute(select(sensor).order_by(sensor.c.name))]
