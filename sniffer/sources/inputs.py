"""Which captures are meant: paths and folders become a list of inputs, each known to be a capture."""

from __future__ import annotations

import contextlib
import os
import stat
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import cast

from sniffer.sources import formats
from sniffer.sources.compression import ByteStream, Unpackable, unpacked
from sniffer.sources.problems import CaptureError

STDIN = Path("-")

SUFFIXES = (".pcap", ".pcapng", ".cap", ".ntar", ".dmp")
"""Names by which people mean a capture; in a folder, other files that are none are passed over."""


@dataclass(frozen=True, slots=True)
class Input:
    """One capture: a file, or a stream that can be read only once."""

    path: Path
    sensor: str
    container: formats.Container | None = None
    compression: formats.Compression | None = None
    stream: bool = False

    @property
    def name(self) -> str:
        """The name a person knows it by."""
        return "standard input" if self.path == STDIN else str(self.path)

    def open(self) -> ByteStream:
        """Open it, unpacked.  Raises ``OSError``; reading also raises what ``compression.Unpackable`` lists."""
        if not self.stream:
            return unpacked(self.path.open("rb"), self.compression)
        file = cast(BufferedReader, sys.stdin.buffer if self.path == STDIN else self.path.open("rb"))
        return unpacked(file, formats.compression(file.peek(formats.HEAD_BYTES)))


def inputs(paths: Iterable[tuple[str, Path]], problems: list[CaptureError]) -> list[Input]:
    """Return the captures that (sensor, path) pairs mean, and put into ``problems`` what is none."""
    found: list[Input] = []
    for sensor, path in paths:
        try:
            found.extend(_folder(sensor, path, problems) if path.is_dir() else [_examine(sensor, path)])
        except CaptureError as problem:
            problems.append(problem)
    return found


def _folder(sensor: str, folder: Path, problems: list[CaptureError]) -> list[Input]:
    """Return every capture below a folder; complain of files that only bear the name of one."""
    found = []
    for path in sorted(_files(folder)):
        try:
            found.append(_examine(sensor, path))
        except CaptureError as problem:
            if any(suffix in SUFFIXES for suffix in path.suffixes):
                problems.append(problem)
    if not found:
        raise CaptureError(str(folder), "holds no capture", "name a folder with .pcap or .pcapng files")
    return found


def _files(folder: Path) -> Iterator[Path]:
    for root, _, names in os.walk(folder):
        yield from (Path(root) / name for name in names if not name.startswith("."))


def _examine(sensor: str, path: Path) -> Input:
    """Look into the file and say what it is.  Raises ``CaptureError`` when it is no capture."""
    if path == STDIN:
        return Input(path, sensor, stream=True)
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            return Input(path, sensor, stream=True)
        return _regular(sensor, path)
    except FileNotFoundError:
        raise CaptureError(str(path), "no such file", "check the path") from None
    except PermissionError:
        raise CaptureError(str(path), "may not be read", "check its permissions, or use sudo") from None
    except Unpackable as error:
        raise CaptureError(str(path), f"cannot be unpacked ({error})", "is the copy complete?") from None
    except OSError as error:
        raise CaptureError(str(path), f"cannot be read ({error.strerror or error})") from None


def _regular(sensor: str, path: Path) -> Input:
    with path.open("rb") as file:
        compression = formats.compression(file.read(formats.HEAD_BYTES))
        file.seek(0)
        with contextlib.closing(unpacked(file, compression)) as content:
            head = content.read1(formats.HEAD_BYTES)
    container = formats.container(head)
    if compression and not head:
        raise CaptureError(str(path), "holds nothing that can be unpacked", "is the copy complete?")
    if container is None:
        raise CaptureError(str(path), *formats.stranger(head))
    return Input(path, sensor, container, compression)
