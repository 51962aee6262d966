"""Ctrl-C, SIGTERM and SIGHUP: the first ends the reading and reports what was found, the second ends the program.

A terminal that goes away sends SIGHUP twice, by the kernel and by the shell, so behind the first one the others do not
count.  Who was started with SIGHUP ignored (nohup) goes on ignoring it.  A reader that goes away is no signal for us:
Python ignores SIGPIPE and raises ``BrokenPipeError``.
"""

from __future__ import annotations

import os
import signal
from types import FrameType
from typing import Any

HANG_UP: signal.Signals | None = getattr(signal, "SIGHUP", None)
"""None on Windows."""

SIGNALS = (signal.SIGINT, signal.SIGTERM)

OUTPUTS = (1, 2)
"""Descriptors of standard output and standard error."""


class Interrupt:
    """Takes the place of the signals' usual handlers while it is entered."""

    def __init__(self) -> None:
        self._pending = False
        self._before: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Interrupt:
        self._before = {number: signal.signal(number, self._take) for number in _ours()}
        return self

    def __exit__(self, *_: object) -> None:
        self._restore()

    def pending(self) -> bool:
        """Say whether a signal has asked for the end."""
        return self._pending

    def _take(self, number: int, _frame: FrameType | None) -> None:
        self._pending = True
        self._restore()
        if number == HANG_UP:
            signal.signal(number, signal.SIG_IGN)
            _leave_terminal()

    def _restore(self) -> None:
        while self._before:
            number, handler = self._before.popitem()
            signal.signal(number, handler)


def _ours() -> tuple[signal.Signals, ...]:
    if HANG_UP is None or signal.getsignal(HANG_UP) is signal.SIG_IGN:
        return SIGNALS
    return (*SIGNALS, HANG_UP)


def _leave_terminal() -> None:
    """Let what is said from now on go nowhere if the terminal is gone: a report to a file must not fail for it."""
    for descriptor in OUTPUTS:
        try:
            os.write(descriptor, b"")
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), descriptor)
