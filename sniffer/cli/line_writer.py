"""Lines into a file that somebody reads meanwhile: whole ones, or none.

A disk that is full takes a part of a line, and a buffer keeps the rest for the next time: then two lines are broken.
So lines go past the buffers, and what was taken of one that did not fit is taken back.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable
from typing import IO

PIECE_BYTES = 64 * 1024
"""Bytes that are written at once: a pipe's worth, and a system call for some thirty rows."""


class LineWriter:
    """Writes lines to a stream of which nothing is in a buffer.

    Raises ``OSError`` where a piece cannot be written; the pieces before it were.
    """

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream
        self._descriptor = _descriptor(stream)

    def write(self, lines: Iterable[str]) -> None:
        """Write lines, each with its end, some at a time."""
        piece, octets = [], 0
        for line in lines:
            piece.append(line)
            octets += len(line)
            if octets >= PIECE_BYTES:
                self._put("".join(piece))
                piece, octets = [], 0
        self._put("".join(piece))

    def _put(self, text: str) -> None:
        if self._descriptor is None:
            self._stream.write(text)
            self._stream.flush()
            return
        left = memoryview(text.encode())
        place = _end(self._descriptor)
        try:
            while left:
                left = left[os.write(self._descriptor, left) :]
        except OSError:
            if place is not None:
                with contextlib.suppress(OSError):
                    os.ftruncate(self._descriptor, place)
                    os.lseek(self._descriptor, place, os.SEEK_SET)
            raise


def _descriptor(stream: IO[str]) -> int | None:
    """Return a stream's descriptor; None where it is none of the system's."""
    try:
        return stream.fileno()
    except (OSError, ValueError, AttributeError):
        return None


def _end(descriptor: int) -> int | None:
    """Return where we are in a file, if that is its end; None elsewhere: a pipe, a file that others write to."""
    try:
        place = os.lseek(descriptor, 0, os.SEEK_CUR)
        return place if place == os.fstat(descriptor).st_size else None
    except OSError:
        return None
