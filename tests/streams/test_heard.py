"""What a watcher is told beside the bytes: when they came, and what their sender had heard; and the round trip."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.frames import packets
from tests.streams.recording import (
    OPEN,
    PORTS,
    START,
    STEP,
    Follower,
    Recorder,
    c,
    fin,
    follow_frames,
    only,
    s,
    syn,
    syn_ack,
    timed,
)
from tests.wire import Segment, duplicate, encode

ALL, EACH = (1 << 20,), (1,)
TALK = [s(0, "220"), c(0, "EHLO", ack=3), s(3, "250", ack=4), c(4, "AUTH", ack=6), s(6, "334", ack=8)]
BATCHES = pytest.mark.parametrize("sizes", [ALL, EACH, (2,)], ids=["at once", "one by one", "in pairs"])


# -- what the sender had heard -----------------------------------------------------------------------


@BATCHES
def test_in_order_each_had_heard_what_came_before(sizes: tuple[int]) -> None:
    seen = only([*OPEN, *TALK], sizes)
    assert (seen.heard(client=False), seen.heard(client=True)) == ([0, 4, 8], [3, 6])


@BATCHES
def test_a_reply_that_the_capture_shows_before_its_command_had_heard_it(sizes: tuple[int]) -> None:
    greeting, hello, reply, auth, prompt = TALK
    for order in ([greeting, reply, hello, prompt, auth], [hello, auth, greeting, reply, prompt]):
        seen = only([*OPEN, *order], sizes)
        assert (seen.heard(client=False), seen.heard(client=True)) == ([0, 4, 8], [3, 6])


@BATCHES
@pytest.mark.parametrize("late", [True, False])
def test_either_direction_may_come_last(late: bool, sizes: tuple[int]) -> None:
    seen = only([*OPEN, *sorted(TALK, key=lambda each: each.from_client is late)], sizes)
    assert (seen.heard(client=False), seen.heard(client=True)) == ([0, 4, 8], [3, 6])


@BATCHES
def test_a_direction_may_come_as_late_as_behind_the_other_s_first_words(sizes: tuple[int]) -> None:
    """Nothing was seen of the server, not even its SYN: its first acknowledgement tells where it begins."""
    seen = only([syn(), c(0, "hello"), c(5, "finished", ack=40), syn_ack(), s(0, "s" * 40, ack=5)], sizes)
    assert (seen.heard(client=True), seen.heard(client=False)) == ([0, 40], [5])


@BATCHES
def test_words_that_cross_each_other(sizes: tuple[int]) -> None:
    seen = only([*OPEN, s(0, "220"), c(0, "EHLO"), s(3, "more"), c(4, "AUTH", ack=3), s(7, "250", ack=4)], sizes)
    assert (seen.heard(client=True), seen.heard(client=False)) == ([0, 3], [0, 4])


@BATCHES
def test_a_part_that_was_heard(sizes: tuple[int]) -> None:
    seen = only([*OPEN, s(0, "220 hello"), c(0, "EHLO", ack=5)], sizes)
    assert seen.heard(client=True) == [5]


@BATCHES
def test_what_came_again_had_heard_what_it_had_the_first_time(sizes: tuple[int]) -> None:
    seen = only([*OPEN, c(0, "EHLO"), s(0, "220"), c(0, "EHLO", ack=3), c(4, "AUTH", ack=3)], sizes)
    assert seen.heard(client=True) == [0, 3]


@BATCHES
def test_what_waited_behind_a_hole_had_heard_no_more(sizes: tuple[int]) -> None:
    """The first segment was lost on its way, and came again when its sender had heard more."""
    seen = only([*OPEN, c(4, "AUTH"), s(0, "220"), c(0, "EHLO", ack=3), c(8, "x", ack=3)], sizes)
    assert seen.client == ["EHLOAUTHx"]
    assert seen.heard(client=True) == [3, 0, 3]


@BATCHES
def test_behind_a_gap_places_are_those_of_the_stream(sizes: tuple[int]) -> None:
    lost = [*OPEN, c(0, "ab"), s(0, "x", ack=8), c(8, "cd", ack=1), s(1, "y", ack=10), c(10, "ef", ack=2)]
    seen = only(lost, sizes)
    assert seen.client == ["ab", 6, "cdef"]
    assert (seen.heard(client=True), seen.heard(client=False)) == ([0, 1, 2], [8, 10])


@BATCHES
@pytest.mark.parametrize("before", [1, 3, 5, 8])
def test_sequence_numbers_wrap_around(before: int, sizes: tuple[int]) -> None:
    isn = (1 << 32) - before
    ack = isn - 1000  # the client's begin at 1000 where nothing else is said
    talk = [s(0, "220", ack=ack), c(0, "EHLO", ack=3, isn=isn), s(3, "250", ack=ack + 4), c(4, "AUTH", ack=6, isn=isn)]
    for order in (talk, [talk[0], talk[2], talk[1], talk[3]], [talk[1], talk[3], talk[0], talk[2]]):
        seen = only([syn(isn=isn), syn_ack(client_isn=isn), *order], sizes)
        assert (seen.client, seen.server) == (["EHLOAUTH"], ["220250"])
        assert (seen.heard(client=False), seen.heard(client=True)) == ([0, 4], [3, 6])


@BATCHES
def test_of_the_server_sequence_numbers_wrap_around_too(sizes: tuple[int]) -> None:
    isn = (1 << 32) - 2
    talk = [s(0, "220", isn=isn), c(0, "EHLO", ack=isn + 3 - 5000), s(3, "250", ack=4, isn=isn)]
    seen = only([syn(), syn_ack(isn=isn), *talk], sizes)
    assert (seen.heard(client=False), seen.heard(client=True)) == ([0, 4], [3])


@BATCHES
def test_joined_late_each_had_heard_what_is_there(sizes: tuple[int]) -> None:
    seen = only([s(100, "250", ack=50), c(50, "AUTH", ack=103), s(103, "334", ack=54)], sizes)
    assert (seen.client, seen.server) == ([0, "AUTH"], [0, "250334"])
    assert (seen.heard(client=False), seen.heard(client=True)) == ([0, 4], [3])


@BATCHES
def test_an_end_counts_as_a_byte(sizes: tuple[int]) -> None:
    seen = only([*OPEN, c(0, "ab"), fin(c(2, "cd")), s(0, "x", ack=5)], sizes)
    assert seen.heard(client=False) == [5]


# -- when they came ----------------------------------------------------------------------------------


@BATCHES
def test_each_segment_has_its_time(sizes: tuple[int]) -> None:
    seen = only([*OPEN, s(0, "a"), s(1, "b"), s(2, "c"), c(0, "x", ack=3), s(3, "d", ack=1)], sizes)
    assert (seen.times(client=False), seen.times(client=True)) == ([3, 4, 5, 7], [6])


@BATCHES
def test_of_copies_the_first_has_it(sizes: tuple[int]) -> None:
    frames = duplicate(encode(timed([*OPEN, s(0, "a"), s(1, "b")])), ttl_minus=1)
    (seen,) = follow_frames(frames, sizes)
    assert [time for time, _ in seen.watcher.heard[False]] == [START + 3 * STEP, START + 4 * STEP]


@BATCHES
def test_what_waits_for_bytes_comes_when_they_do(sizes: tuple[int]) -> None:
    seen = only([*OPEN, c(1, "b"), c(3, "d"), c(2, "c"), c(0, "a")], sizes)
    assert (seen.client, seen.times(client=True)) == (["abcd"], [6, 6, 6, 6])


@BATCHES
def test_what_waited_in_vain_came_when_it_did(sizes: tuple[int]) -> None:
    seen = only([*OPEN, c(2, "cd"), c(4, "e"), s(0, "x", ack=5)], sizes)
    assert (seen.client, seen.times(client=True)) == ([2, "cde"], [3, 3, 4])
    at_the_end = only([*OPEN, c(2, "cd"), s(0, "x")], sizes)
    assert (at_the_end.client, at_the_end.times(client=True)) == ([2, "cd"], [3, 3])


def test_where_times_do_not_matter_neighbours_come_as_one() -> None:
    follower = Follower()
    pieces: list[bytes] = []

    class Untimed(Recorder):
        def receive(self, from_client: bool, data: bytes, time: int = 0, behind: int = 0) -> bool:
            pieces.append(data)
            return super().receive(from_client, data, time, behind)

    follower.table._watch = lambda: Untimed(timed=False)
    follower.feed(encode(timed([*OPEN, c(0, "a")])))
    follower.table.feed(packets(encode(timed([c(1, "b"), c(2, "c"), c(3, "d")])), PORTS))
    assert pieces == [b"a", b"bcd"]


# -- any order of the two directions ------------------------------------------------------------------


@st.composite
def talks(draw: st.DrawFn) -> list[Segment]:
    """Two sides that talk; each segment acknowledges at least what the one before did, at most what was said."""
    spoken = {True: 0, False: 0}
    heard = {True: 0, False: 0}
    talk = []
    for side in draw(st.lists(st.booleans(), min_size=1, max_size=20)):
        text = draw(st.text("ab", min_size=1, max_size=5))
        heard[side] = draw(st.integers(heard[side], spoken[not side]))
        talk.append((c if side else s)(spoken[side], text, ack=heard[side]))
        spoken[side] += len(text)
    return talk


@given(talks(), st.lists(st.booleans(), max_size=20), st.lists(st.integers(1, 10), min_size=1, max_size=5))
def test_what_was_heard_does_not_depend_on_the_capture_s_order(
    talk: list[Segment], client_next: list[bool], sizes: list[int]
) -> None:
    sides = {side: [each for each in talk if each.from_client is side] for side in (True, False)}
    order = [sides[side].pop(0) for side in client_next if sides[side]]
    whole, other = only([*OPEN, *talk]), only([*OPEN, *order, *sides[True], *sides[False]], sizes)
    for side in (True, False):
        assert [heard for _, heard in whole.watcher.heard[side]] == [heard for _, heard in other.watcher.heard[side]]


# -- the round trip ----------------------------------------------------------------------------------


@BATCHES
def test_the_round_trip_is_that_of_the_syn(sizes: tuple[int]) -> None:
    assert only([*OPEN, c(0, "ab")], sizes).connection.round_trip == STEP


@BATCHES
def test_of_syns_sent_again_the_last_was_answered(sizes: tuple[int]) -> None:
    assert only([syn(), syn(), syn(), syn_ack(), c(0, "ab")], sizes).connection.round_trip == STEP


@BATCHES
def test_of_answers_the_first_counts(sizes: tuple[int]) -> None:
    assert only([syn(), syn_ack(), syn_ack(), syn(), syn_ack(), c(0, "ab")], sizes).connection.round_trip == STEP


@BATCHES
@pytest.mark.parametrize(
    "opening",
    [
        [syn()],
        [syn_ack()],
        [syn_ack(), syn_ack()],
        [syn_ack(), syn()],
        [syn_ack(), syn(), syn_ack()],
        [],
    ],
    ids=["no answer", "no SYN", "an answer twice", "in the wrong order", "and then again", "joined late"],
)
def test_without_both_there_is_none(opening: list[Segment], sizes: tuple[int]) -> None:
    assert only([*opening, c(0, "ab")], sizes).connection.round_trip is None


@BATCHES
def test_frames_seen_twice_change_it_by_the_time_between_the_copies(sizes: tuple[int]) -> None:
    (seen,) = follow_frames(duplicate(encode(timed([*OPEN, c(0, "ab")]))), sizes)
    assert seen.connection.round_trip is not None
    assert STEP - 100 < seen.connection.round_trip <= STEP


@BATCHES
def test_a_port_used_again_has_a_round_trip_of_its_own(sizes: tuple[int]) -> None:
    again = [syn(isn=77_000), replace(syn_ack(isn=88_000, client_isn=77_000)), c(0, "cd", isn=77_000)]
    first = [*timed([*OPEN, c(0, "ab")])]
    second = [replace(each, time_us=START + 50 * STEP + 7 * place * STEP) for place, each in enumerate(again)]
    seen = follow_frames(encode([*first, *second]), sizes)
    assert [each.connection.round_trip for each in seen] == [STEP, 7 * STEP]
