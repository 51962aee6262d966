"""A session judged by what was said in clear."""

from __future__ import annotations

from functools import lru_cache

from msgspec.structs import replace

from sniffer.inference.spoken import attempt_read, judged_by_attempts, mailed_without_auth, without_attempt
from sniffer.inference.starttls import handshake_failed, why_failed
from sniffer.model import limits
from sniffer.model.facts import AttemptFact, SessionFact, StartTls
from sniffer.model.findings import AuthFinding, Unjudged

READ = "read in clear"

WHY_UNJUDGED: dict[Unjudged, str] = {
    "tls": "what follows is inside TLS, and what was seen of its records does not tell a mechanism",
    "late": "the capture joined this connection late, so an AUTH may have come before",
    "gap": "bytes are missing from the capture where an AUTH may have been",
    "one-sided": "only one direction was captured",
    "no-auth-seen": "the connection ended before AUTH or MAIL",
    "ambiguous": "what was said cannot be read as SMTP",
}
"""Why a family is unknown, in the words of a reason."""


def clear_auth(fact: SessionFact, starttls: StartTls) -> AuthFinding:
    """Judge a session by what was said in clear; ``starttls`` is what became of that."""
    speech = fact.speech
    if speech.attempts:
        return _attempted(fact)
    if speech.mail and not speech.blind and (not speech.encrypted or handshake_failed(fact)):
        found = without_attempt("clear", None, mailed_without_auth(speech, fact.server))
        return replace(found, mail_accepted=speech.mail_accepted, mail_reply=speech.mail_reply)
    why = _why_unjudged(fact)
    return without_attempt("clear", why, _unjudged_reason(fact, starttls, why))


def _attempted(fact: SessionFact) -> AuthFinding:
    """Judge by the last success, else by the last attempt."""
    speech = fact.speech
    open_end = speech.encrypted and not handshake_failed(fact)  # a later attempt, if any, is inside TLS
    return _read(speech.attempts, fact.server, _why_unknown(fact), open_end, speech.mail_accepted, speech.mail_reply)


@lru_cache(limits.LOGINS_REMEMBERED)
def _read(
    attempts: tuple[AttemptFact, ...],
    server: str,
    unknown: Unjudged,
    open_end: bool,
    mail_accepted: bool | None,
    mail_reply: str | None,
) -> AuthFinding:
    """Judge attempts at a server: once, since a device logs in all day with the same words."""
    doubt = "the session then went into TLS, where it may have succeeded" if open_end else None
    read = tuple(attempt_read(each, "clear", READ, unknown) for each in attempts)
    found = judged_by_attempts(read, server, READ, doubt)
    return replace(found, mail_accepted=mail_accepted, mail_reply=mail_reply)


def _why_unjudged(fact: SessionFact) -> Unjudged:
    speech, quality = fact.speech, fact.quality
    if speech.encrypted:
        return "no-auth-seen" if handshake_failed(fact) else "tls"
    if not speech.smtp:
        return "ambiguous"
    if quality.one_sided:
        return "one-sided"
    if quality.gap_bytes and speech.blind:
        return "gap"
    return "late" if speech.blind else "no-auth-seen"


def _why_unknown(fact: SessionFact) -> Unjudged:
    """Say why the mechanism of an AUTH that was seen is not known."""
    why = _why_unjudged(fact)
    return "ambiguous" if why == "no-auth-seen" else why


def _unjudged_reason(fact: SessionFact, starttls: StartTls, why: Unjudged) -> str:
    if starttls == "failed" and fact.tls:
        return f"{fact.server}: the TLS handshake failed before AUTH or MAIL: {why_failed(fact.tls)}"
    if why == "tls":
        how = "TLS from the first byte" if starttls == "implicit" else f"STARTTLS {starttls}"
        return f"{how} ({fact.server}): {WHY_UNJUDGED[why]}"
    return f"{fact.server}: {WHY_UNJUDGED[why]}"
