"""Key schedules: secrets of a connection in, keys of its records out.

Up to TLS 1.2 one master secret gives both directions' keys (RFC 5246 5, 6.3; RFC 2246 5).  In TLS 1.3 each direction
has a secret of its own, and the next one comes of it (RFC 8446 7.1 to 7.3).
"""

from __future__ import annotations

import hmac
from hashlib import new
from typing import NamedTuple

TLS12, TLS13 = 0x0303, 0x0304

NONCE_BYTES = 12
"""Octets of an AEAD's nonce (RFC 8446 5.3)."""


class RecordKeys(NamedTuple):
    """What protects the records of one direction; ``mac`` is empty for an AEAD."""

    key: bytes
    iv: bytes
    mac: bytes = b""

    def __repr__(self) -> str:
        """Return nothing that is secret."""
        return "RecordKeys()"


class Sizes(NamedTuple):
    """Octets of the parts of a key block (RFC 5246 6.3)."""

    mac: int
    key: int
    iv: int


def key_block(
    version: int, digest: str, master: bytes, client_random: bytes, server_random: bytes, sizes: Sizes
) -> dict[bool, RecordKeys]:
    """Return the keys of the client's (True) and the server's records, up to TLS 1.2."""
    wanted = 2 * sum(sizes)
    block = _prf(version, digest, master, b"key expansion" + server_random + client_random, wanted)
    parts: list[list[bytes]] = []
    for size in sizes:  # of each kind the client's comes first
        parts.append([block[:size], block[size : 2 * size]])
        block = block[2 * size :]
    mac, key, iv = parts
    return {from_client: RecordKeys(key[side], iv[side], mac[side]) for side, from_client in enumerate((True, False))}


def traffic_keys(digest: str, secret: bytes, key_bytes: int) -> RecordKeys:
    """Return the keys that a traffic secret of TLS 1.3 gives (RFC 8446 7.3)."""
    key = _expand_label(digest, secret, b"key", key_bytes)
    return RecordKeys(key, _expand_label(digest, secret, b"iv", NONCE_BYTES))


def next_secret(digest: str, secret: bytes) -> bytes:
    """Return the traffic secret behind a KeyUpdate (RFC 8446 7.2)."""
    return _expand_label(digest, secret, b"traffic upd", len(secret))


def _expand_label(digest: str, secret: bytes, label: bytes, length: int) -> bytes:
    """HKDF-Expand-Label without a context (RFC 8446 7.1); no length here is more than one block (RFC 5869 2.3)."""
    full = b"tls13 " + label
    info = length.to_bytes(2, "big") + bytes((len(full),)) + full + b"\0"
    return hmac.digest(secret, info + b"\1", digest)[:length]


def _prf(version: int, digest: str, secret: bytes, seed: bytes, length: int) -> bytes:
    """Return pseudorandom octets (RFC 5246 5); before TLS 1.2 of MD5 and SHA-1, each with half of the secret."""
    if version >= TLS12:
        return _expanded(digest, secret, seed, length)
    half = (len(secret) + 1) // 2
    left = _expanded("md5", secret[:half], seed, length)
    right = _expanded("sha1", secret[-half:], seed, length)
    return bytes(one ^ other for one, other in zip(left, right, strict=True))


def _expanded(digest: str, secret: bytes, seed: bytes, length: int) -> bytes:
    """P_hash (RFC 5246 5)."""
    found, link = b"", seed
    while len(found) < length:
        link = hmac.digest(secret, link, digest)
        found += hmac.digest(secret, link + seed, digest)
    return found[:length]


def digest_bytes(digest: str) -> int:
    """Return how many octets a hash has."""
    return new(digest, usedforsecurity=False).digest_size
