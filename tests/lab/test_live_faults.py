"""What goes wrong while it listens: it says so, the rest goes on, and nothing that was found is lost."""

from __future__ import annotations

import contextlib
import json
import os
import random
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("fcntl", reason="the lab is for Linux")

from tests.expected import CAPTURES
from tests.lab.namespaces import run
from tests.lab.wire import Wire, alive, missing, until, wire
from tests.program import ROOT, environment, sniffer

pytestmark = [pytest.mark.lab, pytest.mark.skipif(bool(missing()), reason=missing() or "")]

OFFICE = CAPTURES / "lan" / "office" / "capture.pcap"
SESSIONS = 23
"""Sessions of that capture."""

FLOOD = 100_000
"""SYNs of the flood."""

MEGABYTES = 400
"""What a process may have in memory beside the kernel's buffer; without a flood it has some 120."""

SMALL_CACHE = """
import sys
from sniffer.model import limits
limits.SPOOL_CACHE = 16
from sniffer.cli.app import main
main()
"""
"""The program, with a spool that has to write to disk."""


@pytest.fixture
def tap(tmp_path: Path) -> Iterator[Wire]:
    """One wire."""
    with wire(tmp_path) as made:
        yield made


@pytest.fixture
def everybodys() -> Iterator[Path]:
    """A folder for temporary files that everybody may write to."""
    folder = Path(tempfile.mkdtemp(prefix="snl-", dir="/tmp"))
    folder.chmod(0o1777)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def small(everybodys: Path) -> Iterator[Path]:
    """A disk of half a MiB."""
    disk = everybodys / "disk"
    disk.mkdir()
    run("mount", "-t", "tmpfs", "-o", "size=512k,mode=1777", "snl", str(disk))
    yield disk
    run("umount", "-l", str(disk))


def lines(text: str) -> list[dict[str, Any]]:
    """JSON lines."""
    return [json.loads(line) for line in text.splitlines()]


def test_without_whoever_asked_for_them_listeners_end_and_leave_nothing(tap: Wire, everybodys: Path) -> None:
    heard = tap.capture("--processes", "2", env={"TMPDIR": str(everybodys)}).ready()
    listeners = heard.listeners()
    assert len(listeners) == 2
    tap.replay(OFFICE)
    heard.send(signal.SIGKILL)
    until(lambda: not any(map(alive, listeners)), "the listeners' end")
    assert list(everybodys.iterdir()) == []


def test_of_a_listener_that_is_killed_what_it_found_is_reported(tap: Wire) -> None:
    heard = tap.capture("--view", "sessions", "--format", "json").ready()
    tap.replay(OFFICE)
    time.sleep(3)
    (listener,) = heard.listeners()
    os.kill(listener, signal.SIGKILL)
    assert heard.wait() == 4
    assert "a listening process ended unexpectedly" in heard.err
    assert 5 < len(heard.report()["sessions"]) <= SESSIONS


def test_an_interface_that_is_taken_away_does_not_end_the_other(tmp_path: Path) -> None:
    with wire(tmp_path, ("tap0", "wire0"), ("tap1", "wire1")) as taps:
        heard = taps.capture("--view", "sessions", "--format", "json", interfaces=("tap0", "tap1")).ready()
        taps.ip("link del tap1")
        until(lambda: "tap1 gives nothing any more" in heard.err, "a word on tap1")
        taps.replay(OFFICE)
        assert heard.end() == 4
    assert len(heard.report()["sessions"]) == SESSIONS
    assert "tap1: gives nothing any more (it was taken away)" in heard.err


def test_it_ends_with_its_last_interface(tap: Wire) -> None:
    heard = tap.capture("--view", "sessions", "--format", "json").ready()
    tap.replay(OFFICE)
    time.sleep(0.5)
    tap.ip("link del tap0")
    assert heard.wait() == 4
    assert len(heard.report()["sessions"]) == SESSIONS


def test_an_interface_that_goes_down_is_heard_when_it_is_up_again(tmp_path: Path) -> None:
    with wire(tmp_path, ("tap0", "wire0"), ("tap1", "wire1")) as taps:
        words = ("--view", "sessions", "--format", "jsonl", "--interval", "1s")
        heard = taps.capture(*words, interfaces=("tap0", "tap1")).ready()
        taps.ip("link set tap1 down")
        until(lambda: "tap1 is down" in heard.err, "a word on tap1")
        taps.ip("link set tap1 up")
        until(lambda: "tap1 is up again" in heard.err, "another word on tap1")
        taps.replay(OFFICE, interface="wire1")
        assert heard.end() in (0, 5)
    rows = lines(heard.out)
    (last,) = [row for row in rows if row["type"] == "health"][-1:]
    assert [each["downs"] for each in last["interfaces"]] == [0, 1]
    assert len([row for row in rows if row["type"] == "session"]) == SESSIONS


def test_an_interface_that_is_down_at_the_start_is_heard_later(tap: Wire) -> None:
    tap.ip("link set tap0 down")
    heard = tap.capture("--view", "sessions", "--format", "json").ready()
    assert "tap0 is down" in heard.err
    tap.ip("link set tap0 up")
    time.sleep(2)
    tap.replay(OFFICE)
    assert heard.end() in (0, 5)
    assert len(heard.report()["sessions"]) == SESSIONS


def flood(path: Path) -> Path:
    """SYNs to port 587 from as many addresses, as a capture."""
    dice = random.Random(587)
    head = bytes.fromhex("005056090002 0250560900aa 0800".replace(" ", ""))
    parts = [struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65_535, 1)]
    for number in range(FLOOD):
        ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 40, number & 0xFFFF, 0, 64, 6, 0,
                         (0x0B000000 + number * 7).to_bytes(4, "big"), bytes((10, 0, 3, 25)))  # fmt: skip
        tcp = struct.pack(">HHIIBBHHH", dice.randrange(1024, 65_536), 587, dice.getrandbits(32), 0, 0x50, 2, 1024, 0, 0)
        parts += [struct.pack("<IIII", 0, number, 54, 54), head, ip, tcp]
    path.write_bytes(b"".join(parts))
    return path


def resident(pid: int) -> int:
    """Memory of a process that is its own, in MB: without what it shares with the kernel or files."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("RssAnon:"):
            return int(line.split()[1]) * 1024 // 10**6
    return 0


def test_a_flood_pushes_out_no_mail(tap: Wire, tmp_path: Path) -> None:
    heard = tap.capture("--view", "sessions", "--format", "jsonl", "--interval", "1s").ready()
    flooding = tap.replaying(flood(tmp_path / "flood.pcap"), pace=("--pps=20000",))
    time.sleep(0.5)
    tap.replay(OFFICE, pace=("--pps=250",))
    flooding.wait(60)
    time.sleep(1)
    pids = [heard.pid, *heard.listeners()]
    assert all(resident(pid) < MEGABYTES for pid in pids), list(map(resident, pids))
    assert heard.end() in (0, 5)
    rows = lines(heard.out)
    assert len([row for row in rows if row["type"] == "session"]) == SESSIONS
    flags = {flag for row in rows if row["type"] == "health" for flag in row["flags"]}
    assert "connections-flood" in flags
    assert "frames-dropped" not in flags
    assert rows[-2]["connections"]["silent"] >= FLOOD - 50_000
    assert "say nothing: a flood or a scan" in heard.err


def test_a_reader_that_goes_away_is_told_of(tap: Wire) -> None:
    ours, theirs = os.pipe()
    heard = tap.capture("--view", "sessions", "--format", "jsonl", "--interval", "1s", stdout=theirs)
    os.close(theirs)
    heard.ready()
    with os.fdopen(ours) as reading:
        assert json.loads(reading.readline())["type"] == "health"
    tap.replay(OFFICE)
    until(lambda: "whoever read the lines went away" in heard.err, "a word on the reader")
    assert heard.process.poll() is None
    status = heard.end()
    assert status == 1
    assert "Exception" not in heard.err
    assert heard.err.count("went away") == 1


def test_on_a_full_disk_what_was_written_stays_readable(tap: Wire, small: Path) -> None:
    output = small / "lines.jsonl"
    words = ("--view", "sessions", "--format", "jsonl", "--interval", "1s", "--output", output)
    heard = tap.capture(*words).ready()
    room = small / "other"
    room.write_bytes(bytes(488 * 1024))
    tap.replay(OFFICE)
    until(lambda: "lines cannot be written (No space left on device)" in heard.err, "a word on the disk")
    assert all(row["type"] in ("session", "health") for row in lines(output.read_text()))
    room.unlink()
    time.sleep(4)
    assert heard.end() in (0, 5)
    rows = lines(output.read_text())
    assert {row["session"] for row in rows if row["type"] == "session"} == known()
    assert rows[-1]["type"] == "run"


def test_on_a_disk_that_stays_full_the_status_says_so(tap: Wire, small: Path) -> None:
    output = small / "lines.jsonl"
    words = ("--view", "sessions", "--format", "jsonl", "--interval", "1s", "--output", output)
    heard = tap.capture(*words).ready()
    (small / "other").write_bytes(bytes(496 * 1024))
    tap.replay(OFFICE)
    until(lambda: "lines cannot be written" in heard.err, "a word on the disk")
    assert heard.end() == 1
    rows = lines(output.read_text())
    assert all(row["type"] in ("session", "health") for row in rows)


def test_without_room_for_temporary_files_the_newest_are_reported(tap: Wire, small: Path, tmp_path: Path) -> None:
    argv = [sys.executable, "-c", SMALL_CACHE, "capture", "-i", "tap0", "--view", "sessions", "--format", "json"]
    env = environment({"PYTHONPATH": str(ROOT), "TMPDIR": str(small)})
    told, said = tmp_path / "told", tmp_path / "said"
    with told.open("w") as out, said.open("w") as err:
        process = subprocess.Popen(tap.inside(*argv), stdout=out, stderr=err, env=env, stdin=subprocess.DEVNULL)
    try:
        until(lambda: "listening on" in said.read_text(), "listening")
        tap.replay(*captures("auth"))
        until(lambda: "DiskStation" in said.read_text(), "a judgement")
        fill(small)
        tap.replay(*captures("smtp", "smtps", "services"))
        until(lambda: "disk is full" in said.read_text() or process.poll() is not None, "a word on the disk")
        process.send_signal(signal.SIGINT)
        status = process.wait(60)
    finally:
        process.kill()
        process.wait()
    text = said.read_text()
    assert "Traceback" not in text
    assert "make room in the folder for temporary files" in text
    assert status == 4
    assert json.loads(told.read_text())["sessions"]


def captures(*topics: str) -> list[Path]:
    """Captures of some topics."""
    return [path for topic in topics for path in sorted((CAPTURES / topic).glob("*/capture.pcap"))]


def fill(disk: Path) -> None:
    """Take all the room that a disk still has."""
    with (disk / "other").open("wb", buffering=0) as other, contextlib.suppress(OSError):
        while other.write(bytes(4096)):
            pass


def known() -> set[str]:
    """The sessions of the office, by ``triage``."""
    told = sniffer("triage", OFFICE, "--view", "sessions", "--format", "json", "--scope", "all").out
    return {row["session"] for row in json.loads(told)["sessions"]}
