"""Tables for a terminal of 100 columns."""

from __future__ import annotations

from collections.abc import Iterable
from typing import IO

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from sniffer.knowledge.services import service
from sniffer.model.findings import DeviceFinding, ServiceFinding, SessionFinding
from sniffer.reports.escape import for_terminal
from sniffer.reports.moments import local
from sniffer.reports.redaction import Redactor
from sniffer.reports.words import STATE_WORDS, UNJUDGED_SHORT, VERDICT_STYLES, VERDICT_WORDS, known_by, where

WIDTH = 100
"""Columns of a table where the output is no terminal."""

MOST_COLUMNS = 140
"""Wider than this a row is hard to follow with the eye."""

MOST_SESSIONS = 1000
"""Sessions shown in a table; a table is held in memory until its columns are measured."""


def console(stream: IO[str]) -> Console:
    """Return a console that writes to a stream, no wider than one can read."""
    plain = Console(file=stream, highlight=False, soft_wrap=False)
    width = min(plain.width, MOST_COLUMNS) if plain.is_terminal else WIDTH
    return Console(file=stream, highlight=False, width=width, emoji=False, markup=False)


def devices_table(findings: Iterable[DeviceFinding], redact: Redactor) -> Table:
    """Return a row for each device, and one more for each further service it uses."""
    table = _table("Verdict", "Device", "Vendor", "Address", "Mail service", "Known by", "State")
    for finding in findings:
        name = redact.host(finding.name) or "–"
        device = [name, finding.vendor or "–", ", ".join(each.ip for each in finding.addresses[:2])]
        first = next(each for each in finding.services if each.verdict == finding.verdict)
        rest = [each for each in finding.services if each is not first]
        table.add_row(_verdict(first), *map(_cell, device), *_service_cells(first))
        for each in rest:
            table.add_row(_verdict(each), "", "", "", *_service_cells(each))
    return table


def sessions_table(findings: Iterable[SessionFinding], redact: Redactor) -> Table:
    """Return a row for each session."""
    table = _table("Start", "Client", "Server", "STARTTLS", "AUTH", "Outcome", "User")
    for finding in findings:
        fact, auth = finding.fact, finding.auth
        how = auth.mechanism or ("none" if auth.family == "none" else "unknown")
        if auth.unjudged:
            how = f"unknown: {UNJUDGED_SHORT[auth.unjudged]}"
        server = f"{service(finding.service).name} {fact.server_ip}:{fact.server_port}"
        cells = [
            local(fact.start).rsplit(" ", 1)[0], fact.client_ip, server, finding.starttls, how,
            auth.outcome or "–", redact.user(auth.user) or "–",
        ]  # fmt: skip
        table.add_row(*map(_cell, cells))
    return table


def _table(*names: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0), header_style="bold")
    for name in names:
        table.add_column(name, overflow="fold")
    return table


def _service_cells(finding: ServiceFinding) -> list[Text]:
    return [_cell(text) for text in (where(finding), known_by(finding), STATE_WORDS[finding.state])]


def _verdict(finding: ServiceFinding) -> Text:
    return Text(VERDICT_WORDS[finding.verdict], VERDICT_STYLES[finding.verdict])


def _cell(text: str) -> Text:
    return Text(for_terminal(text))
