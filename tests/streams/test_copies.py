"""Every frame twice, frames cut short, and where a connection was seen."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sniffer.decode import decode
from sniffer.model.frames import Origin
from tests.frames import NO_PORTS, batch
from tests.streams.recording import OPEN, PORTS, Follower, c, fin, follow_frames, only, s, syn, timed
from tests.wire import Encoding, Frame, Segment, duplicate, encode

TALK = [
    *OPEN,
    s(0, "220 hi"),
    c(0, "EHLO", ack=6),
    s(6, "250", ack=4),
    fin(c(4, "QUIT", ack=9)),
    fin(s(9, "221", ack=9)),
]
NEAR, FAR = "00:26:73:a1:b2:c3", "00:50:56:ff:ff:01"


def frames(segments: list[Segment] | None = None, vlan: tuple[int, ...] = ()) -> list[Frame]:
    """Return a talk as frames."""
    return encode(timed(segments or TALK), Encoding(vlan=vlan))


@pytest.mark.parametrize("sizes", [(1000,), (1,), (2,), (3,)], ids=["at once", "1", "2", "3"])
@pytest.mark.parametrize("delay_us", [0, 20, 1500, 2500])
@pytest.mark.parametrize("vlan", [None, (), (10,), (10, 20)])
def test_every_frame_twice_is_told_once(vlan: tuple[int, ...] | None, delay_us: int, sizes: tuple[int]) -> None:
    doubled = duplicate(frames(vlan=(7,)), vlan=vlan, ttl_minus=1, delay_us=delay_us, source_mac=FAR)
    (seen,) = follow_frames(doubled, sizes)
    assert (seen.client, seen.server) == (["EHLOQUIT"], ["220 hi250221"])
    assert seen.connection.gap_bytes == 0


@pytest.mark.parametrize("sizes", [(1000,), (1,), (2,), (3,)], ids=["at once", "1", "2", "3"])
def test_copies_are_counted_the_same_in_any_batch(sizes: tuple[int]) -> None:
    (seen,) = follow_frames(duplicate(frames()), sizes)
    (at_once,) = follow_frames(duplicate(frames()))
    assert seen.connection.duplicates == at_once.connection.duplicates
    assert seen.connection.duplicates >= 5


@pytest.mark.parametrize("sizes", [(1000,), (1,), (2,)], ids=["at once", "1", "2"])
@pytest.mark.parametrize("near_first", [True, False])
def test_the_mac_of_the_copy_nearest_to_the_client_is_kept(near_first: bool, sizes: tuple[int]) -> None:
    near = encode(timed([replace(each, ttl=64) for each in TALK]), Encoding(vlan=(10,)))
    if near_first:
        doubled = duplicate(near, ttl_minus=1, source_mac=FAR, vlan=(20,))
    else:
        doubled = duplicate(duplicate_of_far(near), ttl_minus=-1, source_mac=NEAR, vlan=(10,))
    (seen,) = follow_frames(doubled, sizes)
    assert seen.connection.mac == int(NEAR.replace(":", ""), 16)
    assert (seen.connection.hops, seen.connection.vlan) == (64, (10,))


def duplicate_of_far(near: list[Frame]) -> list[Frame]:
    """Return frames as they look behind a router."""
    return duplicate(near, ttl_minus=1, source_mac=FAR, vlan=(20,))[1::2]


def test_the_tags_of_a_connection_are_the_clients() -> None:
    mixed = [
        *encode(timed([syn()]), Encoding(vlan=(10, 20))),
        *encode(timed([s(0, "x")]), Encoding(vlan=(30,))),
        *encode(timed([c(0, "y")]), Encoding(vlan=(10, 20))),
    ]
    (seen,) = follow_frames(mixed)
    assert seen.connection.vlan == (10, 20)


def test_the_servers_tags_count_until_the_client_is_seen() -> None:
    (seen,) = follow_frames(encode(timed([s(0, "x")]), Encoding(vlan=(30,))))
    assert (seen.connection.vlan, seen.connection.mac) == ((30,), -1)


@pytest.mark.parametrize("sizes", [(1000,), (1,)], ids=["at once", "one by one"])
def test_a_frame_cut_by_the_snapshot_length_leaves_a_gap(sizes: tuple[int]) -> None:
    whole = frames([*OPEN, c(0, "abcdefgh"), c(8, "ij")])
    cut = [*whole[:3], replace(whole[3], data=whole[3].data[:-5]), *whole[4:]]
    (seen,) = follow_frames(cut, sizes)
    assert seen.client == ["abc", 5, "ij"]
    assert (seen.connection.snaplen_cut, seen.connection.gap_bytes) == (True, 5)


def test_a_frame_cut_to_its_headers_is_all_gap() -> None:
    whole = frames([*OPEN, c(0, "abcdefgh"), c(8, "ij")])
    (seen,) = follow_frames([*whole[:3], replace(whole[3], data=whole[3].data[:-8]), *whole[4:]])
    assert seen.client == [8, "ij"]


def test_a_cut_frame_behind_a_hole_keeps_its_place() -> None:
    whole = frames([*OPEN, c(2, "cdefgh"), c(0, "ab"), c(8, "ij")])
    (seen,) = follow_frames([*whole[:3], replace(whole[3], data=whole[3].data[:-4]), *whole[4:]])
    assert seen.client == ["abcd", 4, "ij"]


def test_what_a_whole_copy_brings_after_a_cut_one_comes_too_late() -> None:
    whole = frames([*OPEN, c(0, "abcdefgh"), c(0, "abcdefgh"), c(8, "ij")])
    (seen,) = follow_frames([*whole[:3], replace(whole[3], data=whole[3].data[:-5]), *whole[4:]])
    assert seen.client == ["abc", 5, "ij"]
    assert seen.connection.duplicates == 1


def test_every_origin_of_a_connection_is_kept() -> None:
    follower = Follower()
    places = [Origin("tap", "a.pcap"), Origin("tap", "b.pcap")]
    whole = frames()
    for origin, part in zip(places, (whole[:5], whole[5:]), strict=True):
        follower.table.feed(decode(batch(part, origin=origin), PORTS, NO_PORTS)[0])
    (seen,) = follower.finish()
    assert list(seen.connection.origins) == places


def test_first_and_last_are_the_times_of_the_frames() -> None:
    whole = frames()
    seen = only(TALK)
    assert (seen.connection.first, seen.connection.last) == (whole[0].time_us, whole[-1].time_us)
