"""Templates: the frames of one flow as rows, told once and repeated by many flows.

A row is a frame without its addresses, ports and initial sequence numbers; payloads lie in one pool.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.bench.dialogues import Turns
from tests.wire import Conversation, Segment

Rows = NDArray[Any]

ROW = np.dtype(
    [
        ("after_us", "i8"),  # since the flow's first frame
        ("from_client", "?"),
        ("seq", "u4"),  # relative to the sender's initial number
        ("ack", "u4"),  # relative to the other's
        ("flags", "u1"),
        ("offset", "i8"),  # of the payload, in the pool
        ("length", "i4"),
    ]
)

MSS = 1448  # with TCP timestamps
TURN_SECONDS = 0.004
SEGMENT_SECONDS = 0.000_1


@dataclass
class Pool:
    """All payloads, end to end."""

    data: bytearray = field(default_factory=bytearray)

    def add(self, payload: bytes) -> int:
        """Where the payload now lies."""
        self.data += payload
        return len(self.data) - len(payload)


def conversation(turns: Turns, pool: Pool) -> Rows:
    """The rows of a whole TCP connection: opening, turns in segments, closing."""
    talk = Conversation(start=0, step=SEGMENT_SECONDS, client_isn=0, server_isn=0)
    talk.open()
    for side, said in turns:
        talk.wait(TURN_SECONDS)
        _say(talk, said, from_client=side == "client")
    talk.close()
    return _rows(talk.segments, pool)


def _say(talk: Conversation, said: bytes, *, from_client: bool) -> None:
    """One turn in segments; the other side acknowledges every second full one."""
    speak = talk.client if from_client else talk.server
    for number, start in enumerate(range(0, len(said), MSS)):
        speak(said[start : start + MSS])
        if number % 2:
            talk.emit("server" if from_client else "client")


def _rows(segments: list[Segment], pool: Pool) -> Rows:
    return np.array(
        [(s.time_us, s.from_client, s.seq, s.ack, s.flags, pool.add(s.payload), len(s.payload)) for s in segments],
        dtype=ROW,
    )
