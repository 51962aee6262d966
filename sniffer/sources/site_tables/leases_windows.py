"""Leases of a Windows DHCP server: ``Get-DhcpServerv4Lease | Export-Csv`` (or v6), and netsh's text.

netsh has two forms: ``netsh dhcp server dump`` holds the reservations, ``… scope X show clients 1`` the leases.
A row tells the end of a lease, in the server's local format, and not its start: it was seen to hold at the capture, at
the latest when it ended (Microsoft Learn, "DhcpServerv4Lease class").
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC

from sniffer.model import limits
from sniffer.model.clues import Field
from sniffer.sources.site_tables import cells
from sniffer.sources.site_tables.columns import Columns
from sniffer.sources.site_tables.csv_rows import rows
from sniffer.sources.site_tables.table import SiteFact, Table

COLUMNS = {
    "ip": ("ipaddress",), "id": ("clientid", "clientduid"), "name": ("hostname",), "state": ("addressstate",),
    "until": ("leaseexpirytime",), "comment": ("description",),
}  # fmt: skip
"""The columns that are read, without capitals."""

HELD = frozenset(("active", "activereservation", ""))
"""States in which the client has the address."""

RESERVED = frozenset(("inactivereservation", "inactive"))
"""States in which the address waits for its client: what is said of the client still holds."""

EXPIRED = "expired"

RESERVATION = re.compile(
    rf'.*\bAdd\s+reservedip\s+({cells.IPV4})\s+([0-9A-Fa-f]{{12}})\s+"([^"]*)"(?:\s+"([^"]*)")?', re.IGNORECASE
)

CLIENT = re.compile(
    rf"\s*({cells.IPV4})\s+-\s*{cells.IPV4}\s*-\s*([0-9A-Fa-f]{{2}}(?:-[0-9A-Fa-f]{{2}})+)\s*-"
    r"\s*(NEVER EXPIRES|INACTIVE|\S+(?: \S+){0,2}?)\s*(?:-\s?[A-Z]\b-?\s*(.*))?$"
)
"""Address, mask, unique id, end of the lease, type, name."""

NO_TIME = "a time that cannot be read"


def dates(lines: Iterable[str], columns: Columns) -> Iterator[str]:
    """Give the times of an exported CSV, to learn how they are written."""
    place = columns.named("leaseexpirytime") or 0
    for _, row in rows(lines, columns.header, Table("", UTC, None), place):
        yield row[place]


def netsh_dates(lines: Iterable[str]) -> Iterator[str]:
    """Give the times of netsh's text, to learn how they are written."""
    short = (line for line in lines if len(line) <= limits.TABLE_ROW_CHARACTERS)
    yield from (found[3] for found in map(CLIENT.match, short) if found)


def read(lines: Iterable[str], table: Table, columns: Columns) -> Iterator[SiteFact]:
    """Give the bindings of an exported CSV, and what their clients said of themselves."""
    place = {name: columns.named(*names) for name, names in COLUMNS.items()}
    needed = max(place["ip"] or 0, place["id"] or 0)
    for line, row in rows(lines, columns.header, table, needed):
        lease = {name: row[at].strip() for name, at in place.items() if at is not None and at < len(row)}
        yield from _facts(lease, line, table)


def read_netsh(lines: Iterable[str], table: Table) -> Iterator[SiteFact]:
    """Give the bindings of netsh's text, of either form."""
    for number, line in enumerate(lines, start=1):
        if len(line) > limits.TABLE_ROW_CHARACTERS:
            continue
        if found := RESERVATION.match(line):
            lease = {"ip": found[1], "id": found[2], "name": found[3], "comment": found[4] or ""}
            yield from _facts(lease, number, table)
        elif found := CLIENT.match(line):
            state = "inactive" if found[3] == "INACTIVE" else ""
            until = "" if found[3] in ("NEVER EXPIRES", "INACTIVE") else found[3]
            lease = {"ip": found[1], "id": found[2], "name": found[4] or "", "state": state, "until": until}
            yield from _facts(lease, number, table)


def _facts(lease: dict[str, str], line: int, table: Table) -> Iterator[SiteFact]:
    ip, mac, state = cells.ip(lease["ip"]), cells.mac(lease["id"]), lease.get("state", "").lower()
    if ip is None:
        table.complain("no address of a host", line)
        return
    until = table.time(lease["until"]) if lease.get("until") else None
    if lease.get("until") and until is None:
        table.complain(NO_TIME, line)
        return
    last = until if state == EXPIRED and until is not None else table.seen(until)
    if mac and (state in HELD or (state == EXPIRED and until is not None)):
        yield table.binding("leases", ip, mac, line, last, last, until=until, over=state == EXPIRED)
    if state in HELD or state == EXPIRED or (mac and state in RESERVED):
        subject = None if state in RESERVED else ip
        yield from table.clues("leases", mac, subject, line, _said(lease), first=last, last=last)


def _said(lease: dict[str, str]) -> Iterator[tuple[Field, str]]:
    yield "name", lease.get("name", "").strip()
    yield "client-id", cells.hexadecimal(lease["id"])
    yield "comment", lease.get("comment", "")
