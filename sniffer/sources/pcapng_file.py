"""Captures are written: pcapng of several interfaces, private, and readable after each flush.

The blocks and options are those of draft-ietf-opsawg-pcapng (sections 4.1 section header, 4.2 interface description,
4.3 enhanced packet, 4.6 interface statistics).  Written here and not by a library: scapy's writer knows neither
statistics nor comments of a section, and python-pcapng's takes ten times as long.
"""

from __future__ import annotations

import contextlib
import os
import stat
import struct
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from sniffer.model import limits
from sniffer.model.health import InterfaceHealth
from sniffer.sources.problems import CaptureError

SECTION, INTERFACE, PACKET, STATISTICS = 0x0A0D0D0A, 1, 6, 5
"""Block types."""

COMMENT, IF_NAME, IF_TSRESOL, IF_FILTER, USER_APPLICATION = 1, 2, 9, 11, 4
ISB_START, ISB_END, ISB_RECEIVED, ISB_DROPPED, ISB_ACCEPTED, ISB_OS_DROPPED, ISB_DELIVERED = range(2, 9)
"""Options; that of the application is the section's, and ``COMMENT`` any block's."""

MICROSECONDS = b"\x06"
"""``if_tsresol``: ten to the minus six."""

FILTER_TEXT = b"\0"
"""The first octet of ``if_filter``: what follows is text as libpcap takes it."""

ETHERNET, RAW = 1, 101
FILE_LINKS = {12: RAW, 14: RAW}
"""Link types that files number otherwise than libpcap does here (tcpdump.org's list: LINKTYPE_RAW)."""

PRIVATE = 0o600

Healths = Sequence[InterfaceHealth]


class Packet(NamedTuple):
    """A frame to be written, captured at ``time`` (microseconds since 1970, UTC), ``size`` octets long on the wire."""

    time: int
    data: bytes
    size: int
    interface: str
    link: int
    comment: str | None = None


class PcapngFile:
    """A capture, or a ring of them: ``NAME.pcapng``, ``NAME-2.pcapng`` and so on.

    Behind ``rotate_bytes`` the next file begins; of more than ``rotate_files`` the oldest is removed, if this run made
    it.  ``health`` is asked for what the interfaces gave when a file ends.  What goes wrong later ends the writing: it
    stands in ``problem``, and ``lost`` counts the frames that were not written.  What was written before stays whole.
    Raises ``CaptureError`` where the first file cannot be made.
    """

    def __init__(
        self,
        path: Path,
        comment: str,
        application: str,
        *,
        rotate_bytes: int | None = None,
        rotate_files: int | None = None,
        select: str = "",
        health: Callable[[], Healths] = tuple,
    ) -> None:
        self._path = path
        self._header = _block(
            SECTION,
            struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1),
            [(COMMENT, comment.encode()), (USER_APPLICATION, application.encode())],
        )
        self._rotate_bytes, self._rotate_files = rotate_bytes, rotate_files
        self._filter = select
        self.health = health
        self._declared: list[tuple[str, int]] = []
        self._number = 1
        self._numbers: dict[tuple[str, int], int] = {}
        self._packets = self._written = 0
        self._first: int | None = None
        self._last = 0
        self._made: list[Path] = []
        self.problem: CaptureError | None = None
        self.lost = 0
        self._file = -1
        try:
            self._begin(path)
        except OSError as error:
            raise _refusal(path, error) from error
        if self.problem is not None:
            raise self.problem

    @property
    def _failed(self) -> bool:
        return self.problem is not None

    def declare(self, interface: str, link: int) -> None:
        """Tell of an interface whether or not a frame of it is written: each file then speaks of it."""
        if (interface, link) not in self._declared:
            self._declared.append((interface, link))

    def give(self, uid: int, gid: int) -> None:
        """Make the first file somebody else's: whoever made it is about to become that.  Raises ``OSError``."""
        os.fchown(self._file, uid, gid)

    def write(self, packets: Sequence[Packet]) -> None:
        """Write frames that belong together, and flush: a file is never divided between them."""
        size = sum(len(each.data) + 64 for each in packets)
        if self._rotate_bytes and self._packets and not self._failed and self._written + size > self._rotate_bytes:
            self._rotate()
        if self._failed:
            self.lost += len(packets)
            return
        out = bytearray()
        for each in packets:
            number = self._interface(each.interface, each.link, out)
            out += _packet(each, number)
            self._first = each.time if self._first is None else min(self._first, each.time)
            self._last = max(self._last, each.time)
        self._packets += len(packets)
        self._flush(bytes(out))
        self.lost += len(packets) if self._failed else 0

    def close(self) -> None:
        """End the file, with what the interfaces gave; what could not be written is in ``problem``."""
        if self._file < 0:
            return
        if self.problem is None:
            self._end()
        file, self._file = self._file, -1
        try:
            os.close(file)
        except OSError as error:  # of a network's disk, which may say only now that it is full
            self.problem = self.problem or _ending(self._name, error)

    def _begin(self, path: Path) -> None:
        """Begin a file; what is there already is left alone.  Raises ``OSError``."""
        self._numbers, self._packets, self._written = {}, 0, 0
        self._first, self._last = None, 0
        self._file, self._name = _private(path), path
        self._made.append(path)
        self._flush(self._header)

    def _rotate(self) -> None:
        """Begin the next file, whose number nobody has taken; the oldest goes where there are too many."""
        self.close()
        while not self._failed and self._file < 0:
            self._number += 1
            path = self._path.with_name(f"{self._path.stem}-{self._number}{self._path.suffix}")
            try:
                self._begin(path)
            except FileExistsError:
                continue
            except OSError as error:
                self.problem = _ending(path, error)
        while self._rotate_files and len(self._made) > self._rotate_files:
            self._made.pop(0).unlink(missing_ok=True)

    def _end(self) -> None:
        """Write the statistics, and have the disk take all of it."""
        out = bytearray()
        nobody = [] if self._numbers else [("", ETHERNET)]  # a file without any interface is none that can be read
        for name, link in self._declared or nobody:
            self._interface(name, link, out)
        healths = {each.interface: each for each in self.health()}
        for (name, _), number in self._numbers.items():
            if name in healths:
                out += _statistics(healths[name], number, self._first or self._last, self._last)
        self._flush(bytes(out))
        if self.problem is None:
            try:
                os.fsync(self._file)
            except OSError as error:
                self.problem = _ending(self._name, error)

    def _interface(self, name: str, link: int, out: bytearray) -> int:
        """Return an interface's number in this file; describe it in front of its first frame."""
        number = self._numbers.get((name, link))
        if number is None:
            number = self._numbers[name, link] = len(self._numbers)
            options = [(IF_NAME, name.encode()), (IF_TSRESOL, MICROSECONDS)]
            options += [(IF_FILTER, FILTER_TEXT + self._filter.encode())] if self._filter else []
            fixed = struct.pack("<HHI", FILE_LINKS.get(link, link), 0, limits.FRAME_BYTES)
            out += _block(INTERFACE, fixed, options)
        return number

    def _flush(self, data: bytes) -> None:
        """Write whole blocks, or nothing of them."""
        rest = memoryview(data)
        try:
            while rest:
                rest = rest[os.write(self._file, rest) :]
        except OSError as error:
            self.problem = _ending(self._name, error)
            with contextlib.suppress(OSError):
                os.ftruncate(self._file, self._written)
            return
        self._written += len(data)


def _private(path: Path) -> int:
    """Make a file that only its owner reads; an empty one may be there already.  Raises ``OSError``."""
    flags = os.O_RDWR | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
    try:
        return os.open(path, flags | os.O_CREAT | os.O_EXCL, PRIVATE)
    except FileExistsError:
        found = path.lstat()
        if not stat.S_ISREG(found.st_mode) or found.st_size:
            raise
    file = os.open(path, flags)
    try:
        if os.fstat(file).st_size:  # somebody was faster
            raise FileExistsError(path)
        Path(path).chmod(PRIVATE) if os.name == "nt" else os.fchmod(file, PRIVATE)
    except OSError:
        os.close(file)
        raise
    return file


def _refusal(path: Path, error: OSError) -> CaptureError:
    if isinstance(error, FileExistsError):
        return CaptureError(str(path), "exists already, and is not overwritten", "give another name, or remove it")
    why = error.strerror or str(error)
    return CaptureError(str(path), f"cannot be made: {why.lower()}", "give --write a file in a folder you may write to")


def _ending(path: Path, error: OSError) -> CaptureError:
    why = error.strerror or str(error)
    return CaptureError(
        str(path),
        f"no more evidence is written: {why.lower()}",
        "make room, or let --write rotate; what was written can be read, and the rest goes on",
    )


# -- blocks ----------------------------------------------------------------------------------------


def _block(kind: int, body: bytes, options: Iterable[tuple[int, bytes]]) -> bytes:
    told = b"".join(struct.pack("<HH", code, len(value)) + _padded(value) for code, value in options)
    body += told + b"\0\0\0\0" if told else b""
    size = struct.pack("<I", len(body) + 12)
    return struct.pack("<I", kind) + size + body + size


def _padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % 4)


def _time(time: int) -> bytes:
    """Return a time as two words, the upper first."""
    return struct.pack("<II", time >> 32, time & 0xFFFFFFFF)


def _packet(packet: Packet, number: int) -> bytes:
    captured = len(packet.data)
    fixed = struct.pack("<I", number) + _time(packet.time) + struct.pack("<II", captured, max(packet.size, captured))
    options = [(COMMENT, packet.comment.encode())] if packet.comment else []
    return _block(PACKET, fixed + _padded(packet.data), options)


def _statistics(health: InterfaceHealth, number: int, first: int, last: int) -> bytes:
    """Return what an interface received and dropped; counts that nobody made are left out.

    As dumpcap has it, since that is what Wireshark shows: received is what the kernel counted (behind its filter, on
    Linux), dropped all drops.
    """
    drops = [each for each in (health.dropped, health.dropped_before) if each is not None]
    counts = (
        (ISB_RECEIVED, health.received),
        (ISB_DROPPED, sum(drops) if drops else None),
        (ISB_ACCEPTED, health.received),
        (ISB_OS_DROPPED, health.dropped),
        (ISB_DELIVERED, health.frames),
    )
    options = [(ISB_START, _time(first)), (ISB_END, _time(last))]
    options += [(code, struct.pack("<Q", count)) for code, count in counts if count is not None]
    return _block(STATISTICS, struct.pack("<I", number) + _time(last), options)
