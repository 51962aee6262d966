"""Arbitrary bytes: nothing raises, memory stays bounded, and only known anomalies come out."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable, Iterator

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sniffer.model import limits
from sniffer.model.facts import Speech
from sniffer.protocols import SmtpSession
from sniffer.protocols.anomalies import ANOMALIES
from sniffer.protocols.lines import Lines
from tests.protocols.dialogue import JUNK, Turn, b64, byte_by_byte, codes, dialogue, feed, overheard
from tests.protocols.labelled import DIALOGUES, OPENING, Labelled

WORDS = st.sampled_from(
    [
        b"EHLO x\r\n", b"HELO x\r\n", b"AUTH LOGIN\r\n", b"AUTH PLAIN AHgAeQ==\r\n", b"AUTH XOAUTH2\r\n", b"*\r\n",
        b"dXNlcg==\r\n", b"MAIL FROM:<a@b>\r\n", b"RCPT TO:<a@b>\r\n", b"DATA\r\n", b".\r\n", b"BDAT 3 LAST\r\n",
        b"RSET\r\n", b"QUIT\r\n", b"STARTTLS\r\n", b"\x16\x03\x01\x00\x05", b"220 hi\r\n", b"220", b"250-hi\r\n",
        b"250-AUTH LOGIN\r\n", b"250 ok\r\n", b"334 VXNlcm5hbWU6\r\n", b"334 UGFzc3dvcmQ6\r\n", b"334 \r\n",
        b"235 ok\r\n", b"535 no\r\n", b"354 go\r\n", b"421 bye\r\n", b"550 no\r\n", b"\n", b"\r", b"AUTH ", b"XXXX\r\n",
        b"BDAT 99999999999999\r\n",
    ]
)  # fmt: skip
BYTES = st.one_of(st.binary(max_size=40), WORDS, st.lists(WORDS, max_size=4).map(b"".join))
EVENTS = st.lists(st.builds(Turn, st.booleans(), BYTES, st.sampled_from([-1, -1, -1, -1, 0, 1, 500])), max_size=30)


@given(EVENTS)
def test_anything_gives_a_speech_and_known_anomalies(said: list[Turn]) -> None:
    speech = overheard(said)
    assert set(codes(speech)) <= ANOMALIES.keys()
    assert len(speech.anomalies) <= limits.ANOMALIES
    assert msgspec.json.decode(msgspec.json.encode(speech), type=Speech) == speech


@given(EVENTS)
def test_cuts_never_show(said: list[Turn]) -> None:
    assert overheard(byte_by_byte(said)) == overheard([turn for turn in said if turn.data or turn.missing >= 0])


@given(EVENTS)
def test_speech_may_be_asked_for_at_any_time_and_changes_nothing(said: list[Turn]) -> None:
    session = SmtpSession()
    for turn in said:
        feed(session, [turn])
        before = session.speech()
        assert session.speech() == before
    session.close()
    assert session.speech().attempts == overheard(said).attempts


@given(st.sampled_from(DIALOGUES), st.binary(max_size=100), st.booleans())
def test_junk_behind_a_session_changes_nothing_that_was_said(labelled: Labelled, junk: bytes, client: bool) -> None:
    clean = overheard(labelled.turns)
    speech = overheard([*labelled.turns, Turn(client, junk), Turn(not client, JUNK)])
    for field in ("banner", "helo", "offered", "starttls", "attempts", "mail", "encrypted"):
        assert getattr(speech, field) == getattr(clean, field)


def test_nothing_is_taken_once_nothing_is_wanted() -> None:
    session = SmtpSession()
    feed(session, dialogue(OPENING + "C: AUTH PLAIN AHgAeQ==\nS: 235 ok"))
    speech = session.speech()
    assert feed(session, dialogue("C: EHLO late\nS: 220 late\nC: <3 missing>")) is False
    assert session.speech() == speech


CHUNK = b"A" * 65_536


def long_line() -> Iterator[Turn]:
    for _ in range(1600):
        yield Turn(True, CHUNK)


def long_reply_line() -> Iterator[Turn]:
    for _ in range(1600):
        yield Turn(False, b"250-" + CHUNK)


def many_reply_lines() -> Iterator[Turn]:
    for _ in range(3000):
        yield Turn(False, b"250-" + b"x" * 15_000 + b"\r\n")


def many_replies() -> Iterator[Turn]:
    for _ in range(20_000):
        yield Turn(False, b"250 " + b"x" * 500 + b"\r\n")


def many_commands() -> Iterator[Turn]:
    for _ in range(50_000):
        yield Turn(True, b"RCPT TO:<someone@example.org>\r\n")


def many_attempts() -> Iterator[Turn]:
    for number in range(3000):
        user = f"user{number}" + "u" * 200
        yield Turn(True, f"AUTH PLAIN {b64(chr(0) + user + chr(0) + 'p' * 9000)}\r\n".encode())
        yield Turn(False, b"535 " + b"n" * 5000 + b"\r\n")


def endless_exchange() -> Iterator[Turn]:
    yield Turn(True, b"AUTH GSSAPI\r\n")
    for number in range(3000):
        yield Turn(False, b"334 " + b64(b"c" * 9000 + bytes(number % 250)).encode() + b"\r\n")
        yield Turn(True, b64(b"a" * 9000 + str(number).encode()).encode() + b"\r\n")


def long_mail() -> Iterator[Turn]:
    yield Turn(True, b"DATA\r\n")
    yield Turn(False, b"354 go\r\n")
    for _ in range(1600):
        yield Turn(True, CHUNK)


@pytest.mark.parametrize(
    "flood",
    [
        long_line, long_reply_line, many_reply_lines, many_replies, many_commands, many_attempts, endless_exchange,
        long_mail,
    ],
)  # fmt: skip
def test_memory_stays_bounded(flood: Callable[[], Iterator[Turn]]) -> None:
    session = SmtpSession()
    feed(session, dialogue(OPENING))
    tracemalloc.start()
    try:
        feed(session, flood())
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept < 1_000_000
    assert set(codes(session.speech())) <= ANOMALIES.keys()


def test_a_line_too_long_is_noted_and_the_session_goes_on() -> None:
    session = SmtpSession()
    feed(
        session,
        [
            *dialogue(OPENING),
            *long_line(),
            Turn(True, b"\r\n"),
            *dialogue("S: 500 too long\nC: MAIL FROM:<a@b>\nS: 250 ok"),
        ],
    )
    assert codes(session.speech()) == ["command-unknown", "line-too-long"]
    assert session.speech().mail_accepted is True


@given(st.lists(st.binary(max_size=20)), st.booleans())
def test_lines_are_the_same_however_they_are_cut(pieces: list[bytes], whole: bool) -> None:
    lines = Lines()
    found = []
    for data in [b"".join(pieces)] if whole else pieces:
        rest = data
        while rest:
            line, rest = lines.take(rest)
            found += [line] if line is not None else []
    expected = b"".join(pieces).split(b"\n")[:-1]
    assert found == [line.removesuffix(b"\r") for line in expected]


@pytest.mark.parametrize("length", [limits.LINE_BYTES - 1, limits.LINE_BYTES, limits.LINE_BYTES + 1])
def test_a_line_is_cut_at_the_limit_and_not_before(length: int) -> None:
    for pieces in ([b"x" * length + b"\n"], [b"x" * length, b"\n"], [b"x"] * length + [b"\n"]):
        lines = Lines()
        *_, (line, rest) = map(lines.take, pieces)
        assert line is not None
        assert (len(line), rest, lines.cut) == (min(length, limits.LINE_BYTES), b"", length > limits.LINE_BYTES)
