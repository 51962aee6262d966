"""Any order, any cuts, any copies: one stream.  And the size of batches never shows."""

from __future__ import annotations

from dataclasses import dataclass, replace

from hypothesis import given
from hypothesis import strategies as st

from tests.streams.recording import (
    CLIENT,
    OPEN,
    Follower,
    Seen,
    Told,
    as_one,
    c,
    fin,
    follow_frames,
    join,
    only,
    rst,
    s,
    syn,
    syn_ack,
    timed,
)
from tests.wire import Encoding, Frame, Segment, duplicate, encode, merge

SIZES = st.lists(st.integers(1, 40), min_size=1, max_size=8)
TEXT = "".join(chr(33 + place % 90) for place in range(200))


def told(said: dict[int, str]) -> Told:
    """Return what a side says, from what was captured of each place: the simple model."""
    events: Told = []
    for place in range(max(said, default=-1) + 1):
        join(events, said.get(place, 1))
    return events


def model(pieces: list[tuple[int, str]]) -> Told:
    """Return what pieces amount to: for each place the byte that came first."""
    said: dict[int, str] = {}
    for start, text in pieces:
        for place, letter in enumerate(text, start):
            said.setdefault(place, letter)
    return told(said)


@st.composite
def consistent_pieces(draw: st.DrawFn) -> list[tuple[int, str]]:
    """Pieces of one text, overlapping, repeated, in any order, with or without holes."""
    starts = st.integers(0, len(TEXT) - 1)
    pieces = draw(st.lists(st.tuples(starts, st.integers(1, 60)), min_size=1, max_size=20))
    return [(start, TEXT[start : start + length]) for start, length in pieces]


@given(consistent_pieces(), st.integers(0, (1 << 32) - 1), SIZES)
def test_pieces_in_any_order_give_one_stream(pieces: list[tuple[int, str]], isn: int, sizes: list[int]) -> None:
    opening = [syn(isn=isn), syn_ack(client_isn=isn)]
    seen = only([*opening, *(c(start, text, isn=isn) for start, text in pieces)], sizes)
    assert seen.client == model(pieces)


@given(consistent_pieces(), st.integers(-300, 0))
def test_the_stream_wraps_anywhere(pieces: list[tuple[int, str]], before: int) -> None:
    isn = before % (1 << 32)
    seen = only([syn(isn=isn), *(c(start, text, isn=isn) for start, text in pieces)])
    assert seen.client == model(pieces)


@given(
    st.lists(st.tuples(st.integers(0, 30), st.text("abcdef", min_size=1, max_size=12)), min_size=1, max_size=12), SIZES
)
def test_of_bytes_that_contradict_each_other_the_first_hold(pieces: list[tuple[int, str]], sizes: list[int]) -> None:
    seen = only([syn(), *(c(start, text) for start, text in pieces)], sizes)
    assert seen.client == model(pieces)


@dataclass(frozen=True)
class Summary:
    """All that a connection tells."""

    ends: tuple[object, object]
    client: Told
    server: Told
    in_order: list[tuple[bool, str | int]]
    first: int
    last: int
    duplicates: int
    gap_bytes: int
    flags: tuple[bool, ...]
    mac: int
    hops: int
    vlan: tuple[int, ...]
    initial: tuple[int | None, int | None]
    heard: dict[bool, list[tuple[int, int]]]
    round_trip: int | None


def joined(events: list[tuple[bool, str | int]]) -> list[tuple[bool, str | int]]:
    """Join the neighbouring bytes of one side."""
    result: list[tuple[bool, str | int]] = []
    for side, new in events:
        one = as_one(result[-1][1], new) if result and result[-1][0] is side else None
        if one is None:
            result.append((side, new))
        else:
            result[-1] = (side, one)
    return result


def summary(seen: Seen) -> Summary:
    """Return what must not depend on batches."""
    connection = seen.connection
    return Summary(
        ends=(connection.client, connection.server),
        client=seen.client,
        server=seen.server,
        in_order=joined(seen.watcher.in_order),
        first=connection.first,
        last=connection.last,
        duplicates=connection.duplicates,
        gap_bytes=connection.gap_bytes,
        flags=(connection.start_seen, connection.end_seen, connection.one_sided, connection.snaplen_cut),
        mac=connection.mac,
        hops=connection.hops,
        vlan=connection.vlan,
        initial=(connection.half[0].initial, connection.half[1].initial),
        heard=seen.watcher.heard,
        round_trip=connection.round_trip,
    )


def outcome(frames: list[Frame], sizes: list[int], enough: int = 1 << 30) -> tuple[list[Summary], int]:
    """Return the connections of a capture in order of their beginning, and how many were silent."""
    follower = Follower(enough)
    follower.feed_in(frames, sizes)
    return sorted(map(summary, follower.finish()), key=repr), follower.table.silent


MARKS = (syn(), syn_ack(), syn(isn=90_000), fin(c(4)), fin(s(4)), rst(c(4)), fin(c(2, "ab")), syn(ttl=99))


@st.composite
def segments_of_anything(draw: st.DrawFn) -> list[Segment]:
    """Segments of a few connections, sensible and not."""
    place, text = st.integers(0, 12), st.text("ab", max_size=4)
    data = st.builds(_data, st.booleans(), place, text, place)
    marks = st.sampled_from(MARKS)
    segments = draw(st.lists(st.one_of(data, data, data, marks), min_size=1, max_size=25))
    ports = [draw(st.sampled_from([49152, 49153])) for _ in segments]
    steps = draw(st.sampled_from([1, 1000, 31_000_000, 199_000_000]))  # no two copies around the end of a limit
    return timed([_with_port(each, port) for each, port in zip(segments, ports, strict=True)], steps)


def _cut(frame: Frame) -> Frame:
    return replace(frame, data=frame.data[:-1])


def _data(from_client: bool, place: int, text: str, ack: int) -> Segment:
    return (c if from_client else s)(place, text, ack=ack)


def _with_port(segment: Segment, port: int) -> Segment:
    end = replace(CLIENT, port=port)
    return replace(segment, source=end) if segment.from_client else replace(segment, target=end)


@given(segments_of_anything(), SIZES, st.booleans(), st.sets(st.integers(0, 24)))
def test_the_size_of_batches_never_shows(segments: list[Segment], sizes: list[int], twice: bool, cut: set[int]) -> None:
    frames = encode(segments, Encoding(vlan=(10,)))
    frames = [_cut(each) if at in cut and segments[at].payload else each for at, each in enumerate(frames)]
    if twice:
        frames = duplicate(frames, ttl_minus=1, vlan=(20,), source_mac="00:50:56:ff:ff:01")
    assert outcome(frames, sizes) == outcome(frames, [1]) == outcome(frames, [10_000])


TURN = st.tuples(st.booleans(), st.text("abc", min_size=1, max_size=8))


@st.composite
def talk_in_step(draw: st.DrawFn) -> list[Segment]:
    """A dialogue of which each side has heard all, with or without its beginning, and what goes wrong on the way."""
    segments = list(OPEN)
    places = {True: 0, False: 0}
    for from_client, text in draw(st.lists(TURN, min_size=4, max_size=16)):
        segments.append(_data(from_client, places[from_client], text, places[not from_client]))
        places[from_client] += len(text)
    segments += [fin(c(places[True], ack=places[False])), fin(s(places[False], ack=places[True] + 1))]
    for how, place in draw(
        st.lists(st.tuples(st.sampled_from(["lose", "again", "late", "early"]), st.integers(0, 18)))
    ):
        here = place % len(segments)
        if how == "lose":
            del segments[here : here + 1 if len(segments) > 1 else here]
        elif how == "again":
            segments.insert(here, segments[here])
        elif how == "late":
            segments.insert(min(here + 2, len(segments)), segments.pop(here))
        else:
            segments = segments[here:]
    return timed(segments, draw(st.sampled_from([1, 1000, 31_000_000, 61_000_000])))


@given(talk_in_step(), SIZES)
def test_nor_what_was_taken_at_a_glance(segments: list[Segment], sizes: list[int]) -> None:
    frames = encode(segments)
    assert outcome(frames, [10_000]) == outcome(frames, [1]) == outcome(frames, sizes)


def test_in_step_nearly_all_is_taken_at_a_glance() -> None:
    turns = [
        piece for place in range(0, 40, 4) for piece in (s(place, "abcd", ack=place), c(place, "efgh", ack=place + 4))
    ]
    seen = only([*OPEN, *turns])
    assert seen.watcher.skimmed == len(turns) - 2  # the first of each side shows where it begins
    assert (seen.client, seen.server) == (["efgh" * 10], ["abcd" * 10])


@given(segments_of_anything(), SIZES, st.integers(1, 10))
def test_nor_where_a_watcher_wants_no_more(segments: list[Segment], sizes: list[int], enough: int) -> None:
    frames = encode(segments)
    batched, one_by_one = outcome(frames, sizes, enough), outcome(frames, [1], enough)
    assert [(each.first, each.last, each.flags) for each in batched[0]] == [
        (each.first, each.last, each.flags) for each in one_by_one[0]
    ]


@given(st.lists(st.sampled_from(range(200)), unique=True, min_size=2, max_size=30), SIZES)
def test_connections_of_many_clients_do_not_depend_on_batches(ports: list[int], sizes: list[int]) -> None:
    talk = timed([*OPEN, c(0, "ab"), s(0, "x", ack=2), c(2, "cd", ack=1), fin(c(4)), fin(s(1))])
    frames = merge(*(encode([_with_port(each, 50_000 + port) for each in talk]) for port in ports))
    seen = follow_frames(frames, sizes)
    assert sorted(each.connection.client.port for each in seen) == sorted(50_000 + port for port in ports)
    assert all((each.client, each.server) == (["abcd"], ["x"]) for each in seen)
