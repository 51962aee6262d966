"""Sessions that a key log opens: judged by what was said inside TLS, as surely as in clear."""

from __future__ import annotations

from msgspec.structs import replace

from sniffer.knowledge.mechanisms import family_of
from sniffer.model.facts import AttemptFact, SessionFact, Speech
from sniffer.model.findings import AttemptFinding, AuthFinding, Basis, Unjudged

UNDECRYPTABLE = "tls-undecryptable"
"""The anomaly of a session of which not all was opened."""

READ = {"clear": "read in clear", "decrypted": "decrypted with the key log"}

WHY: dict[Unjudged, str] = {
    "one-sided": "decrypted with the key log, but only one direction was captured",
    "gap": "decrypted with the key log, but bytes are missing where an AUTH may have been",
    "no-auth-seen": "decrypted with the key log: the connection ended before AUTH or MAIL",
}
"""Why a session stays unjudged all the same."""


def decrypted_auth(fact: SessionFact) -> AuthFinding | None:
    """Judge a session by what keys show of it; None where there are none, or they failed before anything was said."""
    inside = fact.inside
    if inside is None:
        return None
    attempts = (
        *(_attempt(each, fact, fact.speech, "clear") for each in fact.speech.attempts),
        *(_attempt(each, fact, inside, "decrypted") for each in inside.attempts),
    )
    if attempts:
        return _attempted(fact, inside, attempts)
    if _undecryptable(fact):
        return None
    if (inside.mail or fact.speech.mail) and not (inside.blind or fact.speech.blind):
        found = _without_attempt(inside, None, f"mail was sent without AUTH, {READ['decrypted']} ({fact.server})")
        mail = inside if inside.mail else fact.speech
        return replace(found, mail_accepted=mail.mail_accepted, mail_reply=mail.mail_reply)
    why: Unjudged = "no-auth-seen"
    if inside.blind:
        why = "one-sided" if fact.quality.one_sided else "gap"
    return _without_attempt(inside, why, f"{fact.server}: {WHY[why]}")


def _undecryptable(fact: SessionFact) -> bool:
    return any(each.code == UNDECRYPTABLE for each in fact.speech.anomalies)


def _attempt(attempt: AttemptFact, fact: SessionFact, speech: Speech, basis: Basis) -> AttemptFinding:
    family = family_of(attempt.mechanism)
    unjudged: Unjudged | None = None
    if family == "unknown":
        unjudged = "gap" if speech.blind and fact.quality.gap_bytes else "ambiguous"
    return AttemptFinding(
        family=family,
        mechanism=attempt.mechanism,
        basis="none" if unjudged else basis,
        confidence=None if unjudged else 1.0,
        outcome=attempt.outcome,
        outcome_confidence=None if attempt.outcome == "unknown" else 1.0,
        user=attempt.user,
        reply=attempt.reply,
        unjudged=unjudged,
        credential_sent=attempt.credential_sent,
        reason=f"AUTH {attempt.mechanism or 'of unknown mechanism'} {READ[basis]}; {_last_word(attempt.reply)}",
    )


def _attempted(fact: SessionFact, inside: Speech, attempts: tuple[AttemptFinding, ...]) -> AuthFinding:
    """Judge by the last success, else by the last attempt."""
    chosen = next((each for each in reversed(attempts) if each.outcome == "success"), attempts[-1])
    outcome, certain = chosen.outcome, chosen.outcome_confidence
    what = f"AUTH {chosen.mechanism}" if chosen.mechanism else "an AUTH exchange of unknown mechanism"
    how = READ["clear" if chosen.basis == "clear" else "decrypted"]
    reason = f"{what} was {how} ({fact.server}); {_last_word(chosen.reply)}"
    if _undecryptable(fact) and outcome != "success":
        outcome, certain = "unknown", None
        reason += "; what came behind it could not be decrypted, and may have succeeded"
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
        mail_accepted=inside.mail_accepted,
        mail_reply=inside.mail_reply,
        offered_tls=inside.offered,
        reason=reason,
    )


def _without_attempt(inside: Speech, unjudged: Unjudged | None, reason: str) -> AuthFinding:
    return AuthFinding(
        family="unknown" if unjudged else "none",
        mechanism=None,
        basis="none" if unjudged else "decrypted",
        confidence=None if unjudged else 1.0,
        outcome=None,
        unjudged=unjudged,
        offered_tls=inside.offered,
        reason=reason,
    )


def _last_word(reply: str | None) -> str:
    return f"the server said {reply!r}" if reply else "the server's last word was not seen"
