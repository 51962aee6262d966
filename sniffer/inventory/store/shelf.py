"""The devices of the inventory while a run is stored: read once, merged, folded again, written back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec
from msgspec.structs import replace
from sqlalchemy import Connection, Table, delete, insert, literal, select, update

from sniffer.inventory.store import folding, labels
from sniffer.inventory.store.devices import Told
from sniffer.inventory.store.folding import Folded, Material
from sniffer.inventory.store.labels import Labels
from sniffer.inventory.store.rows import Values, batches, chosen, put
from sniffer.inventory.store.rows import insert as insert_new
from sniffer.inventory.store.schema import (
    alias,
    binding,
    change,
    daily,
    device,
    exemption,
    formerly,
    heard,
    history,
    manual,
    service,
    session,
    view,
    word,
)
from sniffer.inventory.store.words import storable, words_of
from sniffer.model import limits
from sniffer.model.findings import Address, DeviceFinding, Evidence
from sniffer.model.records import Before

FINDINGS = msgspec.msgpack.Decoder(DeviceFinding)
EVIDENCE = msgspec.msgpack.Decoder(tuple[Evidence, ...])
LABELS = msgspec.msgpack.Decoder(Labels)
encode = msgspec.msgpack.encode

MOVED: tuple[Table, ...] = (session, alias, history, change)
"""Tables of which the rows of a device that was merged go to the other as they are."""


@dataclass(slots=True)
class Kept:
    """A device as it is stored; ``before`` is None for a new one, ``body`` its finding's bytes."""

    place: int
    first_seen: int
    last_seen: int
    labels: Labels
    evidence: tuple[Evidence, ...]
    revision: int = 0
    before: DeviceFinding | None = None
    body: bytes = b""
    ends: int = 0


@dataclass(slots=True)
class Shelf:
    """What is changed of devices in one transaction; of those written ``empty`` have no session left, ``full`` have."""

    connection: Connection
    run: int
    at: int
    pruned: int = 0
    kept: dict[int, Kept] = field(default_factory=dict)
    addresses: dict[int, tuple[Address, ...]] = field(default_factory=dict)
    merges: list[tuple[int, int]] = field(default_factory=list)
    empty: set[int] = field(default_factory=set)
    full: set[int] = field(default_factory=set)

    def load(self, devices: Iterable[int]) -> None:
        """Read devices that are stored."""
        missing = sorted(set(devices) - self.kept.keys())
        for row in chosen(self.connection, select(device), device.c.id, missing):
            before = replace(FINDINGS.decode(row.body), evidence=EVIDENCE.decode(row.evidence))
            self.kept[row.id] = Kept(
                row.place, row.first_seen, row.last_seen, LABELS.decode(row.labels), before.evidence,
                row.revision, before, row.body, row.folded,
            )  # fmt: skip
        held: dict[int, list[Address]] = {}
        for row in chosen(self.connection, select(binding), binding.c.device, missing):
            held.setdefault(row.device, []).append(Address(row.ip, row.domain, row.first, row.last, row.source))
        self.addresses |= {key: labels.addresses_of_both(each, ()) for key, each in held.items()}

    def take(self, lasting: int, place: int, told: Told, said: Labels) -> None:
        """Take what a run says of a device; ``said`` are its labels with the ids of the inventory."""
        finding = told.finding
        first, last = told.times
        kept = self.kept.get(lasting)
        if kept is None:
            kept = self.kept[lasting] = Kept(place, first, last, said, ())
        kept.labels = labels.merged(kept.labels, said)
        kept.evidence = labels.evidence_of_both(kept.evidence, finding.evidence)
        kept.first_seen, kept.last_seen = min(kept.first_seen, first), max(kept.last_seen, last)
        self.addresses[lasting] = labels.addresses_of_both(self.addresses.get(lasting, ()), finding.addresses)

    def merge(self, old: int, new: int) -> None:
        """Make two devices one: all that was stored of the old is the new one's."""
        self.load((old, new))
        gone = self.kept.pop(old, None)
        if gone:
            stays = self.kept.get(new)
            self.kept[new] = _both(stays, gone) if stays else gone
            joined = labels.addresses_of_both(self.addresses.get(new, ()), self.addresses.pop(old, ()))
            self.addresses[new] = joined
        self._move(old, new)
        if gone:
            self.merges += [(old, new)] if gone.before else []
            put(self.connection, formerly, [{"old": old, "device": new, "run": self.run}])

    def _move(self, old: int, new: int) -> None:
        run = self.connection.execute
        for table in MOVED:
            run(update(table).where(table.c.device == old).values(device=new))
        self._move_unless_there(manual, (manual.c.field,), old, new)
        self._move_unless_there(exemption, (), old, new)
        self._add(heard, {"first": min, "last": max}, old, new)
        self._add(daily, {"sessions": lambda one, two: one + two}, old, new)
        there = select(view.c.session).where(view.c.device == new)
        run(delete(view).where(view.c.device == old, view.c.session.in_(there)))
        run(update(view).where(view.c.device == old).values(device=new))
        for table in (binding, service, word, device):
            run(delete(table).where((table.c.id if table is device else table.c.device) == old))
        run(update(formerly).where(formerly.c.device == old).values(device=new))

    def _move_unless_there(self, table: Table, keys: tuple[Any, ...], old: int, new: int) -> None:
        """Move what people said; where they said something of both, what they said of the one that stays holds."""
        there = select(*keys, literal(1)).where(table.c.device == new) if keys else None
        taken = {row[0] for row in self.connection.execute(there)} if there is not None else set()
        rows = self.connection.execute(select(table).where(table.c.device == old)).mappings().all()
        self.connection.execute(delete(table).where(table.c.device == old))
        fresh = [{**row, "device": new} for row in rows if not keys or row[keys[0].name] not in taken]
        insert_new(self.connection, table, fresh)

    def _add(self, table: Table, how: Mapping[str, Any], old: int, new: int) -> None:
        """Add the rows of one device to those of another."""
        keys = [column.name for column in table.primary_key.columns if column.name != "device"]
        rows: dict[tuple[Any, ...], Values] = {}
        for row in self.connection.execute(select(table).where(table.c.device.in_((old, new)))).mappings():
            key = tuple(row[name] for name in keys)
            fresh = {**row, "device": new}
            if key in rows:
                fresh |= {name: join(rows[key][name], row[name]) for name, join in how.items()}
            rows[key] = fresh
        self.connection.execute(delete(table).where(table.c.device == old))
        put(self.connection, table, list(rows.values()))

    # -- writing back ------------------------------------------------------------------------------

    def shared(self) -> frozenset[int]:
        """Return the devices behind which several senders stand."""
        return frozenset(key for key, each in self.kept.items() if each.labels.senders_at_least > 1)

    def write(self, folded: Iterable[tuple[int, Folded]]) -> list[tuple[int, Before]]:
        """Write devices whose sessions were folded, and return those that changed, with their ids."""
        changed: list[tuple[int, Before]] = []
        for batch in batches(folded, limits.STORE_KEYS):
            changed += self._write([(key, each) for key, each in batch if key in self.kept])
        return changed

    def _write(self, batch: list[tuple[int, Folded]]) -> list[tuple[int, Before]]:
        rows, changed = [], []
        for key, each in batch:
            kept = self.kept[key]
            made = Material(kept.labels, kept.evidence, self.addresses.get(key, ()), kept.before, self.pruned)
            finding = folding.finding_of(key, each, made)
            (self.full if finding.services else self.empty).add(key)
            body = encode(replace(finding, evidence=()))
            if body != kept.body or kept.before is None or finding.evidence != kept.before.evidence:
                changed.append((key, Before(kept.before, finding)))
                kept.revision += 1
            rows.append(_row(key, kept, each, finding, body))
        put(self.connection, device, rows)
        self._write_services(changed)
        self._write_words(changed)
        self._write_bindings(changed)
        self._write_history(changed, dict(batch))
        return changed

    def _write_services(self, changed: list[tuple[int, Before]]) -> None:
        rows = [
            {
                "device": key, "service": each.service, "family": each.family, "verdict": each.verdict,
                "band": each.band, "state": each.state, "last_seen": each.last_seen,
            }
            for key, pair in changed
            for each in pair.after.services
        ]  # fmt: skip
        self._replace(service, [key for key, _ in changed], rows)

    def _write_words(self, changed: list[tuple[int, Before]]) -> None:
        moved = {new for _, new in self.merges}
        told = [(key, words_of(pair.after)) for key, pair in changed
                if key in moved or pair.before is None or words_of(pair.before) != words_of(pair.after)]  # fmt: skip
        rows = [{"value": value, "device": key} for key, words in told for value in sorted(words)]
        self._replace(word, [key for key, _ in told], rows)

    def _write_bindings(self, changed: list[tuple[int, Before]]) -> None:
        rows = [
            {
                "device": key, "domain": each.domain, "ip": each.ip, "first": each.first_seen,
                "last": each.last_seen, "source": each.source,
            }
            for key, _ in changed
            for each in self.addresses.get(key, ())
        ]  # fmt: skip
        self._replace(binding, [key for key, _ in changed], rows)

    def _replace(self, table: Table, devices: list[int], rows: list[Values]) -> None:
        for batch in batches(devices, limits.STORE_KEYS):
            self.connection.execute(delete(table).where(table.c.device.in_(batch)))
        insert_new(self.connection, table, rows)

    def _write_history(self, changed: list[tuple[int, Before]], folded: Mapping[int, Folded]) -> None:
        """Write what is said otherwise than before."""
        rows = [
            {"device": key, "service": name, "run": self.run, "at": self.at, "seen": folded[key].ends, **said}
            for key, pair in changed
            if pair.after.services
            for name, said in _said(pair.after).items()
            if pair.before is None or _said(pair.before).get(name) != said
        ]
        if rows:
            self.connection.execute(insert(history), rows)


def _both(one: Kept, other: Kept) -> Kept:
    """Return what is stored of two devices that are one; the first stays."""
    older = min(one, other, key=lambda each: each.place)
    return Kept(
        older.place,
        min(one.first_seen, other.first_seen),
        max(one.last_seen, other.last_seen),
        labels.merged(one.labels, other.labels),
        labels.evidence_of_both(one.evidence, other.evidence),
        max(one.revision, other.revision),
        one.before or other.before,
        one.body or other.body,
        max(one.ends, other.ends),
    )


def _row(key: int, kept: Kept, folded: Folded, finding: DeviceFinding, body: bytes) -> Values:
    return {
        "id": key,
        "place": kept.place,
        "revision": kept.revision,
        "first_seen": kept.first_seen,
        "last_seen": kept.last_seen,
        "verdict": finding.verdict,
        "state": finding.state,
        **{name: storable(value) if (value := getattr(finding, name)) else None for name in ("kind", "vendor", "name")},
        "folded": folded.ends,
        "due": folded.due,
        "body": body,
        "evidence": encode(finding.evidence),
        "labels": encode(kept.labels),
    }


def _said(finding: DeviceFinding) -> dict[str, Values]:
    """Return what is said of a device and its services, as history has it."""
    whole = {"verdict": finding.verdict, "band": finding.band, "state": finding.state, "family": None}
    each = {
        one.service: {"verdict": one.verdict, "band": one.band, "state": one.state, "family": one.family}
        for one in finding.services
    }
    return {"": whole, **each}
