"""What is known of dialogues inside TLS: the file, the fit that takes its place, and what probabilities have proven."""

from __future__ import annotations

from importlib import resources
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sniffer.knowledge import dialogue
from sniffer.knowledge.dialogue import SITUATIONS, Model, Part, fit, model, name_of, proven, refitted
from sniffer.knowledge.mechanisms import FAMILIES

WRITTEN, FITTED = model(fitted=False), model()
MODELS = [pytest.param(WRITTEN, id="written"), pytest.param(FITTED, id="fitted")]


@pytest.mark.parametrize("known", MODELS)
def test_the_files_load(known: Model) -> None:
    assert known.client
    assert known.server
    assert known.forms
    assert set(known.exchange) >= {
        "goes-on",
        "refused",
        "rejected",
        "cancelled",
        "out-of-turn",
        "accepted",
        "failed",
        "error",
        "again",
    }
    assert set(known.odd) == {"prior", "client", "server"}
    assert set(known.sharpness) == {"exact", "range"}


@pytest.mark.parametrize("known", MODELS)
def test_shapes_weigh_one(known: Model) -> None:
    for parts in (*known.client.values(), *known.server.values()):
        assert sum(part.weight for part in parts) == pytest.approx(1.0)
        assert all(part.weight > 0.0 for part in parts)


@pytest.mark.parametrize("known", MODELS)
def test_parts_make_sense(known: Model) -> None:
    for part in (part for parts in (*known.client.values(), *known.server.values()) for part in parts):
        assert part.least <= part.most <= dialogue.LONGEST
        assert (part.mean > 0.0 and part.spread > 0.0) is (part.kind in ("about", "base64"))
        assert bool(part.symbol) is (part.kind == "replies")


COMMANDS = {
    "auth-login": "AUTH LOGIN", "auth-plain": "AUTH PLAIN", "auth-xoauth2": "AUTH XOAUTH2", "auth-ntlm": "AUTH NTLM",
    "auth-oauthbearer": "AUTH OAUTHBEARER", "auth-digest": "AUTH DIGEST-MD5", "auth-gssapi": "AUTH GSSAPI",
    "auth-xoauth": "AUTH XOAUTH", "data": "DATA", "reset": "RSET", "cancel": "*",
}  # fmt: skip


def test_commands_that_never_vary_are_as_long_as_they_are_written() -> None:
    for symbol, text in COMMANDS.items():
        for known in (WRITTEN, FITTED):
            usual, *others = known.client[symbol]
            assert (usual.kind, usual.base) == ("at", len(text) + 2)
            assert all(part.kind == "at" and part.base - usual.base in (1, 2) for part in others)  # a blank, " ="
            assert usual.weight > 0.95
    assert WRITTEN.client["auth-cram"][0].base == len("AUTH CRAM-MD5") + 2
    assert WRITTEN.client["auth-scram-1"][0].base == len("AUTH SCRAM-SHA-1") + 2
    assert WRITTEN.client["auth-scram-256"][0].base == len("AUTH SCRAM-SHA-256") + 2


def test_an_initial_response_stands_behind_its_command() -> None:
    for symbol, parts in WRITTEN.client.items():
        command = WRITTEN.client.get(symbol.removesuffix("-initial"))
        if symbol.endswith("-initial") and command:
            assert parts[0].base == command[0].base + 1  # the blank
            assert {part.base - parts[0].base for part in parts} <= {0, 1}  # or two


def test_forms_have_the_family_of_their_mechanism() -> None:
    for form in WRITTEN.forms:
        assert form.family == FAMILIES.get(form.mechanism, "unknown" if form.mechanism == "ODD" else "challenge")
    assert {form.family for form in WRITTEN.forms} == {"basic", "oauth", "challenge", "external", "unknown"}


def test_priors_are_shares() -> None:
    assert sum(form.prior for form in WRITTEN.forms) == pytest.approx(1.0, abs=0.15)


@pytest.mark.parametrize("known", MODELS)
def test_each_path_has_a_name_of_its_own_and_a_weight_in_each_situation(known: Model) -> None:
    names = [name_of(path) for path in known.paths]
    assert len(set(names)) == len(names)
    assert all(set(path.weight) == set(SITUATIONS) for path in known.paths)
    assert all(set(weights) == set(SITUATIONS) for weights in (*known.ends.values(), *known.begins.values()))


# -- the fit --------------------------------------------------------------------------------------


def test_without_a_fit_the_written_model_stays() -> None:
    assert refitted(WRITTEN, {}) is WRITTEN


def table(**more: Any) -> dict[str, Any]:
    """A fit that changes nothing, with something that does."""
    return {
        "client": {}, "server": {}, "exchange": {},
        "paths": {each: {name_of(path): path.weight[each] for path in WRITTEN.paths} for each in SITUATIONS},
        "ends": {each: {phase: weights[each] for phase, weights in WRITTEN.ends.items()} for each in SITUATIONS},
        "begins": {each: {phase: weights[each] for phase, weights in WRITTEN.begins.items()} for each in SITUATIONS},
        **more,
    }  # fmt: skip


def test_a_fit_takes_the_place_of_what_was_written() -> None:
    shape = [{"at": 10, "weight": 3.0}, {"about": 20, "spread": 0.5}]
    found = refitted(WRITTEN, table(server={"bye": shape}, exchange={"again": 0.7}, sharpness={"range": [0.8, 1.1]}))
    assert found.server["bye"] == (
        Part("at", 0.75, base=10), Part("about", 0.25, mean=20, spread=0.5),
    )  # fmt: skip
    assert found.exchange == {**WRITTEN.exchange, "again": 0.7}
    assert found.sharpness == {**WRITTEN.sharpness, "range": (0.8, 1.1)}
    assert (found.paths, found.ends, found.begins) == (WRITTEN.paths, WRITTEN.ends, WRITTEN.begins)
    assert found.forms == WRITTEN.forms


def test_what_was_not_fitted_stays() -> None:
    found = refitted(WRITTEN, table())
    assert (found.client, found.server) == (WRITTEN.client, WRITTEN.server)


def test_weights_of_paths_are_fitted_by_their_names() -> None:
    name = "ready: quit > bye > over"
    weights = table()["paths"]
    weights["refused"][name] = 0.5
    found = refitted(WRITTEN, table(paths=weights))
    (path,) = [path for path in found.paths if name_of(path) == name]
    (before,) = [path for path in WRITTEN.paths if name_of(path) == name]
    assert path.weight == {**before.weight, "refused": 0.5}


HAS_FIT = (resources.files("sniffer.knowledge") / "dialogue_fit.toml").is_file()


@pytest.mark.skipif(not HAS_FIT, reason="nothing was fitted")
def test_the_fit_speaks_of_what_there_is() -> None:
    told = fit()
    assert set(told["client"]) <= set(WRITTEN.client)
    assert set(told["server"]) <= set(WRITTEN.server)
    names = {name_of(path) for path in WRITTEN.paths}
    assert all(set(weights) <= names for weights in told["paths"].values())
    assert set(told["exchange"]) <= set(WRITTEN.exchange)
    assert set(told["paths"]) == set(SITUATIONS)


# -- what a probability has proven to be worth ----------------------------------------------------

Of = Literal["family", "outcome"]


@given(probability=st.floats(0.0, 1.0), exact=st.booleans(), of=st.sampled_from(("family", "outcome")))
def test_proven_is_never_more_than_the_probability_nor_than_its_bin(probability: float, of: Of, *, exact: bool) -> None:
    told = proven(probability, exact=exact, of=of)
    assert 0.0 <= told <= probability
    for row in fit().get("bins", {}).get(of, {}).get("exact" if exact else "range", []):
        higher = [each["least"] for each in _rows(of, exact=exact) if each["least"] > row["least"]]
        if row["least"] <= probability < min(higher, default=2.0):
            assert told <= row["proven"]


def _rows(of: Of, *, exact: bool) -> list[dict[str, float]]:
    rows: list[dict[str, float]] = fit().get("bins", {}).get(of, {}).get("exact" if exact else "range", [])
    return rows


BINS = {
    "bins": {
        "family": {
            "exact": [{"least": 0.5, "proven": 0.4}, {"least": 0.9, "proven": 0.93}, {"least": 0.99, "proven": 0.97}]
        }
    }
}
PROVEN = [(0.3, 0.3), (0.5, 0.4), (0.7, 0.4), (0.9, 0.9), (0.95, 0.93), (0.985, 0.93), (0.99, 0.97), (1.0, 0.97)]


@pytest.mark.parametrize(("probability", "wanted"), PROVEN)
def test_a_probability_is_worth_what_its_bin_has_proven(
    monkeypatch: pytest.MonkeyPatch, probability: float, wanted: float
) -> None:
    dialogue._bins.cache_clear()
    monkeypatch.setattr(dialogue, "fit", lambda: BINS)
    try:
        assert proven(probability, exact=True) == wanted
        assert proven(probability, exact=False) == probability  # no bins: nothing is known to the contrary
        assert proven(probability, exact=True, of="outcome") == probability
    finally:
        dialogue._bins.cache_clear()


@pytest.mark.parametrize("of", ["family", "outcome"])
@pytest.mark.parametrize("exact", [True, False])
def test_bins_are_bounds_of_shares(of: Of, *, exact: bool) -> None:
    for row in _rows(of, exact=exact):
        assert 0.0 <= row["proven"] <= 1.0
        assert 0.0 <= row["least"] <= 1.0
