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
from sniffer.model.frames import Frames, Origin
from sniffer.sources.problems import CaptureError


class Batches(Protocol):
    """Anything that gives batches, and raises ``CaptureError`` behind the last it can read."""

    def batches(self) -> Iterator[Frames]:
        """Give its frames."""


class _Open:
    """A capture being read, with the part of its present batch that has not been given yet."""

    def __init__(self, capture: Batches, problems: list[CaptureError]) -> None:
        self._batches = capture.batches()
        self._problems = problems
        self.frames: Frames | None = None
        self.turn()

    def turn(self) -> None:
        """Take the next batch, or None at the end; a problem ends it too, and is noted."""
        try:
            self.frames = next(self._batches, None)
        except CaptureError as problem:
            self._problems.append(problem)
            self.frames = None

    def until(self, horizon: int | None) -> Frames | None:
        """Give up what was captured at or before ``horizon``; None means all."""
        frames = self.frames
        if frames is None or horizon is None:
            self.turn()
            return frames
        late = np.flatnonzero(frames.time > horizon)
        count = int(late[0]) if len(late) else len(frames)
        if count == len(frames):
            self.turn()
            return frames
        self.frames = frames.part(count, len(frames))
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
        while waiting and len(reading) < limits.OPEN_FILES and waiting[0][0] <= _last_time(reading):
            reading.append(_Open(heapq.heappop(waiting)[2], problems))
        reading = [each for each in reading if each.frames is not None]
        if reading:
            yield from _slice(reading)


def _last_time(reading: list[_Open]) -> int:
    return max((int(each.frames.time.max()) for each in reading if each.frames is not None), default=-1)


def _slice(reading: list[_Open]) -> Iterator[Frames]:
    """Give what no other capture can precede: all up to the earliest end of the present batches."""
    if len(reading) == 1:
        horizon = None
    else:
        horizon = min(int(each.frames.time.max()) for each in reading if each.frames is not None)
    parts = [part for each in reading if (part := each.until(horizon))]
    if len(parts) == 1:
        yield parts[0]
    elif parts:
        yield _joined(parts)


def _joined(parts: list[Frames]) -> Frames:
    """Join batches into one, sorted by time; frames of equal time keep the order of their captures."""
    place, shift = 0, []
    origins: list[Origin] = []
    for part in parts:
        shift.append(place)
        place += len(part.data)
        origins.extend(part.origins)
    time = np.concatenate([part.time for part in parts])
    order = np.argsort(time, kind="stable")
    first_origin = np.cumsum([0] + [len(part.origins) for part in parts[:-1]])
    columns = {
        "offset": np.concatenate([part.offset + add for part, add in zip(parts, shift, strict=True)]),
        "length": np.concatenate([part.length for part in parts]),
        "link": np.concatenate([part.link for part in parts]),
        "origin": np.concatenate([part.origin + add for part, add in zip(parts, first_origin, strict=True)]),
    }
    ordered = {name: column[order] for name, column in columns.items()}
    data = b"".join(part.data for part in parts)
    return Frames(data=data, time=time[order], origins=tuple(origins), **ordered)
