"""The shape of a dialogue inside TLS: how long the encrypted records are, who sent them, when, and in answer to what.

Nothing of their content is kept.  A capture may show the two directions out of step (a span port delays one of them,
or a segment comes again).  So each side is gathered by itself, with what it had heard of the other when it spoke, which
TCP's acknowledgements tell; both are put together when they are asked for, each record as early as its cause allows.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise
from operator import attrgetter, itemgetter

from msgspec import Struct

from sniffer.model import limits
from sniffer.model.facts import Cut, HalfTurn, ShapeFact
from sniffer.protocols.tls_records import HEADER

SERVER, CLIENT = False, True

MOST_SAID = limits.HALF_TURNS // 2
"""Utterances kept of a side: in a dialogue the two take turns."""

HEADER_OCTETS = HEADER.size

FIN = 1
"""What the end of a stream adds to an acknowledgement of all its bytes (RFC 9293 3.4)."""


class _Utterance(Struct, gc=False):
    """Records that a side sent on end, while it had heard the other side up to the place ``heard``.

    ``ended`` is the place where the first of them ended: who heard less had heard none of them.
    """

    heard: int
    ended: int
    first: int
    last: int
    lengths: list[int]
    more: int = 0
    more_octets: int = 0

    def add(self, length: int, time: int) -> None:
        self.last = time
        if len(self.lengths) < limits.HALF_TURN_RECORDS:
            self.lengths.append(length)
        else:
            self.more += 1
            self.more_octets += length


class Shape:
    """Gathers the encrypted records of both sides.

    ``heard`` counts the bytes of each side since TLS began, whole records or not: these are the places meant here.
    ``full`` says that nothing more is taken, of either side.
    """

    __slots__ = ("_captured", "_cut", "_end", "_in_step", "_said", "_torn", "full", "heard")

    def __init__(self) -> None:
        self._said: tuple[list[_Utterance], list[_Utterance]] = ([], [])
        self._captured: list[tuple[bool, _Utterance]] = []
        self._cut: list[Cut | None] = [None, None]
        self._end = [0, 0]
        self._torn = [False, False]
        self._in_step = True
        self.full = False
        self.heard = [0, 0]

    def add(self, from_client: bool, length: int, time: int, ended: int, heard: int) -> None:
        """Take a record of ``length`` bytes up to a place, whose sender had heard the other side to ``heard``."""
        if self._cut[from_client]:
            return
        said = self._said[from_client]
        if heard != self.heard[not from_client]:
            self._in_step = False
        if said and said[-1].heard > heard:
            _unhear(said, heard)
        if not said or said[-1].heard < heard:
            cut = "limit" if len(said) == MOST_SAID else self._cut[not from_client]
            if cut is not None and (len(said) == MOST_SAID or heard > self._seen(not from_client)):
                self._stop(from_client, ended - length - HEADER_OCTETS, cut)
                return
            said.append(_Utterance(heard, ended, time, time, [length]))
            self._captured.append((from_client, said[-1]))
        else:
            said[-1].add(length, time)

    def skim(self, from_client: Sequence[bool], lengths: Sequence[int], times: Sequence[int]) -> int:
        """Take records whose senders had heard all, until it is full; return how many were taken."""
        heard, captured, free = self.heard, self._captured, self._cut == [None, None]
        for number, (side, length, time) in enumerate(zip(from_client, lengths, times, strict=True), 1):
            ended = heard[side] = heard[side] + HEADER_OCTETS + length
            said, others = self._said[side], heard[not side]
            if free and said and said[-1].heard < others and len(said) < MOST_SAID:  # as nearly always: it answers
                utterance = _Utterance(others, ended, time, time, [length])
                said.append(utterance)
                captured.append((side, utterance))
                continue
            self.add(side, length, time, ended, others)
            free = self._cut == [None, None]
            if self.full:
                return number
        return len(lengths)

    def stop(self, from_client: bool, place: int, why: Cut) -> None:
        """Take no more of a side from a place on; what came before stays."""
        if not self._cut[from_client]:
            self._torn[from_client] = why == "gap"
            self._stop(from_client, place, why)

    def _stop(self, from_client: bool, place: int, why: Cut) -> None:
        if not self._cut[from_client]:
            self._cut[from_client], self._end[from_client] = why, place
            self.full = None not in self._cut

    def fact(self, start: int = 0) -> ShapeFact | None:
        """Return the half-turns, as far as all that they answer was seen, timed from ``start`` on; None without any.

        Where each had heard all that was captured before it, the capture's order is that of causes.
        """
        if self._in_step and self._cut == [None, None]:
            found = tuple(self._as_captured(start))
            return ShapeFact(found) if found else None
        turns = _Turns((self._whole(SERVER), self._whole(CLIENT)), (self._seen(SERVER), self._seen(CLIENT)))
        cut = self._cut[CLIENT] or self._cut[SERVER] or ("gap" if turns.left else None)
        found = tuple(turns.facts(start))
        return ShapeFact(found, cut) if found else None

    def _as_captured(self, start: int) -> Iterator[HalfTurn]:
        """Give the half-turns by the capture's order: the utterances of one side on end together."""
        captured = self._captured
        if all(before[0] is not each[0] for before, each in pairwise(captured)):
            for side, said in captured:
                yield _of_one(side, said, start)
        else:
            for side, several in groupby(captured, key=itemgetter(0)):
                yield _half_turn(side, [each for _, each in several], start)

    def _whole(self, from_client: bool) -> list[_Utterance]:
        """Return a side's utterances, without one of several records that a gap may have cut short.

        Who sends a reply of many lines, or a command, as many records may have sent more of them.  Who goes on when
        just that was heard had waited for no more.
        """
        said, end = self._said[from_client], self._end[from_client]
        torn = self._torn[from_client] and bool(said) and len(said[-1].lengths) > 1
        if not torn or any(each.heard == end for each in self._said[not from_client]):
            return said
        return said[:-1]

    def _seen(self, from_client: bool) -> int:
        """Return the last place of a side that can have been heard with nothing before it missing here."""
        return (self._end if self._cut[from_client] else self.heard)[from_client] + FIN


def _unhear(said: Sequence[_Utterance], heard: int) -> None:
    """Take back what was heard: a side had not heard more before, a segment sent again acknowledges what is newer."""
    for each in reversed(said):
        if each.heard <= heard:
            break
        each.heard = heard


def _half_turn(from_client: bool, said: Sequence[_Utterance], start: int) -> HalfTurn:
    """Return utterances of one side on end as a half-turn."""
    if len(said) == 1:
        return _of_one(from_client, said[0], start)
    lengths = [length for each in said for length in each.lengths]
    beyond = lengths[limits.HALF_TURN_RECORDS :]
    return HalfTurn(
        from_client=from_client,
        first=said[0].first - start,
        last=said[-1].last - start,
        lengths=tuple(lengths[: limits.HALF_TURN_RECORDS]),
        more=len(beyond) + sum(each.more for each in said),
        more_octets=sum(beyond) + sum(each.more_octets for each in said),
    )


def _of_one(from_client: bool, said: _Utterance, start: int) -> HalfTurn:
    """Return one utterance as a half-turn."""
    return HalfTurn(
        from_client, said.first - start, said.last - start, tuple(said.lengths), said.more, said.more_octets
    )


class _Turns:
    """Puts utterances in the order of their causes.

    Each gets the first turn that is not before its side's last and is behind what it answers.  Turns with even numbers
    are the server's, which speaks first where nothing tells.  ``left`` says that some answer what was not seen.
    """

    def __init__(self, said: tuple[list[_Utterance], list[_Utterance]], seen: tuple[int, int]) -> None:
        self._said = said
        self._seen = seen
        self._numbers: tuple[list[int], list[int]] = ([], [])
        self._turns: dict[int, list[_Utterance]] = {}
        while (side := self._next()) is not None:
            self._put(side)
        self.left = any(len(self._numbers[side]) < len(said[side]) for side in (SERVER, CLIENT))

    def facts(self, start: int) -> Iterator[HalfTurn]:
        """Give the half-turns, timed from ``start`` on."""
        for number, said in sorted(self._turns.items()):
            yield _half_turn(bool(number % 2), said, start)

    def _next(self) -> bool | None:
        """Return the side whose next utterance can be put; None when there is none.

        Acknowledgements that contradict each other (of segments that were merged on their way) prove nothing: then
        the capture's order holds.
        """
        due = {
            side: said[len(self._numbers[side])]
            for side, said in zip((SERVER, CLIENT), self._said, strict=True)
            if len(self._numbers[side]) < len(said) and said[len(self._numbers[side])].heard <= self._seen[not side]
        }
        for side, each in due.items():
            if self._answered(side, each) <= len(self._numbers[not side]):
                return side
        return min(due, key=lambda side: due[side].first) if len(due) == len((SERVER, CLIENT)) else None

    def _put(self, side: bool) -> None:
        own, others = self._numbers[side], self._numbers[not side]
        each = self._said[side][len(own)]
        answered = min(self._answered(side, each), len(others))
        number = max(own[-1] if own else int(side), others[answered - 1] + 1 if answered else 0)
        own.append(number)
        self._turns.setdefault(number, []).append(each)

    def _answered(self, side: bool, each: _Utterance) -> int:
        """Return how many of the other side's utterances were heard, at least in part."""
        return bisect_right(self._said[not side], each.heard, key=attrgetter("ended"))
