"""How long a reply took, where that says something: Exchange Online holds refusals back for about five seconds.

A signal of its own, beside the lengths.  It is weighed only where the round trip shows a real link: on a loopback, or
in a network of namespaces, delays are the machine's.  Source: timestamps of public logs (refusals after 4 to 8 s,
acceptances at once), 2017 to 2025.
"""

from __future__ import annotations

from sniffer.inference.turns import Turn
from sniffer.knowledge import reply_lengths
from sniffer.model.facts import Outcome, SessionFact

REAL_LINK = 2_000
"""Microseconds from SYN to its answer from which on a link is taken for a real one: a data centre away."""

HELD_BACK, AT_ONCE = 3_500_000, 2_500_000
"""Microseconds beyond the round trip: from the one on a reply was held back, up to the other it was not."""

LATE: dict[Outcome, float] = {"failure": 0.90, "success": 0.03, "unknown": 0.5}
"""Share of replies that take so long, by what they say; a slow directory holds back acceptances too."""

EARLY: dict[Outcome, float] = {"failure": 0.08, "success": 0.95, "unknown": 0.5}


def shares(fact: SessionFact, turn: Turn) -> dict[Outcome, float]:
    """Return how likely a reply's delay is for each outcome; nothing where it does not speak."""
    banner = fact.speech.banner
    if fact.round_trip is None or fact.round_trip < REAL_LINK or not (turn.client and turn.server) or not banner:
        return {}
    if not reply_lengths.expected_replies(banner):
        return {}
    took = turn.server.first - turn.client.last - fact.round_trip
    if took < 0:  # the capture has them in the wrong order, so its times say nothing
        return {}
    return LATE if took >= HELD_BACK else EARLY if took <= AT_ONCE else {}


def remark(fact: SessionFact, turn: Turn) -> str:
    """Return what is to be said of a reply that was held back; nothing of others."""
    if shares(fact, turn) is not LATE or not (turn.client and turn.server):
        return ""
    seconds = (turn.server.first - turn.client.last) / 1_000_000
    return f"; it came after {seconds:.1f} s, as Exchange Online holds refusals back"
