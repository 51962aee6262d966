"""Which connections show both directions, and how much of what was acknowledged no frame showed.

A direction's ``front`` is how far its sender is known to be: by its own segments, and by what the other side has
acknowledged.  What lies between the front and the next thing that is known to exist is a hole; segments that come
later may fill it.  What is still a hole at the end, and was acknowledged, the capture has lost (as Zeek's capture-loss
counts it, but in bytes: a hole of one segment and one of a thousand are not the same).

A connection begins with a SYN of a new initial sequence number; others are joined late.  Batches are handled as
columns: only holes, and segments that may fill one, reach Python.  How frames are cut into batches changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from sniffer.model import limits
from sniffer.model.frames import Ints
from sniffer.model.packets import ACK, FIN, RST, SYN
from sniffer.model.survey_columns import Flags, Segments

SPACE, HALF = 1 << 32, 1 << 31
"""Of sequence numbers (RFC 9293 3.4)."""

FURTHEST = 1 << 30
"""Bytes ahead or behind at which a sequence number is not of this connection: the largest window (RFC 7323 2.3)."""

JOINED, UNHEARD, BEFORE = -1, -1, -(1 << 40)
"""A connection whose SYN was not seen; a direction of which nothing was acknowledged; a place before all others."""

NOT_YET = (1 << 30, -(1 << 30))
"""The lowest and highest number of a direction that was not seen."""

APART = 1 << 34
"""What keeps the places of one direction behind those of another when one maximum runs over all of them."""

Table = npt.NDArray[np.void]

ROW = np.dtype([
    ("key", "u8"), ("start", "i8"), ("source", "u8", 2), ("destination", "u8", 2), ("ports", "i4", 2),
    ("frames", "i8", 2), ("acking", "i8", 2), ("vlan", "i4", (2, 2)), ("origin", "i4", (2, 2)), ("said", "u1", 2),
    ("heard", "?", 2), ("front", "i8", 2), ("place", "i8", 2), ("acknowledged", "i8", 2), ("lost", "i8", 2),
    ("holed", "?", 2),
])  # fmt: skip
"""A connection.  Pairs are of the direction that ``Segments.backward`` says no to, and of the other.

``source`` and ``ports[0]`` are the sender's of the first of these.  ``start`` is which SYN it began with, ``frames``
its segments, ``acking`` those with ACK that do not reset; ``vlan`` and ``origin`` are the lowest and highest number
seen in each direction: where they differ it has several.  ``front`` is a sequence number, ``place`` how many bytes
behind the beginning it lies, ``acknowledged`` the farthest place that was; ``lost`` are bytes of holes that are given
up.
"""


@dataclass(slots=True)
class _Groups:
    """The segments of a batch by connection: sorted, where each group begins, its row, and each segment's group."""

    segments: Segments
    first: Ints
    rows: Ints
    group: Ints


class Coverage:
    """Follows connections, a sample of them when they are too many: of ``sampled`` one."""

    def __init__(self, most: int = limits.SURVEYED) -> None:
        self._most = most
        self._table = np.zeros(1024, ROW)
        self._count = 0
        self._newest: dict[int, int] = {}
        self._holes: dict[int, list[tuple[int, int]]] = {}
        self.sampled = 1

    @property
    def rows(self) -> Table:
        """Return the connections so far, in the order of their first segments."""
        return self._table[: self._count]

    def feed(self, segments: Segments) -> None:
        """Take a batch."""
        if self.sampled > 1:
            segments = segments.take(segments.key & np.uint64(self.sampled - 1) == 0)
        if not len(segments):
            return
        groups = self._grouped(segments)
        self._count_segments(groups)
        self._follow(groups)
        while self._count > self._most:
            self._thin_out()

    def lost(self) -> Ints:
        """Return the bytes that were acknowledged and never seen, by row and direction."""
        found: Ints = self.rows["lost"].copy()
        for direction, holes in self._holes.items():
            row, side = divmod(direction, 2)
            known = int(self._table["acknowledged"][row, side])
            found[row, side] += sum(min(end, known) - begin for begin, end in holes if begin < known)
        return found

    def _grouped(self, segments: Segments) -> _Groups:
        """Sort segments by connection and find or make the row of each."""
        order = np.argsort(segments.key, kind="stable")
        by_key = Segments(*(getattr(segments, name)[order] for name in Segments.__slots__))
        change = np.append(True, by_key.key[1:] != by_key.key[:-1])
        first = np.flatnonzero(change)
        keys = by_key.key[first].tolist()
        known = np.fromiter((self._newest.get(key, -1) for key in keys), np.int64, len(keys))
        start = _starts(by_key)
        fresh = self._fresh(by_key, start, known[np.cumsum(change) - 1])
        begins = change | fresh
        first = np.flatnonzero(begins)
        group = np.cumsum(begins) - 1
        rows = known[(np.cumsum(change) - 1)[first]]
        new = fresh[first] | (rows < 0)
        rows[new] = self._count + np.arange(int(new.sum()))
        self._add(by_key, first[new], start)
        self._newest.update(zip(by_key.key[first].tolist(), rows.tolist(), strict=True))
        return _Groups(by_key, first, rows, group)

    def _fresh(self, segments: Segments, start: Ints, known: Ints) -> Flags:
        """Say which SYNs begin a connection: those of another number than the SYN before, on the same ends."""
        fresh = np.zeros(len(segments), np.bool_)
        opens = np.flatnonzero(start != JOINED)
        if not len(opens):
            return fresh
        before = np.append(JOINED, start[opens[:-1]])
        other = np.append(True, segments.key[opens[1:]] != segments.key[opens[:-1]])
        rows = known[opens]
        before = np.where(other, np.where(rows >= 0, self._table["start"][np.maximum(rows, 0)], JOINED), before)
        fresh[opens] = start[opens] != before
        return fresh

    def _add(self, segments: Segments, first: Ints, start: Ints) -> None:
        """Make rows of connections, each from its first segment."""
        end = self._count + len(first)
        if end > len(self._table):
            larger = np.zeros(max(end, 2 * len(self._table)), ROW)
            larger[: self._count] = self.rows
            self._table = larger
        rows = self._table[self._count : end]
        rows[:] = np.zeros(1, ROW)
        back = segments.backward[first]
        rows["key"], rows["start"] = segments.key[first], start[first]
        swapped, ends = back[:, None], (segments.source[first], segments.destination[first])
        rows["source"], rows["destination"] = np.where(swapped, ends[1], ends[0]), np.where(swapped, ends[0], ends[1])
        ports = np.stack([segments.source_port[first], segments.destination_port[first]], axis=1)
        rows["ports"] = np.where(swapped, ports[:, ::-1], ports)
        rows["vlan"], rows["origin"], rows["acknowledged"] = NOT_YET, NOT_YET, UNHEARD
        self._count = end

    def _count_segments(self, groups: _Groups) -> None:
        """Count what each direction showed."""
        segments, rows = groups.segments, groups.rows
        side = groups.group * 2 + segments.backward
        acking = segments.flags & (ACK | RST) == ACK
        for name, chosen in (("frames", side), ("acking", side[acking])):
            self._table[name][rows] += np.bincount(chosen, minlength=2 * len(rows)).reshape(-1, 2)
        self._note_places(rows, side, segments)
        says = np.flatnonzero(segments.said)
        direction = rows[groups.group[says]], segments.backward[says].astype(np.int64)
        np.bitwise_or.at(self._table["said"], direction, segments.said[says].astype(np.uint8))

    def _note_places(self, rows: Ints, side: Ints, segments: Segments) -> None:
        """Note in which VLANs, and in which files or on which interfaces, each direction was seen."""
        order = np.argsort(side, kind="stable")
        ordered = side[order]
        first = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1]))
        direction = rows[ordered[first] // 2], ordered[first] % 2
        for name, values in (("vlan", segments.vlan[order]), ("origin", segments.origin[order])):
            column = self._table[name]
            for end, extreme in enumerate((np.minimum, np.maximum)):
                place = (*direction, np.full(len(first), end))
                column[place] = extreme(column[place], extreme.reduceat(values, first))

    def _follow(self, groups: _Groups) -> None:
        """Move the fronts on, and note what they leave behind them."""
        events = _events(groups)
        if events is None:
            return
        direction, begin, length, tells = events
        change = np.append(True, direction[1:] != direction[:-1])
        first, group = np.flatnonzero(change), np.cumsum(change) - 1
        sides = direction[first]
        row, side = sides // 2, sides % 2
        table = self._table
        origin = np.where(table["heard"][row, side], table["front"][row, side], begin[first])
        before = table["place"][row, side]
        ahead = (begin - origin[group] + HALF) % SPACE - HALF
        valid = np.abs(ahead) < FURTHEST
        reach = np.where(valid, np.maximum(ahead + length, 0), 0)
        front = np.maximum.accumulate(reach + group * APART) - group * APART
        known = np.append(0, front[:-1])
        known[first] = 0
        top = front[np.append(first[1:], len(front)) - 1]
        self._note_holes(
            _Moves(sides, group, before, ahead, length, known, top, valid, tells), np.add.reduceat(tells, first) > 0
        )
        acknowledged = np.maximum.reduceat(np.where(valid & ~tells, ahead, BEFORE), first) + before
        table["heard"][row, side] = True
        table["front"][row, side] = (origin + top) % SPACE
        table["place"][row, side] = before + top
        table["acknowledged"][row, side] = np.maximum(table["acknowledged"][row, side], acknowledged)

    def _note_holes(self, moves: _Moves, told: Flags) -> None:
        """Open and fill holes; ``told`` are directions of which there are segments, not only acknowledgements."""
        jumps = moves.valid & (moves.ahead > moves.known)
        group = moves.group
        only = np.flatnonzero(~told & (np.bincount(group[jumps], minlength=len(told)) > 0))
        for each in only.tolist():  # of these the holes join
            self._open(int(moves.sides[each]), int(moves.before[each]), int(moves.before[each] + moves.top[each]))
        holed = self._table["holed"][moves.sides // 2, moves.sides % 2]
        holed |= np.bincount(group[jumps], minlength=len(told)) > 0
        old = moves.valid & moves.tells & (moves.length > 0) & (moves.ahead < moves.known) & holed[group]
        chosen = np.flatnonzero((jumps | old) & told[group])
        place = moves.before[group[chosen]]
        begin, known = place + moves.ahead[chosen], place + moves.known[chosen]
        columns = (moves.sides[group[chosen]], jumps[chosen], begin, known, begin + moves.length[chosen])
        for direction, jump, start, front, end in zip(*(column.tolist() for column in columns), strict=True):
            if jump:
                self._open(direction, front, start)
            else:
                self._fill(direction, start, end)

    def _open(self, direction: int, begin: int, end: int) -> None:
        holes = self._holes.setdefault(direction, [])
        self._table["holed"][direction // 2, direction % 2] = True
        if holes and holes[-1][1] == begin:
            holes[-1] = holes[-1][0], end
            return
        holes.append((begin, end))
        if len(holes) > limits.SURVEYED_HOLES:
            begin, end = holes.pop(0)
            self._table["lost"][direction // 2, direction % 2] += end - begin

    def _fill(self, direction: int, begin: int, end: int) -> None:
        holes = self._holes.get(direction, [])
        if any(start < end and begin < stop for start, stop in holes):
            parts = [part for start, stop in holes for part in ((start, min(stop, begin)), (max(start, end), stop))]
            self._holes[direction] = [(start, stop) for start, stop in parts if start < stop]

    def _thin_out(self) -> None:
        """Follow half as many connections, chosen by their key, so that those that stay were followed all along."""
        self.sampled *= 2
        kept = np.flatnonzero(self.rows["key"] & np.uint64(self.sampled - 1) == 0)
        place = np.full(self._count, -1, np.int64)
        place[kept] = np.arange(len(kept))
        self._table[: len(kept)] = self.rows[kept]
        self._count = len(kept)
        self._newest = {key: int(place[row]) for key, row in self._newest.items() if place[row] >= 0}
        self._holes = {
            int(place[direction // 2]) * 2 + direction % 2: holes
            for direction, holes in self._holes.items()
            if place[direction // 2] >= 0
        }


@dataclass(slots=True)
class _Moves:
    """What happens to fronts in a batch: for each direction its number and place, for each event the rest.

    ``ahead`` and ``known`` are where it begins and where the front was, from the front before the batch.
    """

    sides: Ints
    group: Ints
    before: Ints
    ahead: Ints
    length: Ints
    known: Ints
    top: Ints
    valid: Flags
    tells: Flags


def _starts(segments: Segments) -> Ints:
    """Return which connection a SYN is of: its client's direction and first number, which the answer repeats."""
    opens = segments.flags & (SYN | RST) == SYN
    answers = segments.flags & ACK != 0
    number = np.where(answers, segments.acknowledged, (segments.sequence + 1) % SPACE)
    return np.where(opens, number + SPACE * (segments.backward ^ answers), JOINED)


def _events(groups: _Groups) -> tuple[Ints, Ints, Ints, Flags] | None:
    """Return what tells of fronts, by direction and time: the direction, a sequence number, bytes, and by what.

    A segment tells of its sender's front, an acknowledgement of the other's.  SYN and FIN take a number each.
    """
    segments = groups.segments
    fine = np.flatnonzero(segments.flags & RST == 0)
    if not len(fine):
        return None
    flags, back = segments.flags[fine], segments.backward[fine].astype(np.int64)
    own = groups.rows[groups.group[fine]] * 2 + back
    syn, fin = (flags & SYN != 0).astype(np.int64), (flags & FIN != 0).astype(np.int64)
    acks = flags & ACK != 0
    direction, begin = _paired(own, own ^ 1), _paired(segments.sequence[fine] + syn, segments.acknowledged[fine])
    length = _paired(segments.length[fine] + fin, np.zeros(len(fine), np.int64))
    tells = _paired(np.ones(len(fine), np.bool_), np.zeros(len(fine), np.bool_))
    counts = np.flatnonzero(_paired(np.ones(len(fine), np.bool_), acks))
    order = counts[np.argsort(direction[counts], kind="stable")]
    return direction[order], begin[order], length[order], tells[order]


def _paired(one: npt.NDArray[Any], other: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return one and other in turns."""
    return np.stack([one, other], axis=1).ravel()
