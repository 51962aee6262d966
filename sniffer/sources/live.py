"""Interfaces while they are listened to: what becomes of each, and the order of several.

``any`` hears all interfaces of Linux together, without promiscuous mode: only what comes to this machine.  A frame that
crosses a bridge is seen on each of its legs.
"""

from __future__ import annotations

import select as polling
import time
from collections.abc import Sequence

import numpy as np

from sniffer.model import limits
from sniffer.model.frames import Frames, Origin
from sniffer.model.health import InterfaceHealth
from sniffer.sources import libpcap, link_state
from sniffer.sources.interfaces import missing
from sniffer.sources.joining import in_order, joined, trimmed
from sniffer.sources.libpcap import Select
from sniffer.sources.libpcap_live import LibpcapHandle
from sniffer.sources.link_state import LinkState
from sniffer.sources.links import KnownLink
from sniffer.sources.live_handle import FellError, Handle, Refusal, RefusedError
from sniffer.sources.privileges import permission_advice
from sniffer.sources.problems import CaptureError
from sniffer.sources.scapy_live import ScapyHandle

ETHERNET = 1
"""DLT_EN10MB."""

FOREVER = 1 << 62
"""Microseconds behind every time that a frame can have."""

IS_DOWN = "is down; we listen all the same, and hear it when it comes up"
SLOWLY = "is read frame by frame until the next start, because libpcap opens no interface that is down"
UNFILTERED = "has no filter in the kernel: all frames are looked at, which costs more"


class LiveReader:
    """One interface.  Raises ``CaptureError`` when it cannot be opened.

    ``origin`` names sensor and interface of its frames.  ``notes`` are what a person should know of how it was opened.
    """

    def __init__(
        self,
        interface: str,
        select: Select,
        known_link: KnownLink,
        origin: Origin,
        *,
        buffer_bytes: int = limits.KERNEL_BUFFER,
        promiscuous: bool = True,
        scapy: bool = False,
    ) -> None:
        self.interface = interface
        self.notes: tuple[str, ...] = ()
        self._state = _state(interface)
        self._arguments = (interface, select, known_link, origin, buffer_bytes, promiscuous)
        self._handle = self._opened(scapy=scapy or not libpcap.available())
        self.link = self._handle.link
        self._longest = _longest(interface) if self.link == ETHERNET else limits.FRAME_BYTES
        self._frames = self._octets = self._giants = self._cut = self._errors = 0
        self._totals = self._handle.totals()
        self._words = ""
        self._vanished: float | None = None
        self._gone: str | None = None

    def _opened(self, *, scapy: bool) -> Handle:
        """Open it; what is down at the start is libpcap's no, but not the kernel's."""
        opened: LibpcapHandle | ScapyHandle
        try:
            opened = ScapyHandle(*self._arguments) if scapy else LibpcapHandle(*self._arguments)
        except RefusedError as refused:
            if refused.why is not Refusal.DOWN or scapy:
                raise _refused(self.interface, refused) from None
            self.notes += (SLOWLY,)
            return self._opened(scapy=True)
        self.notes += () if self._state.up else (IS_DOWN,)
        wanted = self._arguments[1](opened.link) is not None
        self.notes += (UNFILTERED,) if wanted and not opened.filtered else ()
        return opened

    @property
    def more(self) -> bool:
        """Say whether there was more than the last batch."""
        return self._gone is None and self._handle.more

    @property
    def open(self) -> bool:
        """Say whether it may still give frames."""
        return self._gone is None

    @property
    def pause(self) -> float:
        """Return the seconds for which it may be left alone: its buffer must not fill meanwhile."""
        return min(self._handle.buffer / limits.KERNEL_BUFFER, 1) * limits.READING_PAUSE / 1_000_000

    def fileno(self) -> int:
        """Return a descriptor that is readable when frames are there; -1 when there will be none."""
        return self._handle.fileno() if self.open else -1

    def batch(self) -> Frames | None:
        """Give what is there now, without waiting; None if that is nothing.

        An interface that goes down gives nothing until it is up again.  Raises ``CaptureError``, once, when it is gone
        for good.
        """
        if self._gone is not None:
            return None
        frames = self._read()
        if self._state.look():
            self._totals = self._handle.totals()
        if frames is not None:
            self._count(frames)
        elif self._state.gone and self._silent_for_good():
            raise self._ended("it was taken away", "put it back and start again")
        elif self._errors >= limits.READING_ERRORS:
            raise self._ended(self._words, "see what the system's log says of it, and start again")
        return frames

    def _read(self) -> Frames | None:
        try:
            frames = self._handle.batch()
        except FellError as error:
            self._errors += 1
            self._words = str(error)
            self._state.fell()
            return None
        self._errors = 0
        return frames

    def _silent_for_good(self) -> bool:
        """Say whether what was captured before it vanished has come: the kernel's last block is late, as any other."""
        now = time.monotonic()
        self._vanished = now if self._vanished is None else self._vanished
        return now - self._vanished >= limits.SIDES_LATE / 1_000_000

    def _count(self, frames: Frames) -> None:
        self._frames += len(frames)
        self._octets += int(frames.length.sum())
        self._giants += int((frames.length > self._longest).sum())
        self._cut += int((frames.length >= limits.FRAME_BYTES).sum())

    def _ended(self, why: str, advice: str) -> CaptureError:
        self._totals = self._handle.totals()
        self._gone = why
        self._handle.close()
        return CaptureError(
            self.interface, f"gives nothing any more ({why}); what was captured until then counts", advice
        )

    def health(self) -> InterfaceHealth:
        """Return what it gave since it was opened, and how it is."""
        if self._gone is None:
            self._state.look()
            self._totals = self._handle.totals()
        return InterfaceHealth(
            self.interface,
            up=self._state.up and self._gone is None,
            downs=self._state.downs,
            received=self._totals.received,
            dropped=self._totals.dropped,
            dropped_before=self._totals.dropped_before,
            frames=self._frames,
            octets=self._octets,
            giants=self._giants,
            cut=self._cut,
            gone=self._gone,
        )

    def close(self) -> None:
        """Give the interface back; its health stays as it was."""
        if self._gone is None:
            self._totals = self._handle.totals()
            self._gone = "closed"
            self._handle.close()


class Listening:
    """Several interfaces, heard as one: their frames come in order of time.

    The kernel gives one interface's frames up to ``limits.KERNEL_HOLDS`` later than another's, so the newest frames of
    several are held back until nothing can come before them; ``rest`` gives those at the end.  ``wake`` is a descriptor
    that ends a waiting when it becomes readable (that of ``signal.set_wakeup_fd``, say); the caller reads it.
    ``problems`` are those of interfaces that are gone; the others go on.
    """

    def __init__(self, readers: Sequence[LiveReader], wake: int | None = None) -> None:
        self._readers = list(readers)
        self._wake = wake
        self._held: list[Frames] = []
        self._behind: dict[str, int] = {}
        self._read_at = 0.0
        self.problems: list[CaptureError] = []

    @property
    def open(self) -> bool:
        """Say whether any interface may still give frames."""
        return any(reader.open for reader in self._readers)

    def health(self) -> tuple[InterfaceHealth, ...]:
        """Return how each interface goes."""
        return tuple(reader.health() for reader in self._readers)

    def wait(self, seconds: float) -> list[Frames]:
        """Wait until frames are there, at most so long; return them, or nothing."""
        self._await(seconds)
        return self._drained()

    def rest(self) -> list[Frames]:
        """Return what had been captured when this was called, and is still on its way: the end of the listening."""
        now = _now()
        time.sleep(limits.SIDES_LATE / 1_000_000)
        end = time.monotonic() + limits.REST_TIME / 1_000_000
        while parts := self._batches():
            self._held += parts
            if min(int(part.time[0]) for part in parts) > now or time.monotonic() > end:
                break
        held, self._held = self._held, []
        return _one(held)

    def close(self) -> None:
        """Give all interfaces back."""
        for reader in self._readers:
            reader.close()

    def _await(self, seconds: float) -> None:
        """Sleep until there is something to read, and for a while after an interface was read empty."""
        if any(reader.more for reader in self._readers):
            return
        end = time.monotonic() + (min(seconds, limits.SIDES_LATE / 1_000_000) if self._held else seconds)
        still = [reader for reader in self._readers if reader.open]
        pause = min((reader.pause for reader in still), default=0)
        if (left := min(self._read_at + pause, end) - time.monotonic()) > 0:
            time.sleep(left)
        descriptors = [reader.fileno() for reader in still]
        if not hasattr(polling, "poll") or any(each < 0 for each in descriptors):  # Windows has neither
            time.sleep(min(max(end - time.monotonic(), 0), limits.KERNEL_HOLDS / 1000))
            return
        asking = polling.poll()
        for each in [*descriptors, *([] if self._wake is None else [self._wake])]:
            asking.register(each, polling.POLLIN)
        asking.poll(max(end - time.monotonic(), 0) * 1000)

    def _drained(self) -> list[Frames]:
        parts = self._batches()
        if len(self._readers) == 1:
            return parts
        self._held += parts
        return self._ripe(self._horizon())

    def _batches(self) -> list[Frames]:
        """Return a batch of each interface that has one; one that is gone is noted."""
        self._read_at = time.monotonic()
        self._behind = {}
        parts = []
        for reader in self._readers:
            try:
                frames = reader.batch()
            except CaptureError as problem:
                self.problems.append(problem)
                continue
            if frames is None:
                continue
            parts.append(frames if _ordered(frames) else in_order(frames))
            if reader.more:
                self._behind[reader.interface] = int(parts[-1].time[-1])
        return parts

    def _horizon(self) -> int:
        """Return the time before which all frames are here."""
        now = _now()
        newest = max((int(part.time[-1]) for part in self._held), default=0)
        if newest > now + limits.SIDES_LATE:  # somebody set the clock back
            return FOREVER
        if sum(int(part.length.sum()) for part in self._held) > limits.SIDES_BYTES:
            return FOREVER
        return min([now - limits.SIDES_LATE, *self._behind.values()])

    def _ripe(self, horizon: int) -> list[Frames]:
        """Return what was captured before a time, and keep the rest."""
        ripe, unripe = [], []
        for part in self._held:
            count = int(np.searchsorted(part.time, horizon))
            if count:
                ripe.append(part.part(0, count))
            if count < len(part):
                unripe.append(part.part(count, len(part)))
        self._held = unripe
        return _one(ripe)


def _state(interface: str) -> LinkState:
    try:
        return LinkState(interface)
    except (OSError, ValueError):  # a name with a NUL
        raise CaptureError(interface, *missing(interface)) from None


def _refused(interface: str, refused: RefusedError) -> CaptureError:
    """Say why an interface was not opened, and what to do."""
    if refused.why is Refusal.MISSING:
        return CaptureError(interface, *missing(interface))
    if refused.why is Refusal.NOT_PERMITTED:
        return CaptureError(interface, "we may not capture on it", permission_advice())
    if refused.why is Refusal.DOWN:
        return CaptureError(interface, "is down", f"bring it up with 'ip link set dev {interface} up'")
    if refused.why is Refusal.UNSUPPORTED:
        return CaptureError(interface, "cannot be had here (it takes libpcap)", "name interfaces, each with -i")
    words = f" ({refused.words})" if refused.words else ""
    return CaptureError(interface, f"cannot be opened{words}", f"what does 'tcpdump -i {interface}' say?")


def _longest(interface: str) -> int:
    """Return the octets of the longest frame that the wire of an Ethernet interface carries."""
    return max(limits.GIANT_OCTETS, (link_state.mtu(interface) or 0) + limits.JUMBO_HEADERS)


def _now() -> int:
    """Return the time as frames have it."""
    return time.time_ns() // 1000


def _ordered(frames: Frames) -> bool:
    return bool((frames.time[1:] >= frames.time[:-1]).all())


def _one(parts: list[Frames]) -> list[Frames]:
    """Return frames as one batch, in order of time; none if there are none."""
    if len(parts) < 2:
        return parts
    return [in_order(joined([trimmed(part) for part in parts]))]
