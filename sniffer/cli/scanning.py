"""One scan in the inventory: begun, stored, compared, reported."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from typing import NamedTuple

from sniffer.inference.changes import changes, ended, matched, sorted_out
from sniffer.inference.coverage import coverages
from sniffer.inventory.store import Outcome, Store
from sniffer.knowledge.catalogue import Catalogue
from sniffer.model.changes import Change, Excepted
from sniffer.model.coverage import Coverage, Listened
from sniffer.model.findings import DeviceFinding
from sniffer.model.health import Health
from sniffer.model.records import DeviceRecord, Listening, RunEnd, RunKind, RunStart, SensorRecord
from sniffer.pipeline import Gathered, Judgement
from sniffer.reports.changes import Morning
from sniffer.reports.moments import local_ahead
from sniffer.reports.summary import Summary

DAY = 24 * 3600 * 1_000_000
"""Microseconds of a day."""

PERIOD = 30 * DAY
"""What the coverage of every report speaks of: a month, since that is how seldom some devices mail."""

DATED = "exchange-online"
"""The service whose date a report speaks of."""


class Found(NamedTuple):
    """What a run found: what was gathered, its judgement, and up to when (microseconds, the machine's clock)."""

    gathered: Gathered
    judgement: Judgement
    until: int
    complete: bool = True
    health: Health | None = None


class Scans:
    """The scans of some sensors, one after the other, in an inventory.

    ``day`` gives the day that words are for.  ``summary`` counts the sessions of the last scan.
    """

    def __init__(
        self, store: Store, sensors: Iterable[SensorRecord], kind: RunKind, known: Catalogue, day: Callable[[], date]
    ) -> None:
        self._store = store
        self._sensors = tuple(sensors)
        self._kind = kind
        self._known = known
        self._day = day
        self._run: int | None = None
        self._reported = self._last_report()
        self._heard = self._heard_until()
        self.summary = Summary(all_scopes=False)

    def begin(self) -> None:
        """Store that a scan begins: if it never ends, it is known to have been interrupted."""
        start = RunStart(key=str(uuid.uuid4()), kind=self._kind, started=_now(), sensors=self._sensors)
        self._run = self._store.begin(start)

    def commit(self, found: Found, since: int = 0) -> Outcome:
        """Store what was found, sessions that ended since a time, and compare; the scan is over."""
        if self._run is None:
            self.begin()
        run, self._run = self._run, None
        past = self._store.past()
        self.summary = Summary(all_scopes=False, silent=found.gathered.counts.silent)
        devices = self.summary.devices(found.judgement.devices(self.summary.session))
        sessions = (each for each in found.judgement.sessions() if each.fact.end >= since)

        def compare(before: DeviceFinding | None, after: DeviceFinding) -> Iterable[Change]:
            return changes(before, after, self._known, self._day(), past.get(after.device))

        return self._store.commit(run or 0, sessions, devices, self._end(found), known=self._known, compare=compare)

    def fail(self, why: str) -> None:
        """Store that the scan came to nothing."""
        if self._run is not None:
            self._store.fail(self._run, RunEnd(finished=_now(), complete=False, problems=(why,)))
            self._run = None

    def morning(self, found: Found | None, notes: Iterable[str] = ()) -> Morning:
        """Return the report on everything stored since the last one; its times are those of the data."""
        records = self._store.devices()
        excepted = {each.device: _excepted(each) for each in records if each.exemption}
        day, devices = self._day(), [each.finding for each in records]
        told = [change for change, _, _ in self._store.changes((self._reported or -1) + 1, Change)]
        told += ended(devices, excepted, _day_of(self._reported), day) if self._reported is not None else ()
        loud, silenced = sorted_out(told, excepted, day)
        since, until = self._period(found)
        self._reported, self._heard = _now(), until
        return Morning(
            until=until,
            loud=loud,
            silenced=silenced,
            devices=devices,
            since=since,
            recent=self._coverage(self._first(found) if since is None else since, until),
            coverage=self._coverage(until - PERIOD, until),
            silent=found.judgement.silent(devices) if found else None,
            excepted=sum(each.until >= day for each in excepted.values()),
            notes=tuple(notes),
            deadline=self._deadline(day),
        )

    def _period(self, found: Found | None) -> tuple[int | None, int]:
        """Return from when to when the data is new; older captures may come later."""
        if found is None:
            return self._heard, self._heard or _now()
        if self._heard is None:
            return None, found.until
        return min(self._heard, self._first(found)), max(self._heard, found.until)

    def _first(self, found: Found | None) -> int:
        """Return the beginning of the data."""
        listened = found.gathered.counts.listening if found else ()
        return min((first for _, first, _ in listened), default=_now())

    def matched(self, words: Iterable[str], morning: Morning) -> list[str]:
        """Return which of some verdicts and changes there are."""
        records = self._store.devices()
        excepted = {each.device: _excepted(each) for each in records if each.exemption}
        return matched(words, morning.devices, morning.loud, excepted, self._day())

    def _end(self, found: Found) -> RunEnd:
        counts = found.gathered.counts
        numbers = {
            "frames": counts.frames_selected, "messages": counts.messages, "silent": counts.silent,
            "evicted": counts.evicted, "sessions": self.summary.sessions, "judged": self.summary.judged,
        }  # fmt: skip
        if found.health:
            row = self.summary.quality.row(found.health)
            numbers |= {name: row[name] for name in ("received", "dropped", "dropped_by_us") if row[name] is not None}
        return RunEnd(
            finished=_now(),
            listening=tuple(Listening(*each) for each in counts.listening),
            complete=found.complete and not found.gathered.problems and not counts.interrupted,
            counts=numbers,
            flags=("interrupted",) if counts.interrupted else (),
            problems=tuple(str(each) for each in found.gathered.problems),
        )

    def _coverage(self, start: int, until: int) -> list[Coverage]:
        mine = {each.name for each in self._sensors}
        listened = (Listened(*each) for each in self._store.listening(start, until) if each.sensor in mine)
        return coverages(listened, start, until, local_ahead(until))

    def _deadline(self, day: date) -> str:
        row = self._known.deadline(DATED)
        return row.says(day) if row else ""

    def _heard_until(self) -> int | None:
        """Return up to when there is data of these sensors."""
        mine = {each.name for each in self._sensors}
        return max((each.last for each in self._store.listening() if each.sensor in mine), default=None)

    def _last_report(self) -> int | None:
        """Return when the last scan of these sensors ended that found something to report on."""
        mine = {each.name for each in self._sensors}
        for each in self._store.runs():
            if each.end and each.status in ("full", "partial") and mine & {one.name for one in each.start.sensors}:
                return each.end.finished
        return None


def _excepted(record: DeviceRecord) -> Excepted:
    exemption = record.exemption
    assert exemption is not None  # noqa: S101 - asked for those that have one
    return Excepted(exemption.reason, _day_of(exemption.until - 1))


def _day_of(time_: int) -> date:
    return datetime.fromtimestamp(time_ / 1_000_000, UTC).date()


def _now() -> int:
    return time.time_ns() // 1000
