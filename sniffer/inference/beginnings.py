"""Ways in which a dialogue inside TLS may begin where its EHLO is not the one that was said in clear.

Another name, none at all, or more in the same breath: programs that write to a mail server as to a modem send "EHLO"
and "AUTH LOGIN" at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import exp

from sniffer.inference.grammar import State
from sniffer.inference.reading import Reading, Said
from sniffer.inference.turns import Dialogue
from sniffer.model.facts import SessionFact

HELLO_AND_MORE = 0.005
"""How likely a client sends a command behind its EHLO without waiting for the list."""


def weighed(ways: Sequence[tuple[Reading, tuple[Said, ...], float]]) -> tuple[Reading, tuple[Said, ...]]:
    """Weigh ways to begin by how likely they are; the path is told by the most probable one."""
    most = max(reading.evidence for reading, _, _ in ways)
    weights = [prior * exp(reading.evidence - most) for reading, _, prior in ways]
    total = sum(weights)
    shares = [weight / total for weight in weights] if total else [1.0 / len(ways)] * len(ways)
    best = shares.index(max(shares))
    states: dict[State, float] = {}
    for (reading, _, _), share in zip(ways, shares, strict=True):
        for state, value in reading.states:
            states[state] = states.get(state, 0.0) + value * share
    odd = sum(reading.odd * share for (reading, _, _), share in zip(ways, shares, strict=True))
    better, said, _ = ways[best]
    return better._replace(states=tuple(states.items()), odd=odd), said


def joined(fact: SessionFact, found: Dialogue) -> Said | None:
    """Return a command that may have come in one message with the EHLO."""
    speech = fact.speech
    if speech.hello_octets is None or speech.greeted_octets is None:
        return None
    lengths = found.joined(speech.hello_octets, speech.greeted_octets)
    return Said(*lengths) if lengths else None
