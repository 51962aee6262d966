"""Records are found by their places, whatever is missing inside of them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sniffer.protocols.tls_places import RecordPlace, records, shown_records
from tests.protocols.tls_bytes import APPLICATION_DATA, CHANGE, client_hello, hello_record, record, sealed

HELLO = hello_record(client_hello())
FLIGHT = HELLO + CHANGE + sealed(300) + sealed(0) + sealed(40)


def shown(pieces: list[tuple[int, bytes]], *, open_cipher: bool = False) -> list[bytes]:
    """What is shown of pieces whose TLS begins at place 10."""
    cleaned = [bytearray(len(raw)) for _, raw in pieces]
    shown_records(pieces, 10, cleaned, open_cipher=open_cipher)
    return [bytes(each) for each in cleaned]


def test_records_follow_each_other() -> None:
    found = list(records([(10, FLIGHT)], 10))
    assert [each.type for each in found] == [22, 20, 23, 23, 23]
    assert found[0] == RecordPlace(10, 22, 15, 10 + len(HELLO))
    assert found[-1].end == 10 + len(FLIGHT)


def test_what_is_missing_inside_of_a_record_does_not_matter() -> None:
    begin = len(HELLO + CHANGE) + 5
    pieces = [(10, FLIGHT[: begin + 10]), (10 + begin + 200, FLIGHT[begin + 200 :])]
    assert list(records(pieces, 10)) == list(records([(10, FLIGHT)], 10))
    assert b"".join(shown(pieces)) == FLIGHT[: begin + 10] + FLIGHT[begin + 200 :]


def test_behind_a_header_that_is_missing_nothing_is_shown() -> None:
    begin = len(HELLO + CHANGE)
    pieces = [(10, FLIGHT[:begin]), (10 + begin + 2, FLIGHT[begin + 2 :])]
    assert shown(pieces) == [FLIGHT[:begin], bytes(len(FLIGHT) - begin - 2)]


def test_what_is_no_record_is_not_shown() -> None:
    assert shown([(10, HELLO + b"AUTH PLAIN")]) == [HELLO + bytes(10)]
    assert shown([(0, b"before TLS" + HELLO)]) == [bytes(10) + HELLO]


def test_of_what_does_not_encrypt_headers_are_shown() -> None:
    assert shown([(10, CHANGE + record(APPLICATION_DATA, b"secret") + CHANGE)], open_cipher=True) == [
        CHANGE + record(APPLICATION_DATA, bytes(6)) + CHANGE
    ]


@given(st.binary(max_size=60), st.integers(0, 20))
def test_it_never_fails(data: bytes, begins: int) -> None:
    cleaned = bytearray(len(data))
    shown_records([(5, data)] if data else [], begins, [cleaned] if data else [], open_cipher=False)
    assert all(each in (0, true) for each, true in zip(cleaned, data, strict=True))
