"""Frames: captured bytes of a link layer, in batches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]


class Origin(NamedTuple):
    """Where frames were captured."""

    sensor: str
    file: str | None = None
    interface: str | None = None


@dataclass(frozen=True, slots=True)
class Frames:
    """A batch of captured frames, oldest first as far as the capture was.

    ``data`` holds them somewhere; frame *i* is ``data[offset[i]:offset[i] + length[i]]``, was
    captured at ``time[i]`` (microseconds since 1970, UTC), has link type ``link[i]`` (libpcap's
    DLT number) and comes from ``origins[origin[i]]``.  All arrays have one entry a frame.
    """

    data: bytes
    time: Ints
    offset: Ints
    length: Ints
    link: Ints
    origin: Ints
    origins: tuple[Origin, ...]

    def __len__(self) -> int:
        return len(self.time)

    @classmethod
    def of(cls, data: bytes, time: Ints, offset: Ints, length: Ints, link: int, origin: Origin) -> Frames:
        """Frames of one link type and one origin."""
        return cls(data, time, offset, length, same(link, len(time)), same(0, len(time)), (origin,))

    def frame(self, index: int) -> bytes:
        """Return one frame."""
        start = int(self.offset[index])
        return self.data[start : start + int(self.length[index])]

    def part(self, first: int, last: int) -> Frames:
        """Return the frames from ``first`` up to, not including, ``last``."""
        here = slice(first, last)
        return Frames(
            self.data, self.time[here], self.offset[here], self.length[here],
            self.link[here], self.origin[here], self.origins,
        )  # fmt: skip


def same(value: int, count: int) -> Ints:
    """Return ``value`` for each of ``count`` frames, without the memory."""
    return np.broadcast_to(np.int64(value), count)
