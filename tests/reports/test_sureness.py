"""How sure something is: a word and a number, and neither says more than is known."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sniffer.model.findings import AuthFinding, Rival
from sniffer.reports.auth_words import front_runner, how, outcome
from sniffer.reports.sureness import percent, sure, telling
from tests.inference.facts import attempt, fact, judge
from tests.reports.dialogues import auth, unknown

WORDS = [
    (1.0, "almost certain (> 99 %)"),
    (0.99, "almost certain (99 %)"),
    (0.9899, "very likely (98 %)"),
    (0.95, "very likely (95 %)"),
    (0.9, "likely (90 %)"),
    (0.8999, "probable (89 %)"),
    (0.6, "probable (60 %)"),
    (0.5999, "open (59 %)"),
    (0.001, "open (< 1 %)"),
]


@pytest.mark.parametrize(("probability", "words"), WORDS)
def test_a_word_and_a_number(probability: float, words: str) -> None:
    assert sure(probability) == words


@given(st.floats(0, 1))
def test_a_number_is_never_rounded_up(probability: float) -> None:
    told = percent(probability)
    if told[0] not in "<>":
        assert int(told.removesuffix(" %")) <= probability * 100 + 1e-6


def test_rivals_below_one_per_cent_are_not_told() -> None:
    rivals = (Rival("a", 0.01), Rival("b", 0.02), Rival("c", 0.3))
    assert [each.label for each in telling(rivals)] == ["c", "b"]


SESSIONS: list[tuple[AuthFinding, str, str]] = [
    (auth(), "LOGIN inferred, very likely", "success, very likely"),
    (auth(mechanism=None, confidence=0.99, outcome="unknown"), "basic inferred, almost certain", "outcome unknown"),
    (auth(family="none", mechanism=None, outcome=None), "no AUTH inferred, very likely", "no attempt seen"),
    (auth(basis="decrypted", confidence=1.0, outcome_confidence=1.0), "LOGIN decrypted", "success"),
    (judge([fact(attempt("PLAIN", "failure"))]).session.auth, "PLAIN in clear", "failure"),
    (unknown(), "AUTH unknown: inside TLS, not seen clearly; probably basic", "no attempt seen"),
]


@pytest.mark.parametrize(("found", "words", "became"), SESSIONS)
def test_a_session_in_a_few_words(found: AuthFinding, words: str, became: str) -> None:
    assert (how(found), outcome(found)) == (words, became)


FRONT: list[tuple[AuthFinding, str | None]] = [
    (unknown(), "probably basic"),
    (unknown(likely="oauth"), "perhaps OAuth"),  # a rival itself, with 20 %
    (unknown(rivals=(Rival("oauth", 0.41),)), "perhaps basic"),
    (unknown(rivals=()), "perhaps basic"),
    (unknown(likely=None), None),
    (auth(), None),
]


@pytest.mark.parametrize(("found", "words"), FRONT)
def test_a_front_runner_is_no_more_than_probable(found: AuthFinding, words: str | None) -> None:
    assert front_runner(found) == words
