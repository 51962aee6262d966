"""What a file is, told from its first bytes."""

from __future__ import annotations

import codecs
import re
from enum import Enum
from typing import Literal

HEAD_BYTES = 512
"""Bytes that are enough to tell."""


class Container(Enum):
    """Capture formats that are read."""

    PCAP = "pcap"
    PCAPNG = "pcapng"


class Compression(Enum):
    """Compressions that are unpacked on the way."""

    GZIP = "gzip"
    ZSTD = "zstd"
    XZ = "xz"


CONTAINERS = {
    b"\xa1\xb2\xc3\xd4": Container.PCAP,  # big-endian, microseconds
    b"\xd4\xc3\xb2\xa1": Container.PCAP,
    b"\xa1\xb2\x3c\x4d": Container.PCAP,  # big-endian, nanoseconds
    b"\x4d\x3c\xb2\xa1": Container.PCAP,
    b"\xa1\xb2\xcd\x34": Container.PCAP,  # Kuznetzov's modified format, libpcap reads it
    b"\x34\xcd\xb2\xa1": Container.PCAP,
    b"\x0a\x0d\x0d\x0a": Container.PCAPNG,
}
"""The first four bytes, and what they begin (draft-ietf-opsawg-pcap, -pcapng)."""

PCAP_HEADER_BYTES = 24
"""draft-ietf-opsawg-pcap 4."""

SHORTEST_BLOCK = 12
"""draft-ietf-opsawg-pcapng 3.1: type and length before, length behind."""

BEFORE_INTERFACE = (0x0A0D0D0A, 4, 5, 10)
"""Blocks that may come before the first interface: section header, names, statistics, secrets."""

COMPRESSIONS = {
    b"\x1f\x8b": Compression.GZIP,  # RFC 1952 2.3.1
    b"\x28\xb5\x2f\xfd": Compression.ZSTD,  # RFC 8878 3.1.1
    b"\xfd7zXZ\x00": Compression.XZ,
}

LONGEST_MAGIC = max(map(len, COMPRESSIONS))
"""Bytes that are enough to tell a compression."""

STRANGERS: tuple[tuple[bytes, str, str], ...] = (
    (
        b"version https://git-lfs",
        "is a Git LFS pointer, not the capture itself",
        "fetch it with 'git lfs pull'",
    ),
    (b"snoop\x00\x00\x00", "is a Solaris snoop file", "convert it with 'editcap -F pcapng IN OUT'"),
    (b"GMBU", "is a Microsoft Network Monitor file", "convert it with 'editcap -F pcapng IN OUT'"),
    (b"PK\x03\x04", "is a ZIP archive", "unpack it and name the folder"),
    (b"7z\xbc\xaf\x27\x1c", "is a 7-Zip archive", "unpack it and name the folder"),
    (b"BZh", "is compressed with bzip2", "unpack it with 'bunzip2', or repack it as .gz, .zst or .xz"),
)
"""First bytes of files that people try, what they are, what to do."""


def container(head: bytes) -> Container | None:
    """Return the capture format that begins with ``head``, None if none does."""
    return CONTAINERS.get(head[:4])


def compression(head: bytes) -> Compression | None:
    """Return the compression that begins with ``head``, None if none does."""
    return next((kind for magic, kind in COMPRESSIONS.items() if head.startswith(magic)), None)


def is_openable(head: bytes) -> bool:
    """Say whether libpcap needs no more than ``head`` to open a capture: it waits for all it needs.

    That is the file header of a pcap, and of a pcapng all up to the first interface.
    """
    kind = container(head)
    if kind is Container.PCAP:
        return len(head) >= PCAP_HEADER_BYTES
    if kind is None or len(head) < SHORTEST_BLOCK:
        return kind is None and len(head) >= HEAD_BYTES  # not a capture, but enough to say what it is
    order: Literal["little", "big"] = "little" if head[8:12] == b"\x4d\x3c\x2b\x1a" else "big"
    place = 0
    while place + 8 <= len(head):
        block = int.from_bytes(head[place : place + 4], order)
        size = int.from_bytes(head[place + 4 : place + 8], order)
        place += size
        if size < SHORTEST_BLOCK or (place <= len(head) and block not in BEFORE_INTERFACE):
            return True
    return False


def stranger(head: bytes) -> tuple[str, str]:
    """Say what a file that is no capture is, and what to try."""
    if not head:
        return "is empty", "if the capture still runs, let tcpdump write at once with -U"
    for magic, what, advice in STRANGERS:
        if head.startswith(magic):
            return what, advice
    if re.match(rb"\s*<(!doctype\s+html|html|\?xml)", head, re.IGNORECASE):
        return "is a web page or XML, not a capture", "the download may have failed; fetch the file itself"
    if _is_text(head):
        return "is text, not a capture", "capture with 'tcpdump -w FILE', not '> FILE'"
    if b"E\x00t\x00l" in head or b"e\x00t\x00l\x00" in head:
        return "looks like a Windows trace (ETL)", "convert it with 'pktmon etl2pcap FILE'"
    return "is not a capture (neither pcap nor pcapng)", "see what it is with 'file' or 'capinfos'"


def _is_text(head: bytes) -> bool:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):  # UTF-16, PowerShell's '>'
        return True
    if any(byte < 0x20 and byte not in b"\t\r\n\f\x1b" for byte in head):
        return False
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)  # its last character may be cut
    except UnicodeDecodeError:
        return False
    return len(head) > 3
