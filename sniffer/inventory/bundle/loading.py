"""Taking in bundles: whole or not at all, and the same in any order and however often.

Rules of this file:
1. A bundle is one run of the inventory that takes it in, known by the bundle's own code; one that is known is done.  A
   run that was kept while its database was away is that run itself, and is stored as it would have been.
2. Sessions, devices and listening that are known already add observations, as in a second import (``store.writing``).
   Devices that stepped aside there (``store.views``) come as well: here a session may show that they are themselves.
3. Runs of the other inventory are told of as they were; what they brought counts as brought by the bundle.
4. An id that a device had there is one that it had ``formerly`` here, unless it is another device's here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple, TypeVar

import msgspec
from msgspec.structs import replace
from sqlalchemy import Connection, insert, select, update

from sniffer.inventory.bundle import container
from sniffer.inventory.bundle.container import BundleError
from sniffer.inventory.bundle.contents import DECODER, DevicePart, Part, Record, RunPart, SessionPart, row_of
from sniffer.inventory.store import Outcome, Store, manual, parts, runs
from sniffer.inventory.store.devices import Told
from sniffer.inventory.store.parts import number
from sniffer.inventory.store.rows import chosen
from sniffer.inventory.store.rows import insert as insert_new
from sniffer.inventory.store.runs import Compare
from sniffer.inventory.store.schema import device, exemption, formerly, run
from sniffer.inventory.store.schema import manual as facts
from sniffer.inventory.store.shelf import encode
from sniffer.inventory.store.writing import Incoming, Sessions
from sniffer.knowledge.catalogue import Catalogue
from sniffer.model.records import RunEnd, RunStart

T = TypeVar("T", RunPart, DevicePart)

DONE = ("full", "partial")


class Loaded(NamedTuple):
    """What a bundle brought; ``outcome`` is None for one that had been taken in before."""

    header: container.Header
    sensors: tuple[str, ...]
    outcome: Outcome | None


def load(store: Store, path: Path, key: bytes, now: int, known: Catalogue, compare: Compare) -> Loaded:
    """Take in a bundle; ``now`` is when, in microseconds.  Raises ``BundleError`` and ``StoreError``: nothing is taken.

    ``compare`` as in ``Store.commit``.
    """
    header = container.checked(path, key)
    contents = _Contents(path)
    start, end = contents.bringing(f"bundle-{container.digest_of(path)}", now)
    sensors = tuple(each.name for each in start.sensors)
    with store.writing() as connection:
        there = connection.execute(select(run.c.id, run.c.status).where(run.c.key == start.key)).first()
        if there is not None and there.status in DONE:
            return Loaded(header, sensors, None)
        return Loaded(header, sensors, _bring(connection, contents, start, end, known, compare))


class _Contents:
    """The records of a bundle, read in their order: all before the sessions at once, those one by one."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._records = self._decoded()
        self._next: Record | None = next(self._records, None)
        runs_ = list(self._leading(RunPart))
        if not runs_:
            raise self._damaged()
        self._main, self.others = runs_[0], runs_[1:]
        self.devices = list(self._leading(DevicePart))

    def _leading(self, kind: type[T]) -> Iterator[T]:
        while isinstance(self._next, kind):
            yield self._next
            self._next = next(self._records, None)

    def bringing(self, key: str, now: int) -> tuple[RunStart, RunEnd]:
        """Return the run that brings all this: the one that was kept, or one of ``key`` that begins and ends now."""
        if self._main.end is not None:
            return self._main.start, self._main.end
        return replace(self._main.start, key=key, started=now), RunEnd(finished=now)

    def sessions(self) -> Iterator[Incoming]:
        """Give the sessions as they are stored."""
        bodies: dict[int, bytes] = {}
        record = self._next
        while record is not None:
            if isinstance(record, Part):
                bodies[parts.part_id(record.body)] = record.body
            elif isinstance(record, SessionPart):
                yield self._incoming(record, bodies)
            record = next(self._records, None)

    def _incoming(self, record: SessionPart, bodies: Mapping[int, bytes]) -> Incoming:
        needed = (record.client, record.server, record.manner, record.kind, *record.places)
        try:
            own = {key: bodies[key] for key in needed}
        except KeyError:
            raise self._damaged() from None
        return Incoming(record.device, parts.Written(row_of(record), own, record.places), record.others)

    def _decoded(self) -> Iterator[Record]:
        for octets in container.records(self._path):
            try:
                yield DECODER.decode(octets)
            except (msgspec.MsgspecError, UnicodeDecodeError):
                raise self._damaged() from None

    def _damaged(self) -> BundleError:
        return BundleError(str(self._path), "is damaged", container.AGAIN)


def _bring(
    connection: Connection, contents: _Contents, start: RunStart, end: RunEnd, known: Catalogue, compare: Compare
) -> Outcome:
    sites = {each.name: each.site or each.name for each in start.sensors}
    for each in contents.others:
        _take_note(connection, each, sites)
    bringing = _begin(connection, start)

    def feed(writer: Sessions) -> None:
        writer.take(contents.sessions())

    told = [Told(each.finding, each.labels, each.seen, each.aliases) for each in contents.devices]
    outcome = runs.store(connection, bringing, feed, told, end, known, compare)
    _write_formerly(connection, contents.devices, outcome)
    _write_sayings(connection, contents.devices, outcome)
    return outcome


def _begin(connection: Connection, start: RunStart) -> int:
    """Return the number of the run that brings a bundle.  Unlike a run that begins, it ends nobody else's."""
    there = connection.execute(select(run.c.id).where(run.c.key == start.key)).scalar()
    return int(there) if there is not None else _insert(connection, start, "running")


def _take_note(connection: Connection, told: RunPart, sites: dict[str, str]) -> None:
    """Store a run of another inventory; one that is known stays, unless it is now known how it ended."""
    there = connection.execute(select(run.c.id, run.c.status).where(run.c.key == told.start.key)).first()
    if there is not None and (there.status in DONE or told.end is None):
        return
    place = int(there.id) if there is not None else _insert(connection, told.start, told.status)
    if told.end is None:
        return
    values = {"status": told.status, "finished": told.end.finished, "end": encode(told.end)}
    connection.execute(update(run).where(run.c.id == place).values(**values))
    if told.status in DONE:
        runs.write_listening(connection, place, told.end, sites, {})


def _insert(connection: Connection, start: RunStart, status: str) -> int:
    values = {"key": start.key, "kind": start.kind, "status": status, "started": start.started}
    made = connection.execute(insert(run).values(**values, start=encode(start)).returning(run.c.id)).scalar_one()
    return int(made)


def _stored(devices: Iterable[DevicePart], outcome: Outcome) -> Iterator[DevicePart]:
    """Give the devices that are in the inventory now; those are not that were last seen before what was pruned."""
    return (each for each in devices if each.finding.device in outcome.ids)


def _write_formerly(connection: Connection, devices: Iterable[DevicePart], outcome: Outcome) -> None:
    """Have devices found by the ids that they had elsewhere (rule 4)."""
    wanted = {}
    for each in _stored(devices, outcome):
        lasting = number(outcome.ids[each.finding.device])
        for word in (each.finding.device, *each.formerly):
            if number(word) != lasting:
                wanted[number(word)] = lasting
    taken = {row.id for row in chosen(connection, select(device.c.id), device.c.id, sorted(wanted))}
    fresh = sorted((old, lasting) for old, lasting in wanted.items() if old not in taken)
    rows = [{"old": old, "device": lasting, "run": outcome.run} for old, lasting in fresh]
    insert_new(connection, formerly, rows)


def _write_sayings(connection: Connection, devices: Iterable[DevicePart], outcome: Outcome) -> None:
    """Take in what people said there: the newest word holds."""
    for each in _stored(devices, outcome):
        lasting = number(outcome.ids[each.finding.device])
        said = [{"device": lasting, **msgspec.structs.asdict(saying)} for saying in each.sayings]
        manual.bring(connection, facts, said)
        if each.excepting:
            excepted = {"device": lasting, **msgspec.structs.asdict(each.excepting)}
            manual.bring(connection, exemption, [excepted])
