"""JSON lines of a capture that goes on: what is new, whole lines, and none lost where they could not be written."""

from __future__ import annotations

import errno
import io
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sniffer.cli.line_writer import LineWriter
from sniffer.cli.lines import Lines
from sniffer.cli.live_run import Judged
from sniffer.cli.report import View
from sniffer.model.health import Health
from sniffer.reports.notes import Course
from sniffer.reports.redaction import Redactor
from sniffer.reports.summary import Summary
from tests.inference.facts import attempt, fact, judge

COURSE = Course(Health(5_000_000, "hq", ()), None, Summary(all_scopes=False), 0)
RUN = {"type": "run", "schema": 1}
ONE, OTHER = fact(attempt()), fact(attempt("PLAIN"), client="10.0.3.18", mac="00:80:77:4b:5c:6d", session="s-other")


class Told:
    """Lines to a file, judged as often as it is told to."""

    def __init__(self, path: Path, view: View = View.DEVICES, interval: float = 0.0) -> None:
        self.path = path
        self.said: list[str] = []
        self.stream = path.open("w", encoding="utf-8")
        self.lines = Lines(self.stream, view, Redactor(None), interval, self.said.append)

    def judge(self, *facts: Any) -> None:
        """Judge so many sessions."""
        judged = judge(facts)
        for each in judged.sessions:
            self.lines.look(each)
        self.lines.tick(Judged(5_000_000, Summary(all_scopes=False), judged.devices, (), ()), COURSE)

    def finish(self, *facts: Any) -> None:
        """The last judgement."""
        judged = judge(facts)
        for each in judged.sessions:
            self.lines.look(each)
        self.lines.finish(judged.devices, COURSE, RUN)

    @property
    def rows(self) -> list[dict[str, Any]]:
        """All rows so far."""
        return [json.loads(line) for line in self.path.read_text().splitlines()]

    @property
    def types(self) -> list[str]:
        """Their types."""
        return [row["type"] for row in self.rows]


def test_what_is_the_same_is_not_told_again(tmp_path: Path) -> None:
    told = Told(tmp_path / "lines")
    told.judge(ONE)
    told.judge(ONE)
    told.judge(ONE, OTHER)
    told.finish(ONE, OTHER)
    assert told.types == ["device", "health", "health", "device", "health", "health", "run"]


def test_a_session_is_told_once(tmp_path: Path) -> None:
    told = Told(tmp_path / "lines", View.SESSIONS)
    told.judge(ONE)
    told.judge(ONE, OTHER)
    told.finish(ONE, OTHER)
    assert told.types == ["session", "health", "session", "health", "health", "run"]


def test_between_two_intervals_nothing_is_written(tmp_path: Path) -> None:
    told = Told(tmp_path / "lines", View.SESSIONS, interval=3600)
    told.judge(ONE)
    assert told.rows == []
    told.finish(ONE)
    assert told.types == ["session", "health", "run"]


def state(told: Told) -> tuple[bool, bool]:
    """Whether lines cannot be written, and whether nobody reads them."""
    return told.lines.failing, told.lines.gone


def test_how_it_goes_is_told_before_anything_was_judged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1000.0]
    monkeypatch.setattr("sniffer.cli.lines.time.monotonic", lambda: now[0])
    told = Told(tmp_path / "lines", interval=60)
    for now[0] in (1000.0, 1059.9, 1060.0, 1060.25, 1119.9, 1120.0):
        told.lines.tick(None, COURSE)
    assert told.types == ["health", "health"]


def failing(code: int, after: int = 0) -> Callable[[int, memoryview], int]:
    """A system that writes so many bytes, then fails."""
    left = after

    def write(descriptor: int, octets: memoryview) -> int:
        nonlocal left
        if not left:
            raise OSError(code, os.strerror(code))
        part = octets[:left]
        left -= len(part)
        return REALLY(descriptor, part)

    return write


REALLY = os.write


@pytest.mark.parametrize("view", list(View))
@pytest.mark.parametrize("after", [0, 1, 300, 1200])
def test_what_a_full_disk_did_not_take_comes_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, view: View, after: int
) -> None:
    told = Told(tmp_path / "lines", view)
    told.judge(ONE)
    before = told.types
    monkeypatch.setattr("os.write", failing(errno.ENOSPC, after))
    told.judge(ONE, OTHER)
    told.judge(ONE, OTHER)
    assert state(told) == (True, False)
    assert len(told.said) == 1
    assert "No space left on device" in told.said[0]
    assert told.types[: len(before)] == before
    monkeypatch.setattr("os.write", REALLY)
    told.judge(ONE, OTHER)
    assert state(told) == (False, False)
    kind = view.value.removesuffix("s")
    names = {row[kind] for row in told.rows if row["type"] == kind}
    assert len(names) == 2
    told.finish(ONE, OTHER)
    assert told.types[-1] == "run"
    assert len(told.said) == 1


def test_a_disk_that_stays_full_is_said_at_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = Told(tmp_path / "lines")
    monkeypatch.setattr("os.write", failing(errno.ENOSPC))
    told.judge(ONE)
    told.finish(ONE)
    assert told.lines.failing
    assert [text.split(";")[0] for text in told.said] == [
        "lines cannot be written (No space left on device)", "the last lines could not be written either",
    ]  # fmt: skip


def test_a_reader_that_went_away_is_said_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = Told(tmp_path / "lines")
    monkeypatch.setattr("os.write", failing(errno.EPIPE))
    told.judge(ONE)
    told.judge(ONE, OTHER)
    told.finish(ONE, OTHER)
    assert told.lines.gone
    assert told.said == ["whoever read the lines went away; the capture goes on without"]


def rows(count: int) -> Iterator[str]:
    """Lines of 100 bytes."""
    return (f"{number:099}\n" for number in range(count))


@pytest.mark.parametrize("after", [0, 50, 100, 70_000, 100_001])
def test_only_whole_lines_stand_in_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, after: int) -> None:
    with (tmp_path / "lines").open("w") as stream:
        writer = LineWriter(stream)
        monkeypatch.setattr("os.write", failing(errno.ENOSPC, after))
        with pytest.raises(OSError, match="No space"):
            writer.write(rows(2000))
        text = (tmp_path / "lines").read_text()
        assert text == "".join(rows(len(text) // 100))
        monkeypatch.setattr("os.write", REALLY)
        writer.write(["more\n"])
    assert (tmp_path / "lines").read_text() == text + "more\n"


def test_what_others_wrote_into_the_same_file_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "log"
    with path.open("w") as stream:
        writer = LineWriter(stream)
        path.write_text("theirs\n")
        monkeypatch.setattr("os.write", failing(errno.ENOSPC))
        with pytest.raises(OSError, match="No space"):
            writer.write(["ours\n"])
    assert path.read_text() == "theirs\n"


def test_a_stream_that_is_no_file_gets_lines_too() -> None:
    stream = io.StringIO()
    LineWriter(stream).write(["one\n", "two\n"])
    assert stream.getvalue() == "one\ntwo\n"
