"""One device, explained to a person: what it does, how that is known, what happens to it and what to do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sniffer.model.findings import DeviceFinding, Evidence, ServiceFinding, SessionFinding
from sniffer.reports import session_words
from sniffer.reports.auth_words import not_checked
from sniffer.reports.known import Known, Ways, known_by
from sniffer.reports.moments import local, local_span
from sniffer.reports.page import QUIET, Page
from sniffer.reports.redaction import Redactor
from sniffer.reports.rows import PERSONAL, display_filter
from sniffer.reports.words import ROLE_WORDS, STATE_WORDS, VERDICT_WORDS, tls_words

IDENTITY_DOUBTS = frozenset(("address-contested", "name-of-another", "identity-conflict"))
"""Anomalies that speak against who a device is."""


def explain(
    page: Page, device: DeviceFinding, sessions: Iterable[SessionFinding], known: Known, redact: Redactor
) -> None:
    """Write all that is known of a device; ``sessions`` are the newest of its sessions, the newest first."""
    shown = list(sessions)
    names = [user for each in device.services for user in (*each.users, *each.reason_names)]

    def clean(text: str) -> str:
        return redact.text(text, *names) or ""

    page.title(_title(device, redact))
    page.title(_sure(device), QUIET)
    page.section("Verdict", [_verdict(device), clean(device.reason)])
    page.section("What happens, and what to do", _advice(device))
    services = [
        line for each in device.services for line in _service(each, known.ways(device.device, each.service), redact)
    ]
    page.section("Mail services", map(clean, [*services, *_not_checked(shown)]))
    page.section("Findings", (clean(f"{each.code}: {each.text}") for each in device.findings + device.anomalies))
    page.section("Which device it is", _grounds(device, redact))
    page.section("What was seen of it", (_clue(each, redact) for each in device.evidence))
    page.section("Sessions, the newest first", _sessions(shown, redact))


def _verdict(finding: DeviceFinding | ServiceFinding) -> str:
    band = f" ({finding.band})" if finding.band else ""
    return f"{VERDICT_WORDS[finding.verdict]}{band}; state: {STATE_WORDS[finding.state]}"


def _title(device: DeviceFinding, redact: Redactor) -> str:
    made = " ".join(part for part in (device.vendor, device.model) if part)
    parts = [redact.host(device.name) or "(no name)", made, device.kind, device.location]
    parts += [each.ip for each in device.addresses[:3]]
    return "  ".join(part for part in (*parts, *dict.fromkeys(each.mac for each in device.interfaces)) if part)


def _grounds(device: DeviceFinding, redact: Redactor) -> Iterator[str]:
    """Give why these sessions are the device's, what speaks against it, and what would settle it."""
    identity, hosts = device.identity, [each.value for each in device.evidence if each.kind in PERSONAL]
    yield from (f"• {redact.named(each, hosts)}" for each in identity.grounds)
    if identity.via:
        yield f"• not seen on its own link: its sessions came through {', '.join(identity.via)}"
    if identity.rivals:
        yield f"• it may also be {', '.join(f'{each.label} ({each.probability:.0%})' for each in identity.rivals)}"
    yield from (f"• against: {each.text}" for each in device.anomalies if each.code in IDENTITY_DOUBTS)
    if identity.settles:
        yield f"• not known; what would settle it: {identity.settles}"
    if device.serial or device.owner:
        about = (("serial number", device.serial), ("owner", redact.user(device.owner)))
        yield "• " + ", ".join(f"{what} {value}" for what, value in about if value)


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


def _services(device: DeviceFinding, known: Known, redact: Redactor) -> Iterator[str]:
    for each in device.services:
        yield from _service(each, known.ways(device.device, each.service), redact)


def _not_checked(sessions: Iterable[SessionFinding]) -> list[str]:
    return not_checked(dict.fromkeys(each.title for each in sessions if each.auth.unverified_service))


def _service(finding: ServiceFinding, ways: Ways, redact: Redactor) -> Iterator[str]:
    how, counted = known_by(finding, ways)
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
    value = redact.host(clue.value) if clue.kind in PERSONAL else clue.value
    basis = "measured" if clue.measured else "its own claim"
    seen = local_span(clue.first_seen, clue.last_seen)
    often = "once" if clue.count == 1 else f"{clue.count} times"
    return f"{clue.source} {clue.field} {value}: {basis}, {often}, {seen}{_where(clue)}"


def _where(clue: Evidence) -> str:
    """Return where a clue was seen first: a frame's number as Wireshark counts, or a table's line."""
    if clue.line is not None:
        return f"; {clue.file}, line {clue.line}"
    return f"; {clue.file}, frame {clue.frame}" if clue.frame is not None else ""


def _sessions(sessions: Iterable[SessionFinding], redact: Redactor) -> Iterator[str]:
    for each in sessions:
        yield from _session(each, redact)
    yield "sniffer explain … --session ID tells one of these whole."


def _session(finding: SessionFinding, redact: Redactor) -> Iterator[str]:
    fact, auth = finding.fact, finding.auth
    users = [each.user for each in auth.attempts]
    named = f" ({finding.name}, by {finding.name_basis})" if finding.name else ""
    yield f"{local(fact.start)}  {fact.server}{named}"
    yield f"  {fact.session}"
    yield f"  STARTTLS {finding.starttls}; {session_words.short_form(auth)}"
    if fact.tls and fact.tls.version:
        name = f", asked for {fact.tls.sni}" if fact.tls.sni else ""
        yield f"  {tls_words(fact.tls.version)}, {fact.tls.cipher}{name}; JA4 {fact.tls.ja4}"
    yield f"  {redact.text(auth.reason, *users)}"
    yield f"  {fact.observations[0].file}"
    yield f"  {display_filter(fact)}"
