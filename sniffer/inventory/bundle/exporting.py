"""Writing bundles: what an inventory has, and a run whose database is away."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from msgspec.structs import replace
from sqlalchemy import Connection, Select, select

from sniffer import __version__
from sniffer.inventory.bundle import container
from sniffer.inventory.bundle.contents import (
    COLUMNS,
    ENCODER,
    DevicePart,
    Excepting,
    Part,
    RunPart,
    Saying,
    SessionPart,
    session_part,
)
from sniffer.inventory.store import Store
from sniffer.inventory.store.devices import Alias
from sniffer.inventory.store.labels import labels_of
from sniffer.inventory.store.parts import device_word, written
from sniffer.inventory.store.rows import batches, chosen
from sniffer.inventory.store.schema import (
    alias,
    binding,
    device,
    exemption,
    formerly,
    manual,
    observation,
    part,
    run,
    sensor,
    session,
    view,
)
from sniffer.inventory.store.shelf import EVIDENCE, FINDINGS, LABELS
from sniffer.model import limits
from sniffer.model.findings import Address, DeviceFinding, SessionFinding
from sniffer.model.records import RunEnd, RunStart, SensorRecord

STARTS = msgspec.msgpack.Decoder(RunStart)
ENDS = msgspec.msgpack.Decoder(RunEnd)


class Written(NamedTuple):
    """What stands in a bundle."""

    runs: int
    devices: int
    sessions: int


def export(store: Store, path: Path, key: bytes, now: int, since: int | None = None) -> Written:
    """Write what an inventory has into a bundle; with ``since`` what was stored from then on (microseconds).

    Counts of sessions whose details were pruned stay: nobody could tell whether another inventory counted the same.
    Raises ``StoreError`` and ``BundleError``; then no file is left.
    """
    with store.reading() as connection:
        writer = _Export(connection, now, since)
        container.write(path, _header(key, now), key, writer.records())
    return Written(writer.runs, writer.devices, writer.sessions)


def write_run(
    path: Path,
    key: bytes,
    start: RunStart,
    sessions: Iterable[SessionFinding],
    devices: Iterable[DeviceFinding],
    end: RunEnd,
) -> None:
    """Write a run that could not be stored; it is stored when the bundle is loaded.  Raises ``BundleError``."""
    container.write(path, _header(key, end.finished), key, _run_records(start, sessions, devices, end))


def _header(key: bytes, now: int) -> container.Header:
    return container.Header(fleet=container.fleet_of(key), program=__version__, written=now)


def _run_records(
    start: RunStart, sessions: Iterable[SessionFinding], devices: Iterable[DeviceFinding], end: RunEnd
) -> Iterator[bytes]:
    yield ENCODER.encode(RunPart(start, end, "running"))
    ids = set()
    for each in devices:
        if each.scope == "local" and each.services:
            ids.add(each.device)
            last = max(one.last_seen for one in each.services)
            yield ENCODER.encode(DevicePart(each, labels_of(each, last)))
    told: set[int] = set()
    for finding in sessions:
        if finding.scope == "local" and finding.device in ids:
            made = written(finding)
            yield from _parts({key: body for key, body in made.parts.items() if key not in told})
            told |= made.parts.keys()
            yield ENCODER.encode(session_part(finding.device, made))


def _parts(bodies: dict[int, bytes]) -> Iterator[bytes]:
    yield from (ENCODER.encode(Part(body)) for _, body in sorted(bodies.items()))


class _Export:
    """Gives the records of an inventory, as one connection sees it."""

    def __init__(self, connection: Connection, now: int, since: int | None) -> None:
        self._connection = connection
        self._now = now
        self._since = since
        self._told: set[int] = set()
        self.runs = self.devices = self.sessions = 0

    def records(self) -> Iterator[bytes]:
        """Give them all, in the order in which they are needed again."""
        yield ENCODER.encode(RunPart(self._bringing(), None, "running"))
        for start, end, status in self._runs():
            self.runs += 1
            yield ENCODER.encode(RunPart(start, end, status))
        for each in self._devices():
            self.devices += 1
            yield ENCODER.encode(each)
        yield from self._sessions()

    def _bringing(self) -> RunStart:
        """Return the run that brings all this: it names the sensors with their sites, and gets its key when loaded."""
        rows = self._connection.execute(select(sensor.c.name, sensor.c.site).order_by(sensor.c.name))
        return RunStart(
            key="", kind="import", started=self._now, sensors=tuple(SensorRecord(name, site) for name, site in rows)
        )

    def _runs(self) -> Iterator[tuple[RunStart, RunEnd | None, Any]]:
        query = select(run).where(run.c.status != "running", run.c.kind != "import").order_by(run.c.id)
        if self._since is not None:
            query = query.where(run.c.finished >= self._since)
        for row in self._connection.execute(query):
            yield STARTS.decode(row.start), ENDS.decode(row.end) if row.end else None, row.status

    def _wanted(self) -> Select[Any] | None:
        """Return the query of the sessions' ids that are wanted, None for all."""
        if self._since is None:
            return None
        stored = select(run.c.id).where(run.c.finished >= self._since)
        return select(observation.c.session).where(observation.c.run.in_(stored))

    def _devices(self) -> Iterator[DevicePart]:
        query = select(device).order_by(device.c.place)
        if (wanted := self._wanted()) is not None:
            mailed = select(session.c.device).where(session.c.id.in_(wanted))
            told = select(view.c.device).where(view.c.session.in_(wanted))
            said = select(manual.c.device).where(manual.c.at >= self._since)
            excepted = select(exemption.c.device).where(exemption.c.at >= self._since)
            query = query.where(device.c.id.in_(mailed.union(told, said, excepted)))
        for batch in batches(self._connection.execute(query), limits.STORE_KEYS):
            ids = [row.id for row in batch]
            held, known = self._by_device(binding, ids), self._by_device(alias, ids)
            old = self._merged(ids)
            said_of, excepted_of = self._by_device(manual, ids), self._by_device(exemption, ids)
            for row in batch:
                finding = FINDINGS.decode(row.body)
                addresses = [Address(each.ip, each.domain, each.first, each.last, each.source) for each in held[row.id]]
                addresses.sort(key=lambda each: (-each.last_seen, each.domain, each.ip))
                yield DevicePart(
                    replace(finding, evidence=EVIDENCE.decode(row.evidence), addresses=tuple(addresses), advice=()),
                    LABELS.decode(row.labels),
                    tuple(device_word(each) for each in old[row.id]),
                    tuple(Saying(each.field, each.value, each.at) for each in said_of[row.id]),
                    next((Excepting(each.reason, each.until, each.at) for each in excepted_of[row.id]), None),
                    (row.first_seen, row.last_seen),
                    tuple(sorted(Alias(each.value, each.first, each.last) for each in known[row.id])),
                )

    def _by_device(self, table: Any, ids: list[int]) -> dict[int, list[Any]]:
        found: dict[int, list[Any]] = {key: [] for key in ids}
        for row in chosen(self._connection, select(table), table.c.device, ids):
            found[row.device].append(row)
        return found

    def _merged(self, ids: list[int]) -> dict[int, list[int]]:
        """Return the ids that devices had before they were merged; those that stepped aside come themselves."""
        found = {key: [row.old for row in rows] for key, rows in self._by_device(formerly, ids).items()}
        asked = sorted({old for each in found.values() for old in each})
        there = {row.id for row in chosen(self._connection, select(device.c.id), device.c.id, asked)}
        return {key: [old for old in each if old not in there] for key, each in found.items()}

    def _sessions(self) -> Iterator[bytes]:
        query = select(session).order_by(session.c.start, session.c.id)
        if (wanted := self._wanted()) is not None:
            query = query.where(session.c.id.in_(wanted))
        rows = self._connection.execute(query.execution_options(yield_per=limits.STORE_BATCH))
        for batch in batches(rows, limits.STORE_KEYS):
            seen: dict[int, list[int]] = {row.id: [] for row in batch}
            for row in chosen(self._connection, select(observation), observation.c.session, list(seen)):
                seen[row.session].append(row.place)
            others: dict[int, list[int]] = {}
            for row in chosen(self._connection, select(view), view.c.session, list(seen)):
                others.setdefault(row.session, []).append(row.device)
            needed = {place for row in batch for place in (row.client, row.server, row.manner, row.kind, *seen[row.id])}
            missing = sorted(needed - self._told)
            self._told |= needed
            yield from _parts({
                row.id: row.body for row in chosen(self._connection, select(part), part.c.id, missing)
            })  # fmt: skip
            for row in batch:
                self.sessions += 1
                values = {name: getattr(row, name) for name in COLUMNS}
                places = tuple(sorted(seen[row.id]))
                told = tuple(device_word(each) for each in sorted(others.get(row.id, ())))
                yield ENCODER.encode(SessionPart(device=device_word(row.device), places=places, others=told, **values))
