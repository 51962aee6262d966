"""How likely a sender was seen: exact sums against a count of every moment, and against dice."""

from __future__ import annotations

import math
import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sniffer.inference.coverage import DAY, MONTH, SENDERS, coverage, coverages, folded, gaps, joined
from sniffer.model.coverage import Coverage, Interval, Listened

HOUR = DAY // 24
START = 20_001 * DAY  # a Saturday, midnight UTC

spans = st.lists(st.tuples(st.integers(0, 400), st.integers(0, 90)).map(lambda each: Interval(each[0], sum(each))))


def days(*ends: tuple[float, float]) -> list[Interval]:
    """Intervals in days after the start."""
    return [Interval(START + round(a * DAY), START + round(b * DAY)) for a, b in ends]


def of(*ends: tuple[float, float], length: float = 30) -> Coverage:
    """The coverage of a period of days."""
    return coverage("hq", days(*ends), START, START + round(length * DAY))


def regular(found: Coverage) -> list[float]:
    """The chances of regular senders: daily, weekly, monthly."""
    return [each.regular for each in found.chances]


def test_who_listens_always_sees_all_that_come_in_the_time() -> None:
    assert regular(of((0, 31), length=31)) == [1, 1, 1]
    assert regular(of((0, 7), length=7)) == pytest.approx([1, 1, 7 * DAY / MONTH])


def test_half_a_day_missing_is_seen_in_the_rarest_only() -> None:
    found = of((0, 11), (11.5, 30))
    assert regular(found) == pytest.approx([1, 1, 29.5 * DAY / MONTH])
    assert found.gaps == tuple(days((11, 11.5)))
    assert found.share == pytest.approx(29.5 / 30)


def test_a_daily_window_sees_its_own_hours_only() -> None:
    """Two hours of every day, always at the same hour: a twelfth, however long; and the hours that never came."""
    found = of(*((day + 2 / 24, day + 4 / 24) for day in range(30)))
    assert regular(found)[:2] == pytest.approx([1 / 12, 1 / 12])
    assert found.unheard == (Interval(0, 2 * HOUR), Interval(4 * HOUR, DAY))
    assert found.unheard_days == ()


def test_windows_at_random_hours_see_more_and_more() -> None:
    dice = random.Random(7)
    found = of(*((day + at, day + at + 1 / 12) for day in range(30) for at in [dice.random() * 22 / 24]))
    assert regular(found)[0] > 0.8


def test_days_of_the_week_that_were_never_listened_to_are_named() -> None:
    """The first day is a Saturday: five days on, two off, from Monday."""
    found = of(*((2 + 7 * week, 7 + 7 * week) for week in range(4)), length=28)
    assert found.unheard_days == (5, 6)
    assert regular(found)[:2] == pytest.approx([1, 5 / 7])
    assert found.unheard == ()


def test_an_irregular_sender_may_be_missed_by_whoever_listens_always() -> None:
    found = of((0, 30))
    assert found.chances[2].irregular == pytest.approx(1 - math.exp(-30 * DAY / MONTH))


def test_sensors_stand_apart_and_overlaps_count_once() -> None:
    listened = [Listened(name, *each) for name, each in zip("bab", days((0, 2), (0, 1), (1, 3)), strict=True)]
    told = coverages(listened, START, START + 4 * DAY)
    assert [(each.sensor, each.listened) for each in told] == [("a", DAY), ("b", 3 * DAY)]


def test_nothing_listened_is_no_chance_and_one_gap() -> None:
    found = of(length=30)
    assert regular(found) == [0, 0, 0]
    assert found.gaps == tuple(days((0, 30)))
    assert found.unheard == (Interval(0, DAY),)
    assert of((0, 1), length=0).share == 0


@given(spans, st.integers(1, 120))
def test_the_part_is_that_of_the_moments_that_were_listened_to(heard: list[Interval], length: int) -> None:
    moments = {moment % length for each in heard for moment in range(each.start, each.end)}
    assert folded(joined(heard), length) == len(moments)


@given(spans, st.integers(0, 300), st.integers(0, 300))
def test_heard_and_gaps_are_the_whole_period(heard: list[Interval], start: int, length: int) -> None:
    found = coverage("hq", heard, start, start + length)
    inside = {moment for each in heard for moment in range(each.start, each.end) if start <= moment < start + length}
    missing = {moment for each in found.gaps for moment in range(each.start, each.end)}
    assert found.listened == len(inside)
    assert missing == set(range(start, start + length)) - inside
    assert list(gaps(joined(found.gaps), start, start + length)) == joined(
        Interval(moment, moment + 1) for moment in inside
    )


@given(spans, st.randoms(use_true_random=False))
def test_order_and_cuts_do_not_matter(heard: list[Interval], dice: random.Random) -> None:
    whole = [each for each in heard if each.length >= 3]
    parts = [
        part for each in whole for part in (Interval(each.start, each.start + 3), Interval(each.start + 3, each.end))
    ]
    dice.shuffle(parts)
    assert coverage("hq", parts, 0, 500) == coverage("hq", whole, 0, 500)


@pytest.mark.parametrize("seed", range(5))
def test_dice_agree(seed: int) -> None:
    """A hundred thousand senders, each with a moment of its own: as many are seen as the chance says."""
    dice = np.random.default_rng(seed)
    starts = dice.uniform(0, 60, 40)
    heard = joined(days(*zip(starts, starts + dice.uniform(0, 1.2, 40), strict=True)))
    found = coverage("hq", heard, START, START + 60 * DAY)
    bounds = np.array([(each.start, each.end) for each in joined(heard)]).ravel()
    senders = 100_000
    for chance, (_, length) in zip(found.chances, SENDERS, strict=True):
        phase = dice.uniform(0, length, senders)
        count = 60 * DAY // length + 2
        times = START + phase[:, None] + length * np.arange(-1, count)[None, :] - START % length
        times[(times < START) | (times >= START + 60 * DAY)] = 0
        seen = (np.searchsorted(bounds, times, side="right") % 2 == 1).any(axis=1)
        assert seen.mean() == pytest.approx(chance.regular, abs=0.006)
