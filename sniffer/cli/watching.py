"""The view of a running capture, on standard error: a screen where a person watches one, lines for a journal elsewhere.

The screen is the terminal's second one (smcup), so that what stood there before comes back, and the report that follows
is printed below it.  A terminal that goes away ends the showing, never the capture.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING

from sniffer.reports.escape import for_terminal
from sniffer.reports.quiet import quiet_lines
from sniffer.reports.watched import Watched

if TYPE_CHECKING:
    from rich.live import Live

INTERVAL_SECONDS = 1.0
"""Between two drawings; a person reads no faster, and drawing goes on for days."""

SMALLEST = 40, 10
"""Columns and lines from which on a screen can be drawn."""


class Watching:
    """Shows a capture while it is entered.

    ``streaming`` says that results go to standard output meanwhile: where that is the same terminal, lines are told
    rather than a screen drawn over them.  ``clock`` gives seconds.
    """

    def __init__(self, *, streaming: bool = False, clock: Callable[[], float] = time.monotonic) -> None:
        self.screen = _has_screen() and not (streaming and _is_terminal(sys.stdout))
        self._clock = clock
        self._due = clock()
        self._shown: Watched | None = None
        self._live: Live | None = None
        self._notes: list[str] = []
        self._gone = False

    def __enter__(self) -> Watching:
        if self.screen:
            from rich.console import Console  # noqa: PLC0415 - rich takes 50 ms to import
            from rich.live import Live  # noqa: PLC0415

            console = Console(stderr=True, highlight=False, emoji=False, markup=False)
            self._live = Live(
                console=console, screen=True, auto_refresh=False, redirect_stdout=False, redirect_stderr=False
            )
            self._safely(self._live.start)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Give the terminal back, and say what could not be said on the screen."""
        live, self._live = self._live, None
        if live is not None:
            self._safely(live.console.clear)  # tmux keeps lines of a second screen that grew meanwhile
            self._safely(live.stop)
        for text in self._notes:
            self._say(text)
        self._notes.clear()

    def due(self) -> bool:
        """Say whether it is time to show something; a value need not be made before."""
        return not self._gone and self._clock() >= self._due

    def show(self, watched: Watched, *, now: bool = False) -> None:
        """Show a capture, if it is due or something new is to be seen (``now``)."""
        if not (now and not self._gone) and not self.due():
            return
        self._due = self._clock() + INTERVAL_SECONDS
        before, self._shown = self._shown, watched
        if self._live is not None:
            from sniffer.reports.live_view import LiveView  # noqa: PLC0415 - drawn on a terminal only

            live = self._live
            self._safely(lambda: live.update(LiveView(watched), refresh=True))
            return
        for line in quiet_lines(before, watched):
            self._say(line)

    def note(self, text: str) -> None:
        """Say something: at once, or where a screen is drawn when it is gone."""
        if self._live is not None:
            self._notes.append(text)
        else:
            self._say(text)

    def _say(self, text: str) -> None:
        def write() -> None:
            sys.stderr.write(f"sniffer: {for_terminal(text)}\n")
            sys.stderr.flush()

        self._safely(write)

    def _safely(self, action: Callable[[], None]) -> None:
        """Do something with the terminal; one that is gone (EIO, EPIPE) is shown nothing any more."""
        if self._gone:
            return
        try:
            action()
        except (OSError, ValueError):
            self._gone = True


def _has_screen() -> bool:
    """Say whether standard error is a terminal on which a screen can be drawn."""
    if not _is_terminal(sys.stderr) or os.environ.get("TERM", "").lower() in ("", "dumb", "unknown"):
        return False
    try:
        columns, lines = os.get_terminal_size(sys.stderr.fileno())
    except (OSError, ValueError):
        return False
    return columns >= SMALLEST[0] and lines >= SMALLEST[1]


def _is_terminal(stream: object) -> bool:
    try:
        return bool(stream.isatty())  # type: ignore[attr-defined]
    except (AttributeError, ValueError, OSError):
        return False
