"""Input that is no capture, or only a part of one: what the program says, and that nothing found is lost."""

from __future__ import annotations

import gzip
import lzma
import os
import struct
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard

from tests.capture_files import Interface, encode_pcap, encode_pcapng
from tests.program import command, environment, program, sessions, sniffer
from tests.wire import Frame

LFS = b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n"
STRANGERS: list[tuple[str, bytes, str, str]] = [
    ("empty", b"", "is empty", "tcpdump write at once with -U"),
    ("text", b"18:00:00.000123 IP 10.0.3.17.49152 > 10.0.3.2.25: Flags [S]\n", "is text", "tcpdump -w FILE"),
    ("lfs", LFS, "Git LFS pointer", "git lfs pull"),
    ("html", b"<!DOCTYPE html><html><body>404</body></html>", "web page", "fetch the file itself"),
    ("zip", b"PK\x03\x04" + bytes(60), "ZIP archive", "unpack it"),
    ("7z", b"7z\xbc\xaf\x27\x1c" + bytes(60), "7-Zip", "unpack it"),
    ("bzip2", b"BZh91AY&SY" + bytes(60), "bzip2", "bunzip2"),
    ("snoop", b"snoop\x00\x00\x00" + bytes(60), "snoop", "editcap"),
    ("netmon", b"GMBU" + bytes(60), "Network Monitor", "editcap"),
    ("etl", bytes(40) + "Etl".encode("utf-16-le") + bytes(40), "ETL", "pktmon etl2pcap"),
    ("binary", bytes(range(0x80, 0x100)) * 4, "is not a capture", "capinfos"),
    ("three bytes", b"\xd4\xc3\xb2", "is not a capture", "file"),
]


@pytest.mark.parametrize(
    ("content", "says", "advice"), [row[1:] for row in STRANGERS], ids=[row[0] for row in STRANGERS]
)
def test_what_is_no_capture_is_named_with_what_to_try(tmp_path: Path, content: bytes, says: str, advice: str) -> None:
    path = tmp_path / "office.pcap"
    path.write_bytes(content)
    outcome = sniffer("triage", path)
    assert (outcome.status, outcome.out) == (1, "")
    assert str(path) in outcome.err
    assert says in outcome.err
    assert advice in outcome.err


@pytest.mark.parametrize(
    ("content", "says"), [(row[1], row[2]) for row in STRANGERS], ids=[row[0] for row in STRANGERS]
)
def test_what_is_no_capture_is_named_from_standard_input_too(content: bytes, says: str) -> None:
    outcome = program("triage", "-", stdin=content)
    assert (outcome.status, outcome.out) == (1, "")
    assert outcome.err.startswith("sniffer: standard input: ")
    assert says in outcome.err


def test_a_missing_file(tmp_path: Path) -> None:
    outcome = sniffer("triage", tmp_path / "nowhere.pcap")
    assert outcome.status == 1
    assert "no such file; check the path" in outcome.err


def test_a_name_that_no_file_can_have() -> None:
    outcome = sniffer("triage", "x" * 5000)
    assert outcome.status == 1
    assert "cannot be read (File name too long)" in outcome.err


def test_an_unreadable_file(good: Path) -> None:
    good.chmod(0)
    if os.access(good, os.R_OK):
        pytest.skip("root may read everything")
    outcome = sniffer("triage", good)
    assert outcome.status == 1
    assert "may not be read; check its permissions, or use sudo" in outcome.err


def test_an_unreadable_file_does_not_cost_the_others(tmp_path: Path, good: Path) -> None:
    closed = tmp_path / "closed.pcap"
    closed.write_bytes(good.read_bytes())
    closed.chmod(0)
    if os.access(closed, os.R_OK):
        pytest.skip("root may read everything")
    outcome = sniffer("triage", closed, good)
    assert outcome.status == 4
    assert "RNP002673A1B2C3" in outcome.out


def test_an_unreadable_folder(tmp_path: Path, good: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir()
    closed.chmod(0)
    if os.access(closed, os.R_OK):
        pytest.skip("root may read everything")
    outcome = sniffer("triage", tmp_path)
    closed.chmod(0o700)
    assert outcome.status == 4
    assert f"{closed}: cannot be read (Permission denied)" in outcome.err


def test_a_folder_without_a_capture(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("nothing here")
    outcome = sniffer("triage", tmp_path)
    assert outcome.status == 1
    assert f"{tmp_path}: holds no capture; name a folder with .pcap or .pcapng files" in outcome.err


@pytest.mark.parametrize("name", ["broken.pcap", "broken.PCAPNG", "ring.pcap12", "broken.pcap.gz"])
def test_a_folder_complains_of_what_bears_the_name_of_a_capture(tmp_path: Path, good: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"not a capture")
    (tmp_path / "notes.txt").write_text("passed over")
    outcome = sniffer("triage", tmp_path)
    assert outcome.status == 4
    assert name in outcome.err
    assert "notes.txt" not in outcome.err
    assert "RNP002673A1B2C3" in outcome.out


def test_a_folder_does_not_wait_for_its_pipes(tmp_path: Path, good: Path) -> None:
    os.mkfifo(tmp_path / "live.pcap")
    assert program("triage", tmp_path).status == 0


HEADERS: dict[str, Callable[[], bytes]] = {
    "pcap": lambda: encode_pcap([]),
    "pcapng": lambda: encode_pcapng([]),
    "gzip": lambda: gzip.compress(encode_pcap([])),
    "pcapng without an interface": lambda: encode_pcapng([], ()),
}


@pytest.mark.parametrize("name", ["pcap", "pcapng", "gzip"])
def test_a_header_only_is_a_capture_of_nothing_and_no_all_clear(tmp_path: Path, name: str) -> None:
    path = tmp_path / "quiet"
    path.write_bytes(HEADERS[name]())
    outcome = sniffer("triage", path)
    assert outcome.status == 0
    assert "No SMTP session" in outcome.out
    assert "no all-clear" in outcome.out


@pytest.mark.parametrize("compress", [bytes, gzip.compress])
def test_a_pcapng_without_an_interface_never_hangs(tmp_path: Path, compress: Callable[[bytes], bytes]) -> None:
    path = tmp_path / "quiet.pcapng"
    path.write_bytes(compress(HEADERS["pcapng without an interface"]()))
    outcome = program("triage", path)
    assert outcome.status in (1, 4)
    assert str(path) in outcome.err


def test_an_endless_header_never_hangs(tmp_path: Path) -> None:
    path = tmp_path / "endless.pcapng.gz"
    whole = encode_pcapng([], ())
    block = struct.pack("<II", 4, 80_000) + bytes(80_000 - 12) + struct.pack("<I", 80_000)
    path.write_bytes(gzip.compress(whole + block + block))
    outcome = program("triage", path)
    assert outcome.status == 1
    assert "has a header of more than 64 KiB" in outcome.err


def zstd(data: bytes) -> bytes:
    """Compress."""
    return zstandard.ZstdCompressor().compress(data)


CUTS: dict[str, Callable[[list[Frame]], bytes]] = {
    "pcap": lambda frames: encode_pcap(frames)[:-10],
    "pcap in a record header": lambda frames: encode_pcap(frames) + bytes(7),
    "pcapng": lambda frames: encode_pcapng(frames)[:-10],
    "gzip of a cut pcap": lambda frames: gzip.compress(encode_pcap(frames)[:-10]),
    "gzip without its end": lambda frames: gzip.compress(encode_pcap(frames))[:-12],
    "xz without its end": lambda frames: lzma.compress(encode_pcap(frames))[:-20],
    "zstd of a cut pcap": lambda frames: zstd(encode_pcap(frames)[:-10]),
}


@pytest.mark.parametrize("cut", CUTS.values(), ids=CUTS)
def test_of_a_capture_that_is_cut_everything_before_counts(
    tmp_path: Path, frames: list[Frame], cut: Callable[[list[Frame]], bytes]
) -> None:
    path = tmp_path / "cut.pcap"
    path.write_bytes(cut(frames))
    outcome = sniffer("triage", "--format", "jsonl", path)
    assert outcome.status == 4
    assert "everything before it was read" in outcome.err
    assert {row["name"] for row in outcome.rows} == {"RNP002673A1B2C3", "BRN0080774B5C6D"}
    assert outcome.record["flags"] == ["partly-read"]
    assert outcome.record["inputs"][0]["problem"]


@pytest.mark.parametrize("cut", CUTS.values(), ids=CUTS)
def test_a_cut_stream_loses_nothing_either(frames: list[Frame], cut: Callable[[list[Frame]], bytes]) -> None:
    outcome = program("triage", "--format", "jsonl", "-", stdin=cut(frames))
    assert outcome.status == 4
    assert {row["name"] for row in outcome.rows} == {"RNP002673A1B2C3", "BRN0080774B5C6D"}


def corrupt_record(frames: list[Frame], place: int) -> bytes:
    """A pcap in which the record at ``place`` claims an impossible length."""
    data = bytearray(encode_pcap(frames))
    offset = 24 + sum(16 + len(frame.data) for frame in frames[:place])
    data[offset + 8 : offset + 12] = b"\xff\xff\xff\x7f"
    return bytes(data)


@pytest.mark.parametrize("compress", [bytes, gzip.compress, lzma.compress, zstd])
def test_of_a_capture_damaged_in_the_middle_what_came_before_is_reported(
    tmp_path: Path, frames: list[Frame], compress: Callable[[bytes], bytes]
) -> None:
    path = tmp_path / "damaged.pcap"
    path.write_bytes(compress(corrupt_record(frames, len(frames) // 2 + 1)))
    outcome = sniffer("triage", "--format", "jsonl", path)
    assert outcome.status == 4
    assert "is damaged from here on" in outcome.err
    assert "editcap" in outcome.err
    assert [row["name"] for row in outcome.rows] == ["RNP002673A1B2C3"]


def test_damage_inside_the_compressed_data_costs_only_what_follows(tmp_path: Path, frames: list[Frame]) -> None:
    first = gzip.compress(encode_pcap(frames[: len(frames) // 2 + 1]))
    path = tmp_path / "damaged.pcap.gz"
    path.write_bytes(first + b"\x1f\x8b\x08garbage")
    outcome = sniffer("triage", "--format", "jsonl", path)
    assert outcome.status == 4
    assert [row["name"] for row in outcome.rows] == ["RNP002673A1B2C3"]


@pytest.mark.parametrize(("link", "name"), [(127, "IEEE 802.11 with radiotap"), (147, "")])
def test_a_link_type_that_is_not_decoded(tmp_path: Path, frames: list[Frame], link: int, name: str) -> None:
    path = tmp_path / "wlan.pcap"
    path.write_bytes(encode_pcap(frames, link))
    outcome = sniffer("triage", path)
    assert outcome.status == 1
    assert f"has link type {link}" in outcome.err
    assert name in outcome.err
    assert "capture on an Ethernet interface" in outcome.err


@pytest.mark.parametrize("first", [0, 1])
def test_one_interface_of_an_unknown_link_type_does_not_cost_the_others(
    tmp_path: Path, frames: list[Frame], first: int
) -> None:
    path = tmp_path / "both.pcapng"
    interfaces = [Interface(), Interface(127)] if first == 0 else [Interface(127), Interface()]
    radio = [(1 - first, Frame(frame.time_us + 5, bytes(40))) for frame in frames[:3]]
    path.write_bytes(encode_pcapng([*radio, *((first, frame) for frame in frames)], interfaces))
    outcome = sniffer("triage", "--format", "jsonl", path)
    assert outcome.status == 4
    assert len(outcome.rows) == 2
    assert "link type 127" in outcome.err


def test_a_good_and_a_bad_file(tmp_path: Path, good: Path) -> None:
    outcome = sniffer("triage", good, tmp_path / "nowhere.pcap")
    assert outcome.status == 4
    assert "nowhere.pcap: no such file" in outcome.err
    assert "RNP002673A1B2C3" in outcome.out


def test_nothing_readable_of_several(tmp_path: Path) -> None:
    (tmp_path / "empty.pcap").touch()
    outcome = sniffer("triage", tmp_path / "empty.pcap", tmp_path / "nowhere.pcap")
    assert outcome.status == 1
    assert outcome.err.count("sniffer: ") == 2


def test_an_unreadable_input_stands_in_the_run_record(tmp_path: Path, good: Path) -> None:
    record = sniffer("triage", "--format", "jsonl", good, tmp_path / "nowhere.pcap").record
    assert record["exit_status"] == 4
    assert any("nowhere.pcap: no such file" in problem for problem in record["problems"])


def test_a_file_name_that_is_no_utf_8(tmp_path: Path, good: Path) -> None:
    name = os.fsdecode(b"caf\xe9.pcap")
    good.rename(tmp_path / name)
    rows = sessions(tmp_path)
    assert rows[0]["evidence"]["file"].endswith("caf\ufffd.pcap")


def test_a_file_name_cannot_paint_the_terminal(tmp_path: Path) -> None:
    outcome = sniffer("triage", tmp_path / "\x1b[2Jgone.pcap")
    assert "\x1b" not in outcome.err
    assert "\\x1b[2Jgone.pcap" in outcome.err


def test_a_terminal_as_standard_input_is_explained() -> None:
    leader, follower = os.openpty()
    done = subprocess.run(
        command("triage", "-"), stdin=follower, capture_output=True, env=environment(), timeout=60, check=False
    )
    os.close(leader)
    os.close(follower)
    assert done.returncode == 1
    assert b"pipe a capture into it" in done.stderr
