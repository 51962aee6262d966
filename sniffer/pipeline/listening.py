"""When captures were listening, as far as their frames tell.

A file listened from its first frame to its last, but for a silence so long that no network keeps it: then the capture
was paused, or files were put together, or the clock was set.  Files that follow each other soon are one interval, as
those of a ring are.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from sniffer.model import limits
from sniffer.model.frames import Frames, Ints

Interval = tuple[str, int, int]
"""A sensor, and the times of a first and a last frame, in microseconds."""


class Listening:
    """Follows one sensor's frames, file by file."""

    def __init__(self, sensor: str) -> None:
        self._sensor = sensor
        self._spans: dict[str | None, list[Interval]] = {}

    def feed(self, frames: Frames) -> None:
        """Take a batch."""
        for number, origin in enumerate(frames.origins):
            times = frames.time if len(frames.origins) == 1 else frames.time[frames.origin == number]
            if len(times):
                spans = self._spans.setdefault(origin.file, [])
                spans += self._without_silences(times)
                if len(spans) > 1:
                    spans[:] = joined(spans)

    def intervals(self) -> list[Interval]:
        """Return when it listened."""
        return joined(each for spans in self._spans.values() for each in spans)

    def _without_silences(self, times: Ints) -> list[Interval]:
        """Return when there were frames in a batch."""
        if int(times.max()) - int(times.min()) <= limits.LISTENING_PAUSE:
            return [(self._sensor, int(times.min()), int(times.max()))]
        ordered = np.sort(times)
        silences = np.nonzero(np.diff(ordered) > limits.LISTENING_PAUSE)[0]
        starts, ends = ordered[np.concatenate([[0], silences + 1])], ordered[np.append(silences, len(ordered) - 1)]
        return [(self._sensor, first, last) for first, last in zip(starts.tolist(), ends.tolist(), strict=True)]


def joined(intervals: Iterable[Interval]) -> list[Interval]:
    """Return intervals by sensor and time; those of a sensor that follow each other soon, or overlap, as one."""
    found: list[Interval] = []
    for sensor, first, last in sorted(intervals):
        if found and found[-1][0] == sensor and first - found[-1][2] <= limits.LISTENING_PAUSE:
            found[-1] = sensor, found[-1][1], max(found[-1][2], last)
        else:
            found.append((sensor, first, last))
    return found
