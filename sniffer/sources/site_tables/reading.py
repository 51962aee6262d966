"""A site's table in, facts out."""

from __future__ import annotations

from collections.abc import Container, Iterator
from datetime import tzinfo
from pathlib import Path

from sniffer.sources.problems import TableError
from sniffer.sources.site_tables import (
    inventory_list,
    leases_dnsmasq,
    leases_isc,
    leases_kea,
    leases_windows,
    nat_csv,
    nat_log,
    neighbours,
)
from sniffer.sources.site_tables.lines import Lines
from sniffer.sources.site_tables.sniffing import Format, format_of
from sniffer.sources.site_tables.table import RowProblem, SiteFact, Table

TEXTS = {
    "isc-leases": leases_isc.read,
    "dnsmasq-leases": leases_dnsmasq.read,
    "netsh-leases": leases_windows.read_netsh,
    "nat-log": nat_log.read,
    "arp-table": neighbours.read,
    "mac-table": neighbours.read,
}

CSVS = {
    "kea-leases": leases_kea.read,
    "windows-leases": leases_windows.read,
    "nat-csv": nat_csv.read,
    "inventory-list": inventory_list.read,
    "arp-csv": neighbours.read_arp_csv,
    "mac-csv": neighbours.read_mac_csv,
}

OVERLONG = "a line that is too long"


class SiteTable:
    """A table whose format is known.  Iterating gives its facts; what was wrong with its rows is known behind them."""

    def __init__(self, lines: Lines, form: Format, table: Table) -> None:
        self.name = lines.name
        self.kind = form.kind
        self._lines = lines
        self._form = form
        self._table = table

    @property
    def problems(self) -> list[RowProblem]:
        """What was wrong with how many of the rows that were read, the most first."""
        return self._table.problems

    def __iter__(self) -> Iterator[SiteFact]:
        """Give the facts.  Raises ``TableError`` behind the last that can be read, and where there was none at all."""
        found = False
        for fact in self._facts():
            found = True
            yield fact
        if not found:
            raise TableError(self.name, f"holds nothing that can be used ({self.kind})", self._why())

    def _facts(self) -> Iterator[SiteFact]:
        columns = self._form.columns
        self._prepare()
        self._lines.overlong = lambda line: self._table.complain(OVERLONG, line)
        if columns is None:
            return TEXTS[self.kind](self._lines, self._table)
        return CSVS[self.kind](self._lines, self._table, columns)

    def _prepare(self) -> None:
        """Demand the columns that are needed, and learn how dates are written, before the first row is believed."""
        columns = self._form.columns
        if self.kind == "nat-csv" and columns:
            columns.require(self.name, *nat_csv.NEEDED)
            self._table.learn_order(nat_csv.dates(self._lines, columns))
        elif self.kind == "windows-leases" and columns:
            self._table.learn_order(leases_windows.dates(self._lines, columns))
        elif self.kind == "netsh-leases":
            self._table.learn_order(leases_windows.netsh_dates(self._lines))

    def _why(self) -> str:
        worst = self.problems[:1]
        if not worst:
            return "is it the whole table? Of translations only those of TCP to the ports of mail are used"
        problem, rows, line = worst[0]
        return f"{rows} rows have {problem}, the first in line {line}"


def read(path: Path, zone: tzinfo, captured: int | None, ports: Container[int] | None = None) -> SiteTable:
    """Return a site's table: leases, neighbours, a switch's table, translations, an inventory.

    ``zone`` is that of times without one; ``captured`` when the capture was taken, in microseconds since 1970: tables
    without times hold then, and times without a year are of the last year before.  ``ports`` are those of servers to
    which translations matter: of a firewall's log most are to the web, and the same outside port may serve several
    servers at once.  Raises ``TableError`` for what is no table that is known.
    """
    lines = Lines(path)
    return SiteTable(lines, format_of(lines), Table(lines.name, zone, captured, ports))


def kind_of(path: Path) -> str:
    """Return the format of a site's table, by its content.  Raises ``TableError`` where it is none that is known."""
    return format_of(Lines(path)).kind
