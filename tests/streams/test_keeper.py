"""Who keeps the frames of a connection is told of each that says something, before it is followed."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from sniffer.model.frames import Ints
from sniffer.model.packets import Packets
from sniffer.streams import Connection, ConnectionTable
from tests.frames import packets
from tests.streams.recording import OPEN, PORTS, Recorder, c, fin, rst, s, syn, timed
from tests.wire import Segment, encode


@dataclass
class Keeping:
    """Keeps the payloads that it is told of, and whether more was wanted."""

    kept: list[tuple[bool, bytes, bool]] = field(default_factory=list)
    forgotten: int = 0

    def keep(self, connection: Connection, found: Packets, places: Ints, from_client: bool) -> None:
        """Take segments."""
        for place in places.tolist():
            start = int(found.start[place])
            payload = found.data[start : start + int(found.captured[place])]
            self.kept.append((from_client, payload, connection.wanted and not connection.closed))

    def forget(self, connection: Connection) -> None:
        """Take the end of a connection that said nothing."""
        self.forgotten += not connection.spoke


TALK = [*OPEN, s(0, "220 hi"), c(0, "EHLO", ack=6), c(0, "EHLO", ack=6), s(6, "250", ack=4), c(4, "QUIT", ack=9)]


def kept(segments: list[Segment], enough: int = 1 << 30, size: int = 1000) -> Keeping:
    """What is kept of segments."""
    keeping = Keeping()
    table = ConnectionTable(PORTS, lambda: Recorder(enough), lambda _: None, keeping)
    frames = encode(timed(segments))
    for place in range(0, len(frames), size):
        table.feed(packets(frames[place : place + size], PORTS))
    table.finish()
    return keeping


def test_it_is_told_of_all_that_says_something_and_of_no_copy() -> None:
    told = [(side, payload) for side, payload, _ in kept(TALK).kept]
    assert told == [(True, b""), (False, b""), (False, b"220 hi"), (True, b"EHLO"), (False, b"250"), (True, b"QUIT")]


@pytest.mark.parametrize("size", [1, 2, 3])
def test_each_segment_once_however_they_come(size: int) -> None:
    said = [payload for _, payload, _ in kept(TALK, size=size).kept]
    assert [each for each in said if each] in (
        [b"220 hi", b"EHLO", b"250", b"QUIT"],
        [b"220 hi", b"EHLO", b"EHLO", b"250", b"QUIT"],  # the copy came in another batch
    )


def test_it_is_told_of_what_nobody_wants_any_more() -> None:
    assert kept(TALK, enough=6).kept[-2:] == [(False, b"250", False), (True, b"QUIT", False)]


def test_of_a_closed_connection_only_the_end_is_told() -> None:
    talk = [*TALK, rst(c(8, ack=9)), s(9, "221", ack=8), fin(s(12, ack=8))]
    assert [payload for _, payload, wanted in kept(talk).kept if not wanted] == [b""]


def test_connections_without_a_word_are_forgotten() -> None:
    assert kept([syn(), *OPEN[:1]]).forgotten == 1
    assert kept(TALK).forgotten == 0
