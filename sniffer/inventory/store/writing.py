"""Storing a run: its sessions, its devices, and what that changes; one transaction.

The same run again, or one that overlaps, adds observations and nothing else.  Of two views of one session the
nearer one tells the client, the better one the rest, whichever came first (``parts``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy import Connection, select

from sniffer.inventory.store.parts import CLIENTS, PLACES, Written, written
from sniffer.inventory.store.rows import Values, batches, chosen, insert, put
from sniffer.inventory.store.schema import heard, observation, part, session, setting
from sniffer.model import limits
from sniffer.model.findings import SessionFinding

PRUNED_BEFORE = "pruned_before"
"""The setting that says up to when details of sessions are gone; what is older cannot be told from what was counted."""


@dataclass(slots=True)
class Counted:
    """What became of the sessions of a run.

    ``new`` were not known, ``known`` were; of these ``better`` had a better view.  ``remote`` are of hosts of the
    Internet, ``too_old`` older than what was pruned: neither is stored.
    """

    new: int = 0
    known: int = 0
    better: int = 0
    remote: int = 0
    too_old: int = 0


class Incoming(NamedTuple):
    """A session that is to be stored: its device's id in the run, and what is stored of it."""

    device: str
    written: Written


class Move(NamedTuple):
    """A session that turned out to be another device's; ``same`` says that both views show one client's address."""

    old: int
    new: int
    same: bool


@dataclass(slots=True)
class Sessions:
    """Writes sessions of a run; ``ids`` are the lasting ids of its devices, ``oldest`` is as ``pruned_before`` says.

    ``touched`` are devices whose sessions changed, ``until`` the end of the last session of each sensor.
    """

    connection: Connection
    run: int
    ids: Mapping[str, int]
    oldest: int = 0
    counted: Counted = field(default_factory=Counted)
    moves: Counter[Move] = field(default_factory=Counter)
    touched: set[int] = field(default_factory=set)
    until: dict[str, int] = field(default_factory=dict)
    _parts: dict[int, None] = field(default_factory=dict)
    _heard: dict[tuple[int, str], tuple[int, int]] = field(default_factory=dict)
    _sensors: dict[int, str] = field(default_factory=dict)

    def write(self, findings: Iterable[SessionFinding]) -> None:
        """Write what a judgement found."""
        self._write(
            Incoming(each.device, written(each))
            for each in findings
            if self._is_wanted(each.device if each.scope == "local" else "", each.fact.start)
        )

    def take(self, sessions: Iterable[Incoming]) -> None:
        """Write what is to be stored as it is."""
        self._write(each for each in sessions if self._is_wanted(each.device, each.written.row["start"]))

    def _is_wanted(self, device: str, start: int) -> bool:
        if start < self.oldest:
            self.counted.too_old += 1
        elif device not in self.ids:
            self.counted.remote += 1
        else:
            return True
        return False

    def _write(self, sessions: Iterable[Incoming]) -> None:
        for batch in batches(sessions, limits.STORE_BATCH):
            self._batch(batch)
        self._write_heard()

    def _batch(self, sessions: list[Incoming]) -> None:
        made: dict[int, Written] = {}
        places: dict[tuple[int, int], None] = {}
        for device, each in sessions:
            each.row["device"] = self.ids[device]
            key = each.row["id"]
            places |= {(key, place): None for place in each.places}
            self._hear(each)
            if key in made:
                first = made[key]
                self._write_parts([first])
                made[key] = Written(self._better(first.row, each) or first.row, first.parts | each.parts, ())
            else:
                made[key] = each
        self._write_parts(made.values())
        known = {row.id: row._asdict() for row in chosen(self.connection, select(session), session.c.id, sorted(made))}
        new = [made[key] for key in made if key not in known]
        insert(self.connection, session, [each.row for each in new])
        rows = [{"session": key, "place": place, "run": self.run} for key, place in places]
        insert(self.connection, observation, rows)
        put(self.connection, session, [row for key, old in known.items() if (row := self._better(old, made[key]))])
        self.touched.update(each.row["device"] for each in new)
        self.counted.new += len(new)
        self.counted.known += len(known)

    def _better(self, stored: Values, new: Written) -> Values | None:
        """Return the row of a known session as two views have it, None where the new one adds nothing."""
        row = new.row
        client, stored_client = (_client_rank(each) for each in (row, stored))
        manner, stored_manner = (_manner_rank(each) for each in (row, stored))
        if row["device"] != stored["device"]:
            same = CLIENTS.decode(new.parts[row["client"]]).ip == self._client_ip(stored["client"])
            here, there = stored["device"], row["device"]
            self.moves[Move(here, there, same) if client < stored_client else Move(there, here, same)] += 1
        if client >= stored_client and manner >= stored_manner:
            return None
        nearer = row if client < stored_client else stored
        clearer = row if manner < stored_manner else stored
        self.touched |= {row["device"], stored["device"]}
        self.counted.better += 1
        return {**clearer, **{name: nearer[name] for name in ("device", "client", "port", "near")}}

    def _client_ip(self, client: int) -> str:
        """Return the address of a client that is stored."""
        body = self.connection.execute(select(part.c.body).where(part.c.id == client)).scalar_one()
        return CLIENTS.decode(body).ip

    def _write_parts(self, made: Iterable[Written]) -> None:
        """Write the parts that this run has not written yet."""
        if len(self._parts) > limits.STORE_PARTS:
            self._parts.clear()
        fresh = {key: body for each in made for key, body in each.parts.items() if key not in self._parts}
        insert(self.connection, part, [{"id": key, "body": body} for key, body in sorted(fresh.items())])
        self._parts.update(dict.fromkeys(fresh))

    def _hear(self, each: Written) -> None:
        start, lasting = each.row["start"], each.row["device"]
        for place in each.places:
            sensor = self._sensor(place, each.parts)
            first, last = self._heard.get((lasting, sensor), (start, start))
            self._heard[lasting, sensor] = min(first, start), max(last, start)
            self.until[sensor] = max(self.until.get(sensor, 0), start + each.row["lasted"])

    def _sensor(self, place: int, parts: Mapping[int, bytes]) -> str:
        found = self._sensors.get(place)
        if found is None:
            if len(self._sensors) > limits.STORE_PARTS:
                self._sensors.clear()
            found = self._sensors[place] = PLACES.decode(parts[place]).sensor
        return found

    def _write_heard(self) -> None:
        devices = sorted({lasting for lasting, _ in self._heard})
        for row in chosen(self.connection, select(heard), heard.c.device, devices):
            if each := self._heard.get((row.device, row.sensor)):
                self._heard[row.device, row.sensor] = min(each[0], row.first), max(each[1], row.last)
        rows = [
            {"device": lasting, "sensor": name, "first": first, "last": last}
            for (lasting, name), (first, last) in sorted(self._heard.items())
        ]
        put(self.connection, heard, rows)


def pruned_before(connection: Connection) -> int:
    """Return up to when details are gone; what began before is not taken in."""
    return int(connection.execute(select(setting.c.value).where(setting.c.name == PRUNED_BEFORE)).scalar() or 0)


def _client_rank(row: Values) -> tuple[int, int]:
    """Order views by who tells the client; no two that differ are equal."""
    return row["near"], row["client"]


def _manner_rank(row: Values) -> tuple[int, ...]:
    """Order views by who tells the rest."""
    return row["good"], row["start"], -row["lasted"], row["manner"], row["server"]
