"""Which of the segments that open connections are looked at for who sent them.

How a system opens a connection is told once a minute of each sender, not each time: its numbers and time stamps differ,
so it would be read anew each time.  And of senders that were not heard within that minute only so many a second: more
are a flood or a scan, which has a sender of its own for each segment.  Both by the time of packets.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sniffer.model import limits
from sniffer.model.packets import Messages

SECOND = 1_000_000


class Openings:
    """Remembers senders in two generations, each of a minute at least or of as many as there is room for."""

    def __init__(self) -> None:
        self._heard: dict[tuple[str, bytes, int], int] = {}
        self._older: dict[tuple[str, bytes, int], int] = {}
        self._began = 0
        self._second = 0
        self._new = 0

    def wanted(self, sensor: str, messages: Messages) -> npt.NDArray[np.bool_]:
        """Say of each segment, in order of time, whether it is to be looked at."""
        senders = messages.source.astype(">u8").view("V16")[:, 0].tolist()
        columns = zip(messages.time.tolist(), senders, messages.hops.tolist(), strict=True)
        return np.fromiter((self._wants((sensor, sender, hops), time) for time, sender, hops in columns), np.bool_)

    def _wants(self, key: tuple[str, bytes, int], time: int) -> bool:
        told = self._heard.get(key) or self._older.get(key)
        if told is not None and 0 <= time - told < limits.OPENINGS_AGAIN:
            return False
        if told is None and self._flooded(time):
            return False
        full = len(self._heard) >= limits.OPENINGS
        if full or not 0 <= time - self._began < limits.OPENINGS_AGAIN:
            self._older, self._heard, self._began = self._heard, {}, time
        self._heard[key] = time
        return True

    def _flooded(self, time: int) -> bool:
        """Say whether too many new senders came within this second."""
        second = time // SECOND
        if second != self._second:
            self._second, self._new = second, 0
        self._new += 1
        return self._new > limits.OPENINGS_A_SECOND
