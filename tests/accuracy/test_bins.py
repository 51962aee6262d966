"""What a probability has proven to be worth: no bin proves more than was seen, none less than the bin below."""

from __future__ import annotations

from itertools import pairwise
from random import Random

import pytest

from sniffer.inference.inferred import SURE
from tests.accuracy.bins import (
    FAMILY_EDGES,
    FEWEST,
    OUTCOME_EDGES,
    Bin,
    Told,
    bins,
    families,
    outcomes,
    rows,
)
from tests.accuracy.bounds import lower
from tests.accuracy.samples import label, login, prediction


def told(probability: float, right: int, wrong: int = 0) -> list[Told]:
    """So many of the same probability."""
    return [Told(probability, True)] * right + [Told(probability, False)] * wrong


def held(found: list[Bin]) -> list[tuple[float, int, int]]:
    """What bins hold."""
    return [(each.least, each.sessions, each.right) for each in found]


def test_full_bins_stand_by_themselves() -> None:
    found = bins(told(0.6, 40, 30) + told(0.75, 50, 20) + told(0.95, 98, 2) + told(0.9995, 200), FAMILY_EDGES)
    assert held(found) == [(0.6, 70, 40), (0.75, 70, 50), (0.95, 100, 98), (0.9995, 200, 200)]
    assert [round(each.stated, 4) for each in found] == [0.6, 0.75, 0.95, 0.9995]


def test_what_lies_below_the_lowest_edge_is_in_no_bin() -> None:
    assert held(bins(told(0.3, 5) + told(0.6, 65), FAMILY_EDGES)) == [(0.6, 65, 65)]


def test_a_probability_on_an_edge_is_in_the_bin_above_it() -> None:
    found = bins(told(0.5, 40, 60) + told(0.9, 98, 2) + told(0.99, 100), FAMILY_EDGES)
    assert held(found) == [(0.5, 100, 40), (0.9, 100, 98), (0.99, 100, 100)]


def test_nothing_told_is_no_bin() -> None:
    assert bins([], FAMILY_EDGES) == []


def test_a_bin_with_too_few_is_joined_with_the_next_higher() -> None:
    found = bins(told(0.95, FEWEST - 1) + told(0.993, 2) + told(0.9995, 200), FAMILY_EDGES)
    assert held(found) == [(0.95, FEWEST + 1, FEWEST + 1), (0.9995, 200, 200)]


def test_the_highest_bin_with_too_few_is_joined_with_the_one_below() -> None:
    found = bins(told(0.95, 95, 5) + told(0.9995, FEWEST - 1), FAMILY_EDGES)
    assert held(found) == [(0.95, 100 + FEWEST - 1, 95 + FEWEST - 1)]


@pytest.mark.parametrize("few", [1, FEWEST - 1])
def test_named_and_unnamed_are_never_mixed_however_few(few: int) -> None:
    found = bins(told(0.6, 70) + told(0.95, few), FAMILY_EDGES)
    assert held(found) == [(0.6, 70, 70), (0.95, few, few)]
    found = bins(told(0.85, few) + told(0.9995, 70), FAMILY_EDGES)
    assert held(found) == [(0.85, few, few), (0.9995, 70, 70)]


def test_a_bin_that_proves_more_than_the_next_is_joined_with_it() -> None:
    found = bins(told(0.95, 1000) + told(0.9995, 990, 10), FAMILY_EDGES)
    assert held(found) == [(0.95, 2000, 1990)]


def test_a_join_may_make_the_bin_below_prove_too_much() -> None:
    found = bins(told(0.6, 85, 15) + told(0.75, 99, 1) + told(0.85, 60, 40), FAMILY_EDGES)
    assert held(found) == [(0.6, 300, 244)]


def test_the_lowest_named_bin_is_joined_until_it_proves_enough() -> None:
    found = bins(told(0.92, 80, 20) + told(0.995, 500) + told(0.9995, 600), FAMILY_EDGES)
    assert held(found) == [(0.92, 600, 580), (0.9995, 600, 600)]
    assert found[0].proven >= SURE


@pytest.mark.parametrize("seed", range(30))
@pytest.mark.parametrize("edges", [FAMILY_EDGES, OUTCOME_EDGES])
def test_bins_rise_hold_each_session_once_and_prove_no_more_than_was_seen(seed: int, edges: tuple[float, ...]) -> None:
    random = Random(seed)
    some = [1 - random.random() ** 4 / 2 for _ in range(random.choice((5, 80, 400)))]
    honest = random.choice((0.9, 1.0))
    made = [Told(each, random.random() < each * honest) for each in some]
    found = bins(made, edges)
    inside = [each for each in made if each.probability >= edges[0]]
    assert sum(each.sessions for each in found) == len(inside)
    assert sum(each.right for each in found) == sum(each.right for each in inside)
    assert all(each.proven <= each.right / each.sessions for each in found)
    assert all(low.least < high.least for low, high in pairwise(found))
    sides = [[each for each in found if (each.least >= SURE) is named] for named in (False, True)]
    assert all(low.proven <= high.proven for side in sides for low, high in pairwise(side))
    assert sum(each.sessions for each in sides[1]) == sum(each.probability >= SURE for each in inside)


def test_a_bin_proves_the_exact_bound_and_boasts_when_it_is_told_better_than_it_was() -> None:
    assert Bin(0.9, 100, 97, 0.96).proven == lower(97, 100)
    assert not Bin(0.9, 100, 97, 0.99).boasts  # three wrong of a hundred come by chance in 8 of 100 cases
    assert Bin(0.9, 100, 96, 0.99).boasts  # four in 2 of 100
    assert not Bin(0.9, 0, 0, 0.99).boasts


def test_rows_are_short_and_prove_no_more_than_their_bins() -> None:
    exact = [Bin(0.9500078, 100 + right, 90 + right, 0.97) for right in range(10)]
    for each, row in zip(exact, rows(exact), strict=True):
        assert (row["least"], row["sessions"], row["right"]) == (0.95, each.sessions, each.right)
        assert each.proven - 1e-5 < row["proven"] <= each.proven
        assert len(str(row["proven"])) <= len("0.12345")


def test_families_are_told_by_how_well_lengths_are_known() -> None:
    some = [prediction(0.8), prediction(0.7, "oauth"), prediction(0.6, exact=False), prediction(0.9, None)]
    assert families(some, exact=True) == [Told(0.8, True), Told(0.7, False)]
    assert families(some, exact=False) == [Told(0.6, True)]


def test_outcomes_count_where_the_family_was_told_right() -> None:
    exim = login()._replace(label=label(server="exim", attempts=(label().attempts[0]._replace(outcome=None),)))
    some = [
        prediction(outcome_probability=0.95), prediction(outcome="failure", outcome_probability=0.93),
        prediction(0.5), prediction(0.99, "oauth"), prediction(outcome=None), prediction(sample=exim),
        prediction(exact=False),
    ]  # fmt: skip
    assert outcomes(some, exact=True) == [Told(0.95, True), Told(0.93, False)]
