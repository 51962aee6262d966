"""The dates of services and the ways out: rows for programs, tables for people."""

from __future__ import annotations

from datetime import date
from typing import IO, TYPE_CHECKING

from sniffer.knowledge.catalogue import Catalogue
from sniffer.knowledge.deadlines import Deadline
from sniffer.knowledge.rows import FRESH, Row
from sniffer.knowledge.ways import Way
from sniffer.reports.escape import for_terminal
from sniffer.reports.machine import encoded
from sniffer.reports.rows import Row as Record

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text


def deadline_row(row: Deadline, day: date) -> Record:
    """Return what happens to passwords at some services, as of a day."""
    return {
        "code": row.code,
        "name": row.name,
        "services": list(row.services),
        "when": row.when,
        "begins": row.begins.isoformat() if row.begins else None,
        "passed": row.passed(day),
        "certainty": row.certainty,
        "text": row.says(day),
        "reversible": row.reversible,
        "history": list(row.history),
        **_origin(row, day),
    }


def way_row(row: Way, day: date, *, passed: bool) -> Record:
    """Return a way out; ``passed`` says that Exchange Online's date has."""
    return {
        "code": row.code,
        "name": row.name,
        "services": list(row.services),
        "host": row.host,
        "ports": list(row.ports),
        "auth": row.auth,
        "fits": row.fits_when(passed=passed),
        "limits": row.limits,
        "catch": row.catch,
        **_origin(row, day),
    }


def write_json(stream: IO[str], catalogue: Catalogue, day: date) -> None:
    """Write both as one object (``schemas/deadlines.schema.json``)."""
    found = {
        "deadlines": [deadline_row(row, day) for row in catalogue.deadlines],
        "ways": [way_row(row, day, passed=catalogue.passed(day)) for row in catalogue.ways],
    }
    stream.write(encoded(found) + "\n")


class Page:
    """What a person sees: two tables, and below them the sources that both number."""

    def __init__(self, catalogue: Catalogue, day: date) -> None:
        """Take what is known and the day it is worded for."""
        self._catalogue = catalogue
        self._day = day
        self._sources: dict[str, int] = {}

    def deadlines(self) -> Table:
        """Return a row for each date."""
        table = _table("Service", "When", "What happens")
        for row in self._catalogue.deadlines:
            told = f"{row.says(self._day)} {self._source(row)}"
            if row.reversible:
                told += f"\nCan be undone by {row.reversible}."
            ahead = row.begins is not None and not row.passed(self._day)
            table.add_row(_cell(row.name), _cell(row.when, "bold" if ahead else ""), _cell(told))
        return table

    def ways(self) -> Table:
        """Return a row for each way out, in the order in which to try them."""
        table = _table("Way out", "Where, how, when it fits, and its catch")
        passed = self._catalogue.passed(self._day)
        for row in self._catalogue.ways:
            told = _cell(f"{row.server or 'same server'}, {row.auth}\n", "bold")
            parts = [("Fits if ", row.fits_when(passed=passed)), ("Limits: ", row.limits), ("Catch: ", row.catch)]
            told.append(_cell(" ".join(f"{label}{text}." for label, text in parts if text) + f" {self._source(row)}"))
            table.add_row(_cell(row.name), told)
        return table

    def sources(self) -> Table:
        """Return the sources under the numbers that the tables above have given them."""
        from rich.table import Table  # noqa: PLC0415 - rich takes 50 ms to import, and JSON needs none of it

        grid = Table.grid(padding=(0, 1, 0, 0))
        for source, number in self._sources.items():
            grid.add_row(_cell(f"[{number}]", "dim"), _cell(source, "dim"))
        return grid

    def _source(self, row: Row) -> str:
        """Return the number of a row's source; an old one says what to check."""
        source = f"{row.source}; as of {row.as_of}"
        if row.stale(self._day):
            source += f", more than {FRESH.days} days old: check {row.check}"
        return f"[{self._sources.setdefault(source, len(self._sources) + 1)}]"


def _origin(row: Row, day: date) -> Record:
    return {"source": row.source, "as_of": row.as_of.isoformat(), "stale": row.stale(day), "check": row.check}


def _table(*columns: str) -> Table:
    from rich import box  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0), header_style="bold", leading=1)
    for name in columns[:-1]:
        table.add_column(name, width=17, overflow="fold")
    table.add_column(columns[-1], overflow="fold")
    return table


def _cell(text: str, style: str = "") -> Text:
    """Return text of a table's cell; lines are kept, all else that moves a cursor is not."""
    from rich.text import Text  # noqa: PLC0415

    return Text("\n".join(map(for_terminal, text.split("\n"))), style)
