"""Progress of long work, on standard error, if a person is there to see it."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

from sniffer.pipeline import Progress

PATIENCE_SECONDS = 1.0
"""Work that is shorter says nothing."""

INTERVAL_SECONDS = 0.2


class ProgressLine:
    """One line that is written over; nothing when standard error is no terminal."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._due = clock() + PATIENCE_SECONDS
        self._shown = False
        self._on = sys.stderr.isatty()

    def __call__(self, progress: Progress) -> None:
        """Show how far the reading is, if it is time to."""
        if not self._on or self._clock() < self._due:
            return
        self._due = self._clock() + INTERVAL_SECONDS
        self._shown = True
        share = f"{progress.read_bytes / progress.total_bytes:4.0%}  " if progress.read_bytes else ""
        text = f"reading  {share}{progress.frames:,} frames of mail  {progress.sessions:,} sessions"
        sys.stderr.write(f"\r{text}\x1b[K")
        sys.stderr.flush()

    def clear(self) -> None:
        """Take the line away."""
        if self._shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
            self._shown = False
