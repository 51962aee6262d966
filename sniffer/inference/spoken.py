"""A session judged by words, whether they were said in clear or decrypted."""

from __future__ import annotations

from collections.abc import Sequence

from sniffer.knowledge.mechanisms import family_of
from sniffer.model.facts import AttemptFact, Outcome, Speech
from sniffer.model.findings import AttemptFinding, AuthFinding, Basis, Unjudged


def attempt_read(attempt: AttemptFact, basis: Basis, read: str, unknown: Unjudged) -> AttemptFinding:
    """Return an attempt that was ``read`` by some means; ``unknown`` is why, where its mechanism is not known."""
    family = family_of(attempt.mechanism)
    unjudged = unknown if family == "unknown" else None
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
        reason=f"AUTH {attempt.mechanism or 'of unknown mechanism'} {read}; {last_word(attempt.reply)}",
    )


def decisive(attempts: Sequence[AttemptFinding]) -> AttemptFinding:
    """Return the attempt that a session is judged by: the last success, else the last."""
    return next((each for each in reversed(attempts) if each.outcome == "success"), attempts[-1])


def judged_by_attempts(attempts: tuple[AttemptFinding, ...], server: str, read: str, doubt: str | None) -> AuthFinding:
    """Judge by the decisive attempt; with a ``doubt``, something behind it may have succeeded that was not read."""
    chosen = decisive(attempts)
    outcome: Outcome | None = chosen.outcome
    certain = chosen.outcome_confidence
    what = f"AUTH {chosen.mechanism}" if chosen.mechanism else "an AUTH exchange of unknown mechanism"
    reason = f"{what} was {read} ({server}); {last_word(chosen.reply)}"
    if doubt and outcome != "success":
        outcome, certain = "unknown", None
        reason += f"; {doubt}"
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
        reason=reason,
    )


def without_attempt(basis: Basis, unjudged: Unjudged | None, reason: str) -> AuthFinding:
    """Return a finding of a session in which no AUTH was read: mail, or, ``unjudged``, nothing that tells."""
    return AuthFinding(
        family="unknown" if unjudged else "none",
        mechanism=None,
        basis="none" if unjudged else basis,
        confidence=None if unjudged else 1.0,
        outcome=None,
        unjudged=unjudged,
        reason=reason,
    )


def mailed_without_auth(speech: Speech, server: str, how: str = "") -> str:
    """Say that mail came without AUTH, and what became of it; ``how`` it was read stands behind that."""
    if speech.mail_accepted is False:
        return f"mail without AUTH was refused{how} ({server}); {last_word(speech.mail_reply)}"
    tried = "sent" if speech.mail_accepted else "begun"
    return f"mail was {tried} without AUTH{how} ({server})"


def last_word(reply: str | None) -> str:
    """Return the server's last word, in words."""
    return f"the server said {reply!r}" if reply else "the server's last word was not seen"
