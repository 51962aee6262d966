"""What the site already knows goes to the facts: its tables, row by row."""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta, tzinfo
from pathlib import Path

from sniffer.pipeline.values import Gathered, TableRecord
from sniffer.sources.inputs import shown
from sniffer.sources.problems import TableError
from sniffer.sources.site_tables import SiteTable, read


class MachineZone(tzinfo):
    """The zone that this machine is set to, with its summer times; Python's own knows today's offset only."""

    def utcoffset(self, moment: datetime | None) -> timedelta | None:
        """Return the offset at a local time; ``fold`` says which where clocks repeat an hour (PEP 495)."""
        if moment is None:
            return None
        local = moment.timetuple()[:8]
        stamps = [time.mktime((*local, summer)) for summer in (0, 1)]
        fit = sorted({stamp for stamp in stamps if time.localtime(stamp)[:6] == local[:6]}) or stamps
        return timedelta(seconds=time.localtime(fit[-1 if moment.fold else 0]).tm_gmtoff)

    def dst(self, moment: datetime | None) -> timedelta | None:  # noqa: ARG002 - it is part of the offset
        """Return nothing: what part of the offset is summer time does not matter."""
        return None

    def tzname(self, moment: datetime | None) -> str | None:  # noqa: ARG002
        """Return nothing."""
        return None


def take(paths: Sequence[Path], found: Gathered, ports: Collection[int]) -> None:
    """Read tables into the spool, and record them.  What cannot be read is among the problems; what was read stays.

    A table without times holds at the capture's end.  Times without a zone are those of this machine's.
    """
    captured = max((last for _, _, last in found.counts.listening), default=None)
    for path in dict.fromkeys(paths):
        record = TableRecord(shown(path))
        found.tables.append(record)
        try:
            table = read(path, MachineZone(), captured, ports)
            record.kind = table.kind
            _take(table, record, found)
        except TableError as error:
            found.problems.append(error)
            record.problem = error.problem


def _take(table: SiteTable, record: TableRecord, found: Gathered) -> None:
    """Take one table's facts.  Raises ``TableError`` behind the last that can be read."""
    line = None
    try:
        for fact in table:
            record.rows += fact.line != line
            line = fact.line
            found.spool.boxes.add(fact)
    finally:
        record.unused = tuple((each.problem, each.rows, each.line) for each in table.problems)
