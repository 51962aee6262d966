"""How sure: classes of evidence, combined into bands."""

from __future__ import annotations

from itertools import chain, combinations
from typing import get_args

import pytest

from sniffer.inference.identity.scores import BANDS, MEASURED, WEIGHTS, band, combined, probability
from sniffer.model.findings import Attribution, Ground, GroundKind, IdentityBand
from tests.inference.identity.sites import RICOH


def sure(*kinds: GroundKind, card: str | None = RICOH) -> float:
    """The probability of a device by grounds of these classes."""
    return probability(Attribution(RICOH, card, tuple(Ground(kind, "") for kind in kinds)))


CASES: list[tuple[tuple[GroundKind, ...], IdentityBand]] = [
    (("link", "binding"), "certain"),
    (("link", "binding", "name"), "certain"),
    (("binding", "embedded-mac"), "certain"),
    (("link", "table"), "strong"),
    (("link", "name"), "strong"),
    (("link", "embedded-mac"), "strong"),
    (("binding", "name"), "strong"),
    (("table", "name"), "strong"),
    (("link",), "likely"),
    (("binding",), "likely"),
    (("table",), "likely"),
    (("nat-log", "binding"), "likely"),
    (("nat-log", "table"), "likely"),
    (("nat-log", "binding", "name"), "strong"),
    (("nat-log", "binding", "embedded-mac"), "strong"),
    (("embedded-mac",), "likely"),
    (("embedded-mac", "name", "content"), "likely"),
    (("name",), "likely"),
    ((), "unknown"),
]


@pytest.mark.parametrize(("kinds", "expected"), CASES, ids=["+".join(kinds) or "nothing" for kinds, _ in CASES])
def test_bands(kinds: tuple[GroundKind, ...], expected: IdentityBand) -> None:
    assert band(sure(*kinds)) == expected


def test_of_a_class_more_of_the_same_is_no_more() -> None:
    assert sure("link", "name", "name", "name") == sure("link", "name")


def test_without_a_card_nothing_is_sure() -> None:
    assert sure("link", "binding", card=None) == 0


EVERY = list(chain.from_iterable(combinations(get_args(GroundKind), count) for count in range(1, 9)))


def test_a_clients_own_words_alone_are_never_more_than_likely() -> None:
    for kinds in EVERY:
        if not MEASURED & set(kinds):
            assert band(sure(*kinds)) in ("likely", "weak"), kinds


def test_a_log_and_an_address_are_no_surer_than_either() -> None:
    assert sure("nat-log", "binding") == pytest.approx(WEIGHTS["nat-log"] * WEIGHTS["binding"])


def test_more_grounds_are_never_less_sure_but_for_a_log_between() -> None:
    for kinds in EVERY:
        for more in set(get_args(GroundKind)) - {*kinds, "nat-log"}:
            assert sure(*kinds, more) >= sure(*kinds) - 1e-12, (kinds, more)


def test_bands_are_in_order_and_every_class_has_a_weight() -> None:
    assert [least for least, _ in BANDS] == sorted((least for least, _ in BANDS), reverse=True)
    assert set(WEIGHTS) == set(get_args(GroundKind))
    assert combined([]) == 0
