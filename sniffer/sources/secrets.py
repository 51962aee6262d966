"""Secrets of TLS that a pcapng carries: its Decryption Secrets Blocks (draft-ietf-opsawg-pcapng 4.7).

libpcap passes over them.  They are to come before the packets that they serve; those of a file are read before any of
its frames, those of a stream as it is read.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator
from struct import Struct

from sniffer.model import limits
from sniffer.sources.compression import ByteStream, Unpackable
from sniffer.sources.formats import SHORTEST_BLOCK, Container, container
from sniffer.sources.inputs import Input

SECTION, SECRETS = 0x0A0D0D0A, 10
"""Types of the blocks that matter here."""

TLS_KEY_LOG = 0x544C534B
"""The type of secrets that is a key log of TLS."""

LITTLE_MAGIC = b"\x4d\x3c\x2b\x1a"
"""The byte-order magic of a section, as a little-endian writer leaves it."""

BEGIN_BYTES = 16
"""Octets that tell enough of a block: up to its secrets, or in a section's header to behind the byte-order magic."""

CHUNK_BYTES = 1024 * 1024

LITTLE, BIG = Struct("<II"), Struct(">II")

TakeSecrets = Callable[[Iterable[bytes]], None]
"""Takes the lines of a key log."""


class SecretBlocks:
    """Finds the key logs in the bytes of a capture, however they are cut.  What is no pcapng has none."""

    def __init__(self) -> None:
        self._held = b""
        self._skip = 0
        self._two = LITTLE
        self._begun = False
        self.over = False

    def take(self, data: bytes) -> Iterator[bytes]:
        """Give the key logs that ``data`` ends.  ``over`` is set where nothing more can be found."""
        if self.over:
            return
        data, self._held = self._held + data if self._held else data, b""
        place, end = self._skip, len(data)
        while place + BEGIN_BYTES <= end:
            block, size = self._two.unpack_from(data, place)
            if block == SECTION or not self._begun:
                if not self._section(data, place):
                    return
                block, size = self._two.unpack_from(data, place)
            if size < SHORTEST_BLOCK:
                self.over = True
                return
            if block == SECRETS and size <= limits.SECRETS_BYTES:
                if place + size > end:
                    break
                yield from self._key_log(data[place : place + size])
            place += size
        self._held, self._skip = data[place:], max(place - end, 0)

    def _section(self, data: bytes, place: int) -> bool:
        """Take a section's header, which tells the order of bytes."""
        if container(data[place : place + 4]) is not Container.PCAPNG:
            self.over = True
        self._two = LITTLE if data[place + 8 : place + 12] == LITTLE_MAGIC else BIG
        self._begun = True
        return not self.over

    def _key_log(self, block: bytes) -> Iterator[bytes]:
        """Give the secrets of a block, if they are those of TLS."""
        kind, length = self._two.unpack_from(block, 8)
        if kind == TLS_KEY_LOG:
            yield block[BEGIN_BYTES : min(BEGIN_BYTES + length, len(block) - 4)]


class WithSecrets:
    """A byte stream, whose secrets are taken out as it is read."""

    def __init__(self, stream: ByteStream, take: TakeSecrets) -> None:
        self._stream = stream
        self._blocks = SecretBlocks()
        self._take = take

    def read(self, size: int = -1, /) -> bytes:
        """Read, as ``ByteStream`` has it."""
        return self._looked_through(self._stream.read(size))

    def read1(self, size: int = -1, /) -> bytes:
        """Read what is at hand, as ``ByteStream`` has it."""
        return self._looked_through(self._stream.read1(size))

    def close(self) -> None:
        """Close it."""
        self._stream.close()

    def _looked_through(self, data: bytes) -> bytes:
        for log in self._blocks.take(data):
            self._take(log.splitlines())
        return data


def key_logs(source: Input) -> Iterator[bytes]:
    """Give the key logs in a file, as far as it can be read: that it cannot is said where its frames are.

    Where there are none at the beginning, none are looked for behind it.
    """
    if source.stream or source.container is not Container.PCAPNG:
        return
    with contextlib.suppress(OSError, *Unpackable), contextlib.closing(source.open()) as file:
        blocks, read, found = SecretBlocks(), 0, False
        while (data := file.read1(CHUNK_BYTES)) and not blocks.over:
            for log in blocks.take(data):
                found = True
                yield log
            read += len(data)
            if read >= limits.SECRETS_SEARCHED and not found:
                return
