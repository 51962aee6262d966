"""``sniffer capture`` on a real interface, beside tcpdump: the same frames, the same sessions and devices."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("fcntl", reason="the lab is for Linux")

from sniffer.decode import link_is_known
from sniffer.inventory.spool import Spool
from sniffer.pipeline import Settings
from sniffer.pipeline.follower import Follower
from sniffer.sources.capture import Capture
from sniffer.sources.inputs import inputs
from tests.expected import CAPTURES
from tests.lab.alike import differences
from tests.lab.wire import Terminal, Wire, alive, children, missing, until, wire
from tests.program import command, sniffer

pytestmark = [pytest.mark.lab, pytest.mark.skipif(bool(missing()), reason=missing() or "")]

OFFICE = CAPTURES / "lan" / "office" / "capture.pcap"
ETHERNET = 1


@pytest.fixture
def tap(tmp_path: Path) -> Iterator[Wire]:
    """One wire."""
    with wire(tmp_path) as made:
        yield made


def replayable() -> list[Path]:
    """The captures that are replayed: Ethernet, with what a span does to traffic."""
    found = [OFFICE]
    for topic in ("devices", "starttls", "smtps"):
        found += sorted((CAPTURES / topic).glob("*/capture.pcap"))
    return found


def triaged(path: Path, view: str) -> list[dict[str, Any]]:
    """What ``triage`` says of a recording."""
    told = sniffer("triage", path, "--view", view, "--format", "json", "--scope", "all").out
    rows: list[dict[str, Any]] = json.loads(told)[view]
    return rows


def test_it_finds_what_triage_finds_in_what_tcpdump_recorded(tap: Wire, tmp_path: Path) -> None:
    """One process and two, sessions and devices, of one replay."""
    with tap.recording(tmp_path / "all.pcap") as recorded:
        views = {
            (view, processes): tap.capture("--view", view, "--format", "json", "--processes", processes)
            for view in ("sessions", "devices")
            for processes in ("1", "2")
        }
        for each in views.values():
            each.ready()
        tap.replay(*replayable())
        time.sleep(1)
        for each in views.values():
            each.send(signal.SIGINT)
    for (view, _), each in views.items():
        assert each.wait() in (0, 5), each.err
        found = each.report()[view]
        assert len(found) > 40
        assert differences(found, triaged(recorded, view)) == []
        assert each.report()["run"]["frames"]["dropped"] == 0


class Prefix:
    """The facts of the first frames of a recording: as many as a capture has heard."""

    def __init__(self, path: Path) -> None:
        (source,) = inputs([("default", path)], [])
        self._follower = Follower(Settings(), Spool())
        self._frames = list(Capture(source, self._follower.expression, link_is_known).batches())

    def count(self, selected: int, messages: int) -> int:
        """How many frames there were when so many had been selected."""
        table, counts, total = self._follower.table(), self._follower.counts, 0
        for frames in self._frames:
            for number in range(len(frames)):
                if (counts.frames_selected, counts.messages) == (selected, messages):
                    return total
                self._follower.feed(table, "default", frames.part(number, number + 1))
                total += 1
        assert (counts.frames_selected, counts.messages) == (selected, messages)
        return total


def test_a_signal_at_any_moment_ends_it_with_all_that_was_found(tap: Wire, tmp_path: Path) -> None:
    """It has followed some number of frames; triage of so many finds exactly the same."""
    dice = random.Random(6)
    only = Follower(Settings(), Spool()).expression(ETHERNET)
    with tap.recording(tmp_path / "all.pcap", only) as recorded:
        numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
        captures = [(number, tap.capture("--view", "sessions", "--format", "json")) for number in numbers]
        for _, each in captures:
            each.ready()
        sending = tap.replaying(OFFICE, pace=("--pps=200",))
        for number, each in captures:
            time.sleep(dice.uniform(0.2, 0.9))
            each.send(number)
        sending.wait(30)
    found = []
    for number, each in captures:
        status = each.wait()
        report = each.report()
        assert status == report["run"]["exit_status"], (number, each.err)
        assert status in (0, 5)
        frames = Prefix(recorded).count(report["run"]["frames"]["selected"], report["run"]["identity"]["messages"])
        cut = tmp_path / f"cut-{frames}.pcap"
        subprocess.run(["tcpdump", "-r", recorded, "-c", str(frames), "-w", cut], check=True, capture_output=True)
        assert differences(report["sessions"], triaged(cut, "sessions")) == []
        found.append(len(report["sessions"]))
    assert len(set(found)) > 1


def test_all_interfaces_together_are_heard_as_any(tap: Wire, tmp_path: Path) -> None:
    """Frames come twice, once at each end of the wire, without a card's address on them: they are told apart."""
    heard = tap.capture("--view", "sessions", "--format", "json", interfaces=("any",)).ready()
    with tap.recording(tmp_path / "all.pcap") as recorded:
        tap.replay(OFFICE)
    assert heard.end() in (0, 5)
    found, known = heard.report()["sessions"], triaged(recorded, "sessions")
    assert {row["session"]: row["auth"] for row in found} == {row["session"]: row["auth"] for row in known}


SMCUP, RMCUP, HIDE, SHOW = "\x1b[?1049h", "\x1b[?1049l", "\x1b[?25l", "\x1b[?25h"
"""What a terminal is told: to show its second screen or its first; to hide or show the cursor."""


def assert_given_back(text: str) -> None:
    """The terminal shows its first screen again, and the cursor."""
    assert text.rindex(RMCUP) > text.rindex(SMCUP)
    assert text.rindex(SHOW) > text.rindex(HIDE)


def test_a_terminal_is_given_back_and_the_report_stands_below(tap: Wire) -> None:
    with Terminal(tap.inside(*command("capture", "-i", "tap0"))) as terminal:
        terminal.until(SMCUP)
        tap.replay(OFFICE)
        terminal.until("Exchange Online")
        terminal.type("\x03")
        assert terminal.wait() in (0, 5)
        text = terminal.text
    assert_given_back(text)
    assert "sessions" in text.rpartition(RMCUP)[2]


def test_a_second_signal_ends_it_at_once(tap: Wire) -> None:
    """Though a listener hangs: the first one waits for what it still has to say."""
    with Terminal(tap.inside(*command("capture", "-i", "tap0"))) as terminal:
        terminal.until(SMCUP)
        (listener,) = children(terminal.pid)
        os.kill(listener, signal.SIGSTOP)
        terminal.type("\x03")
        time.sleep(0.5)
        assert terminal.running
        terminal.type("\x03")
        assert terminal.wait(seconds=10) == 130
        assert_given_back(terminal.text)
    until(lambda: not alive(listener), "the listener's end")
