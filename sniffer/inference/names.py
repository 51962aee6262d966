"""Under which names clients asked for a server: the DNS answers seen on the wire."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from itertools import accumulate

from sniffer.model.facts import NameFact, SessionFact

Distance = tuple[bool, bool, int]
"""Of an answer from a session: somebody else's, after the session's start, and by how many microseconds."""


class _Answers:
    """All answers that told one name for one address: quickly asked for the nearest, as many clients ask the same."""

    def __init__(self, facts: Iterable[NameFact]) -> None:
        ordered = sorted(facts, key=lambda fact: fact.first)
        self.own: dict[str, list[NameFact]] = {}
        for fact in ordered:
            self.own.setdefault(fact.client, []).append(fact)
        self._firsts = [fact.first for fact in ordered]
        self._lasts = list(accumulate((fact.last for fact in ordered), max))

    def distance(self, session: SessionFact) -> Distance:
        """Return that of the answer nearest to a session: its client's own before others', earlier before later."""
        mine = self.own.get(session.client_ip)
        if mine:
            return min(_distance(each, session.start) for each in mine)
        before = bisect_right(self._firsts, session.start)
        if before:
            return True, False, max(session.start - self._lasts[before - 1], 0)
        return True, True, self._firsts[0] - session.start


class Names:
    """Knows the names of the addresses that mail went to."""

    def __init__(self, facts: Iterable[NameFact] = ()) -> None:
        """Take the DNS answers, in any order."""
        told: dict[str, dict[str, list[NameFact]]] = {}
        for each in facts:
            told.setdefault(each.address, {}).setdefault(each.name, []).append(each)
        self._of = {ip: {name: _Answers(each) for name, each in names.items()} for ip, names in told.items()}

    def asked(self, fact: SessionFact) -> tuple[str, ...]:
        """Return the names of a session's server, the likeliest first, each once.

        What the client asked for itself goes before what others asked for, what was answered before the session
        before what came later, and of those what was answered nearest to it.
        """
        answers = self._of.get(fact.server_ip)
        if not answers:
            return ()
        return tuple(name for _, name in sorted((each.distance(fact), name) for name, each in answers.items()))

    def own(self, fact: SessionFact) -> tuple[str, ...]:
        """Return the names that the client itself had been told by then."""
        told = self._of.get(fact.server_ip)
        if not told:
            return ()
        return tuple(
            sorted(
                name
                for name, each in told.items()
                if any(answer.first <= fact.start for answer in each.own.get(fact.client_ip, ()))
            )
        )


def _distance(answer: NameFact, start: int) -> Distance:
    after = answer.first > start
    return False, after, answer.first - start if after else max(start - answer.last, 0)
