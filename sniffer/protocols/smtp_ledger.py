"""Which bytes of a session are what, by their places in the two streams: kept for an evidence capture.

A place counts from the first byte of its side that the session was told of.  Only what was understood is entered:
a client's bytes without an entry are proven to be nothing, and ``smtp_clean`` blanks them.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from itertools import takewhile
from operator import attrgetter, itemgetter
from typing import NamedTuple

from sniffer.model import limits

CLIENT, SERVER = True, False

LF = 1
"""Octets of a line's end, without what may stand before it."""


class Line(NamedTuple):
    """A line of the client, its LF at the place ``end``, and what may be shown of it: as many octets."""

    end: int
    said: bytes
    shown: bytes

    def __repr__(self) -> str:
        """Return where it ends, and nothing of what it says."""
        return f"Line({self.end})"


FOREVER = 1 << 62
"""Behind every place."""


class Ledger:
    """The places of one session.

    ``heard`` is how far each side was heard, ``lines`` what the client's lines may show, ``mails`` where its mails
    begin and end (``FOREVER`` while one goes on), ``tls`` where each side's TLS begins, ``unknown`` the first place of
    the client behind which bytes are missing; None where none are.
    """

    __slots__ = ("_line_end", "heard", "lines", "mails", "tls", "unknown")

    def __init__(self) -> None:
        self.heard = [0, 0]
        self.lines: list[Line] = []
        self.mails: list[tuple[int, int]] = []
        self.tls: dict[bool, int] = {}
        self.unknown: int | None = None
        self._line_end = 0

    def hear(self, from_client: bool, length: int) -> None:
        """Take note that so many bytes come next."""
        self.heard[from_client] += length

    def miss(self, from_client: bool, length: int) -> None:
        """Take note that so many bytes are missing, or, with 0, all before the first."""
        if from_client and self.unknown is None:
            self.unknown = self.heard[CLIENT]
        self.heard[from_client] += length

    def leave(self, rest: int) -> None:
        """Take note that nothing is read of the client's last bytes, so many, or ever more."""
        self.heard[CLIENT] -= rest

    def line(self, rest: int) -> None:
        """Take note that a line of the client has ended so many bytes before the last that were heard."""
        self._line_end = self.heard[CLIENT] - rest - LF

    def show(self, said: bytes, shown: bytes) -> None:
        """Enter what may be shown of the last line that ended."""
        if len(self.lines) < limits.EVIDENCE_LINES:
            self.lines.append(Line(self._line_end, said, shown))

    def mail_begins(self, *, with_line: int | None = None) -> None:
        """Take note that a mail is next, or began with the last line, of so many octets."""
        self.mail_ends()
        place = self.heard[CLIENT] if with_line is None else self._line_end - with_line
        if len(self.mails) < limits.EVIDENCE_LINES:
            self.mails.append((place, FOREVER))

    def chunk_begins(self) -> None:
        """Take note that a counted piece of a mail follows the last line."""
        self.mail_begins(with_line=-LF)

    def mail_ends(self, rest: int = 0) -> None:
        """Take note that a mail under way ended so many bytes before the last that were heard."""
        if self.in_mail:
            self.mails[-1] = self.mails[-1][0], self.heard[CLIENT] - rest

    @property
    def in_mail(self) -> bool:
        """Say whether the client's next bytes are a mail's."""
        return bool(self.mails) and self.mails[-1][1] == FOREVER

    def mails_between(self, first: int, last: int) -> Iterator[tuple[int, tuple[int, int]]]:
        """Give the mails, with their numbers, that have a byte between two places."""
        index = max(bisect_right(self.mails, first, key=itemgetter(0)) - 1, 0)
        for number, mail in enumerate(takewhile(lambda mail: mail[0] < last, self.mails[index:]), index):
            if mail[1] > first:
                yield number, mail

    def lines_between(self, first: int, last: int) -> Iterator[Line]:
        """Give the lines that end between two places."""
        index = bisect_left(self.lines, first, key=attrgetter("end"))
        return takewhile(lambda line: line.end < last, self.lines[index:])

    def tls_begins(self, from_client: bool, held: int) -> None:
        """Take note that a side's TLS begins with the last bytes that were heard, so many."""
        self.tls.setdefault(from_client, self.heard[from_client] - held)
