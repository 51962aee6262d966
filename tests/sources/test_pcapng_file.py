"""A capture that is written: its blocks, its ring of files, and what goes wrong with it."""

from __future__ import annotations

import errno
import os
import stat
import struct
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scapy.utils import RawPcapNgReader

from sniffer.model.health import InterfaceHealth
from sniffer.sources.pcapng_file import Packet, PcapngFile
from sniffer.sources.problems import CaptureError
from tests.evidence import blocks, frames_of, options

SECTION, INTERFACE, PACKET, STATISTICS = 0x0A0D0D0A, 1, 6, 5


def packet(time: int = 1_795_000_000_000_000, data: bytes = b"frame", **other: object) -> Packet:
    said = {"size": len(data), "interface": "eth0", "link": 1, "comment": None, **other}
    return Packet(time, data, **said)  # type: ignore[arg-type]


def opened(path: Path, **how: object) -> PcapngFile:
    return PcapngFile(path, "a comment", "sniffer 0", **how)  # type: ignore[arg-type]


def written(path: Path, *packets: Packet, **how: object) -> bytes:
    file = opened(path, **how)
    file.write(packets)
    file.close()
    assert file.problem is None
    return path.read_bytes()


def test_the_section_says_what_it_is(tmp_path: Path) -> None:
    kind, body = next(blocks(written(tmp_path / "a.pcapng")))
    assert kind == SECTION
    assert options(body[16:]) == {1: b"a comment", 4: b"sniffer 0"}


def test_each_interface_and_link_is_described_before_its_first_frame(tmp_path: Path) -> None:
    eth0, any0 = packet(), packet(interface="any", link=276)
    data = written(tmp_path / "a.pcapng", eth0, any0, eth0, packet(interface="eth0", link=12), select="tcp port 25")
    found = list(blocks(data))
    assert [kind for kind, _ in found] == [SECTION, INTERFACE, PACKET, INTERFACE, PACKET, PACKET, INTERFACE, PACKET]
    described = [body for kind, body in found if kind == INTERFACE]
    assert [struct.unpack_from("<HHI", body) for body in described] == [(link, 0, 262144) for link in (1, 276, 101)]
    assert options(described[1][8:]) == {2: b"any", 9: b"\x06", 11: b"\0tcp port 25"}


def test_a_file_without_frames_can_be_read_too(tmp_path: Path) -> None:
    assert [kind for kind, _ in blocks(written(tmp_path / "a.pcapng"))] == [SECTION, INTERFACE]


frames = st.lists(
    st.builds(
        Packet,
        time=st.integers(0, 1 << 53),
        data=st.binary(max_size=90),
        size=st.integers(0, 9000),
        interface=st.sampled_from(["eth0", "wlan0"]),
        link=st.just(1),
        comment=st.none() | st.text(max_size=20).filter(bool),
    ),
    max_size=8,
)


@given(frames)
def test_what_is_written_is_read_again(tmp_path_factory: pytest.TempPathFactory, said: Sequence[Packet]) -> None:
    path = tmp_path_factory.mktemp("written") / "a.pcapng"
    written(path, *said)
    found = [(each.time, each.data, each.size, each.options.get(1)) for each in frames_of(path)]
    comments = [each.comment.encode() if each.comment else None for each in said]
    assert found == [
        (each.time, each.data, max(each.size, len(each.data)), comment)
        for each, comment in zip(said, comments, strict=True)
    ]


def test_scapy_reads_it(tmp_path: Path) -> None:
    written(tmp_path / "a.pcapng", packet(data=b"first", comment="session"), packet(data=b"second", size=900))
    with RawPcapNgReader(str(tmp_path / "a.pcapng")) as reader:
        found = [(data, told.wirelen) for data, told in reader]
    assert found == [(b"first", 5), (b"second", 900)]


def test_statistics_say_what_interfaces_gave_and_leave_out_what_nobody_counted(tmp_path: Path) -> None:
    health = [
        InterfaceHealth("eth0", received=1000, dropped=7, dropped_before=2, frames=990),
        InterfaceHealth("wlan0", frames=3),
    ]
    file = opened(tmp_path / "a.pcapng", health=lambda: health)
    file.declare("wlan0", 1)
    file.write([packet(5), packet(9)])
    file.close()
    statistics = [body for kind, body in blocks((tmp_path / "a.pcapng").read_bytes()) if kind == STATISTICS]
    found = {body[0]: options(body[12:]) for body in statistics}
    counts = {
        number: {code: int.from_bytes(value, "little") for code, value in told.items() if code not in (2, 3)}
        for number, told in found.items()
    }
    assert counts == {0: {4: 1000, 5: 9, 6: 1000, 7: 7, 8: 990}, 1: {8: 3}}
    assert found[0][2] == struct.pack("<II", 0, 5)
    assert found[0][3] == struct.pack("<II", 0, 9)


# -- files -----------------------------------------------------------------------------------------


def test_only_the_owner_reads_it(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        written(tmp_path / "a.pcapng")
        (tmp_path / "b.pcapng").touch(0o666)
        written(tmp_path / "b.pcapng")
    finally:
        os.umask(before)
    assert [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("a.pcapng", "b.pcapng")] == [0o600, 0o600]


def test_what_is_there_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "a.pcapng"
    path.write_bytes(b"old evidence")
    with pytest.raises(CaptureError, match="exists already, and is not overwritten; give another name, or remove it"):
        opened(path)
    assert path.read_bytes() == b"old evidence"


@pytest.mark.parametrize("kind", ["link", "folder", "pipe"])
def test_what_is_no_file_is_refused(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "a.pcapng"
    if kind == "link":
        (tmp_path / "elsewhere").touch()
        path.symlink_to(tmp_path / "elsewhere")
    elif kind == "folder":
        path.mkdir()
    else:
        os.mkfifo(path)
    with pytest.raises(CaptureError):
        opened(path)


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(CaptureError, match="cannot be made: no such file or directory; give --write"):
        opened(tmp_path / "nowhere" / "a.pcapng")


def test_a_ring_goes_on_with_numbers_and_removes_only_its_own(tmp_path: Path) -> None:
    (tmp_path / "a-3.pcapng").write_bytes(b"somebody's")
    file = opened(tmp_path / "a.pcapng", rotate_bytes=400, rotate_files=2)
    for number in range(6):
        file.write([packet(number, bytes(200))])
    file.close()
    assert sorted(each.name for each in tmp_path.iterdir()) == ["a-3.pcapng", "a-6.pcapng", "a-7.pcapng"]
    assert (tmp_path / "a-3.pcapng").read_bytes() == b"somebody's"
    assert [frames_of(tmp_path / f"a-{number}.pcapng")[0].time for number in (6, 7)] == [4, 5]


def test_frames_that_belong_together_are_not_divided(tmp_path: Path) -> None:
    file = opened(tmp_path / "a.pcapng", rotate_bytes=400)
    for number in range(3):
        file.write([packet(number, bytes(200))] * 5)
    file.close()
    assert [len(frames_of(each)) for each in sorted(tmp_path.iterdir())] == [5, 5, 5]


def test_each_file_of_a_ring_ends_with_statistics(tmp_path: Path) -> None:
    file = opened(tmp_path / "a.pcapng", rotate_bytes=400, health=lambda: [InterfaceHealth("eth0", received=5)])
    for number in range(2):
        file.write([packet(number, bytes(300))])
    file.close()
    for path in tmp_path.iterdir():
        assert [kind for kind, _ in blocks(path.read_bytes())][-1] == STATISTICS


# -- what goes wrong -------------------------------------------------------------------------------


class FullDisk:
    """A disk with room for so many bytes: a write takes what fits, the next none."""

    def __init__(self, room: int) -> None:
        self.room = room
        self._write = os.write

    def write(self, file: int, data: bytes) -> int:
        """Write what there is room for."""
        if not self.room:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        taken = self._write(file, data[: self.room])
        self.room -= taken
        return taken


@pytest.mark.parametrize("room", [200, 201, 390, 391])
def test_a_full_disk_ends_the_writing_behind_the_last_whole_block(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, room: int
) -> None:
    file = opened(tmp_path / "a.pcapng")
    disk = FullDisk(room)
    monkeypatch.setattr(os, "write", disk.write)
    for number in range(5):
        file.write([packet(number, bytes(100))])
    file.close()
    assert file.problem
    assert file.problem.problem == "no more evidence is written: no space left on device"
    assert file.lost == 5 - len(frames_of(tmp_path / "a.pcapng")) > 0


def test_a_limit_of_the_system_is_no_end_of_the_program(tmp_path: Path) -> None:
    resource = pytest.importorskip("resource")
    file = opened(tmp_path / "a.pcapng")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, before[1]))
    try:
        for number in range(5):
            file.write([packet(number, bytes(300))])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    file.close()
    assert file.problem
    assert "file too large" in file.problem.problem
    assert len(frames_of(tmp_path / "a.pcapng")) == 2


def test_a_ring_whose_next_file_cannot_be_made_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = opened(tmp_path / "a.pcapng", rotate_bytes=400)
    file.write([packet(1, bytes(300))])

    def refuse(*_: object) -> int:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(os, "open", refuse)
    file.write([packet(2, bytes(300))])
    file.close()
    assert file.problem
    assert file.problem.name == str(tmp_path / "a-2.pcapng")
    assert file.lost == 1
    assert len(frames_of(tmp_path / "a.pcapng")) == 1


FOREVER = """
import sys
from pathlib import Path
from sniffer.sources.pcapng_file import Packet, PcapngFile
file = PcapngFile(Path(sys.argv[1]), "a comment", "sniffer 0")
number = 0
while True:
    file.write([Packet(number, bytes(number % 1400), 1400, "eth0", 1, "a session")] * 9)
    number += 1
"""


@pytest.mark.parametrize("octets", [1, 50_000, 400_000])
def test_whoever_is_killed_leaves_whole_blocks(tmp_path: Path, octets: int) -> None:
    path = tmp_path / "a.pcapng"
    with subprocess.Popen([sys.executable, "-c", FOREVER, str(path)]) as writer:
        while not path.exists() or path.stat().st_size < octets:
            assert writer.poll() is None
        writer.kill()
    assert [kind for kind, _ in blocks(path.read_bytes())][:1] == [SECTION]
    assert len(frames_of(path)) % 9 == 0
