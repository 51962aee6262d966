"""Translations in a CSV: PAN-OS' export of its traffic log, or what somebody made of his firewall's log."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC

from sniffer.sources.site_tables.columns import Columns, Role
from sniffer.sources.site_tables.csv_rows import rows
from sniffer.sources.site_tables.nat_log import Translation, told
from sniffer.sources.site_tables.table import SiteFact, Table

NEEDED: tuple[Role, ...] = ("time", "outside_ip", "outside_port", "inside_ip")

UNTRANSLATED = frozenset(("", "-", "0", "0.0.0.0", "::", "n/a"))  # noqa: S104  what firewalls write for none
"""What stands for the outside address where a firewall did not translate."""

TCP = frozenset(("", "tcp", "6", "any", "tcp/ip"))


def dates(lines: Iterable[str], columns: Columns) -> Iterator[str]:
    """Give the dates of the table, to learn how they are written."""
    date = _date(columns)
    place = columns.place["time"] if date is None else date
    for _, row in rows(lines, columns.header, Table("", UTC, None), place):
        yield row[place]


def read(lines: Iterable[str], table: Table, columns: Columns) -> Iterator[SiteFact]:
    """Give the translations of TCP."""
    needed = max(columns.place[role] for role in NEEDED)
    date = _date(columns)
    for line, row in rows(lines, columns.header, table, needed):
        words = {role: row[at].strip() for role, at in columns.place.items() if at < len(row)}
        if words.get("protocol", "").lower() not in TCP or words["outside_ip"].lower() in UNTRANSLATED:
            continue
        if date is not None and date < len(row):
            words["time"] = f"{row[date].strip()} {words['time']}"
        fact = told(_translation(words, table), "", line, table)
        if fact:
            yield fact


def _translation(words: dict[Role, str], table: Table) -> Translation:
    outside, inside = (words["outside_ip"], words["outside_port"]), (words["inside_ip"], words.get("inside_port", ""))
    began = table.time(words["began"]) if words.get("began") else None
    at = table.time(words["time"])
    return Translation(outside, inside, words.get("seconds", ""), at, began, words.get("asked", ""))


def _date(columns: Columns) -> int | None:
    """Return the place of a date that stands in a column of its own, beside the time."""
    time = columns.named("time")
    return columns.named("date", "logdate", "day") if time is not None and columns.place.get("time") == time else None
