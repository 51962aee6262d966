"""A dialogue is read: how probable each family, mechanism and outcome is, given the lengths of its turns.

All ways through the grammar are followed at once (the forward algorithm of hidden Markov models); what is a
ten-thousandth of a thousandth as likely as the best is dropped.  A dialogue that nothing explains well goes to the odd,
which has no family.

Nearly all time of judging what is new goes here, so what states have in common is worked out once a turn: the ways out
of a phase, which are the same whatever AUTH came before, and the beginnings of AUTH.  The same turn with the same
server is worth the same in every dialogue.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from math import log
from typing import NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from sniffer.inference.grammar import UNANSWERED, Edge, Grammar, State
from sniffer.inference.lengths import Lengths
from sniffer.inference.plaintext import Length
from sniffer.model import limits

NEGLIGIBLE = 1e-7
"""Share of the most probable state below which another is dropped."""

SHOWN = 1e-5
"""Share of all below which an end is left out."""

TINY = 1e-300
"""Stands for what is not possible at all, of which there is no logarithm."""

ODD_DECADE = 0.1
"""Share of a span of lengths from n to 2.7 n among all lengths that an odd message may have."""

SEVERAL = frozenset(
    (
        "envelope-accepted", "envelope-half-accepted", "envelope-refused", "data-accepted", "everything-accepted",
        "queued-bye", "reset-bye", "list",
    )
)  # fmt: skip
"""Replies of several lines or to several commands, which servers may send in as many records."""

SEVERAL_IN_FEW = 0.4
"""Share of several replies that come in one record or two."""

SELDOM_SEVERAL = 0.02
"""Share of single replies that come in three records or more: those of many lines, sent line by line."""

ECHOED = "echoed"
"""The reply that repeats an address of the command."""

SHORTEST_ECHO, LONGEST_ECHO = -20, 45
"""Bytes by which such a reply is longer than its command: "250 2.1.0 … Sender ok" for "MAIL FROM:", at the most with a
remark like "(yes, not really)" behind it, at the least for a command with SIZE and BODY, which nobody repeats."""

ECHO_SHARE = 1.0 / (LONGEST_ECHO - SHORTEST_ECHO + 1)
"""Likelihood of one such length, each as good as another."""

SENDER, RECIPIENT, AGAIN = "mail-accepted", "recipient-accepted", "recipient-again"
"""The replies to a sender, to a recipient, and to one that follows another."""

SAME_WORDS = 0.97
"""How often a server says of the next recipient what it said of the one before."""

LIKE_SENDER = 0.5
"""How often a server says of a recipient what it said of the sender."""

BRIEF, LIKE_LOGIN = 15, 0.5
"""Bytes up to which a reply is brief; how often who took a login so takes a sender so ("235 ok", "250 ok")."""

SHORTEST_ADDRESS = 14
"""Bytes of the shortest command with an address, MAIL FROM:<> (RFC 5321 4.1.1.2)."""


class Said(Struct, frozen=True, gc=False, cache_hash=True):
    """A turn as it is read: how long the two messages are; ``server`` is None where no reply came.

    ``several`` says that the reply came in three records or more, as several replies do, or one of several lines;
    ``again`` that it may be in the words of the reply before (``in_order``), ``alike`` that it is as long.
    """

    client: Length
    server: Length | None
    several: bool = False
    again: bool = False
    alike: bool = False


class Step(Struct, frozen=True, eq=False, gc=False):
    """One turn of a path: the state before it, the state behind it, and what was said; one and the same each time."""

    before: State
    behind: State
    client: str
    server: str


_Stop = tuple[tuple[tuple[State, float], ...], float, float]
"""The ``states``, the ``odd`` and the ``evidence`` of a ``Reading``."""


class _Node:
    """What is known behind some turns: the ``live`` states and how likely, the ``odd`` and the ``evidence``.

    ``behind`` are the nodes that the next turn leads to: dialogues that begin alike are read once up to there.
    ``paths`` are the most probable ways to states of this node that were asked for, None where there is none, and
    ``stops`` what is read of a dialogue that stops here, whose end was seen or not.
    """

    __slots__ = ("behind", "evidence", "live", "odd", "paths", "stops")

    def __init__(self, live: Mapping[int, float], odd: float, evidence: float) -> None:
        self.live = live
        self.odd = odd
        self.evidence = evidence
        self.behind: dict[Said, _Node] = {}
        self.paths: dict[int, tuple[Step, ...] | None] = {}
        self.stops: dict[bool, _Stop] = {}


class Reading(NamedTuple):
    """What a dialogue may have been.

    ``states`` are the states in which it may have ended with their probabilities, ``odd`` that of none of them.
    ``evidence`` is the logarithm of how likely the whole dialogue is.  ``nodes`` hold, turn by turn, the states that
    were possible and how likely.
    """

    states: tuple[tuple[State, float], ...]
    odd: float
    evidence: float
    nodes: tuple[_Node, ...]

    @property
    def trellis(self) -> list[Mapping[int, float]]:
        """Return, turn by turn, the states that were possible and how likely."""
        return [node.live for node in self.nodes]


class _Turn(NamedTuple):
    """What a turn is worth for all states: the ways out of each phase, and the beginnings of AUTH.

    ``ways`` holds for each kind of phase (place of the way, likelihood), ``begun`` (form, state, likelihood).  ``odd``
    is how likely the turn is if it is none that we know.
    """

    said: list[float]
    reply: list[float]
    odd: float
    ways: dict[int, list[tuple[int, float]]]
    begun: list[tuple[int, int, float]]


_Into = dict[int, list[tuple[float, int, int, Step]]]
"""The turns into a state by the states that they come from: weight, what is said and answered, and the step."""


class Reader:
    """Reads dialogues by a grammar, with a client's lengths and a server's."""

    def __init__(self, grammar: Grammar, client: Lengths) -> None:
        self.grammar = grammar
        self._client = client
        odd = grammar.model.odd
        self._odd_prior, self._odd_client, self._odd_server = odd["prior"], odd["client"], odd["server"]
        self._in_few = [SEVERAL_IN_FEW if symbol in SEVERAL else 1.0 for symbol in grammar.server_symbols]
        self._in_several = [1.0 if symbol in SEVERAL else SELDOM_SEVERAL for symbol in grammar.server_symbols]
        self._echoed = grammar.server_place(ECHOED)
        self._ways = [
            [(place, edge.client, edge.server, edge.weight) for place, edge in enumerate(ways)] for ways in grammar.ways
        ]
        self._sender = grammar.server_place(SENDER)
        self._recipient, self._again = grammar.server_place(RECIPIENT), grammar.server_place(AGAIN)
        self._no_reply = [0.0] * grammar.unanswered + [1.0]
        self._edges_into: dict[int, dict[int, list[Edge]]] = {}
        for state, edges in enumerate(grammar.edges):
            for edge in edges:
                self._edges_into.setdefault(edge.target, {}).setdefault(state, []).append(edge)
        self._into: dict[int, _Into] = {}
        self._begun: dict[Lengths, dict[tuple[float, ...] | None, _Node]] = {}
        self._nodes = 0
        self.words = lru_cache(limits.TURNS_REMEMBERED)(self._words)
        self._worth = lru_cache(limits.TURNS_REMEMBERED)(self._worth_anew)

    def read(
        self,
        turns: Sequence[Said],
        server: Lengths,
        factors: tuple[float, ...] | None = None,
        *,
        ended: bool = True,
    ) -> Reading:
        """Read the turns of a dialogue.

        ``factors`` change how likely each form is (by its place), ``ended`` says that the end was seen.
        """
        nodes = self._follow(turns, server, factors)
        last = nodes[-1]
        found = last.stops.get(ended)
        if found is None:
            found = last.stops[ended] = self._stop(last, ended=ended)
        return Reading(*found, nodes)

    def _stop(self, node: _Node, *, ended: bool) -> _Stop:
        live, odd, evidence = node.live, node.odd, node.evidence
        ends, states = self.grammar.ends, self.grammar.states
        final = {state: value * ends[state] for state, value in live.items()} if ended else live
        total = sum(final.values()) + odd
        if not total:
            return (), 1.0, evidence + log(TINY)
        floor = total * SHOWN
        shown = tuple([(states[state], value / total) for state, value in final.items() if value >= floor])
        return shown, odd / total, evidence + log(total)

    def has_room(self, server: Lengths) -> bool:
        """Say whether dialogues with one more server can be remembered: each keeps its server's table."""
        return server in self._begun or len(self._begun) < limits.SERVER_TABLES

    def _follow(self, turns: Sequence[Said], server: Lengths, factors: tuple[float, ...] | None) -> tuple[_Node, ...]:
        """Return what is known before the first turn and behind each."""
        if self._nodes >= limits.DIALOGUES_REMEMBERED:
            self._forget_nodes()
        begun = self._begun.setdefault(server, {})
        node = begun.get(factors)
        if node is None:
            node = begun[factors] = _Node({self.grammar.start: 1.0}, self._odd_prior, 0.0)
        nodes = [node]
        for turn in turns:
            following = node.behind.get(turn)
            if following is None:
                following = node.behind[turn] = self._behind(node, turn, server, factors)
                self._nodes += 1
            node = following
            nodes.append(node)
        return tuple(nodes)

    def _behind(self, node: _Node, turn: Said, server: Lengths, factors: tuple[float, ...] | None) -> _Node:
        worth = self._worth(turn, server, factors)
        live = self._advance(node.live, worth)
        odd = node.odd * worth.odd
        scale = (sum(live.values()) + odd) or TINY
        live = {state: value / scale for state, value in live.items()}
        return _Node(live, odd / scale, node.evidence + log(scale))

    def _advance(self, live: Mapping[int, float], turn: _Turn) -> dict[int, float]:
        """Return the states behind a turn, and how likely they are."""
        said, reply, _, ways, begun = turn
        outside, inside = self.grammar.outside, self.grammar.inside
        found: dict[int, float] = {}
        for state, value in live.items():
            place = outside[state]
            if place is None:
                for target, client, answer, weight, _ in inside[state]:
                    if said[client] and (likely := said[client] * reply[answer]):
                        found[target] = found.get(target, 0.0) + value * weight * likely
                continue
            likelihoods = ways.get(place.kind)
            if likelihoods is None:
                likelihoods = ways[place.kind] = [
                    (way, likely)
                    for way, client, answer, weight in self._ways[place.kind]
                    if said[client] and (likely := said[client] * reply[answer] * weight)
                ]
            targets, begins = place.targets, place.begins
            for way, likely in likelihoods:
                target = targets[way]
                found[target] = found.get(target, 0.0) + value * likely
            if begins is not None:
                for form, target, likely in begun:
                    found[target] = found.get(target, 0.0) + value * likely * begins[form]
        if not found:
            return found
        floor = max(found.values()) * NEGLIGIBLE
        return {state: value for state, value in found.items() if value >= floor}

    def forget(self) -> None:
        """Forget what was read by tables that are no longer needed."""
        self._forget_nodes()
        self.words.cache_clear()
        self._worth.cache_clear()

    def _forget_nodes(self) -> None:
        self._begun.clear()
        self._nodes = 0

    def _worth_anew(self, turn: Said, server: Lengths, factors: tuple[float, ...] | None) -> _Turn:
        said, reply = self.words(turn, server)
        begun = []
        for form, first, edges in self.grammar.starts:
            if said[first]:
                factor = said[first] if factors is None else said[first] * factors[form]
                begun += [(form, edge.target, factor * reply[edge.server] * edge.weight) for edge in edges]
        return _Turn(said, reply, self._odd(turn), {}, [each for each in begun if each[2]])

    def _words(self, turn: Said, server: Lengths) -> tuple[list[float], list[float]]:
        """Return how likely the two messages are, for each symbol; ``words`` remembers it."""
        said = self._client.likelihoods(turn.client)
        if turn.server is None:
            return said, self._no_reply
        reply = server.likelihoods(turn.server)
        shares = self._in_several if turn.several else self._in_few
        reply = [likely * share for likely, share in zip(reply, shares, strict=True)]
        longer = (turn.server.least + turn.server.most - turn.client.least - turn.client.most) / 2
        if SHORTEST_ECHO <= longer <= LONGEST_ECHO:
            reply[self._echoed] = min(ECHO_SHARE * (turn.server.most - turn.server.least + 1), 1.0)
        likely = reply[self._recipient]
        reply[self._again] = (1.0 - SAME_WORDS) * likely + SAME_WORDS * turn.again
        reply[self._recipient] = (1.0 - LIKE_SENDER) * likely + LIKE_SENDER * turn.alike
        if turn.alike and turn.server.most <= BRIEF:
            reply[self._sender] = (1.0 - LIKE_LOGIN) * reply[self._sender] + LIKE_LOGIN
        return said, reply

    def _odd(self, turn: Said) -> float:
        """Return how likely a turn is if it is none that we know: any length of the same order as likely as another."""
        likely = _any(turn.client, self._odd_client)
        return likely if turn.server is None else likely * _any(turn.server, self._odd_server)

    def path(self, reading: Reading, turns: Sequence[Said], server: Lengths, end: State) -> tuple[Step, ...]:
        """Return a most probable way to an end, followed back turn by turn; nothing where there is none."""
        nodes, state = reading.nodes, self.grammar.place(end)
        place, steps = len(turns), list[tuple[int, Step]]()
        while place and state not in nodes[place].paths:
            found = self._step(nodes[place - 1].live, *self.words(turns[place - 1], server), state)
            if found is None:
                nodes[place].paths[state] = None
                break
            steps.append((state, found[1]))
            state, place = found[0], place - 1
        path = nodes[place].paths[state] if place else ()
        for behind, step in reversed(steps):
            place += 1
            path = nodes[place].paths[behind] = None if path is None else (*path, step)
        return path or ()

    def _step(
        self, live: Mapping[int, float], said: Sequence[float], reply: Sequence[float], target: int
    ) -> tuple[int, Step] | None:
        """Return the most probable turn that leads to a state, and the state that it comes from."""
        into = self._into.get(target)
        if into is None:
            into = self._into[target] = self._steps_into(target)
        best, most = None, 0.0
        for state, value in live.items():
            for weight, client, answer, step in into.get(state, ()):
                likely = value * weight * said[client] * reply[answer]
                if likely > most:
                    best, most = (state, step), likely
        return best

    def _steps_into(self, target: int) -> _Into:
        states, said, replies = self.grammar.states, self._client.symbols, self.grammar.server_symbols
        return {
            state: [
                (edge.weight, edge.client, edge.server,
                 Step(states[state], states[target], said[edge.client], replies[edge.server]))
                for edge in edges
            ]
            for state, edges in self._edges_into.get(target, {}).items()
        }  # fmt: skip

    def client_symbol(self, edge: Edge) -> str:
        """Return what the client says in a turn."""
        return self._client.symbols[edge.client]

    def meaning(self, edge: Edge, server: Lengths) -> tuple[str, str]:
        """Return what is said in a turn, by its symbols."""
        answer = server.symbols[edge.server] if edge.server < len(server.symbols) else UNANSWERED
        return self._client.symbols[edge.client], answer


def in_order(turns: Sequence[Said]) -> tuple[Said, ...]:
    """Return turns that know whether their reply may be in the words of the one before.

    That is one of the same length, or as much longer than its command, which it repeats.
    """
    return tuple(_in_order(turns[place - 1], turn) if place else turn for place, turn in enumerate(turns))


def _in_order(before: Said, turn: Said) -> Said:
    first, second = before.server, turn.server
    if first is None or second is None or min(before.client.most, turn.client.most) < SHORTEST_ADDRESS:
        return turn
    if first.least <= second.most and second.least <= first.most:
        return replace(turn, again=True, alike=True)
    longer = first.least - before.client.least, second.least - turn.client.least
    return replace(turn, again=True) if abs(longer[0] - longer[1]) <= second.most - second.least else turn


def _any(length: Length, most: float) -> float:
    """Return the share of a length, or of a range, among all: even up to some, then by the logarithm."""
    width = length.most - length.least + 1
    return min(width * min(most, ODD_DECADE / max(length.most, 1)), 1.0)
