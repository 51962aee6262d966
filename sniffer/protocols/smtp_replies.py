"""The server's lines become replies (RFC 5321 4.2)."""

from __future__ import annotations

from typing import NamedTuple

from sniffer.model import limits
from sniffer.protocols.smtp_grammar import REPLY_LINE


class Reply(NamedTuple):
    """A whole reply: its code and the text of its lines."""

    code: int
    lines: list[bytes]

    @property
    def text(self) -> bytes:
        """Return the text of all lines as one."""
        return b" ".join(self.lines)


class ReplyLines:
    """Gathers the lines of the reply under way.  ``malformed`` is set by a line that belongs to none."""

    __slots__ = ("_lines", "malformed")

    def __init__(self) -> None:
        self._lines: list[bytes] = []
        self.malformed = False

    def take(self, line: bytes) -> Reply | None:
        """Take a line; return the reply that it ends, if it ends one."""
        found = REPLY_LINE.match(line)
        if not found:
            self.malformed |= bool(line.strip())
            return None
        if len(self._lines) < limits.REPLY_LINES:
            self._lines.append(found[3] or b"")
        if found[2] == b"-":
            return None
        lines, self._lines = self._lines, []
        return Reply(int(found[1]), lines)

    def forget(self) -> None:
        """Forget the reply under way, whose rest is missing."""
        self._lines = []
