"""A session judged by what was said in clear."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from sniffer.inference.starttls import handshake_failed, why_failed
from sniffer.knowledge.mechanisms import family_of
from sniffer.model.facts import AttemptFact, SessionFact, StartTls
from sniffer.model.findings import AttemptFinding, AuthFinding, Unjudged

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
        found = _without_attempt(None, f"mail was sent without AUTH ({fact.server})")
        return replace(found, mail_accepted=speech.mail_accepted, mail_reply=speech.mail_reply)
    why = _why_unjudged(fact)
    return _without_attempt(why, _unjudged_reason(fact, starttls, why))


def _attempted(fact: SessionFact) -> AuthFinding:
    """Judge by the last success, else by the last attempt."""
    attempts = tuple(_attempt(fact, each) for each in fact.speech.attempts)
    chosen = decisive(attempts)
    outcome, certain = chosen.outcome, chosen.outcome_confidence
    reason = _attempt_reason(fact, chosen)
    if fact.speech.encrypted and not handshake_failed(fact) and outcome != "success":
        outcome, certain = "unknown", None  # a later attempt, if any, is inside TLS
        reason += "; the session then went into TLS, where it may have succeeded"
    return AuthFinding(
        family=chosen.family,
        mechanism=chosen.mechanism,
        basis=chosen.basis,
        confidence=chosen.confidence,
        outcome=outcome,
        outcome_confidence=certain,
        user=chosen.user,
        reply=chosen.reply,
        unjudged=chosen.unjudged,
        credential_sent=chosen.credential_sent,
        attempts=attempts,
        mail_accepted=fact.speech.mail_accepted,
        mail_reply=fact.speech.mail_reply,
        reason=reason,
    )


def decisive(attempts: Sequence[AttemptFinding]) -> AttemptFinding:
    """Return the attempt that a session is judged by: the last success, else the last."""
    return next((each for each in reversed(attempts) if each.outcome == "success"), attempts[-1])


def _attempt(fact: SessionFact, attempt: AttemptFact) -> AttemptFinding:
    family = family_of(attempt.mechanism)
    unjudged = _why_unknown(fact) if family == "unknown" else None
    what = f"AUTH {attempt.mechanism or 'of unknown mechanism'} read in clear"
    said = f"the server said {attempt.reply!r}" if attempt.reply else "the server's last word was not seen"
    return AttemptFinding(
        family=family,
        mechanism=attempt.mechanism,
        basis="none" if unjudged else "clear",
        confidence=None if unjudged else 1.0,
        outcome=attempt.outcome,
        outcome_confidence=None if attempt.outcome == "unknown" else 1.0,
        user=attempt.user,
        reply=attempt.reply,
        unjudged=unjudged,
        credential_sent=attempt.credential_sent,
        reason=f"{what}; {said}",
    )


def _without_attempt(unjudged: Unjudged | None, reason: str) -> AuthFinding:
    return AuthFinding(
        family="unknown" if unjudged else "none",
        mechanism=None,
        basis="none" if unjudged else "clear",
        confidence=None if unjudged else 1.0,
        outcome=None,
        user=None,
        reply=None,
        unjudged=unjudged,
        attempts=(),
        reason=reason,
    )


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


def _attempt_reason(fact: SessionFact, attempt: AttemptFinding) -> str:
    what = f"AUTH {attempt.mechanism}" if attempt.mechanism else "an AUTH exchange of unknown mechanism"
    said = f"the server said {attempt.reply!r}" if attempt.reply else "the server's last word was not seen"
    return f"{what} was read in clear ({fact.server}); {said}"
