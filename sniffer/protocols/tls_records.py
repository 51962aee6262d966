"""The TLS record layer of one direction (RFC 8446 5.1, RFC 5246 6.2): bytes in, records out, whatever the cuts.

struct { ContentType type; ProtocolVersion version; uint16 length; opaque fragment[length]; } TLSPlaintext
"""

from __future__ import annotations

from collections.abc import Iterator
from struct import Struct
from typing import NamedTuple

CHANGE_CIPHER_SPEC, ALERT, HANDSHAKE, APPLICATION_DATA, HEARTBEAT = range(20, 25)
"""Content types (RFC 8446 B.1, RFC 6520 3)."""

SSL2_HELLO = 0x80
"""No content type: the first record of a side that begins with a hello of SSL 2 (RFC 5246 E.2)."""

TYPES = frozenset((CHANGE_CIPHER_SPEC, ALERT, HANDSHAKE, APPLICATION_DATA, HEARTBEAT))

LONGEST = 2**14 + 2048
"""Bytes of a fragment (RFC 5246 6.2.3; RFC 8446 5.2 allows less)."""

HEADER = Struct(">BHH")
SSL2_HEADER = Struct(">HBH")  # length with its top bit set, message type, version
SSL2_CLIENT_HELLO = 1


class Record(NamedTuple):
    """A record.  ``fragment`` is empty for application data of which only the ``length`` is told."""

    type: int
    version: int
    length: int
    fragment: bytes = b""


class Records:
    """The unfinished record of one direction.  ``unreadable`` is set where the bytes are no TLS records.

    ``behind`` counts the bytes that came with the record just given and lie behind it.  ``keep`` says that the
    fragments of application data are told too, but for those of which bytes are missing.
    """

    __slots__ = ("_begun", "_held", "_kept", "_passed", "_rest", "behind", "keep", "unreadable")

    def __init__(self, *, keep: bool = False) -> None:
        self._begun = False
        self._held = b""
        self._kept = bytearray()
        self.keep = keep
        self._passed: Record | None = None
        self._rest = 0
        self.behind = 0
        self.unreadable = False

    @property
    def at_border(self) -> bool:
        """Say whether the next byte begins a record."""
        return not self._held and self._passed is None and not self.unreadable

    def take(self, data: bytes) -> Iterator[Record]:
        """Give the records that ``data`` ends.  A caller that leaves early wants nothing more, ever."""
        if self.unreadable:
            return
        data, self._held = self._held + data if self._held else data, b""
        place, size = 0, len(data)
        while True:
            if self._passed is not None:
                place = self._pass(data, place)
                if self._rest:
                    return
                record, self._passed = self._passed, None
                self.behind = size - place
                yield self._with_fragment(record) if self.keep else record
            if size - place < HEADER.size:
                break
            header = self._header(data, place)
            if header is None:
                self.unreadable = True
                return
            kind, version, length, start = header
            end = start + length
            if kind == APPLICATION_DATA and (self.keep or end > size):
                self._passed, self._rest, place = Record(kind, version, length), length, start
            elif end > size:
                break
            else:
                place = end
                self.behind = size - place
                self._begun |= kind != APPLICATION_DATA
                yield Record(kind, version, length, b"" if kind == APPLICATION_DATA else data[start:place])
        self._held = data[place:]

    def miss(self, length: int) -> None:
        """Take note of missing bytes: only within a record that is passed over it is sure where the next begins."""
        if 0 < length < self._rest:
            self._rest -= length
        else:
            self.unreadable = True

    def _pass(self, data: bytes, place: int) -> int:
        """Pass over a record, or so much of it as is there, and return the place behind that."""
        end = min(place + self._rest, len(data))
        if self.keep:
            self._kept += data[place:end]
        self._rest -= end - place
        return end

    def _with_fragment(self, record: Record) -> Record:
        """Return a record with the bytes that were kept of it, if they are all."""
        kept, self._kept = bytes(self._kept), bytearray()
        return record._replace(fragment=kept) if len(kept) == record.length else record

    def _header(self, data: bytes, place: int) -> tuple[int, int, int, int] | None:
        """Read a header and say where the fragment begins; None for what can be none."""
        kind, version, length = HEADER.unpack_from(data, place)
        if kind & 0x80 and data[place + 2] == SSL2_CLIENT_HELLO and not self._begun:
            length, _, version = SSL2_HEADER.unpack_from(data, place)
            return SSL2_HELLO, version, length & 0x7FFF, place + 2
        if kind not in TYPES or not 0x0300 <= version <= 0x0304 or length > LONGEST:
            return None
        if not length and kind != APPLICATION_DATA:  # RFC 8446 5.1
            return None
        return kind, version, length, place + HEADER.size
