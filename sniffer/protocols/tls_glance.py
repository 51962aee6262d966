"""What the header alone tells of a segment that is one whole TLS record of application data (RFC 8446 5.1).

Inside TLS nearly every segment is that, and only its length is wanted: for a batch these are columns.
"""

from __future__ import annotations

import numpy as np

from sniffer.model.frames import Ints
from sniffer.protocols.tls_records import APPLICATION_DATA, HEADER, LONGEST

SSL3 = 3
"""Major version of all records since SSL 3; minor ones up to 4."""


def record_lengths(data: bytes, starts: Ints, stops: Ints) -> Ints:
    """Return the length of each segment's fragment; -1 where it is anything but one record of application data.

    A segment's bytes are ``data[starts[i]:stops[i]]``.
    """
    found = np.full(len(starts), -1, np.int64)
    enough = np.flatnonzero(stops - starts >= HEADER.size)
    if not len(enough):
        return found
    octets, at = np.frombuffer(data, np.uint8), starts[enough]
    kind, major, minor, high, low = (octets[at + place].astype(np.int64) for place in range(HEADER.size))
    length = high << 8 | low
    whole = (kind == APPLICATION_DATA) & (major == SSL3) & (minor <= 4) & (length <= LONGEST)
    whole &= at + HEADER.size + length == stops[enough]
    found[enough[whole]] = length[whole]
    return found
