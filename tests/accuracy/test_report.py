"""The tables: what counts in which row, and how it is printed."""

from __future__ import annotations

from typing import Any

from tests.accuracy.corpora import Attempt, Label, Sample
from tests.accuracy.predictions import Prediction
from tests.accuracy.report import Share, calibration, called_basic, failures, lines, ordinary, row, share
from tests.accuracy.samples import label, login, prediction
from tests.inference.dialogues import session

TOKEN = (Attempt("XOAUTH2", True, "ok"),)


def of(truth: Label, probability: float = 0.999, version: str = "1.2", **told: Any) -> Prediction:
    """A prediction of a session of which this is true."""
    return prediction(probability, sample=Sample(session("12>18", tls=version), truth), **told)


SOME = [
    of(label("a")), of(label("a"), 0.6), of(label("b")), of(label("b"), family="oauth"),
    of(label("b"), turns=2), of(label("c", tls="cbc"), exact=False), of(label("ADV-d")),
]  # fmt: skip


def cells(line: str) -> list[str]:
    """The cells of a row."""
    assert line.startswith("| ")
    assert line.endswith(" |")
    return [cell.strip() for cell in line[1:-1].split("|")]


def test_a_share_counts_sessions_and_clients() -> None:
    found = share(SOME[:5], lambda each: each.verdict)
    assert found == Share(right=3, unknown=1, wrong=1, wrong_clients=1, clients=2)
    assert found.sessions == 5
    assert share(SOME[:5], lambda _: None) == Share(0, 0, 0, 0, 0)


def test_a_row_has_shares_and_bounds() -> None:
    assert row("AEAD", Share(95, 5, 0, 0, 10)) == "| AEAD | 95 | 5 | 0 | 95.0 % | 2.95 % | 0 of 10, 25.9 % |"
    assert row("AEAD", Share(8, 1, 1, 1, 10)) == "| AEAD | 8 | 1 | 1 | 80.0 % | 39.42 % | 1 of 10, 39.4 % |"
    assert cells(row("outcome", Share(0, 0, 0, 0, 0)))[1:5] == ["0", "0", "0", "0.0 %"]


def test_the_table_has_a_row_for_each_group_and_for_outcomes() -> None:
    head, rule, *found = lines(SOME)
    assert len(cells(head)) == len(cells(rule)) == 7
    told = {cells(line)[0]: cells(line)[1:4] for line in found}
    assert list(told) == [
        "AEAD", "AEAD, three turns or more", "AEAD, adversarial", "CBC",
        "outcome, AEAD", "outcome, AEAD, adversarial", "outcome, CBC", "called basic, AEAD, without Basic",
    ]  # fmt: skip
    assert told["AEAD"] == ["3", "1", "1"]
    assert told["AEAD, three turns or more"] == ["2", "1", "1"]
    assert told["AEAD, adversarial"] == ["1", "0", "0"]
    assert told["CBC"] == ["1", "0", "0"]
    assert told["outcome, AEAD"] == ["3", "0", "0"]


def test_sessions_without_basic_that_were_called_basic_are_wrong() -> None:
    oauth, none = label("a", family="oauth", attempts=TOKEN), label("b", family="none", attempts=(), outcome=None)
    fallen_back = label("c", attempts=(*TOKEN, Attempt("PLAIN", True, "ok")))
    some = [
        of(oauth), of(oauth, family="oauth"), of(oauth, 0.6), of(none), of(none, family="none"),
        of(none, family="oauth"), of(oauth, exact=False), of(fallen_back), of(fallen_back, family="oauth"),
    ]  # fmt: skip
    assert called_basic(some) == Share(right=4, unknown=0, wrong=2, wrong_clients=2, clients=2)


def test_the_calibration_prints_short_numbers_and_no_threshold_or_proof_is_rounded_up() -> None:
    some = [prediction(0.5008760770193231, "oauth")] + [prediction(0.55)] * 69 + [prediction(0.99999)] * 100
    some += [prediction(0.99, exact=False)] * 60
    head, rule, *found = calibration(some)
    assert len(cells(head)) == len(cells(rule)) == 8
    assert found == [
        "| 0.5008 | exact | 70 | 69 | 0.5493 | 0.9857 | 0.9340 |  |",
        "| 0.9999 | exact | 100 | 100 | 1.0000 | 1.0000 | 0.9704 |  |",
        "| 0.9900 | ranges | 60 | 60 | 0.9900 | 1.0000 | 0.9512 |  |",
    ]


def test_a_bin_that_boasts_is_marked() -> None:
    some = [prediction(0.99)] * 90 + [prediction(0.99, "oauth")] * 10
    assert [cells(line)[-1] for line in calibration(some)][2:] == ["boasts"]


def test_what_was_told_wrong_is_told() -> None:
    wrong = [of(label("a", "x"), family="oauth"), of(label("b", "y"), outcome="failure")]
    assert list(failures([*wrong, of(label("c")), of(label("d"), 0.6, family="oauth")])) == [
        "a with x, TLS 12: basic success, told oauth 0.9990, success 0.9900",
        "b with y, TLS 12: basic success, told basic 0.9990, failure 0.9900",
    ]


def test_an_invented_client_is_not_ordinary() -> None:
    assert ordinary(SOME) == SOME[:-1]
    assert ordinary([prediction(sample=login("ADV-x"))]) == []
