"""gzip, zstd and xz, unpacked on the way: nothing is written to disk."""

from __future__ import annotations

import gzip
import lzma
import zlib
from collections.abc import Callable
from typing import IO, cast

import zstandard

from sniffer.sources.formats import Compression

Unpackable = (EOFError, gzip.BadGzipFile, lzma.LZMAError, zlib.error, zstandard.ZstdError)
"""What the three libraries raise for data that is damaged or cut off."""


def _zstd(file: IO[bytes]) -> IO[bytes]:
    return zstandard.ZstdDecompressor().stream_reader(file, read_across_frames=True, closefd=True)


UNPACKERS: dict[Compression, Callable[[IO[bytes]], IO[bytes]]] = {
    Compression.GZIP: lambda file: cast(IO[bytes], gzip.GzipFile(fileobj=file)),
    Compression.XZ: lambda file: cast(IO[bytes], lzma.LZMAFile(file)),
    Compression.ZSTD: _zstd,
}


def unpacked(file: IO[bytes], compression: Compression | None) -> IO[bytes]:
    """Return what ``file`` holds, unpacked while it is read.  Reading raises ``Unpackable``."""
    return UNPACKERS[compression](file) if compression else file
