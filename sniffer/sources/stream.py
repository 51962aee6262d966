"""Standard input, named pipes and devices: read as it comes, until its end or until we are asked to stop."""

from __future__ import annotations

import io
import os
import select
import sys
import time
from pathlib import Path

from sniffer.sources.interruption import Interruption

LAST_WORDS_SECONDS = 1.0
"""After the request to stop: how long the other end of a pipe, which got the same Ctrl-C, may still write
what it holds back.  tcpdump writes its buffer when it is told to end."""


class Stream(io.RawIOBase):
    """Bytes of a descriptor, each read giving what is there, and none after an interruption.

    ``head`` looks at the first bytes without taking them.
    """

    def __init__(self, descriptor: int, interruption: Interruption) -> None:
        self._descriptor = descriptor
        self._interruption = interruption
        self._held = b""
        self._stops: float | None = None
        self._waiting = select.poll()
        self._waiting.register(descriptor, select.POLLIN)
        self._waiting.register(interruption, select.POLLIN)

    def readable(self) -> bool:
        """Say yes."""
        return True

    def head(self, size: int) -> bytes:
        """Return up to ``size`` first bytes, fewer only where the stream has no more."""
        while len(self._held) < size and (more := self._next(size - len(self._held))):
            self._held += more
        return self._held[:size]

    def readinto(self, buffer: object) -> int:
        """Take what is there."""
        view = memoryview(buffer).cast("B")  # type: ignore[arg-type]
        data, self._held = (
            (self._held[: len(view)], self._held[len(view) :]) if self._held else (self._next(len(view)), b"")
        )
        view[: len(data)] = data
        return len(data)

    def close(self) -> None:
        """Close the descriptor, but leave standard input to its owner."""
        if not self.closed and self._descriptor != 0:
            os.close(self._descriptor)
        super().close()

    def _next(self, size: int) -> bytes:
        return os.read(self._descriptor, size) if self._wait() else b""

    def _wait(self) -> bool:
        """Wait for bytes or the end; False when it is time to stop."""
        while True:
            left = None if self._stops is None else max(self._stops - time.monotonic(), 0)
            ready = [descriptor for descriptor, _ in self._waiting.poll(None if left is None else left * 1000)]
            if self._interruption.happened and self._stops is None:
                self._stops = time.monotonic() + LAST_WORDS_SECONDS
                self._waiting.unregister(self._interruption)
            if self._descriptor in ready:
                return left is None or left > 0
            if left is not None:
                return False


def opened(path: Path | None, interruption: Interruption) -> Stream:
    """Open a stream, standard input if it has no path.  Raises ``OSError``.

    A named pipe is opened without waiting for its writer: that is waited for where it can be interrupted.
    """
    if path is None:
        return Stream(sys.stdin.fileno(), interruption)
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    os.set_blocking(descriptor, True)
    return Stream(descriptor, interruption)
