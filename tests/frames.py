"""Frames of ``tests.wire`` on their way into the program: batches and packets."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from sniffer.decode import decode
from sniffer.model.frames import Frames, Origin
from sniffer.model.packets import Packets
from sniffer.sources.gather import Gather
from tests.wire import LINK_TYPES, Frame, Link

HERE = Origin("tap", "test.pcap")


def batch(frames: Sequence[Frame], link: Link = "ethernet", origin: Origin = HERE) -> Frames:
    """Return frames as one batch."""
    gather = Gather()
    for frame in frames:
        gather.add(frame.time_us, frame.data, LINK_TYPES[link], origin)
    taken = gather.take()
    assert taken is not None
    return taken


def packets(frames: Sequence[Frame], ports: npt.NDArray[np.bool_], link: Link = "ethernet") -> Packets:
    """Return what is decoded of frames."""
    return decode(batch(frames, link), ports)
