"""Where the dialogue inside TLS 1.3 begins, and how a client pads."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from sniffer.inference.plaintext import protection
from sniffer.inference.start import Padding, Start, start
from sniffer.model.facts import SessionFact
from tests.inference.dialogues import (
    GREETED,
    HELLO,
    TICKETS,
    constant,
    found,
    perhaps_found,
    random,
    session,
    spelled,
    to_blocks,
)

FINISHED = 4 + 48
"""Bytes of a Finished of SHA-384 (RFC 8446 4.4.4)."""

LOGIN = "12>18, 34>18, 54>37, 6>15"
CERTIFICATES = (1100, 264)
"""What a client shows for itself, and its signature."""

IMPLICIT: dict[str, Any] = {"starttls": "implicit", "hello": None, "listed": None, "greeted": None, "banner": None}
"""TLS from the first byte: nothing was said in clear."""


def begins(fact: SessionFact) -> Start | None:
    """Where a session's dialogue begins."""
    assert fact.tls
    assert fact.shape
    how = protection(fact.tls)
    assert how
    return start(fact.shape.half_turns, how, fact.speech.hello_octets)


STARTS: dict[str, tuple[SessionFact, Start | None]] = {
    "Finished and EHLO": (session(LOGIN, tls="1.3"), Start(1, Padding())),
    "SHA-256": (session(LOGIN, tls="1.3", cipher="TLS_AES_128_GCM_SHA256"), Start(1, Padding())),
    "CCM_8": (session(LOGIN, tls="1.3", cipher="TLS_AES_128_CCM_8_SHA256"), Start(1, Padding())),
    "Finished, then tickets": (session(LOGIN, tls="1.3", tickets=TICKETS, alone=True), Start(1, Padding())),
    "a client's certificate": (session(LOGIN, tls="1.3", certificates=CERTIFICATES), Start(3, Padding())),
    "a client that has none": (session(LOGIN, tls="1.3", certificates=(8,)), Start(2, Padding())),
    "Java": (session(LOGIN, tls="1.3", pad=constant(16)), Start(1, Padding("constant", 16))),
    "Java, both sides": (
        session(LOGIN, tls="1.3", pad=constant(16), server_pad=constant(16)), Start(1, Padding("constant", 16, 16)),
    ),
    "Java, the server": (session(LOGIN, tls="1.3", server_pad=constant(16)), Start(1, Padding(server=16))),
    "Java with a certificate": (
        session(LOGIN, tls="1.3", pad=constant(16), certificates=CERTIFICATES), Start(3, Padding("constant", 16)),
    ),
    "Java, tickets alone": (
        session(LOGIN, tls="1.3", pad=constant(16), tickets=TICKETS, alone=True), Start(1, Padding("constant", 16)),
    ),
    "another constant": (session(LOGIN, tls="1.3", pad=constant(64)), Start(1, Padding("constant", 64))),
    "Java, TLS from the first byte": (
        session(f">40, {GREETED}, {LOGIN}", tls="1.3", pad=constant(16), **IMPLICIT),
        Start(1, Padding("constant", 16)),
    ),
    "to blocks of 64": (session(LOGIN, tls="1.3", pad=to_blocks(64)), Start(1, Padding("block", 64))),
    "to blocks of 512": (session(LOGIN, tls="1.3", pad=to_blocks(512)), Start(1, Padding("block", 512))),
    "to blocks, with a certificate": (
        session(LOGIN, tls="1.3", pad=to_blocks(128), certificates=CERTIFICATES), Start(3, Padding("block", 128)),
    ),
    "at random": (session(LOGIN, tls="1.3", pad=random()), None),
    "a constant of another than Java, TLS from the first byte": (
        session(f">40, {GREETED}, {LOGIN}", tls="1.3", pad=constant(40), **IMPLICIT), None,
    ),
    "a constant, and no EHLO": (session(LOGIN, tls="1.3", pad=constant(16), greeted=None), None),
    "nothing but a Finished": (session("", tls="1.3", greeted=None), Start(1, Padding())),
}  # fmt: skip


@pytest.mark.parametrize("case", STARTS)
def test_where_the_dialogue_begins(case: str) -> None:
    fact, wanted = STARTS[case]
    assert begins(fact) == wanted


@pytest.mark.parametrize("case", [case for case, (_, wanted) in STARTS.items() if wanted is None])
def test_what_is_not_plain_is_no_dialogue(case: str) -> None:
    fact, _ = STARTS[case]
    assert perhaps_found(fact) is None


EXACT = [
    case for case, (_, wanted) in STARTS.items() if wanted and wanted.padding.kind != "block" and "but" not in case
]


@pytest.mark.parametrize("case", EXACT)
def test_behind_it_lengths_are_those_of_the_texts(case: str) -> None:
    fact, _ = STARTS[case]
    inside = found(fact)
    assert spelled(inside) == LOGIN
    assert inside.exact
    assert inside.anchored or inside.greeting


def test_padding_to_blocks_leaves_a_range_of_the_clients_lengths_only() -> None:
    inside = found(session(LOGIN, tls="1.3", pad=to_blocks(64)))
    assert spelled(inside) == "0-63>18, 0-63>18, 0-63>37, 0-63>15"
    assert not inside.exact


def test_a_handshake_without_the_client_is_no_start() -> None:
    fact = session("", tls="1.3", greeted=None)
    assert fact.shape
    halves = [half for half in fact.shape.half_turns if not half.from_client]
    assert fact.tls
    how = protection(fact.tls)
    assert how
    assert start(halves, how, HELLO) is None
    assert start([], how, HELLO) is None


@given(added=st.integers(1, 255), hello=st.integers(7, 260))
def test_any_constant_is_told_by_the_ehlo(added: int, hello: int) -> None:
    assume(hello + added != FINISHED)  # where the padded EHLO is as long as a Finished, it may as well be one
    fact = session(LOGIN, tls="1.3", hello=hello, greeted=f"{hello}>277", pad=constant(added))
    assert begins(fact) == Start(1, Padding("constant", added))
    assert spelled(found(fact)) == LOGIN
