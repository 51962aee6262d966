"""An interface that nobody has: what pcapy, the kernel's state and the clock would say, written down beforehand."""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from typing import Any

from sniffer.model.frames import Frames, Origin
from sniffer.sources.live import LiveReader
from tests.wire import Frame

WENT_DOWN = "The interface went down"
"""libpcap's words (1.9.1), on Linux."""


class PcapError(Exception):
    """pcapy's own."""


class FakePcapy:
    """The module: every handle that is made gives the same frames, in batches that end where ``cuts`` say.

    An item of ``script`` is a frame, or words to raise.
    """

    PcapError = PcapError

    def __init__(
        self,
        script: Sequence[Frame | str] = (),
        cuts: Sequence[int] = (),
        *,
        link: int = 1,
        activate: Callable[[int], int] = lambda _: 0,
        refuses_filter: bool = False,
        stats: Sequence[tuple[int, int, int]] = ((0, 0, 0),),
    ) -> None:
        self.script = list(script)
        self.cuts = list(cuts)
        self.link = link
        self.answer = activate
        self.refuses_filter = refuses_filter
        self.counts = list(stats)
        self.handles: list[FakeHandle] = []

    def create(self, name: str) -> FakeHandle:
        """A handle that is not active yet."""
        if "\0" in name:
            raise ValueError("embedded null character")
        self.handles.append(FakeHandle(self))
        return self.handles[-1]


class FakeHandle:
    """A handle of libpcap."""

    def __init__(self, module: FakePcapy) -> None:
        self.module = module
        self.settings: dict[str, Any] = {}
        self.filter: str | None = None
        self.closed = False

    def __getattr__(self, name: str) -> Callable[[int], int]:
        if not name.startswith("set"):
            raise AttributeError(name)

        def note(value: int) -> int:
            self.settings[name] = value
            return 0

        return note

    def activate(self) -> int:
        """Return a status, as pcap_activate does."""
        return self.module.answer(self.settings["set_buffer_size"])

    def datalink(self) -> int:
        """Return the link type."""
        return self.module.link

    def setfilter(self, expression: str) -> None:
        """Take the filter."""
        if self.module.refuses_filter:
            raise PcapError("expression rejects all packets")
        self.filter = expression

    def getfd(self) -> int:
        """Return no descriptor."""
        return -1

    def stats(self) -> tuple[int, int, int]:
        """Return the next counts; the last ones stay."""
        counts = self.module.counts
        return counts.pop(0) if len(counts) > 1 else counts[0]

    def close(self) -> None:
        """Note it."""
        self.closed = True

    def next_batch(self, most: int) -> tuple[bytes, bytes]:
        """Return frames up to the next cut, or raise what the script says."""
        script = self.module.script
        if script and isinstance(script[0], str):
            raise PcapError(script.pop(0))
        wanted = min(self.module.cuts.pop(0) if self.module.cuts else len(script), most)
        data, meta = b"", b""
        while script and isinstance(script[0], Frame) and wanted:
            frame = script.pop(0)
            assert isinstance(frame, Frame)
            seconds, micros = divmod(frame.time_us, 1_000_000)
            meta += struct.pack("=IIII", seconds, micros, len(data), len(frame.data))
            data += frame.data
            wanted -= 1
        return data, meta


class FakeState:
    """The kernel's view of an interface: up until somebody says otherwise."""

    def __init__(self) -> None:
        self.up, self.gone, self.downs = True, False, 0
        self.now = (True, False)

    def look(self, *, now: bool = False) -> bool:  # noqa: ARG002 - it always looks
        """Always look."""
        up, self.gone = self.now
        self.downs += self.up and not up
        self.up = up
        return True

    def fell(self) -> None:
        """It went down, and is what ``now`` says."""
        self.downs += self.up
        self.up = False
        self.look()


class FakeReader(LiveReader):
    """A reader of batches that are there at given times; None is a batch that is not there yet."""

    def __init__(self, interface: str, clock: Clock, arrivals: Sequence[tuple[int, Frames]], fileno: int) -> None:
        self.interface = interface
        self._clock = clock
        self._arrivals = list(arrivals)
        self._fd = fileno
        self._more = False

    more = property(lambda self: self._more)
    open = property(lambda _: True)
    pause = property(lambda _: 0.0)

    def fileno(self) -> int:
        """Return a descriptor that is never readable."""
        return self._fd

    def batch(self) -> Frames | None:
        """Give the next batch that has arrived by now."""
        if not self._arrivals or self._arrivals[0][0] > self._clock.now:
            self._more = False
            return None
        frames = self._arrivals.pop(0)[1]
        self._more = bool(self._arrivals) and self._arrivals[0][0] <= self._clock.now
        return frames


class Clock:
    """The module ``time``, in microseconds that pass when somebody says so."""

    def __init__(self, now: int) -> None:
        self.now = now

    def time_ns(self) -> int:
        """Return the wall clock."""
        return self.now * 1000

    def monotonic(self) -> float:
        """Return the other clock."""
        return self.now / 1_000_000

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.now += round(seconds * 1_000_000)


def batch(frames: Sequence[Frame], origin: Origin) -> Frames:
    """Frames as a reader gives them."""
    from sniffer.sources.gather import Gather  # noqa: PLC0415

    gather = Gather()
    for frame in frames:
        gather.add(frame.time_us, frame.data, 1, origin)
    found = gather.take()
    assert found is not None
    return found


def seen(batches: Sequence[Frames]) -> list[tuple[int, bytes, str | None]]:
    """Frames with the names of their interfaces, in the order in which they came."""
    return [
        (int(each.time[place]), each.frame(place), each.origins[int(each.origin[place])].interface)
        for each in batches
        for place in range(len(each))
    ]
