"""The shape of TLS from frames to fact: what a capture point does to frames does not change who said what.

Times are of the capture and change with it; the records, and what answers what, do not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from itertools import pairwise
from ssl import TLSVersion

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace as changed

from sniffer.inventory.spool import Spool
from sniffer.model.facts import SessionFact
from sniffer.pipeline.facts import session_fact
from sniffer.protocols import SmtpSession
from sniffer.protocols.tls_glance import record_lengths
from sniffer.streams import Connection, ConnectionTable
from tests.frames import ALL_PORTS, packets
from tests.protocols.dialogue import Turns, dialogue
from tests.protocols.handshakes import contexts, shake
from tests.protocols.records import words
from tests.wire import ACK, PSH, Conversation, Frame, Segment, Side, duplicate, encode
from tests.wire import cut as cut_at

LINES = (
    (False, b"220 mail.example.org ESMTP\r\n"), (True, b"EHLO scanner\r\n"), (False, b"250 AUTH LOGIN\r\n"),
    (True, b"AUTH LOGIN\r\n"), (False, b"334 VXNlcm5hbWU6\r\n"), (True, b"QUIT\r\n"), (False, b"221 bye\r\n"),
)  # fmt: skip
STARTTLS = "S: 220 hi\nC: EHLO scanner\nS: 250-hi\nS: 250 STARTTLS\nC: STARTTLS\nS: 220 go"
SAID = ["S 45", "C 31", "S 33", "C 29", "S 35", "C 23", "S 26"]
MILLISECOND = 1000


@cache
def talk(version: TLSVersion) -> Turns:
    """What two sides say inside TLS."""
    return shake(*contexts(maximum=version), lines=LINES, closing=True)


def conversation(version: TLSVersion = TLSVersion.TLSv1_3, *, starttls: bool = False) -> list[Segment]:
    """The same as segments, from SYN to FIN."""
    said = Conversation(client="10.0.3.17", server="10.0.3.2", port=587 if starttls else 465)
    said.open()
    inside = [turn for turn in talk(version) if turn.data]
    for turn in [*dialogue(STARTTLS), *inside] if starttls else inside:
        side: Side = "client" if turn.from_client else "server"
        said.emit(side, turn.data, flags=PSH | ACK)
        said.next_seq[side] += len(turn.data)
    said.close()
    return said.segments


def facts(frames: Sequence[Frame], batch: int = 1000) -> list[SessionFact]:
    """What frames come to, this many at a time."""
    found: list[SessionFact] = []

    def done(connection: Connection) -> None:
        found.append(session_fact(connection))

    table = ConnectionTable(ALL_PORTS, SmtpSession, done, glance=record_lengths)
    for place in range(0, len(frames), batch):
        table.feed(packets(frames[place : place + batch], ALL_PORTS))
    table.finish()
    return found


def shape(frames: Sequence[Frame], batch: int = 1000) -> list[str]:
    """The shape of the only session in frames, in words."""
    (fact,) = facts(frames, batch)
    return words(fact.shape)


def delayed(frames: Sequence[Frame], segments: Sequence[Segment], *, client: bool, by: int) -> list[Frame]:
    """Have a capture point see one direction later."""
    late = [
        replace(frame, time_us=frame.time_us + by) if segment.from_client is client else frame
        for frame, segment in zip(frames, segments, strict=True)
    ]
    return sorted(late, key=lambda frame: frame.time_us)


WHOLE = shape(encode(conversation()))


def test_from_the_first_byte() -> None:
    assert WHOLE[0].startswith("S ")
    assert WHOLE[1] == "C 69"
    assert WHOLE[2] == f"S 250 250 {SAID[0][2:]}"
    assert WHOLE[3:] == [*SAID[1:], "C 19", "S 19"]


def test_behind_starttls() -> None:
    (fact,) = facts(encode(conversation(starttls=True)))
    assert words(fact.shape)[-6:] == WHOLE[-6:]
    assert (fact.speech.starttls, fact.speech.hello_octets, fact.speech.greeted_octets) == ("established", 14, 22)


def test_of_tls_1_2_it_is_the_dialogue_alone() -> None:
    found = shape(encode(conversation(TLSVersion.TLSv1_2)))
    assert found == [f"{half[0]} {int(half[2:]) + 7}" for half in SAID]


def test_times_count_from_the_beginning() -> None:
    segments = conversation()
    (fact,) = facts(encode(segments))
    assert fact.shape is not None
    times = [segment.time_us - segments[0].time_us for segment in segments if segment.payload]
    assert all(half.first in times and half.last in times for half in fact.shape.half_turns)
    assert fact.round_trip == segments[1].time_us - segments[0].time_us


@pytest.mark.parametrize("batch", [1, 2, 3, 7, 1000])
@pytest.mark.parametrize("mss", [None, 1, 100, 536])
def test_neither_batches_nor_segments_show(batch: int, mss: int | None) -> None:
    said = Conversation(client="10.0.3.17", server="10.0.3.2", port=465)
    said.segments = conversation()
    frames = said.frames(mss=mss)
    assert facts(frames, batch) == facts(frames)
    assert shape(frames) == WHOLE


@given(st.booleans(), st.integers(0, 2000 * MILLISECOND), st.integers(1, 9))
def test_a_direction_that_the_capture_shows_late(client: bool, by: int, batch: int) -> None:
    segments = conversation()
    for version in (TLSVersion.TLSv1_3, TLSVersion.TLSv1_2):
        segments = conversation(version)
        frames = encode(segments)
        assert shape(delayed(frames, segments, client=client, by=by), batch) == shape(frames)


def test_frames_seen_twice() -> None:
    frames = encode(conversation())
    assert shape(duplicate(frames, ttl_minus=1, vlan=(20,))) == WHOLE


@given(st.data())
def test_segments_out_of_order(data: st.DataObject) -> None:
    segments = cut_at(conversation(), 300, 10)
    neighbours = [
        place for place, (one, other) in enumerate(pairwise(segments)) if one.payload and one.ack == other.ack
        and one.from_client is other.from_client
    ]  # fmt: skip
    for place in data.draw(st.lists(st.sampled_from(neighbours), min_size=1, max_size=4)):
        segments[place : place + 2] = reversed(segments[place : place + 2])
    assert shape(encode(segments), data.draw(st.integers(1, 9))) == WHOLE


def test_the_spool_keeps_all_of_it() -> None:
    (fact,) = facts(encode(conversation(starttls=True)))
    spool = Spool()
    spool.add(fact)
    spool.seal()
    (kept,) = spool.sessions()
    assert kept == fact
    assert kept.shape == fact.shape
    assert kept.shape is not None
    assert (kept.round_trip, kept.speech.hello_octets) == (fact.round_trip, fact.speech.hello_octets)


def test_a_session_shows_no_length() -> None:
    (fact,) = facts(encode(conversation()))
    assert fact.shape is not None
    halves = replace_lengths(fact)
    assert repr(halves) == repr(fact)
    assert str(halves) == str(fact)


def replace_lengths(fact: SessionFact) -> SessionFact:
    """Return the same session with records of other lengths."""
    assert fact.shape is not None
    halves = tuple(
        changed(half, lengths=tuple(length + 7 for length in half.lengths)) for half in fact.shape.half_turns
    )
    return changed(fact, shape=changed(fact.shape, half_turns=halves))
