"""Arbitrary records and bytes in a handshake: nothing raises, nothing grows, cuts never show."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable, Iterator

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sniffer.model.facts import TlsFact
from sniffer.protocols import SmtpSession
from sniffer.protocols.anomalies import ANOMALIES
from sniffer.protocols.tls_handshake import Handshake
from tests.protocols import tls_bytes as tls
from tests.protocols.dialogue import Turn, byte_by_byte, codes, dialogue, feed, told
from tests.protocols.handshakes import identity, recorded
from tests.protocols.tls_bytes import extension, hello_record, message, numbers, record, sealed, vector

REQUESTED = dialogue("S: 220 hi\nC: EHLO x\nS: 250-hi\nS: 250 STARTTLS\nC: STARTTLS\nS: 220 go")
CERTIFICATE = message(11, vector(vector(identity().der, 3), 3))
CHOSEN = extension(tls.VERSIONS, numbers([0x0304]))
WORDS = st.sampled_from(
    [
        hello_record(tls.client_hello(extensions=tls.server_name(b"a\x1bb") + tls.alpn(b"\0"))),
        hello_record(tls.client_hello(extensions=CHOSEN + extension(tls.EARLY_DATA))),
        hello_record(tls.server_hello(), 2), hello_record(tls.server_hello(0x1301, CHOSEN), 2),
        record(tls.HANDSHAKE, CERTIFICATE), record(tls.HANDSHAKE, message(11, bytes(9))),
        record(tls.HANDSHAKE, message(14, b"")), record(tls.HANDSHAKE, bytes(40)), record(tls.HANDSHAKE, b"\1\0"),
        record(tls.HANDSHAKE, b"\2\0\xff\xff"), record(tls.HANDSHAKE, b""), tls.CHANGE, tls.UNKNOWN_CA,
        record(tls.ALERT, b"\1\0"), record(tls.ALERT, b"\1\x2a"), record(tls.ALERT, b"\1"),
        record(tls.ALERT, bytes(26)),
        sealed(0), sealed(19), sealed(53), sealed(60), b"\x80\x03\1\3\1", b"500 what\r\n", b"220 hi\r\n", b"22",
        b"\r\n", b"\x16", b"\x16\3", b"STARTTLS\r\n", b"\x18\3\3\0\1\0",
    ]
)  # fmt: skip
MISSING = st.sampled_from([-1, -1, -1, -1, -1, 0, 1, 30])
BYTES = st.one_of(st.binary(max_size=12), WORDS, st.lists(WORDS, max_size=4).map(b"".join))
TURNS = st.lists(st.builds(Turn, st.booleans(), BYTES, MISSING), max_size=20)
BEFORE = st.sampled_from([[], REQUESTED, REQUESTED[:-1], REQUESTED[:1]])


REFUSED_AND_ON = hello_record(tls.client_hello()) + tls.UNKNOWN_CA + sealed(53)
"""A client that says what it refuses and goes on, to a server of which the first bytes are missing."""


@given(BEFORE, TURNS)
@example([], [Turn(False, b"", 0), Turn(True, REFUSED_AND_ON, -1)])
def test_anything_gives_a_fact_and_cuts_never_show(before: list[Turn], said: list[Turn]) -> None:
    said = [*before, *(turn for turn in said if turn.data or turn.missing >= 0)]
    speech, fact = told(said)
    assert told(byte_by_byte(said)) == (speech, fact)
    assert set(codes(speech)) <= ANOMALIES.keys()
    if fact is not None:
        assert msgspec.json.decode(msgspec.json.encode(fact), type=TlsFact) == fact


@given(TURNS)
def test_a_handshake_alone_never_raises(said: list[Turn]) -> None:
    facts = []
    for turns in (said, byte_by_byte([turn for turn in said if turn.data or turn.missing >= 0])):
        handshake = Handshake()
        for turn in turns:
            if turn.missing >= 0:
                handshake.miss(turn.from_client, turn.missing)
            else:
                handshake.receive(turn.from_client, turn.data)
        facts.append((handshake.fact(), handshake.anomalies))
        handshake.close()
        assert (handshake.fact(), handshake.anomalies) == facts[-1]
    assert facts[0] == facts[1]


@given(st.sampled_from(sorted(recorded())), st.data())
def test_a_damaged_handshake_never_raises(name: str, data: st.DataObject) -> None:
    said = list(recorded()[name].said)
    for _ in range(data.draw(st.integers(1, 5))):
        place = data.draw(st.integers(0, len(said) - 1))
        octets = bytearray(said[place].data)
        octets[data.draw(st.integers(0, len(octets) - 1))] = data.draw(st.integers(0, 255))
        said[place] = said[place]._replace(data=bytes(octets))
    assert told(said) == told(byte_by_byte(said))


def endless_hello() -> Iterator[Turn]:
    yield Turn(True, record(tls.HANDSHAKE, b"\1\0\xff\xff"))
    for _ in range(2000):
        yield Turn(True, record(tls.HANDSHAKE, bytes(16_000)))


def endless_certificate() -> Iterator[Turn]:
    yield Turn(True, hello_record(tls.client_hello()))
    yield Turn(False, hello_record(tls.server_hello(), 2) + record(tls.HANDSHAKE, b"\x0b\xff\xff\xff"))
    for _ in range(2000):
        yield Turn(False, record(tls.HANDSHAKE, bytes(16_000)))


def endless_data() -> Iterator[Turn]:
    yield Turn(True, hello_record(tls.client_hello()))
    for _ in range(2000):
        yield Turn(True, sealed(16_000))
        yield Turn(False, sealed(16_000))


def endless_text() -> Iterator[Turn]:
    yield Turn(True, hello_record(tls.client_hello()))
    for _ in range(2000):
        yield Turn(False, b"220-" + b"x" * 16_000)


def endless_warnings() -> Iterator[Turn]:
    for _ in range(20_000):
        yield Turn(True, record(tls.ALERT, b"\1\x2a"))


def endless_empty_messages() -> Iterator[Turn]:
    for _ in range(2000):
        yield Turn(True, record(tls.HANDSHAKE, bytes(16_000)))


def endless_records() -> Iterator[Turn]:
    for _ in range(2000):
        yield Turn(True, tls.CHANGE * 3000)
        yield Turn(False, sealed(0) * 3000)


def large_hellos() -> Iterator[Turn]:
    """Many that are as large as can be, each of its own: what is remembered of them is little."""
    for number in range(40):
        body = tls.client_hello(extensions=extension(tls.VERSIONS, bytes([number]) * 60_000))
        Handshake().receive(True, tls.in_records(message(1, body), 16_384))
    yield Turn(True, hello_record(tls.client_hello()))


@pytest.mark.parametrize(
    "flood",
    [
        endless_hello,
        endless_certificate,
        endless_data,
        endless_text,
        endless_warnings,
        endless_empty_messages,
        endless_records,
        large_hellos,
    ],
)
@pytest.mark.parametrize("before", [[], REQUESTED])
def test_memory_stays_bounded(before: list[Turn], flood: Callable[[], Iterator[Turn]]) -> None:
    session = SmtpSession()
    feed(session, before)
    tracemalloc.start()
    try:
        feed(session, flood())
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept < 1_000_000
    assert set(codes(session.speech())) <= ANOMALIES.keys()


def test_a_certificate_of_a_megabyte_is_passed_over() -> None:
    large = message(11, vector(vector(bytes(1_000_000), 3), 3))
    flight = hello_record(tls.server_hello(), 2) + tls.in_records(large + message(14, b""), 16_384)
    finished = tls.CHANGE + record(tls.HANDSHAKE, bytes(40))
    speech, fact = told(
        [
            *REQUESTED,
            Turn(True, hello_record(tls.client_hello())),
            Turn(False, flight),
            Turn(True, finished),
            Turn(False, finished),
        ]
    )
    assert fact is not None
    assert (fact.certificate, fact.resumed, fact.complete) == (None, False, True)
    assert codes(speech) == ["tls-message-too-long"]
