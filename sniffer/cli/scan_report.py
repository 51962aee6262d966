"""What a scan reports: words to read in the morning, or rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import IO

from sniffer.cli import reading
from sniffer.cli.report import DONE, MATCHED, NONE_JUDGED
from sniffer.cli.scanning import Found
from sniffer.reports import machine
from sniffer.reports.changes import Morning, change_row, morning_row, morning_text
from sniffer.reports.redaction import Redactor
from sniffer.reports.rows import SCHEMA, Row
from sniffer.reports.silent import suspect_row
from sniffer.reports.summary import Summary

CUT_SHORT = "This scan was cut short: it does not pass for a full one."


class Format(StrEnum):
    """How a report is written."""

    TEXT = "text"
    JSON = "json"
    JSONL = "jsonl"


class ScanReport:
    """Writes reports of scans; ``again`` says that each takes the place of the one before, as in a file."""

    def __init__(self, stream: IO[str], form: Format, redact: Redactor, *, again: bool) -> None:
        self._stream = stream
        self._form = form
        self._redact = redact
        self._again = again

    def notes(self, found: Found | None, summary: Summary) -> list[str]:
        """Return what was wrong with a run."""
        if found is None:
            return []
        cut_short = [CUT_SHORT] if not found.complete or found.gathered.counts.interrupted else []
        return [*cut_short, *map(str, found.gathered.problems), *summary.quality.lines(found.health)]

    def write(self, morning: Morning, found: Found | None, summary: Summary, matched: Sequence[str]) -> int:
        """Write a report; return the exit status."""
        status = _status(found, summary, matched)
        if self._again and self._stream.seekable():
            self._stream.seek(0)
            self._stream.truncate()
        if self._form is Format.TEXT:
            self._stream.write(morning_text(morning, self._redact))
        elif self._form is Format.JSON:
            machine.write_object(self._stream, "changes", self._changes(morning), self._run(morning, matched, status))
        else:
            rows = [*self._changes(morning), *self._suspects(morning)]
            machine.write_lines(self._stream, rows, self._run(morning, matched, status))
        self._stream.flush()
        return status

    def _changes(self, morning: Morning) -> Iterator[Row]:
        return (change_row(each, self._redact) for each in (*morning.loud, *morning.silenced))

    def _suspects(self, morning: Morning) -> Iterator[Row]:
        return (suspect_row(each, self._redact) for each in (morning.silent.found if morning.silent else ()))

    def _run(self, morning: Morning, matched: Sequence[str], status: int) -> Row:
        suspects = list(self._suspects(morning)) if self._form is Format.JSON else None
        more = {} if suspects is None else {"suspects": suspects}
        return {
            "type": "scan", "schema": SCHEMA, **morning_row(morning), **more, "matched": list(matched),
            "exit_status": status,
        }  # fmt: skip


def _status(found: Found | None, summary: Summary, matched: Sequence[str]) -> int:
    """Return the exit status: of several that hold, the first of 3, 5, 4."""
    if matched:
        return MATCHED
    if found is None:
        return DONE
    if summary.none_judged:
        return NONE_JUDGED
    whole = found.complete and not found.gathered.problems and not found.gathered.counts.interrupted
    return DONE if whole else reading.PARTLY_READ
