"""Sessions that a key log opens: judged by what was said inside TLS, as surely as in clear."""

from __future__ import annotations

from msgspec.structs import replace

from sniffer.inference import clear
from sniffer.inference.spoken import attempt_read, decisive, judged_by_attempts, mailed_without_auth, without_attempt
from sniffer.model.facts import AttemptFact, SessionFact, Speech
from sniffer.model.findings import AttemptFinding, AuthFinding, Basis, Unjudged

UNDECRYPTABLE = "tls-undecryptable"
"""The anomaly of a session of which not all was opened."""

READ = {"clear": clear.READ, "decrypted": "decrypted with the key log"}

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
        mail = inside if inside.mail else fact.speech
        reason = mailed_without_auth(mail, fact.server, f", {READ['decrypted']}")
        found = without_attempt("decrypted", None, reason)
        return replace(found, mail_accepted=mail.mail_accepted, mail_reply=mail.mail_reply, offered_tls=inside.offered)
    why: Unjudged = "no-auth-seen"
    if inside.blind:
        why = "one-sided" if fact.quality.one_sided else "gap"
    return replace(without_attempt("decrypted", why, f"{fact.server}: {WHY[why]}"), offered_tls=inside.offered)


def _undecryptable(fact: SessionFact) -> bool:
    return any(each.code == UNDECRYPTABLE for each in fact.speech.anomalies)


def _attempt(attempt: AttemptFact, fact: SessionFact, speech: Speech, basis: Basis) -> AttemptFinding:
    unknown: Unjudged = "gap" if speech.blind and fact.quality.gap_bytes else "ambiguous"
    return attempt_read(attempt, basis, READ[basis], unknown)


def _attempted(fact: SessionFact, inside: Speech, attempts: tuple[AttemptFinding, ...]) -> AuthFinding:
    """Judge by the last success, else by the last attempt."""
    read = READ["clear" if decisive(attempts).basis == "clear" else "decrypted"]
    doubt = "what came behind it could not be decrypted, and may have succeeded" if _undecryptable(fact) else None
    found = judged_by_attempts(attempts, fact.server, read, doubt)
    return replace(found, mail_accepted=inside.mail_accepted, mail_reply=inside.mail_reply, offered_tls=inside.offered)
