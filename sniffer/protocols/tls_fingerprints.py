"""JA3 and JA4: what a ClientHello says of the program that sent it.

JA3 is Salesforce's (github.com/salesforce/ja3), JA4 is FoxIO's (github.com/FoxIO-LLC/ja4, technical_details/JA4.md).
Both leave GREASE (RFC 8701) out.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import md5, sha256
from struct import unpack_from
from typing import NamedTuple

SERVER_NAME, ALPN = 0, 16

JA4_VERSIONS = {0x0304: "13", 0x0303: "12", 0x0302: "11", 0x0301: "10", 0x0300: "s3", 0x0002: "s2"}

EMPTY = "0" * 12
"""JA4's hash of nothing."""


class Shape(NamedTuple):
    """The parts of a ClientHello on which its fingerprints depend.

    ``ciphers``, ``groups``, ``signatures`` and ``versions`` are lists of two-byte numbers, as they were on the wire,
    ``formats`` one of bytes; ``extensions`` are the types in the order sent, ``alpn`` is the first name.
    """

    version: int
    ciphers: bytes
    extensions: tuple[int, ...]
    groups: bytes = b""
    formats: bytes = b""
    signatures: bytes = b""
    versions: bytes = b""
    alpn: bytes = b""


def numbers(octets: bytes) -> list[int]:
    """Return a list of two-byte numbers without GREASE; an odd byte at its end belongs to none."""
    found = unpack_from(f">{len(octets) // 2}H", octets)
    return [number for number in found if not is_grease(number)]


def is_grease(number: int) -> bool:
    """Say whether a number is one of those that nobody may understand (RFC 8701 2): 0x0A0A, 0x1A1A ... 0xFAFA."""
    return number & 0x0F0F == 0x0A0A and number >> 8 == number & 0xFF


def ja3(shape: Shape) -> str:
    """Return JA3: the MD5 of version, ciphers, extensions, groups and point formats in the order sent."""
    lists = (numbers(shape.ciphers), _extensions(shape), numbers(shape.groups), list(shape.formats))
    text = ",".join([str(shape.version), *("-".join(map(str, each)) for each in lists)])
    return md5(text.encode(), usedforsecurity=False).hexdigest()


def ja4(shape: Shape) -> str:
    """Return JA4: what can be read at once, then hashes of the sorted ciphers and of the sorted extensions."""
    ciphers, extensions = numbers(shape.ciphers), _extensions(shape)
    version = max(numbers(shape.versions), default=shape.version)
    hashed = _hex(sorted(each for each in extensions if each not in (SERVER_NAME, ALPN)))
    signatures = _hex(numbers(shape.signatures))
    head = (
        f"t{JA4_VERSIONS.get(version, '00')}{'d' if SERVER_NAME in extensions else 'i'}"
        f"{min(len(ciphers), 99):02}{min(len(extensions), 99):02}{_ends(shape.alpn)}"
    )
    return f"{head}_{_hash(_hex(sorted(ciphers)))}_{_hash(f'{hashed}_{signatures}' if signatures else hashed)}"


def _extensions(shape: Shape) -> list[int]:
    return [each for each in shape.extensions if not is_grease(each)]


def _hex(values: Iterable[int]) -> str:
    return ",".join(f"{value:04x}" for value in values)


def _hash(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:12] if text else EMPTY


def _ends(name: bytes) -> str:
    """Return the first and the last character of a protocol's name, of its hexadecimal form if either is none."""
    if not name:
        return "00"
    ends = name[:1] + name[-1:]
    text = ends.decode("latin-1")
    return text if text.isascii() and text.isalnum() else name.hex()[0] + name.hex()[-1]
