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

LF, CR = 1, 1
"""Octets of a line's end, and of what may stand before it."""


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

LONGEST_END = len(b"\r\n.\r\n")
"""Octets of the end of a mail (RFC 5321 4.1.1.4)."""


class Ledger:
    """The places of one session.

    ``heard`` is how far each side was heard, ``lines`` what the client's lines may show, ``mails`` where its mails
    begin and end (``FOREVER`` while one goes on), ``tls`` where each side's TLS begins, ``unknown`` the first place of
    the client behind which bytes are missing; None where none are.

    ``tangled`` are the numbers of mails that were not heard between their 354 and their answer: nothing but their bytes
    tells where they end.
    """

    __slots__ = ("_line_end", "_unsettled", "heard", "lines", "mails", "tangled", "tls", "unknown")

    def __init__(self) -> None:
        self.heard = [0, 0]
        self.lines: list[Line] = []
        self.mails: list[tuple[int, int]] = []
        self.tangled: set[int] = set()
        self.tls: dict[bool, int] = {}
        self.unknown: int | None = None
        self._line_end = 0
        self._unsettled: int | None = None

    def hear(self, from_client: bool, length: int) -> None:
        """Take note that so many bytes come next."""
        if self._unsettled is not None and from_client is not self.in_mail:
            self.tangled.add(self._unsettled)
        self.heard[from_client] += length

    def miss(self, from_client: bool, length: int) -> None:
        """Take note that so many bytes are missing, or, with 0, all before the first."""
        if from_client and self.unknown is None:
            self.unknown = self.heard[CLIENT]
        if self._unsettled is not None and from_client is not self.in_mail:
            self.tangled.add(self._unsettled)
        elif from_client:
            self._unsettled = None  # of what is missing the end of the mail may be part
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

    def mail_begins(self, begun: int = 0, *, with_line: int | None = None, in_order: bool | None = True) -> None:
        """Take note that a mail is next, and began with the last bytes that were heard, so many, or with the last line.

        ``with_line`` are the octets of that line.  ``in_order`` says that the replies before it came when due; None
        where replies do not matter any more.
        """
        self._mail_from(self.heard[CLIENT] - begun if with_line is None else self._line_end - with_line)
        self._unsettled = len(self.mails) - 1 if self.in_mail and in_order is not None else None
        if self._unsettled is not None and not in_order:
            self.tangled.add(self._unsettled)

    def chunk_begins(self) -> None:
        """Take note that a counted piece of a mail follows the last line."""
        self._mail_from(self._line_end + LF)
        self._unsettled = None  # its length was told: it ends where it does

    def _mail_from(self, place: int) -> None:
        self.mail_ends()
        if len(self.mails) < limits.EVIDENCE_LINES:
            self.mails.append((place, FOREVER))

    def reply(self) -> None:
        """Take note of a reply: it answers a mail that has ended."""
        if not self.in_mail:
            self._unsettled = None

    def mail_ends(self, rest: int = 0) -> None:
        """Take note that a mail under way ended so many bytes before the last that were heard."""
        if self.in_mail:
            self.mails[-1] = self.mails[-1][0], self.heard[CLIENT] - rest
            if rest and self._unsettled is not None:
                self.tangled.add(self._unsettled)

    def mail_ends_here(self) -> None:
        """Take note that a mail under way ended with the last line."""
        self.mail_ends(self.heard[CLIENT] - self._line_end - LF)

    def mail_ends_before(self, line: bytes) -> None:
        """Take note that a mail under way ended before the last line, which was found to be a command."""
        if self.in_mail:
            begins = self._line_end - len(line) - CR
            self.mail_ends(self.heard[CLIENT] - max(begins, self.mails[-1][0]))

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

    def mails_left_out(self, first: int, last: int) -> Iterator[tuple[int, tuple[int, int]]]:
        """Give, like ``mails_between``, what of mails need not be shown even as blanks.

        A short one that is tangled is needed, of a long one its end.
        """
        for number, (begins, ends) in self.mails_between(first, last):
            if number not in self.tangled:
                yield number, (begins, ends)
            elif min(ends, self.heard[CLIENT]) - begins > limits.EVIDENCE_MAIL and first < ends - LONGEST_END:
                yield number, (begins, ends - LONGEST_END)

    def lines_between(self, first: int, last: int) -> Iterator[Line]:
        """Give the lines that end between two places."""
        index = bisect_left(self.lines, first, key=attrgetter("end"))
        return takewhile(lambda line: line.end < last, self.lines[index:])

    def tls_begins(self, from_client: bool, held: int) -> None:
        """Take note that a side's TLS begins with the last bytes that were heard, so many."""
        self.tls.setdefault(from_client, self.heard[from_client] - held)
