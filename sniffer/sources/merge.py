"""Many captures of one sensor become one, in time order.

Files of a ring buffer follow each other, and pass through as they are.  Files whose times overlap (the
two directions of a tap, two interfaces) are read side by side: the part of each batch that no other
file can precede is merged by time.  A file is opened when its time comes.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from typing import Protocol

import numpy as np

from sniffer.model import limits
from sniffer.model.frames import Frames
from sniffer.sources.joining import in_order, joined, trimmed
from sniffer.sources.problems import CaptureError

FOREVER = 1 << 62
"""Microseconds behind every time that a capture can have."""


class Batches(Protocol):
    """Anything that gives batches, and raises ``CaptureError`` behind the last it can read."""

    def batches(self) -> Iterator[Frames]:
        """Give its frames."""


class _Open:
    """A capture being read: the frames that have not been given yet, and whether there are more behind them."""

    def __init__(self, capture: Batches, problems: list[CaptureError]) -> None:
        self._batches = capture.batches()
        self._problems = problems
        self.ended = False
        self.frames: Frames | None = None
        self.more()

    def more(self) -> None:
        """Take the next batch behind what is left; a problem ends the capture too, and is noted."""
        try:
            following = next(self._batches, None)
        except CaptureError as problem:
            self._problems.append(problem)
            following = None
        self.ended = following is None
        if self.frames is None:
            self.frames = following
        elif following is not None:
            self.frames = joined([trimmed(self.frames), following])

    def last(self) -> int:
        """Return the latest time at hand."""
        return int(self.frames.time.max()) if self.frames is not None else -1

    def before(self, time: int) -> Frames | None:
        """Give up what was captured before a time."""
        frames = self.frames
        if frames is None:
            return None
        late = np.flatnonzero(frames.time >= time)
        count = int(late[0]) if len(late) else len(frames)
        self.frames = frames.part(count, len(frames)) if count < len(frames) else None
        return frames.part(0, count) if count else None


def merged(captures: Sequence[tuple[int | None, Batches]], problems: list[CaptureError]) -> Iterator[Frames]:
    """Give the frames of all captures of a sensor in time order.

    ``captures`` are (time of the first frame in microseconds, capture); without a time a capture is
    read from the start.  What goes wrong is put into ``problems``, the rest goes on.
    """
    waiting = [(time if time is not None else -1, place, each) for place, (time, each) in enumerate(captures)]
    heapq.heapify(waiting)
    reading: list[_Open] = []
    while waiting or reading:
        if not reading:
            reading.append(_Open(heapq.heappop(waiting)[2], problems))
        while waiting and waiting[0][0] <= _last_time(reading):
            if len(reading) >= limits.OPEN_FILES:
                _note_disorder(problems)
                break
            reading.append(_Open(heapq.heappop(waiting)[2], problems))
        yield from _slice(reading)
        reading = [each for each in reading if each.frames is not None]


def _note_disorder(problems: list[CaptureError]) -> None:
    problem = f"more than {limits.OPEN_FILES} of them overlap in time: their frames may be out of order"
    note = CaptureError("these captures", problem, "give each capture point a --sensor of its own")
    if str(note) not in map(str, problems):
        problems.append(note)


def _last_time(reading: list[_Open]) -> int:
    return max((each.last() for each in reading), default=-1)


def _slice(reading: list[_Open]) -> Iterator[Frames]:
    """Give what no other capture can precede or equal: all before the earliest end of those that go on.

    Frames of equal time come in the order of their captures, wherever a batch ends between them.
    """
    horizon = min((each.last() for each in reading if not each.ended and len(reading) > 1), default=None)
    if horizon is not None and any(len(each.frames or ()) > limits.EQUAL_TIMES for each in reading):
        horizon += 1
    parts = [part for each in reading if (part := each.before(FOREVER if horizon is None else horizon))]
    if len(parts) == 1:
        yield parts[0]
    elif parts:
        yield in_order(joined(parts))
    for each in reading:
        if not each.ended and (horizon is None or each.last() <= horizon):
            each.more()
