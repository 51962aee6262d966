"""Lengths as they may be told to a person: those of credentials as their class only.

A length in Base64 gives away that of a password to three bytes.  So a message that may be one is told by what all such
messages have in common, ``4k+2``, ``13+4k``; others are told as they are.
"""

from __future__ import annotations

from collections.abc import Mapping

from sniffer.inference.plaintext import Length
from sniffer.inference.reading import Said
from sniffer.inference.reading_turns import Meaning

DOUBT = 0.001
"""Probability of being a credential from which on a length is masked."""

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
}
"""Messages that hold a secret, or what gives one away, by their symbols, and the class of their lengths."""


def may_be_secret(meanings: Mapping[Meaning, float]) -> bool:
    """Say whether a turn may be a credential, by all that it may be; of what nothing is known, it may."""
    known = sum(meanings.values())
    secret = sum(value for (client, _), value in meanings.items() if client in CREDENTIALS)
    return not known or secret >= DOUBT * known


def told(length: Length) -> str:
    """Return a length that is no secret: ``12``, ``16–31``."""
    return str(length.least) if length.exact else f"{length.least}–{length.most}"


def masked(length: Length) -> str:
    """Return the class of a length that may be a credential's, whatever credential it is."""
    return f"4k+{length.least % 4}" if length.exact else ANY


def said(turn: Said, client: str, *, doubtful: bool = False) -> str:
    """Return a turn as ``12>18``; ``doubtful`` when it may be a credential though it was read as something else."""
    mine = CREDENTIALS.get(client) or (masked(turn.client) if doubtful else told(turn.client))
    return f"{mine}>{told(turn.server) if turn.server else '–'}"
