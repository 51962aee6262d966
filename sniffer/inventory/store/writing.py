"""Storing a run: its sessions, its devices, and what that changes; one transaction.

The same run again, or one that overlaps, adds observations and nothing else.  Of two views of one session the
nearer one tells the client, the better one the rest, whichever came first (``parts``).  Sensors that saw a session are
its device's, whichever view they had.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy import Connection, delete, select

from sniffer.inventory.store.parts import PLACES, Written, written
from sniffer.inventory.store.rows import Values, batches, chosen, insert, put
from sniffer.inventory.store.schema import heard, observation, part, session, setting, view
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
    """A session that is to be stored: its device's id in the run, and what is stored of it.

    ``others`` are the devices that other views of it told, where these are known.
    """

    device: str
    written: Written
    others: tuple[str, ...] = ()


@dataclass(slots=True)
class Sessions:
    """Writes sessions of a run; ``ids`` are the lasting ids of its devices, ``oldest`` is as ``pruned_before`` says.

    ``touched`` are devices whose sessions changed, ``until`` the end of the last session of each sensor.  ``shared``
    are sets of devices that are told by views of one session (``views``).
    """

    connection: Connection
    run: int
    ids: Mapping[str, int]
    oldest: int = 0
    counted: Counted = field(default_factory=Counted)
    shared: set[frozenset[int]] = field(default_factory=set)
    touched: set[int] = field(default_factory=set)
    until: dict[str, int] = field(default_factory=dict)
    _parts: dict[int, None] = field(default_factory=dict)
    _heard: dict[tuple[int, str], tuple[int, int]] = field(default_factory=dict)
    _sensors: dict[int, str] = field(default_factory=dict)
    _told: dict[int, set[int]] = field(default_factory=dict)
    _lost: set[int] = field(default_factory=set)

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
        self._told.clear()
        if len(self._sensors) > limits.STORE_PARTS:
            self._sensors.clear()
        for device, each, others in sessions:
            each.row["device"] = self.ids[device]
            key = each.row["id"]
            places |= {(key, place): None for place in each.places}
            self._note(each)
            if others:
                self._told.setdefault(key, set()).update(self.ids[other] for other in others if other in self.ids)
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
        better = {key: row for key, old in known.items() if (row := self._better(old, made[key]))}
        put(self.connection, session, list(better.values()))
        rows_now = {key: better.get(key) or known.get(key) or made[key].row for key in made}
        for key, place in places:
            self._hear(rows_now[key], self._sensors[place])
        moved = {key: now for key, now in better.items() if now["device"] != known[key]["device"]}
        self._hear_moved(known, moved)
        self._write_views({key: rows_now[key]["device"] for key in self._told}, moved.keys())
        self.touched.update(each.row["device"] for each in new)
        self.counted.new += len(new)
        self.counted.known += len(known)

    def _better(self, stored: Values, new: Written) -> Values | None:
        """Return the row of a known session as two views have it, None where the new one adds nothing."""
        row = new.row
        client, stored_client = (_client_rank(each) for each in (row, stored))
        manner, stored_manner = (_manner_rank(each) for each in (row, stored))
        if row["device"] != stored["device"]:
            self._told.setdefault(row["id"], set()).update((row["device"], stored["device"]))
        if client >= stored_client and manner >= stored_manner:
            return None
        nearer = row if client < stored_client else stored
        clearer = row if manner < stored_manner else stored
        self.touched |= {row["device"], stored["device"]}
        self.counted.better += 1
        return {**clearer, **{name: nearer[name] for name in ("device", "client", "port", "near")}}

    def _write_views(self, owners: Mapping[int, int], moved: Iterable[int]) -> None:
        """Write which devices the views of sessions told, where they differ; ``owners`` have these sessions."""
        stored: dict[int, set[int]] = {key: set() for key in owners}
        for row in chosen(self.connection, select(view), view.c.session, sorted(owners)):
            stored[row.session].add(row.device)
        fresh = []
        for key, owner in owners.items():
            told = self._told[key] | {owner}
            new = told - stored[key] if len(told | stored[key]) > 1 else set()
            fresh += [{"session": key, "device": each} for each in sorted(new)]
            if new or key in moved:
                self.shared.add(frozenset(told | stored[key]))
                self.touched |= told | stored[key]
        insert(self.connection, view, fresh)

    def _write_parts(self, made: Iterable[Written]) -> None:
        """Write the parts that this run has not written yet."""
        if len(self._parts) > limits.STORE_PARTS:
            self._parts.clear()
        fresh = {key: body for each in made for key, body in each.parts.items() if key not in self._parts}
        insert(self.connection, part, [{"id": key, "body": body} for key, body in sorted(fresh.items())])
        self._parts.update(dict.fromkeys(fresh))

    def _note(self, each: Written) -> None:
        """Take note of up to when there is data of the sensors that saw a session."""
        for place in each.places:
            sensor = self._sensor(place, each.parts)
            self.until[sensor] = max(self.until.get(sensor, 0), each.row["start"] + each.row["lasted"])

    def _hear(self, row: Values, sensor: str) -> None:
        start, lasting = row["start"], row["device"]
        first, last = self._heard.get((lasting, sensor), (start, start))
        self._heard[lasting, sensor] = min(first, start), max(last, start)

    def _hear_moved(self, before: Mapping[int, Values], moved: Mapping[int, Values]) -> None:
        """Have the sensors of a session that is another device's now known as that one's."""
        self._lost.update(before[key]["device"] for key in moved)
        query = select(observation.c.session, part.c.id, part.c.body).join(part, part.c.id == observation.c.place)
        for row in chosen(self.connection, query, observation.c.session, sorted(moved)):
            self._hear(moved[row.session], self._sensor(row.id, {row.id: row.body}))

    def _sensor(self, place: int, parts: Mapping[int, bytes]) -> str:
        found = self._sensors.get(place)
        if found is None:
            found = self._sensors[place] = PLACES.decode(parts[place]).sensor
        return found

    def _hear_again(self) -> None:
        """Take which sensors heard devices that lost sessions from those that they have, and from what was pruned."""
        lost = sorted(self._lost)
        for batch in batches(lost, limits.STORE_KEYS):
            forget = heard.c.device.in_(batch), heard.c.first >= self.oldest
            self.connection.execute(delete(heard).where(*forget))
        self._heard = {key: each for key, each in self._heard.items() if key[0] not in self._lost}
        joined = session.join(observation, observation.c.session == session.c.id)
        query = select(session.c.device, session.c.start, part.c.id, part.c.body)
        query = query.select_from(joined.join(part, part.c.id == observation.c.place))
        for row in chosen(self.connection, query, session.c.device, lost):
            self._hear(row._asdict(), self._sensor(row.id, {row.id: row.body}))

    def _write_heard(self) -> None:
        self._hear_again()
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
