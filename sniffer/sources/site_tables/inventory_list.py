"""Lists of equipment: NetBox's exports, a CMDB's, a spreadsheet that somebody keeps.

A row speaks of the box that has its card, or its address; one with neither can be tied to nothing that is seen on a
wire.  That the box has the address is a plan, not a measurement, so no binding is made of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import cast

from sniffer.model.clues import Field
from sniffer.sources.site_tables import cells
from sniffer.sources.site_tables.columns import Columns, Role
from sniffer.sources.site_tables.csv_rows import rows
from sniffer.sources.site_tables.table import SiteFact, Table

FIELDS: tuple[Role, ...] = (
    "name", "vendor", "model", "serial", "asset", "location", "site", "owner", "comment", "uuid",
)  # fmt: skip
"""Columns that are fields of a clue by the same name."""

GONE = re.compile(
    r"\b(?:retired|decommission\w*|disposed|scrapped|planned|missing|stolen|lost|sold|archived|"
    r"in[ _]stock|inventory|(?:not|un)[ _-]?used|on[ _]order|deprecated)\b", re.IGNORECASE,
)  # fmt: skip
"""States of a box that is not on the network: its address may be another's by now."""

KINDS = tuple((re.compile(rf"\b(?:{words})", re.IGNORECASE), kind) for words, kind in (
    (r"print[ -]?server|(?:mail|file|web|app\w*|data\w*|virtual) ?server|hypervisor|vm\b|esxi", "server"),
    (r"access[ -]?point|wireless ap\b|wap\b|wifi|wlan ap\b|ap\b", "access-point"),
    (r"firewall|utm\b|ngfw", "firewall"),
    (r"router|gateway|cpe\b", "router"),
    (r"switch", "switch"),
    (r"nas\b|network[ -]attached|storage|filer", "nas"),
    (r"ups\b|uninterrupt|pdu\b|power dist", "ups"),
    (r"nvr\b|dvr\b|(?:network )?video recorder|recorder", "recorder"),
    (r"(?:ip[ -]?|network |security |web)?cam(?:era)?\b|cctv", "camera"),
    (r"multi-?function|mfp\b|mfd\b|mfc\b|copier|(?:\w+ )?printer|plotter|all-in-one printer", "printer"),
    (r"scanner", "scanner"),
    (r"(?:voip |ip[ -]?)?phone|handset|dect\b", "phone"),
    (r"monitoring|sensor|environment\w*|monitor(?:ing)? (?:probe|appliance)", "monitor"),
    (r"server", "server"),
    (r"laptop|notebook|desktop|workstation|pc\b|computer|thin client|client\b|tablet", "computer"),
))  # fmt: skip
"""Words for kinds of boxes.  A print server is no printer; a printer may scan."""


def kind(words: str) -> str | None:
    """Return the kind that somebody's words mean, None where they mean none, or several."""
    found = {kind for form, kind in KINDS if form.search(words)}
    if len(found) > 1:
        found -= {"server"}
    if "printer" in found:
        found -= {"scanner"}
    return found.pop() if len(found) == 1 else None


def read(lines: Iterable[str], table: Table, columns: Columns) -> Iterator[SiteFact]:
    """Give what each row says of the box that has its card or its address."""
    place = columns.place
    for line, row in rows(lines, columns.header, table):
        words = {role: row[at] for role, at in place.items() if at < len(row)}
        if GONE.search(words.get("status", "")):
            continue
        ips, macs = cells.addresses(words.get("ip", "") + " " + words.get("mac", ""))
        if not ips and not macs:
            table.complain("no address and no card of a host", line)
            continue
        said = list(_said(words))
        for mac, ip in _subjects(ips, macs):
            yield from table.clues("inventory-list", mac, ip, line, said, first=table.moment, last=table.moment)


def _subjects(ips: list[str], macs: list[str]) -> Iterator[tuple[str | None, str | None]]:
    """Give whom a row speaks of: its cards, each with the address where there is but one; else its addresses."""
    if not macs:
        yield from ((None, ip) for ip in ips)
    alone = ips[0] if len(ips) == len(macs) == 1 else None
    yield from ((mac, alone) for mac in macs)


def _said(words: dict[Role, str]) -> Iterator[tuple[Field, str]]:
    for field in FIELDS:
        yield cast(Field, field), words.get(field, "").lower() if field == "uuid" else words.get(field, "")
    told = kind(words.get("kind", ""))
    if told:
        yield "kind", told
