"""Tables for a terminal of 100 columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import IO

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from sniffer.model.findings import AuthFinding, DeviceFinding, ServiceFinding, SessionFinding
from sniffer.reports import auth_words, personal
from sniffer.reports.escape import for_terminal
from sniffer.reports.known import Known, known_by
from sniffer.reports.moments import local
from sniffer.reports.redaction import Redactor
from sniffer.reports.words import (
    STATE_WORDS,
    UNJUDGED_SHORT,
    VERDICT_STYLES,
    VERDICT_WORDS,
    on_the_date,
    to_do,
)

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


def below(page: Console, lines: Iterable[str]) -> None:
    """Write what stands below a table; it may name files and sensors, which are called what people like."""
    for line in lines:
        page.print(for_terminal(line))


SURE_WORDS: Mapping[str, tuple[str, ...]] = {
    "likely": ("likely this box",), "weak": ("address only",), "unknown": ("address only",),
}  # fmt: skip
"""What is said of a device where it is not sure which it is."""


def devices_table(findings: Iterable[DeviceFinding], redact: Redactor, known: Known) -> Table:
    """Return a row for each device, and one more for each further service it uses."""
    table = _table("Verdict", "Device", "Mail service", "Known by", "On the date")
    for finding in findings:
        first = next(each for each in finding.services if each.verdict == finding.verdict)
        rest = [each for each in finding.services if each is not first]
        cells = {each.service: _service_cells(finding, each, known) for each in finding.services}
        table.add_row(_verdict(first), _device(finding, redact), *cells[first.service], _date(finding))
        for each in rest:
            table.add_row(_verdict(each), "", *cells[each.service], "")
    return table


def _device(finding: DeviceFinding, redact: Redactor) -> Text:
    addresses = list(dict.fromkeys(each.ip for each in finding.addresses))
    shown = " ".join([*addresses[:2], *(["…"] if len(addresses) > 2 else [])])
    senders = [f"{finding.senders_at_least} senders or more"] if finding.senders_at_least > 1 else []
    role = [finding.role] if finding.role == "relay" else []
    mask = personal.of_device(finding, redact)
    made = " ".join(part for part in (finding.vendor, mask.text(finding.model)) if part)
    about = [shown, *SURE_WORDS.get(finding.identity.band, ()), made, redact.place(finding.location), *role, *senders]
    return _two(redact.host(finding.name) or "(no name)", ", ".join(each for each in about if each))


def _date(finding: DeviceFinding) -> Text:
    return _two(on_the_date(finding), to_do(finding))


def sessions_table(findings: Iterable[SessionFinding], redact: Redactor) -> Table:
    """Return a row for each session."""
    table = _table("Start", "Client", "Server", "STARTTLS", "AUTH", "Outcome")
    for finding in findings:
        fact, auth = finding.fact, finding.auth
        day, hour, _ = local(fact.start).split(" ", 2)
        table.add_row(
            _two(hour, day),
            _two(fact.client_ip, redact.host(fact.speech.helo)),
            _two(f"{fact.server_ip}:{fact.server_port}", finding.title),
            _two(finding.starttls),
            _two(auth.mechanism or auth.family, _auth_note(auth, redact)),
            _two(*auth_words.outcome(auth, "–").split(", ", 1)),
        )
    return table


def _auth_note(auth: AuthFinding, redact: Redactor) -> str | None:
    """Return what stands below a mechanism: how surely it was inferred, why it is not known, or who logged in."""
    if auth.unjudged:
        return auth_words.front_runner(auth) or UNJUDGED_SHORT[auth.unjudged]
    how = [] if auth.basis == "clear" else [auth_words.basis(auth)]
    return ", ".join([*how, *filter(None, [redact.user(auth.user)])])


def _table(*names: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0), header_style="bold")
    for name in names:
        table.add_column(name, overflow="fold", min_width=min(len(name) + 4, 15))
    return table


def _service_cells(device: DeviceFinding, finding: ServiceFinding, known: Known) -> list[Text]:
    servers = finding.servers[0] if len(finding.servers) == 1 else f"{len(finding.servers)} servers"
    return [
        _two(finding.title, servers),
        _two(*known_by(finding, known.ways(device.device, finding.service))),
    ]


def _two(first: str = "–", second: str | None = None) -> Text:
    """Return a cell of a line and, in a quieter voice, a second one."""
    cell = Text(for_terminal(first))
    if second:
        cell.append("\n" + for_terminal(second), "dim")
    return cell


def _verdict(finding: ServiceFinding) -> Text:
    cell = Text(VERDICT_WORDS[finding.verdict], VERDICT_STYLES[finding.verdict])
    return cell.append("\n" + STATE_WORDS[finding.state], "dim")
