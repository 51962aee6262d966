"""Asking the reading to stop: what has been read stays whole, and whoever waits for a stream is woken."""

from __future__ import annotations

import os


class Interruption:
    """A request to stop, made by calling it, from a signal handler or another thread.

    ``happened`` says that it was made; ``fileno`` is readable from then on, for ``poll``.
    """

    def __init__(self) -> None:
        self.happened = False
        self._read, self._write = os.pipe()

    def __call__(self, *_: object) -> None:
        """Make the request; a second one changes nothing."""
        if not self.happened:
            self.happened = True
            os.write(self._write, b"\0")

    def fileno(self) -> int:
        """Return a descriptor that becomes readable with the request."""
        return self._read

    def close(self) -> None:
        """Give the descriptors back; nobody may wait any longer."""
        os.close(self._read)
        os.close(self._write)
