"""The lines of a table, whatever its encoding, a piece at a time: a log may have a gigabyte, or a line without end."""

from __future__ import annotations

import codecs
import contextlib
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

from sniffer.model import limits
from sniffer.sources import formats
from sniffer.sources.compression import ByteStream, Unpackable, unpacked
from sniffer.sources.inputs import shown
from sniffer.sources.problems import TableError

MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),  # what PowerShell 5 and regedit write
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
"""Marks at the beginning, and the encodings that they tell."""

STRANGERS: tuple[tuple[bytes, str, str], ...] = (
    (b"PK\x03\x04", "is a ZIP archive or an Excel workbook", "save the sheet as CSV UTF-8"),
    (b"\xd0\xcf\x11\xe0", "is an old Excel workbook", "save the sheet as CSV UTF-8"),
    (b"SQLite format 3", "is a database", "export the table as CSV"),
    (b"{", "is JSON", "export the table as CSV"),
    (b"[{", "is JSON", "export the table as CSV"),
)
"""First bytes of files that people try, what they are, what to do."""


class Lines:
    """A text file's lines, to be gone through as often as needed.

    Lines that are too long are given empty, so that the numbers of those behind them are right, and told to
    ``overlong``.  Iterating raises ``TableError`` behind the last line that can be read.
    """

    def __init__(self, path: Path, overlong: Callable[[int], object] = lambda _: None) -> None:
        self.name = shown(path)
        self.overlong = overlong
        self._path = path
        with _said(self.name):
            if not stat.S_ISREG(path.stat().st_mode):
                raise TableError(self.name, "is no file", "save it to a file first: it is read more than once")
            with path.open("rb") as file:
                self._compression = formats.compression(file.read(formats.HEAD_BYTES))
            with contextlib.closing(self._open()) as content:
                self._encoding, self._mark = _encoding(self.name, content.read1(formats.HEAD_BYTES))

    def __iter__(self) -> Iterator[str]:
        number = 0
        with _said(self.name), contextlib.closing(self._open()) as stream:
            stream.read(self._mark)
            for raw in _cut(self._pieces(stream)):
                number += 1
                if raw is None:
                    self.overlong(number)
                    yield ""
                    continue
                try:
                    yield raw.decode("utf-8")
                except UnicodeDecodeError:  # an export of a Windows program; five of its bytes mean nothing
                    yield raw.decode("cp1252", "replace")

    def _open(self) -> ByteStream:
        return unpacked(self._path.open("rb"), self._compression)

    def _pieces(self, stream: ByteStream) -> Iterator[bytes]:
        """Give the content as UTF-8, or as the bytes that it has; what lies in front of damage is not lost."""
        decoder = codecs.getincrementaldecoder(self._encoding)("replace") if self._encoding != "utf-8" else None
        while piece := stream.read1(limits.TABLE_PIECE_BYTES):
            yield decoder.decode(piece).encode("utf-8", "replace") if decoder else piece


CONTROLS = bytes({*range(32)} - {*b"\t\n\f\r\x1b"})
"""Octets that no text has; terminals' logs have escapes."""

MOSTLY_TEXT = 0.98
"""Share of a text's first octets that are no controls; of an archive's or a key's one in nine is."""


def _encoding(name: str, head: bytes) -> tuple[str, int]:
    """Return a file's encoding and the size of its mark.  Raises ``TableError`` for what is no text."""
    if not head:
        raise TableError(name, "is empty", "export it again")
    for mark, encoding in MARKS:
        if head.startswith(mark):
            return encoding, len(mark)
    for first, what, advice in STRANGERS:
        if head.lstrip().startswith(first):
            raise TableError(name, what, advice)
    if formats.container(head):
        raise TableError(name, "is a capture, not a table", "name it without --facts")
    for encoding, low, high in (("utf-16-le", head[0::2], head[1::2]), ("utf-16-be", head[1::2], head[0::2])):
        if 0 not in low and 4 * high.count(0) > 3 * len(high) > 3:  # no mark, but most characters are Latin
            return encoding, 0
    if 0 in head or len(head.translate(None, CONTROLS)) < len(head) * MOSTLY_TEXT:
        raise TableError(name, "is no text", "export the table as text or CSV")
    return "utf-8", 0


def _cut(pieces: Iterator[bytes]) -> Iterator[bytes | None]:
    """Give the lines of all pieces, None for one that is too long."""
    rest, over = b"", False
    for piece in pieces:
        *whole, rest = (rest + piece).split(b"\n")
        for line in whole:
            if over or len(line) > limits.TABLE_LINE_BYTES:
                over = False
                yield None
            else:
                yield line.removesuffix(b"\r")
        if len(rest) > limits.TABLE_LINE_BYTES:
            rest, over = b"", True
    if over:
        yield None
    elif rest:
        yield rest.removesuffix(b"\r")


@contextlib.contextmanager
def _said(name: str) -> Iterator[None]:
    """Say what the world's errors mean to a person."""
    try:
        yield
    except FileNotFoundError:
        raise TableError(name, "no such file", "check the path") from None
    except PermissionError:
        raise TableError(name, "may not be read", "check its permissions, or use sudo") from None
    except Unpackable as error:
        raise TableError(name, f"cannot be unpacked further ({error})", "is the copy complete?") from None
    except OSError as error:
        raise TableError(name, f"cannot be read ({error.strerror or error})", "check the path") from None
    except ValueError as error:  # a path that no file can have
        raise TableError(name, f"cannot be read ({error})", "check the path") from None
