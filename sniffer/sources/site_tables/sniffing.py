"""Which table a file is, told by what it holds and never by its name."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import UTC
from typing import NamedTuple

from sniffer.model import limits
from sniffer.sources.problems import TableError
from sniffer.sources.site_tables import leases_dnsmasq, leases_isc, leases_windows, nat_log, neighbours
from sniffer.sources.site_tables.columns import NEEDED, Columns, CsvKind, shown
from sniffer.sources.site_tables.csv_rows import Header, headers
from sniffer.sources.site_tables.lines import Lines
from sniffer.sources.site_tables.table import Table

_NOBODY = Table("", UTC, 0)

TEXT_FORMS: dict[str, Callable[[str], object]] = {
    "isc-leases": leases_isc.BEGIN.match,
    "dnsmasq-leases": leases_dnsmasq.LEASE.match,
    "netsh-leases": lambda line: leases_windows.RESERVATION.match(line) or leases_windows.CLIENT.match(line),
    "nat-log": lambda line: nat_log.translation(line, _NOBODY),
    "arp-table": neighbours.neighbour,
    "mac-table": neighbours.learnt,
}
"""Formats of text, and who knows a line of it."""

KINDS: dict[CsvKind, str] = {
    "kea": "kea-leases", "windows-leases": "windows-leases", "nat-csv": "nat-csv", "inventory": "inventory-list",
    "arp-csv": "arp-csv", "mac-csv": "mac-csv",
}  # fmt: skip
"""Formats of CSV."""


class Format(NamedTuple):
    """A file's format: its name, and its columns where it has some."""

    kind: str
    columns: Columns | None = None


def format_of(lines: Lines) -> Format:
    """Return a table's format.  Raises ``TableError`` with what was found where it is none that is known.

    A CSV is told by the names of its columns; else the format holds that knows the most lines.
    """
    first: Header | None = None
    for header in headers(lines):
        columns = Columns(header)
        found = columns.kind()
        if found:
            return Format(KINDS[found], columns)
        first = first or header
    kind = _by_lines(lines)
    if kind:
        return Format(kind)
    if first and len(first.names) > 1:
        raise TableError(lines.name, f"has columns that make no known table: {shown(first.names)}", NEEDED)
    raise TableError(lines.name, "is text, but no table that is known", NEEDED)


def _by_lines(lines: Iterable[str]) -> str | None:
    votes: Counter[str] = Counter()
    for line in itertools.islice(lines, limits.TABLE_SNIFFED):
        for kind, knows in TEXT_FORMS.items():
            longest = limits.TABLE_LOG_CHARACTERS if kind == "nat-log" else limits.TABLE_ROW_CHARACTERS
            if len(line) <= longest and knows(line):
                votes[kind] += 1
                break
        if votes.total() >= limits.TABLE_VOTES:
            break
    return votes.most_common(1)[0][0] if votes else None
