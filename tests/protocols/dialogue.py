"""Dialogues for session tests, written as the two sides talking.

    speech = hear('''
        S: 220 mail.example.org ESMTP
        C: EHLO scanner
        S: 250 mail.example.org
    ''')

Lines of one side that stand together are one turn; ``C| `` or ``S| `` begins another.  A backslash at the
end of a line leaves its CRLF away.  ``<hello>`` and ``<server hello>`` are TLS records, ``<n missing>`` are n bytes
that the capture does not have, and ``<late>`` says that the side's first bytes were not seen.  Every
dialogue is heard whole, byte by byte and cut at every place, and must always mean the same.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from sniffer.model.facts import Speech, TlsFact
from sniffer.protocols import SmtpSession
from tests.wire import turns as script_turns

CLIENT_HELLO = bytes.fromhex("1603010044010000400303") + bytes(range(57))
SERVER_HELLO = bytes.fromhex("160303003a020000360303") + bytes(range(47))
RECORDS = {"<hello>": CLIENT_HELLO, "<server hello>": SERVER_HELLO}
MISSING = re.compile(r"<(?:(\d+) missing|late)>")
JUNK = b"\xff\xfe\x00junk that nobody sends\r\n"


class Turn(NamedTuple):
    """What one side said at once; ``missing`` bytes that are not in the capture when it is no number below 0."""

    from_client: bool
    data: bytes
    missing: int = -1


Turns = list[Turn]
Learned = tuple[Speech, TlsFact | None]


def b64(text: str | bytes) -> str:
    """Return text as an AUTH answer has it."""
    return b64encode(text.encode() if isinstance(text, str) else text).decode()


def dialogue(script: str, *, end: str = "\r\n") -> Turns:
    """Read a script."""
    said: Turns = []
    for side, lines in script_turns(script):
        said += _merged(side == "client", lines, end)
    return said


def _merged(from_client: bool, lines: Iterable[str], end: str) -> Iterator[Turn]:
    """Join the lines of one turn; missing bytes stand alone."""
    octets = b""
    for line in lines:
        missing = MISSING.fullmatch(line)
        if missing:
            if octets:
                yield Turn(from_client, octets)
            yield Turn(from_client, b"", int(missing[1] or 0))
            octets = b""
        else:
            octets += RECORDS.get(line) or _line(line, end)
    if octets:
        yield Turn(from_client, octets)


def _line(line: str, end: str) -> bytes:
    return line[:-1].encode() if line.endswith("\\") else (line + end).encode()


def feed(session: SmtpSession, said: Iterable[Turn]) -> bool:
    """Tell a session; return its last word on whether it wants more."""
    wanted = True
    for turn in said:
        if turn.missing >= 0:
            wanted = session.miss(turn.from_client, turn.missing)
        else:
            wanted = session.receive(turn.from_client, turn.data)
    return wanted


def overheard(said: Iterable[Turn], *, closed: bool = True) -> Speech:
    """Return what a session makes of turns as they are."""
    return told(said, closed=closed)[0]


def told(said: Iterable[Turn], *, closed: bool = True) -> Learned:
    """Return what a session makes of turns as they are, and of their TLS handshake."""
    session = SmtpSession()
    feed(session, said)
    if closed:
        session.close()
    return session.speech(), session.tls()


def hear(script: str, *, end: str = "\r\n") -> Speech:
    """Return what a dialogue means, however its bytes are cut."""
    return learned(dialogue(script, end=end))[0]


def learned(said: Turns) -> Learned:
    """Return what turns mean, however their bytes are cut, and what their TLS handshake showed."""
    whole = told(said)
    assert told(byte_by_byte(said)) == whole
    for place in range(sum(len(turn.data) for turn in said)):
        assert told(cut(said, place)) == whole
    return whole


def byte_by_byte(said: Turns) -> Turns:
    """Cut turns into single bytes."""
    return [piece for turn in said for piece in _bytes_of(turn)]


def _bytes_of(turn: Turn) -> Turns:
    if turn.missing >= 0:
        return [turn]
    return [Turn(turn.from_client, bytes((octet,))) for octet in turn.data]


def cut(said: Turns, place: int) -> Turns:
    """Cut the turn that holds the byte ``place`` of the dialogue, in front of it."""
    pieces: Turns = []
    for turn in said:
        if 0 < place < len(turn.data):
            pieces += [Turn(turn.from_client, turn.data[:place]), Turn(turn.from_client, turn.data[place:])]
        else:
            pieces.append(turn)
        place -= len(turn.data)
    return pieces


def codes(speech: Speech) -> list[str]:
    """Return the codes of the anomalies."""
    return [anomaly.code for anomaly in speech.anomalies]


def attempts(speech: Speech) -> list[tuple[str | None, str | None, str]]:
    """Return mechanism, user and outcome of each attempt."""
    return [(each.mechanism, each.user, each.outcome) for each in speech.attempts]
