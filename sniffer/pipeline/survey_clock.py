"""The clock of each file or interface, watched in the order in which it gives its frames."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sniffer.model.frames import Frames, Ints
from sniffer.model.survey import Clock
from sniffer.sources.merge import Batches

GRAINS = (1_000_000, 1000, 1)
"""Microseconds: what clocks count in."""


class ClockWatch:
    """Watches the times of one capture."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._frames = 0
        self._first = self._last = 0
        self._backwards = self._furthest = self._silence = 0
        self._grain = 0

    @property
    def clock(self) -> Clock:
        """Return what was seen."""
        return Clock(
            self.name, self._frames, self._first, self._last, self._backwards, self._furthest, self._silence,
            GRAINS[self._grain],
        )  # fmt: skip

    def feed(self, time: Ints) -> None:
        """Take the times of a batch."""
        if not len(time):
            return
        self._first = self._first if self._frames else int(time[0])
        steps = np.diff(time, prepend=time[0] if not self._frames else self._last)
        self._backwards += int((steps < 0).sum())
        self._furthest = max(self._furthest, -int(steps.min()))
        self._silence = max(self._silence, int(steps.max()))
        self._frames += len(time)
        self._last = int(time[-1])
        while (time % GRAINS[self._grain]).any():
            self._grain += 1

    def watched(self, capture: Batches) -> Watched:
        """Return the same capture, watched as it is read."""
        return Watched(capture, self)


class Watched:
    """A capture whose clock is watched."""

    def __init__(self, capture: Batches, watch: ClockWatch) -> None:
        self._capture = capture
        self._watch = watch

    def batches(self) -> Iterator[Frames]:
        """Give its frames."""
        for frames in self._capture.batches():
            self._watch.feed(frames.time)
            yield frames
