"""Sessions inside TLS in one line: ``session("12>18, 34>18, 54>37")``.

``12>18`` is a turn: bytes of text that the client sent, and that the server answered.  ``6+2>48`` are two records of
the client's, ``12>`` is a turn without an answer, ``>40`` a greeting.  Each becomes the lengths of records as the
cipher suite makes them, behind the flights of a handshake where TLS 1.3 shows those as records too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from itertools import count
from typing import NamedTuple

from msgspec.structs import replace

from sniffer.inference.explained import dialogue_of
from sniffer.inference.hidden import Ear, Hidden
from sniffer.inference.inferred import Context, inferred_auth
from sniffer.inference.turns import Dialogue, dialogue, records
from sniffer.model.facts import Cut, HalfTurn, SessionFact, ShapeFact, TlsFact
from sniffer.model.findings import AuthFinding, DialogueFinding
from tests.inference.facts import in_tls
from tests.inference.records import filled, record, suite

GCM12 = "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"
GCM13 = "TLS_AES_256_GCM_SHA384"
CBC = "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384"
PLAIN_BANNER = "220 mail.example.org ready"
"""A greeting that says nothing of its server."""

HELLO, LISTED, LIST = 22, 200, 277
"""Bytes of the EHLO, of the list in clear, and of a list inside TLS that does not tell which mechanisms it has."""

GREETED = f"{HELLO}>{LIST}"
MAIL = "36>14, 32>14, 6>37, 812>42, 6>15"
"""A mail and a QUIT, as a server may answer them."""

TICKETS = (234, 234)

Pad = Callable[[int], int]
"""How many zeros TLS 1.3 sends behind a text of so many bytes."""


class Half(NamedTuple):
    """What one side says on end, in bytes of text a record."""

    from_client: bool
    texts: tuple[int, ...]


def session(
    turns: str,
    *,
    tls: str = "1.2",
    cipher: str | None = None,
    banner: str | None = PLAIN_BANNER,
    hello: int | None = HELLO,
    listed: int | None = LISTED,
    greeted: str | None = GREETED,
    offered: tuple[str, ...] | None = (),
    certificates: tuple[int, ...] = (),
    tickets: tuple[int, ...] = (),
    alone: bool = False,
    pad: Pad | None = None,
    server_pad: Pad | None = None,
    etm: bool = False,
    cut: Cut | None = None,
    server: str = "203.0.113.5",
    **told: object,
) -> SessionFact:
    """A session that says these turns inside TLS, behind ``greeted``, its EHLO turn there (None: it says none).

    ``hello`` and ``listed`` are the bytes of the EHLO and its answer in clear.  Of TLS 1.3 only: ``certificates`` are
    what a client sends in front of its Finished, ``tickets`` what the server sends behind it, ``alone`` before the
    client goes on; ``pad`` and ``server_pad`` are what each side adds.
    """
    cipher = cipher or (GCM13 if tls == "1.3" else GCM12)
    said = list(halves(turns if greeted is None else f"{greeted}, {turns}" if turns else greeted))
    if tls == "1.3":
        said = list(_behind_flights(said, 4 + suite(cipher).digest, certificates, tickets, alone=alone))
    shape = ShapeFact(tuple(_records(said, cipher, tls, pad or _none, server_pad or _none, etm=etm)), cut)
    handshake = TlsFact(offered="1.3", version=tls, cipher=cipher, complete=True)
    found = in_tls(**{"banner": banner, "offered": offered, "server": server, "tls": handshake, **told})  # type: ignore[arg-type]
    return replace(found, speech=replace(found.speech, hello_octets=hello, greeted_octets=listed), shape=shape)


def halves(turns: str) -> Iterator[Half]:
    """What each side says, in turn."""
    for turn in turns.split(","):
        client, _, server = turn.strip().partition(">")
        for from_client, texts in ((True, client), (False, server)):
            if texts:
                yield Half(from_client, tuple(map(int, texts.split("+"))))


def _behind_flights(
    said: list[Half], finished: int, certificates: tuple[int, ...], tickets: tuple[int, ...], *, alone: bool
) -> Iterator[Half]:
    """Put in front what TLS 1.3 encrypts of its handshake: extensions, certificate, its signature, Finished."""
    yield Half(False, (6, 2400, 264, finished))
    flight = (*certificates, finished)
    if alone or not said or not said[0].from_client:
        yield Half(True, flight)
    else:
        yield Half(True, (*flight, *said.pop(0).texts))
    if alone:
        yield Half(False, tickets)
        tickets = ()
    for half in said:
        if half.from_client:
            yield half
        else:
            yield Half(False, (*tickets, *half.texts))
            tickets = ()
    if tickets:
        yield Half(False, tickets)


def _records(
    said: list[Half], cipher: str, version: str, pad: Pad, server_pad: Pad, *, etm: bool
) -> Iterator[HalfTurn]:
    of, time = suite(cipher), 200_000
    for half in said:
        add = pad if half.from_client else server_pad
        lengths = tuple(record(of, version, text, etm=etm, pad=add(text)) for text in half.texts)
        kept = lengths[:16]
        yield HalfTurn(half.from_client, time, time + 100, kept, len(lengths) - len(kept), sum(lengths[len(kept) :]))
        time += 30_000


def _none(text: int) -> int:
    return 0


def constant(octets: int) -> Pad:
    """So many zeros behind each text, as Java's 16."""
    return lambda _: octets


def to_blocks(block: int) -> Pad:
    """Zeros up to a multiple, the content type counted in."""
    return lambda text: filled(text + 1, block) - text - 1


def random() -> Pad:
    """Another number of zeros behind each text."""
    numbers = count(1)
    return lambda _: next(numbers) * 37 % 61 + 1


# -- reading them ---------------------------------------------------------------------------------


@cache
def ear() -> Ear:
    """An ear that has learnt nothing, made once."""
    return Ear()


def heard(fact: SessionFact, service: str | None = "other") -> Hidden:
    """What is heard of a session."""
    found = ear().hear(fact, service)
    assert found is not None
    return found


def told(fact: SessionFact, service: str = "other") -> AuthFinding:
    """How a session is judged."""
    return inferred_auth(fact, ear().hear(fact, service), ear(), Context(service))


def explained(fact: SessionFact, service: str = "other") -> DialogueFinding:
    """How a session is explained."""
    return dialogue_of(fact, heard(fact, service), ear())


def perhaps_found(fact: SessionFact) -> Dialogue | None:
    """The dialogue in a session's records, if there is one."""
    seen = records(fact)
    return dialogue(seen) if seen else None


def found(fact: SessionFact) -> Dialogue:
    """The dialogue in a session's records."""
    inside = perhaps_found(fact)
    assert inside is not None
    return inside


def spelled(inside: Dialogue) -> str:
    """The turns of a dialogue behind its EHLO, written as they are given."""
    texts = ([half.text if half else None for half in turn] for turn in inside.turns)
    return ", ".join(f"{spelled_text(client)}>{spelled_text(server)}" for client, server in texts)


def spelled_text(text: tuple[int, int] | None) -> str:
    """A length, or a range of them."""
    if text is None:
        return ""
    return str(text[0]) if text[0] == text[1] else f"{text[0]}-{text[1]}"
