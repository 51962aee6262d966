"""Lengths as they may be told to a person: of what a client says those of fixed commands, and the class of all else.

A length in Base64 gives away that of a password to three bytes, and what was taken for a MAIL may be a password all the
same.  So whatever a message was read as, its length is told only where the reading itself says it: an ``AUTH LOGIN``
has 12 bytes.  Others are told by what all such messages have in common, ``4k+2``, ``13+4k``.
"""

from __future__ import annotations

from collections.abc import Mapping

from sniffer.inference.plaintext import Length
from sniffer.inference.reading import Said
from sniffer.inference.reading_turns import Meaning

DOUBT = 0.001
"""Probability of being a credential from which on a turn is called one."""

ANY = "…"
"""Stands for a length of which not even the class is told."""

CREDENTIALS: dict[str, str] = {
    "auth-login-initial": "13+4k",
    "user": "4k+2",
    "password": "4k+2",
    "auth-plain-initial": "13+4k",
    "plain": "4k+2",
    "auth-xoauth2-initial": "15+4k",
    "auth-oauthbearer-initial": "19+4k",
    "token": "4k+2",
    "cram": "4k+2",
    "digest": "4k+2",
    "auth-ntlm-initial": "12+4k",
    "ntlm-negotiate": "4k+2",
    "ntlm-authenticate": "4k+2",
    "auth-scram-1-initial": "19+4k",
    "auth-scram-256-initial": "21+4k",
    "scram-first": "4k+2",
    "scram-final": "4k+2",
    "auth-gssapi-initial": "14+4k",
    "gssapi": "4k+2",
    "gssapi-wrap": "4k+2",
    "auth-external-initial": "16+4k",
    "external": "4k+2",
    "answer": "4k+2",
    "anything": ANY,
    "auth-odd": ANY,
}
"""Messages that hold a secret, or what gives one away, by their symbols, and the class of their lengths."""


FIXED: dict[str, int] = {
    "auth-login": 12,
    "auth-plain": 12,
    "auth-xoauth2": 14,
    "auth-oauthbearer": 18,
    "auth-cram": 15,
    "auth-digest": 17,
    "auth-ntlm": 11,
    "auth-scram-1": 18,
    "auth-scram-256": 20,
    "auth-gssapi": 13,
    "auth-external": 15,
    "auth-xoauth": 13,
    "cancel": 3,
    "empty": 2,
    "data": 6,
    "quit": 6,
    "reset": 6,
    "reset-quit": 12,
    "alert": 2,
}
"""Messages that are always as long, by their symbols: bytes with CRLF (RFC 4954 4, RFC 5321 4.1.1).

To say that a turn was one of these says its length.  What is not here is told by its class, so a new symbol is, too.
"""


def may_be_secret(meanings: Mapping[Meaning, float]) -> bool:
    """Say whether a turn may be a credential, by all that it may be; of what nothing is known, it may."""
    known = sum(meanings.values())
    secret = sum(value for (client, _), value in meanings.items() if client in CREDENTIALS)
    return not known or secret >= DOUBT * known


def is_fixed(length: Length, client: str) -> bool:
    """Say whether a message has the length that goes with what it was read as, and so is no secret of its own.

    Of a range the command's length is one of many: it tells more than the words do.
    """
    return length.exact and length.least == FIXED.get(client)


def may_be_base64(length: Length) -> bool:
    """Say whether an answer in Base64 can be so long, its line end counted in."""
    return not length.exact or length.least % 4 == 2


def told(length: Length) -> str:
    """Return a length that is no secret: ``12``, ``16–31``."""
    return str(length.least) if length.exact else f"{length.least}–{length.most}"


def masked(length: Length) -> str:
    """Return the class of a length that may be a credential's, whatever credential it is."""
    return f"4k+{length.least % 4}" if length.exact else ANY


def told_of_client(length: Length, client: str, *, doubtful: bool = False) -> str:
    """Return the length of a client's message, or its class, by what it was read as; ``doubtful`` as in ``said``."""
    if is_fixed(length, client) and not doubtful:
        return told(length)
    usual = CREDENTIALS.get(client)
    return usual if usual and _is_of(length, usual) else masked(length)


def _is_of(length: Length, usual: str) -> bool:
    """Say whether a length is of a class; an answer behind two blanks is of another."""
    beyond = "".join(letter for letter in usual.replace("4k", "") if letter.isdecimal())
    return not (length.exact and beyond) or (length.least - int(beyond)) % 4 == 0


def said(turn: Said, client: str, *, doubtful: bool = False) -> str:
    """Return a turn as ``12>18``; ``doubtful`` when it may be a credential though it was read as something else."""
    return f"{told_of_client(turn.client, client, doubtful=doubtful)}>{told(turn.server) if turn.server else '–'}"
