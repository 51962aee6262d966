"""Reading ahead in a thread: libpcap and the decompressors work while Python does something else."""

from __future__ import annotations

import contextlib
import queue
import threading
from collections.abc import Iterator
from typing import TypeVar

from sniffer.model import limits

Item = TypeVar("Item")

WAIT_SECONDS = 0.2
"""How long either side waits before it looks whether the other still lives."""


def ahead(items: Iterator[Item]) -> Iterator[Item]:
    """Give the same items, produced in a thread; what that raises is raised here."""
    ready: queue.Queue[Item | BaseException | None] = queue.Queue(limits.QUEUED_BATCHES)
    stop = threading.Event()

    def offer(item: Item | BaseException | None) -> None:
        while not stop.is_set():
            with contextlib.suppress(queue.Full):
                ready.put(item, timeout=WAIT_SECONDS)
                return

    def produce() -> None:
        try:
            for item in items:
                offer(item)
                if stop.is_set():
                    return
            offer(None)
        except BaseException as error:
            offer(error)

    threading.Thread(target=produce, name="read", daemon=True).start()
    try:
        while (item := ready.get()) is not None:
            if isinstance(item, BaseException):
                raise item
            yield item
    finally:
        stop.set()
