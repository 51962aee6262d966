"""Single frames, gathered into batches."""

from __future__ import annotations

import numpy as np

from sniffer.model import limits
from sniffer.model.frames import Frames, Origin


class Gather:
    """Takes frames one by one and gives a batch when it is full."""

    def __init__(self) -> None:
        self._origins: dict[Origin, int] = {}
        self._clear()

    def _clear(self) -> None:
        self._bytes: list[bytes] = []
        self._rows: list[tuple[int, int, int, int, int]] = []
        self._size = 0

    def add(self, time: int, data: bytes, link: int, origin: Origin) -> None:
        """Take one frame, captured at ``time`` (microseconds)."""
        place = self._origins.setdefault(origin, len(self._origins))
        self._rows.append((time, self._size, len(data), link, place))
        self._bytes.append(data)
        self._size += len(data)

    @property
    def full(self) -> bool:
        """Say whether a batch is due."""
        return len(self._rows) >= limits.BATCH_FRAMES or self._size >= limits.BATCH_BYTES

    def take(self) -> Frames | None:
        """Return what was gathered and begin anew; None if nothing was."""
        if not self._rows:
            return None
        time, offset, length, link, origin = np.array(self._rows, np.int64).T
        frames = Frames(b"".join(self._bytes), time, offset, length, link, origin, tuple(self._origins))
        self._clear()
        return frames
