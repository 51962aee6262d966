"""A live capture from its start to its last judgement: pumped, judged now and then, shown and told as it goes on."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import NamedTuple

from sniffer.cli.clock import now
from sniffer.cli.watching import Watching
from sniffer.model.findings import DeviceFinding, SessionFinding
from sniffer.model.health import Health
from sniffer.pipeline import Judgement
from sniffer.pipeline.live import Live
from sniffer.reports.notes import Course
from sniffer.reports.redaction import Redactor
from sniffer.reports.summary import Summary
from sniffer.reports.watched import Latest, Newest, Seen, Watched, seen

TICK_SECONDS = 0.25
"""How long facts are waited for before we look at the clock."""

REST = 10.0
"""How many times as long as it took a judgement is waited for before the next: judging shall take a tenth of a core."""

EAGER_SECONDS, LAZY_SECONDS = 2.0, 60.0
"""Between two judgements, where there was a new session and where only names may be new; else there is none."""


class AbandonedError(Exception):
    """There is something more urgent than this judgement."""


class Judged(NamedTuple):
    """What a judgement in between says: its time (microseconds), counts, devices, and the newest sessions."""

    at: int
    summary: Summary
    devices: list[DeviceFinding]
    latest: tuple[Latest, ...]
    seen: tuple[Seen, ...]


class Judges:
    """Makes judgements of a live capture's facts; ``judge`` makes one of the spool, ``summarise`` an empty summary."""

    def __init__(
        self,
        live: Live,
        judge: Callable[[], Judgement],
        summarise: Callable[[], Summary],
        redact: Redactor,
        pending: Callable[[], bool],
    ) -> None:
        self._live = live
        self._judge = judge
        self._summarise = summarise
        self._redact = redact
        self._pending = pending
        self.last: Judged | None = None
        self._judged: tuple[int, int, int] | None = None
        self._began = self._ended = 0.0

    def due(self) -> bool:
        """Say whether it is time for the next judgement."""
        heard = self._heard()
        if heard == self._judged or self._live.crowded:
            return False
        eager = self._judged is None or heard[0] != self._judged[0]
        pause = max(EAGER_SECONDS if eager else LAZY_SECONDS, (self._ended - self._began) * REST)
        return time.monotonic() - self._ended >= pause

    def _heard(self) -> tuple[int, int, int]:
        health = self._live.health
        return health.sessions, health.selected, health.messages

    def judge(self, look: Callable[[SessionFinding], None] = lambda _: None) -> Judged | None:
        """Judge what there is; None where something more urgent came between.  ``look`` is shown each session."""
        self._began = time.monotonic()
        self._live.seal()
        heard = self._heard()
        summary, newest = self._summarise(), Newest()

        def each(finding: SessionFinding) -> None:
            if self._pending() or self._live.crowded:
                raise AbandonedError
            summary.session(finding)
            if summary.shows(finding.scope):
                newest.session(finding)
                look(finding)

        try:
            judgement = self._judge()
            devices = summary.devices(judgement.devices(each))
        except AbandonedError:
            return None
        finally:
            self._ended = time.monotonic()
        self._judged = heard
        rows = tuple(seen(device, self._redact) for device in devices)
        self.last = Judged(now(), summary, devices, newest.told(devices, self._redact), rows)
        return self.last


class LiveRun:
    """Runs a live capture until its end: a signal, its duration, or the last interface's.

    ``until`` is the end (microseconds), None without one.  ``tick`` is shown the last judgement, if there was one, and
    how it goes, several times a second; ``look`` each session of each judgement.
    """

    def __init__(
        self,
        live: Live,
        judges: Judges,
        watching: Watching,
        pending: Callable[[], bool],
        until: int | None = None,
        writes: str | None = None,
    ) -> None:
        self._live = live
        self._judges = judges
        self._watching = watching
        self._pending = pending
        self._until = until
        self._writes = writes
        self._began = now()
        self._healths: list[Health] = []

    def run(
        self,
        tick: Callable[[Judged | None, Course], None] = lambda *_: None,
        look: Callable[[SessionFinding], None] = lambda _: None,
    ) -> None:
        """Go on until the end."""
        told = 0
        while self._live.listening and not self._pending() and not self._over():
            self._live.pump(TICK_SECONDS)
            for problem in self._live.found.problems[told:]:
                self._watching.note(str(problem))
            told = len(self._live.found.problems)
            self._show()
            if self._judges.due():
                self._show(now=self._judges.judge(look) is not None)
            tick(self._judges.last, self._course())

    def course(self, summary: Summary, *, last: bool = False) -> Course:
        """Return how the capture goes; at the end (``last``) there is no rate: what was open is over at once."""
        health = self._live.health
        if last:
            return Course(health, None, summary, self._began)
        if not self._healths or health.time != self._healths[-1].time:
            self._healths = [*self._healths, health][-2:]
        before = self._healths[0] if len(self._healths) > 1 else None
        return Course(health, before, summary, self._began)

    def _course(self) -> Course:
        last = self._judges.last
        return self.course(last.summary if last else Summary(all_scopes=False))

    def _show(self, *, now: bool = False) -> None:
        if not now and not self._watching.due():
            return
        last, course = self._judges.last, self._course()
        if last is None:
            self._watching.show(Watched(course, self._until, writes=self._writes), now=now)
            return
        watched = Watched(course, self._until, last.at, last.latest, last.seen, self._writes)
        self._watching.show(watched, now=now)

    def _over(self) -> bool:
        return self._until is not None and now() >= self._until
