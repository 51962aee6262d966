"""Kea's lease files (Administrator Reference Manual, "Memfile"): CSV, to which every change of a lease is appended.

``expire`` is when the lease ends in seconds since 1970, ``expire - valid_lifetime`` when its client was last heard.  A
lease that is deleted is written once more with a lifetime of zero.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from sniffer.model.clues import Field
from sniffer.sources.site_tables import cells
from sniffer.sources.site_tables.columns import Columns
from sniffer.sources.site_tables.csv_rows import rows
from sniffer.sources.site_tables.moments import SECOND
from sniffer.sources.site_tables.table import SiteFact, Table

NAMES = ("address", "hwaddr", "clientid", "duid", "hostname", "state", "leasetype", "validlifetime", "expire")
"""The columns that are read (csv_lease_file4.h and 6 in Kea's source), without marks."""

DECLINED = "1"
"""State of an address that somebody else answers for."""

OVER = frozenset(("2", "3"))
"""States of a lease that has expired and was reclaimed, or was released (Kea 2.7)."""

FOREVER = 0xFFFFFFFF
"""A lifetime without end (RFC 2131 3.3)."""

PREFIX = "2"
"""The type of a lease for a whole prefix, which is no host's (IA_PD)."""

ESCAPED = re.compile("&#x([0-9a-fA-F]{2})")
"""What Kea writes for a comma in a text."""


def read(lines: Iterable[str], table: Table, columns: Columns) -> Iterator[SiteFact]:
    """Give the bindings of a lease file of either version, and what their clients said of themselves."""
    place = {name: columns.named(name) for name in NAMES}
    needed = max(place["address"] or 0, place["validlifetime"] or 0, place["expire"] or 0)
    for line, row in rows(lines, columns.header, table, needed):
        lease = {name: row[at].strip() for name, at in place.items() if at is not None and at < len(row)}
        if lease.get("state") != DECLINED and not (lease.get("leasetype") == PREFIX and "duid" in lease):
            yield from _facts(lease, line, table)


def _facts(lease: dict[str, str], line: int, table: Table) -> Iterator[SiteFact]:
    ip, mac = cells.ip(lease["address"]), cells.mac(lease.get("hwaddr", ""))
    lifetime, expire = cells.number(lease["validlifetime"]), cells.number(lease["expire"])
    if ip is None:
        table.complain("no address of a host", line)
        return
    if lifetime is None or expire is None or expire < lifetime or expire > 1 << 40:
        table.complain("no time of a lease", line)
        return
    first, until = (expire - lifetime) * SECOND, expire * SECOND
    over = lease.get("state") in OVER or not lifetime
    last = until if over and lifetime != FOREVER else first + SECOND  # from its start on, not at one moment only
    if mac:
        ends = None if lifetime == FOREVER else until
        yield table.binding("leases", ip, mac, line, first, last, until=ends, over=over)
    yield from table.clues("leases", mac, ip, line, _said(lease), first=first, last=last)


def _said(lease: dict[str, str]) -> Iterator[tuple[Field, str]]:
    name = ESCAPED.sub(lambda found: chr(int(found[1], 16)), lease.get("hostname", ""))
    yield "name", name.rstrip(".")
    yield "client-id", cells.hexadecimal(lease.get("clientid", "") or lease.get("duid", ""))
