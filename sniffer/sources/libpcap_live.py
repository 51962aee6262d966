"""An interface through libpcap: selected in the kernel, a batch at a time out of a ring that is shared with it.

pcapy-ng gives what ``pcap_activate`` returned instead of raising, and counters of 32 bits.  On Linux an interface that
goes down makes one reading fail, once the kernel's ring has been read empty; the handle stays good, and gives frames
again when the interface comes up.
"""

from __future__ import annotations

import contextlib
from typing import Any

import numpy as np

from sniffer.model import limits
from sniffer.model.frames import Frames, Origin
from sniffer.sources.libpcap import META, Select
from sniffer.sources.link_state import lost_before
from sniffer.sources.links import KnownLink, unknown_link
from sniffer.sources.live_handle import FellError, Refusal, RefusedError, Totals

try:
    import pcapy
except ImportError:  # no wheel for this platform: scapy's socket serves
    pcapy = None

REFUSALS = {
    -5: Refusal.MISSING,  # PCAP_ERROR_NO_SUCH_DEVICE
    -8: Refusal.NOT_PERMITTED,  # PCAP_ERROR_PERM_DENIED
    -9: Refusal.DOWN,  # PCAP_ERROR_IFACE_NOT_UP
    -11: Refusal.NOT_PERMITTED,  # PCAP_ERROR_PROMISC_PERM_DENIED
}
"""What ``pcap_activate`` returns (pcap/pcap.h); above zero are warnings."""

COUNTER = 1 << 32
"""libpcap's counters are unsigned ints (struct pcap_stat)."""


class LibpcapHandle:
    """An interface, open.

    ``filtered`` says that the kernel selects; where the expression does not fit the link type, the columns do.
    Raises ``RefusedError``, and ``UnknownLinkError`` for a link type that is not decoded.
    """

    def __init__(
        self,
        interface: str,
        select: Select,
        known_link: KnownLink,
        origin: Origin,
        buffer_bytes: int,
        promiscuous: bool,
    ) -> None:
        self._origin = origin
        self._interface = interface
        self._lost_at_first = lost_before(interface)
        self._handle, self.buffer = _activated(interface, buffer_bytes, promiscuous)
        self.link = int(self._handle.datalink())
        if not known_link(self.link):
            self.close()
            raise unknown_link(interface, self.link)
        self.filtered = self._filter(select(self.link))
        self._handle.setnonblock(1)
        self.more = False
        self._ask = limits.LIVE_BATCH_FRAMES
        self._last = [0, 0, 0]
        self._totals = [0, 0, 0]

    def _filter(self, expression: str | None) -> bool:
        if expression:
            with contextlib.suppress(pcapy.PcapError):
                self._handle.setfilter(expression)
                return True
        return False

    def fileno(self) -> int:
        """Return a descriptor that is readable when frames are there."""
        return int(self._handle.getfd())

    def batch(self) -> Frames | None:
        """Give what is there now, as much as makes a batch."""
        self.more = False
        try:
            data, meta = self._handle.next_batch(self._ask)
        except pcapy.PcapError as error:
            raise FellError(str(error)) from None
        if not meta:
            return None
        rows = np.frombuffer(meta, META)
        self.more = len(rows) >= self._ask
        self._ask = _ask(len(data) // len(rows))
        time = rows["seconds"].astype(np.int64) * 1_000_000 + rows["microseconds"]
        offset, length = rows["offset"].astype(np.int64), rows["length"].astype(np.int64)
        return Frames.of(data, time, offset, length, self.link, self._origin)

    def totals(self) -> Totals:
        """Return what the kernel has counted; to be asked before a counter can have gone round."""
        with contextlib.suppress(pcapy.PcapError):
            now = self._handle.stats()
            self._totals = [
                total + (new - old) % COUNTER for total, new, old in zip(self._totals, now, self._last, strict=True)
            ]
            self._last = list(now)
        received, dropped, _ = self._totals
        lost = lost_before(self._interface)
        return Totals(received, dropped, None if lost is None else max(lost - (self._lost_at_first or 0), 0))

    def close(self) -> None:
        """Give the interface back."""
        self._handle.close()


def _activated(interface: str, buffer_bytes: int, promiscuous: bool) -> tuple[Any, int]:
    """Return an active handle and the size of its buffer, smaller where there is no room for what was asked for."""
    while True:
        try:
            handle = pcapy.create(interface)
        except (pcapy.PcapError, ValueError) as error:  # a name with a NUL
            raise RefusedError(Refusal.OTHER, str(error)) from None
        handle.set_snaplen(limits.FRAME_BYTES)
        handle.set_promisc(int(promiscuous))
        handle.set_buffer_size(buffer_bytes)
        handle.set_timeout(limits.KERNEL_HOLDS)
        status = int(handle.activate())
        if status >= 0:
            return handle, buffer_bytes
        handle.close()
        if status in REFUSALS or buffer_bytes <= limits.KERNEL_BUFFER_LEAST:
            raise RefusedError(REFUSALS.get(status, Refusal.OTHER))
        buffer_bytes = max(buffer_bytes // 2, limits.KERNEL_BUFFER_LEAST)


def _ask(frame_bytes: int) -> int:
    """Return how many frames of this size make a batch."""
    return max(min(limits.LIVE_BATCH_FRAMES, limits.BATCH_BYTES // max(frame_bytes, 1)), 64)
