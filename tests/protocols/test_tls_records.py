"""Records and handshake messages: the same however their bytes are cut, and garbage is given up."""

from __future__ import annotations

import tracemalloc
from collections import deque
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sniffer.model import limits
from sniffer.protocols.tls_messages import CERTIFICATE, CLIENT_HELLO, Message, Messages
from sniffer.protocols.tls_records import LONGEST, SSL2_HELLO, Record, Records
from tests.protocols.tls_bytes import ALERT, APPLICATION_DATA, CHANGE_CIPHER_SPEC, HANDSHAKE, message, record

KINDS = st.sampled_from([CHANGE_CIPHER_SPEC, ALERT, HANDSHAKE, APPLICATION_DATA, 24])
RECORDS = st.lists(st.tuples(KINDS, st.integers(0x0300, 0x0304), st.binary(min_size=1, max_size=60)), max_size=8)
CUTS = st.lists(st.integers(1, 50), min_size=1, max_size=20)
MESSAGES = st.lists(st.tuples(st.sampled_from([0, 1, 2, 4, 11, 14, 20]), st.binary(max_size=60)), max_size=8)


def pieces(data: bytes, sizes: Iterable[int]) -> list[bytes]:
    """Cut bytes into pieces of these sizes, the last of which takes the rest."""
    found = []
    for size in sizes:
        found.append(data[:size])
        data = data[size:]
    return [*found, data]


def taken(parts: Iterable[bytes]) -> tuple[list[Record], bool]:
    """What a side makes of bytes."""
    records = Records()
    return [each for part in parts for each in records.take(part)], records.unreadable


@given(RECORDS, CUTS)
def test_records_are_the_same_however_they_are_cut(made: list[tuple[int, int, bytes]], sizes: list[int]) -> None:
    wire = b"".join(record(kind, body, version) for kind, version, body in made)
    expected = [
        Record(kind, version, len(body), b"" if kind == APPLICATION_DATA else body) for kind, version, body in made
    ]
    assert taken([wire]) == taken(pieces(wire, sizes)) == taken(wire[i : i + 1] for i in range(len(wire)))
    assert taken([wire]) == (expected, False)


@given(st.lists(st.binary(max_size=30), max_size=12))
def test_anything_is_the_same_however_it_is_cut(parts: list[bytes]) -> None:
    assert taken(parts) == taken([b"".join(parts)])


@pytest.mark.parametrize(
    "flood", [record(APPLICATION_DATA, bytes(LONGEST)), record(HANDSHAKE, bytes(LONGEST)), b"x" * LONGEST]
)
def test_what_is_kept_is_less_than_a_record(flood: bytes) -> None:
    wire = flood * 3
    middle = len(flood) + 9000
    tracemalloc.start()
    try:
        records = Records()
        for _ in range(300):
            deque(records.take(wire[:middle]), 0)
            deque(records.take(wire[middle:]), 0)
        deque(records.take(wire[:-1]), 0)
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept < 2 * LONGEST


@pytest.mark.parametrize(
    "garbage",
    [
        b"EHLO scanner\r\n",
        b"\x13\x03\x03\x00\x01\x01",
        b"\x19\x03\x03\x00\x01\x01",
        b"\x16\x02\x00\x00\x01\x01",
        b"\x16\x03\x05\x00\x01\x01",
        b"\x16\x03\x03" + (LONGEST + 1).to_bytes(2) + b"\x01",
        b"\x16\x03\x03\x00\x00",
        b"\x15\x03\x03\x00\x00",
        b"\x14\x03\x03\x00\x00",
        b"\x80\x2e\x02\x03\x01" + bytes(50),
    ],
)
def test_garbage_is_given_up_and_what_came_before_it_is_told(garbage: bytes) -> None:
    good = record(HANDSHAKE, b"abc")
    assert taken([garbage]) == ([], True)
    assert taken([good + garbage + good]) == ([Record(HANDSHAKE, 0x0303, 3, b"abc")], True)


def test_a_record_may_be_as_long_as_the_rules_allow() -> None:
    assert taken([record(HANDSHAKE, bytes(LONGEST))]) == ([Record(HANDSHAKE, 0x0303, LONGEST, bytes(LONGEST))], False)


def test_empty_application_data_is_allowed() -> None:
    """OpenSSL sends such records in TLS 1.0, against BEAST."""
    empty = Record(APPLICATION_DATA, 0x0301, 0)
    assert taken([record(APPLICATION_DATA, b"", 0x0301) * 2]) == ([empty, empty], False)


def test_the_hello_of_ssl_2_is_told_once_and_then_there_is_tls() -> None:
    hello = b"\x80\x03\x01\x03\x01"
    wire = hello + record(ALERT, b"\x02\x28")
    expected = [Record(SSL2_HELLO, 0x0301, 3, hello[2:]), Record(ALERT, 0x0303, 2, b"\x02\x28")]
    assert taken([wire]) == taken(wire[i : i + 1] for i in range(len(wire))) == (expected, False)
    assert taken([wire + hello]) == (expected, True)


def test_bytes_missing_within_application_data_are_counted() -> None:
    records = Records()
    wire = record(APPLICATION_DATA, bytes(100))
    assert list(records.take(wire[:20])) == []
    records.miss(50)
    assert list(records.take(wire[70:] + wire)) == [Record(APPLICATION_DATA, 0x0303, 100)] * 2
    assert not records.unreadable


@pytest.mark.parametrize(("seen", "missing"), [(0, 5), (3, 1), (20, 85), (20, 86), (20, 0), (105, 105)])
def test_bytes_missing_anywhere_else_end_the_reading(seen: int, missing: int) -> None:
    records = Records()
    list(records.take(record(APPLICATION_DATA, bytes(100))[:seen]))
    records.miss(missing)
    assert records.unreadable
    assert list(records.take(record(HANDSHAKE, b"abc"))) == []


@given(MESSAGES, CUTS)
def test_messages_are_the_same_however_they_lie_in_records(made: list[tuple[int, bytes]], sizes: list[int]) -> None:
    stream = b"".join(message(kind, body) for kind, body in made)
    expected = [Message(kind, body if kind in (1, 2, 11) else None) for kind, body in made]
    for parts in ([stream], pieces(stream, sizes), [stream[i : i + 1] for i in range(len(stream))]):
        messages = Messages()
        assert [each for part in parts for each in messages.take(part)] == expected


@pytest.mark.parametrize("more", [0, 1])
def test_a_message_is_kept_up_to_the_limit(more: int) -> None:
    length = limits.HANDSHAKE_BYTES + more
    (found,) = Messages().take(message(CLIENT_HELLO, bytes(length)))
    assert (found.type, found.body) == (CLIENT_HELLO, None if more else bytes(length))


def test_a_message_that_is_too_long_is_passed_over_and_not_kept() -> None:
    messages = Messages()
    wire = message(CERTIFICATE, bytes(16_000_000)) + message(14, b"")
    tracemalloc.start()
    try:
        found = [each for place in range(0, len(wire), 16384) for each in messages.take(wire[place : place + 16384])]
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 1_000_000
    assert found == [Message(CERTIFICATE, None), Message(14, None)]
