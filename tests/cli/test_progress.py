"""Progress: for a person at a terminal, for work that takes long, and never in the way of the report."""

from __future__ import annotations

import io

import pytest

from sniffer.cli.progress import ProgressLine
from sniffer.pipeline import Progress


class Screen(io.StringIO):
    """Standard error, as a terminal or not."""

    def __init__(self, *, terminal: bool) -> None:
        super().__init__()
        self._terminal = terminal

    def isatty(self) -> bool:
        """Say which."""
        return self._terminal


def shown(monkeypatch: pytest.MonkeyPatch, times: list[float], *, terminal: bool = True) -> str:
    """What stands on the screen after progress at these times."""
    screen = Screen(terminal=terminal)
    monkeypatch.setattr("sys.stderr", screen)
    clock = iter([0.0, *(each for time in times for each in (time, time))])
    line = ProgressLine(clock=lambda: next(clock))
    for _ in times:
        line(Progress(read_bytes=1, total_bytes=4, frames=1234, sessions=56))
    line.clear()
    return screen.getvalue()


def test_short_work_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    assert shown(monkeypatch, [0.1, 0.5, 0.9]) == ""


def test_long_work_says_how_far_it_is_and_cleans_up(monkeypatch: pytest.MonkeyPatch) -> None:
    text = shown(monkeypatch, [1.5])
    assert "25%" in text
    assert "1,234 frames of mail" in text
    assert "56 sessions" in text
    assert text.endswith("\r\x1b[K")


def test_where_nobody_watches_nothing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    assert shown(monkeypatch, [5.0, 9.0], terminal=False) == ""
