"""gzip, zstd and xz, unpacked on the way: nothing is written to disk."""

from __future__ import annotations

import gzip
import lzma
import zlib
from collections.abc import Callable
from typing import IO, Protocol, cast

import zstandard

from sniffer.sources.formats import Compression

Unpackable = (EOFError, gzip.BadGzipFile, lzma.LZMAError, zlib.error, zstandard.ZstdError)
"""What the three libraries raise for data that is damaged or cut off."""


class ByteStream(Protocol):
    """What the unpackers and plain files have in common."""

    def read(self, size: int = -1, /) -> bytes:
        """Read ``size`` bytes, fewer only at the end; what lies in front of damage may be lost."""

    def read1(self, size: int = -1, /) -> bytes:
        """Read what is at hand, at most ``size`` bytes; damage is met only when it is next."""

    def close(self) -> None:
        """Close it."""


UNPACKERS: dict[Compression, Callable[[IO[bytes]], object]] = {
    Compression.GZIP: lambda file: gzip.GzipFile(fileobj=file),
    Compression.XZ: lzma.LZMAFile,
    Compression.ZSTD: lambda file: zstandard.ZstdDecompressor().stream_reader(file, read_across_frames=True),
}


def unpacked(file: IO[bytes], compression: Compression | None) -> ByteStream:
    """Return what ``file`` holds, unpacked while it is read.  Reading raises ``Unpackable``."""
    return cast(ByteStream, UNPACKERS[compression](file) if compression else file)
