"""SMTP inside TLS as a network of states: what may follow what, and how usual that is.

Rules of this file:
1. A state outside AUTH is a phase (``ready``, ``mail``, … of ``knowledge/dialogue.toml``) and what became of AUTH
   before: nothing, or one form (a mechanism, with or without initial response) accepted, refused or left open.
2. Within AUTH a state is a step of a form's script.  At each step the server may refuse and the client may cancel; the
   last word is accepted or refused, or for OAuth an error that the client has to answer first.
3. The last accepted attempt counts, else the last: what came before it is in the path, not in the state.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

from sniffer.knowledge.dialogue import Exchange, Form, Model, Situation, name_of

Result = Literal["accepted", "refused", "open"]
"""What became of an attempt; open is one whose last word was not said, or not seen."""

UNANSWERED = "unanswered"
"""Stands for the reply that did not come."""

CANCEL, LEAVE, REJECTED = "cancel", "quit", "rejected"

ANSWERS_TO_ERROR = ("empty", "anything")

TAKEN = "sent"
"""The phase behind a mail that was taken.  What a client does then says nothing of how it logged in: who sends several
mails does so in either case."""

WHATEVER: Situation = "accepted"
"""Whose weights hold there."""

IN_MAIL = ("mail", "recipients")
"""Phases in which AUTH is out of turn (RFC 4954 4), yet sent by scripts that say what they were told to."""

TRIED_OUT_OF_TURN = 0.05
"""Least prior of the forms with which that is thought of: LOGIN and other usual ones, begun by the bare command.  One
with an initial response is as long as a chunk of a mail may be."""

LEFT_UNANSWERED = 0.02
"""Share of a client's messages behind which nothing more is seen."""


class Edge(NamedTuple):
    """A turn that leads from one state to another.  ``client`` and ``server`` are symbols' places.

    ``name`` are the parameters that make up its weight.
    """

    target: int
    client: int
    server: int
    weight: float
    name: tuple[str, ...]


class State(NamedTuple):
    """Where a dialogue stands.  ``form`` is the place of the last attempt's form, -1 without one.

    ``result`` is what became of it, ``step`` is -1 outside AUTH.
    """

    phase: str
    form: int
    result: Result | None
    step: int


class Place(NamedTuple):
    """A state outside AUTH: the ``kind`` of its ways out (``Grammar.ways``), and the states that they lead to.

    ``begins`` is how likely each form is to begin there, None where none does.
    """

    kind: int
    targets: tuple[int, ...]
    begins: tuple[float, ...] | None


Start = tuple[int, int, tuple[Edge, ...]]
"""A form's place, the place of its first message, and the turns that may begin it."""

Way = tuple[str, State, str]
"""A parameter of ``exchange``, the state that it leads to, and the server's reply."""


class Grammar:
    """The network: ``edges[s]`` are the turns of state *s*, ``ends[s]`` is how often a dialogue ends there.

    The same again for those in a hurry: ``inside[s]`` are the turns of a state within AUTH; ``outside[s]`` is another
    state's place, whose ways out are ``ways[kind]``; ``starts`` are the beginnings of AUTH, with the weights that they
    have wherever AUTH begins.
    """

    def __init__(self, model: Model, client: Sequence[str], server: Sequence[str]) -> None:
        """``client`` and ``server`` are the symbols by their places."""
        self.model = model
        self.forms = model.forms
        self.states: list[State] = []
        self._places: dict[State, int] = {}
        self._client = {symbol: place for place, symbol in enumerate(client)}
        self._server = {symbol: place for place, symbol in enumerate([*server, UNANSWERED])}
        self._kinds: dict[tuple[str, Situation], int] = {}
        self._shares: dict[int, tuple[float, ...]] = {}
        self.start = self._state(State("ready", -1, None, -1))
        self.starts = [self._start(place) for place in range(len(self.forms))]
        self.ways: list[list[Edge]] = []
        self.outside: list[Place | None] = []
        self.inside: list[list[Edge]] = []
        self.edges: list[list[Edge]] = []
        while len(self.edges) < len(self.states):
            self._add(self.states[len(self.edges)])
        self.ends = [self._end(state) for state in self.states]

    @property
    def unanswered(self) -> int:
        """Return the place of the reply that did not come."""
        return self._server[UNANSWERED]

    @property
    def server_symbols(self) -> tuple[str, ...]:
        """Return the server's symbols in order, the one for no reply last."""
        return tuple(self._server)

    def server_place(self, symbol: str) -> int:
        """Return the place of a server's symbol."""
        return self._server[symbol]

    def place(self, state: State) -> int:
        """Return the place of a state."""
        return self._places[state]

    def _add(self, state: State) -> None:
        """Work out the turns of a state."""
        if state.step >= 0:
            edges = self._inside(state)
            self.outside.append(None)
            self.inside.append(edges)
            self.edges.append(edges)
            return
        ways, begins = self._ways(state), self._begins(state)
        kind = self._kinds.setdefault((state.phase, situation_of(state)), len(self._kinds))
        if kind == len(self.ways):
            self.ways.append(ways)
        self.outside.append(Place(kind, tuple(edge.target for edge in ways), begins))
        self.inside.append([])
        begun = [
            Edge(target, client, server, weight * begins[form], ("begin", *name))
            for form, _, edges in self.starts
            if begins is not None and begins[form]
            for target, client, server, weight, name in edges
        ]
        self.edges.append([*ways, *begun])

    def _start(self, place: int) -> Start:
        edges = tuple(self._step(place, 0))
        return place, edges[0].client, edges

    def _state(self, state: State) -> int:
        place = self._places.get(state)
        if place is None:
            place = self._places[state] = len(self.states)
            self.states.append(state)
        return place

    def _edge(self, target: State, turn: Exchange, weight: float, *name: str) -> Edge:
        return Edge(self._state(target), self._client[turn.client], self._server[turn.server], weight, name)

    # -- outside AUTH ---------------------------------------------------------------------------------

    def _ways(self, state: State) -> list[Edge]:
        """Return the turns outside AUTH, and the same without a reply."""
        situation = WHATEVER if state.phase == TAKEN else situation_of(state)
        found = []
        for path in self.model.paths:
            if path.source != state.phase or not path.weight[situation]:
                continue
            weight, name = path.weight[situation], name_of(path)
            behind = State(path.target, state.form, state.result, state.step)
            found.append(self._edge(behind, path.turn, weight, "path", name))
            left = Exchange(path.turn.client, UNANSWERED)
            over = State("over", state.form, state.result, state.step)
            found.append(self._edge(over, left, weight * LEFT_UNANSWERED, "path", name, "left"))
        return [*found, *self._out_of_turn(state)] if state.phase in IN_MAIL else found

    def _out_of_turn(self, state: State) -> list[Edge]:
        """Return the turns of an AUTH behind MAIL, which is refused at once."""
        weight = self.model.begins[state.phase][situation_of(state)] * self.model.exchange["out-of-turn"]
        if not weight:
            return []
        total = sum(form.prior for form in self.forms)
        found = []
        for place, form in enumerate(self.forms):
            if form.prior >= TRIED_OUT_OF_TURN and not form.initial:
                denied = State("denied", place, "refused", -1)
                turn = Exchange(form.steps[0].client, "unknown-mechanism")
                found.append(self._edge(denied, turn, weight * form.prior / total, "begin", "out-of-turn"))
        return found

    def _begins(self, state: State) -> tuple[float, ...] | None:
        """Return how likely each form is to begin, None where AUTH does not."""
        begins = self.model.begins.get(state.phase)
        weight = begins[situation_of(state)] if begins else 0.0
        weight *= 1.0 - self.model.exchange["out-of-turn"] if state.phase in IN_MAIL else 1.0
        if not weight:
            return None
        shares = self._shares.get(state.form)
        if shares is None:
            shares = tuple(self._share(state, place) for place in range(len(self.forms)))
            self._shares[state.form] = shares
        return tuple(weight * share for share in shares)

    def _share(self, state: State, place: int) -> float:
        """Return how likely a client that begins AUTH takes a form; after a refusal it may well be the same again."""
        prior = self.forms[place].prior / sum(form.prior for form in self.forms)
        if state.form < 0:
            return prior
        again = self.model.exchange["again"]
        same = [form for form in self.forms if form.mechanism == self.forms[state.form].mechanism]
        if self.forms[place] not in same:
            return (1.0 - again) * prior
        return again * self.forms[place].prior / sum(form.prior for form in same) + (1.0 - again) * prior

    # -- inside AUTH ----------------------------------------------------------------------------------

    def _inside(self, state: State) -> list[Edge]:
        found = self._step(state.form, state.step)
        cancel = Exchange(CANCEL, REJECTED)
        refused = State("ready", state.form, "refused", -1)
        found.append(self._edge(refused, cancel, self.model.exchange["cancelled"], "cancelled"))
        result = result_of(state, self.forms)
        leaves, over = self.model.exchange["abandoned"], State("over", state.form, result, -1)
        found.append(self._edge(over, Exchange(LEAVE, "bye"), leaves, "abandoned"))
        found.append(self._edge(refused, Exchange(LEAVE, "refused"), leaves, "abandoned"))
        return found

    def _step(self, place: int, step: int) -> list[Edge]:
        """Return the turns of one step of a script."""
        form = self.forms[place]
        if step > len(form.steps):
            return self._answers_to_error(place)
        last = step == len(form.steps)
        message = form.last if last else form.steps[step].client
        ways = self._last_words(form, place, step) if last else [self._on(form, place, step)]
        refused = State("ready", place, "refused", -1)
        if not (last and step):  # the mechanism itself, or what it began with, may be refused
            ways.append(("refused", refused, "refused") if step else ("rejected", refused, "unknown-mechanism"))
        found = [
            self._edge(target, Exchange(message, word), self.model.exchange[way], way) for way, target, word in ways
        ]
        over = State("over", place, "open", -1)
        found.append(self._edge(over, Exchange(message, UNANSWERED), LEFT_UNANSWERED, "left"))
        return found

    def _answers_to_error(self, place: int) -> list[Edge]:
        """Return the turns behind an OAuth error: an empty answer (RFC 7628 3.2.3), or whatever a client says next."""
        refused = State("ready", place, "refused", -1)
        found = [
            self._edge(refused, Exchange(answer, "refused"), self.model.exchange[answer], answer)
            for answer in ANSWERS_TO_ERROR
        ]
        over = State("over", place, "refused", -1)
        return [*found, self._edge(over, Exchange("empty", UNANSWERED), LEFT_UNANSWERED, "left")]

    def _on(self, form: Form, place: int, step: int) -> Way:
        return "goes-on", State("exchange", place, None, step + 1), form.steps[step].server

    def _last_words(self, form: Form, place: int, step: int) -> list[Way]:
        ways: list[Way] = [
            ("accepted", State("ready", place, "accepted", -1), "accepted"),
            ("failed", State("ready", place, "refused", -1), "refused"),
        ]
        if form.error:
            ways.append(("error", State("exchange", place, None, step + 1), form.error))
        return ways

    def _end(self, state: State) -> float:
        situation = WHATEVER if state.phase == TAKEN else situation_of(state)
        return self.model.ends["exchange" if state.step >= 0 else state.phase][situation]


def result_of(state: State, forms: Sequence[Form]) -> Result:
    """Return what became of the last attempt; an OAuth error is a refusal, answered or not (RFC 7628 3.2.2)."""
    if state.step > len(forms[state.form].steps):
        return "refused"
    return state.result or "open"


def situation_of(state: State) -> Situation:
    """Return what became of AUTH so far; what was left open counts as none."""
    return "accepted" if state.result == "accepted" else "refused" if state.result == "refused" else "none"
