"""Segments written by their place in the stream, and a watcher that writes down what it is told.

    saw = follow([syn(), syn_ack(), c(0, "ab"), c(4, "ef"), s(0, "x", ack=6)])
    assert saw[0].client == ["ab", 2, "ef"]

Bytes are texts, gaps are numbers; neighbours of one kind are joined, so that cuts do not show.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby

import numpy as np

from sniffer.model.frames import Ints
from sniffer.streams import Connection, ConnectionTable
from tests.frames import packets
from tests.wire import ACK, FIN, PSH, RST, SYN, Endpoint, Frame, Segment, encode

PORTS = np.isin(np.arange(65_536), (25, 587))
CLIENT = Endpoint("10.0.3.17", 49152, "00:26:73:a1:b2:c3")
SERVER = Endpoint("10.0.3.2", 25, "00:50:56:00:00:02")
CLIENT_ISN, SERVER_ISN = 1000, 5000
STEP = 1000
START = 1_795_000_000_000_000

LONGEST_NUMBER = 7
"""Bytes of the longest number that a glance tells."""

Told = list[str | int]


def as_numbers(data: bytes, starts: Ints, stops: Ints) -> Ints:
    """Tell short segments as numbers: a 1, then their bytes."""
    bounds = zip(starts.tolist(), stops.tolist(), strict=True)
    payloads = [data[start:stop] for start, stop in bounds]
    told = [int.from_bytes(b"\1" + each) if len(each) < LONGEST_NUMBER else -1 for each in payloads]
    return np.array(told, np.int64)


def as_one(last: str | int | None, new: str | int) -> str | int | None:
    """Return two neighbours as one, None where they cannot be."""
    if isinstance(last, str):
        return last + new if isinstance(new, str) else None
    return last + new if isinstance(last, int) and isinstance(new, int) else None


def join(told: Told, new: str | int) -> None:
    """Add to what was told."""
    one = as_one(told[-1] if told else None, new)
    if one is None:
        told.append(new)
    else:
        told[-1] = one


@dataclass
class Recorder:
    """A watcher that records, and wants no more after ``enough`` bytes.

    ``heard`` has for each byte of a side when it came, and how many bytes of the other side its sender had heard.
    """

    enough: int = 1 << 30
    timed: bool = True
    told: dict[bool, Told] = field(default_factory=lambda: {True: [], False: []})
    in_order: list[tuple[bool, str | int]] = field(default_factory=list)
    heard: dict[bool, list[tuple[int, int]]] = field(default_factory=lambda: {True: [], False: []})
    places: dict[bool, int] = field(default_factory=lambda: {True: 0, False: 0})
    closed: int = 0
    skimmed: int = 0

    def receive(self, from_client: bool, data: bytes, time: int = 0, behind: int = 0) -> bool:
        """Take bytes."""
        assert data
        assert not self.closed
        self._join(from_client, data.decode("latin-1"))
        self.heard[from_client] += [(time, self.places[not from_client] - behind)] * len(data)
        self.places[from_client] += len(data)
        self.enough -= len(data)
        return self.enough > 0

    def skim(self, from_client: Sequence[bool], numbers: Sequence[int], times: Sequence[int]) -> int:
        """Take bytes that were told as numbers, until there are enough."""
        for taken, (side, number, time) in enumerate(zip(from_client, numbers, times, strict=True)):
            if self.enough <= 0:
                return taken
            self.receive(side, number.to_bytes(LONGEST_NUMBER).lstrip(b"\0")[1:], time)
            self.skimmed += 1
        return len(numbers)

    def miss(self, from_client: bool, length: int) -> bool:
        """Take a gap."""
        assert length >= 0
        assert not self.closed
        self._join(from_client, length)
        self.places[from_client] += length
        return True

    def close(self) -> None:
        """Take the end."""
        self.closed += 1

    def _join(self, from_client: bool, new: str | int) -> None:
        self.in_order.append((from_client, new))
        join(self.told[from_client], new)


@dataclass(frozen=True)
class Seen:
    """A connection that is over, and what its watcher was told."""

    connection: Connection
    watcher: Recorder

    @property
    def client(self) -> Told:
        """Return what the client's side said."""
        return self.watcher.told[True]

    @property
    def server(self) -> Told:
        """Return what the server's side said."""
        return self.watcher.told[False]

    def heard(self, *, client: bool) -> list[int]:
        """Return how much a side had heard as it sent each of its bytes, each number once."""
        return [heard for heard, _ in groupby(heard for _, heard in self.watcher.heard[client])]

    def times(self, *, client: bool) -> list[int]:
        """Return in which step each byte of a side came."""
        return [(time - START) // STEP for time, _ in self.watcher.heard[client]]


def c(
    place: int, text: str = "", *, ack: int = 0, flags: int = PSH | ACK, isn: int = CLIENT_ISN, ttl: int = 64
) -> Segment:
    """Return a segment of the client; ``place`` counts from its first byte, ``ack`` from the server's."""
    return _segment(True, isn + 1 + place, SERVER_ISN + 1 + ack, flags, text, ttl)


def s(place: int, text: str = "", *, ack: int = 0, flags: int = PSH | ACK, isn: int = SERVER_ISN) -> Segment:
    """Return a segment of the server."""
    return _segment(False, isn + 1 + place, CLIENT_ISN + 1 + ack, flags, text, 64)


def syn(*, isn: int = CLIENT_ISN, ttl: int = 64) -> Segment:
    """Return the client's SYN."""
    return replace(_segment(True, isn, 0, SYN, "", ttl))


def syn_ack(*, isn: int = SERVER_ISN, client_isn: int = CLIENT_ISN) -> Segment:
    """Return the server's answer to it."""
    return _segment(False, isn, client_isn + 1, SYN | ACK, "", 64)


def fin(segment: Segment) -> Segment:
    """Return a segment that ends its side's stream."""
    return replace(segment, flags=segment.flags | FIN)


def rst(segment: Segment) -> Segment:
    """Return a segment that breaks the connection."""
    return replace(segment, flags=segment.flags | RST)


def _segment(from_client: bool, seq: int, ack: int, flags: int, text: str, ttl: int) -> Segment:
    ends = (CLIENT, SERVER) if from_client else (SERVER, CLIENT)
    return Segment(0, *ends, from_client, seq % (1 << 32), ack % (1 << 32), flags, text.encode("latin-1"), ttl)


def timed(segments: Iterable[Segment], step: int = STEP) -> list[Segment]:
    """Give each segment its time, one step after the other."""
    return [replace(each, time_us=START + place * step) for place, each in enumerate(segments)]


class Follower:
    """A connection table whose watchers record."""

    def __init__(self, enough: int = 1 << 30) -> None:
        self.seen: list[Seen] = []
        self._enough = enough
        self.table = ConnectionTable(PORTS, self._watcher, self._done, glance=as_numbers)

    def feed(self, frames: Sequence[Frame]) -> None:
        """Feed one batch."""
        self.table.feed(packets(frames, PORTS))

    def feed_in(self, frames: Sequence[Frame], sizes: Sequence[int]) -> None:
        """Feed frames in batches of these sizes, the last one over and over."""
        place = number = 0
        while place < len(frames):
            size = sizes[min(number, len(sizes) - 1)]
            self.feed(frames[place : place + size])
            place, number = place + size, number + 1

    def finish(self) -> list[Seen]:
        """End the capture."""
        self.table.finish()
        return self.seen

    def _watcher(self) -> Recorder:
        return Recorder(self._enough)

    def _done(self, connection: Connection) -> None:
        assert isinstance(connection.watcher, Recorder)
        assert connection.watcher.closed == 1
        self.seen.append(Seen(connection, connection.watcher))


def follow_frames(frames: Sequence[Frame], sizes: Sequence[int] = (1 << 20,)) -> list[Seen]:
    """Return the connections in frames."""
    follower = Follower()
    follower.feed_in(frames, sizes)
    return follower.finish()


def follow(segments: Iterable[Segment], sizes: Sequence[int] = (1 << 20,)) -> list[Seen]:
    """Return the connections in segments, which come one step of time after the other."""
    return follow_frames(encode(timed(segments)), sizes)


def only(segments: Iterable[Segment], sizes: Sequence[int] = (1 << 20,)) -> Seen:
    """Return the only connection in segments."""
    (seen,) = follow(segments, sizes)
    return seen


OPEN = [syn(), syn_ack(), c(0, flags=ACK)]
"""The three segments that open a connection."""
