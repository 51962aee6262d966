"""Captures through libpcap: selected in C, a batch at a time.

``next_batch`` is bounded by frames, not bytes; on a file that is cut in its last record it raises and
takes the batch it was filling along, so that tail is read again frame by frame; on a stream it would
wait for a whole batch, so streams are read frame by frame from the start.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import numpy as np

from sniffer.model import limits
from sniffer.model.frames import Frames, Origin
from sniffer.sources.gather import Gather

try:
    import pcapy
except ImportError:  # no wheel for this platform: the scapy readers serve
    pcapy = None

META = np.dtype([("seconds", "=u4"), ("microseconds", "=u4"), ("offset", "=u4"), ("length", "=u4")])
"""One frame of ``next_batch``, as pcapy-ng packs it."""

Select = Callable[[int], str | None]
"""From link type to filter expression; None leaves everything in."""


class LibpcapError(Exception):
    """libpcap refused the capture, or the rest of it; its own words."""


def available() -> bool:
    """Say whether libpcap can be used here."""
    return pcapy is not None


class LibpcapReader:
    """One capture behind a name that libpcap can open.

    ``name`` gives such a name for as long as opening takes; ``again`` says that it can do so twice, as it
    can not for a stream.
    """

    def __init__(
        self, name: Callable[[], AbstractContextManager[str]], select: Select, origin: Origin, *, again: bool
    ) -> None:
        self._name = name
        self._select = select
        self._origin = origin
        self._again = again
        self.delivered = 0
        self._handle = self._open()
        self.link = int(self._handle.datalink())

    def _open(self) -> Any:
        try:
            with self._name() as path:
                handle = pcapy.open_offline(path)
            expression = self._select(int(handle.datalink()))
        except pcapy.PcapError as error:
            raise LibpcapError(str(error)) from None
        if expression:
            with contextlib.suppress(pcapy.PcapError):  # no filter for this link type: the columns select
                handle.setfilter(expression)
        return handle

    def position(self) -> int:
        """Return how many bytes of the file have been read, 0 where that cannot be known."""
        try:
            return os.lseek(self._handle.getfd(), 0, os.SEEK_CUR)
        except (OSError, ValueError, pcapy.PcapError):
            return 0

    def batches(self) -> Iterator[Frames]:
        """Give the selected frames.  Raises ``LibpcapError`` behind the last that can be read."""
        if not self._again:
            yield from self._one_by_one(self._handle)
            return
        ask = limits.BATCH_FRAMES_UNMEASURED
        while True:
            try:
                data, meta = self._handle.next_batch(ask)
            except pcapy.PcapError:
                yield from self._tail()
                return
            if not meta:
                return
            frames = self._frames(data, meta)
            self.delivered += len(frames)
            yield frames
            ask = _ask(len(data) // len(frames))

    def _frames(self, data: bytes, meta: bytes) -> Frames:
        rows = np.frombuffer(meta, META)
        time = rows["seconds"].astype(np.int64) * 1_000_000 + rows["microseconds"]
        offset, length = rows["offset"].astype(np.int64), rows["length"].astype(np.int64)
        return Frames.of(data, time, offset, length, self.link, self._origin)

    def _tail(self) -> Iterator[Frames]:
        """Read again what the failed batch took along, up to the frame that cannot be read."""
        handle = self._open()
        left = self.delivered
        while left:
            _, meta = handle.next_batch(min(left, limits.BATCH_FRAMES_UNMEASURED))
            left -= len(meta) // META.itemsize
        yield from self._one_by_one(handle)

    def _one_by_one(self, handle: Any) -> Iterator[Frames]:
        gather, broken = Gather(), None
        while broken is None:
            try:
                header, data = handle.next()
            except pcapy.PcapError as error:
                broken = LibpcapError(str(error))
                break
            if header is None:
                break
            seconds, microseconds = header.getts()
            gather.add(seconds * 1_000_000 + microseconds, data, self.link, self._origin)
            self.delivered += 1
            if gather.full and (frames := gather.take()):
                yield frames
        if rest := gather.take():
            yield rest
        if broken:
            raise broken


def _ask(frame_bytes: int) -> int:
    """Return how many frames of this size make a batch."""
    return max(min(limits.BATCH_FRAMES, limits.BATCH_BYTES // max(frame_bytes, 1)), 64)


def matcher(link: int, select: Select) -> Callable[[bytes], bool]:
    """Return the selection as a question about one frame."""
    program = pcapy.compile(link, limits.FRAME_BYTES, select(link) or "", 1, 0)
    return lambda frame: bool(program.filter(frame))
