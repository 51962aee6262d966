"""Where the dialogue inside TLS begins, and how a client pads its records.

TLS 1.3 shows the rest of its handshake as application data (RFC 8446 4): certificates, Finished and tickets stand in
front of the first text.  A Finished has a known length, and that gives the client's padding away too: none, a constant
(Java's JSSE adds 16 bytes to each record), up to a multiple, or at random, of which nothing can be told.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

from sniffer.inference.plaintext import Length, Protection
from sniffer.model.facts import HalfTurn

PaddingKind = Literal["none", "constant", "block"]

BLOCKS = (512, 256, 128, 64, 32, 16)
"""Multiples to which TLS 1.3 is padded in practice, tried from the longest."""

MOST_CONSTANT = 255
"""Bytes of a padding that is taken for a constant."""

JSSE_CONSTANT = 16
"""Bytes that Java adds to each record of TLS 1.3."""

FLIGHT = 8
"""Records among which the client's Finished is looked for: certificates, CertificateVerify, Finished."""


class Padding(NamedTuple):
    """How TLS 1.3 is padded: a client's records by ``client`` bytes or to a multiple, a server's by ``server``."""

    kind: PaddingKind = "none"
    client: int = 0
    server: int = 0


class Measure(NamedTuple):
    """How long the texts of records are: what a cipher suite adds, and padding."""

    how: Protection
    padding: Padding = Padding()

    def one(self, from_client: bool, octets: int) -> Length:
        """Return how long the text of one record is."""
        plain = self.how.length(octets)
        if from_client and self.padding.kind == "block":
            return Length(max(plain.most + 1 - self.padding.client, 0), plain.most)
        added = self._added(from_client)
        return Length(max(plain.least - added, 0), max(plain.most - added, 0)) if added else plain

    def all(self, from_client: bool, lengths: Sequence[int]) -> Length:
        """Return how long the text of records on end is."""
        more = self.more(from_client)
        if more is not None:
            plain = max(sum(lengths) - len(lengths) * more, 0)
            return Length(plain, plain)
        least = most = 0
        for place, octets in enumerate(lengths):
            part = self.one(from_client, octets)
            if self.how.splits and place + 1 < len(lengths) and self.how.hardly_any(octets):
                part = Length(0, 1)  # in front of a text, against BEAST
            least, most = least + part.least, most + part.most
        return Length(least, most)

    def more(self, from_client: bool) -> int | None:
        """Return how much longer a record is than its text; None where that differs."""
        if self.how.block > 1 or (from_client and self.padding.kind == "block"):
            return None
        return self.how.overhead + self._added(from_client)

    def octets(self, from_client: bool, text: int) -> int:
        """Return the length of a TLS 1.3 record that holds a text; -1 where padding hides it."""
        more = self.more(from_client)
        return -1 if more is None else text + more

    def sum(self, from_client: bool, records: int, octets: int) -> Length:
        """Return how long the texts of records are of which only the sum is known."""
        fills = self.padding.client if from_client and self.padding.kind == "block" else self.how.block
        most = octets - records * (self.how.overhead + self._added(from_client) + (self.how.block > 1))
        return Length(max(most - records * (fills - 1), 0), max(most, 0))

    def _added(self, from_client: bool) -> int:
        if not from_client:
            return self.padding.server
        return self.padding.client if self.padding.kind == "constant" else 0


class Start(NamedTuple):
    """How many records of the client belong to the handshake, and how it pads."""

    records: int
    padding: Padding


def start(halves: Sequence[HalfTurn], how: Protection, hello: int | None) -> Start | None:
    """Find the end of a TLS 1.3 handshake; None where that is not plain.

    ``hello`` is the length in bytes of the EHLO line that was said in clear.
    """
    first = next((half for half in halves if half.from_client), None)
    if first is None:
        return None
    server = halves[0].lengths if not halves[0].from_client else ()
    adds = _server_adds([octets - how.overhead for octets in server], how.finished)
    flight = [octets - how.overhead for octets in first.lengths[:FLIGHT]]
    if how.finished in flight:
        return Start(flight.index(how.finished) + 1, Padding(server=adds))
    client = [octets - how.overhead for half in halves if half.from_client for octets in half.lengths][:FLIGHT]
    return _constant(client, len(flight), how, hello, adds) or _blocks(client, len(flight), how, adds)


def _server_adds(plain: Sequence[int], finished: int) -> int:
    """Return the constant that a server pads with: its flight holds a Finished, and no padding is the rule."""
    return JSSE_CONSTANT if finished not in plain and finished + JSSE_CONSTANT in plain else 0


def _constant(plain: Sequence[int], flight: int, how: Protection, hello: int | None, adds: int) -> Start | None:
    """Find a Finished and an EHLO that are longer than they should be by the same.

    Where TLS was there first no EHLO was said in clear: then only Java's constant counts.
    """
    for place, length in enumerate(plain[:flight]):
        added = length - how.finished
        follows = plain[place + 1] - added if place + 1 < len(plain) else None
        greets = follows == hello if hello is not None else added == JSSE_CONSTANT
        if 0 < added <= MOST_CONSTANT and follows is not None and greets:
            return Start(place + 1, Padding("constant", added, adds))
    return None


def _blocks(plain: Sequence[int], flight: int, how: Protection, adds: int) -> Start | None:
    """Find the multiple that all records of the client have, the content type counted in (RFC 8446 5.4)."""
    inner = [length + 1 for length in plain]
    for block in BLOCKS:
        ends = -(-(how.finished + 1) // block) * block
        if len(inner) > 1 and ends in inner[:flight] and all(length % block == 0 for length in inner):
            return Start(inner.index(ends) + 1, Padding("block", block, adds))
    return None
