"""Which runs of a batch only go on: of these a watcher may be told by number.

A dialogue in step alternates: each side says something, having heard all that the other had said.  Such runs lead from
one known place of both streams to the next; where the first does, all behind it do.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from sniffer.model import limits
from sniffer.model.frames import Ints

Flags = npt.NDArray[np.bool_]

Glance = Callable[[bytes, Ints, Ints], Ints]
"""Tells of segments, payloads ``data[starts[i]:stops[i]]``, what a watcher takes of each in place of its bytes, 0 or
more; -1 where it wants these."""


def sees_nothing(data: bytes, starts: Ints, stops: Ints) -> Ints:  # noqa: ARG001
    """Want the bytes of all segments: a ``Glance``."""
    return np.full(len(starts), -1, np.int64)


def in_step(flow: Ints, forward: Flags, sequence: Ints, ends: Ints, acknowledged: Ints) -> Flags:
    """Say of each run whether it goes on where its direction's last one ended, and heard all of the other's last.

    ``flow`` is a run's flow, whose runs are neighbours; ``ends`` is the sequence number behind a run, -1 where that is
    not to be built upon.
    """
    number = np.arange(len(flow))
    ahead, back = _last_before(number, forward), _last_before(number, ~forward)
    own, other = np.where(forward, ahead, back), np.where(forward, back, ahead)
    known = (own >= 0) & (other >= 0)
    known &= (flow[own] == flow) & (flow[other] == flow)
    goes_on: Flags = known & (ends[own] == sequence) & (ends[other] == acknowledged)
    return goes_on


def _last_before(number: Ints, chosen: Flags) -> Ints:
    """Return for each run the number of the last chosen one before it, -1 without one."""
    last = np.maximum.accumulate(np.where(chosen, number, -1))
    return np.append(np.int64(-1), last[:-1])


def soon(time: Ints, last_time: Ints) -> Flags:
    """Say of each run whether it came so soon behind the one before it that it begins no other connection."""
    near = np.zeros(len(time), np.bool_)
    near[1:] = time[1:] - last_time[:-1] <= limits.CLOSED_LINGERS
    return near


def until(chosen: Flags) -> Ints:
    """Return for each run the number of the first one, from it on, that is not chosen."""
    number = np.arange(len(chosen))
    ends: Ints = np.minimum.accumulate(np.where(chosen, len(chosen), number)[::-1])[::-1]
    return ends
