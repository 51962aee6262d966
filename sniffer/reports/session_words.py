"""One session in words, for whatever shows it: who, how it authenticated and how surely, and how well it was seen."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from sniffer.inference.advice import fix
from sniffer.knowledge.catalogue import Catalogue
from sniffer.knowledge.vendors import vendor
from sniffer.model import limits
from sniffer.model.facts import SessionFact
from sniffer.model.findings import AuthFinding, DialogueFinding, SessionFinding
from sniffer.reports.auth_words import (
    BASIS_MEANS,
    FAMILY_MEANS,
    front_runner,
    how,
    label,
    not_checked,
    outcome,
    outcome_in_full,
)
from sniffer.reports.missing import rounded
from sniffer.reports.moments import local_span, short
from sniffer.reports.personal import of_session
from sniffer.reports.redaction import Redactor
from sniffer.reports.sureness import JUDGED, percent, sure, telling
from sniffer.reports.words import UNJUDGED_WORDS, tls_words

CUTS = {
    "limit": f"Only the first {limits.TURNS} turns of a dialogue are read; what came behind them is not shown.",
    "gap": "The end of the dialogue is missing: bytes were not captured, and what came behind them cannot be read.",
    "renegotiation": "The end of the dialogue is missing: TLS was renegotiated, and what followed is not readable.",
}
"""Why the end of a dialogue is not shown."""

MASKED = (
    "Only commands of a fixed length, and the EHLO, are told in bytes: any other message may hold a password or a "
    "token should this reading be wrong, so only the class of its length is told (k: any number)."
)


class Story(NamedTuple):
    """What is told of a session: the finding, its dialogue if it has one, and what the program knows of replies."""

    finding: SessionFinding
    dialogue: DialogueFinding | None
    known: Catalogue
    redact: Redactor

    def clean(self, text: str) -> str:
        """Return a text without the names of the session's user and client, if names are to be replaced."""
        return of_session(self.finding, self.redact).words(text)


def headline(story: Story) -> str:
    """Return who mails to whom."""
    fact = story.finding.fact
    client = story.redact.host(fact.speech.helo) or fact.client_ip
    return f"{client} → {story.finding.title or fact.server}"


def about(story: Story) -> Iterator[str]:
    """Yield when it was and between whom, and how it was encrypted."""
    finding, fact = story.finding, story.finding.fact
    yield f"{local_span(fact.start, fact.end)}, {short(fact.end - fact.start)}"
    yield f"client: {', '.join(_client(story))}"
    named = f", {finding.name} (by {finding.name_basis})" if finding.name else ""
    yield f"server: {fact.server}{named}: {finding.title or finding.service}"
    yield f"STARTTLS {finding.starttls}{''.join(f'; {each}' for each in _tls(fact))}"


def _client(story: Story) -> Iterator[str]:
    fact = story.finding.fact
    host = f"[{fact.client_ip}]" if ":" in fact.client_ip else fact.client_ip
    yield f"{host}:{fact.client_port}"
    maker = vendor(fact.client_mac) if fact.client_mac and fact.on_link else None
    if maker:
        yield maker
    if fact.speech.helo:
        yield f"calls itself {story.redact.host(fact.speech.helo)}"
    yield story.finding.device


def _tls(fact: SessionFact) -> Iterator[str]:
    tls = fact.tls
    if tls and tls.version:
        yield f"{tls_words(tls.version)}, {tls.cipher or 'cipher not seen'}"
        yield f"asked for {tls.sni}" if tls.sni else "asked for no name (SNI)"


def verdict(story: Story) -> str:
    """Return how the session authenticated and how surely, in a sentence of its own."""
    auth = story.finding.auth
    if auth.family == "unknown":
        return f"{how(auth)}{_in_front(story)}"
    named = f"{auth.mechanism} ({FAMILY_MEANS[auth.family]})" if auth.mechanism else FAMILY_MEANS[auth.family]
    if auth.basis == "inferred" and auth.confidence is not None:
        named += f", {sure(auth.confidence)}"
    return f"{named}, {BASIS_MEANS[auth.basis]}"


def _in_front(story: Story) -> str:
    """Return how likely the front-runner of an unknown family is, where its dialogue tells.

    What was not judged although it looked that likely was so for a reason: then no number stands for it.
    """
    auth, dialogue = story.finding.auth, story.dialogue
    found = next((each for each in dialogue.families if each.label == auth.likely), None) if dialogue else None
    told = found and found.probability < JUDGED and front_runner(auth)
    return f" ({percent(found.probability)})" if found and told else ""


def verdict_notes(story: Story) -> Iterator[str]:
    """Yield what became of it, what likely refused it and what undoes that, and what the server lists."""
    auth = story.finding.auth
    if auth.outcome is not None:
        yield f"outcome: {outcome_in_full(auth)}"
    if auth.user:
        yield f"user: {story.redact.user(auth.user)}"
    row = story.known.reply(auth.likely_refusal) if auth.likely_refusal else None
    if row:
        yield f"likely the refusal: {fix(row)}"
    if auth.offered_tls is not None:
        yield f"the server offers inside TLS: {', '.join(auth.offered_tls) or 'no AUTH'}"
    yield from not_checked([story.finding.title] if auth.unverified_service else [])


def rivals(auth: AuthFinding, dialogue: DialogueFinding | None) -> Iterator[str]:
    """Yield what else it may have been, and how likely that is."""
    others = auth.rivals or (dialogue.families if dialogue else ())
    taken = (auth.family, auth.likely, auth.mechanism)
    for each in telling(each for each in others if each.label not in taken):
        yield f"{label(each.label)} {percent(each.probability)}"


def rivals_heading(auth: AuthFinding) -> str:
    """Return what stands before the rivals: beside something in front, or alone."""
    return "It may also have been" if auth.likely or auth.family != "unknown" else "It may have been"


def attempts(story: Story) -> Iterator[str]:
    """Yield all attempts, the oldest first, where there are several."""
    several = story.finding.auth.attempts
    for number, each in enumerate(several if len(several) > 1 else (), start=1):
        yield f"{number}. {how(each)}: {outcome(each)}"
        yield f"   {story.clean(each.reason)}"


def short_form(auth: AuthFinding) -> str:
    """Return how a session authenticated, and what became of it, in one line."""
    return "; ".join(part for part in (how(auth), outcome(auth, "")) if part)


def quality(fact: SessionFact) -> str:
    """Return how well the session was seen."""
    seen = fact.quality
    faults = [
        *([] if seen.start_seen else ["joined late"]),
        *([] if seen.end_seen else ["its end was not seen"]),
        *([UNJUDGED_WORDS["one-sided"]] if seen.one_sided else []),
        *([f"up to {rounded(seen.gap_bytes):,} bytes missing"] if seen.gap_bytes else []),
        *(["frames cut by the capture"] if seen.snaplen_cut else []),
    ]
    return f"How well it was seen: {', '.join(faults) if faults else 'from its beginning to its end, nothing missing'}."


def measure(story: Story) -> Iterator[str]:
    """Yield how lengths were worked out, and why the end is missing."""
    dialogue = story.dialogue
    if dialogue is None:
        yield _without_turns(story.finding)
        return
    yield dialogue.calibration
    if dialogue.cut:
        yield CUTS.get(dialogue.cut, f"The end of the dialogue is missing: {dialogue.cut}.")
    if any(each.client and not each.fixed for each in dialogue.turns):
        yield MASKED


def _without_turns(finding: SessionFinding) -> str:
    """Return why there are no turns to show."""
    if finding.auth.basis == "decrypted":
        return "What was said inside TLS was read with its keys: there are no turns to guess."
    if finding.fact.speech.encrypted:
        return "No turn inside TLS could be read."
    return "Nothing was inside TLS: there are no turns to show."


def records(lengths: str, *, masked: bool) -> str:
    """Return what is told of the records of a half-turn."""
    if masked:
        return "class only"
    return lengths if " " in lengths or not lengths else f"record {lengths}"
