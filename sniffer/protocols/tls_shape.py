"""The shape of a dialogue inside TLS: how long the encrypted records are, who sent them, when, and in answer to what.

Nothing of their content is kept.  A capture may show the two directions out of step (a span port delays one of them,
or a segment comes again): what a side had heard when it spoke, which TCP's acknowledgements tell, puts a record where
it belongs.
"""

from __future__ import annotations

from sniffer.model import limits
from sniffer.model.facts import Cut, HalfTurn, ShapeFact


class _Half:
    """A half-turn under way.  ``opened`` and ``ended`` are places in its side's stream.

    ``owed`` are bytes that must have been here, since the other side has answered them, and are yet to come.
    """

    __slots__ = ("ended", "first", "from_client", "last", "lengths", "more", "more_octets", "opened", "owed")

    def __init__(self, from_client: bool, opened: int, owed: int = 0) -> None:
        self.from_client = from_client
        self.opened = self.ended = opened
        self.owed = owed
        self.first = self.last = 0
        self.lengths: list[int] = []
        self.more = self.more_octets = 0

    def add(self, length: int, time: int, ended: int) -> None:
        if not self.lengths:
            self.first = time
        self.last, self.ended = time, ended
        if len(self.lengths) < limits.HALF_TURN_RECORDS:
            self.lengths.append(length)
        else:
            self.more += 1
            self.more_octets += length

    def fact(self) -> HalfTurn:
        return HalfTurn(self.from_client, self.first, self.last, tuple(self.lengths), self.more, self.more_octets)


class Shape:
    """Gathers the encrypted records of both sides into half-turns.

    ``heard`` counts the bytes of each side since TLS began, whole records or not; ``full`` says that nothing more is
    taken.
    """

    __slots__ = ("_cut", "_halves", "_owing", "full", "heard")

    def __init__(self) -> None:
        self._halves: list[_Half] = []
        self._owing: list[_Half] = []
        self._cut: Cut | None = None
        self.heard = [0, 0]
        self.full = False

    def add(self, from_client: bool, length: int, time: int, ended: int, behind: int) -> None:
        """Take a record of ``length`` bytes that ends at the place ``ended`` of its side's stream.

        ``time`` and ``behind`` as in ``Watcher.receive``.
        """
        if self.full:
            return
        half = self._belongs(from_client, ended, behind)
        if half is None:
            self.stop("limit")
            return
        half.add(length, time, ended)

    def stop(self, why: Cut) -> None:
        """End the taking; what came before stays."""
        if not self.full:
            self._cut, self.full = why, True

    def fact(self) -> ShapeFact | None:
        """Return the half-turns up to the first that is not whole; None without any."""
        halves, cut = self._halves, self._cut
        for place, half in enumerate(halves):
            if half.owed:
                halves, cut = halves[:place], "gap"
                break
        return ShapeFact(tuple(half.fact() for half in halves), cut) if halves else None

    def _belongs(self, from_client: bool, ended: int, behind: int) -> _Half | None:
        """Return the half-turn that a record belongs to; None when there are too many."""
        if self._owing and self._owing[0].from_client is from_client:
            return self._pay(self._owing[0], ended)
        last = self._halves[-1] if self._halves else None
        if behind < 0 and (last is None or last.from_client is from_client):
            self._owing.append(_Half(not from_client, self.heard[not from_client], -behind))
            self._halves.append(self._owing[-1])
        elif last is not None and last.from_client is from_client:
            return last
        elif last is not None and len(self._halves) > 1 and behind >= self.heard[not from_client] - last.opened > 0:
            return self._halves[-2]  # said before a word of the last half-turn was heard
        if len(self._halves) >= limits.HALF_TURNS:
            return None
        self._halves.append(_Half(from_client, self.heard[from_client]))
        return self._halves[-1]

    def _pay(self, half: _Half, ended: int) -> _Half:
        """Put a record where its answer came before it."""
        half.owed = max(half.owed - (ended - half.ended), 0)
        if not half.owed:
            self._owing.remove(half)
        return half
