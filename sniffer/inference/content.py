"""What a dialogue inside TLS is read by.

A device says the same each time, but for its mails: they differ in their length.  Of a long message that tells nothing
but the class that Base64 has, so dialogues that differ in nothing else are read once.
"""

from __future__ import annotations

from typing import NamedTuple

from sniffer.inference.plaintext import Length, exactly
from sniffer.inference.reading import Said, in_order
from sniffer.inference.turns import Dialogue, Records, Turn
from sniffer.model.facts import Cut

SEVERAL_RECORDS = 3
"""Records from which on a reply is taken to be several: TLS 1.0 sends two for one."""

LONG = 512
"""Bytes from which on a length is read coarsely.  What has a length of its own, a command or an address, is shorter."""

COARSE_BITS = 5
"""Leading bits of a long length that count, so that it is at most a sixteenth too short: no curve is as narrow."""


class Content(NamedTuple):
    """All that a dialogue is read and judged by, besides delays: two that have it in common are one.

    ``clear`` are how long the EHLO in clear and its reply are, ``rest`` is what else is known of the session.
    """

    hello: Said | None
    turns: tuple[Said, ...]
    greeted: bool
    anchored: bool
    exact: bool
    cut: Cut | None
    clear: tuple[int | None, int | None]
    rest: tuple[object, ...]


def content_of(found: Dialogue, seen: Records, rest: tuple[object, ...]) -> Content:
    """Return what the dialogue in some records is read by."""
    return Content(
        hello=_said(found.hello) if found.hello else None,
        turns=in_order([_said(turn) for turn in found.turns]),
        greeted=found.greeting is not None,
        anchored=found.anchored,
        exact=found.exact,
        cut=found.cut,
        clear=(seen.hello, seen.listed),
        rest=rest,
    )


def coarse(length: Length) -> Length:
    """Return a length as it is read."""
    octets = length.least
    if octets < LONG or not length.exact:
        return length
    step = 1 << octets.bit_length() - COARSE_BITS
    return exactly(octets - octets % step + octets % 4)


def _said(turn: Turn) -> Said:
    if turn.client is None:
        raise ValueError("a turn without a client's message is no turn of a dialogue")
    client = coarse(turn.client.text)
    if turn.server is None:
        return Said(client, None)
    return Said(client, turn.server.text, turn.server.records >= SEVERAL_RECORDS)
