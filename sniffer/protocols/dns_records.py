"""The records of a message in DNS' format: of mDNS (RFC 6762), LLMNR (RFC 4795) and DNS itself (RFC 1035 4).

Read here and not by a library, because what devices announce is not always what it should be: ``dnslib`` gives up a
message for one label that is not UTF-8 (RFC 6763 4.1.1 only asks for it), and follows two pointers that point past
each other for as long as Python can.  Labels stay bytes; whoever says them to somebody makes them text.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

from sniffer.model import limits

HEADER = struct.Struct("!2x5H")
"""Flags; questions, answers, authorities, additional records (RFC 1035 4.1.1)."""

RECORD = struct.Struct("!HHIH")
"""Type, class, time to live, size (RFC 1035 4.1.3)."""

A, PTR, TXT, AAAA, SRV = 1, 12, 16, 28, 33
"""RFC 1035 3.2.2, RFC 3596 2.1, RFC 2782."""

INTERNET, CLASS_BITS = 1, 0x7FFF
"""The class, and its bits beside mDNS' cache-flush bit (RFC 6762 10.2)."""

POINTER, LABEL_BYTES = 0xC0, 63
"""RFC 1035 4.1.4, 2.3.4."""

LABELS = limits.NAME_OCTETS // 2
"""Labels of one name: it has no room for more."""

Labels = tuple[bytes, ...]


class MalformedError(Exception):
    """A name that has no end, or is longer than names are."""


class Record(NamedTuple):
    """A record; its data are the message's bytes from ``start`` to ``end``."""

    name: Labels
    kind: int
    seconds: int
    start: int
    end: int


class Message:
    """A message: its header at once, its records as they are asked for."""

    def __init__(self, message: bytes) -> None:
        """Raise ``struct.error`` for what is shorter than a header."""
        self.data = message[: limits.DISCOVERY_BYTES]
        self.flags, self.questions, *counts = HEADER.unpack_from(self.data)
        self._records = sum(counts)
        self._known: dict[int, Labels] = {}

    def records(self) -> Iterator[Record]:
        """Give the records of class Internet, up to where the message is broken."""
        place = HEADER.size
        try:
            for _ in range(self.questions):
                place = self.name(place)[1] + 4
            for _ in range(self._records):
                name, place = self.name(place)
                kind, group, seconds, size = RECORD.unpack_from(self.data, place)
                place += RECORD.size + size
                if place > len(self.data):
                    return
                if group & CLASS_BITS == INTERNET:
                    yield Record(name, kind, seconds, place - size, place)
        except (MalformedError, struct.error):
            return

    def question(self) -> tuple[Labels, int] | None:
        """Return the name and the type that the first question asks for."""
        try:
            name, place = self.name(HEADER.size)
        except MalformedError:
            return None
        return (name, int.from_bytes(self.data[place : place + 2], "big")) if self.questions else None

    def target(self, record: Record, skipped: int = 0) -> Labels:
        """Return the name in a record's data, behind so many octets; no labels where it is broken."""
        try:
            return self.name(record.start + skipped)[0]
        except MalformedError:
            return ()

    def octets(self, record: Record) -> bytes:
        """Return a record's data."""
        return self.data[record.start : record.end]

    def name(self, start: int) -> tuple[Labels, int]:
        """Return a name's labels and the place behind it.  Raises ``MalformedError``."""
        labels: list[bytes] = []
        data, known, place, behind, octets = self.data, self._known, start, 0, 1
        lowest, last, hops = start, len(data), 0
        while place < last:
            size = data[place]
            if not size:
                break
            if size <= LABEL_BYTES:
                labels.append(data[place + 1 : place + 1 + size])
                octets += 1 + size
                place += 1 + size
                if octets > limits.NAME_OCTETS:
                    raise MalformedError
                continue
            pointed = int.from_bytes(data[place : place + 2], "big") & 0x3FFF
            behind = behind or place + 2
            # A pointer is to a prior occurrence (RFC 1035 4.1.4): going back only, it ends.
            if size < POINTER or pointed >= lowest or hops == limits.NAME_POINTERS:
                raise MalformedError
            hops += 1
            if pointed in known:
                labels += known[pointed]
                return self._kept(start, labels), behind
            place = lowest = pointed
        if place >= last:
            raise MalformedError
        return self._kept(start, labels), behind or place + 1

    def _kept(self, start: int, labels: list[bytes]) -> Labels:
        """Remember a name by its place, for pointers to it."""
        whole = self._known[start] = tuple(labels)
        if len(whole) > LABELS:
            raise MalformedError
        return whole
