"""Signals: the end of a run, its report complete."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from pathlib import Path

import pytest

from sniffer.cli.interrupt import Interrupt
from tests import contract
from tests.capture_files import encode_pcap
from tests.cli.test_streams import NAMES, wait_until_read
from tests.program import command, environment
from tests.wire import Frame

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="signals of POSIX")

ALL = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@pytest.mark.parametrize("number", ALL)
def test_the_first_asks_for_the_end_and_the_second_is_as_before(number: signal.Signals) -> None:
    heard: list[int] = []
    before = signal.signal(number, lambda got, _: heard.append(got))
    try:
        with Interrupt() as interrupt:
            assert not interrupt.pending()
            os.kill(os.getpid(), number)
            assert interrupt.pending()
            assert heard == []
            os.kill(os.getpid(), number)
        assert heard == ([] if number == signal.SIGHUP else [number])
    finally:
        signal.signal(number, before)


@pytest.mark.parametrize("number", ALL)
def test_without_a_signal_all_is_as_before(number: signal.Signals) -> None:
    before = signal.getsignal(number)
    with Interrupt() as interrupt:
        assert signal.getsignal(number) != before
    assert not interrupt.pending()
    assert signal.getsignal(number) == before


def test_under_nohup_a_hang_up_is_nothing() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with Interrupt() as interrupt:
            os.kill(os.getpid(), signal.SIGHUP)
            assert not interrupt.pending()
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)


def test_under_nohup_a_run_goes_on(frames: list[Frame]) -> None:
    words = ["nohup", *command("triage", "--format", "jsonl", "-")]
    pipe = subprocess.PIPE
    with subprocess.Popen(words, env=environment(), stdin=pipe, stdout=pipe, stderr=pipe) as running:
        assert running.stdin is not None
        data = encode_pcap(frames)
        running.stdin.write(data[:1000])
        wait_until_read(running.stdin)
        running.send_signal(signal.SIGHUP)
        out, _ = running.communicate(data[1000:], timeout=60)
    rows = contract.lines_of(out.decode())
    assert {row["name"] for row in rows[:-1]} == NAMES
    assert rows[-1]["flags"] == []
    assert running.returncode == 0


def test_a_terminal_that_goes_away_costs_no_report(tmp_path: Path, frames: list[Frame]) -> None:
    pty = pytest.importorskip("pty")
    report = tmp_path / "report.jsonl"
    ours, theirs = pty.openpty()
    script = "import fcntl, os, sys, termios; fcntl.ioctl(2, termios.TIOCSCTTY, 0); os.execv(sys.argv[1], sys.argv[1:])"
    program = command("triage", "--format", "jsonl", "--output", report, "-")
    words = [program[0], "-c", script, *program]
    with subprocess.Popen(
        words, env=environment(), stdin=subprocess.PIPE, stdout=theirs, stderr=theirs, start_new_session=True
    ) as running:
        os.close(theirs)
        assert running.stdin is not None
        running.stdin.write(encode_pcap(frames))
        wait_until_read(running.stdin)
        os.close(ours)
        while running.poll() is None and not report.exists():
            threading.Event().wait(0.01)
        running.send_signal(signal.SIGHUP)  # as the shell does behind the kernel
        running.wait(timeout=60)
    rows = contract.lines_of(report.read_text())
    assert {row["name"] for row in rows[:-1]} == NAMES
    assert rows[-1]["flags"] == ["interrupted"]
    assert rows[-1]["exit_status"] == running.returncode == 4
