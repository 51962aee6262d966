"""Standard input, named pipes and devices: read as it comes, until its end or until we are to stop."""

from __future__ import annotations

import io
import os
import select
import sys
import time
from collections.abc import Callable
from pathlib import Path

WAIT_SECONDS = 0.2
"""How long we wait for bytes before we look whether we are to stop."""

LAST_WORDS_SECONDS = 1.0
"""How long the other end of a pipe may still write after that: it got the same Ctrl-C, and tcpdump then
writes what it held back.  Less than ``ahead.GRACE_SECONDS``."""


class Stream(io.RawIOBase):
    """Bytes of a descriptor; a read gives what is there, and nothing at the end or when we are to stop.

    ``head`` looks at the first bytes without taking them.
    """

    def __init__(self, descriptor: int, stop: Callable[[], bool]) -> None:
        self._descriptor = descriptor
        self._stop = stop
        self._held = b""
        self._stops: float | None = None
        self._poll = select.poll()
        self._poll.register(descriptor, select.POLLIN)

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
        size = len(view)
        data = self._held[:size] or self._next(size)
        self._held = self._held[size:]
        view[: len(data)] = data
        return len(data)

    def read1(self, size: int = -1, /) -> bytes:
        """Read what is there: a raw stream does nothing else."""
        return self.read(size) or b""

    def close(self) -> None:
        """Close the descriptor, but leave standard input to its owner."""
        if not self.closed and self._descriptor != 0:
            os.close(self._descriptor)
        super().close()

    def _next(self, size: int) -> bytes:
        while not self._over():
            if self._poll.poll(WAIT_SECONDS * 1000):
                return os.read(self._descriptor, size)
        return b""

    def _over(self) -> bool:
        """Say whether we are to stop, and the last words have been waited for."""
        if self._stops is None and self._stop():
            self._stops = time.monotonic() + LAST_WORDS_SECONDS
        return self._stops is not None and time.monotonic() >= self._stops


def opened(path: Path | None, stop: Callable[[], bool]) -> Stream:
    """Open a stream, standard input if it has no path.  Raises ``OSError``.

    A named pipe is opened without waiting for its writer: that is waited for where it can be stopped.
    """
    if path is None:
        return Stream(sys.stdin.fileno(), stop)
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    os.set_blocking(descriptor, True)
    return Stream(descriptor, stop)
