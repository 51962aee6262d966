"""One scan in the inventory: begun, stored, compared, reported."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import NamedTuple

from sniffer.cli.clock import now
from sniffer.cli.inventory import PERIOD, day_of
from sniffer.inference.changes import changes, ended, matched, sorted_out
from sniffer.inference.coverage import coverages
from sniffer.inventory.bundle import Kept, Pending, commit_or_keep
from sniffer.inventory.store import Store, StoreError
from sniffer.knowledge.catalogue import Catalogue
from sniffer.model import limits
from sniffer.model.changes import Change, Excepted
from sniffer.model.coverage import Coverage, Listened
from sniffer.model.findings import DeviceFinding, SessionFinding, Verdict
from sniffer.model.health import Health
from sniffer.model.records import Exemption, Listening, RunEnd, RunKind, RunStart, SensorRecord
from sniffer.pipeline import Gathered, Judgement
from sniffer.reports.changes import Morning
from sniffer.reports.inventory_rows import last_day, told, told_change
from sniffer.reports.moments import local_ahead
from sniffer.reports.summary import Summary

DATED = "exchange-online"
"""The service whose date a report speaks of."""


class Found(NamedTuple):
    """What a run found: what was gathered, its judgement, and up to when (microseconds).

    ``since`` is from when on sessions are this run's, as far as that matters; ``listened`` when it listened, in place
    of what was gathered; ``health`` how that went, of this run alone.
    """

    gathered: Gathered
    judgement: Judgement
    until: int
    complete: bool = True
    health: Health | None = None
    since: int = 0
    listened: tuple[Listening, ...] | None = None

    def intervals(self) -> tuple[Listening, ...]:
        """Return when it listened; what is of the future is a wrong clock's."""
        told = self.listened
        if told is None:
            told = tuple(Listening(*each) for each in self.gathered.counts.listening)
        soon = now() + limits.CLOCKS_DIFFER
        return tuple(each for each in told if each.last <= soon)


class Scans:
    """The scans of some sensors, one after the other, in an inventory.

    ``opened`` opens the inventory; while it is away, scans are kept in ``pending`` and stored with the next.  ``day``
    gives the day that words are for.  ``summary`` counts the sessions of the last scan, ``kept`` says what became of
    it, ``knows`` whether the inventory has any scan of these sensors.  Raises ``StoreError`` where the inventory cannot
    be used, and will not be as it is.
    """

    def __init__(
        self,
        opened: Callable[[], Store],
        pending: Pending,
        sensors: Iterable[SensorRecord],
        kind: RunKind,
        known: Catalogue,
        day: Callable[[], date],
    ) -> None:
        self._opened = opened
        self._pending = pending
        self._sensors = tuple(sensors)
        self._kind = kind
        self._known = known
        self._day = day
        self._start: RunStart | None = None
        self._reported: int | None = None
        self._heard: int | None = None
        self._looked = False
        self.knows = True
        self.kept: Kept | None = None
        self.summary = Summary(all_scopes=False)
        with _suppress_passing(), opened() as store:
            self._look(store)

    def begin(self) -> None:
        """Store that a scan begins: if it never ends, it is known to have been interrupted."""
        start = RunStart(key=str(uuid.uuid4()), kind=self._kind, started=now(), sensors=self._sensors)
        self._start = start
        with _suppress_passing(), self._opened() as store:
            store.begin(start)

    def commit(self, found: Found, since: int = 0) -> Kept:
        """Store what was found, sessions that ended since a time, and compare; the scan is over."""
        if self._start is None:
            self.begin()
        start, self._start = self._start, None
        assert start is not None  # noqa: S101 - it was begun
        self.summary = Summary(all_scopes=False, silent=found.gathered.counts.silent)
        mine = self.summary.session

        def look(finding: SessionFinding) -> None:
            if finding.fact.end >= found.since:
                mine(finding)

        devices = self.summary.devices(found.judgement.devices(look))

        def sessions() -> Iterator[SessionFinding]:
            return (each for each in found.judgement.sessions() if each.fact.end >= since)

        self.kept = commit_or_keep(
            self._opened, self._pending, start, sessions, devices, self._end(found), self._known, self._compare()
        )
        return self.kept

    def _compare(self) -> Callable[[DeviceFinding | None, DeviceFinding], Iterable[Change]]:
        """Return what compares a device before and after, with what the inventory knew of it once."""
        past: dict[str, dict[str, Verdict]] = {}
        with _suppress_passing(), self._opened() as store:
            past = store.past()
        return lambda before, after: changes(before, after, self._known, self._day(), past.get(after.device))

    def fail(self, why: str) -> None:
        """Store that the scan came to nothing."""
        start, self._start = self._start, None
        if start is not None:
            with _suppress_passing(), self._opened() as store:
                store.fail(store.begin(start), RunEnd(finished=now(), complete=False, problems=(why,)))

    def morning(self, found: Found | None, notes: Iterable[str], failing: Sequence[str]) -> tuple[Morning, list[str]]:
        """Return the report on everything stored since the last one, and which words of ``failing`` it matches.

        Its times are those of the data.
        """
        with self._opened() as store:
            if not self._looked:
                self._look(store)
            records = store.devices()
            excepted = {each.device: _excepted(each.exemption) for each in records if each.exemption}
            facts = {each.device: each.facts for each in records}
            day, devices = self._day(), [told(each) for each in records]
            stored = store.changes((self._reported or -1) + 1, Change)
            new = [told_change(change, facts.get(change.device, {})) for change, _, _ in stored]
            new += ended(devices, excepted, day_of(self._reported), day) if self._reported is not None else ()
            loud, silenced = sorted_out(new, excepted, day)
            since, until = self._period(found)
            first = self._first(found) if since is None else since
            morning = Morning(
                until=until,
                loud=loud,
                silenced=silenced,
                devices=devices,
                since=since,
                recent=self._coverage(store, first, until),
                coverage=self._coverage(store, until - PERIOD, until),
                silent=found.judgement.silent(devices) if found else None,
                excepted=sum(each.until >= day for each in excepted.values()),
                notes=tuple(notes),
                deadline=self._deadline(day),
            )
        self._reported, self._heard = now(), until
        return morning, matched(failing, devices, loud, excepted, day)

    def _period(self, found: Found | None) -> tuple[int | None, int]:
        """Return from when to when the data is new; older captures may come later."""
        if found is None:
            return self._heard, self._heard or now()
        if self._heard is None:
            return None, found.until
        return min(self._heard, self._first(found)), max(self._heard, found.until)

    def _first(self, found: Found | None) -> int:
        """Return the beginning of the data."""
        return min((each.first for each in (found.intervals() if found else ())), default=now())

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
            finished=now(),
            listening=found.intervals(),
            complete=found.complete and not found.gathered.problems and not counts.interrupted,
            counts=numbers,
            flags=("interrupted",) if counts.interrupted else (),
            problems=tuple(str(each) for each in found.gathered.problems),
        )

    def _coverage(self, store: Store, start: int, until: int) -> list[Coverage]:
        mine = {each.name for each in self._sensors}
        listened = (Listened(*each) for each in store.listening(start, until) if each.sensor in mine)
        return coverages(listened, start, until, local_ahead(until))

    def _deadline(self, day: date) -> str:
        row = self._known.deadline(DATED)
        return row.says(day) if row else ""

    def _look(self, store: Store) -> None:
        """Look up when the last scan of these sensors ended, and up to when there is data of them."""
        self._looked = True
        mine = {each.name for each in self._sensors}
        self._heard = max((each.last for each in store.listening() if each.sensor in mine), default=None)
        self.knows = any(mine & {one.name for one in each.start.sensors} for each in store.runs())
        for each in store.runs():
            if each.end and each.status in ("full", "partial") and mine & {one.name for one in each.start.sensors}:
                self._reported = each.end.finished
                return


@contextmanager
def _suppress_passing() -> Iterator[None]:
    """Do without an inventory that is away for the moment."""
    try:
        yield
    except StoreError as error:
        if not error.passing:
            raise


def _excepted(exemption: Exemption) -> Excepted:
    return Excepted(exemption.reason, last_day(exemption))
