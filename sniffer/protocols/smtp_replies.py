"""The server's lines become replies (RFC 5321 4.2)."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from sniffer.model import limits
from sniffer.protocols.smtp_grammar import REPLY_LINE

CODES = {f"{code} ".encode(): code for code in range(200, 600)}
"""The beginnings of last lines."""


class Reply(NamedTuple):
    """A whole reply: its code and the text of its lines; of a ``torn`` one the first may be missing.

    ``octets`` is its length on the wire, if its lines end as they should (RFC 5321 2.3.8).
    """

    code: int
    lines: list[bytes]
    torn: bool = False
    octets: int = 0

    @property
    def text(self) -> bytes:
        """Return the text of all lines as one."""
        return b" ".join(self.lines)


CRLF = b"\r\n"

ACCEPTING = b"23"
"""First digits of replies that accept: of those the same are said again and again, and none repeats a secret."""


class ReplyLines:
    """Gathers the lines of the reply under way.  ``malformed`` is set by a line that belongs to none."""

    __slots__ = ("_lines", "_octets", "_room", "_torn", "malformed")

    def __init__(self) -> None:
        self._lines: list[bytes] = []
        self._octets = 0
        self._room = limits.REPLY_BYTES
        self._torn = False
        self.malformed = False

    @property
    def unended(self) -> bool:
        """Say whether a reply has begun, or lacks its beginning."""
        return bool(self._lines) or self._torn

    def take(self, line: bytes) -> Reply | None:
        """Take a line; return the reply that it ends, if it ends one."""
        code = CODES.get(line[:4])
        if code and not self._lines and not self._torn:
            return Reply(code, [line[4:]], octets=len(line) + len(CRLF))  # a line that is a whole reply, as most are
        found = REPLY_LINE.match(line)
        if not found:
            self.malformed |= bool(line.strip())
            return None
        self._room -= len(line)
        self._octets += len(line) + len(CRLF)
        if len(self._lines) < limits.REPLY_LINES and self._room >= 0:
            self._lines.append(found[3] or b"")
        if found[2] == b"-":
            return None
        reply = Reply(int(found[1]), self._lines, self._torn, self._octets)
        self._begin(torn=False)
        return reply

    def forget(self) -> None:
        """Forget the reply under way, whose rest is missing."""
        self._begin(torn=True)

    def _begin(self, *, torn: bool) -> None:
        self._lines, self._octets, self._room, self._torn = [], 0, limits.REPLY_BYTES, torn


def whole_replies(data: bytes) -> tuple[Reply, ...] | None:
    """Return the replies in ``data`` if it is made of whole ones, and short; None if they must be read by line."""
    return _whole_replies(data) if len(data) <= limits.REPLIES_BYTES and data.endswith(b"\n") else None


@lru_cache(limits.REPLIES_REMEMBERED)
def _whole_replies(data: bytes) -> tuple[Reply, ...] | None:
    lines = ReplyLines()
    replies = [lines.take(line.removesuffix(b"\r")) for line in data[:-1].split(b"\n")]
    found = tuple(reply for reply in replies if reply)
    if lines.malformed or lines.unended or any(reply.code >= 400 for reply in found):
        return None
    return found
