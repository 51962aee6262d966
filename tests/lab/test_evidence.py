"""Wireshark's programs read evidence without complaint, and a disk that is really full ends nothing but the writing."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from sniffer.model.health import InterfaceHealth
from sniffer.pipeline import EvidenceSettings, Settings, gather
from sniffer.sources.pcapng_file import Packet, PcapngFile
from tests.evidence import evidence_of, frames_of, sessions_of
from tests.expected import CAPTURES, capture_of, cases

pytestmark = [
    pytest.mark.lab,
    pytest.mark.skipif(not (shutil.which("tshark") and shutil.which("capinfos")), reason="tshark is not installed"),
]

OFFICE = CAPTURES / "lan" / "office"


def said(*argv: str | Path) -> str:
    """What a program prints; it must not complain."""
    done = subprocess.run(list(map(str, argv)), capture_output=True, text=True, check=False)
    complaints = [line for line in done.stderr.splitlines() if line and "Running as user" not in line]
    assert (done.returncode, complaints) == (0, [])
    return done.stdout


@pytest.mark.parametrize("case", cases()[::5], ids=lambda case: f"{case.parent.name}/{case.name}")
def test_tshark_reads_it(case: Path, tmp_path: Path) -> None:
    evidence = evidence_of(tmp_path, capture_of(case))
    assert len(said("tshark", "-r", evidence).splitlines()) == len(frames_of(evidence))
    assert said("tshark", "-r", evidence, "-Y", "_ws.malformed && !(_ws.short)") == ""


def test_it_shows_which_frames_begin_a_session(tmp_path: Path) -> None:
    evidence = evidence_of(tmp_path, capture_of(OFFICE))
    comments = said("tshark", "-r", evidence, "-Y", "frame.comment", "-T", "fields", "-e", "frame.comment")
    assert set(comments.split("\n")) - {""} == {f"session {fact.session}" for fact in sessions_of(evidence)}


def test_it_shows_what_was_cut(tmp_path: Path) -> None:
    evidence = evidence_of(tmp_path, capture_of(CAPTURES / "auth" / "postfix-login"))
    cut = said("tshark", "-r", evidence, "-Y", "frame.cap_len < frame.len", "-V")
    assert "Frame 18: 344 bytes on wire (2752 bits), 66 bytes captured (528 bits)" in cut


def test_it_shows_what_the_file_says_of_itself(tmp_path: Path) -> None:
    path = tmp_path / "a.pcapng"
    file = PcapngFile(
        path, "sensitive", "sniffer 0", select="tcp port 25",
        health=lambda: [InterfaceHealth("eth0", received=1000, dropped=7, frames=990)],
    )  # fmt: skip
    file.write([Packet(1_795_000_000_000_000, bytes(60), 60, "eth0", 1)])
    file.close()
    told = said("capinfos", path)
    for words in ("Capture comment:     sensitive", "Capture application: sniffer 0", "Name = eth0",
                  "Capture length = 262144", "Filter string = tcp port 25", "Number of stat entries = 1"):  # fmt: skip
        assert words in told


@pytest.fixture
def little_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 32 KiB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=32k", "sniffer-evidence", str(folder)], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_a_full_disk_ends_the_evidence_and_nothing_else(little_disk: Path) -> None:
    path = little_disk / "a.pcapng"
    gathered = gather([("default", capture_of(OFFICE))], Settings(evidence=EvidenceSettings(path)))
    told = [fact.session for fact in gathered.spool.sessions()]
    gathered.spool.close()
    assert told == [fact.session for fact in sessions_of(capture_of(OFFICE))]
    assert [each.problem for each in gathered.problems] == ["no more evidence is written: no space left on device"]
    said("tshark", "-r", path)
    assert 0 < len(sessions_of(path)) < len(told)
