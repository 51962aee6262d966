"""Messages in DNS' format, put together by hand, so that they may be wrong too."""

from __future__ import annotations

import struct
from ipaddress import ip_address

RESPONSE = 0x8400
FLUSH = 0x8001


def name(*labels: bytes | str, end: bytes = b"\0") -> bytes:
    """A name spelt out."""
    octets = [each.encode() if isinstance(each, str) else each for each in labels]
    return b"".join(bytes([len(each)]) + each for each in octets) + end


def dotted(words: str) -> bytes:
    """A name by its text."""
    return name(*words.split("."))


def record(owner: bytes, kind: int, data: bytes, *, seconds: int = 120, group: int = FLUSH) -> bytes:
    """A record."""
    return owner + struct.pack("!HHIH", kind, group, seconds, len(data)) + data


def server(owner: bytes, host: bytes, *, port: int = 631, seconds: int = 120) -> bytes:
    """A SRV record."""
    return record(owner, 33, struct.pack("!HHH", 0, 0, port) + host, seconds=seconds)


def text(owner: bytes, *pairs: bytes | str, seconds: int = 120) -> bytes:
    """A TXT record."""
    return record(owner, 16, name(*pairs, end=b""), seconds=seconds)


def place(owner: bytes, ip: str, *, seconds: int = 120, group: int = FLUSH) -> bytes:
    """An A or AAAA record."""
    packed = ip_address(ip).packed
    return record(owner, 1 if len(packed) == 4 else 28, packed, seconds=seconds, group=group)


def pointer(owner: bytes, target: bytes, *, seconds: int = 120) -> bytes:
    """A PTR record."""
    return record(owner, 12, target, seconds=seconds)


def message(
    *records: bytes, flags: int = RESPONSE, questions: tuple[bytes, ...] = (), count: int | None = None
) -> bytes:
    """A message; its count of records may be a lie."""
    header = struct.pack("!6H", 0, flags, len(questions), len(records) if count is None else count, 0, 0)
    return header + b"".join(questions) + b"".join(records)
