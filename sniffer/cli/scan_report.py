"""What a scan reports: words to read in the morning, or rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import IO, NamedTuple

from sniffer.cli import report
from sniffer.cli.scanning import Found
from sniffer.inventory.bundle import Kept
from sniffer.inventory.spool import Spool
from sniffer.knowledge.catalogue import Catalogue
from sniffer.pipeline import Gathered, Settings
from sniffer.reports import machine
from sniffer.reports.changes import Morning, change_row, morning_row, morning_text
from sniffer.reports.redaction import Redactor
from sniffer.reports.rows import Row
from sniffer.reports.run_row import run_row
from sniffer.reports.silent import suspect_row
from sniffer.reports.summary import Summary

CUT_SHORT = "This scan was cut short: it does not pass for a full one."


class Format(StrEnum):
    """How a report is written."""

    TEXT = "text"
    JSON = "json"
    JSONL = "jsonl"


class Told(NamedTuple):
    """One report: what changed, what was found (None where there was nothing new to read), and what it matches."""

    morning: Morning
    found: Found | None
    summary: Summary
    matched: Sequence[str] = ()


class ScanReport:
    """Writes reports of scans; ``again`` says that each takes the place of the one before, as in a file."""

    def __init__(
        self, stream: IO[str], form: Format, redact: Redactor, settings: Settings, known: Catalogue, *, again: bool
    ) -> None:
        self._stream = stream
        self._form = form
        self._redact = redact
        self._settings = settings
        self._known = known
        self._again = again

    def write(self, told: Told) -> int:
        """Write a report; return the exit status."""
        flags = _flags(told)
        status = report.status_of(flags)
        if self._again and self._stream.seekable():
            self._stream.seek(0)
            self._stream.truncate()
        if self._form is Format.TEXT:
            self._stream.write(morning_text(told.morning, self._redact))
        elif self._form is Format.JSON:
            machine.write_object(self._stream, "changes", self._changes(told.morning), self._run(told, flags, status))
        else:
            rows = [*self._changes(told.morning), *self._suspects(told.morning)]
            machine.write_lines(self._stream, rows, self._run(told, flags, status))
        self._stream.flush()
        return status

    def _changes(self, morning: Morning) -> Iterator[Row]:
        return (change_row(each, self._redact) for each in (*morning.loud, *morning.silenced))

    def _suspects(self, morning: Morning) -> Iterator[Row]:
        return (suspect_row(each, self._redact) for each in (morning.silent.found if morning.silent else ()))

    def _run(self, told: Told, flags: list[str], status: int) -> Row:
        """Return the run's row; the numbers of devices are those of the inventory."""
        gathered = told.found.gathered if told.found else Gathered(Spool())
        health = told.found.health if told.found else None
        counted = report.counted_by(gathered, self._settings) | {"health": health}
        suspects = list(self._suspects(told.morning)) if self._form is Format.JSON else None
        return {
            **run_row(counted, told.summary, flags, status, self._known),
            "scan": {**morning_row(told.morning), "suspects": suspects},
        }


def notes(found: Found | None, summary: Summary, kept: Kept | None) -> list[str]:
    """Return what was wrong with a run, and how well it heard."""
    if found is None:
        return []
    loaded, unreadable = (kept.loaded, kept.unreadable) if kept else ((), ())
    return [
        *([] if found.complete else [CUT_SHORT]),
        *([f"{len(loaded):,} scans that had waited for the inventory were stored."] if loaded else []),
        *map(str, unreadable),
        *map(str, found.gathered.problems),
        *summary.quality.lines(found.health),
    ]


def _flags(told: Told) -> list[str]:
    """Name everything about a run that its reader must know."""
    flags = [f"fail-on:{word}" for word in told.matched]
    if told.found is None:
        return flags
    flags += report.flags_of(told.found.gathered, told.summary, ())
    return flags + ([] if told.found.complete or "interrupted" in flags else ["interrupted"])
