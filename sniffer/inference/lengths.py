"""How likely a message is as long as it is: shapes of ``knowledge.dialogue`` as tables over all lengths.

A table holds, for each length, the probability that a message of each symbol is shorter.  What a length that is known
to a range is worth is then one subtraction, for all symbols at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from sniffer.inference.plaintext import Length
from sniffer.knowledge.dialogue import Part
from sniffer.model import limits

Floats = npt.NDArray[np.float64]

LONGEST_SAID = 8192
"""Bytes up to which a client's lengths are told apart.  Tokens reach 5,600; of a mail's text it does not matter."""

LONGEST_REPLY = 1024
"""Bytes up to which a server's lengths are told apart.  An EHLO reply has some hundred, a challenge of NTLM four."""

Spikes = Mapping[str, Mapping[int, float]]
"""Known texts: symbol → length in bytes → share."""


class Lengths:
    """The lengths of some symbols, known by their place."""

    def __init__(
        self, shapes: Mapping[str, Sequence[Part]], spikes: Spikes, longest: int, *, strange: float = 0.0
    ) -> None:
        """``spikes`` are the known texts by the symbols that parts of kind ``replies`` name.

        Lengths of ``longest`` and more are one.  ``strange`` is the share of messages of which nothing is known.
        """
        self.strange = strange
        self.symbols = tuple(shapes)
        columns = [mass(parts, spikes, longest) for parts in shapes.values()]
        table = np.zeros((longest + 2, len(columns)))
        table[1:] = np.cumsum(np.stack(columns, axis=1), axis=0)
        self._below = table
        self._longest = longest
        self._known: dict[Length, list[float]] = {}

    def likelihoods(self, length: Length) -> list[float]:
        """Return how probable a length is for each symbol, and 0.0 behind them for no message."""
        found = self._known.get(length)
        if found is None:
            if len(self._known) >= limits.LENGTHS_REMEMBERED:
                self._known.clear()
            least, most = min(length.least, self._longest), min(length.most, self._longest)
            found = self._known[length] = [*(self._below[most + 1] - self._below[least]).clip(0.0).tolist(), 0.0]
        return found


def mass(parts: Sequence[Part], spikes: Spikes, longest: int) -> Floats:
    """Return the probability of each length from 0 to ``longest``, which stands for all that are longer."""
    total = np.zeros(longest + 1)
    for part in parts:
        if part.kind == "replies":
            for length, share in spikes.get(part.symbol, {}).items():
                total[min(length, longest)] += part.weight * share
        else:
            total += part.weight * component(part, longest)
    whole: Floats = total / total.sum()
    return whole


@lru_cache(limits.SHAPES_REMEMBERED)
def _component(part: Part, longest: int) -> Floats:
    if part.kind == "at":
        found = np.zeros(longest + 1)
        found[part.base] = 1.0
        return found
    return _curve(part, longest)


def component(part: Part, longest: int) -> Floats:
    """Return one component that is no known text, of sum 1."""
    return _component(part._replace(weight=1.0), longest)


def _curve(part: Part, longest: int) -> Floats:
    """Return a logarithmic normal curve over the lengths, or over the groups of four behind a base."""
    step = 4 if part.kind == "base64" else 1
    lengths = np.arange(step, 2 * longest, step, dtype=np.float64)
    lengths = lengths[(lengths >= part.least) & (lengths <= part.most)]
    steps = -0.5 * ((np.log(lengths) - np.log(part.mean)) / part.spread) ** 2 - np.log(lengths)
    density = np.exp(steps - steps.max())  # of lengths far from the mean the nearest counts
    found = np.zeros(longest + 1)
    np.add.at(found, np.minimum(lengths.astype(np.int64) + part.base, longest), density)
    whole: Floats = found / found.sum()
    return whole
