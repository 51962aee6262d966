"""Words of a server that repeat what its client said are struck out: a server quotes what it does not like.

Whatever a client said that is not shown may be a secret.  A word of a reply is blanked that has four octets on end
with it in common, in any case, in clear or in base64, or all of it where it is shorter.  Of base64 as it stands, and of
what is as long as a token, eight are asked for, since four would meet by chance.  A reply that left before its server
had been sent anything of the kind, as its acknowledgement tells, can repeat nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from sniffer.model import limits
from sniffer.protocols.smtp_auth import decoded, prompt_role
from sniffer.protocols.smtp_grammar import ENHANCED
from sniffer.protocols.smtp_ledger import FOREVER

WINDOW, LONG_WINDOW = 4, 8
"""Octets that a word and a secret have in common."""

LONG = 64
"""Octets from which base64 is a token rather than a name or a password."""

SHORTEST = 3
"""Octets of the shortest secret that is looked for, as in ``smtp_secrets``."""

DOTS = b"."

FIELDS = re.compile(
    rb"[\0\x01]+|\b(?:user|auth|host|port|username)=|Bearer |^[nyp],(?:a=)?|,(?=[a-z-]+=)", re.IGNORECASE
)
"""What divides the words of an answer, and names them (RFC 4616 2, 7628 3.1; XOAUTH2)."""


class Echo:
    """What a session's client said and is not shown, and where.  ``users`` are names that may be told."""

    def __init__(self, users: Sequence[str]) -> None:
        self._forgiven = [user.encode() for user in users]
        self._first = FOREVER
        self._windows: dict[int, set[bytes]] = {}
        self._size = 0
        self._complete = True

    def blanked(self, place: int, said: bytes) -> None:
        """Take bytes of the client that are not shown, from a place on."""
        self._first = min(self._first, place)
        for word in said.split():
            plain = decoded(word)
            self._add(word, LONG_WINDOW if len(word) > LONG or plain else WINDOW)
            if self._forgive(plain):
                continue
            for part in FIELDS.split(plain or b""):
                if not self._forgive(part):
                    self._add(part, LONG_WINDOW if len(part) > LONG else WINDOW)
            if plain and plain.count(b"\0") * 3 > len(plain):
                self._add(plain.replace(b"\0", b""), WINDOW)  # UTF-16
        if b" " in said.strip():
            self._add(said.strip(), WINDOW if len(said) <= LONG else LONG_WINDOW)

    def without(self, words: bytes, knew: int, *, ended: bool = True) -> bytes:
        """Return the words of a reply less what they repeat, whose server had been sent the client up to a place.

        Not ``ended`` they are cut off, perhaps within a secret, of which too little may be left to be recognised.
        """
        if knew <= self._first:
            return words
        if not (self._complete and ended):
            return self.codes(words)
        blotted = bytearray(words)
        for found in re.finditer(rb"[^\s<>\[\](){}\"',;]+", words):
            if self._repeats(found[0]):
                blotted[found.start() : found.end()] = DOTS * len(found[0])
        for first, last in self._matches(words):
            blotted[first:last] = DOTS * (last - first)
        return bytes(blotted)

    def prompt(self, words: bytes) -> bytes:
        """Return what a server asks (334) in words of its own; to a guesser a challenge is as good as a digest."""
        return words if not words.strip() or prompt_role(words) else DOTS * len(words)

    def codes(self, words: bytes) -> bytes:
        """Return the enhanced status code of a reply, and nothing of its words."""
        code = ENHANCED.match(words)
        place = code.end() if code else 0
        return words[:place] + re.sub(rb"[^ ]", DOTS, words[place:])

    def _forgive(self, part: bytes | None) -> bool:
        """Say whether this is a user's name, once for each that was told: the same again may be the password."""
        if part and part in self._forgiven:
            self._forgiven.remove(part)
            return True
        return False

    def _add(self, secret: bytes, window: int) -> None:
        secret = secret.lower()
        if len(secret) < SHORTEST:
            return
        size = min(window, len(secret))
        known = self._windows.setdefault(size, set())
        self._size += len(secret)
        if self._size > limits.SECRETS:
            self._complete = False
        else:
            known.update(secret[at : at + size] for at in range(len(secret) - size + 1))

    def _matches(self, words: bytes) -> list[tuple[int, int]]:
        """Return where words have octets on end with what is not shown in common."""
        lower = words.lower()
        return [
            (at, at + size)
            for size, known in self._windows.items()
            for at in range(len(lower) - size + 1)
            if lower[at : at + size] in known
        ]

    def _repeats(self, word: bytes) -> bool:
        """Say whether a word repeats anything, as it stands or as base64 of something."""
        if self._matches(word):
            return True
        said = decoded(word) if len(word) > SHORTEST else None
        return bool(said) and bool(self._matches(said or b""))
