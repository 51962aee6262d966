"""One device, explained to a person: what it does, how that is known, what happens to it and what to do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sniffer.model.findings import DeviceFinding, ServiceFinding, SessionFinding
from sniffer.reports import personal, session_words, which_device
from sniffer.reports.auth_words import not_checked
from sniffer.reports.known import Known, Ways, known_by
from sniffer.reports.moments import local, local_span
from sniffer.reports.page import QUIET, Page
from sniffer.reports.personal import Mask
from sniffer.reports.redaction import Redactor
from sniffer.reports.rows import display_filter
from sniffer.reports.words import ROLE_WORDS, STATE_WORDS, VERDICT_WORDS, tls_words


def explain(
    page: Page, device: DeviceFinding, sessions: Iterable[SessionFinding], known: Known, redact: Redactor
) -> None:
    """Write all that is known of a device; ``sessions`` are the newest of its sessions, the newest first."""
    shown = list(sessions)
    mask = personal.of_device(device, redact)

    def clean(text: str) -> str:
        return mask.prose(text) or ""

    page.title(_title(device, mask))
    page.title(_sure(device), QUIET)
    page.section("Verdict", [_verdict(device), clean(device.reason)])
    page.section("Which device it is", which_device.grounds(device, mask))
    page.section("What happens, and what to do", _advice(device))
    services = [
        line for each in device.services for line in _service(each, known.ways(device.device, each.service), redact)
    ]
    page.section("Mail services", map(clean, [*services, *_not_checked(shown)]))
    noted = [each for each in device.findings + device.anomalies if each.code not in which_device.DOUBTS]
    page.section("Findings", (clean(f"{each.code}: {each.text}") for each in noted))
    page.section(_seen_in(device), which_device.seen(device, mask))
    page.section("Sessions, the newest first", _sessions(shown, redact))


def _verdict(finding: DeviceFinding | ServiceFinding) -> str:
    band = f" ({finding.band})" if finding.band else ""
    return f"{VERDICT_WORDS[finding.verdict]}{band}; state: {STATE_WORDS[finding.state]}"


def _seen_in(device: DeviceFinding) -> str:
    files = which_device.files(device)
    return f"What was seen of it ({files.pop()})" if len(files) == 1 else "What was seen of it"


def _title(device: DeviceFinding, mask: Mask) -> str:
    redact = mask.redact
    made = " ".join(part for part in (device.vendor, mask.text(device.model)) if part)
    parts = [redact.host(device.name) or "(no name)", made, device.kind, redact.place(device.location)]
    parts += list(dict.fromkeys(each.ip for each in device.addresses))[:3]
    return "  ".join(part for part in (*parts, *dict.fromkeys(each.mac for each in device.interfaces)) if part)


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


def _sessions(sessions: Iterable[SessionFinding], redact: Redactor) -> Iterator[str]:
    for each in sessions:
        yield from _session(each, redact)
    yield "sniffer explain … --session ID tells one of these whole."


def _session(finding: SessionFinding, redact: Redactor) -> Iterator[str]:
    fact, auth = finding.fact, finding.auth
    named = f" ({finding.name}, by {finding.name_basis})" if finding.name else ""
    yield f"{local(fact.start)}  {fact.server}{named}"
    yield f"  {fact.session}"
    yield f"  STARTTLS {finding.starttls}; {session_words.short_form(auth)}"
    if fact.tls and fact.tls.version:
        name = f", asked for {fact.tls.sni}" if fact.tls.sni else ""
        yield f"  {tls_words(fact.tls.version)}, {fact.tls.cipher}{name}; JA4 {fact.tls.ja4}"
    yield f"  {personal.of_session(finding, redact).prose(auth.reason)}"
    yield f"  {fact.observations[0].file}"
    yield f"  {display_filter(fact)}"
