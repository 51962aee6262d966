"""Scans of interfaces: for a time, or always with a report now and then."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from sniffer.cli import clock, profiles, reading
from sniffer.cli.interrupt import Interrupt
from sniffer.cli.preload import preload
from sniffer.cli.report import MATCHED
from sniffer.cli.saying import say
from sniffer.cli.scan_report import ScanReport
from sniffer.cli.scan_work import Asked, scans_of, told
from sniffer.cli.scanning import Found, Scans
from sniffer.inventory.store import Store, StoreError
from sniffer.model import limits
from sniffer.model.health import Health, health_since
from sniffer.model.records import Listening, SensorRecord
from sniffer.pipeline import Judgement
from sniffer.pipeline.live import Live, LiveSettings
from sniffer.pipeline.tables import take

STORED_AGAIN = (limits.CONNECTION_IDLE + limits.TIDY_INTERVAL) * 2
"""Microseconds by which the sessions that a continuous scan stores overlap: one is known some time after its end."""

STORING_SECONDS = 3600.0
"""How often a continuous scan stores what it found: so much is lost with the machine's power."""

AGAIN_SECONDS = 300.0
"""How soon a report is tried again that could not be made."""

REMEMBERED = 2 * 24 * 3600 * 1_000_000
"""Microseconds of sessions that a continuous scan keeps beside the inventory."""


def _rehearse() -> None:
    """Make an inventory that nobody needs: so all that this takes is loaded before rights are given up."""
    with TemporaryDirectory() as folder_, Store.open(str(Path(folder_) / "inventory.sqlite")):
        pass


class ScanListening:
    """Scans of interfaces."""

    def __init__(self, asked: Asked, live: LiveSettings, sensor: SensorRecord, report: ScanReport) -> None:
        self._asked = asked
        self._live = Live(live)
        self._sensor = sensor
        self._report = report
        self._stored = profiles.load()
        self._problems = 0
        self._health: Health | None = None
        self._began = 0
        self._listened: list[Listening] = []
        self._hears = True

    def run(self, lasts: float | None, period: float | None) -> int:
        """Listen for some seconds, or always, with a report each ``period``; return the exit status."""
        preload(self._asked.known)
        _rehearse()
        with Interrupt() as interrupt:
            self._live.start()
            self._tell_problems()
            if not self._live.listened:
                return reading.FAILED
            for note in self._live.notes:
                say(note)
            try:
                with scans_of(self._asked, [self._sensor], "live") as (scans, _):
                    scans.begin()
                    if self._asked.tables:
                        take(self._asked.tables, self._live.found, self._asked.settings.ports)
                    if period is None:
                        return self._once(scans, lasts or 0.0, interrupt.pending)
                    return self._always(scans, period, interrupt.pending)
            finally:
                self._live.end()  # what goes on where something went wrong

    def _once(self, scans: Scans, seconds: float, pending: Callable[[], bool]) -> int:
        ends = time.monotonic() + seconds
        self._listen(ends, pending)
        complete = self._live.listening and not pending()
        self._live.stop()
        found = self._found(complete=complete)
        scans.commit(found)
        return told(self._asked, scans, found, self._report)

    def _always(self, scans: Scans, seconds: float, pending: Callable[[], bool]) -> int:
        """Store what was found at least every hour, and report at intervals, until told to stop."""
        status, since = 0, 0
        report = time.monotonic() + seconds
        store = time.monotonic() + min(seconds, STORING_SECONDS)
        while self._live.listening and not pending():
            self._listen(min(report, store), pending)
            going_on = self._live.listening and not pending()
            if going_on:
                self._live.seal()
            else:
                self._live.stop()
            found = self._found(complete=True)
            scans.commit(found, since)
            if not going_on or time.monotonic() >= report:
                outcome = self._report_on(scans, found)
                report = time.monotonic() + (AGAIN_SECONDS if outcome == reading.FAILED else seconds)
                status = outcome if outcome == MATCHED or status != MATCHED else status  # what matched once has matched
            store = time.monotonic() + min(seconds, STORING_SECONDS)
            since = self._next(found)
            if going_on:
                scans.begin()
        return status

    def _report_on(self, scans: Scans, found: Found) -> int:
        """Report, if the inventory can be asked; who listens always goes on in any case."""
        try:
            return told(self._asked, scans, found, self._report)
        except StoreError as error:
            say(str(error))
            return reading.FAILED

    def _next(self, found: Found) -> int:
        """Make ready for what comes next; return from when on sessions are to be stored again."""
        self._live.found.spool.forget(found.until - REMEMBERED, limits.LIVE_SESSIONS)
        self._health, self._began, self._listened = self._live.health, found.until, []
        return found.until - STORED_AGAIN

    def _listen(self, until: float, pending: Callable[[], bool]) -> None:
        while self._live.listening and not pending() and (left := until - time.monotonic()) > 0:
            self._live.pump(min(left, 1.0))
            self._tell_problems()
            self._note_listening()

    def _note_listening(self) -> None:
        """Take note of the time if all interfaces hear: a tap with one side is no listening."""
        health, now = self._live.health, clock.now()
        hears = all(each.up and each.gone is None for each in health.interfaces)
        if hears and self._hears and self._listened:
            self._listened[-1] = self._listened[-1]._replace(last=now)
        elif hears:
            self._listened.append(Listening(self._sensor.name, now, now))
        if hears is not self._hears:
            down = [each.interface for each in health.interfaces if not each.up or each.gone is not None]
            say(
                f"{', '.join(down)}: down; what is sent meanwhile is not heard" if down else "all interfaces hear again"
            )
        self._hears = hears

    def _found(self, *, complete: bool) -> Found:
        asked, gathered, now = self._asked, self._live.found, clock.now()
        known, profiles = asked.known, self._stored.profiles
        judgement = Judgement(gathered.spool, asked.local_nets, known, asked.today(), profiles, shares=False)
        health = health_since(self._live.health, self._health)
        return Found(gathered, judgement, now, complete, health, self._began, tuple(self._listened))

    def _tell_problems(self) -> None:
        problems = self._live.found.problems
        for problem in problems[self._problems :]:
            say(str(problem))
        self._problems = len(problems)
