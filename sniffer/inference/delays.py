"""How long a reply took, where that says something: Exchange Online holds refusals back for about five seconds.

A signal of its own, beside the lengths.  It is weighed only where the round trip shows a real link: on a loopback, or
in a network of namespaces, delays are the machine's.  Source: timestamps of public logs (refusals after 4 to 8 s,
acceptances at once), 2017 to 2025.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sniffer.inference.turns import Turn, began, ended
from sniffer.knowledge import reply_lengths
from sniffer.model.facts import Outcome, SessionFact

REAL_LINK = 2_000
"""Microseconds from SYN to its answer from which on a link is taken for a real one: a data centre away."""

HELD_BACK, AT_ONCE = 3_500_000, 2_500_000
"""Microseconds beyond the round trip: from the one on a reply was held back, up to the other it was not."""

LATE: dict[Outcome, float] = {"failure": 0.90, "success": 0.03, "unknown": 0.5}
"""Share of replies that take so long, by what they say; a slow directory holds back acceptances too."""

EARLY: dict[Outcome, float] = {"failure": 0.08, "success": 0.95, "unknown": 0.5}


def told(fact: SessionFact, turns: Iterable[Turn]) -> tuple[tuple[float | None, str], ...]:
    """Return all that the delays of a session say; nothing where they do not speak, as with most."""
    if not speak(fact):
        return ()
    return tuple((shares(fact, turn).get("success"), remark(fact, turn)) for turn in turns)


def shares(fact: SessionFact, turn: Turn) -> Mapping[Outcome, float]:
    """Return how likely a reply's delay is for each outcome; nothing where it does not speak."""
    if fact.round_trip is None or not speak(fact):
        return {}
    took = waited(fact, turn)
    if took is None:
        return {}
    took -= fact.round_trip
    if took < 0:  # the capture has them in the wrong order, so its times say nothing
        return {}
    return LATE if took >= HELD_BACK else EARLY if took <= AT_ONCE else {}


def remark(fact: SessionFact, turn: Turn) -> str:
    """Return what is to be said of a reply that was held back; nothing of others."""
    took = waited(fact, turn) if shares(fact, turn) is LATE else None
    if took is None:
        return ""
    return f"; it came after {took / 1_000_000:.1f} s, as Exchange Online holds refusals back"


def waited(fact: SessionFact, turn: Turn) -> int | None:
    """Return for how many microseconds a client waited for the reply; None of half a turn."""
    if fact.shape is None or turn.client is None or turn.server is None:
        return None
    return began(fact.shape, turn.server) - ended(fact.shape, turn.client)


def speak(fact: SessionFact) -> bool:
    """Say whether delays say something: on a real link, of a server that holds replies back."""
    if fact.round_trip is None or fact.round_trip < REAL_LINK or not fact.speech.banner:
        return False
    return bool(reply_lengths.expected_replies(fact.speech.banner))
