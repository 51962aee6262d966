"""The network of what may follow what: it fits the model, hangs together, and its compiled form says the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sniffer.inference.explained import REPLIED, SAID, words
from sniffer.inference.grammar import IN_MAIL, UNANSWERED, Edge, Grammar, State, result_of, situation_of
from sniffer.inference.notation import CREDENTIALS
from sniffer.inference.reading import SEVERAL
from sniffer.knowledge.dialogue import SITUATIONS, Form, Model, Situation, model
from tests.inference.dialogues import ear

GRAMMAR = ear().grammar
MODEL = GRAMMAR.model
FORMS = range(len(MODEL.forms))
AUTH = "auth-"


def named(place: int) -> str:
    """A form in words."""
    form = MODEL.forms[place]
    return f"{form.mechanism}{' with initial response' if form.initial else ''} {len(form.steps)}"


def said(form: Form) -> list[str]:
    """What a client says in a form."""
    return [*(step.client for step in form.steps), form.last]


def test_auth_behind_mail_is_refused_at_once() -> None:
    """AUTH within a mail transaction (RFC 4954 4): most of its weight leads to a refusal, none to a login."""
    for state, edges in zip(GRAMMAR.states, GRAMMAR.edges, strict=True):
        if state.phase in IN_MAIL and state.result is None:
            out = [edge for edge in edges if edge.name == ("begin", "out-of-turn")]
            assert {GRAMMAR.states[edge.target].result for edge in out} == {"refused"}
            assert "LOGIN" in {MODEL.forms[GRAMMAR.states[edge.target].form].mechanism for edge in out}
            others = [edge for edge in edges if edge.name[0] == "begin" and edge not in out]
            assert sum(edge.weight for edge in out) > 2 * sum(edge.weight for edge in others)


# -- symbols --------------------------------------------------------------------------------------


@pytest.mark.parametrize("fitted", [False, True])
def test_every_symbol_has_a_shape(*, fitted: bool) -> None:
    known = model(fitted=fitted)
    turns = [path.turn for path in known.paths] + [step for form in known.forms for step in form.steps]
    client = {turn.client for turn in turns} | {form.last for form in known.forms} | {"cancel", "empty"}
    server = {turn.server for turn in turns} | {form.error for form in known.forms if form.error}
    assert client <= set(known.client)
    assert server | {"accepted", "refused", "unknown-mechanism", "rejected"} <= set(known.server)


@pytest.mark.parametrize("fitted", [False, True])
def test_every_shape_is_said(*, fitted: bool) -> None:
    known = model(fitted=fitted)
    edges = [edge for edges in Grammar(known, tuple(known.client), tuple(known.server)).edges for edge in edges]
    assert {tuple(known.client)[edge.client] for edge in edges} == set(known.client)
    assert {edge.server for edge in edges} == set(range(len(known.server) + 1))


def test_every_symbol_can_be_told_to_a_person() -> None:
    assert {symbol for symbol in MODEL.client if not symbol.startswith(AUTH)} <= set(SAID)
    assert {*MODEL.server, UNANSWERED} == set(REPLIED)
    for symbol in MODEL.client:
        assert words(symbol, "prompt").endswith(" > 334 prompt")
        assert words(symbol, UNANSWERED)


def test_whatever_holds_a_credential_is_told_by_its_class() -> None:
    """All that has a length of Base64 holds one, or what gives one away; what may be anything may be one."""
    base64 = {symbol for symbol, parts in MODEL.client.items() if any(part.kind == "base64" for part in parts)}
    assert base64 == {symbol for symbol, told in CREDENTIALS.items() if told != "…"}
    assert set(CREDENTIALS) <= set(MODEL.client)
    for symbol in base64:
        usual, *others = [part.base for part in MODEL.client[symbol] if part.kind == "base64"]
        assert CREDENTIALS[symbol] == ("4k+2" if usual == 2 else f"{usual}+4k")
        assert all(base - usual in (0, 1) for base in others)  # two blanks


def test_what_is_said_of_several_replies_are_replies() -> None:
    assert set(MODEL.server) >= SEVERAL


def test_phases_are_those_of_the_model() -> None:
    told = {path.source for path in MODEL.paths} | {path.target for path in MODEL.paths} | set(MODEL.begins)
    assert told | {"exchange"} == set(MODEL.ends)
    assert {state.phase for state in GRAMMAR.states} == set(MODEL.ends)


# -- forms ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("place", FORMS, ids=named)
def test_every_state_of_a_form_is_reached(place: int) -> None:
    form = MODEL.forms[place]
    states = {state for state in GRAMMAR.states if state.form == place}
    steps = {state.step for state in states if state.step >= 0}
    first = 1  # the first message is said outside
    assert steps == set(range(first, len(form.steps) + 1 + bool(form.error)))
    assert {state.result for state in states} >= {"accepted", "refused", "open"}
    targets = {edge.target for edges in GRAMMAR.edges for edge in edges}
    assert {GRAMMAR.place(state) for state in states} <= targets


@pytest.mark.parametrize("place", FORMS, ids=named)
def test_a_form_is_begun_by_its_own_command(place: int) -> None:
    form = MODEL.forms[place]
    symbols = tuple(MODEL.client)
    _, first, edges = GRAMMAR.starts[place]
    assert symbols[first] == said(form)[0]
    assert symbols[first].startswith(AUTH)
    assert symbols[first].endswith("-initial") is form.initial
    assert {edge.client for edge in edges} == {first}
    assert not any(symbol.startswith(AUTH) for symbol in said(form)[1:])


@pytest.mark.parametrize("place", FORMS, ids=named)
def test_a_script_can_be_walked_to_its_end(place: int) -> None:
    form = MODEL.forms[place]
    state = GRAMMAR.start
    for symbol, answer in [*((step.client, step.server) for step in form.steps), (form.last, "accepted")]:
        (edge,) = [
            edge for edge in GRAMMAR.edges[state]
            if (spelled(edge), GRAMMAR.states[edge.target].form) == ((symbol, answer), place)
        ]  # fmt: skip
        state = edge.target
    assert GRAMMAR.states[state] == State("ready", place, "accepted", -1)


def spelled(edge: Edge) -> tuple[str, str]:
    """What is said in a turn."""
    return tuple(MODEL.client)[edge.client], GRAMMAR.server_symbols[edge.server]


@pytest.mark.parametrize("place", [place for place in FORMS if MODEL.forms[place].error], ids=named)
def test_an_oauth_error_is_a_refusal_answered_or_not(place: int) -> None:
    form = MODEL.forms[place]
    waits = State("exchange", place, None, len(form.steps) + 1)
    assert result_of(waits, MODEL.forms) == "refused"
    ends = {GRAMMAR.states[edge.target].result for edge in GRAMMAR.edges[GRAMMAR.place(waits)]}
    assert ends == {"refused"}


def test_within_an_exchange_the_client_may_cancel() -> None:
    for state, edges in zip(GRAMMAR.states, GRAMMAR.edges, strict=True):
        if state.step >= 0:
            assert ("cancel", "rejected") in map(spelled, edges)


def test_nobody_logs_in_twice() -> None:
    for state, edges in zip(GRAMMAR.states, GRAMMAR.edges, strict=True):
        if situation_of(state) == "accepted":
            assert not any(spelled(edge)[0].startswith(AUTH) for edge in edges)
            assert {GRAMMAR.states[edge.target].form for edge in edges} <= {state.form}


# -- weights --------------------------------------------------------------------------------------

LEFT = 1.0 + 0.02
"""Each turn comes with one that is not answered."""


def leaving(known: Model, phase: str, situation: Situation) -> float:
    """How likely a client goes on in a phase, or ends there."""
    ways = sum(path.weight[situation] for path in known.paths if path.source == phase)
    begins = known.begins.get(phase)
    return ways + (begins[situation] if begins else 0.0) + known.ends[phase][situation]


PHASES = [phase for phase in MODEL.ends if phase != "exchange"]


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("situation", SITUATIONS)
@pytest.mark.parametrize("fitted", [False, True])
def test_what_follows_a_phase_is_of_the_order_of_one(phase: str, situation: Situation, *, fitted: bool) -> None:
    known = model(fitted=fitted)
    assert 0.8 < leaving(known, phase, situation) < 2.0
    assert 0.0 < known.ends[phase][situation] <= 1.0


@pytest.mark.parametrize("fitted", [False, True])
def test_no_weight_is_negative_and_nothing_follows_the_end(*, fitted: bool) -> None:
    known = model(fitted=fitted)
    assert all(0.0 <= weight <= 1.0 for path in known.paths for weight in path.weight.values())
    assert not [path for path in known.paths if path.source == "over"]
    assert all(0.0 < weight < 1.0 for weight in known.exchange.values())
    assert all(form.prior > 0.0 for form in known.forms)


def test_who_begins_auth_takes_some_form() -> None:
    for state, place in zip(GRAMMAR.states, GRAMMAR.outside, strict=True):
        if place and place.begins:
            weight = MODEL.begins[state.phase][situation_of(state)]
            weight *= 1.0 - MODEL.exchange["out-of-turn"] if state.phase in IN_MAIL else 1.0
            assert sum(place.begins) == pytest.approx(weight)


# -- the compiled form ----------------------------------------------------------------------------


@given(state=st.integers(0, len(GRAMMAR.states) - 1))
def test_the_compiled_form_has_the_same_turns(state: int) -> None:
    place = GRAMMAR.outside[state]
    if place is None:
        assert GRAMMAR.inside[state] == GRAMMAR.edges[state]
        return
    assert GRAMMAR.inside[state] == []
    ways = [edge._replace(target=target) for edge, target in zip(GRAMMAR.ways[place.kind], place.targets, strict=True)]
    begun = [
        edge._replace(weight=edge.weight * place.begins[form])
        for form, _, edges in GRAMMAR.starts
        for edge in edges
        if place.begins and place.begins[form]
    ]
    assert len(ways) + len(begun) == len(GRAMMAR.edges[state])
    assert turns([*ways, *begun]) == pytest.approx(turns(GRAMMAR.edges[state]))


def turns(edges: list[Edge]) -> dict[tuple[int, int, int], float]:
    """How likely each turn is, by where it leads and what is said."""
    found: dict[tuple[int, int, int], float] = {}
    for target, client, server, weight, _ in edges:
        found[target, client, server] = found.get((target, client, server), 0.0) + weight
    return found


def test_states_are_told_apart_by_their_places() -> None:
    assert len(set(GRAMMAR.states)) == len(GRAMMAR.states) == len(GRAMMAR.edges) == len(GRAMMAR.ends)
    assert all(GRAMMAR.states[GRAMMAR.place(state)] == state for state in GRAMMAR.states)
    assert GRAMMAR.states[GRAMMAR.start] == State("ready", -1, None, -1)
