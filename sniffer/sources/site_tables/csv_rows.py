"""Rows of CSV, however it is written: the delimiter, quotes, a title above the names of the columns."""

from __future__ import annotations

import csv
import itertools
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from sniffer.model import limits
from sniffer.sources.site_tables.table import Table

DELIMITERS = ",;\t|"
"""What separates cells: a comma, what Excel writes where the comma is a decimal point, a tab."""

NOT_COLUMNS = re.compile(r"#TYPE\b|sep=.$", re.IGNORECASE)
"""Lines above the columns' names that programs write: PowerShell's Export-Csv, Excel."""

BROKEN = "a quoted cell does not end"

CUT = "fewer cells than the table has columns"


class Header(NamedTuple):
    """The line that names the columns: its number, the delimiter, and the names as they stand."""

    line: int
    delimiter: str
    names: tuple[str, ...]


class Row(NamedTuple):
    """A row: the number of its first line, and its cells."""

    line: int
    cells: list[str]


def plain(name: str) -> str:
    """Return a column's name in small letters, without spaces and marks: ``IP Address`` is ``ipaddress``."""
    return "".join(filter(str.isalnum, name[: limits.CLUE_CHARACTERS].lower()))


def headers(lines: Iterable[str]) -> Iterator[Header]:
    """Give the lines that may name the columns, in their order."""
    found = 0
    for number, line in enumerate(itertools.islice(lines, 4 * limits.TABLE_HEADER_LINES), start=1):
        if not line.strip() or NOT_COLUMNS.match(line.strip()):
            continue
        delimiter = max(DELIMITERS, key=line.count)
        if line.count(delimiter):
            names = next(_parsed(iter([line]), delimiter), [])[: limits.TABLE_COLUMNS]
            yield Header(number, delimiter, tuple(name.strip() for name in names))
        found += 1
        if found == limits.TABLE_HEADER_LINES:
            return


def rows(lines: Iterable[str], header: Header, table: Table, needed: int = 0) -> Iterator[Row]:
    """Give the rows below the header.  A row is told by its first line; those with less cells than needed are counted.

    A quote that nobody closes takes what is behind it along, as far as the longest cell: that is counted too.
    """
    ended = (line + "\n" for line in itertools.islice(lines, header.line, None))  # a quoted cell may have several
    reader = csv.reader(ended, delimiter=header.delimiter)
    while True:
        line = header.line + reader.line_num + 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error:
            table.complain(BROKEN, line)
            continue
        if len(row) <= needed:
            if any(map(str.strip, row)):
                table.complain(CUT, line)
            continue
        yield Row(line, row)


def _parsed(lines: Iterator[str], delimiter: str) -> Iterator[list[str]]:
    try:
        yield from csv.reader(lines, delimiter=delimiter)
    except csv.Error:
        return
