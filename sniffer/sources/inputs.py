"""Which captures are meant: paths and folders become a list of inputs, each known to be a capture."""

from __future__ import annotations

import contextlib
import os
import re
import stat
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from sniffer.sources import formats
from sniffer.sources.compression import ByteStream, Unpackable, unpacked
from sniffer.sources.problems import CaptureError
from sniffer.sources.stream import opened

STDIN = Path("-")

NAMED_CAPTURE = re.compile(r"\.(?:pcap|pcapng|cap|ntar|dmp)\d*(?:\.|$)", re.IGNORECASE)
"""Names by which people mean a capture, ``.pcap7`` of a ring too; other files in a folder are passed over."""


@dataclass(frozen=True, slots=True)
class Input:
    """One capture: a file, or a stream that can be read only once.

    ``size`` is the file's in bytes when it was examined: a ring buffer may have deleted it since.
    """

    path: Path
    sensor: str
    container: formats.Container | None = None
    compression: formats.Compression | None = None
    stream: bool = False
    size: int = 0

    @property
    def name(self) -> str:
        """The name a person knows it by."""
        return "standard input" if self.path == STDIN else shown(self.path)

    def open(self, stop: Callable[[], bool] = lambda: False) -> ByteStream:
        """Open it, unpacked.  Raises ``OSError``; reading also raises what ``compression.Unpackable`` lists.

        A stream ends when ``stop`` says so.
        """
        if not self.stream:
            return unpacked(self.path.open("rb"), self.compression)
        stream = opened(None if self.path == STDIN else self.path, stop)
        return unpacked(cast(IO[bytes], stream), formats.compression(stream.head(formats.LONGEST_MAGIC)))


def shown(path: Path) -> str:
    """Return a path as text; bytes that are no UTF-8 become a replacement character."""
    return os.fsencode(path).decode("utf-8", "replace")


def inputs(paths: Iterable[tuple[str, Path]], problems: list[CaptureError]) -> list[Input]:
    """Return the captures that (sensor, path) pairs mean, and put into ``problems`` what is none."""
    found: dict[tuple[str, str], Input] = {}
    for sensor, path in paths:
        try:
            for each in _folder(sensor, path, problems) if _is_folder(path) else [_examine(sensor, path)]:
                found.setdefault((sensor, os.path.realpath(each.path)), each)  # named twice, it is read once
        except CaptureError as problem:
            problems.append(problem)
    return list(found.values())


def _is_folder(path: Path) -> bool:
    with contextlib.suppress(OSError):  # said when it is examined
        return path.is_dir()
    return False


def _folder(sensor: str, folder: Path, problems: list[CaptureError]) -> list[Input]:
    """Return every capture below a folder; complain of files that only bear the name of one."""
    found = []
    for path in sorted(_files(folder, problems)):
        try:
            found.append(_examine(sensor, path))
        except CaptureError as problem:
            if NAMED_CAPTURE.search(path.name):
                problems.append(problem)
    if not found:
        raise CaptureError(shown(folder), "holds no capture", "name a folder with .pcap or .pcapng files")
    return found


def _files(folder: Path, problems: list[CaptureError]) -> Iterator[Path]:
    """Give the files below a folder; a pipe or a device is meant only where it is named itself."""

    def note(error: OSError) -> None:
        where = shown(Path(error.filename or folder))
        problems.append(CaptureError(where, f"cannot be read ({error.strerror})", "check its permissions"))

    for root, _, names in os.walk(folder, onerror=note):
        paths = (Path(root) / name for name in names if not name.startswith("."))
        yield from (path for path in paths if path.is_file() or not path.exists())


def _examine(sensor: str, path: Path) -> Input:
    """Look into the file and say what it is.  Raises ``CaptureError`` when it is no capture."""
    if path == STDIN:
        return _standard_input(sensor)
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            return Input(path, sensor, stream=True)
        return _regular(sensor, path)
    except FileNotFoundError:
        raise CaptureError(shown(path), "no such file", "check the path") from None
    except PermissionError:
        raise CaptureError(shown(path), "may not be read", "check its permissions, or use sudo") from None
    except Unpackable as error:
        raise CaptureError(shown(path), f"cannot be unpacked ({error})", "is the copy complete?") from None
    except OSError as error:
        raise CaptureError(shown(path), f"cannot be read ({error.strerror or error})", "check the path") from None


def _standard_input(sensor: str) -> Input:
    """Return standard input, unless nobody can have piped anything into it."""
    if sys.stdin is None or sys.stdin.closed or sys.stdin.isatty():
        raise CaptureError("standard input", "is no pipe", "pipe a capture into it: tcpdump -U -w - | sniffer triage -")
    return Input(STDIN, sensor, stream=True)


def _regular(sensor: str, path: Path) -> Input:
    with path.open("rb") as file:
        compression = formats.compression(file.read(formats.HEAD_BYTES))
        file.seek(0)
        size = os.fstat(file.fileno()).st_size
        with contextlib.closing(unpacked(file, compression)) as content:
            head = content.read1(formats.HEAD_BYTES)
    container = formats.container(head)
    if compression and not head:
        raise CaptureError(str(path), "holds nothing that can be unpacked", "is the copy complete?")
    if container is None:
        raise CaptureError(shown(path), *formats.stranger(head))
    return Input(path, sensor, container, compression, size=size)
