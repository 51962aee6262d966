"""Under which names clients asked for a server: the DNS answers seen on the wire."""

from __future__ import annotations

from collections.abc import Iterable

from sniffer.model.facts import NameFact, SessionFact


class Names:
    """Knows the names of the addresses that mail went to."""

    def __init__(self, facts: Iterable[NameFact] = ()) -> None:
        """Take the DNS answers, in any order."""
        self._of: dict[str, list[NameFact]] = {}
        for each in facts:
            self._of.setdefault(each.address, []).append(each)

    def asked(self, fact: SessionFact) -> tuple[str, ...]:
        """Return the names of a session's server, the likeliest first, each once.

        What the client asked for itself goes before what others asked for, what was answered before the session
        before what came later, and of those what was answered nearest to it.
        """
        answers = self._of.get(fact.server_ip)
        if not answers:
            return ()
        return tuple(dict.fromkeys(each.name for each in sorted(answers, key=lambda each: _distance(each, fact))))

    def own(self, fact: SessionFact) -> tuple[str, ...]:
        """Return the names that the client itself had been told by then."""
        answers = self._of.get(fact.server_ip, ())
        mine = (each.name for each in answers if each.client == fact.client_ip and each.first <= fact.start)
        return tuple(sorted(set(mine)))


def _distance(answer: NameFact, fact: SessionFact) -> tuple[bool, bool, int, str]:
    after = answer.first > fact.start
    away = answer.first - fact.start if after else max(fact.start - answer.last, 0)
    return answer.client != fact.client_ip, after, away, answer.name
