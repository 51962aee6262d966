"""Arbitrary and cut frames: nothing raises, and nothing is read outside the frame."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sniffer.decode import decode
from sniffer.decode.table import LAYERS
from sniffer.model.frames import Frames, Origin
from sniffer.model.packets import Datagrams, Packets, Transport
from tests.datagrams import datagram
from tests.wire import LINK_TYPES, Conversation, Encoding, Extension, Link, encode

ALL = np.ones(65_536, np.bool_)
LINKS = sorted(LAYERS["link"])
MARK = 0xEE
EXTENSIONS: tuple[Extension, ...] = ("hop-by-hop", "destination", "fragment")


def one_batch(frames: list[tuple[int, bytes]], before: bytes = b"", behind: bytes = b"") -> Frames:
    """Return frames, each with its link type, as a batch within other bytes."""
    lengths = np.array([len(data) for _, data in frames], np.int64)
    offsets = len(before) + np.concatenate([[0], np.cumsum(lengths)[:-1]]).astype(np.int64)
    links = np.array([link for link, _ in frames], np.int64)
    times = np.arange(len(frames), dtype=np.int64)
    data = before + b"".join(data for _, data in frames) + behind
    return Frames(data, times, offsets, lengths, links, np.zeros(len(frames), np.int64), (Origin("tap"),))


def stays_inside(frames: Frames, found: Transport) -> None:
    """Check that each payload lies within the frame it came from."""
    for place in range(len(found)):
        frame = int(found.time[place])
        start, captured = int(found.start[place]), int(found.captured[place])
        assert captured >= 0
        assert found.length[place] >= captured
        if captured:
            assert int(frames.offset[frame]) <= start
            assert start + captured <= int(frames.offset[frame] + frames.length[frame])


@st.composite
def mutilated(draw: st.DrawFn) -> tuple[int, bytes]:
    """A frame that was whole once."""
    link = draw(st.sampled_from(sorted(LINK_TYPES)))
    version6 = draw(st.booleans())
    spoken = Conversation(client="2001:db8::1", server="2001:db8::2") if version6 else Conversation()
    spoken.client(b"x" * draw(st.integers(0, 30)))
    udp = draw(st.booleans())
    extensions = draw(st.lists(st.sampled_from(EXTENSIONS), max_size=3)) if version6 else []
    vlan = draw(st.lists(st.integers(0, 4095), max_size=3)) if link in ("ethernet", "sll", "sll2") else []
    form = Encoding(link=_link(link), vlan=vlan, extensions=extensions, tso=draw(st.booleans()))
    frame = datagram(b"x" * 20, spoken.segments[0], form) if udp else encode(spoken.segments, form)[0]
    data = bytearray(frame.data)
    for at, new in draw(st.lists(st.tuples(st.integers(0, len(data) - 1), st.integers(0, 255)), max_size=4)):
        data[at] = new
    return LINK_TYPES[_link(link)], bytes(data[: draw(st.integers(0, len(data)))])


def _link(name: str) -> Link:
    return next(link for link in LINK_TYPES if link == name)


ANYTHING = st.one_of(
    mutilated(), st.tuples(st.one_of(st.sampled_from(LINKS), st.integers(0, 300)), st.binary(max_size=90))
)


COLUMNS = (
    "time",
    "mac",
    "hops",
    "vlan",
    "source",
    "destination",
    "source_port",
    "destination_port",
    "captured",
    "length",
)
OF_SEGMENTS = ("sequence", "acknowledged", "flags")


def columns(found: Transport) -> dict[str, object]:
    """All columns but where the payload begins."""
    names = (*COLUMNS, *OF_SEGMENTS) if isinstance(found, Packets) else COLUMNS
    return {name: getattr(found, name).tolist() for name in names}


def decoded(frames: Frames) -> tuple[Packets, Datagrams]:
    """All segments and datagrams."""
    return decode(frames, ALL, ALL)[:2]


@given(st.lists(ANYTHING, max_size=20))
def test_nothing_raises_and_nothing_is_read_outside_its_frame(frames: list[tuple[int, bytes]]) -> None:
    batch = one_batch(frames)
    for found in decoded(batch):
        stays_inside(batch, found)


@given(st.lists(ANYTHING, min_size=1, max_size=20))
def test_what_lies_around_the_frames_never_shows(frames: list[tuple[int, bytes]]) -> None:
    marks = bytes((MARK,)) * 50
    for alone, around in zip(decoded(one_batch(frames)), decoded(one_batch(frames, marks, marks)), strict=True):
        assert columns(alone) == columns(around)
        assert (alone.start + 50).tolist() == around.start.tolist()


@given(st.lists(ANYTHING, min_size=1, max_size=20))
def test_a_batch_is_what_its_frames_are(frames: list[tuple[int, bytes]]) -> None:
    singles = [decoded(one_batch([frame])) for frame in frames]
    for kind, together in enumerate(decoded(one_batch(frames))):
        for name in ("source_port", "captured", "length", "mac", "hops"):
            alone = [value for single in singles for value in getattr(single[kind], name).tolist()]
            assert getattr(together, name).tolist() == alone


@pytest.mark.parametrize("link", LINKS)
def test_headers_that_never_end_are_given_up(link: int) -> None:
    tags = b"\x81\x00\x00\x01" * 300
    hops = b"\x60" + bytes(5) + b"\x00\x40" + bytes(32) + b"\x00\x00" * 600
    for data in (bytes(12) + tags, bytes(12) + b"\x86\xdd" + hops, hops, tags):
        assert [len(each) for each in decoded(one_batch([(link, data)]))] == [0, 0]


def test_a_tcp_header_longer_than_the_packet_has_no_payload() -> None:
    spoken = Conversation()
    spoken.client(b"abc")
    data = bytearray(encode(spoken.segments)[0].data)
    data[46] = 0xF0
    found, _ = decoded(one_batch([(1, bytes(data))]))
    assert (found.captured.tolist(), found.length.tolist()) == ([0], [0])


def test_a_tcp_header_shorter_than_20_bytes_is_left_out() -> None:
    spoken = Conversation()
    spoken.client(b"abc")
    data = bytearray(encode(spoken.segments)[0].data)
    data[46] = 0x40
    assert len(decoded(one_batch([(1, bytes(data))]))[0]) == 0


def test_an_ip_length_beyond_the_frame_leaves_bytes_missing() -> None:
    spoken = Conversation()
    spoken.client(b"abc")
    data = bytearray(encode(spoken.segments)[0].data)
    data[16:18] = (20 + 20 + 100).to_bytes(2)
    found, _ = decoded(one_batch([(1, bytes(data))]))
    assert (found.captured.tolist(), found.length.tolist()) == ([3], [100])
