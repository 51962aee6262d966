"""Dialogues inside TLS, written as records, and what a capture's order does to them.

    said = behind(TLS_13, '''
        S: 31 900 80 53
        C: 53
        C| 27
        S: 120
    ''')
    assert shape(said) == ["S 31 900 80 53", "C 53 27", "S 120"]

Numbers are the lengths of application data records; ``<n missing>`` are bytes that the capture does not have, inside a
record ``<n missing of m>``; other words stand for bytes (``RECORDS``).  Lines of one side that stand together are one
turn, whose sender had heard all that was said before; ``C| `` or ``S| `` begins another.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from sniffer.model.facts import HalfTurn, ShapeFact
from sniffer.protocols.tls_handshake import Handshake
from tests.protocols import tls_bytes as tls
from tests.protocols.dialogue import Turn, Turns, byte_by_byte
from tests.protocols.tls_bytes import extension, hello_record, numbers, record
from tests.wire import turns as script_turns

OFFERS_13 = extension(tls.VERSIONS, tls.vector(numbers([0x0304]), 1))
CHOSEN_13 = extension(tls.VERSIONS, numbers([0x0304]))
RETRY = bytes.fromhex("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c")
CLOSE = record(tls.ALERT, bytes(26))
RECORDS = {
    "hello": hello_record(tls.client_hello(extensions=OFFERS_13)),
    "early-hello": hello_record(tls.client_hello(extensions=OFFERS_13 + extension(tls.EARLY_DATA))),
    "old-hello": hello_record(tls.client_hello()),
    "chosen": hello_record(tls.server_hello(0x1301, CHOSEN_13), 2),
    "retry": hello_record(tls.server_hello(0x1301, CHOSEN_13, random=RETRY), 2),
    "old-chosen": hello_record(tls.server_hello(), 2),
    "done": record(tls.HANDSHAKE, tls.message(14, b"")),
    "key": record(tls.HANDSHAKE, tls.message(16, bytes(33))),
    "change": tls.CHANGE,
    "finished": record(tls.HANDSHAKE, bytes(40)),
    "renegotiate": record(tls.HANDSHAKE, bytes(300)),
    "close": CLOSE,
    "warning": record(tls.ALERT, b"\1\x2e"),
    "junk": b"\xff\xfe junk",
}
MISSING = re.compile(r"<(\d+) missing(?: of (\d+))?>")
STEP = 1000

TLS_13 = "C: hello\nS: chosen change\n"
TLS_12 = "C: old-hello\nS: old-chosen done\nC: key change finished\nS: change finished\n"
RESUMED_12 = "C: old-hello\nS: old-chosen change finished\nC: change finished\n"


@dataclass(frozen=True)
class Told:
    """A turn, the place up to which its sender had heard the other side, and when it came."""

    turn: Turn
    heard: int
    time: int

    @property
    def length(self) -> int:
        """Return its length in the stream."""
        return max(self.turn.missing, len(self.turn.data))


def behind(beginning: str, script: str) -> list[Told]:
    """Read a script behind a beginning."""
    said: Turns = []
    heard: list[int] = []
    spoken = [0, 0]
    for side, lines in script_turns(beginning + script):
        from_client = side == "client"
        for turn in _pieces(from_client, " ".join(lines)):
            said.append(turn)
            heard.append(spoken[not from_client])
            spoken[from_client] += max(turn.missing, len(turn.data))
    return [Told(turn, place, number * STEP) for number, (turn, place) in enumerate(zip(said, heard, strict=True))]


def in_order(said: Turns) -> list[Told]:
    """Return turns each of whose senders had heard all before it."""
    spoken = [0, 0]
    told = []
    for number, turn in enumerate(said):
        told.append(Told(turn, spoken[not turn.from_client], number * STEP))
        spoken[turn.from_client] += told[-1].length
    return told


def _pieces(from_client: bool, line: str) -> Iterator[Turn]:
    """Give the bytes of a turn, and the missing ones alone."""
    place = 0
    for found in MISSING.finditer(line):
        missing, length = int(found[1]), int(found[2] or 0)
        before = _octets(line[place : found.start()]) + (tls.sealed(length)[:15] if length else b"")
        if before:
            yield Turn(from_client, before)
        yield Turn(from_client, b"", missing)
        if length:
            yield Turn(from_client, tls.sealed(length)[15 + missing :])
        place = found.end()
    rest = _octets(line[place:])
    if rest:
        yield Turn(from_client, rest)


def _octets(words: str) -> bytes:
    return b"".join(tls.sealed(int(word)) if word.isdigit() else RECORDS[word] for word in words.split())


def cut(told: Iterable[Told], sizes: Sequence[int]) -> list[Told]:
    """Cut turns into pieces of these sizes, the last of which comes over and over."""
    pieces = []
    number = 0
    for each in told:
        rest = each.turn.data
        while len(rest) > (size := sizes[min(number, len(sizes) - 1)]):
            pieces.append(replace(each, turn=Turn(each.turn.from_client, rest[:size])))
            rest, number = rest[size:], number + 1
        pieces.append(replace(each, turn=each.turn._replace(data=rest)))
    return pieces


def shuffled(told: Iterable[Told], client_next: Iterable[bool]) -> list[Told]:
    """Put the two directions into each other in another order; what is left comes at the end, the server's first."""
    sides: dict[bool, list[Told]] = {True: [], False: []}
    for each in told:
        sides[each.turn.from_client].append(each)
    order = [sides[side].pop(0) for side in client_next if sides[side]]
    return [*order, *sides[False], *sides[True]]


def listen(told: Iterable[Told], handshake: Handshake | None = None) -> Handshake:
    """Tell a handshake what comes in this order."""
    handshake = handshake or Handshake()
    here = [0, 0]
    for each in told:
        side = each.turn.from_client
        if each.turn.missing >= 0:
            handshake.miss(side, each.turn.missing)
        else:
            handshake.receive(side, each.turn.data, each.time, here[not side] - each.heard)
        here[side] += each.length
    return handshake


def fact(told: Iterable[Told]) -> ShapeFact | None:
    """Return the shape of what comes in this order."""
    return listen(told).shape.fact()


def shape(told: Sequence[Told]) -> list[str]:
    """Return the shape in words, the same byte by byte and with either direction first."""
    whole = fact(told)
    bytewise = [replace(each, turn=piece) for each in told for piece in byte_by_byte([each.turn])]
    assert fact(bytewise) == whole
    assert fact(shuffled(told, [True] * len(told))) == whole
    assert fact(shuffled(told, [False] * len(told))) == whole
    return words(whole)


def words(found: ShapeFact | None) -> list[str]:
    """Return a shape in words."""
    if found is None:
        return []
    return [*map(_in_words, found.half_turns), *([f"cut: {found.cut}"] if found.cut else [])]


def _in_words(half: HalfTurn) -> str:
    more = [f"and {half.more} of {half.more_octets}"] if half.more else []
    return " ".join(["C" if half.from_client else "S", *map(str, half.lengths), *more])
