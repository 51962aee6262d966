"""What listeners send is taken in their order, whoever is busy, within bounds."""

from __future__ import annotations

import multiprocessing
import threading
import time
from multiprocessing.connection import Connection

import pytest

from sniffer.model import limits
from sniffer.pipeline.live.inbox import Inbox


def pipes(count: int) -> tuple[list[Connection], list[Connection]]:
    """Ends to read from, and to write into."""
    made = [multiprocessing.Pipe() for _ in range(count)]
    return [each for each, _ in made], [each for _, each in made]


def taken(inbox: Inbox, count: int) -> list[tuple[int, bytes | None]]:
    """So many messages."""
    found: list[tuple[int, bytes | None]] = []
    while len(found) < count:
        item = inbox.next(5)
        assert item is not None, found
        found.append(item)
    return found


def test_messages_come_in_order_and_the_end_is_a_message() -> None:
    ours, theirs = pipes(2)
    inbox = Inbox(ours)
    for number in range(10):
        theirs[number % 2].send_bytes(b"%d" % number)
    for each in theirs:
        each.close()
    found = taken(inbox, 12)
    for listener in (0, 1):
        said = [octets for number, octets in found if number == listener]
        assert said == [*(b"%d" % number for number in range(listener, 10, 2)), None]
    assert inbox.next(0) is None


def test_without_a_message_it_comes_back() -> None:
    ours, theirs = pipes(1)
    inbox = Inbox(ours)
    assert inbox.next(0.01) is None
    theirs[0].send_bytes(b"")
    assert taken(inbox, 1) == [(0, b"")]


def test_what_is_not_taken_makes_listeners_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "INBOX_BYTES", 1000)
    ours, theirs = pipes(1)
    inbox = Inbox(ours)
    message, count = bytes(100_000), 100

    def send() -> None:
        for _ in range(count):
            theirs[0].send_bytes(message)
        theirs[0].close()

    sender = threading.Thread(target=send)
    sender.start()
    until_crowded(inbox)
    sender.join(0.2)
    assert sender.is_alive()
    found = taken(inbox, count + 1)
    sender.join(5)
    assert [len(octets or b"") for _, octets in found] == [100_000] * count + [0]
    assert not inbox.crowded


def until_crowded(inbox: Inbox) -> None:
    """Wait until it is."""
    ends = time.monotonic() + 5
    while not inbox.crowded:
        assert time.monotonic() < ends
        time.sleep(0.005)
