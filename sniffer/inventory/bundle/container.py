"""The file of a bundle: whole, unchanged and of this fleet, or not read at all.

A first line with the version of the format, a second with the header (JSON), the records (each with its length, all of
them compressed: Zstandard, RFC 8878), a last line, and 32 octets of BLAKE2b (RFC 7693) over all before them, keyed by
the fleet's key.  Who has the key may write bundles; nobody else's are taken in, and no record is looked at before that
is known.  What is in a bundle can be read without the key: it is made readable by its owner only.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO, cast

import msgspec
import zstandard
from msgspec import Struct

from sniffer.model import limits
from sniffer.sources.problems import CaptureError

VERSION = 1

MAGIC = b"sniffer bundle "

END = b"\nend of sniffer bundle\n"

LENGTH_OCTETS = 4
"""Octets of a record's length, the most significant first."""

MAC_OCTETS = 32

PIECE = 1 << 20
"""Octets that are read at once."""

LEVEL = 6
"""Of Zstandard's levels: a fifth smaller than the usual one, and still quicker than the database."""

AGAIN = "have it written again: sniffer export"


class BundleError(CaptureError):
    """A bundle cannot be written or read."""


class Header(Struct, frozen=True, kw_only=True):
    """What a bundle says of itself: its fleet (``fleet_of``), the program's version, and when it was written."""

    fleet: str
    program: str
    written: int


def fleet_of(key: bytes) -> str:
    """Return by what a fleet is known: a hash of its key, which tells nothing of the key."""
    return hashlib.blake2b(key=key, digest_size=8, person=b"fleet").hexdigest()


def digest_of(path: Path) -> str:
    """Return a checked bundle's own code, by which it is known when it is brought again."""
    with path.open("rb") as file:
        file.seek(-MAC_OCTETS, os.SEEK_END)
        return file.read().hex()


# -- writing ---------------------------------------------------------------------------------------


def write(path: Path, header: Header, key: bytes, records: Iterable[bytes]) -> None:
    """Write a bundle, whole or not at all; a file that was there is replaced.  Raises ``BundleError``."""
    try:
        if path.exists() and not path.is_file():  # to root a device would be a name like any other
            raise BundleError(str(path), "is no file", "name a new one, or one that may be replaced")
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # readable by its owner only
        try:
            with os.fdopen(descriptor, "wb") as file:
                _write(file, header, key, records)
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(path)
        except BaseException:
            with suppress(OSError):
                Path(name).unlink()
            raise
    except OSError as error:
        advice = "check the folder, who may write to it, and the room on the disk"
        raise BundleError(str(path), f"cannot be written ({error.strerror})", advice) from None


class _Signed:
    """A file that takes note of what is written to it."""

    def __init__(self, file: IO[bytes], key: bytes) -> None:
        self._file = file
        self.hash = _hash(key)

    def write(self, octets: bytes) -> int:
        self.hash.update(octets)
        return self._file.write(octets)


def _write(file: IO[bytes], header: Header, key: bytes, records: Iterable[bytes]) -> None:
    signed = _Signed(file, key)
    signed.write(MAGIC + str(VERSION).encode() + b"\n" + msgspec.json.encode(header) + b"\n")
    packer = zstandard.ZstdCompressor(level=LEVEL).compressobj()
    for record in records:
        signed.write(packer.compress(len(record).to_bytes(LENGTH_OCTETS) + record))
    signed.write(packer.flush())
    signed.write(END)
    file.write(signed.hash.digest())


def _hash(key: bytes) -> hashlib.blake2b:
    return hashlib.blake2b(key=key, digest_size=MAC_OCTETS, person=b"bundle")


# -- reading ---------------------------------------------------------------------------------------


def checked(path: Path, key: bytes) -> Header:
    """Return the header of a bundle that is whole, unchanged and of the fleet.  Raises ``BundleError``."""
    try:
        with path.open("rb") as file:
            _version(path, file)
            header = _header(path, file)
            _whole(path, file, header, key)
            return header
    except OSError as error:
        raise BundleError(
            str(path), f"cannot be read ({error.strerror})", "check the path and who may read it"
        ) from None


def records(path: Path) -> Iterator[bytes]:
    """Give the records of a bundle that was checked.  Raises ``BundleError``."""
    try:
        with path.open("rb") as file:
            _version(path, file)
            _header(path, file)
            end = path.stat().st_size - MAC_OCTETS - len(END)
            packed = cast(IO[bytes], _Body(file, end))  # only its reading is needed
            with zstandard.ZstdDecompressor().stream_reader(packed, closefd=False) as body:
                while length := body.read(LENGTH_OCTETS):
                    yield _record(path, body.read, int.from_bytes(length))
    except OSError as error:
        raise BundleError(str(path), f"cannot be read ({error.strerror})", "check the disk that it is on") from None
    except zstandard.ZstdError:
        raise BundleError(str(path), "is damaged", AGAIN) from None


class _Body:
    """The part of a file up to where the records end."""

    def __init__(self, file: IO[bytes], end: int) -> None:
        self._file = file
        self._end = end

    def read(self, size: int = -1) -> bytes:
        left = self._end - self._file.tell()
        return self._file.read(min(size, left) if size >= 0 else left)


def _record(path: Path, read: Callable[[int], bytes], length: int) -> bytes:
    record = read(length) if length <= limits.BUNDLE_RECORD else b""
    if len(record) != length:
        raise BundleError(str(path), "is damaged", AGAIN)
    return record


def _version(path: Path, file: IO[bytes]) -> None:
    first = file.read(len(MAGIC))
    if not first:
        raise BundleError(str(path), "is empty", AGAIN)
    number = file.readline(limits.BUNDLE_HEADER).strip() if first == MAGIC else b""
    if not number.isdigit():
        raise BundleError(str(path), "is no bundle", "name files that 'sniffer export' wrote")
    if int(number) > VERSION:
        problem = f"was written by a newer sniffer (bundles of version {int(number)}, this one reads {VERSION})"
        raise BundleError(str(path), problem, "use the newer program; nothing was changed")


def _header(path: Path, file: IO[bytes]) -> Header:
    line = file.readline(limits.BUNDLE_HEADER)
    if not line.endswith(b"\n"):
        raise BundleError(str(path), "was cut short", f"copy it again, or {AGAIN}")
    try:
        return msgspec.json.decode(line, type=Header)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise BundleError(str(path), "is damaged", AGAIN) from None


def _whole(path: Path, file: IO[bytes], header: Header, key: bytes) -> None:
    """Say what is wrong with a file that is not as it was written."""
    if header.fleet != fleet_of(key):
        problem = f"is from another fleet ({header.fleet}, this one is {fleet_of(key)})"
        advice = "a fleet has one redaction.key: copy it to each sensor, or name it with --key, and export again"
        raise BundleError(str(path), problem, advice)
    size = path.stat().st_size
    file.seek(max(0, size - MAC_OCTETS - len(END)))
    if file.read(len(END)) != END:
        raise BundleError(str(path), "was cut short", f"copy it again, or {AGAIN}")
    found = _hash(key)
    file.seek(0)
    left = size - MAC_OCTETS
    while left and (piece := file.read(min(PIECE, left))):
        found.update(piece)
        left -= len(piece)
    if found.digest() != file.read(MAC_OCTETS):
        raise BundleError(str(path), "is damaged: it is not as it was written", f"copy it again, or {AGAIN}")
