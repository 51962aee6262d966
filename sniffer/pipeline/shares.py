"""Phase A on several processes of this machine.

Each process reads the whole input, lets libpcap select its own share of the connections, and follows those:
no frame is shipped, no session is cut, and the facts are those of a single process.  Worth it only for
large inputs that can be read more than once, and that are mail for a good part: else reading is the work,
and that is not shared.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from sniffer.decode import link_is_known
from sniffer.inventory.spool import Spool
from sniffer.model import limits
from sniffer.pipeline.reader import Reader, Stop
from sniffer.pipeline.values import Counts, Settings
from sniffer.sources import bpf
from sniffer.sources.capture import Capture
from sniffer.sources.inputs import Input
from sniffer.sources.problems import CaptureError

if TYPE_CHECKING:
    from multiprocessing.connection import Connection as Pipe

PROBED_BYTES = 8 * 1024 * 1024
"""Bytes of the first capture that are read to see how much of it is mail."""

WORTH_SHARING = 0.2
"""Share of mail from which a second process is worth its processor.  Measured with two: of 100 % mail they took
2.1 s for what one did in 3.7 s, of 1.5 % 0.40 s for 0.46 s."""


def processes(sources: Sequence[Input], settings: Settings) -> int:
    """Return how many processes should share the work."""
    if settings.evidence is not None:
        return 1  # one file, one writer
    if settings.processes is not None:
        return settings.processes
    if any(each.stream for each in sources) or not hasattr(os, "sched_getaffinity"):
        return 1
    size = sum(each.size for each in sources)
    if size < limits.SHARED_BYTES or _mail_share(sources[0], settings) < WORTH_SHARING:
        return 1
    most = min(limits.PROCESSES, len(os.sched_getaffinity(0)))
    return 1 << most.bit_length() - 1  # a share is a power of two


def _mail_share(source: Input, settings: Settings) -> float:
    """Return how much of a capture's beginning is mail, by bytes; 0 where that cannot be told cheaply."""
    capture = Capture(source, lambda link: bpf.selection(settings.ports, link), link_is_known, scapy=settings.scapy)
    selected = 0
    with contextlib.suppress(CaptureError):
        for frames in capture.batches():
            selected += int(frames.length.sum())
            if capture.position() >= PROBED_BYTES or not capture.position():
                break
    return selected / capture.position() if capture.position() else 0.0


class Worker:
    """One share of the connections, followed by a process of its own."""

    def __init__(self, settings: Settings, sources: Sequence[Input], share: bpf.Share, stop: Stop) -> None:
        self._again: Callable[[Spool], Counts] = lambda spool: _read(settings, spool, sources, share, stop)
        import multiprocessing  # noqa: PLC0415 - takes 10 ms, which small captures need not wait for

        context = multiprocessing.get_context("fork")
        self._pipe, theirs = context.Pipe(duplex=False)
        self._process = context.Process(target=_work, args=(theirs, self._pipe, self._again), daemon=True)
        self._process.start()
        theirs.close()

    def collect(self, spool: Spool) -> Counts:
        """Take the facts of this share; if its process died, read the share here and now."""
        try:
            for rows in self._received():
                spool.add_rows(rows)
            counts: Counts = self._pipe.recv()
        except EOFError:
            return self._again(spool)
        self._process.join()
        return counts

    def _received(self) -> Iterator[list[Any]]:
        while rows := self._pipe.recv():
            yield rows


def _read(settings: Settings, spool: Spool, sources: Sequence[Input], share: bpf.Share, stop: Stop) -> Counts:
    reader = Reader(settings, spool, share)
    reader.read(sources, lambda _: None, stop)
    return reader.counts


def _work(pipe: Pipe, inherited: Pipe, read: Callable[[Spool], Counts]) -> None:
    """Read a share and send its facts, then an empty list, then the counts, for as long as somebody takes them."""
    inherited.close()
    spool = Spool()
    counts = read(spool)
    with contextlib.suppress(BrokenPipeError):
        for rows in spool.rows():
            pipe.send(rows)
        pipe.send([])
        pipe.send(counts)
    pipe.close()
