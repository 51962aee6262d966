"""Showing a capture: on a real terminal a screen that is given back, lines elsewhere, and never the capture's end."""

from __future__ import annotations

import fcntl
import os
import pty
import struct
import sys
import termios
import threading
from pathlib import Path

import pytest

from sniffer.cli.watching import INTERVAL_SECONDS, Watching
from tests.inference.facts import attempt, fact
from tests.reports.watched import watched

ONE = watched([fact(attempt())])
SMCUP, RMCUP, SHOW = "\x1b[?1049h", "\x1b[?1049l", "\x1b[?25h"


class Terminal:
    """A terminal of 80×24 in the place of standard error, and all that was written to it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *, term: str = "xterm-256color") -> None:
        self._master, slave = pty.openpty()
        self.stream = os.fdopen(slave, "w")
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        self._parts: list[bytes] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        for name in ("COLUMNS", "LINES", "NO_COLOR", "TTY_COMPATIBLE", "FORCE_COLOR"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("TERM", term)
        monkeypatch.setattr(sys, "stderr", self.stream)

    def _read(self) -> None:
        try:
            while part := os.read(self._master, 65_536):
                self._parts.append(part)
        except OSError:
            pass

    def text(self) -> str:
        """End it, and return what was written."""
        self.stream.close()
        self._reader.join()
        return b"".join(self._parts).decode()


def test_on_a_terminal_a_screen_is_drawn_and_given_back(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal(monkeypatch)
    with Watching() as watching:
        assert watching.screen
        watching.show(ONE)
        watching.note("evidence: \x1bdisk full")
    text = terminal.text()
    assert text.startswith(SMCUP)
    assert "sniffer capture" in text
    after = text.partition(RMCUP)[2]
    assert SHOW in text
    assert after.endswith("sniffer: evidence: \\x1bdisk full\r\n")
    assert "sniffer capture" not in after


def test_it_is_given_back_after_an_error_too(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal(monkeypatch)
    watching = Watching()
    with pytest.raises(RuntimeError), watching:
        raise RuntimeError
    assert RMCUP in terminal.text()


def test_without_color_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal(monkeypatch)
    monkeypatch.setenv("NO_COLOR", "1")
    with Watching() as watching:
        watching.show(ONE)
    assert "\x1b[31m" not in terminal.text()


@pytest.mark.parametrize("term", ["dumb", "", "unknown"])
def test_a_dumb_terminal_gets_lines(monkeypatch: pytest.MonkeyPatch, term: str) -> None:
    terminal = Terminal(monkeypatch, term=term)
    with Watching() as watching:
        watching.show(ONE)
    text = terminal.text()
    assert "\x1b" not in text
    assert "listening on eth1, eth2 (hq)" in text


def test_where_results_go_to_the_same_terminal_lines_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal(monkeypatch)
    monkeypatch.setattr(sys, "stdout", terminal.stream)
    assert not Watching(streaming=True).screen
    assert Watching().screen
    terminal.text()


def test_it_is_drawn_no_more_often_than_a_person_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal(monkeypatch)
    time = [0.0]
    with Watching(clock=lambda: time[0]) as watching:
        for step in range(11):
            time[0] = step * INTERVAL_SECONDS / 5
            if watching.due():
                watching.show(ONE)
        watching.show(ONE, now=True)
    assert terminal.text().count("sniffer capture") == 4


def test_a_file_gets_lines_and_notes_at_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with (tmp_path / "log").open("w") as log:
        monkeypatch.setattr(sys, "stderr", log)
        with Watching() as watching:
            watching.show(ONE)
            watching.note("rotated")
            watching.show(ONE, now=True)
    lines = (tmp_path / "log").read_text().splitlines()
    assert len(lines) == 3
    assert lines[-1] == "sniffer: rotated"


def test_a_terminal_that_goes_away_ends_the_showing_only(monkeypatch: pytest.MonkeyPatch) -> None:
    for term in ("xterm", "dumb"):
        terminal = Terminal(monkeypatch, term=term)
        with Watching() as watching:
            monkeypatch.setattr(terminal.stream, "write", broken, raising=False)
            watching.show(ONE, now=True)
            watching.show(ONE, now=True)
            assert not watching.due()


def broken(_text: str) -> int:
    """Write to a terminal that is gone."""
    raise OSError(5, "Input/output error")
