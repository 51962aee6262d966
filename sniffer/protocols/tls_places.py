"""Which bytes of one direction are TLS records, by their places, although bytes between may be missing.

A record's header says where the next begins, so a record is passed over whatever was captured of it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from sniffer.protocols.tls_records import (
    APPLICATION_DATA,
    HEADER,
    LONGEST,
    SSL2_CLIENT_HELLO,
    SSL2_HELLO,
    TYPES,
)

Piece = tuple[int, bytes]


class RecordPlace(NamedTuple):
    """A record: its header's place, its type, where its fragment begins and ends."""

    place: int
    type: int
    start: int
    end: int


def records(pieces: Sequence[Piece], begins: int) -> Iterator[RecordPlace]:
    """Give the records of a direction whose TLS begins at a place, as long as header leads to header."""
    place, begun = begins, False
    while (header := _at(pieces, place, HEADER.size)) is not None:
        kind, version, length = HEADER.unpack(header)
        start = place + HEADER.size
        if not begun and kind & 0x80 and header[2] == SSL2_CLIENT_HELLO:
            kind, start, length = SSL2_HELLO, place + 2, ((header[0] & 0x7F) << 8 | header[1])
        elif not _is_header(kind, version, length):
            return
        yield RecordPlace(place, kind, start, start + length)
        place, begun = start + length, True


def _is_header(kind: int, version: int, length: int) -> bool:
    known = kind in TYPES and 0x0300 <= version <= 0x0304 and length <= LONGEST
    return known and (length > 0 or kind == APPLICATION_DATA)


def shown_records(pieces: Sequence[Piece], begins: int, cleaned: Sequence[bytearray], *, open_cipher: bool) -> None:
    """Write the bytes that are records into the cleaned pieces; of what does not encrypt the headers alone."""
    first = last = begins
    for record in records(pieces, begins):
        last = record.end
        if open_cipher and record.type == APPLICATION_DATA:
            _show(pieces, cleaned, first, record.start)
            first = record.end
    _show(pieces, cleaned, first, last)


def _show(pieces: Sequence[Piece], cleaned: Sequence[bytearray], first: int, last: int) -> None:
    for (start, raw), into in zip(pieces, cleaned, strict=True):
        low, high = max(first - start, 0), min(last - start, len(raw))
        if low < high:
            into[low:high] = raw[low:high]


def _at(pieces: Sequence[Piece], place: int, size: int) -> bytes | None:
    """Return bytes at a place, None where they were not all captured."""
    index = bisect_right(pieces, place, key=lambda piece: piece[0]) - 1
    if index < 0:
        return None
    start, raw = pieces[index]
    found = raw[place - start : place - start + size]
    return found if len(found) == size else None
