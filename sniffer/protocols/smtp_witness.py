"""What one session says of who its client is: how it words its commands, and the marks of its first mail.

Fed by the session's parts, a call a command and a call a piece of mail.  Where bytes of the client are missing it
stops: what was heard before stays, but a mail half read tells nothing, nor does what was not heard.
"""

from __future__ import annotations

from sniffer.knowledge.mail_marks import MarkTable, shipped_marks
from sniffer.model import limits
from sniffer.model.clues import Mark, Witness
from sniffer.protocols.mail_head import END_OF_HEAD, head_end, read_head
from sniffer.protocols.mail_marks import Mail, marks
from sniffer.protocols.mail_traits import mail_traits
from sniffer.protocols.smtp_grammar import Command
from sniffer.protocols.smtp_states import END_OF_DATA
from sniffer.protocols.smtp_traits import Habits

PIPELINED = frozenset(("RCPT", "DATA", "BDAT"))
"""Commands that only pipelining sends while two others wait for their replies (RFC 2920 3.1)."""

MAY_BE_END = len(END_OF_DATA) - 1
"""Octets at the end of a piece of a mail that may belong to the line that ends it."""

CRLF = 2
"""Octets in front of a mail that are not its own: the end of the line DATA, which an empty mail needs."""


class Recorder:
    """Listens beside a session.  ``wanted`` turns False when nothing more will be taken: behind the first mail.

    A mail that goes on beyond what is read of it ends the listening at once.
    """

    __slots__ = ("_ended", "_habits", "_marks", "_read", "_skipped", "_start", "_table", "_text", "wanted")

    def __init__(self, table: MarkTable | None = None) -> None:
        self._table = shipped_marks() if table is None else table
        self._habits = Habits()
        self._marks: tuple[Mark, ...] = ()
        self._text: bytearray | None = None
        self._start = -1
        self._skipped = CRLF
        self._read = False
        self._ended = False
        self.wanted = True

    def command(self, line: bytes, said: Command, waiting: int, extensions: tuple[str, ...]) -> None:
        """Take a command, while so many others wait for their replies."""
        if not self.wanted:
            return
        if self._text is not None and said.verb != "BDAT":
            self._finish()
        self._habits.command(line, said)
        if waiting > 1 and said.verb in PIPELINED and "PIPELINING" in extensions:
            self._habits.add("pipelining")
        self._ended = False
        self.wanted = not self._read

    def text(self, data: bytes, end: int) -> None:
        """Take the next of a mail, up to ``end``; negative where it goes on, and the last octets will come again."""
        if self.wanted and not self._read:
            self.chunk(data[self._skipped : -MAY_BE_END if end < 0 else end])
            if self._skipped:
                self._skipped -= min(self._skipped, max(len(data) - MAY_BE_END, 0))
            if end >= 0 and not self._read:
                self._finish()
                self._ended = True

    def chunk(self, data: bytes) -> None:
        """Take the next of a mail whose length was told before (BDAT, RFC 3030 2)."""
        if not self.wanted or self._read:
            return
        if self._text is None:
            self._text = bytearray()
        text, before = self._text, len(self._text)
        text += data[: limits.MAIL_HEAD_BYTES + limits.MAIL_TEXT_BYTES - len(text)]
        if self._start < 0:
            self._start = head_end(text, max(before - len(END_OF_HEAD), 0))
        if self._start > limits.MAIL_HEAD_BYTES:
            self._start = -1
        long_head = self._start < 0 and len(text) > limits.MAIL_HEAD_BYTES
        if long_head or 0 <= self._start <= len(text) - limits.MAIL_TEXT_BYTES:
            self._finish()
            self.wanted = False

    def stop(self) -> None:
        """Take note that what comes next cannot be told for sure."""
        self.wanted = self._ended = False
        self._text = None

    def witness(self, *, ended: bool) -> Witness | None:
        """Return what was heard, None where nothing was; ``ended`` says that the connection was seen to end."""
        found = self._habits.traits()
        if ended and self._ended:
            found.add("quit:none")
        return Witness(tuple(sorted(found)), self._marks) if found or self._marks else None

    def _finish(self) -> None:
        """Read what there is of the mail, and forget it."""
        text, self._text, self._read = bytes(self._text or b""), None, True
        start = self._start if self._start >= 0 else len(text)
        head = read_head(text[: min(start, limits.MAIL_HEAD_BYTES)])
        self._habits.update(mail_traits(head))
        self._marks = marks(Mail(head, text[start : start + limits.MAIL_TEXT_BYTES]), self._table)
