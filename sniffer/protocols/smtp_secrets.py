"""What a client's AUTH answers contained, kept only to strike it out of what the server says."""

from __future__ import annotations

import base64
import re

from sniffer.model import limits
from sniffer.protocols.smtp_grammar import text_of

SHORTEST_SECRET = 3
"""Characters below which a word of a reply is not taken for a repeated secret."""

PIECES = re.compile(rb" |,(?=[a-z]+=)|(?<=response)=|(?<=,p)=")
"""Where a token (Bearer, RFC 6750), a digest (RFC 2195, 2831) or a proof (RFC 5802) begins in an answer."""

CODES = re.compile(r"\d{3}(?: \d\.\d{1,3}\.\d{1,3})?")
"""Reply code and enhanced status code (RFC 3463)."""


class Secrets:
    """The secrets of one session.  ``complete`` is False once one was not heard, or there were too many to keep."""

    __slots__ = ("_size", "_words", "complete")

    def __init__(self) -> None:
        self._words: set[str] = set()
        self._size = 0
        self.complete = True

    def keep(self, line: bytes, said: bytes | None) -> None:
        """Take an answer, as it was sent and as it reads: whole, in its parts, and their ends."""
        parts = re.split(rb"[\0\x01]", said or b"")
        words = (line, *(word for part in parts for word in (part, *_pieces(part))))
        new = {text_of(word) for word in words if len(word) >= SHORTEST_SECRET} - self._words
        self._size += sum(map(len, new))
        self.complete &= self._size <= limits.SECRETS and len(line) < limits.LINE_BYTES
        if self.complete:
            self._words |= new

    def forgive(self, name: str) -> None:
        """Take note that this is a user name, which may be told."""
        self._words.discard(name)

    def forget(self) -> None:
        """Forget all, because nothing more will be said."""
        self._words.clear()
        self.complete = False

    def struck_out(self, reply: str) -> str:
        """Return a reply less what it repeats, in clear or in base64; its codes alone if that cannot be told."""
        if not self.complete or len(reply) >= limits.LINE_BYTES:
            codes = CODES.match(reply)
            return codes[0] if codes else ""
        words = self._words | {base64.b64encode(word.encode()).decode() for word in self._words}
        for word in sorted(words, key=len, reverse=True):
            reply = reply.replace(word, "[…]")
        return reply


def _pieces(part: bytes) -> list[bytes]:
    """Return the tokens, digests and proofs in an answer; a mere password has none."""
    return PIECES.split(part)[1:] if b" " in part or b"=" in part else []
