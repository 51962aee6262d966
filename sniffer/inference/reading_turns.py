"""What each turn of a dialogue was, all ways through it weighed (the forward-backward algorithm)."""

from __future__ import annotations

from collections.abc import Sequence

from sniffer.inference.grammar import Grammar
from sniffer.inference.lengths import Lengths
from sniffer.inference.reading import Reader, Reading, Said

Meaning = tuple[str, str]
"""A client's symbol and a server's."""


def meanings(
    reader: Reader, reading: Reading, turns: Sequence[Said], server: Lengths, *, ended: bool
) -> list[dict[Meaning, float]]:
    """Return, turn by turn, the probability of each meaning; what is missing to 1 is odd."""
    grammar = reader.grammar
    behind = _ends(grammar, reading, ended=ended)
    found: list[dict[Meaning, float]] = []
    for place in range(len(turns) - 1, -1, -1):
        said, reply = reader.words(turns[place], server)
        before: dict[int, float] = {}
        weights: dict[Meaning, float] = {}
        for state, value in reading.trellis[place].items():
            for edge in grammar.edges[state]:
                likely = edge.weight * said[edge.client] * reply[edge.server] * behind.get(edge.target, 0.0)
                if likely:
                    before[state] = before.get(state, 0.0) + likely
                    meaning = reader.meaning(edge, server)
                    weights[meaning] = weights.get(meaning, 0.0) + likely * value
        total = sum(weights.values()) or 1.0
        found.append({meaning: (1.0 - reading.odd) * weight / total for meaning, weight in weights.items()})
        most = max(before.values(), default=1.0)
        behind = {state: value / most for state, value in before.items()}
    return found[::-1]


def _ends(grammar: Grammar, reading: Reading, *, ended: bool) -> dict[int, float]:
    return {state: grammar.ends[state] if ended else 1.0 for state in reading.trellis[-1]}
