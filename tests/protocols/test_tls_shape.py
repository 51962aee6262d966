"""The shape of a dialogue inside TLS: half-turns, whatever the order in which a capture shows the two directions."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from itertools import pairwise
from ssl import TLSVersion

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sniffer.model import limits
from sniffer.model.facts import HalfTurn, ShapeFact
from sniffer.protocols.tls_handshake import Handshake
from tests.protocols import tls_bytes as tls
from tests.protocols.dialogue import Turn, Turns
from tests.protocols.handshakes import contexts, recorded, shake
from tests.protocols.records import (
    RESUMED_12,
    TLS_12,
    TLS_13,
    Told,
    behind,
    cut,
    fact,
    in_order,
    listen,
    shape,
    shuffled,
    words,
)

FLIGHT = "S: 31 900 80 53\n"
RECORD_LENGTHS = st.lists(st.integers(0, 60), min_size=1, max_size=3)
SIZES = st.lists(st.integers(1, 90), min_size=1, max_size=20)
ORDER = st.lists(st.booleans(), max_size=60)


# -- dialogues ---------------------------------------------------------------------------------------


def test_a_dialogue_of_tls_1_3_begins_with_the_rest_of_its_handshake() -> None:
    said = behind(TLS_13 + FLIGHT, """
        C: change 53
        S: 250 250
        C: 31
        S: 180
        C: 29
        S: 35
    """)  # fmt: skip
    assert shape(said) == ["S 31 900 80 53", "C 53", "S 250 250", "C 31", "S 180", "C 29", "S 35"]


@pytest.mark.parametrize("beginning", [TLS_12, RESUMED_12])
def test_a_dialogue_of_older_versions_begins_behind_it(beginning: str) -> None:
    said = behind(beginning, "C: 38\nS: 180\nC: 36\nS: 42\nC: close\nS: close")
    assert shape(said) == ["C 38", "S 180", "C 36", "S 42"]


def test_a_server_that_speaks_first() -> None:
    """On port 465 the greeting comes first."""
    assert shape(behind(TLS_12, "S: 64\nC: 38\nS: 180")) == ["S 64", "C 38", "S 180"]
    resumed = behind(RESUMED_12, "S: 64\nC: 38\nS: 180")
    assert shape(resumed) == ["S 64", "C 38", "S 180"]
    said = behind(TLS_13 + FLIGHT, "C: 53\nS: 250 250\nS| 64\nC: 38\nS: 180")
    assert shape(said) == ["S 31 900 80 53", "C 53", "S 250 250 64", "C 38", "S 180"]


def test_what_a_server_says_before_the_clients_finished_belongs_to_its_flight() -> None:
    """RFC 8446 4.6.1 lets tickets, and 2.3 a greeting, go out in the first flight."""
    said = behind(TLS_13 + FLIGHT, "S| 250 64\nC: 53\nC| 38\nS: 180")
    assert shape(said) == ["S 31 900 80 53 250 64", "C 53 38", "S 180"]


def test_a_retried_hello() -> None:
    said = behind("C: hello\nS: retry change\nC: change hello\nS: chosen 31 900 80 53\n", "C: 53\nS: 250\nC: 31")
    assert shape(said) == ["S 31 900 80 53", "C 53", "S 250", "C 31"]


def test_a_client_that_shows_a_certificate() -> None:
    said = behind(TLS_13, "S: 31 60 900 80 53\nC: 800 96 53\nS: 250")
    assert shape(said) == ["S 31 60 900 80 53", "C 800 96 53", "S 250"]


def test_without_middlebox_compatibility_there_is_no_change_of_cipher_specs() -> None:
    said = behind("C: hello\nS: chosen 31 900 80 53\n", "C: 53\nC| 31\nS: 180")
    assert shape(said) == ["S 31 900 80 53", "C 53 31", "S 180"]


def test_early_data_is_left_out() -> None:
    said = behind("C: early-hello change 300 300\nS: chosen change 31 53\n", "C: 21 53\nS: 180")
    assert shape(said) == ["S 31 53", "C 21 53", "S 180"]


def test_early_data_that_crosses_the_servers_flight_is_left_out() -> None:
    said = behind("C: early-hello change\nS: chosen change 31 53\nC: 300\n", "C| 21 53\nS: 180")
    said[2] = replace(said[2], heard=0)
    assert shape(said) == ["S 31 53", "C 21 53", "S 180"]


def test_alerts_of_older_versions_are_not_in_the_shape() -> None:
    for close in ("C: close\nS: close", "S: close\nC: close", "C: warning\nS: close"):
        assert shape(behind(TLS_12, f"C: 38\nS: 180\n{close}")) == ["C 38", "S 180"]
    assert shape(behind(TLS_13 + FLIGHT, "C: 53\nS: 180\nC: 19\nS: 19"))[-2:] == ["C 19", "S 19"]


def test_what_is_said_behind_the_other_sides_close_counts() -> None:
    assert shape(behind(TLS_12, "C: 38\nS: 180\nC: 30 close\nS: 60 close")) == ["C 38", "S 180", "C 30", "S 60"]


def test_records_of_one_byte_and_the_rest_stay_as_they_are() -> None:
    """TLS 1.0 in CBC mode: OpenSSL puts an empty record in front, others one of a byte (against BEAST)."""
    said = behind(TLS_12, "C: 24 40\nS: 24 200\nC: 0 40\nS: 0 60")
    assert shape(said) == ["C 24 40", "S 24 200", "C 0 40", "S 0 60"]


def test_an_acknowledgement_of_the_end_hides_no_answer() -> None:
    """What a server says behind the client's FIN acknowledges a byte more than the client sent."""
    said = behind(TLS_13 + FLIGHT, "C: 53\nS: 180\nC: 30 19\nS: 60")
    said[-1] = replace(said[-1], heard=said[-1].heard + 1)
    assert shape(said)[-2:] == ["C 30 19", "S 60"]


# -- of a real TLS library ---------------------------------------------------------------------------

SAID = (
    (True, b"EHLO scanner\r\n"),
    (False, b"250 hi\r\n"),
    (True, b"AUTH LOGIN\r\n"),
    (False, b"334 VXNlcm5hbWU6\r\n"),
)
SEALED: dict[str, tuple[TLSVersion, Callable[[int], int]]] = {
    "TLS_AES_256_GCM_SHA384": (TLSVersion.TLSv1_3, lambda octets: octets + 1 + 16),
    "ECDHE-ECDSA-AES256-GCM-SHA384": (TLSVersion.TLSv1_2, lambda octets: 8 + octets + 16),
    "ECDHE-ECDSA-CHACHA20-POLY1305": (TLSVersion.TLSv1_2, lambda octets: octets + 16),
    "ECDHE-ECDSA-AES128-SHA256": (TLSVersion.TLSv1_2, lambda octets: 16 + (octets // 16 + 1) * 16 + 32),
}
"""Ciphers, and how long they make a text (RFC 8446 5.2, 5288 3, 7905 2, 7366 3)."""


@pytest.fixture(params=SEALED)
def talk(request: pytest.FixtureRequest) -> tuple[list[Told], list[str]]:
    """A dialogue and its half-turns; in TLS 1.3 the closing is one too."""
    version, sealed = SEALED[request.param]
    ciphers = request.param if version is TLSVersion.TLSv1_2 else ""
    said = shake(*contexts(maximum=version, ciphers=ciphers), lines=SAID, closing=True)
    closes = ["C 19", "S 19"] if version is TLSVersion.TLSv1_3 else []
    return in_order(said), [f"{'C' if side else 'S'} {sealed(len(line))}" for side, line in SAID] + closes


def test_what_is_said_has_the_length_that_the_cipher_gives_it(talk: tuple[list[Told], list[str]]) -> None:
    told, expected = talk
    found = shape(told)
    assert found[-len(expected) :] == expected
    handshake = [(half[0], len(half.split()) - 1) for half in found[: -len(expected)]]
    assert handshake == ([("S", 4), ("C", 1), ("S", 2)] if expected[-1] == "S 19" else [])  # OpenSSL has two tickets


def test_its_cuts_do_not_show(talk: tuple[list[Told], list[str]]) -> None:
    told, _ = talk
    for size in range(1, 300, 7):
        assert fact(cut(told, [size])) == fact(told)


@given(st.data())
def test_nor_does_the_capture_s_order_of_its_directions(data: st.DataObject) -> None:
    version, _ = SEALED[data.draw(st.sampled_from(sorted(SEALED)))]
    told = in_order(_talk_of(version))
    assert fact(shuffled(cut(told, data.draw(SIZES)), data.draw(ORDER))) == fact(told)


@cache
def _talk_of(version: TLSVersion) -> Turns:
    return shake(*contexts(maximum=version), lines=SAID, closing=True)


@pytest.mark.parametrize(
    ("name", "begins"),
    [
        ("1.3", ["S 4", "C 1", "S 2"]),
        ("1.3 resumed", ["S 2", "C 1", "S 1"]),
        ("1.3 with the client's certificate", ["S 5", "C 3", "S 2"]),
        ("1.3 without the client's certificate", ["S 5", "C 2", "S 1"]),
        ("retried", ["S 4", "C 1", "S 2"]),
        ("1.2", []),
        ("1.2 resumed", []),
        ("1.2 with the client's certificate", []),
        ("1.1", []),
        ("1.0", []),
    ],
)
def test_the_handshakes_share_of_the_shape(name: str, begins: list[str]) -> None:
    found = [f"{half[0]} {len(half.split()) - 1}" for half in shape(in_order(recorded()[name].said))]
    ends = {"1.3 without the client's certificate": [], "1.0": ["C 2", "S 2"]}.get(name, ["C 1", "S 1"])
    assert found == begins + ends


# -- who had heard what ------------------------------------------------------------------------------


def test_a_client_that_speaks_on_before_the_tickets_come() -> None:
    script = "C: 53\nS: 250 250\nC: 31\nS: 180"
    heard = behind(TLS_13 + FLIGHT, script)
    assert shape(heard) == ["S 31 900 80 53", "C 53", "S 250 250", "C 31", "S 180"]
    crossing = [*heard[:4], replace(heard[4], heard=heard[2].heard), heard[5]]
    assert shape(crossing) == ["S 31 900 80 53", "C 53 31", "S 250 250 180"]


def test_commands_sent_on_end_are_one_half_turn_whenever_their_replies_came() -> None:
    said = behind(TLS_12, "C: 40\nS: 30\nC: 41\nS: 31\nC: 42\nS: 32\nC: 43")
    start = said[4].heard
    pipelined = [replace(each, heard=start) if each.turn.from_client and 4 < at < 10 else each
                 for at, each in enumerate(said)]  # fmt: skip
    assert shape(pipelined) == ["C 40 41 42", "S 30 31 32", "C 43"]


def test_a_reply_of_which_only_a_part_was_heard_is_no_cause() -> None:
    said = behind(TLS_12, "C: 40\nS: 300\nC: 41\nS: 31")
    part = [*said[:6], replace(said[6], heard=said[6].heard - 1), said[7]]
    assert shape(part) == ["C 40 41", "S 300 31"]


def test_a_segment_sent_again_acknowledges_what_its_first_sending_had_not_heard() -> None:
    """The capture has not seen the first sending; what the client sent next tells what it had heard."""
    said = behind(TLS_12, "C: 40\nS: 30\nC: 41\nC| 42\nS: 31 32\n")
    again = [*said[:6], replace(said[6], heard=said[6].heard), replace(said[7], heard=said[4].heard), said[8]]
    assert shape(again) == ["C 40 41 42", "S 30 31 32"]


def test_acknowledgements_that_contradict_each_other_prove_nothing() -> None:
    """Segments that were merged on their way have one acknowledgement, the last: here that of tickets."""
    said = behind(TLS_13 + FLIGHT, "C: 53\nS: 250 250\nC: 31\nS: 180\nC: 29")
    merged = replace(said[2], turn=Turn(True, said[2].turn.data + said[4].turn.data), heard=said[4].heard)
    told = [*said[:2], merged, said[3], *said[5:]]
    assert words(fact(told)) == ["S 31 900 80 53", "C 53 31", "S 250 250 180", "C 29"]


def test_times_are_those_of_the_first_and_the_last_record() -> None:
    said = behind(TLS_12, "C: 40\nC| 41\nC| 42\nS: 30\nS| 31")
    found = fact(said)
    assert found is not None
    assert [(half.first, half.last) for half in found.half_turns] == [(4000, 6000), (7000, 8000)]


BEGINNINGS = st.sampled_from([TLS_13 + FLIGHT + "C: 53\n", TLS_12, RESUMED_12])


@st.composite
def conversations(draw: st.DrawFn, longest: int = 30) -> list[Told]:
    """Two sides that talk, each having heard at least what it had heard before, and at most all that was said."""
    told = behind(draw(BEGINNINGS), "")
    spoken = {side: sum(each.length for each in told if each.turn.from_client is side) for side in (True, False)}
    heard = {side: max(each.heard for each in told if each.turn.from_client is side) for side in (True, False)}
    for side in draw(st.lists(st.booleans(), max_size=longest)):
        if not draw(st.integers(0, 3)):
            heard[side] = draw(st.integers(heard[side], spoken[not side]))
        else:
            heard[side] = spoken[not side]
        turn = Turn(side, b"".join(map(tls.sealed, draw(RECORD_LENGTHS))))
        told.append(Told(turn, heard[side], len(told) * 1000))
        spoken[side] += len(turn.data)
    return told


@given(conversations(), SIZES)
def test_any_cutting_gives_the_same_half_turns(told: list[Told], sizes: list[int]) -> None:
    assert fact(cut(told, sizes)) == fact(told)


@given(conversations(), ORDER, SIZES)
def test_the_capture_s_order_of_the_two_directions_does_not_matter(
    told: list[Told], client_next: list[bool], sizes: list[int]
) -> None:
    assert fact(shuffled(cut(told, sizes), client_next)) == fact(told)


@given(conversations(longest=100), st.integers(0, 300))
def test_nor_does_a_delay_of_one_direction_in_a_long_dialogue(told: list[Told], delay: int) -> None:
    for late in (True, False):
        order = sorted(told, key=lambda each: each.time + 1000 * delay * (each.turn.from_client is late))
        assert fact(order) == fact(told)


@given(conversations(), st.data())
def test_nor_does_it_where_bytes_are_missing(told: list[Told], data: st.DataObject) -> None:
    place = data.draw(st.integers(2, len(told) - 1))
    lost = replace(told[place], turn=Turn(told[place].turn.from_client, b"", told[place].length))
    gapped = [*told[:place], lost, *told[place + 1 :]]
    found = fact(gapped)
    assert fact(shuffled(gapped, data.draw(ORDER))) == found
    for side in (True, False):
        octets = _lengths(fact(told), side)
        assert octets[: len(_lengths(found, side))] == _lengths(found, side)


def _lengths(found: ShapeFact | None, from_client: bool) -> list[int]:
    halves = found.half_turns if found else ()
    return [length for half in halves if half.from_client is from_client for length in half.lengths]


@given(conversations())
def test_every_record_is_in_it_once(told: list[Told]) -> None:
    found = fact(told)
    for side in (True, False):
        octets = sum(half.octets for half in found.half_turns if half.from_client is side) if found else 0
        said = b"".join(each.turn.data for each in told if each.turn.from_client is side)
        assert octets == _sealed_octets(said)
    assert found is None or found.cut is None


def _sealed_octets(data: bytes) -> int:
    octets = place = 0
    while place < len(data):
        length = int.from_bytes(data[place + 3 : place + 5])
        octets += length if data[place] == tls.APPLICATION_DATA else 0
        place += 5 + length
    return octets


# -- where it ends -----------------------------------------------------------------------------------


def test_bytes_missing_within_a_record_are_passed_over() -> None:
    said = behind(TLS_13 + FLIGHT, "C: 53\nS: 180\nC: 40 <50 missing of 100> 29\nS: 35")
    assert shape(said) == ["S 31 900 80 53", "C 53", "S 180", "C 40 100 29", "S 35"]


@pytest.mark.parametrize("what", ["<5 missing> 29", "<90 missing of 100>", "<6 missing>", "junk 29"])
def test_bytes_missing_elsewhere_end_it_and_the_beginning_stays(what: str) -> None:
    said = behind(TLS_13 + FLIGHT, f"C: 53\nS: 180\nC: 40 {what}\nS: 35\nC: 29")
    assert shape(said) == ["S 31 900 80 53", "C 53", "S 180", "C 40", "cut: gap"]


def test_what_a_gap_may_have_cut_short_is_no_message() -> None:
    """A reply line by line, or a command in several records, of which the rest is missing."""
    assert shape(behind(TLS_12, "C: 40\nS: 30\nC: 25\nS: 60 60 <60 missing>\nC: 33")) == [
        "C 40",
        "S 30",
        "C 25",
        "cut: gap",
    ]
    assert shape(behind(TLS_12, "C: 40\nS: 30\nC: 25 9 <30 missing>\nS: 60\nC: 33")) == ["C 40", "S 30", "cut: gap"]


def test_who_was_answered_had_said_all() -> None:
    said = behind(TLS_12, "C: 40\nS: 30\nC: 25\nS: <60 missing>\nC: 33")
    assert shape(said) == ["C 40", "S 30", "C 25", "cut: gap"]


def test_what_was_said_before_the_missing_bytes_were_heard_stays() -> None:
    said = behind(TLS_12, "C: 40\nS: 30\nC: <40 missing>\nS: 35")
    unheard = [*said[:-1], replace(said[-1], heard=said[-3].heard)]
    assert shape(unheard) == ["C 40", "S 30 35", "cut: gap"]
    assert shape(said) == ["C 40", "S 30", "cut: gap"]


def test_one_direction_alone_has_no_shape() -> None:
    said = behind(TLS_13 + FLIGHT, "C: 53\nS: 180\nC: 40")
    for side in (True, False):
        assert fact([each for each in said if each.turn.from_client is side]) is None


def test_an_end_in_the_middle_leaves_what_is_known() -> None:
    """The capture ends while one direction lags behind."""
    said = behind(TLS_12, "C: 40\nS: 30\nC: 41\nS: 31\nC: 42\nS: 32")
    lagging = [each for each in said if not each.turn.from_client or each.time < said[6].time]
    assert words(fact(lagging)) == ["C 40", "S 30", "cut: gap"]


@pytest.mark.parametrize("beginning", [TLS_12, RESUMED_12])
@pytest.mark.parametrize("side", ["C", "S"])
def test_a_second_handshake_ends_it(beginning: str, side: str) -> None:
    said = behind(beginning, f"C: 40\nS: 30\n{side}| renegotiate\nC| 60\nS| 60")
    assert shape(said)[:2] == ["C 40", "S 30"]
    assert shape(said)[-1] == "cut: renegotiation"


def test_a_dialogue_of_as_many_half_turns_as_are_kept_is_whole() -> None:
    script = "C: 40\nS: 30\n" * (limits.HALF_TURNS // 2)
    assert shape(behind(TLS_12, script)) == ["C 40", "S 30"] * (limits.HALF_TURNS // 2)


@pytest.mark.parametrize("beginning", [TLS_12, RESUMED_12])
@pytest.mark.parametrize("turns", [("C: 40\n", "S: 30\n"), ("S: 30\n", "C: 40\n")])
def test_of_more_half_turns_the_first_are_kept(beginning: str, turns: tuple[str, str]) -> None:
    half = limits.HALF_TURNS // 2
    for more in ("".join(turns) * half + turns[0], "".join(turns) * 3 * half):
        found = shape(behind(beginning, more))
        assert found == [*(turn.replace(":", "").strip() for turn in turns)] * half + ["cut: limit"]


def test_of_many_records_on_end_the_first_are_kept_one_by_one() -> None:
    kept = limits.HALF_TURN_RECORDS
    said = behind(TLS_12, "C: " + " ".join(str(100 + number) for number in range(kept + 3)) + "\nS: 30")
    lengths = " ".join(str(100 + number) for number in range(kept))
    assert shape(said) == [f"C {lengths} and 3 of {3 * (100 + kept) + 3}", "S 30"]
    assert words(fact(behind(TLS_12, "C: " + "7 " * kept))) == ["C" + " 7" * kept]


def test_the_records_of_a_half_turn_are_counted_across_what_was_heard() -> None:
    kept = limits.HALF_TURN_RECORDS
    said = behind(TLS_12, f"C: {'7 ' * (kept - 1)}\nS: 300\nC: 8 9 9\nS: 30")
    partly = [*said[:6], replace(said[6], heard=said[6].heard - 200), said[7]]
    assert shape(partly) == ["C" + " 7" * (kept - 1) + " 8 and 2 of 18", "S 300 30"]


@pytest.mark.parametrize("side", [True, False])
def test_small_records_without_end_are_a_mail_and_cost_nothing(side: bool) -> None:
    handshake = listen(behind(TLS_13 + FLIGHT, "C: 53\nS: 180\nC: 40\nS: 35"))
    tracemalloc.start()
    try:
        for _ in range(200):
            assert handshake.receive(side, tls.sealed(20) * 100) is True
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept < 20_000
    assert handshake.anomalies == {}
    found = handshake.shape.fact()
    assert found is not None
    assert sum(half.records for half in found.half_turns if half.from_client is side) > 20_000


@pytest.mark.parametrize("heard", [0, 1, -1, 1 << 31, -(1 << 31)])
def test_a_flood_of_turns_costs_little(heard: int) -> None:
    handshake = listen(behind(TLS_13 + FLIGHT, "C: 53\nS: 180"))
    tracemalloc.start()
    try:
        for number in range(5000):
            handshake.receive(bool(number % 2), tls.sealed(20), number, heard * number % (1 << 32) - (1 << 31))
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept < 100_000
    found = handshake.shape.fact()
    assert found is not None
    assert len(found.half_turns) <= limits.HALF_TURNS


HOSTILE = st.one_of(
    st.binary(min_size=1, max_size=12),
    st.sampled_from([each.turn.data for each in behind(TLS_13 + TLS_12, "C: 0 19 53 close renegotiate warning")]),
)
ANY_TOLD = st.builds(
    Told,
    st.one_of(
        st.builds(Turn, st.booleans(), HOSTILE, st.just(-1)),
        st.builds(Turn, st.booleans(), st.just(b""), st.integers(0, 30)),
    ),
    st.integers(-(1 << 31), 1 << 31) | st.integers(0, 300),
    st.integers(0, 1 << 50),
)


@given(BEGINNINGS, st.lists(ANY_TOLD, max_size=30), SIZES)
def test_junk_never_raises_and_its_cuts_never_show(beginning: str, told: list[Told], sizes: list[int]) -> None:
    told = behind(beginning, "") + told
    found = fact(told)
    assert fact(cut(told, sizes)) == found
    if found is not None:
        assert msgspec.msgpack.decode(msgspec.msgpack.encode(found), type=ShapeFact) == found
        assert all(half.records for half in found.half_turns)
        sides = [half.from_client for half in found.half_turns]
        assert all(one is not other for one, other in pairwise(sides))


# -- secrets ------------------------------------------------------------------------------------------


def test_lengths_are_not_shown() -> None:
    found = fact(behind(TLS_12, "C: 7919 7907\nS: " + "7901 " * 20))
    assert found is not None
    shown = f"{found!r} {found} {found.half_turns!r} {found.half_turns[0]}"
    assert not any(number in shown for number in ("7919", "7907", "7901", str(7919 + 7907), str(4 * 7901)))
    assert (found.half_turns[0].records, found.half_turns[0].octets) == (2, 7919 + 7907)
    assert (found.half_turns[1].records, found.half_turns[1].octets) == (20, 20 * 7901)


def test_a_half_turn_says_who_spoke() -> None:
    assert repr(HalfTurn(True, 1, 2, (3, 4), 5, 60)) == "HalfTurn(client, 7 records)"
    assert str(HalfTurn(False, 1, 2, (3,))) == "HalfTurn(server, 1 records)"


def test_in_order_is_what_a_watcher_without_times_takes_for_granted() -> None:
    said = behind(TLS_12, "C: 40\nS: 30\nC: 41\nS: 31")
    handshake = Handshake()
    for each in said:
        handshake.receive(each.turn.from_client, each.turn.data)
    assert words(handshake.shape.fact()) == words(fact(in_order([each.turn for each in said])))
