"""Sessions inside TLS made of lengths alone: what a client and a server said, in bytes of text."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from sniffer.model.facts import HalfTurn, SessionFact, ShapeFact, Speech
from tests.inference.facts import EXCHANGE_BANNER, in_tls

OVERHEAD = 24
"""What TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384 of TLS 1.2 adds to each text (RFC 5288 3)."""

HELLO, LIST = 22, 200
"""Bytes of the EHLO and of the reply to it, in clear."""

AUTH_LINE = 10
"""Bytes by which the reply is longer inside TLS."""

HOST = 39
"""Characters of the host that ``EXCHANGE_BANNER`` promises in the brackets of refusals."""

DELAY, ROUND_TRIP = 31_000, 1_000
"""Microseconds that a server takes for each answer, and the network's share of that."""

Turns = Sequence[tuple[int, int]]

BEHIND: Turns = ((30, 21), (30, 24), (6, 46), (280, 110), (6, 48))
"""A mail and a QUIT, as Exchange Online answers them."""


def login(user: int = 16, password: int = 12, answer: int = 37, behind: Turns = BEHIND) -> Turns:
    """AUTH LOGIN with a user name and a password of so many bytes."""
    return ((12, 18), (base64(user), 18), (base64(password), answer), *behind)


def xoauth2(token: int = 1800, answer: int = 37, behind: Turns = BEHIND) -> Turns:
    """AUTH XOAUTH2 with an initial response."""
    return ((13 + base64(token), answer), *behind)


def plain(secret: int = 40, answer: int = 37, behind: Turns = BEHIND) -> Turns:
    """AUTH PLAIN with an initial response."""
    return ((11 + base64(secret), answer), *behind)


def base64(octets: int) -> int:
    """Bytes of so many in Base64, with CRLF."""
    return 4 * -(-octets // 3) + 2


def hidden(turns: Turns, *, inside: Speech | None = None, splits: int = 1, **told: object) -> SessionFact:
    """A session that says these turns inside TLS behind the EHLO; ``splits`` are the records of the EHLO reply."""
    found = in_tls(**{"banner": EXCHANGE_BANNER, **told})  # type: ignore[arg-type]
    speech = replace(found.speech, hello_octets=HELLO, greeted_octets=LIST)
    halves: list[HalfTurn] = []
    listed = LIST + AUTH_LINE
    for place, (said, answered) in enumerate(((HELLO, listed), *turns)):
        sent = 200_000 + place * 2 * DELAY
        parts = [answered // splits] * (splits - 1) if place == 0 else []
        lengths = (*parts, answered - sum(parts))
        halves += [
            HalfTurn(True, sent, sent, (said + OVERHEAD,)),
            HalfTurn(False, sent + DELAY, sent + DELAY, tuple(each + OVERHEAD for each in lengths)),
        ]
    shape = ShapeFact(tuple(halves))
    return replace(found, speech=speech, shape=shape, inside=inside, round_trip=ROUND_TRIP)
