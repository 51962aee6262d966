"""Calibration: what a probability has proven to be worth, bin by bin."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from sniffer.inference.inferred import SURE
from tests.accuracy.bounds import below, floored, lower
from tests.accuracy.predictions import Prediction

FAMILY_EDGES = (0.5, 0.7, 0.8, 0.9, 0.99, 0.995, 0.999)
OUTCOME_EDGES = (0.9, 0.99, 0.999)
FEWEST = 60
"""Sessions that a bin should hold: below 59 even a spotless one proves less than 95 %."""

SIGNIFICANT = 0.05


class Told(NamedTuple):
    """A probability that was told, and whether it was right."""

    probability: float
    right: bool


class Bin(NamedTuple):
    """Probabilities from `least` on, up to the next bin; `stated` is their mean."""

    least: float
    sessions: int
    right: int
    stated: float

    @property
    def proven(self) -> float:
        """Return the exact lower bound of the share that was right (one-sided, 95 %)."""
        return lower(self.right, self.sessions)

    @property
    def boasts(self) -> bool:
        """Return whether the observed share lies significantly below the stated one (one-sided, 5 %)."""
        return bool(self.sessions) and below(self.right + 1, self.sessions, self.stated) < SIGNIFICANT


def families(predictions: Sequence[Prediction], *, exact: bool) -> list[Told]:
    """Return the probabilities of families."""
    return [
        Told(each.probability, each.family == each.sample.label.family)
        for each in predictions
        if each.family is not None and each.exact is exact
    ]


def outcomes(predictions: Sequence[Prediction], *, exact: bool) -> list[Told]:
    """Return the probabilities of outcomes, where the family was told right."""
    return [
        Told(each.outcome_probability, each.outcome == each.sample.label.outcome)
        for each in predictions
        if each.exact is exact and each.outcome_verdict is not None and each.outcome is not None
    ]


def bins(told: Sequence[Told], edges: Sequence[float]) -> list[Bin]:
    """Return the bins, from the lowest.

    One with too few sessions is joined with the next higher, one that proves more than the next with that one; what is
    named and what is not (`SURE`) is never mixed.
    """
    found: list[list[Told]] = []
    for low, high in zip(edges, [*edges[1:], 2.0], strict=True):
        inside = [each for each in told if low <= each.probability < high]
        if found and low != SURE and (len(found[-1]) < FEWEST or not inside):
            found[-1] += inside
        else:
            found.append(inside)
    if len(found) > 1 and len(found[-1]) < FEWEST and _named(found[-2]) == _named(found[-1]):
        found[-2:] = [found[-2] + found[-1]]
    return [_bin(each) for each in _rising(found) if each]


def _rising(found: list[list[Told]]) -> list[list[Told]]:
    """Join bins until each proves no more than the next, and the lowest that is named proves enough to be."""
    place = 0
    while place + 1 < len(found):
        here, above = _bin(found[place]), _bin(found[place + 1])
        joins = here.proven > above.proven or (here.least >= SURE and here.proven < SURE)
        if joins and (here.least < SURE) == (above.least < SURE):
            found[place : place + 2] = [found[place] + found[place + 1]]
            place = max(place - 1, 0)
        else:
            place += 1
    return found


def _named(told: Sequence[Told]) -> bool:
    return any(each.probability >= SURE for each in told)


def _bin(told: Sequence[Told]) -> Bin:
    if not told:
        return Bin(0.0, 0, 0, 0.0)
    stated = sum(each.probability for each in told) / len(told)
    return Bin(min(each.probability for each in told), len(told), sum(each.right for each in told), stated)


def rows(found: Sequence[Bin]) -> list[dict[str, Any]]:
    """Return bins as they stand in `dialogue_fit.toml`; rounded, none proves more than it did."""
    return [
        {
            "least": float(floored(each.least, 5)),
            "sessions": each.sessions,
            "right": each.right,
            "proven": float(floored(each.proven, 5)),
        }
        for each in found
    ]
