"""One device, explained to a person: what it does, how that is known, what happens to it and what to do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from sniffer.model.findings import DeviceFinding, Evidence, ServiceFinding, SessionFinding
from sniffer.reports.escape import for_terminal
from sniffer.reports.moments import local, local_span
from sniffer.reports.redaction import Redactor
from sniffer.reports.rows import display_filter
from sniffer.reports.words import ROLE_WORDS, STATE_WORDS, VERDICT_WORDS, known_by, tls_words

INDENT = 2
"""Columns by which what stands below a heading is moved in."""

COPIED = ("ip.addr==", "ipv6.addr==")
"""Beginnings of display filters: they stay on one line, to be copied into Wireshark."""


class Page:
    """Writes headings and indented lines; all text is made harmless for the terminal here."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def title(self, text: str, style: str = "bold") -> None:
        """Write a line without indent."""
        self._console.print(Text(for_terminal(text), style))

    def section(self, name: str, lines: Iterable[str]) -> None:
        """Write a heading and its lines; nothing where there are none."""
        shown = list(lines)
        if not shown:
            return
        self._console.print()
        self._console.print(Text(name, "bold"))
        for line in shown:
            text = line.lstrip(" ")
            room = INDENT + len(line) - len(text)
            if text.startswith(COPIED):
                self._console.print(" " * room + for_terminal(text), soft_wrap=True)
            else:
                self._console.print(Padding(Text(for_terminal(text)), (0, 0, 0, room)))


def explain(page: Page, device: DeviceFinding, sessions: Iterable[SessionFinding], redact: Redactor) -> None:
    """Write all that is known of a device; ``sessions`` are the newest of its sessions, the newest first."""
    names = [user for each in device.services for user in (*each.users, *each.reason_names)]

    def clean(text: str) -> str:
        return redact.text(text, *names) or ""

    page.title(_title(device, redact))
    page.title(_sure(device), "dim")
    page.section("Verdict", [_verdict(device), clean(device.reason)])
    page.section("What happens, and what to do", _advice(device))
    page.section("Mail services", (clean(line) for each in device.services for line in _service(each, redact)))
    page.section("Findings", (clean(f"{each.code}: {each.text}") for each in device.findings + device.anomalies))
    page.section("Who it is", (_clue(each, redact) for each in device.evidence))
    page.section("Sessions, the newest first", (line for each in sessions for line in _session(each, redact)))


def _verdict(finding: DeviceFinding | ServiceFinding) -> str:
    band = f" ({finding.band})" if finding.band else ""
    return f"{VERDICT_WORDS[finding.verdict]}{band}; state: {STATE_WORDS[finding.state]}"


def _title(device: DeviceFinding, redact: Redactor) -> str:
    parts = [redact.host(device.name) or "(no name)", device.vendor, *(each.ip for each in device.addresses[:3])]
    return "  ".join(part for part in (*parts, *(each.mac for each in device.interfaces)) if part)


def _sure(device: DeviceFinding) -> str:
    role = "" if device.role == "client" else f"; {ROLE_WORDS[device.role]}"
    many = f", at least {device.senders_at_least} senders" if device.senders_at_least > 1 else ""
    return f"{device.device}; which device it is: {device.identity.band}{role}{many}"


def _advice(device: DeviceFinding) -> Iterator[str]:
    for each in device.advice:
        yield f"• {each.text}"
        yield f"  {each.source}, as of {each.as_of}"
    if device.affected_through:
        yield f"• It mails through {device.affected_through}: sniffer explain … --device {device.affected_through}"


def _service(finding: ServiceFinding, redact: Redactor) -> Iterator[str]:
    how, counted = known_by(finding)
    yield f"{finding.title}: {_verdict(finding)}; {how}, {counted}"
    yield f"  {', '.join(finding.servers[:4])}{' …' if len(finding.servers) > 4 else ''}"
    yield f"  seen {local_span(finding.first_seen, finding.last_seen)}"
    outcomes = f"{finding.succeeded} succeeded, {finding.failed} failed, {finding.unknown_outcome} of unknown outcome"
    yield f"  logins: {outcomes}" if finding.judged else "  logins: none that could be judged"
    if finding.users:
        yield f"  users: {', '.join(redact.user(user) or '' for user in finding.users)}"
    if finding.tls_versions:
        yield f"  {', '.join(tls_words(version) for version in finding.tls_versions)}"


def _clue(clue: Evidence, redact: Redactor) -> str:
    value = redact.host(clue.value) if clue.kind == "name" else clue.value
    basis = "measured" if clue.measured else "its own claim"
    seen = local_span(clue.first_seen, clue.last_seen)
    often = "once" if clue.count == 1 else f"{clue.count} times"
    return f"{clue.source} {clue.field} {value}: {basis}, {often}, {seen}"


def _session(finding: SessionFinding, redact: Redactor) -> Iterator[str]:
    fact, auth = finding.fact, finding.auth
    users = [each.user for each in auth.attempts]
    what = auth.mechanism or auth.family
    named = f" ({finding.name}, by {finding.name_basis})" if finding.name else ""
    yield f"{local(fact.start)}  {fact.server}{named}"
    yield f"  STARTTLS {finding.starttls}; AUTH {what}, {auth.outcome or 'no attempt seen'}"
    if fact.tls and fact.tls.version:
        name = f", asked for {fact.tls.sni}" if fact.tls.sni else ""
        yield f"  {tls_words(fact.tls.version)}, {fact.tls.cipher}{name}; JA4 {fact.tls.ja4}"
    yield f"  {redact.text(auth.reason, *users)}"
    yield f"  {fact.observations[0].file}"
    yield f"  {display_filter(fact)}"
