"""Runs: begun, stored, failed; and one of which nobody heard again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol

import msgspec
from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import Connection, insert, select, update

from sniffer.inference.verdicts import DAY
from sniffer.inventory.store import folding
from sniffer.inventory.store.called import newest_said
from sniffer.inventory.store.devices import Known, Told, known_devices, write_aliases
from sniffer.inventory.store.labels import labels_of, renamed
from sniffer.inventory.store.parts import device_word, number
from sniffer.inventory.store.rows import insert as insert_new
from sniffer.inventory.store.rows import put
from sniffer.inventory.store.schema import change, device, exemption, heard, listening, run, sensor
from sniffer.inventory.store.shelf import Shelf
from sniffer.inventory.store.views import same_addresses, step_aside, successors
from sniffer.inventory.store.writing import Counted, Sessions, pruned_before
from sniffer.knowledge.catalogue import Catalogue
from sniffer.model.findings import DeviceFinding, SessionFinding
from sniffer.model.records import Before, RunEnd, RunStart

encode = msgspec.msgpack.encode


class Changed(Protocol):
    """What a comparison tells: a structure of msgspec with at least these."""

    @property
    def kind(self) -> str:
        """Return what kind of change it is."""

    @property
    def device(self) -> str:
        """Return the device's lasting id."""


Compare = Callable[[DeviceFinding | None, DeviceFinding], Iterable[Any]]
"""Gives the changes (``Changed``) from a device before to the same device after a run."""


class Outcome(Struct, frozen=True, kw_only=True):
    """What a run changed.

    ``devices`` are those that changed, ``changes`` what that means, ``merged`` ids that turned out to be others (old,
    new).  ``ids`` are the lasting ids of the run's devices by those that they had in it.
    """

    run: int
    sessions: Counted
    devices: tuple[Before, ...]
    changes: tuple[Any, ...]
    merged: tuple[tuple[str, str], ...]
    ids: dict[str, str]


def begin(connection: Connection, start: RunStart) -> int:
    """Store that a run begins, and return its number; of one that is known, the number that it has.

    Runs of the same sensor that nobody ended are over: a sensor has one at a time.
    """
    known = connection.execute(select(run.c.id).where(run.c.key == start.key)).scalar()
    if known is not None:
        return int(known)
    mine = {each.name for each in start.sensors}
    for row in connection.execute(select(run.c.id, run.c.start).where(run.c.status == "running")).all():
        if mine & {each.name for each in msgspec.msgpack.decode(row.start, type=RunStart).sensors}:
            connection.execute(update(run).where(run.c.id == row.id).values(status="interrupted"))
    values = {"key": start.key, "kind": start.kind, "status": "running", "started": start.started}
    made = connection.execute(insert(run).values(**values, start=encode(start)).returning(run.c.id)).scalar_one()
    return int(made)


def fail(connection: Connection, number_: int, end: RunEnd) -> None:
    """Store that a run failed and nothing of it counts; one that was stored stays so."""
    values = {"status": "failed", "finished": end.finished, "end": encode(end)}
    connection.execute(
        update(run).where(run.c.id == number_, run.c.status.not_in(("full", "partial"))).values(**values)
    )


def commit(
    connection: Connection,
    number_: int,
    sessions: Iterable[SessionFinding],
    devices: Iterable[DeviceFinding],
    end: RunEnd,
    known: Catalogue,
    compare: Compare,
) -> Outcome:
    """Store a run, in the transaction of ``connection``.  Raises ``LookupError`` for one that never began."""
    ours = (each for each in devices if each.scope == "local" and each.services)
    told = [Told(each, labels_of(each, max(one.last_seen for one in each.services))) for each in ours]
    return store(connection, number_, lambda writer: writer.write(sessions), told, end, known, compare)


def store(
    connection: Connection,
    number_: int,
    feed: Callable[[Sessions], None],
    devices: Iterable[Told],
    end: RunEnd,
    known: Catalogue,
    compare: Compare,
) -> Outcome:
    """Store a run whose sessions ``feed`` gives to who writes them.  Raises as ``commit``."""
    row = connection.execute(select(run.c.start).where(run.c.id == number_)).first()
    if row is None:
        raise LookupError(f"there is no run {number_}")
    start = msgspec.msgpack.decode(row.start, type=RunStart)
    sites = {each.name: each.site or each.name for each in start.sensors}
    oldest = pruned_before(connection)
    young = (each for each in devices if each.times[1] >= oldest)
    ours = sorted(young, key=lambda each: each.finding.device)
    shelf = Shelf(connection, number_, end.finished, oldest)
    met = _meet(connection, shelf, ours, sites)
    writer = Sessions(connection, number_, met.ids, oldest)
    feed(writer)
    renames = _join(connection, shelf, writer.shared)
    ids = {key: renames.get(value, value) for key, value in met.ids.items()}
    until = {name: last for name, last in writer.until.items() if name in sites}
    write_listening(connection, number_, end, sites, until)
    touched = {renames.get(each, each) for each in (*writer.touched, *ids.values())} | _due(connection, sites)
    shelf.load(touched)
    folded = folding.fold(connection, touched & shelf.kept.keys(), shelf.shared(), known)
    changed = _told_of(connection, shelf, shelf.write(folded))
    changes = [each for pair in changed for each in compare(pair.before, pair.after)]
    _write_changes(connection, number_, end.finished, changes)
    status = "full" if end.complete else "partial"
    values = {"status": status, "finished": end.finished, "end": encode(end)}
    connection.execute(update(run).where(run.c.id == number_).values(**values))
    return Outcome(
        run=number_,
        sessions=writer.counted,
        devices=tuple(changed),
        changes=tuple(changes),
        merged=tuple((device_word(old), device_word(new)) for old, new in shelf.merges),
        ids={key: device_word(value) for key, value in ids.items()},
    )


def _meet(connection: Connection, shelf: Shelf, ours: list[Told], sites: Mapping[str, str]) -> Known:
    """Find out which devices of the inventory those of a run are, and take what the run says of them."""
    met = known_devices(connection, ours, sites)
    for each in ours:
        met.lasting(each)
    shelf.load(met.ids.values())
    for old, new in met.merges:
        shelf.merge(old, new)
    write_aliases(connection, met)
    names = {key: device_word(value) for key, value in met.ids.items()}
    for each in ours:
        lasting = met.ids[each.finding.device]
        said = renamed(each.labels, lambda word: names.get(word, word))
        shelf.take(lasting, met.places[lasting], each, said)
    return met


def _join(connection: Connection, shelf: Shelf, shared: set[frozenset[int]]) -> dict[int, int]:
    """Merge addresses that views of one session show to be one device; return the ids that are no more."""
    shelf.load(each for group in shared for each in group)
    places = {key: each.place for key, each in shelf.kept.items()}
    gone: dict[int, int] = {}
    for stays, goes in same_addresses(connection, shared, places):
        shelf.merge(goes, stays)
        gone = {old: stays if new == goes else new for old, new in gone.items()} | {goes: stays}
    return gone


def _told_of(connection: Connection, shelf: Shelf, changed: list[tuple[int, Before]]) -> list[Before]:
    """Return what changed of devices that are told of; store which ones step aside, and which are back (``views``).

    A device that was known by an address before is not new when its card becomes known.
    """
    gone = successors(connection, shelf.empty)
    step_aside(connection, shelf.run, gone, shelf.full)
    told = {key: pair for key, pair in changed if key not in gone}
    for key, pair in changed:
        heir = told.get(gone.get(key, key))
        if key in gone and heir and heir.before is None and pair.before and pair.before.services:
            before = replace(pair.before, device=heir.after.device)
            told[gone[key]] = Before(before, heir.after)
    return list(told.values())


def write_listening(
    connection: Connection, number_: int, end: RunEnd, sites: Mapping[str, str], until: Mapping[str, int]
) -> None:
    """Store when sensors listened, and up to when there is data of them.

    No data is of the future: frames with a wrong time would make everybody quiet.
    """
    rows = [{"sensor": each.sensor, "first": each.first, "last": each.last, "run": number_} for each in end.listening]
    insert_new(connection, listening, rows)
    ends = dict.fromkeys(sites, 0) | dict(until)
    for each in end.listening:
        ends[each.sensor] = max(ends.get(each.sensor, 0), each.last)
    ends = {name: min(last, end.finished + DAY) for name, last in ends.items()}
    query = select(sensor.c.name, sensor.c.heard_until).where(sensor.c.name.in_(list(ends)))
    for name, heard_until in connection.execute(query):
        ends[name] = max(ends[name], heard_until)
    put(connection, sensor, [
        {"name": name, "site": sites.get(name, name), "heard_until": last} for name, last in sorted(ends.items())
    ])  # fmt: skip


def _due(connection: Connection, sites: Iterable[str]) -> set[int]:
    """Return the devices of sensors of which the end of the data alone may change something."""
    query = select(device.c.id).join(heard, heard.c.device == device.c.id).join(sensor, sensor.c.name == heard.c.sensor)
    return set(connection.execute(
        query.where(heard.c.sensor.in_(list(sites)), device.c.due <= sensor.c.heard_until)
    ).scalars())  # fmt: skip


def _write_changes(connection: Connection, number_: int, at: int, changes: Iterable[Changed]) -> None:
    silenced = {key for key, row in newest_said(connection, exemption) if row.until > at}
    rows = []
    for each in changes:
        lasting = number(each.device)
        rows.append({
            "run": number_, "device": lasting, "kind": each.kind, "at": at, "silenced": lasting in silenced,
            "body": encode(each),
        })  # fmt: skip
    if rows:
        connection.execute(insert(change), rows)
