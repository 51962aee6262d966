"""Reading a stream in a thread, so that whoever waits for it can be stopped."""

from __future__ import annotations

import contextlib
import queue
import threading
import time
from collections.abc import Callable, Iterator
from typing import TypeVar

from sniffer.model import limits

Item = TypeVar("Item")

WAIT_SECONDS = 0.2
"""How long either side waits before it looks whether the other still wants something."""

GRACE_SECONDS = 2.0
"""How long a stopped reader waits for the end of its stream: Ctrl-C ends the capturing program too, and what
that had still in hand comes now."""


def ahead(items: Iterator[Item], stop: Callable[[], bool]) -> Iterator[Item]:
    """Give the same items, produced in a thread; what that raises is raised here.

    Ends when they do, or soon after ``stop`` says so.
    """
    ready: queue.Queue[Item | BaseException | None] = queue.Queue(limits.QUEUED_BATCHES)
    abandoned = threading.Event()

    def offer(item: Item | BaseException | None) -> None:
        while not abandoned.is_set():
            with contextlib.suppress(queue.Full):
                ready.put(item, timeout=WAIT_SECONDS)
                return

    def produce() -> None:
        try:
            for item in items:
                offer(item)
            offer(None)
        except BaseException as error:
            offer(error)

    threading.Thread(target=produce, name="read", daemon=True).start()
    try:
        while (item := _next(ready, stop)) is not None:
            if isinstance(item, BaseException):
                raise item
            yield item
    finally:
        abandoned.set()


def _next(ready: queue.Queue[Item | BaseException | None], stop: Callable[[], bool]) -> Item | BaseException | None:
    """Return the next item; None at the end, or when nothing more came in time after a stop."""
    deadline = None
    while deadline is None or time.monotonic() < deadline:
        with contextlib.suppress(queue.Empty):
            return ready.get(timeout=WAIT_SECONDS)
        if stop() and deadline is None:
            deadline = time.monotonic() + GRACE_SECONDS
    return None
