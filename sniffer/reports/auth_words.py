"""How a session authenticated, in words: read in clear, decrypted, or inferred and how surely."""

from __future__ import annotations

from collections.abc import Callable, Collection

from sniffer.model.facts import Family, Outcome
from sniffer.model.findings import AttemptFinding, Basis
from sniffer.reports.sureness import PROBABLE, band, in_front, sure
from sniffer.reports.words import UNJUDGED_WORDS

FAMILY_WORDS: dict[Family, str] = {
    "basic": "basic",
    "oauth": "OAuth",
    "challenge": "challenge",
    "external": "external",
    "none": "no AUTH",
    "unknown": "unknown",
}

FAMILY_MEANS: dict[Family, str] = {
    "basic": "basic: user name and password",
    "oauth": "OAuth: a token",
    "challenge": "challenge and response",
    "external": "external: a client certificate",
    "none": "mail without AUTH",
    "unknown": "unknown",
}

BASIS_WORDS: dict[Basis, str] = {
    "clear": "in clear",
    "decrypted": "decrypted",
    "inferred": "inferred",
    "none": "not seen clearly",
}

BASIS_MEANS: dict[Basis, str] = {
    "clear": "read in clear",
    "decrypted": "read with the keys of its TLS session",
    "inferred": "inferred from TLS record lengths",
    "none": "not seen clearly",
}

OUTCOME_WORDS: dict[Outcome, str] = {
    "success": "success",
    "failure": "failure",
    "unknown": "outcome unknown",
}


LABELS: dict[str, str] = {**{str(family): words for family, words in FAMILY_WORDS.items()}, "odd": "nothing known"}
"""What a rival may be called beside the families: ``odd`` is a dialogue unlike all that is known."""


def label(name: str) -> str:
    """Return what a rival is called: a family in words, anything else as it stands."""
    return LABELS.get(name, name)


def front_runner(auth: AttemptFinding) -> str | None:
    """Return what an unknown family most likely is, None where nothing is in front."""
    if auth.family != "unknown" or auth.likely is None:
        return None
    probability = in_front(auth)
    how = "probably" if probability is not None and probability >= PROBABLE else "perhaps"
    return f"{how} {FAMILY_WORDS[auth.likely]}"


def mechanism(auth: AttemptFinding) -> str:
    """Return the mechanism, else the family."""
    return auth.mechanism or FAMILY_WORDS[auth.family]


def basis(auth: AttemptFinding) -> str:
    """Return how it is known, and if it is inferred, how surely: ``inferred, very likely``."""
    if auth.basis == "inferred" and auth.confidence is not None:
        return f"inferred, {band(auth.confidence)}"
    return BASIS_WORDS[auth.basis]


def how(auth: AttemptFinding) -> str:
    """Return in a few words how a session or an attempt authenticated."""
    if auth.family != "unknown":
        return f"{mechanism(auth)} {basis(auth)}"
    why = UNJUDGED_WORDS[auth.unjudged] if auth.unjudged else BASIS_WORDS["none"]
    named = f"AUTH {auth.mechanism or 'unknown'}: {why}"
    return "; ".join(part for part in (named, front_runner(auth)) if part)


def outcome(auth: AttemptFinding, without: str = "no attempt seen") -> str:
    """Return what became of an attempt, and how surely if that is inferred; ``without`` stands for none."""
    return _outcome(auth, without, band)


def outcome_in_full(auth: AttemptFinding) -> str:
    """Return the same with the number."""
    return _outcome(auth, "no attempt seen", sure)


def _outcome(auth: AttemptFinding, without: str, told: Callable[[float], str]) -> str:
    if auth.outcome is None:
        return without
    words, confidence = OUTCOME_WORDS[auth.outcome], auth.outcome_confidence
    inferred = auth.basis == "inferred" and auth.outcome != "unknown" and confidence is not None
    return f"{words}, {told(confidence)}" if inferred and confidence is not None else words


def not_checked(services: Collection[str]) -> list[str]:
    """Return what must be said of services, as people call them, of which no real session was ever checked."""
    if not services:
        return []
    each = "this service" if len(services) == 1 else "these services"
    unchecked = f"Inferred for {', '.join(services)}: not yet checked against a real session of {each}."
    return [f"{unchecked} 'sniffer calibrate' does that with one of yours."]
