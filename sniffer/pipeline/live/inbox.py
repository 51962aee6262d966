"""What listeners send, taken from their pipes by a thread: they should not wait while we judge."""

from __future__ import annotations

import contextlib
import threading
from collections import deque
from multiprocessing.connection import wait
from typing import TYPE_CHECKING

from sniffer.model import limits

if TYPE_CHECKING:
    from multiprocessing.connection import Connection as Pipe

WAIT_SECONDS = 0.5
"""How long we wait for pipes before we look whether there is room again."""


class Inbox:
    """Messages of several listeners, in the order in which they came; None is a listener's end.

    Holds up to ``limits.INBOX_BYTES``; beyond it pipes fill, and listeners wait.
    """

    def __init__(self, pipes: list[Pipe]) -> None:
        self._pipes = {pipe: number for number, pipe in enumerate(pipes)}
        self._messages: deque[tuple[int, bytes | None]] = deque()
        self._octets = 0
        self._changed = threading.Condition()
        threading.Thread(target=self._fill, name="inbox", daemon=True).start()

    @property
    def crowded(self) -> bool:
        """Say whether it is more than half full."""
        return self._octets > limits.INBOX_BYTES // 2

    def next(self, seconds: float) -> tuple[int, bytes | None] | None:
        """Return a listener's number and its next message; None if there is none within some seconds."""
        with self._changed:
            if not self._messages:
                self._changed.wait(seconds)
            if not self._messages:
                return None
            number, message = self._messages.popleft()
            self._octets -= len(message or b"")
            self._changed.notify_all()
            return number, message

    def _fill(self) -> None:
        while self._pipes:
            for pipe in wait(list(self._pipes), WAIT_SECONDS):
                self._take(pipe)  # type: ignore[arg-type]

    def _take(self, pipe: Pipe) -> None:
        message: bytes | None = None
        with contextlib.suppress(EOFError, OSError):
            message = pipe.recv_bytes()
        number = self._pipes[pipe] if message is not None else self._pipes.pop(pipe)
        with self._changed:
            while self._octets > limits.INBOX_BYTES:
                self._changed.wait(WAIT_SECONDS)
            self._messages.append((number, message))
            self._octets += len(message or b"")
            self._changed.notify_all()
