"""Held out is held out: what is said of a client's or a server's sessions rests on the others' alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pytest
from msgspec.structs import replace

from sniffer.inference.hidden import Ear
from sniffer.knowledge.dialogue import Model, Sharpness, model
from tests.accuracy import predictions
from tests.accuracy.corpora import Attempt, Sample
from tests.accuracy.predictions import POWERS, Prediction, held_out, predict, sharpness
from tests.accuracy.samples import label, login, prediction, refused, token
from tests.inference.dialogues import session

EAR = Ear(model(fitted=False))
Key = tuple[str, ...]


def client(sample: Sample) -> str:
    """Whose session it is."""
    return sample.label.client


def server(sample: Sample) -> str:
    """With whom it is."""
    return sample.label.server


@pytest.fixture
def folds(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Sample, dict[Key, float]]]:
    """Each sample that was predicted, with the counts to which the parameters were fitted then."""
    told: list[tuple[Sample, dict[Key, float]]] = []
    given: list[dict[Key, float]] = []

    def count(ear: Ear, sample: Sample) -> Mapping[Key, float]:
        found: dict[Key, float] = {("of", client(sample), server(sample)): 1.0, ("of all",): 1.0}
        return found

    def fit(known: Model, counts: Iterable[Mapping[Key, float]]) -> dict[str, Any]:
        (last,) = counts
        given.append({key: value for key, value in last.items() if value})
        return {}

    def say(ear: Ear, sample: Sample) -> Prediction:
        told.append((sample, dict(given[-1])))
        return predict(ear, sample)

    monkeypatch.setattr(predictions, "evidence", count)
    monkeypatch.setattr(predictions, "fitted", fit)
    monkeypatch.setattr(predictions, "predict", say)
    return told


SAMPLES = [login("a", "x"), token("b", "x"), refused("a", "y"), login("c", "y"), login("b", "y")]


def test_what_a_client_did_is_in_no_fit_that_judges_it(folds: list[tuple[Sample, dict[Key, float]]]) -> None:
    found = held_out(SAMPLES, client)
    assert len(found) == len(folds) == len(SAMPLES)
    for sample, counts in folds:
        others = [each for each in SAMPLES if client(each) != client(sample)]
        assert counts.pop(("of all",)) == len(others)
        assert counts == {("of", client(each), server(each)): 1.0 for each in others}


def test_what_a_server_said_is_in_no_fit_that_judges_it(folds: list[tuple[Sample, dict[Key, float]]]) -> None:
    held_out(SAMPLES, server)
    assert len(folds) == len(SAMPLES)
    for sample, counts in folds:
        assert {key[2] for key in counts if key[0] == "of"} == {"x", "y"} - {server(sample)}


@pytest.mark.usefixtures("folds")
def test_each_session_is_judged_once_and_each_group_told() -> None:
    notes: list[str] = []
    found = held_out(SAMPLES, client, note=notes.append)
    assert sorted(map(id, (each.sample for each in found))) == sorted(map(id, SAMPLES))
    assert notes == ["a: 2 sessions", "b: 2 sessions", "c: 1 sessions"]


def test_poisoned_labels_of_a_client_change_nothing_of_what_is_read_in_its_own_sessions() -> None:
    """They do change what is read in the others': so the poison works."""
    victim, others = token("victim"), [login("other"), refused("other")]
    poison = (Attempt("LOGIN", False, "fail"),)
    honest = [login("victim", turns="12>18, 34>18, 54>37, 6>15") for _ in range(20)]
    lying = [each._replace(label=label("victim", attempts=poison, outcome="failure")) for each in honest]
    good, bad = (
        {
            each.sample.fact.session + client(each.sample): each.raw
            for each in held_out([*some, victim, *others], client)
        }
        for some in (honest, lying)
    )
    changed = set()
    for name, before in good.items():
        after = bad[name]
        assert before
        assert after
        if dict(after.families) != pytest.approx(before.families, rel=1e-6) or (
            after.outcome_probability != pytest.approx(before.outcome_probability, rel=1e-6)
        ):
            changed.add(client(before.sample))
    assert changed == {"other"}


@pytest.mark.usefixtures("folds")
def test_only_the_others_say_how_sharp_a_group_is(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def power(some: Sequence[Prediction], *, exact: bool) -> Sharpness:
        asked.append("".join(sorted({client(each.sample) for each in some})))
        return Sharpness()

    monkeypatch.setattr(predictions, "sharpness", power)
    held_out(SAMPLES, client)
    assert asked == ["bc", "bc", "ac", "ac", "ab", "ab"]  # of exact lengths, and of ranges


def test_a_prediction_is_made_as_sharp_and_remembers_what_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(predictions, "sharpness", lambda *_, exact: Sharpness(0.5, 1.0) if exact else Sharpness())
    soft, same = predictions._sharpened(
        [prediction(0.8, families={"basic": 0.8, "none": 0.2}, exact=exact) for exact in (True, False)], []
    )
    assert soft.probability == pytest.approx(2 / 3)  # the roots of 4 to 1
    assert same.probability == pytest.approx(0.8)
    assert soft.raw
    assert soft.raw.probability == 0.8


# -- one prediction ---------------------------------------------------------------------------------


def test_a_login_is_told_with_its_outcome() -> None:
    found = predict(EAR, login())
    assert (found.family, found.outcome, found.verdict, found.outcome_verdict) == ("basic", "success", "right", "right")
    assert (found.turns, found.exact) == (8, True)
    assert found.probability > 0.99
    failed = predict(EAR, refused())
    assert (failed.family, failed.outcome, failed.verdict) == ("basic", "failure", "right")
    assert failed.outcome_probability < found.outcome_probability


@pytest.mark.parametrize("turns", ["", "12>", "6>15"])
def test_of_nothing_said_nothing_is_told(turns: str) -> None:
    found = predict(EAR, Sample(session(turns), label()))
    assert found.family is None
    assert found.verdict == "unknown"
    assert found.outcome_verdict is None


def test_a_session_that_cannot_be_heard_is_unknown() -> None:
    found = predict(EAR, Sample(replace(session("12>18"), shape=None), label()))
    assert (found.family, found.turns, found.exact, found.verdict) == (None, 0, False, "unknown")


def test_verdicts_of_a_family() -> None:
    assert prediction(0.9, needed=0.9).verdict == "right"
    assert prediction(0.9, needed=0.95).verdict == "unknown"
    assert prediction(0.99, "oauth").verdict == "wrong"
    assert prediction(0.5, "oauth").verdict == "unknown"
    assert prediction(0.99, None).verdict == "unknown"


def test_verdicts_of_an_outcome() -> None:
    assert prediction(outcome_probability=0.9).outcome_verdict == "right"
    assert prediction(outcome_probability=0.89).outcome_verdict == "unknown"
    assert prediction(outcome=None).outcome_verdict == "unknown"
    assert prediction(outcome="failure").outcome_verdict == "wrong"
    assert prediction(0.5).outcome_verdict is None  # the family was not told
    assert prediction(0.99, "oauth").outcome_verdict is None
    without = login()._replace(label=label(family="none", attempts=(), outcome=None))
    assert prediction(0.99, "none", sample=without).outcome_verdict is None


# -- sharpness ---------------------------------------------------------------------------------


def shaky(right: int, wrong: int, probability: float = 0.75, **told: Any) -> list[Prediction]:
    """Predictions of a probability, so many of them right."""
    rest = 1.0 - probability
    some = [prediction(probability, families={"basic": probability, "oauth": rest}, **told) for _ in range(right)]
    miss = [
        prediction(probability, "oauth", families={"oauth": probability, "basic": rest}, **told) for _ in range(wrong)
    ]
    return some + miss


def test_predictions_that_boast_are_softened_and_modest_ones_sharpened() -> None:
    assert sharpness(shaky(99, 1), exact=True).doubtful > 1.2
    assert sharpness(shaky(55, 45), exact=True).doubtful == min(POWERS)
    assert sharpness(shaky(99, 1, 0.95), exact=True).sure > 1.2
    assert sharpness(shaky(80, 20, 0.95) + shaky(75, 25), exact=True).sure < 0.6


def test_the_doubtful_are_not_trusted_beyond_what_they_prove() -> None:
    few, many = sharpness(shaky(15, 5), exact=True), sharpness(shaky(7500, 2500), exact=True)
    assert few.doubtful < many.doubtful <= 1.0
    assert many.doubtful >= 0.9


def test_what_is_sure_is_told_by_itself() -> None:
    found = sharpness(shaky(60, 40) + shaky(400, 0, 0.99), exact=True)
    assert found.doubtful < 1.0 < found.sure


def test_only_predictions_of_the_same_kind_of_lengths_count() -> None:
    some = shaky(99, 1) + shaky(55, 45, exact=False)
    assert sharpness(some, exact=True).doubtful > 1.2
    assert sharpness(some, exact=False).doubtful == min(POWERS)
    assert sharpness([], exact=True) == Sharpness()
    assert sharpness([prediction(0.9, None)], exact=True) == Sharpness()


def test_sharpness_may_be_asked_of_what_was_told_before_any() -> None:
    some = [each._replace(raw=raw) for each, raw in zip(shaky(55, 45), shaky(100, 0), strict=True)]
    assert sharpness(some, exact=True).doubtful == min(POWERS)
    assert sharpness(some, exact=True, raw=True).doubtful > 1.2
