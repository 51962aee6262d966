"""Pipes: captures from standard input, readers that go away, and Ctrl-C."""

from __future__ import annotations

import gzip
import json
import lzma
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

import pytest
import zstandard

from tests import contract
from tests.capture_files import encode_pcap, encode_pcapng, write_pcap
from tests.mail import session
from tests.program import ROOT, command, environment, program
from tests.wire import Frame

PACKINGS: dict[str, Callable[[bytes], bytes]] = {
    "plain": bytes,
    "gzip": gzip.compress,
    "xz": lzma.compress,
    "zstd": zstandard.ZstdCompressor().compress,
}
NAMES = {"RNP002673A1B2C3", "BRN0080774B5C6D"}


@pytest.mark.parametrize("packing", PACKINGS)
@pytest.mark.parametrize("encode", [encode_pcap, encode_pcapng])
def test_standard_input(frames: list[Frame], packing: str, encode: Callable[[list[Frame]], bytes]) -> None:
    outcome = program("triage", "--format", "jsonl", "-", stdin=PACKINGS[packing](encode(frames)))
    assert outcome.status == 0
    assert {row["name"] for row in outcome.rows} == NAMES
    assert outcome.record["inputs"] == [
        {"file": "standard input", "sensor": "default", "bytes": None, "sha256": None, "problem": None}
    ]


@pytest.mark.parametrize("data", [b"\xa1", bytes(24), b"\n\r\r\n" + bytes(40)])
def test_a_few_odd_bytes_never_hang(data: bytes) -> None:
    assert program("triage", "-", stdin=data).status == 1


def test_a_named_pipe(tmp_path: Path, frames: list[Frame]) -> None:
    pipe = tmp_path / "live"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(gzip.compress(encode_pcap(frames)),))
    writer.start()
    outcome = program("triage", "--format", "jsonl", pipe)
    writer.join()
    assert {row["name"] for row in outcome.rows} == NAMES


def test_a_reader_that_goes_away_is_no_error(tmp_path: Path) -> None:
    path = tmp_path / "many.pcap"
    talks = (session(client_port=20_000 + number, client_isn=number * 7919) for number in range(300))
    write_pcap(path, [frame for talk in talks for frame in talk.frames()])
    words = command("triage", "--view", "sessions", "--format", "jsonl", path)
    with subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment(), cwd=ROOT
    ) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        first = running.stdout.readline()
        running.stdout.close()
        said = running.stderr.read()
    assert contract.violations(json.loads(first)) == []
    assert said == b""
    assert running.returncode in (0, 1)


@pytest.fixture
def slow() -> Iterator[subprocess.Popen[bytes]]:
    """The program, waiting for more on its standard input."""
    words = command("triage", "--format", "jsonl", "-")
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(words, env=environment(), **pipes) as running:  # type: ignore[call-overload]
        yield running
        running.kill()


def stop(running: subprocess.Popen[bytes], number: signal.Signals) -> tuple[bytes, bytes]:
    """Send a signal once the program has read what it was given, and wait for its end; the pipe stays open."""
    assert running.stdin is not None
    assert running.stdout is not None
    assert running.stderr is not None
    wait_until_read(running.stdin)
    running.send_signal(number)
    said = running.stdout.read(), running.stderr.read()
    running.wait(timeout=30)
    return said


def wait_until_read(pipe: IO[bytes]) -> None:
    """Wait until nothing waits in a pipe any longer."""
    import fcntl  # noqa: PLC0415
    import termios  # noqa: PLC0415

    pipe.flush()
    while int.from_bytes(fcntl.ioctl(pipe, termios.FIONREAD, b"\0" * 4), sys.byteorder):
        threading.Event().wait(0.01)


@pytest.mark.parametrize("packing", ["plain", "gzip"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_ctrl_c_reports_what_was_found_so_far(
    slow: subprocess.Popen[bytes], frames: list[Frame], packing: str, number: signal.Signals
) -> None:
    assert slow.stdin is not None
    slow.stdin.write(PACKINGS[packing](encode_pcap(frames)))
    out, said = stop(slow, number)
    rows = contract.lines_of(out.decode())
    assert {row["name"] for row in rows[:-1]} == NAMES
    assert rows[-1]["flags"] == ["interrupted"]
    assert rows[-1]["exit_status"] == slow.returncode == 4
    assert said == b"sniffer: ended early; what was read until then is reported\n"


def test_ctrl_c_in_the_middle_of_a_frame_costs_only_that_frame(
    slow: subprocess.Popen[bytes], frames: list[Frame]
) -> None:
    assert slow.stdin is not None
    slow.stdin.write(encode_pcap(frames)[:-7])
    out, _ = stop(slow, signal.SIGINT)
    rows = contract.lines_of(out.decode())
    assert {row["name"] for row in rows[:-1]} == NAMES
    assert rows[-1]["flags"] == ["interrupted"]


def test_ctrl_c_before_anything_came_ends_it(slow: subprocess.Popen[bytes]) -> None:
    assert slow.stdin is not None
    slow.stdin.write(encode_pcap([]))
    out, said = stop(slow, signal.SIGINT)
    assert contract.lines_of(out.decode())[-1]["flags"] == ["interrupted"]
    assert b"Traceback" not in said
