"""Exact bounds of a share (Clopper and Pearson 1934), by bisection of the binomial distribution."""

from __future__ import annotations

from collections.abc import Callable
from decimal import ROUND_DOWN, Decimal
from math import exp, lgamma, log

STEPS = 60


def lower(right: int, count: int, confidence: float = 0.95) -> float:
    """Return the one-sided lower bound of a share of which `right` of `count` were seen."""
    if not right:
        return 0.0
    return _crossing(lambda share: 1.0 - below(right, count, share), 1.0 - confidence)


def upper(wrong: int, count: int, confidence: float = 0.95) -> float:
    """Return the one-sided upper bound of a share of which `wrong` of `count` were seen."""
    if wrong >= count:
        return 1.0
    return 1.0 - lower(count - wrong, count, confidence)


def below(successes: int, count: int, share: float) -> float:
    """Return the probability of fewer successes than these."""
    if share <= 0.0:
        return 1.0 if successes else 0.0
    if share >= 1.0:
        return 0.0 if successes <= count else 1.0
    return min(sum(exp(_log_chance(each, count, share)) for each in range(successes)), 1.0)


def floored(share: float, places: int) -> Decimal:
    """Return a share with so many decimals, never more than it was."""
    return Decimal(repr(float(share))).quantize(Decimal(1).scaleb(-places), ROUND_DOWN)


def _log_chance(successes: int, count: int, share: float) -> float:
    ways = lgamma(count + 1) - lgamma(successes + 1) - lgamma(count - successes + 1)
    return ways + successes * log(share) + (count - successes) * log(1.0 - share)


def _crossing(rising: Callable[[float], float], level: float) -> float:
    """Return where a rising function of a share reaches a level."""
    low, high = 0.0, 1.0
    for _ in range(STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if rising(middle) < level else (low, middle)
    return low
