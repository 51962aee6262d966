"""JSON lines of a capture that goes on: what is new or changed, at intervals, for whoever collects them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import IO

from sniffer.cli.line_writer import LineWriter
from sniffer.cli.live_run import Judged
from sniffer.cli.report import View
from sniffer.model.findings import DeviceFinding, SessionFinding
from sniffer.reports import machine
from sniffer.reports.health_row import health_row
from sniffer.reports.notes import Course
from sniffer.reports.redaction import Redactor
from sniffer.reports.revisions import Once, Revisions
from sniffer.reports.rows import Row, device_row, session_row


class Lines:
    """Writes the rows that are new or changed since the last time, every ``interval`` seconds, and a health row.

    Where they cannot be written (a disk that is full, a reader that went away) the capture goes on: ``say`` is told
    once, and what was not written comes with the next lines that can be.  ``gone`` and ``failing`` say so; if they hold
    behind ``finish``, the output is not complete.
    """

    def __init__(
        self, stream: IO[str], view: View, redact: Redactor, interval: float, say: Callable[[str], None]
    ) -> None:
        self._writer = LineWriter(stream)
        self._view = view
        self._redact = redact
        self._interval = interval
        self._say = say
        self._due = time.monotonic() + interval
        self._begin()
        self.failing = False
        self.gone = False

    def _begin(self) -> None:
        """Know of nothing that was told."""
        self._revisions, self._once = Revisions(), Once()
        self._waiting: list[Row] = []

    def look(self, finding: SessionFinding) -> None:
        """Take a session of a judgement; one that was not told yet is told with the next lines."""
        if self._view is View.SESSIONS and self._once.first(finding.fact):
            self._waiting.append(session_row(finding, self._redact))

    def tick(self, judged: Judged | None, course: Course) -> None:
        """Write what is new, and how it goes, if it is time to."""
        if time.monotonic() >= self._due:
            self._due = time.monotonic() + self._interval
            rows = self._rows(judged.devices, judged.at, last=False) if judged else ()
            self._write([*rows, health_row(course)])

    def finish(self, devices: Iterable[DeviceFinding], course: Course, run: Row) -> None:
        """Write what is left, and the run."""
        before = self.failing
        self._write([*self._rows(devices, course.health.time, last=True), health_row(course), run])
        if self.failing and before:
            self._say("the last lines could not be written either; make room, or write elsewhere with --output")

    def _rows(self, devices: Iterable[DeviceFinding], now: int, *, last: bool) -> Iterable[Row]:
        if self._view is View.SESSIONS:
            rows, self._waiting = self._waiting, []
            return rows
        return self._revisions.changed((device_row(each, self._redact) for each in devices), now, last=last)

    def _write(self, rows: Iterable[Row]) -> None:
        if self.gone:
            return
        try:
            self._writer.write(machine.encoded(row) + "\n" for row in rows)
        except BrokenPipeError:
            self.gone = True
            self._say("whoever read the lines went away; the capture goes on without")
        except OSError as error:
            if not self.failing:
                self._say(f"lines cannot be written ({error.strerror}); they will come again when they can")
            self.failing = True
            self._begin()
        else:
            self.failing = False
