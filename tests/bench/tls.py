"""TLS records of plausible kinds and lengths around turns whose bytes nobody needs.

The hellos are well-formed (RFC 5246 §7.4.1, RFC 8446 §4.1); all that is encrypted is noise of its length.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from functools import cache
from random import Random

from tests.bench.certificate import certificate
from tests.bench.dialogues import Turn, Turns

ALERT, CHANGE_CIPHER_SPEC, HANDSHAKE, APPLICATION_DATA = 21, 20, 22, 23
SERVER_NAME, SUPPORTED_GROUPS, SUPPORTED_VERSIONS, KEY_SHARE = 0, 10, 43, 51
X25519 = 29


@dataclass(frozen=True, slots=True)
class Version:
    """What a record of encrypted text costs, and the suite that is chosen."""

    number: int
    suite: int
    overhead: int
    """Bytes a record is longer than its plaintext."""


TLS12 = Version(0x0303, 0xC030, 24)  # explicit nonce 8, tag 16
TLS13 = Version(0x0304, 0x1302, 17)  # content type 1, tag 16


def inside_tls(turns: Turns, version: Version, server_name: str, noise: Random) -> Turns:
    """The handshake, and the turns as one record each."""
    handshake = _handshake13 if version is TLS13 else _handshake12
    sealed: Turns = [(side, _sealed(version, len(said), noise)) for side, said in turns]
    return [*handshake(server_name, noise), *sealed]


def _handshake12(server_name: str, noise: Random) -> Turns:
    chain = _message(11, _vector3(_chain(server_name)))
    exchange = _message(
        12, b"\x03\x00\x1d" + _vector1(noise.randbytes(32)) + b"\x08\x04" + _vector2(noise.randbytes(256))
    )
    finished = _record(CHANGE_CIPHER_SPEC, b"\x01") + _record(HANDSHAKE, noise.randbytes(40))
    flight = _server_hello(TLS12, noise) + chain + exchange + _message(14, b"")
    key = _message(16, _vector1(noise.randbytes(32)))
    ticket = _message(4, struct.pack("!I", 7200) + _vector2(noise.randbytes(176)))
    return [
        ("client", _record(HANDSHAKE, _client_hello(server_name, noise), 0x0301)),
        ("server", _record(HANDSHAKE, flight)),
        ("client", _record(HANDSHAKE, key) + finished),
        ("server", _record(HANDSHAKE, ticket) + finished),
    ]


@cache
def _chain(server_name: str) -> bytes:
    """A server's certificate and its issuer's: the same to every client."""
    noise = Random(server_name)
    leaf, root = certificate(server_name, "Example CA", noise), certificate("Example CA", "Example CA", noise)
    return _vector3(leaf) + _vector3(root)


def _handshake13(server_name: str, noise: Random) -> Turns:
    change = _record(CHANGE_CIPHER_SPEC, b"\x01")
    lengths = (6, 2750, 264, 52)  # extensions, certificates, signature, Finished of SHA-384
    flight = b"".join(_sealed(TLS13, length, noise) for length in lengths)
    tickets: Turn = ("server", _sealed(TLS13, 233, noise) * 2)
    return [
        ("client", _record(HANDSHAKE, _client_hello(server_name, noise), 0x0301)),
        ("server", _record(HANDSHAKE, _server_hello(TLS13, noise)) + change + flight),
        ("client", change + _sealed(TLS13, 52, noise)),
        tickets,
    ]


def _client_hello(server_name: str, noise: Random) -> bytes:
    name = server_name.encode()
    suites = struct.pack("!8H", 0x1302, 0x1303, 0x1301, 0xC02C, 0xC030, 0xC02B, 0xC02F, 0x00FF)
    extensions = (
        _extension(SERVER_NAME, _vector2(b"\0" + _vector2(name)))
        + _extension(SUPPORTED_GROUPS, _vector2(struct.pack("!2H", X25519, 23)))
        + _extension(SUPPORTED_VERSIONS, _vector1(struct.pack("!2H", 0x0304, 0x0303)))
        + _extension(KEY_SHARE, _vector2(struct.pack("!H", X25519) + _vector2(noise.randbytes(32))))
    )
    fixed = b"\x03\x03" + noise.randbytes(32) + _vector1(noise.randbytes(32))
    return _message(1, fixed + _vector2(suites) + _vector1(b"\0") + _vector2(extensions))


def _server_hello(version: Version, noise: Random) -> bytes:
    extensions = b""
    if version is TLS13:
        extensions = _extension(SUPPORTED_VERSIONS, struct.pack("!H", version.number))
        extensions += _extension(KEY_SHARE, struct.pack("!H", X25519) + _vector2(noise.randbytes(32)))
    fixed = b"\x03\x03" + noise.randbytes(32) + _vector1(noise.randbytes(32))
    return _message(2, fixed + struct.pack("!HB", version.suite, 0) + _vector2(extensions))


def _sealed(version: Version, length: int, noise: Random) -> bytes:
    """Encrypted text of `length` bytes, in records of at most 2**14."""
    whole, rest = divmod(length, 1 << 14)
    sizes = [1 << 14] * whole + [rest] * bool(rest)
    return b"".join(_record(APPLICATION_DATA, noise.randbytes(size + version.overhead)) for size in sizes)


def _record(kind: int, body: bytes, version: int = 0x0303) -> bytes:
    return struct.pack("!BHH", kind, version, len(body)) + body


def _message(kind: int, body: bytes) -> bytes:
    return bytes([kind]) + _vector3(body)


def _extension(kind: int, body: bytes) -> bytes:
    return struct.pack("!H", kind) + _vector2(body)


def _vector1(body: bytes) -> bytes:
    return bytes([len(body)]) + body


def _vector2(body: bytes) -> bytes:
    return struct.pack("!H", len(body)) + body


def _vector3(body: bytes) -> bytes:
    return len(body).to_bytes(3) + body
