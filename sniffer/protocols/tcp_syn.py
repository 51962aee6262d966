"""The first segment of a connection: how a system opens one, by which kinds of systems differ (RFC 9293 3.1, 3.2).

Window, segment size, window scale, and which options in which order: one implementation always says the same.  What
differs from connection to connection (numbers, time stamps) is not told.
"""

from __future__ import annotations

import struct

from sniffer.model.clues import Heard, Said

HEADER = struct.Struct("!12xBBH4x")
"""Data offset, control bits and window."""

SYN, ACK = 0x02, 0x10

END, NOTHING, MSS, SCALE = 0, 1, 2, 3

NAMES = {END: "eol", NOTHING: "nop", 4: "sok", 5: "sack", 8: "ts", 30: "mptcp", 34: "fastopen"}
"""Options without a value that tells something (IANA, TCP option kinds)."""


def heard(header: bytes) -> tuple[Heard, ...]:
    """Return how a SYN opens a connection, as ``win64240 mss1460,sok,ts,nop,ws7``; nothing of other segments."""
    if len(header) < HEADER.size:
        return ()
    offset, control, window = HEADER.unpack_from(header)
    if control & (SYN | ACK) != SYN:
        return ()
    options = header[HEADER.size : (offset >> 4) * 4]
    return (Heard((Said("stack", f"win{window} {','.join(_options(options)) or 'none'}"),)),)


def _options(octets: bytes) -> list[str]:
    """Return the options in their order; what is broken ends them."""
    found: list[str] = []
    place = 0
    while place < len(octets):
        kind = octets[place]
        size = 1 if kind in (END, NOTHING) else octets[place + 1] if place + 1 < len(octets) else 0
        value = octets[place + 2 : place + size]
        if size == 0 or place + size > len(octets) or (kind not in (END, NOTHING) and size < 2):
            return [*found, "broken"]
        found.append(_option(kind, value))
        if kind == END:
            break
        place += size
    return found


def _option(kind: int, value: bytes) -> str:
    if kind == MSS and len(value) == 2:
        return f"mss{int.from_bytes(value, 'big')}"
    if kind == SCALE and len(value) == 1:
        return f"ws{value[0]}"
    return NAMES.get(kind, f"kind{kind}")
