"""Columns of a batch from which a survey tells connections, losses and copies."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sniffer.model.frames import Ints
from sniffer.model.packets import Words

Flags = npt.NDArray[np.bool_]

BANNER, GREETING, STARTTLS, CLIENT_HELLO = 1, 2, 4, 8
"""What a segment begins with: a reply 220, EHLO or HELO, STARTTLS, a handshake of TLS."""


@dataclass(frozen=True, slots=True)
class Segments:
    """All TCP segments of a batch in capture order; an array each.

    ``key`` is the same for both directions of a connection, ``backward`` tells them apart.  ``vlan`` is the outermost
    tag, ``said`` what the payload begins with, ``length`` the payload's on the wire.
    """

    time: Ints
    origin: Ints
    vlan: Ints
    key: Words
    backward: Flags
    source: Words
    destination: Words
    source_port: Ints
    destination_port: Ints
    sequence: Ints
    acknowledged: Ints
    flags: Ints
    length: Ints
    said: Ints

    def __len__(self) -> int:
        return len(self.time)

    def take(self, chosen: Flags) -> Segments:
        """Return the chosen ones."""
        if chosen.all():
            return self
        return Segments(*(getattr(self, name)[chosen] for name in self.__slots__))


@dataclass(frozen=True, slots=True)
class Prints:
    """Fingerprints of the packets of TCP and UDP that a copy would share and a retransmission would not.

    ``vlan`` holds both tags, ``cards`` both addresses of the link.
    """

    mark: Words
    time: Ints
    origin: Ints
    vlan: Ints
    hops: Ints
    cards: Words

    def __len__(self) -> int:
        return len(self.time)
