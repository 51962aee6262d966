"""ISC dhcpd's lease database (dhcpd.leases(5)): every change of a lease is appended as an entry of its own.

Times are UTC, or seconds since 1970 where ``db-time-format local`` is set.  An entry that replaces an earlier one is
another interval, so all are told: who had an address last week is not who has it now.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC

from sniffer.model import limits
from sniffer.model.clues import Field
from sniffer.sources.site_tables import cells, moments
from sniffer.sources.site_tables.moments import SECOND
from sniffer.sources.site_tables.table import SiteFact, Table

BEGIN = re.compile(r"lease\s+([0-9.]{7,15})\s*\{\s*$")

STATEMENT = re.compile(
    r"\s*(starts|ends|cltt|binding state|hardware ethernet|uid|client-hostname|set vendor-class-identifier)"
    r"\s*=?\s*(.+?)\s*;\s*(?:#.*)?$"
)
"""The statements that are read; ``next binding state`` and ``tstp`` (of the failover peer) are not among them."""

HELD = frozenset(("active",))

GIVEN_UP = frozenset(("free", "expired", "released", "backup", "reset"))
"""States of a lease that nobody holds any more, since ``ends``.  ``abandoned`` says that a stranger had the address."""

ESCAPE = re.compile(r'\\([0-7]{3}|["\\tnrbs])')

Lease = dict[str, str]


def read(lines: Iterable[str], table: Table) -> Iterator[SiteFact]:
    """Give the bindings of a lease file, and what their clients said of themselves."""
    ip, begun, lease, size = "", 0, Lease(), 0
    for number, line in enumerate(lines, start=1):
        start = BEGIN.match(line)
        if start:
            if begun:
                table.complain("a lease that does not end", begun)
            ip, begun, lease, size = start[1], number, {}, 0
        elif begun and line.startswith("}"):
            yield from _facts(ip, lease, begun, table)
            begun = 0
        elif begun:
            size += 1
            found = STATEMENT.match(line)
            if found and size <= limits.LEASE_LINES:
                lease[found[1]] = found[2]
    if begun:
        table.complain("a lease that does not end", begun)


def _facts(raw: str, lease: Lease, line: int, table: Table) -> Iterator[SiteFact]:
    ip, mac, state = cells.ip(raw), cells.mac(lease.get("hardware ethernet", "")), lease.get("binding state", "active")
    if ip is None:
        table.complain("no address of a host", line)
    if ip is None or mac is None or state not in HELD | GIVEN_UP:
        return  # an address that nobody has had, or a stranger
    first, ends = _time(lease.get("starts", "")), _time(lease.get("ends", ""))
    if first is None:
        table.complain("a lease without a start", line)
        return
    over = state in GIVEN_UP
    if over and ends is None:
        table.complain("a lease that is over, without an end", line)
        return
    held = ends if over and ends is not None else _time(lease.get("cltt", "")) or first
    last = max(held, first + (0 if over else SECOND))  # from its start on, not at one moment only
    yield table.binding("leases", ip, mac, line, first, last, until=ends, over=over)
    yield from table.clues("leases", mac, ip, line, _said(lease), first=first, last=last)


def _said(lease: Lease) -> Iterator[tuple[Field, str]]:
    yield "name", _string(lease.get("client-hostname", "")).decode("utf-8", "replace")
    yield "vendor-class", _string(lease.get("set vendor-class-identifier", "")).decode("utf-8", "replace")
    uid = lease.get("uid", "")
    yield "client-id", _string(uid).hex() if uid.startswith('"') else cells.hexadecimal(uid)


def _string(raw: str) -> bytes:
    """Return a quoted string's octets: dhcpd writes what is not printable as octal numbers."""
    words = raw[1:-1] if raw.startswith('"') and raw.endswith('"') else raw

    def octet(found: re.Match[str]) -> str:
        return chr(int(found[1], 8) & 0xFF) if found[1].isdigit() else found[1]

    return ESCAPE.sub(octet, words[: 4 * limits.CLUE_CHARACTERS]).encode("latin-1", "replace")


def _time(raw: str) -> int | None:
    """Return the time of ``4 2026/11/26 18:00:00`` or ``epoch 1795716000``; None for ``never``."""
    word, _, rest = raw.partition(" ")
    return moments.epoch(rest) if word == "epoch" else moments.civil(rest, UTC)
