"""The connection table: bounded, and nothing else than packet time makes it forget."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sniffer.model import limits
from tests.streams.recording import CLIENT, OPEN, START, STEP, Follower, c, fin, s, syn
from tests.wire import Endpoint, Frame, Segment, encode

SECOND = 1_000_000


def of_client(number: int, segment: Segment, at: int = START) -> Segment:
    """Return a segment of another client, numbered."""
    end = Endpoint(f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}", CLIENT.port, CLIENT.mac)
    if segment.from_client:
        return replace(segment, source=end, time_us=at)
    return replace(segment, target=end, time_us=at)


def frames(*segments: Segment) -> list[Frame]:
    """Return segments, which have their times, as frames."""
    return encode(segments)


def open_connections(follower: Follower) -> int:
    return len(follower.table._connections)


def test_half_open_connections_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "CONNECTIONS", 64)
    follower = Follower()
    for first in range(0, 5000, 100):
        follower.feed(frames(*(of_client(number, syn(), START + number) for number in range(first, first + 100))))
        assert open_connections(follower) <= 64
    follower.finish()
    assert follower.seen == []
    assert follower.table.silent == 5000
    assert follower.table.evicted == 5000 - 64


def test_half_open_connections_make_room_before_those_that_spoke(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "CONNECTIONS", 64)
    follower = Follower()
    follower.feed(frames(*(of_client(9000, each) for each in [*OPEN, c(0, "ab")])))
    for first in range(0, 1000, 10):
        follower.feed(frames(*(of_client(number, syn(), START + number) for number in range(first, first + 10))))
    follower.feed(frames(of_client(9000, c(2, "cd"), START + 2000)))
    seen = follower.finish()
    assert [each.client for each in seen] == [["abcd"]]


def test_what_is_evicted_is_told_as_far_as_it_went(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "CONNECTIONS", 16)
    follower = Follower()
    for number in range(40):
        follower.feed(frames(of_client(number, syn(), START + number), of_client(number, c(0, "ab"), START + number)))
    seen = follower.finish()
    assert [each.client for each in seen] == [["ab"]] * 40
    assert follower.table.evicted == 40 - open_at_end(40, 16)


def open_at_end(count: int, limit: int) -> int:
    """Return how many connections are open when ``count`` have come and an eighth goes at a time."""
    held = 0
    for _ in range(count):
        held -= limit // 8 if held >= limit else 0
        held += 1
    return held


def test_a_silent_connection_is_over_by_the_time_of_the_packets() -> None:
    follower = Follower()
    follower.feed(frames(of_client(1, syn()), of_client(1, c(0, "ab"))))
    later = START + limits.CONNECTION_IDLE - SECOND
    follower.feed(frames(of_client(2, syn(), later)))
    assert follower.seen == []
    follower.feed(frames(of_client(2, c(0, "x"), later + 2 * limits.TIDY_INTERVAL)))
    assert [each.client for each in follower.seen] == [["ab"]]


@pytest.mark.parametrize("sizes", [(100,), (1,)], ids=["at once", "one by one"])
def test_the_same_ports_after_a_long_silence_are_another_connection(sizes: tuple[int]) -> None:
    follower = Follower()
    long_after = START + limits.CONNECTION_IDLE + SECOND
    follower.feed_in(frames(of_client(1, c(0, "ab")), of_client(1, c(2, "cd"), long_after)), sizes)
    assert [each.client for each in follower.finish()] == [[0, "ab"], [0, "cd"]]


@pytest.mark.parametrize("sizes", [(100,), (1,)], ids=["at once", "one by one"])
@pytest.mark.parametrize(("wait", "count"), [(limits.CLOSED_LINGERS - SECOND, 1), (limits.CLOSED_LINGERS + SECOND, 2)])
def test_a_closed_connection_lingers_for_its_stragglers(wait: int, count: int, sizes: tuple[int]) -> None:
    follower = Follower()
    ended = [of_client(1, each) for each in [*OPEN, fin(c(0, "ab")), fin(s(0, "x", ack=3))]]
    follower.feed_in(frames(*ended, of_client(1, c(0, "ab"), START + wait)), sizes)
    assert len(follower.finish()) == count


def test_a_pause_within_the_limit_is_the_same_connection() -> None:
    follower = Follower()
    pause = START + limits.CONNECTION_IDLE - SECOND
    follower.feed(frames(of_client(1, syn()), of_client(1, c(0, "ab")), of_client(1, c(2, "cd"), pause)))
    (seen,) = follower.finish()
    assert seen.client == ["abcd"]


def test_what_nobody_wants_any_more_is_followed_to_its_end_and_not_told() -> None:
    follower = Follower(enough=3)
    talk = [*OPEN, c(0, "ab"), c(2, "cd"), c(4, "secret"), s(0, "x"), fin(c(10, "y"))]
    timed = frames(*(of_client(1, each, START + place * STEP) for place, each in enumerate(talk)))
    follower.feed_in(timed, (5, 1))
    (seen,) = follower.finish()
    assert "secret" not in "".join(map(str, seen.client))
    assert seen.connection.end_seen
    assert seen.connection.last == START + (len(talk) - 1) * STEP


def test_connections_do_not_mix() -> None:
    follower = Follower()
    mixed = [of_client(number, each) for each in [*OPEN, c(0, "ab"), c(2, "cd")] for number in range(50)]
    follower.feed_in(frames(*mixed), (37,))
    assert [each.client for each in follower.finish()] == [["abcd"]] * 50


def test_a_host_that_speaks_to_itself_on_one_port_is_left_out() -> None:
    end = Endpoint("10.0.3.2", 25, CLIENT.mac)
    follower = Follower()
    follower.feed(frames(replace(c(0, "x"), source=end, target=end, time_us=START)))
    assert follower.finish() == []


def test_each_connection_is_handed_over_once() -> None:
    follower = Follower()
    talk = [*OPEN, fin(c(0, "ab")), fin(s(0, "x", ack=3)), c(0, "ab"), fin(c(0, "ab"))]
    for place, each in enumerate(talk):
        follower.feed(frames(of_client(1, each, START + place)))
    follower.table.finish()
    follower.table.finish()
    assert len(follower.seen) == 1
