"""Probabilities brought to what they are worth: the order stays, the sum is one, each power has its range."""

from __future__ import annotations

from math import log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sniffer.inference.calibration import raised, sharpened
from sniffer.knowledge.dialogue import Sharpness
from sniffer.model.facts import Family

SAME = Sharpness()
FAMILIES: tuple[Family, ...] = ("basic", "oauth", "challenge", "none")
powers = st.builds(Sharpness, st.floats(0.4, 1.5), st.floats(0.4, 1.5))
shares = st.lists(st.floats(0.0, 1.0), min_size=5, max_size=5).filter(lambda found: sum(found) > 0.01)


def odds(probability: float) -> float:
    return log(probability / (1.0 - probability))


@given(probability=st.floats(0.0, 1.0))
def test_powers_of_one_change_nothing(probability: float) -> None:
    assert raised(probability, SAME) == pytest.approx(probability, abs=1e-9)


@given(first=st.floats(0.0, 1.0), second=st.floats(0.0, 1.0), found=powers)
def test_who_was_more_probable_stays_so(first: float, second: float, found: Sharpness) -> None:
    low, high = sorted((first, second))
    assert raised(low, found) <= raised(high, found) + 1e-12


def test_each_power_has_its_range() -> None:
    soft = Sharpness(0.5, 1.2)
    assert odds(raised(0.7, soft)) == pytest.approx(odds(0.7) / 2)
    assert odds(raised(0.99, soft)) == pytest.approx(odds(0.99) * 1.2)
    assert odds(raised(0.8, soft)) < odds(raised(0.85, soft)) < odds(raised(0.9, soft))


def test_what_is_less_than_half_stays() -> None:
    assert raised(0.4, Sharpness(0.5, 0.5)) == 0.4


@given(values=shares, found=powers)
def test_all_still_makes_one(values: list[float], found: Sharpness) -> None:
    total = sum(values)
    families = {family: value / total for family, value in zip(FAMILIES, values[:4], strict=True)}
    told, odd = sharpened(families, values[4] / total, found)
    assert sum(told.values()) + odd == pytest.approx(1.0)
    best = max(families, key=families.__getitem__)
    if families[best] > values[4] / total:
        assert told[best] == pytest.approx(raised(families[best], found))
        assert max(told, key=told.__getitem__) == best or told[best] == pytest.approx(max(told.values()))


def test_rivals_keep_their_proportions() -> None:
    told, odd = sharpened({"basic": 0.8, "none": 0.1, "oauth": 0.05}, 0.05, Sharpness(0.5, 1.0))
    assert told["basic"] < 0.8
    assert told["none"] == pytest.approx(2 * told["oauth"])
    assert odd == pytest.approx(told["oauth"])


def test_the_odd_may_be_the_most_probable() -> None:
    told, odd = sharpened({"basic": 0.2}, 0.8, Sharpness(0.5, 1.0))
    assert odd == pytest.approx(raised(0.8, Sharpness(0.5, 1.0)))
    assert told["basic"] == pytest.approx(1.0 - odd)


def test_of_nothing_nothing_is_told() -> None:
    assert sharpened({}, 0.0, SAME) == ({}, 0.0)
    assert sharpened({}, 1.0, SAME)[1] == pytest.approx(1.0)
