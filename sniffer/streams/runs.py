"""A batch of segments becomes runs: neighbouring segments of one flow and direction, without a seam.

Sorting by a keyed hash of the endpoints brings each flow together and keeps its own order.  Segments
that say nothing (bare ACKs) go first, copies of the segment just before them (a span that shows every
frame twice) go next; what is left is joined where one segment begins at the byte at which the one
before it ended.  Python then handles runs, a handful for each turn of a dialogue, not segments.  And where a
watcher needs a number alone of a segment that continues what is known (``Glance``), not even runs.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass

import numpy as np

from sniffer.model import limits
from sniffer.model.frames import Ints
from sniffer.model.packets import FIN, RST, SYN, Packets, Words
from sniffer.streams.steady import Flags, Glance, in_step, sees_nothing, soon, until

_SECRET = np.array([secrets.randbits(64) | 1 for _ in range(4)], np.uint64)
"""Keys of the hash, new in each process, so that nobody can choose addresses that collide."""

MARKS = SYN | FIN | RST


@dataclass(frozen=True, slots=True)
class Runs:
    """Runs of a batch, flow by flow.

    Flow *f* has the key ``flow_key[f]`` and the runs from ``flow_first[f]`` up to ``flow_first[f + 1]``.  Run *r*
    is made of the segments from ``first[r]`` up to ``first[r + 1]``; the arrays have an entry a segment: its
    ``place`` in the batch, ``starts`` and ``stops`` of the captured payload.  The lists have an entry a run and
    tell of its first segment, except ``last_time`` (of its last copy).
    ``forward`` tells the two directions of a flow apart, the same way in each batch; ``plain`` is a run of
    nothing but payload, all of it captured.  From run *r* up to ``steady[r]``, which is *r* where there are none,
    each is one segment of which the number ``glance[r]`` tells all (``Glance``), goes on where its direction's last run
    in this batch ended, and had heard all of the other's.
    """

    flow_key: list[int]
    flow_first: list[int]
    first: list[int]
    forward: list[bool]
    plain: list[bool]
    sequence: list[int]
    acknowledged: list[int]
    flags: list[int]
    length: list[int]
    copies: list[int]
    time: list[int]
    last_time: list[int]
    start: list[int]
    stop: list[int]
    steady: list[int]
    glance: list[int]
    place: Ints
    starts: Ints
    stops: Ints


def runs(packets: Packets, glance: Glance = sees_nothing) -> Runs | None:
    """Sort and join the segments of a batch; None when none of them says anything."""
    places = np.flatnonzero((packets.length > 0) | (packets.flags & MARKS != 0))
    source = _endpoint(packets.source[places], packets.source_port[places])
    destination = _endpoint(packets.destination[places], packets.destination_port[places])
    key = source + destination
    by_flow = np.argsort(key, kind="stable")
    wanted = source != destination  # a host that speaks to itself on one port is forged
    by_flow = by_flow[wanted[by_flow]]
    if not len(by_flow):
        return None
    order, key = places[by_flow], key[by_flow]
    forward = (source > destination)[by_flow]
    copy = _copies(packets, order, key, forward)
    kept = np.flatnonzero(~copy)
    last_copy = np.append(kept[1:], len(order)) - 1
    return _joined(packets, order, kept, last_copy, key[kept], forward[kept], glance)


def _endpoint(address: Words, port: Ints) -> Words:
    """Hash one end: multiply and mix, as splitmix64 does, under a key of this process."""
    word = address[:, 0] * _SECRET[0] + address[:, 1] * _SECRET[1] + port.astype(np.uint64) * _SECRET[2]
    word = (word ^ (word >> np.uint64(30))) * _SECRET[3]
    mixed: Words = word ^ (word >> np.uint64(27))
    return mixed


def _same_as_before(time: Ints, key: Words, forward: Flags) -> Flags:
    """Say of each segment whether the one before it is of the same flow and direction, and not long ago."""
    same = np.zeros(len(key), np.bool_)
    same[1:] = (key[1:] == key[:-1]) & (forward[1:] == forward[:-1])
    same[1:] &= time[1:] - time[:-1] <= limits.CLOSED_LINGERS
    return same


def _copies(packets: Packets, order: Ints, key: Words, forward: Flags) -> Flags:
    """Find segments that repeat the one before them.

    Of SYNs each copy is wanted, for its hop count; and what follows the end of a connection is no part of it.
    """
    copy = _same_as_before(packets.time[order], key, forward)
    for column in (packets.sequence, packets.acknowledged, packets.length, packets.captured, packets.flags):
        ordered = column[order]
        copy[1:] &= ordered[1:] == ordered[:-1]
    copy &= packets.flags[order] & MARKS == 0
    return copy


def _joined(
    packets: Packets, sorted_places: Ints, kept: Ints, last_copy: Ints, key: Words, forward: Flags, glance: Glance
) -> Runs:
    """Join what has no seam.  Segments with copies stay alone, so that each copy can be counted."""
    order, copies = sorted_places[kept], last_copy - kept
    sequence, length, flags = packets.sequence[order], packets.length[order], packets.flags[order]
    plain = (flags & MARKS == 0) & (packets.captured[order] == length)
    acknowledged, time = packets.acknowledged[order], packets.time[order]
    joins = _same_as_before(time, key, forward)
    joins[1:] &= acknowledged[1:] == acknowledged[:-1]
    single = plain & (copies == 0)
    joins[1:] &= single[1:] & single[:-1] & (sequence[1:] == (sequence[:-1] + length[:-1]) & 0xFFFFFFFF)
    first = np.flatnonzero(~joins)
    last = np.append(first[1:], len(order)) - 1
    new_flow = np.ones(len(first), np.bool_)
    new_flow[1:] = key[first[1:]] != key[first[:-1]]
    flow_first = np.flatnonzero(new_flow)
    starts = packets.start[order]
    stops = starts + packets.captured[order]
    last_time = packets.time[sorted_places[last_copy[last]]]
    ends = np.where(plain[first], (sequence[last] + length[last]) & 0xFFFFFFFF, -1)
    goes_on = in_step(np.cumsum(new_flow), forward[first], sequence[first], ends, acknowledged[first])
    seen = np.flatnonzero(goes_on & single[first] & (first == last) & soon(time[first], last_time))
    numbers = np.full(len(first), -1, np.int64)
    numbers[seen] = glance(packets.data, starts[first[seen]], stops[first[seen]])
    return Runs(
        flow_key=key[first[flow_first]].tolist(),
        flow_first=[*flow_first.tolist(), len(first)],
        first=[*first.tolist(), len(order)],
        forward=forward[first].tolist(),
        plain=plain[first].tolist(),
        sequence=sequence[first].tolist(),
        acknowledged=acknowledged[first].tolist(),
        flags=flags[first].tolist(),
        length=length[first].tolist(),
        copies=copies[first].tolist(),
        time=time[first].tolist(),
        last_time=last_time.tolist(),
        start=starts[first].tolist(),
        stop=stops[first].tolist(),
        steady=until(numbers >= 0).tolist(),
        glance=numbers.tolist(),
        place=order,
        starts=starts,
        stops=stops,
    )
