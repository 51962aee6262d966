"""The evidence of a live capture: private, readable whatever happens, and the same verdicts again."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("fcntl", reason="the lab is for Linux")

from tests.expected import CAPTURES
from tests.lab.namespaces import run
from tests.lab.wire import Wire, children, missing, until, wire
from tests.program import sniffer

pytestmark = [pytest.mark.lab, pytest.mark.skipif(bool(missing()), reason=missing() or "")]

OFFICE = CAPTURES / "lan" / "office" / "capture.pcap"
SESSIONS = 23


@pytest.fixture
def tap(tmp_path: Path) -> Iterator[Wire]:
    """One wire."""
    with wire(tmp_path) as made:
        yield made


@pytest.fixture
def everybodys(tmp_path: Path) -> Path:
    """A folder that everybody may write to."""
    folder = tmp_path / "evidence"
    folder.mkdir()
    folder.chmod(0o777)
    for each in (tmp_path, *tmp_path.parents):
        if each.stat().st_uid == os.getuid() and each != Path("/"):
            each.chmod(each.stat().st_mode | 0o711)
    return folder


def verdicts(*paths: Path) -> dict[str, Any]:
    """What triage says of each card."""
    rows = sniffer("triage", "--format", "jsonl", *paths).rows
    return {
        each["interfaces"][0]["mac"] if each["interfaces"] else each["addresses"][0]["ip"]: (
            each["verdict"], each["band"], each["state"],
            [(used["service"], used["family"], used["mechanisms"], used["state"]) for used in each["services"]],
        )
        for each in rows
    }  # fmt: skip


def test_the_evidence_says_again_what_the_capture_said(tap: Wire, everybodys: Path) -> None:
    path = everybodys / "evidence.pcapng"
    program = tap.capture("--write", path, "--format", "json").ready()
    tap.replay(OFFICE)
    until(lambda: path.stat().st_size > 60_000, "evidence")
    assert program.end() == 0
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.stat().st_uid != 0
    assert verdicts(path) == verdicts(OFFICE)
    told = subprocess.run(["capinfos", "-M", str(path)], capture_output=True, text=True, check=True).stdout
    assert "sniffer evidence, sensitive" in told
    report = program.report()["run"]
    assert (report["quality"]["lost_writes"], report["problems"]) == (0, [])


def test_what_was_over_before_a_kill_can_be_read(tap: Wire, everybodys: Path) -> None:
    path = everybodys / "evidence.pcapng"
    program = tap.capture("--write", path).ready()
    listeners = children(program.pid)
    tap.replay(OFFICE)
    until(lambda: path.stat().st_size > 90_000, "evidence")
    time.sleep(1)
    for each in (program.pid, *listeners):
        os.kill(each, signal.SIGKILL)
    sessions = sniffer("triage", "--view", "sessions", "--scope", "all", "--format", "jsonl", path)
    assert sessions.status == 0
    assert len(sessions.rows) == SESSIONS
    subprocess.run(["tshark", "-r", str(path), "-c", "1"], capture_output=True, check=True)


def test_files_are_rotated_by_who_it_became(tap: Wire, everybodys: Path) -> None:
    path = everybodys / "evidence.pcapng"
    program = tap.capture("--write", path, "--rotate-size", "20k", "--rotate-count", "20").ready()
    tap.replay(OFFICE)
    until(lambda: len(list(everybodys.iterdir())) >= 4, "files")
    assert program.end() == 0
    assert verdicts(everybodys) == verdicts(OFFICE)


def test_a_folder_that_it_cannot_rotate_in_is_refused(tap: Wire, tmp_path: Path) -> None:
    folder = tmp_path / "roots"
    folder.mkdir(mode=0o700)
    program = tap.capture("--write", folder / "evidence.pcapng", "--rotate-size", "20k")
    assert program.wait() == 2
    assert "is not a folder that nobody may write to" in " ".join(program.err.replace("│", "").split())


def test_a_full_disk_ends_the_evidence_and_nothing_else(tap: Wire, everybodys: Path) -> None:
    run("mount", "-t", "tmpfs", "-o", "size=48k,mode=0777", "tmpfs", str(everybodys))
    try:
        path = everybodys / "evidence.pcapng"
        program = tap.capture("--write", path, "--format", "json").ready()
        tap.replay(OFFICE)
        until(lambda: "no room" in program.err or "full" in program.err, "a message")
        tap.replay(OFFICE)
        assert program.end() == 4
        report = program.report()["run"]
        assert report["sessions"]["seen"] + report["sessions"]["hidden"] >= SESSIONS
        assert report["quality"]["lost_writes"] > 0
        copy = everybodys.parent / "copy.pcapng"
        shutil.copy(path, copy)
    finally:
        run("umount", str(everybodys))
    assert sniffer("triage", copy).status == 0


def test_a_file_that_is_there_is_not_written_over(tap: Wire, everybodys: Path) -> None:
    path = everybodys / "evidence.pcapng"
    path.write_bytes(OFFICE.read_bytes())
    program = tap.capture("--write", path)
    assert program.wait() == 1
    assert "evidence.pcapng" in program.err
    assert path.read_bytes() == OFFICE.read_bytes()
