"""The fit: numbers move towards what was seen, as far as it was seen, and stay where a person chose them."""

from __future__ import annotations

from collections.abc import Mapping
from math import exp, log
from typing import Any

import pytest

from sniffer.knowledge.dialogue import SITUATIONS, model, name_of, refitted
from tests.accuracy.fit import BY_HAND, LEAVING, NARROWEST, PEOPLE, PRIOR, PROTOCOL, added, fitted
from tests.accuracy.predictions import fit_all
from tests.accuracy.samples import login, refused

WRITTEN = model(fitted=False)
Key = tuple[str, ...]
NAMED = {name_of(path): path for path in WRITTEN.paths}

RESET, QUIT = "sent: reset > reset-done > sent", "sent: quit > bye > over"
SENT = ("turn", "accepted", "sent", "path")


def fit_to(counts: Mapping[Key, float]) -> dict[str, Any]:
    """The table of a fit to one set of counts."""
    return fitted(WRITTEN, [counts])


def written(name: str, situation: Any) -> float:
    """The weight of a path as it was written, as a share of all that may come in its phase."""
    path = next(path for path in WRITTEN.paths if name_of(path) == name)
    return path.weight[situation] / whole(path.source, situation)


def ends(phase: str, situation: Any) -> float:
    """The same of an end."""
    return WRITTEN.ends[phase][situation] / whole(phase, situation)


def whole(phase: str, situation: Any) -> float:
    """All that may come in a phase, as it was written."""
    return total(phase, situation, {each: path.weight[situation] for each, path in NAMED.items()}, WRITTEN.ends[phase])


def total(
    phase: str, situation: Any, weights: Mapping[str, float], end: Mapping[Any, float], begin: float | None = None
) -> float:
    """What the ways out of a phase weigh, the beginnings of AUTH and the end among them."""
    begins = WRITTEN.begins.get(phase, {}).get(situation, 0.0) if begin is None else begin
    return sum(weights[name] for name, path in NAMED.items() if path.source == phase) + begins + end[situation]


NOTHING = fit_to({})


def test_without_evidence_all_stays_as_written() -> None:
    found = refitted(WRITTEN, NOTHING)
    for situation in SITUATIONS:
        for path in found.paths:
            assert path.weight[situation] == pytest.approx(written(name_of(path), situation))
        for phase, begins in found.begins.items():
            assert begins[situation] == pytest.approx(WRITTEN.begins[phase][situation] / whole(phase, situation))
        for phase in {path.source for path in WRITTEN.paths}:
            assert found.ends[phase][situation] == pytest.approx(ends(phase, situation))
    assert found.exchange == pytest.approx(WRITTEN.exchange)
    for side in ("client", "server"):
        for symbol, parts in getattr(WRITTEN, side).items():
            for was, now in zip(parts, getattr(found, side)[symbol], strict=True):
                assert now._replace(weight=0, mean=0, spread=0) == was._replace(weight=0, mean=0, spread=0)
                assert (now.weight, now.mean, now.spread) == pytest.approx(
                    (was.weight, was.mean, was.spread), abs=0.006
                )


def test_what_was_seen_becomes_more_usual_and_the_rest_less() -> None:
    table = fit_to({(*SENT, RESET): 30.0})
    assert table["paths"]["accepted"][RESET] > 3 * written(RESET, "accepted")
    assert table["paths"]["accepted"][QUIT] < written(QUIT, "accepted")
    assert table["ends"]["accepted"]["sent"] < ends("sent", "accepted")


def test_seen_ends_make_ends_more_usual() -> None:
    table = fit_to({("end", "accepted", "sent"): 30.0})
    assert table["ends"]["accepted"]["sent"] > ends("sent", "accepted")
    assert table["paths"]["accepted"][QUIT] < written(QUIT, "accepted")


def test_what_was_written_weighs_as_much_as_its_sessions() -> None:
    """PRIOR sightings of one thing move it half the way to all that is fitted."""
    table = fit_to({(*SENT, RESET): PRIOR})
    by_hand = [name for situation, name in BY_HAND if situation == "accepted" and name.startswith("sent:")]
    kept = sum(written(name, "accepted") for name in by_hand)
    assert 0 < kept < 0.5
    assert table["paths"]["accepted"][RESET] == pytest.approx((written(RESET, "accepted") + 1 - kept) / 2)


def test_one_situation_says_nothing_of_another() -> None:
    table = fit_to({(*SENT, RESET): 30.0})
    for situation in ("none", "refused"):
        assert table["paths"][situation] == NOTHING["paths"][situation]
        assert table["ends"][situation] == NOTHING["ends"][situation]


MUCH: dict[Key, float] = {
    **{
        ("turn", situation, path.source, "path", name_of(path)): 7.0 + place % 5
        for situation in SITUATIONS
        for place, path in enumerate(WRITTEN.paths)
    },
    **{("end", situation, phase): 3.0 for situation in SITUATIONS for phase in WRITTEN.ends},
    **{("turn", "none", "exchange", way): 9.0 for way in ("goes-on", "refused", "cancelled", "accepted")},
    **{("client", symbol, "70"): 11.0 for symbol in WRITTEN.client},
    **{("server", symbol, "37"): 11.0 for symbol in WRITTEN.server},
}  # fmt: skip
"""Something of everything."""

FULL = fit_to(MUCH)


def test_the_ways_out_of_a_phase_weigh_one() -> None:
    loose = {(situation, name.partition(":")[0]) for situation, name in BY_HAND}
    loose |= {(situation, phase) for situation in SITUATIONS for phase in LEAVING}
    fixed = [
        (situation, phase) for situation in SITUATIONS for phase in WRITTEN.ends if (situation, phase) not in loose
    ]
    assert len(fixed) > 10
    for situation, phase in fixed:
        if any(path.source == phase for path in WRITTEN.paths):
            of = {each: FULL[each][situation] for each in ("paths", "begins", "ends")}
            begin = of["begins"].get(phase, 0.0)
            assert total(phase, situation, of["paths"], {situation: of["ends"][phase]}, begin) == pytest.approx(1)


def test_clients_do_not_leave_less_often_than_was_written_where_a_person_decides_that() -> None:
    for situation in SITUATIONS:
        for phase in LEAVING:
            path = next(name for name, path in NAMED.items() if path.source == phase and path.weight[situation])
            moved = fit_to({("turn", situation, phase, "path", path): 1000.0})["ends"][situation][phase]
            assert moved == pytest.approx(ends(phase, situation))
        more = fit_to({("end", situation, "ready"): 1000.0})["ends"][situation]["ready"]
        assert more > 1.5 * ends("ready", situation)


def test_the_shares_of_a_shape_are_one() -> None:
    for table in (NOTHING, FULL):
        for side in ("client", "server"):
            for parts in table[side].values():
                assert sum(part["weight"] for part in parts) == pytest.approx(1.0, abs=1e-5)
                assert all(part["weight"] >= 0 for part in parts)


def test_what_a_person_chose_stays() -> None:
    assert any(FULL["paths"][situation] != NOTHING["paths"][situation] for situation in SITUATIONS)
    for situation, name in BY_HAND:
        assert FULL["paths"][situation][name] == pytest.approx(written(name, situation))
        assert written(name, situation) > 0
    assert FULL["begins"] == NOTHING["begins"]
    assert {each["over"] for each in FULL["ends"].values()} == {WRITTEN.ends["over"]["none"]}


def test_what_was_written_as_impossible_stays_so() -> None:
    none = {
        (situation, name) for situation in SITUATIONS for name, now in NOTHING["paths"][situation].items() if not now
    }
    assert none
    assert all(FULL["paths"][situation][name] == 0.0 for situation, name in none)


def test_within_an_exchange_its_ways_move_and_their_sum_stays() -> None:
    table = fit_to(
        {("turn", "none", "exchange", "cancelled"): 10.0, ("turn", "none", "ready", "begin", "cancelled"): 10.0}
    )
    assert table["exchange"]["cancelled"] > 3 * WRITTEN.exchange["cancelled"]
    assert table["exchange"]["goes-on"] < WRITTEN.exchange["goes-on"]
    assert set(table["exchange"]) == {"goes-on", "refused", "cancelled"}
    assert sum(table["exchange"].values()) == pytest.approx(sum(NOTHING["exchange"].values()))


def test_lengths_move_the_curves_of_what_programs_decide() -> None:
    (was,) = WRITTEN.client["cram"]
    length = 202
    (now,) = fit_to({("client", "cram", str(length)): PRIOR})["client"]["cram"]
    assert now["mean"] == pytest.approx(exp((log(was.mean) + log(length - was.base)) / 2), abs=0.01)
    assert now["spread"] > was.spread
    (never_closer,) = fit_to({("client", "cram", str(round(was.mean) + was.base)): 1e6})["client"]["cram"]
    assert never_closer["spread"] == pytest.approx(NARROWEST * was.spread, abs=1e-4)


@pytest.mark.parametrize("symbol", sorted(PEOPLE))
def test_lengths_of_what_people_choose_move_nothing(symbol: str) -> None:
    assert symbol not in PROTOCOL
    assert fit_to({("client", symbol, "61"): 50.0})["client"][symbol] == NOTHING["client"][symbol]


def test_lengths_of_what_a_service_chooses_move_weights_alone() -> None:
    assert "token" not in PROTOCOL
    found = fit_to({("client", "token", "302"): 50.0})["client"]["token"]
    for part, was in zip(found, WRITTEN.client["token"], strict=True):
        assert (part["mean"], part["spread"]) == pytest.approx((was.mean, was.spread), abs=1e-4)
    assert found[1]["weight"] > WRITTEN.client["token"][1].weight  # the one about such a length
    assert found[0]["weight"] < WRITTEN.client["token"][0].weight


def test_a_length_that_no_part_has_moves_nothing() -> None:
    assert fit_to({("client", "auth-login", "11"): 50.0})["client"]["auth-login"] == NOTHING["client"]["auth-login"]


def test_evidence_adds_up_and_what_says_nothing_adds_nothing() -> None:
    one: dict[Key, float] = {("a",): 1.0, ("b",): 2.0}
    two: dict[Key, float] = {("b",): 3.0}
    assert added([one, None, two]) == {("a",): 1.0, ("b",): 5.0}
    assert fitted(WRITTEN, [MUCH, {(*SENT, RESET): 30.0}]) == fit_to(added([MUCH, {(*SENT, RESET): 30.0}]))


@pytest.fixture(scope="module")
def two() -> dict[str, Any]:
    """A fit to some logins."""
    return fit_all([login(), refused(), login()])[0]


def test_a_tiny_corpus_moves_what_it_played(two: dict[str, Any]) -> None:
    assert two["paths"]["accepted"][QUIT] > written(QUIT, "accepted")
    leaves = "ready: quit > bye > over"
    assert two["paths"]["refused"][leaves] > written(leaves, "refused")
    assert two["paths"]["none"] == NOTHING["paths"]["none"]


def test_a_fit_is_the_same_again_and_in_any_order(two: dict[str, Any]) -> None:
    assert fit_all([login(), refused(), login()])[0] == two
    other = fit_all([refused(), login(), login()])[0]
    assert {key: pytest.approx(each) for key, each in two["paths"].items()} == other["paths"]


def test_a_session_that_contradicts_its_label_is_not_counted() -> None:
    wrong = login()._replace(label=refused().label._replace(attempts=()))
    table, count = fit_all([wrong])
    assert (table, count) == (NOTHING, 0)
    assert fit_all([wrong, login()])[1] == 1
