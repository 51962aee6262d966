"""ClientHello and ServerHello (RFC 8446 4.1, RFC 5246 7.4.1, RFC 6066 3, RFC 7301 3.1).

struct { version; random[32]; session_id<0..32>; cipher_suites<2..2^16-2>; compression_methods<1..2^8-1>;
         extensions<0..2^16-1>; } ClientHello
struct { version; random[32]; session_id<0..32>; cipher_suite; compression_method; extensions<0..2^16-1>; } ServerHello
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from ipaddress import ip_address
from struct import Struct, error
from typing import NamedTuple

from sniffer.knowledge.tls import is_version, version_name
from sniffer.model import limits
from sniffer.protocols.tls_fingerprints import ALPN, SERVER_NAME, Shape, ja3, ja4, numbers

GROUPS, FORMATS, SIGNATURES, ENCRYPT_THEN_MAC = 10, 11, 13, 22
PRE_SHARED_KEY, EARLY_DATA, VERSIONS = 41, 42, 43

RANDOM = slice(2, 34)
BEHIND_RANDOM = 34
HOST_NAME = 0
"""The one kind of name in a server_name extension (RFC 6066 3)."""

RETRY = bytes.fromhex("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c")
"""The random of a ServerHello that is a HelloRetryRequest (RFC 8446 4.1.3)."""

MOST_REMEMBERED = 4096
"""Bytes of a ClientHello whose fingerprints are remembered: some hundred are usual, post-quantum keys take 1,200."""

NUMBER = Struct(">H")
PAIR = Struct(">HH")


class ClientHello(NamedTuple):
    """What a ClientHello offers.  ``anomalies`` are the codes of what was odd about it."""

    offered: str
    session: bytes
    early_data: bool
    sni: str | None
    alpn: tuple[str, ...]
    ja3: str | None
    ja4: str | None
    anomalies: tuple[str, ...]
    random: bytes


class ServerHello(NamedTuple):
    """What a ServerHello chose.  ``retry`` says that it is a HelloRetryRequest, ``resumes`` that it takes a PSK."""

    random: bytes
    version: int
    cipher: int
    session: bytes
    retry: bool
    encrypt_then_mac: bool
    resumes: bool


class Names(NamedTuple):
    """An ALPN extension: its first name as it stands, those that can be shown, and whether they are all."""

    first: bytes
    kept: tuple[str, ...]
    whole: bool


NO_NAMES = Names(b"", (), True)


def client_hello(body: bytes) -> ClientHello | None:
    """Read the body of a ClientHello; None where its lengths do not fit each other."""
    try:
        (version,) = NUMBER.unpack_from(body)
        session, place = _short(body, BEHIND_RANDOM)
        ciphers, place = _long(body, place)
        _, place = _short(body, place)
        found: dict[int, bytes] = {}
        types = []
        for kind, value in _extensions(body, place):
            types.append(kind)
            found.setdefault(kind, value)
    except (error, IndexError, ValueError):
        return None
    names = _alpn(found[ALPN]) if ALPN in found else NO_NAMES
    shape = Shape(
        version=version,
        ciphers=ciphers,
        extensions=tuple(types),
        groups=found.get(GROUPS, b"")[2:],
        formats=found.get(FORMATS, b"")[1:],
        signatures=found.get(SIGNATURES, b"")[2:],
        versions=found.get(VERSIONS, b"")[1:],
        alpn=names.first,
    )
    sni, odd = _sni(found[SERVER_NAME]) if SERVER_NAME in found else (None, ())
    told = _told(shape) if len(body) <= MOST_REMEMBERED else _told.__wrapped__(shape)
    return ClientHello(
        offered=told.offered,
        session=session,
        early_data=EARLY_DATA in found,
        sni=sni,
        alpn=names.kept,
        ja3=told.ja3,
        ja4=told.ja4,
        anomalies=odd if names.whole else (*odd, "alpn-unreadable"),
        random=body[RANDOM],
    )


def ssl2_hello(version: int) -> ClientHello:
    """Return what a hello of SSL 2 offers: a version.  It has no extensions, and no fingerprints."""
    return ClientHello(version_name(version), b"", False, None, (), None, None, (), b"")


def server_hello(body: bytes) -> ServerHello | None:
    """Read the body of a ServerHello or HelloRetryRequest; None where its lengths do not fit each other."""
    try:
        (version,) = NUMBER.unpack_from(body)
        session, place = _short(body, BEHIND_RANDOM)
        (cipher,) = NUMBER.unpack_from(body, place)
        found = dict(_extensions(body, place + 3))
        if len(found.get(VERSIONS, b"")) == NUMBER.size:
            (version,) = NUMBER.unpack(found[VERSIONS])
    except (error, IndexError, ValueError):
        return None
    random = body[RANDOM]
    return ServerHello(
        random=random,
        version=version,
        cipher=cipher,
        session=session,
        retry=random == RETRY,
        encrypt_then_mac=ENCRYPT_THEN_MAC in found,
        resumes=PRE_SHARED_KEY in found,
    )


def _short(body: bytes, place: int) -> tuple[bytes, int]:
    """Return a vector with a length of one byte, and the place behind it."""
    end = place + 1 + body[place]
    return body[place + 1 : end], end


def _long(body: bytes, place: int) -> tuple[bytes, int]:
    """Return a vector with a length of two bytes, and the place behind it."""
    end = place + 2 + NUMBER.unpack_from(body, place)[0]
    return body[place + 2 : end], end


def _extensions(body: bytes, place: int) -> Iterator[tuple[int, bytes]]:
    """Give type and value of each extension; a hello may end before them (RFC 5246 7.4.1.2)."""
    if place == len(body):
        return
    end = place + NUMBER.size + NUMBER.unpack_from(body, place)[0]
    if end != len(body):
        raise ValueError
    place += NUMBER.size
    while place < end:
        kind, length = PAIR.unpack_from(body, place)
        place += PAIR.size + length
        if place > end:
            raise ValueError
        yield kind, body[place - length : place]


class _Told(NamedTuple):
    offered: str
    ja3: str
    ja4: str


@lru_cache(limits.FINGERPRINTS)
def _told(shape: Shape) -> _Told:
    """Name the highest version offered (RFC 8446 4.2.1), and take the fingerprints.

    Numbers without a name are those of drafts.
    """
    highest = max(filter(is_version, numbers(shape.versions)), default=shape.version)
    return _Told(version_name(highest), ja3(shape), ja4(shape))


def _sni(value: bytes) -> tuple[str | None, tuple[str, ...]]:
    """Read a server_name extension: the host name, if it can be one, and what is odd about it."""
    length = int.from_bytes(value[3:5], "big")
    octets = value[5 : 5 + length]
    name = octets.decode("latin-1")
    whole = value[2:3] == bytes((HOST_NAME,)) and len(octets) == length and 0 < length <= limits.NAME_CHARACTERS
    if not whole or not name.isascii() or not name.isprintable():
        return None, ("sni-unreadable",)
    return name, ("sni-address",) if _is_address(name) else ()


def _is_address(name: str) -> bool:
    if not (name[-1].isdigit() or ":" in name):
        return False
    try:
        return bool(ip_address(name.strip("[]")))
    except ValueError:
        return False


def _alpn(value: bytes) -> Names:
    """Read an ALPN extension (RFC 7301 3.1)."""
    names, place = [], 2
    while place < len(value):
        name, place = _short(value, place)
        names.append(name)
    shown = [name.decode("latin-1") for name in names]
    kept = tuple(name for name in shown if name.isascii() and name.isprintable() and name)[: limits.ALPN_NAMES]
    return Names(names[0] if names else b"", kept, len(kept) == len(names))
