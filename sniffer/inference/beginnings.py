"""Ways in which a dialogue inside TLS may begin where its EHLO is not the one that was said in clear.

Another name, none at all, or more in the same breath: programs that write to a mail server as to a modem send "EHLO"
and "AUTH LOGIN" at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import exp

from sniffer.inference.content import Content
from sniffer.inference.grammar import State
from sniffer.inference.plaintext import Length, exactly
from sniffer.inference.reading import Reading, Said
from sniffer.inference.turns import LONGEST_LIST, SHORTEST_LIST

HELLO_AND_MORE = 0.005
"""How likely a client sends a command behind its EHLO without waiting for the list."""

SHORTEST_COMMAND, SHORTEST_REPLY = 6, 5
"""Bytes of QUIT, DATA or RSET, and of a reply of three digits without a text."""


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


def joined(content: Content) -> Said | None:
    """Return a command that may have come in one message with the EHLO, and the reply; None where there is none."""
    first = content.hello or next(iter(content.turns), None)
    hello, listed = content.clear
    if content.anchored or first is None or first.server is None or hello is None or listed is None:
        return None
    said, reply = first.client, first.server
    least, most = reply.least - listed - LONGEST_LIST, reply.most - listed - SHORTEST_LIST
    if not said.exact or said.least < hello + SHORTEST_COMMAND or most < SHORTEST_REPLY:
        return None
    return Said(exactly(said.least - hello), Length(max(least, SHORTEST_REPLY), most))
