"""Bytes in, lines out: one at a time, whatever the cuts, and never more than a line in memory."""

from __future__ import annotations

from sniffer.model import limits


class Lines:
    """The unfinished line of one direction.  ``crlf`` says whether any line ended in CRLF.

    ``framed`` says whether the last line did, and stood behind another that did.
    ``cut`` is set when a line was longer than ``limits.LINE_BYTES``; its rest is skipped.
    """

    __slots__ = ("_behind_crlf", "_held", "_skipping", "crlf", "cut", "framed")

    def __init__(self) -> None:
        self._held = b""
        self._skipping = False
        self._behind_crlf = False
        self.crlf = False
        self.framed = False
        self.cut = False

    @property
    def unended(self) -> bool:
        """Say whether a line has begun."""
        return bool(self._held) or self._skipping

    def take(self, data: bytes) -> tuple[bytes | None, bytes]:
        """Return the next line without its end, and the bytes behind it; None while it is unfinished."""
        end = data.find(b"\n")
        if end < 0:
            self._hold(data)
            return None, b""
        if self._held or self._skipping or end > limits.LINE_BYTES:
            self._hold(data[:end])
            line, self._held, self._skipping = self._held, b"", False
        else:
            line = data[:end]
        if line.endswith(b"\r"):
            self.crlf = True
            self.framed, self._behind_crlf = self._behind_crlf, True
            line = line[:-1]
        else:
            self.framed = self._behind_crlf = False
        return line, data[end + 1 :]

    def unfinished(self) -> bytes:
        """Return what is held of a line without end, and forget it."""
        line, self._held, self._skipping = self._held, b"", False
        return line

    def forget(self) -> None:
        """Forget the unfinished line, whose rest is missing; what follows up to a line end is lost too."""
        self._held, self._skipping, self._behind_crlf = b"", False, False

    def _hold(self, data: bytes) -> None:
        if self._skipping:
            return
        room = limits.LINE_BYTES - len(self._held)
        self._held = self._held + data[:room] if self._held else data[:room]
        if len(data) > room:
            self._skipping = self.cut = True
