"""The server's lines become replies (RFC 5321 4.2)."""

from __future__ import annotations

from typing import NamedTuple

from sniffer.model import limits
from sniffer.protocols.smtp_grammar import REPLY_LINE

CODES = {f"{code} ".encode(): code for code in range(200, 600)}
"""The beginnings of last lines."""


class Reply(NamedTuple):
    """A whole reply: its code and the text of its lines; of a ``torn`` one the first may be missing."""

    code: int
    lines: list[bytes]
    torn: bool = False

    @property
    def text(self) -> bytes:
        """Return the text of all lines as one."""
        return b" ".join(self.lines)


class ReplyLines:
    """Gathers the lines of the reply under way.  ``malformed`` is set by a line that belongs to none."""

    __slots__ = ("_lines", "_torn", "malformed")

    def __init__(self) -> None:
        self._lines: list[bytes] = []
        self._torn = False
        self.malformed = False

    def take(self, line: bytes) -> Reply | None:
        """Take a line; return the reply that it ends, if it ends one."""
        code = CODES.get(line[:4])
        if code and not self._lines and not self._torn:
            return Reply(code, [line[4:]])  # a line that is a whole reply, as most are
        found = REPLY_LINE.match(line)
        if not found:
            self.malformed |= bool(line.strip())
            return None
        if len(self._lines) < limits.REPLY_LINES:
            self._lines.append(found[3] or b"")
        if found[2] == b"-":
            return None
        reply = Reply(int(found[1]), self._lines, self._torn)
        self._lines, self._torn = [], False
        return reply

    def forget(self) -> None:
        """Forget the reply under way, whose rest is missing."""
        self._lines, self._torn = [], True
