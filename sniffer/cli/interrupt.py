"""Ctrl-C and SIGTERM: the first ends the reading and reports what was found, the second ends the program."""

from __future__ import annotations

import signal
from types import FrameType
from typing import Any

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Interrupt:
    """Takes the place of the signals' usual handlers while it is entered."""

    def __init__(self) -> None:
        self._pending = False
        self._before: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Interrupt:
        self._before = {number: signal.signal(number, self._take) for number in SIGNALS}
        return self

    def __exit__(self, *_: object) -> None:
        self._restore()

    def pending(self) -> bool:
        """Say whether a signal has asked for the end."""
        return self._pending

    def _take(self, _number: int, _frame: FrameType | None) -> None:
        self._pending = True
        self._restore()

    def _restore(self) -> None:
        while self._before:
            number, handler = self._before.popitem()
            signal.signal(number, handler)
