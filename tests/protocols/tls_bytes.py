"""TLS as bytes: records, messages and hellos, well-formed or not (RFC 8446 4.1, 5.1)."""

from __future__ import annotations

import struct
from collections.abc import Iterable

CHANGE_CIPHER_SPEC, ALERT, HANDSHAKE, APPLICATION_DATA = 20, 21, 22, 23
SERVER_NAME, GROUPS, FORMATS, SIGNATURES, ALPN, VERSIONS, EARLY_DATA = 0, 10, 11, 13, 16, 43, 42

CHANGE = bytes.fromhex("140303000101")
UNKNOWN_CA = bytes.fromhex("15030300020230")


def vector(body: bytes, size: int) -> bytes:
    """A length of ``size`` bytes, and the body."""
    return len(body).to_bytes(size) + body


def record(kind: int, body: bytes, version: int = 0x0303) -> bytes:
    """A record."""
    return struct.pack(">BHH", kind, version, len(body)) + body


def sealed(length: int) -> bytes:
    """A record of application data of this length."""
    return record(APPLICATION_DATA, bytes(length))


def message(kind: int, body: bytes) -> bytes:
    """A handshake message."""
    return bytes([kind]) + vector(body, 3)


def numbers(values: Iterable[int]) -> bytes:
    """A list of two-byte numbers."""
    return b"".join(struct.pack(">H", value) for value in values)


def extension(kind: int, body: bytes = b"") -> bytes:
    """An extension."""
    return struct.pack(">H", kind) + vector(body, 2)


def server_name(name: bytes, kind: int = 0) -> bytes:
    """A server_name extension (RFC 6066 3)."""
    return extension(SERVER_NAME, vector(bytes([kind]) + vector(name, 2), 2))


def alpn(*names: bytes) -> bytes:
    """An ALPN extension (RFC 7301 3.1)."""
    return extension(ALPN, vector(b"".join(vector(name, 1) for name in names), 2))


def client_hello(
    ciphers: Iterable[int] = (0x1301, 0xC02F),
    extensions: bytes | None = b"",
    *,
    version: int = 0x0303,
    session: bytes = bytes(range(32)),
) -> bytes:
    """The body of a ClientHello; without extensions it ends before them."""
    fixed = struct.pack(">H", version) + bytes(32) + vector(session, 1)
    lists = vector(numbers(ciphers), 2) + vector(b"\0", 1)
    return fixed + lists + (b"" if extensions is None else vector(extensions, 2))


def server_hello(
    cipher: int = 0xC02F,
    extensions: bytes | None = b"",
    *,
    version: int = 0x0303,
    session: bytes = b"",
    random: bytes = bytes(32),
) -> bytes:
    """The body of a ServerHello."""
    fixed = struct.pack(">H", version) + random + vector(session, 1) + struct.pack(">HB", cipher, 0)
    return fixed + (b"" if extensions is None else vector(extensions, 2))


def hello_record(body: bytes, kind: int = 1) -> bytes:
    """A hello in a record of its own."""
    return record(HANDSHAKE, message(kind, body))


def in_records(body: bytes, size: int) -> bytes:
    """Handshake messages in records of ``size`` bytes."""
    return b"".join(record(HANDSHAKE, body[place : place + size]) for place in range(0, len(body), size))
