"""Segments in, bytes and gaps out."""

from __future__ import annotations

import pytest

from sniffer.model import limits
from sniffer.streams.sequence import ahead, wrap
from tests.streams.recording import OPEN, Told, c, fin, follow, only, rst, s, syn, syn_ack
from tests.wire import ACK, RST, Segment

CASES: dict[str, tuple[list[Segment], Told]] = {
    "in order": ([*OPEN, c(0, "ab"), c(2, "cd")], ["abcd"]),
    "out of order": ([*OPEN, c(2, "cd"), c(0, "ab")], ["abcd"]),
    "backwards": ([*OPEN, c(6, "gh"), c(4, "ef"), c(2, "cd"), c(0, "ab")], ["abcdefgh"]),
    "retransmitted": ([*OPEN, c(0, "ab"), c(0, "ab"), c(2, "cd"), c(0, "ab")], ["abcd"]),
    "retransmitted in one larger segment": ([*OPEN, c(0, "ab"), c(2, "cd"), c(0, "abcdef")], ["abcdef"]),
    "retransmitted behind a hole": ([*OPEN, c(2, "cd"), c(2, "cd"), c(0, "ab")], ["abcd"]),
    "overlap: what was delivered holds": ([*OPEN, c(0, "abcd"), c(2, "XYef")], ["abcdef"]),
    "overlap behind a hole: what came first holds": ([*OPEN, c(2, "cd"), c(1, "XYZWe"), c(0, "a")], ["aXcdWe"]),
    "overlap that joins two islands": ([*OPEN, c(1, "b"), c(3, "d"), c(0, "AXCXE")], ["AbCdE"]),
    "overlap with an island": ([*OPEN, c(4, "ef"), c(0, "abcdXXgh")], ["abcdefgh"]),
    "keep-alive of one byte": ([*OPEN, c(0, "ab"), c(1, "b"), c(2, "cd")], ["abcd"]),
    "keep-alive without a byte": ([*OPEN, c(0, "ab"), c(1), c(2, "cd")], ["abcd"]),
    "a hole at the end of the capture": ([*OPEN, c(0, "ab"), c(4, "ef")], ["ab", 2, "ef"]),
    "two holes": ([*OPEN, c(1, "b"), c(3, "d")], [1, "b", 1, "d"]),
    "SYN with data": ([syn(), syn_ack(), c(0, "ab"), c(2, "cd")], ["abcd"]),
    "SYN-ACK alone": ([syn_ack(), c(0, "ab"), c(2, "cd")], ["abcd"]),
    "first segment lost": ([*OPEN, c(2, "cd"), s(0, "x", ack=4), c(4, "ef", ack=1)], [2, "cdef"]),
}


@pytest.mark.parametrize("sizes", [(100,), (1,), (2,)], ids=["at once", "one by one", "in pairs"])
@pytest.mark.parametrize(("segments", "told"), CASES.values(), ids=CASES)
def test_the_client_side_is_told(segments: list[Segment], told: Told, sizes: tuple[int]) -> None:
    assert only(segments, sizes).client == told


@pytest.mark.parametrize("sizes", [(100,), (1,)], ids=["at once", "one by one"])
@pytest.mark.parametrize("before", [0, 1, 2, 3, 4, 7])
def test_sequence_numbers_wrap_around(before: int, sizes: tuple[int]) -> None:
    isn = (1 << 32) - before
    segments = [
        syn(isn=isn), syn_ack(client_isn=isn), c(2, "cd", isn=isn), c(0, "ab", isn=isn), c(2, "cd", isn=isn),
        c(4, "ef", isn=isn),
    ]  # fmt: skip
    assert only(segments, sizes).client == ["abcdef"]


@pytest.mark.parametrize(
    ("sequence", "of", "distance"),
    [(5, 3, 2), (3, 5, -2), (0, (1 << 32) - 1, 1), ((1 << 32) - 1, 0, -1), (1 << 31, 0, -(1 << 31))],
)
def test_arithmetic_of_sequence_numbers(sequence: int, of: int, distance: int) -> None:
    assert ahead(sequence, of) == distance
    assert wrap(of + distance) == sequence


def test_both_sides_are_told_in_the_order_of_the_capture() -> None:
    seen = only([*OPEN, s(0, "220 hi"), c(0, "EHLO", ack=6), s(6, "250", ack=4)])
    assert seen.watcher.in_order == [(False, "220 hi"), (True, "EHLO"), (False, "250")]


def test_a_hole_that_the_other_side_never_acknowledged_is_waited_for() -> None:
    seen = only([*OPEN, c(2, "cd"), s(0, "x"), s(1, "y"), c(0, "ab")])
    assert (seen.client, seen.server) == (["abcd"], ["xy"])
    assert seen.watcher.in_order[-1] == (True, "cd")
    assert seen.connection.gap_bytes == 0


def test_a_hole_that_the_other_side_acknowledged_from_behind_is_a_gap_at_once() -> None:
    seen = only([*OPEN, c(2, "cd"), s(0, "x", ack=4), c(0, "ab", ack=1)])
    assert seen.watcher.in_order == [(True, 2), (True, "cd"), (False, "x")]
    assert (seen.connection.gap_bytes, seen.connection.duplicates) == (2, 1)


def test_a_hole_is_a_gap_once_the_dialogue_went_on_behind_it() -> None:
    """The server answered what is missing, and the client went on because of that answer."""
    seen = only([*OPEN, s(0, "334", ack=4), c(4, "next", ack=3), s(3, "235", ack=8)])
    assert seen.watcher.in_order == [(False, "334"), (True, 4), (True, "next"), (False, "235")]


def test_an_acknowledgement_before_its_data_is_no_gap() -> None:
    """A mirror shows the two directions out of step now and then."""
    seen = only([*OPEN, c(0, "ab"), s(0, "x", ack=4), c(2, "cd"), c(4, "ef", ack=1)])
    assert seen.client == ["abcdef"]
    assert seen.connection.gap_bytes == 0


def test_a_bare_acknowledgement_never_makes_a_gap() -> None:
    seen = only([*OPEN, c(2, "cd"), s(0, "", ack=4, flags=ACK), c(0, "ab")])
    assert seen.client == ["abcd"]


def test_too_many_segments_behind_a_hole_make_it_a_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "PENDING_SEGMENTS", 3)
    behind = [c(place, "x") for place in range(2, 12, 2)]
    assert only([*OPEN, *behind, c(0, "ab")]).client == [2, "x", 1, "x", 1, "x", 1, "x", 1, "x"]


def test_too_many_bytes_behind_a_hole_make_it_a_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "PENDING_BYTES", 10)
    seen = only([*OPEN, c(2, "x" * 6), c(8, "y" * 6), c(0, "ab")])
    assert seen.client == [2, "x" * 6 + "y" * 6]


def test_too_many_bytes_behind_holes_of_all_connections_make_gaps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "PENDING_BYTES_TOTAL", 10)
    seen = only([*OPEN, c(2, "x" * 6), c(8, "y" * 6), c(0, "ab")])
    assert seen.client == [2, "x" * 6 + "y" * 6]


def test_a_sequence_number_far_ahead_is_not_believed() -> None:
    seen = only([*OPEN, c(0, "ab"), c(1 << 24, "far"), c(2, "cd")])
    assert seen.client == ["abcd"]
    assert seen.connection.gap_bytes == 0


def test_joined_late_is_told_as_a_gap_of_unknown_length() -> None:
    seen = only([c(100, "cd", ack=7), s(7, "x", ack=102)])
    assert (seen.client, seen.server) == ([0, "cd"], [0, "x"])
    assert (seen.connection.start_seen, seen.connection.gap_bytes) == (False, 0)


def test_joined_late_the_other_side_tells_where_the_first_byte_is() -> None:
    seen = only([s(7, "334", ack=100), c(110, "pass", ack=10), s(10, "235", ack=114)])
    assert seen.client == [10, "pass"]
    assert seen.connection.gap_bytes == 10


def test_joined_late_and_out_of_order() -> None:
    seen = only([s(7, "334", ack=100), c(102, "ss", ack=10), c(100, "pa", ack=10)])
    assert seen.client == [0, "pass"]


def test_one_side_only() -> None:
    client = only([syn(), c(0, "ab"), c(2, "cd", ack=100)])
    assert (client.client, client.server, client.connection.one_sided) == (["abcd"], [], True)
    server = only([syn_ack(), s(0, "ab"), s(4, "ef", ack=100)])
    assert (server.client, server.server, server.connection.one_sided) == ([], ["ab", 2, "ef"], True)
    assert client.connection.start_seen


def test_who_is_the_client_is_told_by_the_ports_where_no_syn_was_seen() -> None:
    for first in ([c(5, "x")], [s(5, "x")]):
        seen = only(first)
        assert (seen.connection.client.port, seen.connection.server.port) == (49152, 25)


def test_a_syn_sent_again_changes_nothing() -> None:
    seen = only([syn(), syn(), syn_ack(), syn_ack(), c(0, "ab"), syn(), c(2, "cd")])
    assert seen.client == ["abcd"]
    assert seen.connection.start_seen


def test_a_port_used_again_is_another_connection() -> None:
    again = [syn(isn=77_000), syn_ack(isn=88_000, client_isn=77_000), c(0, "cd", isn=77_000)]
    first, second = follow([*OPEN, c(0, "ab"), *again])
    assert (first.client, second.client) == (["ab"], ["cd"])
    assert (first.connection.half[0].initial, second.connection.half[0].initial) == (1000, 77_000)


def test_a_port_used_again_right_after_its_end_is_another_connection() -> None:
    ended = [*OPEN, fin(c(0, "ab")), fin(s(0, "x", ack=3))]
    again = [syn(isn=77_000), syn_ack(isn=88_000, client_isn=77_000), c(0, "cd", isn=77_000)]
    assert [seen.client for seen in follow([*ended, *again])] == [["ab"], ["cd"]]


def test_stragglers_of_a_closed_connection_are_no_new_one() -> None:
    ended = [*OPEN, fin(c(0, "ab")), fin(s(0, "x", ack=3)), c(0, "ab"), c(3, ack=2, flags=ACK), rst(c(3))]
    assert len(follow(ended)) == 1


def test_both_fins_end_a_connection_in_any_order() -> None:
    for ends in ([fin(c(0, "ab")), fin(s(0, "x"))], [fin(s(0, "x")), fin(c(0, "ab"))]):
        seen = only([*OPEN, *ends])
        assert (seen.client, seen.server) == (["ab"], ["x"])
        assert (seen.connection.end_seen, seen.connection.closed) == (True, True)


def test_a_fin_before_its_data_waits_for_it() -> None:
    seen = only([*OPEN, fin(c(2, "cd")), fin(s(0, "x")), c(0, "ab")])
    assert (seen.client, seen.server) == (["abcd"], ["x"])


def test_one_fin_leaves_the_other_side_open() -> None:
    seen = only([*OPEN, fin(c(0, "ab")), s(0, "x", ack=3), s(1, "y", ack=3)])
    assert seen.server == ["xy"]
    assert seen.connection.end_seen


def test_no_end_is_seen_where_none_was() -> None:
    assert not only([*OPEN, c(0, "ab")]).connection.end_seen


def test_a_reset_ends_a_connection() -> None:
    seen = only([*OPEN, c(0, "ab"), c(2, flags=RST), c(2, "cd")])
    assert seen.client == ["ab"]


def test_bytes_that_were_acknowledged_may_come_behind_a_reset() -> None:
    seen = only([*OPEN, c(0, "ab"), c(2, "cd", ack=3), rst(c(4, ack=3)), s(0, "x"), s(1, "yz", ack=2)])
    assert (seen.client, seen.server) == (["abcd"], ["xyz"])
    assert seen.connection.gap_bytes == 0


def test_bytes_that_were_acknowledged_and_never_came_are_a_gap() -> None:
    seen = only([*OPEN, s(0, "x"), c(0, "ab", ack=1), c(2, "cd", ack=4), rst(c(4, ack=4))])
    assert (seen.client, seen.server) == (["abcd"], ["x", 3])
    assert seen.connection.gap_bytes == 3


def test_an_acknowledged_fin_is_no_missing_byte() -> None:
    seen = only([*OPEN, s(0, "x"), c(0, "ab", ack=1), fin(s(1)), c(2, "cd", ack=2), rst(c(4, ack=2))])
    assert (seen.client, seen.server, seen.connection.gap_bytes) == (["abcd"], ["x"], 0)


def test_a_side_that_was_never_seen_is_no_gap_but_one_side() -> None:
    seen = only([*OPEN, c(0, "ab", ack=5), c(2, "cd", ack=9), rst(c(4, ack=9))])
    assert (seen.client, seen.server, seen.connection.gap_bytes) == (["abcd"], [], 0)
    assert seen.connection.one_sided


def test_a_reset_far_from_the_stream_is_not_believed() -> None:
    forged = [c(1 << 20, flags=RST), s(1 << 20, flags=RST)]
    assert only([*OPEN, c(0, "ab"), *forged, c(2, "cd")]).client == ["abcd"]


def test_a_connection_without_a_byte_is_only_counted() -> None:
    assert follow([*OPEN, fin(c(0)), fin(s(0, ack=1))]) == []


def test_a_fin_alone_opens_nothing() -> None:
    assert follow([fin(c(0)), rst(s(0))]) == []
