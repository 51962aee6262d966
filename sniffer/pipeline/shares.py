"""Phase A on several processes of this machine.

Each process reads the whole input and follows its own share of the connections: reading and decoding
cost little beside following, no frame is shipped, no session is cut, and the facts are those of a
single process.  Worth it only for large inputs that can be read more than once.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from multiprocessing.connection import Connection as Pipe
from typing import Any

from sniffer.inventory.spool import Spool
from sniffer.model import limits
from sniffer.pipeline.reader import Reader, Stop
from sniffer.pipeline.values import Counts, Settings
from sniffer.sources.inputs import Input


def processes(sources: Sequence[Input], settings: Settings) -> int:
    """Return how many processes should share the work."""
    if settings.processes is not None:
        return settings.processes
    if any(each.stream for each in sources) or not hasattr(os, "fork"):
        return 1
    size = sum(each.path.stat().st_size for each in sources)
    return min(limits.PROCESSES, len(os.sched_getaffinity(0))) if size >= limits.SHARED_BYTES else 1


class Share:
    """One share of the connections, followed by a process of its own."""

    def __init__(self, settings: Settings, sources: Sequence[Input], share: tuple[int, int], stop: Stop) -> None:
        self._again: Callable[[Spool], Counts] = lambda spool: _read(settings, spool, sources, share, stop)
        context = multiprocessing.get_context("fork")
        self._pipe, theirs = context.Pipe(duplex=False)
        self._process = context.Process(target=_work, args=(theirs, self._again), daemon=True)
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


def _read(settings: Settings, spool: Spool, sources: Sequence[Input], share: tuple[int, int], stop: Stop) -> Counts:
    reader = Reader(settings, spool, share)
    reader.read(sources, lambda _: None, stop)
    return reader.counts


def _work(pipe: Pipe, read: Callable[[Spool], Counts]) -> None:
    """Read a share and send its facts, then an empty list, then the counts."""
    spool = Spool()
    counts = read(spool)
    for rows in spool.rows():
        pipe.send(rows)
    pipe.send([])
    pipe.send(counts)
    pipe.close()
