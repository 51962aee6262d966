"""dnsmasq's lease file (lease_init and lease_update_file in its src/lease.c).

``expiry card address name client-id`` a line; behind a line ``duid …`` the leases of DHCPv6, with an IAID in place of
the card.  Only the end of a lease is told: it was seen to hold at the capture, at the latest when it ended.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from sniffer.sources.site_tables import cells, moments
from sniffer.sources.site_tables.table import SiteFact, Table

LEASE = re.compile(rf"(\d+) ((?:[0-9A-Fa-f]{{2}}-)?{cells.MAC}|T?\d+) (\S+) (\S+)(?: (\S+))?\s*$", re.ASCII)

FOREVER = "0"


def read(lines: Iterable[str], table: Table) -> Iterator[SiteFact]:
    """Give the bindings of a lease file, and what their clients said of themselves."""
    for number, line in enumerate(lines, start=1):
        found = LEASE.match(line)
        if found:
            yield from _facts(found, number, table)
        elif line.strip() and not line.startswith("duid "):
            table.complain("no lease of dnsmasq", number)


def _facts(found: re.Match[str], line: int, table: Table) -> Iterator[SiteFact]:
    ip, mac, until = cells.ip(found[3]), cells.mac(found[2]), moments.epoch(found[1])
    if ip is None:
        table.complain("no address of a host", line)
        return
    if until is None and found[1] != FOREVER:  # built for a box without a clock it writes how long leases are
        table.complain("no time since 1970", line)
        return
    last = table.seen(until)
    if mac:
        yield table.binding("leases", ip, mac, line, last, last, until=until)
    said = (("name", found[4]), ("client-id", cells.hexadecimal(found[5] or "")))
    yield from table.clues("leases", mac, ip, line, said, first=last, last=last)  # type: ignore[arg-type]
