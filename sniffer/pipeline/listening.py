"""When captures were listening, as far as their frames tell.

A file listened from its first frame to its last; files that follow each other soon are one interval, as those of a
ring are.  What lies between others was not listened to.
"""

from __future__ import annotations

from collections.abc import Iterable

from sniffer.model import limits
from sniffer.model.frames import Frames

Interval = tuple[str, int, int]
"""A sensor, and the times of a first and a last frame, in microseconds."""


class Listening:
    """Follows one sensor's frames, file by file."""

    def __init__(self, sensor: str) -> None:
        self._sensor = sensor
        self._spans: dict[str | None, tuple[int, int]] = {}

    def feed(self, frames: Frames) -> None:
        """Take a batch."""
        for number, origin in enumerate(frames.origins):
            times = frames.time if len(frames.origins) == 1 else frames.time[frames.origin == number]
            if len(times):
                first, last = int(times.min()), int(times.max())
                before = self._spans.get(origin.file, (first, last))
                self._spans[origin.file] = min(before[0], first), max(before[1], last)

    def intervals(self) -> list[Interval]:
        """Return when it listened."""
        return joined((self._sensor, *span) for span in self._spans.values())


def joined(intervals: Iterable[Interval]) -> list[Interval]:
    """Return intervals by sensor and time; those of a sensor that follow each other soon, or overlap, as one."""
    found: list[Interval] = []
    for sensor, first, last in sorted(intervals):
        if found and found[-1][0] == sensor and first - found[-1][2] <= limits.LISTENING_PAUSE:
            found[-1] = sensor, found[-1][1], max(found[-1][2], last)
        else:
            found.append((sensor, first, last))
    return found
