"""Bounds of a share, against the tables of textbooks."""

from __future__ import annotations

import pytest

from tests.accuracy.bounds import below, floored, lower, upper


@pytest.mark.parametrize("count", [1, 10, 59, 1000])
def test_none_of_many_and_all_of_many_are_a_root(count: int) -> None:
    assert upper(0, count) == pytest.approx(1 - 0.05 ** (1 / count))
    assert lower(count, count) == pytest.approx(0.05 ** (1 / count))


@pytest.mark.parametrize(
    ("wrong", "count", "confidence", "least", "most"),
    [
        (1, 10, 0.975, 0.0025, 0.4450),  # the two-sided 95 % of the tables
        (5, 10, 0.975, 0.1871, 0.8129),
        (2, 20, 0.975, 0.0123, 0.3170),
        (1, 10, 0.95, 0.0051, 0.3942),
        (5, 10, 0.95, 0.2224, 0.7776),
    ],
)
def test_bounds_are_those_of_clopper_and_pearson(
    wrong: int, count: int, confidence: float, least: float, most: float
) -> None:
    assert lower(wrong, count, confidence) == pytest.approx(least, abs=6e-5)
    assert upper(wrong, count, confidence) == pytest.approx(most, abs=6e-5)


def test_what_was_never_seen_has_no_lower_bound_and_what_always_was_no_upper_one() -> None:
    assert (lower(0, 7), upper(7, 7), lower(0, 0), upper(0, 0)) == (0.0, 1.0, 0.0, 1.0)


def test_bounds_hold_the_share_between_them_and_rise_with_it() -> None:
    for count in (7, 60):
        found = [(lower(right, count), right / count, upper(right, count)) for right in range(count + 1)]
        assert all(low <= share <= high for low, share, high in found)
        assert found == sorted(found)
        assert len({low for low, _, _ in found}) == count + 1


def test_the_same_share_of_more_sessions_proves_more() -> None:
    assert lower(9, 10) < lower(90, 100) < lower(900, 1000) < 0.9


def test_59_spotless_sessions_prove_95_percent_and_58_do_not() -> None:
    assert lower(58, 58) < 0.95 < lower(59, 59)


@pytest.mark.parametrize(
    ("successes", "share", "wanted"),
    [(0, 0.5, 0.0), (1, 0.5, 1 / 8), (2, 0.5, 4 / 8), (3, 0.5, 7 / 8), (4, 0.5, 1.0), (1, 0.1, 0.729),
     (0, 0.0, 0.0), (1, 0.0, 1.0), (3, 1.0, 0.0), (4, 1.0, 1.0)],
)  # fmt: skip
def test_fewer_successes_than_these_of_three(successes: int, share: float, wanted: float) -> None:
    assert below(successes, 3, share) == pytest.approx(wanted)


@pytest.mark.parametrize(
    ("share", "wanted"),
    [(0.5008760770193231, "0.5008"), (0.99999, "0.9999"), (0.29, "0.2900"), (0.9, "0.9000"), (1.0, "1.0000"),
     (1e-9, "0.0000")],
)  # fmt: skip
def test_a_floored_share_is_short_and_never_more(share: float, wanted: str) -> None:
    assert str(floored(share, 4)) == wanted
