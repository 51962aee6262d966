"""A session judged by the shape of its TLS records.

Rules of this file:
1. A family is named when its probability, as far as held-out sessions have proven it, is at least 0.90; else it is
   unknown, with the front-runner and its rivals.
2. A message without a reply, alone, says nothing; nor do records behind a renegotiation, or of unknown padding.
3. What became of a login is told at 0.90 too, by the lengths of replies and by what followed (``outcomes``).  The last
   success counts, else the last attempt.
4. A length that points to one known refusal names its cause; one that points to several names none.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from sniffer.inference import delays
from sniffer.inference.attempts import AUTH, Tried, asks, mail_accepted, says_mail
from sniffer.inference.grammar import Result, State
from sniffer.inference.hidden import Ear, Hidden
from sniffer.inference.outcomes import Word, last_words, shares
from sniffer.inference.reading import Step
from sniffer.inference.reasons import reason_of, refusal_of, why_not
from sniffer.inference.spoken import decisive
from sniffer.knowledge.dialogue import proven
from sniffer.model.facts import Family, Outcome, SessionFact
from sniffer.model.findings import AttemptFinding, AuthFinding, Rival, Unjudged

SURE = 0.90
"""Probability from which on something is named."""

SURE_LITTLE = 0.95
"""The same where there is little to go by: lengths known to a range only, since a block cipher hides the classes by
which Base64 is told, or hardly more than a command that was refused."""

SHORT = 2
"""Turns up to which a dialogue is little."""

SURE_UNANCHORED = 0.99
"""The same where the client did not say the EHLO again that it said in clear: the start itself is a guess."""

SURE_BARE = 0.99
"""The same for Basic of which nothing but the command is there: EXPN and VRFY can have its twelve bytes, and to say
Basic of a box that never logged in costs the most."""

SHOWN = 0.01
"""Probability from which on a rival is shown."""

OUTCOMES: dict[Result, Outcome] = {"accepted": "success", "refused": "failure", "open": "unknown"}
RESULTS: dict[Outcome, Result] = {outcome: result for result, outcome in OUTCOMES.items()}


class Context(NamedTuple):
    """What is known of a session beside its records: its service, and what of that was checked.

    ``checked`` are the families that were held against a real session of the service; None where that is not needed.
    """

    service: str
    checked: frozenset[str] | None = None


def inferred_auth(fact: SessionFact, heard: Hidden | None, ear: Ear, context: Context) -> AuthFinding:
    """Judge a session by what was heard of it: once for all in which the same was heard, and as late."""
    if heard is None:
        why = why_not(fact)
        return _unknown(why.code, why.text)
    told = delays.told(fact, heard.turns) if delays.speak(fact) else ()
    key = told, context.checked
    found = heard.judged.get(key)
    if found is None:
        found = heard.judged[key] = _judged(fact, heard, ear, context)
    return found


def _judged(fact: SessionFact, heard: Hidden, ear: Ear, context: Context) -> AuthFinding:
    """Judge a session, of which nothing may be asked here but what ``hidden.Key`` holds, and its delays."""
    if not heard.said:
        return _nothing_said(fact, heard, ear)
    front, probability = heard.front
    confidence = proven(probability, exact=heard.exact)
    ends = ear.ends(heard, front) if front else []
    path = ear.path(heard, ends[0][0]) if ends else ()
    if front == "none" and path and not says_mail(path) and probability >= SURE:
        return _open(fact, heard, None, ear) if asks(path) else _nothing_said(fact, heard, ear)
    named = probability >= needed(heard, front, ear.tried(path)) and confidence >= SURE
    if front is None or not named or not path or says_too_little(heard):
        return _open(fact, heard, front, ear)
    words = last_words(ear.grammar, heard.replies, heard.said, path, ends)
    return _named(fact, heard, ear, context, _Front(front, confidence, path, ends, words))


def _nothing_said(fact: SessionFact, heard: Hidden, ear: Ear) -> AuthFinding:
    """Return a finding of a session in which neither AUTH nor MAIL was heard: said, or seen."""
    cut = heard.dialogue.cut
    if cut is None:
        found = _unknown(
            "no-auth-seen", f"{fact.server}: the client left behind its EHLO inside TLS, before AUTH or MAIL"
        )
    elif cut == "gap":
        found = _unknown("gap", f"{fact.server}: bytes are missing behind the EHLO inside TLS, before AUTH or MAIL")
    else:
        found = _unknown("ambiguous", reason_of(fact, heard, ear, None))
    return replace(found, offered_tls=heard.offered)


class _Front(NamedTuple):
    family: Family
    confidence: float
    path: tuple[Step, ...]
    ends: list[tuple[State, float]]
    words: list[Word]


def says_too_little(heard: Hidden) -> bool:
    """Say whether there is too little to go by (rule 2)."""
    alone = len(heard.said) == 1 and heard.said[0].server is None
    return alone or heard.dialogue.cut == "renegotiation"


def needed(heard: Hidden, family: Family | None, attempts: Sequence[Tried]) -> float:
    """Return the probability from which on a family is named; the attempts are those of its most probable way."""
    if not (heard.dialogue.anchored or heard.dialogue.greeting):
        return SURE_UNANCHORED
    if family == "basic" and not any(each.credential_sent for each in attempts):
        return SURE_BARE
    return SURE if heard.exact and len(heard.said) > SHORT else SURE_LITTLE


def _unknown(unjudged: Unjudged, reason: str) -> AuthFinding:
    return AuthFinding(
        family="unknown", mechanism=None, basis="none", confidence=None, outcome=None, unjudged=unjudged, reason=reason
    )


def _open(fact: SessionFact, heard: Hidden, front: Family | None, ear: Ear) -> AuthFinding:
    """Return a finding without a family, with what it may have been."""
    found = _unknown("ambiguous", reason_of(fact, heard, ear, None))
    return replace(found, likely=front, rivals=_rivals(heard, front), offered_tls=heard.offered)


def _rivals(heard: Hidden, front: Family | None) -> tuple[Rival, ...]:
    others = [(family, value) for family, value in heard.families.items() if value >= SHOWN and family != front]
    if heard.odd >= SHOWN and front is not None:
        others.append(("odd", heard.odd))  # type: ignore[arg-type]
    if not others:
        return ()
    return tuple(Rival(label, round(value, 4)) for label, value in sorted(others, key=lambda each: (-each[1], each[0])))


def _named(fact: SessionFact, heard: Hidden, ear: Ear, context: Context, front: _Front) -> AuthFinding:
    """Return a finding of a family."""
    attempts = ear.tried(front.path)
    findings = [_attempt(fact, heard, ear, each, front, last=each is attempts[-1]) for each in attempts]
    unverified = context.checked is not None and front.family not in context.checked
    rivals = _rivals(heard, front.family)
    if not findings:
        return AuthFinding(
            family="none",
            mechanism=None,
            basis="inferred",
            confidence=front.confidence,
            outcome=None,
            reason=reason_of(fact, heard, ear, front.path),
            rivals=rivals,
            mail_accepted=mail_accepted(front.path),
            likely_refusal=refusal_of(fact, front.path, heard.said, "mail-refused"),
            offered_tls=heard.offered,
            unverified_service=unverified,
        )
    told = decisive([each for each in findings if each.family != "unknown"])
    if told.outcome == "failure" and any(each.outcome == "unknown" for each in findings):  # one may have succeeded
        told = replace(told, outcome="unknown", outcome_confidence=None, likely_refusal=None)
    return AuthFinding(
        family=told.family,
        mechanism=told.mechanism,
        basis="inferred",
        confidence=told.confidence,
        outcome=told.outcome,
        outcome_confidence=told.outcome_confidence,
        reason=told.reason,
        rivals=rivals if told.family == front.family else (),
        likely_refusal=told.likely_refusal,
        credential_sent=told.credential_sent,
        attempts=tuple(findings),
        offered_tls=heard.offered,
        unverified_service=unverified,
    )


def _attempt(
    fact: SessionFact, heard: Hidden, ear: Ear, attempt: Tried, front: _Front, *, last: bool
) -> AttemptFinding:
    """Return an attempt; the last is told by all ends of the family, an earlier one by its own turn."""
    if last:
        family, confidence = front.family, front.confidence
        mechanism = _mechanism(ear, front.ends)
        outcome, sure = _outcome(fact, ear, heard, front, attempt)
    else:
        family, confidence, mechanism = _earlier(ear, heard, attempt)
        outcome, sure = _earlier_outcome(heard, attempt, front.words) or (OUTCOMES[attempt.result], confidence)
    named = confidence >= SURE
    if outcome != "unknown":
        attempt = attempt._replace(result=RESULTS[outcome])
    turns, oauth = heard.said[attempt.first : attempt.end], attempt.form.family == "oauth"
    refusal = refusal_of(fact, attempt.steps, turns, "auth-refused", oauth=oauth)
    return AttemptFinding(
        family=family if named else "unknown",
        mechanism=mechanism if named else None,
        basis="inferred" if named else "none",
        confidence=confidence if named else None,
        outcome=outcome,
        outcome_confidence=sure if outcome != "unknown" else None,
        unjudged=None if named else "ambiguous",
        likely=None if named else family,
        likely_refusal=refusal if outcome == "failure" else None,
        credential_sent=attempt.credential_sent,
        reason=reason_of(
            fact, heard, ear, front.path, attempt, named=named and mechanism is not None, settled=outcome != "unknown"
        ),
    )


def _earlier(ear: Ear, heard: Hidden, attempt: Tried) -> tuple[Family, float, str | None]:
    """Return the family and the mechanism of an attempt by what its first turn was, all ways weighed.

    The most probable way alone names no mechanism: an AUTH PLAIN that is refused at once is as long as an AUTH LOGIN.
    """
    families: dict[Family, float] = {attempt.form.family: 0.0}
    mechanisms: dict[Family, dict[str, float]] = {attempt.form.family: {attempt.form.mechanism: 0.0}}
    for (client, _), value in ear.meanings(heard)[attempt.first].items():
        if client.startswith(AUTH):
            form = ear.form_of_command(client)
            families[form.family] = families.get(form.family, 0.0) + value
            among = mechanisms.setdefault(form.family, {})
            among[form.mechanism] = among.get(form.mechanism, 0.0) + value
    best = max(families, key=families.__getitem__)
    return best, proven(families[best], exact=heard.exact), _standing_out(mechanisms[best])


def _mechanism(ear: Ear, ends: Sequence[tuple[State, float]]) -> str | None:
    """Return the mechanism, where one of the family's stands out."""
    weights: dict[str, float] = {}
    for state, value in ends:
        name = ear.grammar.forms[state.form].mechanism
        weights[name] = weights.get(name, 0.0) + value
    return _standing_out(weights)


def _standing_out(weights: Mapping[str, float]) -> str | None:
    """Return the mechanism that has nearly all the weight, if it has a name."""
    best = max(weights, key=weights.__getitem__)
    return best if best != "OTHER" and weights[best] >= SURE * sum(weights.values()) else None


def _outcome(fact: SessionFact, ear: Ear, heard: Hidden, front: _Front, attempt: Tried) -> tuple[Outcome, float | None]:
    """Return what became of the last attempt, by the lengths of replies, by what followed, and by time."""
    delay = delays.shares(fact, heard.turns[attempt.end - 1])
    likely = shares(front.words, ear.grammar, front.ends, attempt)
    return _told({OUTCOMES[each]: value * delay.get(OUTCOMES[each], 1.0) for each, value in likely.items()}, heard)


def _earlier_outcome(heard: Hidden, attempt: Tried, words: Collection[Word]) -> tuple[Outcome, float | None] | None:
    """Return what became of an earlier attempt, by the length of its last word too; None where only its turns tell."""
    word = next((each for each in words if each.place == attempt.end - 1 and each.either), None)
    return _told({"success": word.odds, "failure": 1.0}, heard) if word else None


def _told(weights: Mapping[Outcome, float], heard: Hidden) -> tuple[Outcome, float | None]:
    best = max(weights, key=weights.__getitem__)
    sure = proven(weights[best] / sum(weights.values()), exact=heard.exact, of="outcome")
    return ("unknown", None) if best == "unknown" or sure < SURE else (best, sure)
