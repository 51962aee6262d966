"""Packets: decoded TCP segments, as columns."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np
import numpy.typing as npt

from sniffer.model.frames import Ints, Origin

Words = npt.NDArray[np.uint64]

FIN, SYN, RST, PSH, ACK = 0x01, 0x02, 0x04, 0x08, 0x10
"""TCP control bits (RFC 9293 3.1)."""

NO_MAC = -1
"""A frame without a link-layer source address."""

NO_VLAN = -1
"""No tag at this place."""


@dataclass(frozen=True, slots=True)
class Packets:
    """TCP segments of one batch, in capture order; every array has one entry a segment.

    Addresses are two 64-bit words, IPv4 in its IPv6-mapped form (RFC 4291 2.5.5.2).  The payload
    of segment *i* is ``data[start[i]:start[i] + captured[i]]``; ``length`` is what it had on the
    wire, more than ``captured`` where the snapshot length cut it.
    """

    data: bytes
    time: Ints
    origin: Ints
    origins: tuple[Origin, ...]
    mac: Ints
    vlan: npt.NDArray[np.int32]
    hops: Ints
    source: Words
    destination: Words
    source_port: Ints
    destination_port: Ints
    sequence: Ints
    acknowledged: Ints
    flags: Ints
    start: Ints
    captured: Ints
    length: Ints

    def __len__(self) -> int:
        return len(self.time)

    def take(self, chosen: npt.NDArray[np.bool_]) -> Packets:
        """Return the chosen segments."""
        if chosen.all():
            return self
        columns = {name: getattr(self, name)[chosen] for name in COLUMNS}
        return replace(self, **columns)


COLUMNS = tuple(each.name for each in fields(Packets) if each.name not in ("data", "origins"))
"""The names of the arrays of ``Packets``."""
