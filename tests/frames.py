"""Frames of ``tests.wire`` on their way into the program: batches and packets."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from sniffer.decode import decode
from sniffer.model.frames import Frames, Origin
from sniffer.model.packets import Datagrams, Packets
from sniffer.sources.gather import Gather
from tests.wire import LINK_TYPES, Frame, Link

HERE = Origin("tap", "test.pcap")
NO_PORTS = np.zeros(65_536, np.bool_)
ALL_PORTS = np.ones(65_536, np.bool_)


def batch(frames: Sequence[Frame], link: Link = "ethernet", origin: Origin = HERE) -> Frames:
    """Return frames as one batch."""
    gather = Gather()
    for frame in frames:
        gather.add(frame.time_us, frame.data, LINK_TYPES[link], origin)
    taken = gather.take()
    assert taken is not None
    return taken


def packets(frames: Sequence[Frame], ports: npt.NDArray[np.bool_], link: Link = "ethernet") -> Packets:
    """Return the segments of frames."""
    return decode(batch(frames, link), ports, NO_PORTS)[0]


def datagrams(frames: Sequence[Frame], ports: npt.NDArray[np.bool_] = ALL_PORTS, link: Link = "ethernet") -> Datagrams:
    """Return the datagrams of frames."""
    return decode(batch(frames, link), NO_PORTS, ports)[1]
