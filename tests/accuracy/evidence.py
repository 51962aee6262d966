"""What a labelled session says of the parameters: how often each turn and each length came, the truth being known.

All ways through the grammar that agree with the label are weighed (the E-step of the EM algorithm, once, from the model
as it was written by hand).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from sniffer.inference.attempts import AUTH
from sniffer.inference.grammar import Edge, Grammar, State, situation_of
from sniffer.inference.hidden import Ear
from sniffer.inference.reading import Said
from tests.accuracy.corpora import Attempt, Label, Sample

Key = tuple[str, ...]
Counts = dict[Key, float]
"""How often each thing came, as far as that is known."""

QUESTION = "question"
"""What no program of a corpus says: with it a label would agree with anything."""

Node = tuple[int, int]
"""A state, and how many attempts were begun."""

WANTED: Mapping[str | None, frozenset[str | None]] = {
    "ok": frozenset(("accepted",)),
    "fail": frozenset(("refused",)),
    "rejected": frozenset(("refused",)),
    None: frozenset(("open", "refused", None)),
}


def evidence(ear: Ear, sample: Sample) -> Counts | None:
    """Return expected counts; None where no way through the grammar agrees with the label."""
    heard = ear.hear(sample.fact)
    if heard is None or not heard.said or not (heard.dialogue.anchored or heard.dialogue.greeting):
        return None
    walk = _Walk(ear, heard.said, heard.replies, sample.label, ended=heard.ended)
    return walk.counts()


class _Walk:
    """Weighs the ways through one dialogue."""

    def __init__(self, ear: Ear, said: Sequence[Said], replies: object, label: Label, *, ended: bool) -> None:
        self._grammar: Grammar = ear.grammar
        self._reader = ear.reader
        self._said = said
        self._replies = replies
        self._attempts = label.attempts
        self._ended = ended

    def counts(self) -> Counts | None:
        forward = self._forward()
        last = forward[-1]
        ends = {node: self._end(node) for node in last}
        total = sum(value * ends[node] for node, value in last.items())
        if not total:
            return None
        found: Counts = defaultdict(float)
        behind = {node: value / total for node, value in ends.items() if value}
        for node, value in behind.items():
            state = self._grammar.states[node[0]]
            if self._ended and state.phase != "over":
                found["end", situation_of(state), state.phase] += last[node] * value
        for place in range(len(self._said) - 1, -1, -1):
            behind = self._back(place, forward[place], behind, found)
        return found

    def _forward(self) -> list[dict[Node, float]]:
        live: dict[Node, float] = {(self._grammar.start, 0): 1.0}
        found = [live]
        for turn in self._said:
            ahead: dict[Node, float] = {}
            for node, value in live.items():
                for target, _, likely in self._steps(node, turn):
                    ahead[target] = ahead.get(target, 0.0) + value * likely
            most = max(ahead.values(), default=1.0)
            live = {node: value / most for node, value in ahead.items()}
            found.append(live)
        return found

    def _back(
        self, place: int, live: Mapping[Node, float], behind: Mapping[Node, float], found: Counts
    ) -> dict[Node, float]:
        turn = self._said[place]
        before: dict[Node, float] = {}
        weights: list[tuple[float, int, Edge]] = []
        for node, value in live.items():
            for target, edge, likely in self._steps(node, turn):
                if target in behind:
                    share = likely * behind[target]
                    before[node] = before.get(node, 0.0) + share
                    weights.append((value * share, node[0], edge))
        total = sum(weight for weight, _, _ in weights)
        for weight, state, edge in weights:
            self._note(found, weight / total, self._grammar.states[state], edge, turn)
        most = max(before.values())
        return {node: value / most for node, value in before.items()}

    def _note(self, found: Counts, share: float, state: State, edge: Edge, turn: Said) -> None:
        client, server = self._reader.meaning(edge, self._replies)  # type: ignore[arg-type]
        found[("turn", situation_of(state), state.phase, *edge.name)] += share
        if turn.client.exact:
            found["client", client, str(turn.client.least)] += share
        if turn.server and turn.server.exact:
            found["server", server, str(turn.server.least)] += share

    def _steps(self, node: Node, turn: Said) -> Iterator[tuple[Node, Edge, float]]:
        """Yield the turns that agree with the label."""
        said, reply = self._reader.words(turn, self._replies)
        state, begun = node
        for edge in self._grammar.edges[state]:
            likely = edge.weight * said[edge.client] * reply[edge.server]
            if likely and (target := self._agrees(state, edge, begun)) is not None:
                yield target, edge, likely

    def _agrees(self, state: int, edge: Edge, begun: int) -> Node | None:
        target = self._grammar.states[edge.target]
        if self._reader.client_symbol(edge) == QUESTION:
            return None
        if self._reader.client_symbol(edge).startswith(AUTH):
            begun += 1
            if begun > len(self._attempts) or not _is_form(self._attempts[begun - 1], self._grammar, target):
                return None
        ends = target.step < 0 and (self._grammar.states[state].step >= 0 or target.form >= 0)
        if ends and begun and target.result not in WANTED[self._attempts[begun - 1].outcome]:
            return None
        return edge.target, begun

    def _end(self, node: Node) -> float:
        state, begun = self._grammar.states[node[0]], node[1]
        if begun < len(self._attempts) or (state.step >= 0 and self._attempts[begun - 1].outcome is not None):
            return 0.0
        return self._grammar.ends[node[0]] if self._ended else 1.0


def _is_form(attempt: Attempt, grammar: Grammar, target: State) -> bool:
    form = grammar.forms[target.form]
    other = form.mechanism == "OTHER" and attempt.mechanism not in {each.mechanism for each in grammar.forms}
    return (form.mechanism == attempt.mechanism or other) and form.initial == attempt.initial
