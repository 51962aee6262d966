"""What a dialogue's parts say is not independent: probabilities of families are brought to what they are worth.

The odds of the most probable are raised to a power that was fitted to sessions held out (``tests.accuracy fit``): one
power where a family is not much more probable than its rivals, another where it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import exp, log

from sniffer.knowledge.dialogue import Sharpness
from sniffer.model.facts import Family

DOUBTFUL, SURE = log(4.0), log(9.0)
"""Logarithms of the odds up to which the first power holds, and from which the second does: 0.8 and 0.9.  A straight
line joins them."""

CERTAIN = 1e-15
"""Least improbability that is told from none."""


def sharpened(families: Mapping[Family, float], odd: float, powers: Sharpness) -> tuple[dict[Family, float], float]:
    """Return probabilities, of sum 1, with the odds of the most probable raised; its rivals keep their proportions."""
    total = sum(families.values()) + odd
    if not total:
        return dict(families), odd
    best = max(families, key=families.__getitem__, default=None)
    most = odd if best is None or families[best] <= odd else families[best]
    after = raised(most / total, powers)
    rest = (1.0 - after) / (total - most) if total - most > CERTAIN * total else 0.0
    told = {family: after if value == most and family == best else value * rest for family, value in families.items()}
    return told, after if most is odd else odd * rest


def raised(probability: float, powers: Sharpness) -> float:
    """Return what a probability is worth; one that is less than half stays."""
    if probability <= 0.5:
        return probability
    odds = log(probability / max(1.0 - probability, CERTAIN))
    high = powers.sure * SURE
    low = min(powers.doubtful * DOUBTFUL, high)  # who is more probable stays so
    if odds >= SURE:
        worth = powers.sure * odds
    elif odds <= DOUBTFUL:
        worth = low * odds / DOUBTFUL
    else:
        worth = low + (high - low) * (odds - DOUBTFUL) / (SURE - DOUBTFUL)
    return 1.0 / (1.0 + exp(-worth))
