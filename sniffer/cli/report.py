"""A report of what was found, in the view and format that were asked for; and how the run ended."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict
from enum import StrEnum
from typing import IO, Any

from sniffer.cli import reading
from sniffer.knowledge.catalogue import Catalogue
from sniffer.model import limits
from sniffer.model.findings import SessionFinding
from sniffer.model.health import Health
from sniffer.pipeline import Gathered, Judgement, Settings, TableRecord
from sniffer.reports import machine
from sniffer.reports.redaction import Redactor
from sniffer.reports.rows import Row, device_row, session_row
from sniffer.reports.run_row import run_row
from sniffer.reports.shapes import Shapes
from sniffer.reports.summary import Summary

DONE, MATCHED, NONE_JUDGED = 0, 3, 5
"""Exit statuses beside those of ``reading``; 2 is a usage error."""

NOTES = {
    "interrupted": "ended early; what was read until then is reported",
    "connections-evicted": "more connections at once than are followed (a flood, a scan?): some were let go",
    "sessions-forgotten": f"the oldest sessions were let go: {limits.LIVE_SESSIONS:,} of the last month are remembered",
    "devices-left-out": f"more than {limits.DEVICES:,} devices: further hosts on the Internet were left out",
}
"""Flags of a run that a table would not show, in words."""


class View(StrEnum):
    """What a report lists."""

    DEVICES = "devices"
    SESSIONS = "sessions"


class Format(StrEnum):
    """How a report is written."""

    TABLE = "table"
    JSON = "json"
    JSONL = "jsonl"
    CSV = "csv"


class Scope(StrEnum):
    """Whose sessions a report shows."""

    LOCAL = "local"
    ALL = "all"


class Report:
    """Writes what was found, in the view and format that were asked for."""

    def __init__(
        self,
        gathered: Gathered,
        judgement: Judgement,
        summary: Summary,
        redact: Redactor,
        settings: Settings,
        failing: tuple[str, ...],
        known: Catalogue,
        shapes: Shapes | None = None,
        health: Health | None = None,
        look: Callable[[SessionFinding], None] = lambda _: None,
    ) -> None:
        """Judge, and count; ``health`` is that of a live capture, ``look`` is shown each session that is reported."""
        self._known = known
        self._gathered = gathered
        self._judgement = judgement
        self.summary = summary
        self._redact = redact
        self._settings = settings
        self._shapes = shapes
        self._health = health
        self._shown = look
        self.devices = summary.devices(judgement.devices(self._look))
        self._flags = flags_of(gathered, summary, failing)
        self._flags += ["sessions-forgotten"] if gathered.counts.forgotten else []
        self._flags += ["devices-left-out"] if judgement.overflow else []
        self.status = status_of(self._flags)

    def _look(self, finding: SessionFinding) -> None:
        self.summary.session(finding)
        if self.summary.shows(finding.scope):
            self._shown(finding)
        if self._shapes and finding.scope == "local":
            self._shapes.add(finding)

    def notes(self) -> list[str]:
        """Return what a person must know about the run, whatever the format."""
        return [NOTES[flag] for flag in self._flags if flag in NOTES]

    def write(self, stream: IO[str], view: View, form: Format) -> None:
        """Write the report."""
        if form is Format.TABLE:
            self._table(stream, view)
            return
        rows = self._session_rows() if view is View.SESSIONS else self._device_rows()
        if form is Format.JSONL:
            machine.write_lines(stream, rows, self.run())
        elif form is Format.JSON:
            machine.write_object(stream, view.value, rows, self.run())
        elif view is View.SESSIONS:
            machine.write_sessions_csv(stream, rows)
        else:
            machine.write_devices_csv(stream, rows)

    def _table(self, stream: IO[str], view: View) -> None:
        from sniffer.reports import table  # noqa: PLC0415 - rich's tables take 50 ms to import

        page = table.console(stream)
        if view is View.SESSIONS:
            shown, more = _first(self._sessions(), table.MOST_SESSIONS)
            page.print(table.sessions_table(shown, self._redact) if shown else "")
            if more:
                page.print(f"The first {len(shown)} sessions; --format csv or jsonl lists all.")
        elif self.devices:
            page.print(table.devices_table(self.devices, self._redact, self.summary.known))
        table.below(page, [*self.summary.lines(self._settings.ports), *self.summary.quality.lines(self._health)])

    def _sessions(self) -> Iterator[SessionFinding]:
        return (each for each in self._judgement.sessions() if self.summary.shows(each.scope))

    def _session_rows(self) -> Iterator[Row]:
        return (session_row(each, self._redact) for each in self._sessions())

    def _device_rows(self) -> Iterator[Row]:
        return (device_row(each, self._redact) for each in self.devices)

    def run(self) -> Row:
        """Return the run's row."""
        counted = counted_by(self._gathered, self._settings) | {"health": self._health}
        return run_row(counted, self.summary, self._flags, self.status, self._known)


def _table_row(table: TableRecord) -> Row:
    unused = [{"problem": problem, "rows": rows, "line": line} for problem, rows, line in table.unused]
    return {**asdict(table), "unused": unused}


def counted_by(gathered: Gathered, settings: Settings) -> dict[str, Any]:
    """Return what phase A counted, for the run record."""
    return {
        "sensors": list(dict.fromkeys(each.sensor for each in gathered.inputs)),
        "inputs": [asdict(each) for each in gathered.inputs],
        "tables": [_table_row(each) for each in gathered.tables],
        "listened": settings.identity,
        "messages": gathered.counts.messages,
        "ports": list(settings.ports),
        "frames_read": gathered.frames_read,
        "frames_selected": gathered.counts.frames_selected,
        "silent": gathered.counts.silent,
        "evicted": gathered.counts.evicted,
        "listening": gathered.counts.listening,
        "problems": [str(problem) for problem in gathered.problems],
    }


def flags_of(gathered: Gathered, summary: Summary, failing: tuple[str, ...]) -> list[str]:
    """Name everything about a run that its reader must know."""
    flags = [f"fail-on:{verdict}" for verdict in failing if summary.verdicts[verdict]]  # type: ignore[index]
    flags += ["none-judged"] if summary.none_judged else []
    flags += ["partly-read"] if gathered.problems else []
    flags += ["interrupted"] if gathered.counts.interrupted else []
    flags += ["connections-evicted"] if gathered.counts.evicted else []
    return flags


def status_of(flags: list[str]) -> int:
    """Return the exit status: of several that hold, the first of 3, 5, 4."""
    if any(flag.startswith("fail-on:") for flag in flags):
        return MATCHED
    if "none-judged" in flags:
        return NONE_JUDGED
    return reading.PARTLY_READ if "partly-read" in flags or "interrupted" in flags else DONE


def _first(findings: Iterator[SessionFinding], count: int) -> tuple[list[SessionFinding], bool]:
    """Return the first sessions, and whether there are more."""
    shown: list[SessionFinding] = []
    for finding in findings:
        if len(shown) == count:
            return shown, True
        shown.append(finding)
    return shown, False
