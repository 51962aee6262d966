"""Which segments that open connections are looked at: one a minute of a sender, and few of a flood."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sniffer.decode import Discovery, decode
from sniffer.model import limits
from sniffer.model.packets import Messages
from sniffer.pipeline.openings import Openings
from tests.frames import NO_PORTS, batch
from tests.wire import SYN, Conversation

SECOND = 1_000_000
PORTS = np.ones(65_536, np.bool_)
WANTED = Discovery(NO_PORTS, NO_PORTS, NO_PORTS)


def openings(*calls: tuple[int, float]) -> Messages:
    """SYNs of hosts by number, each at a second."""
    frames = []
    for number, second in calls:
        talk = Conversation(client=f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}", start=1.8e9 + second)
        talk.emit("client", flags=SYN, seq=int(second * 1000) + number, ack=0)
        frames += talk.frames()
    found = decode(batch(frames), PORTS, NO_PORTS, WANTED).messages
    assert found is not None
    assert len(found) == len(calls)
    return found


def wanted(*calls: tuple[int, float]) -> list[bool]:
    """Which of them are looked at."""
    return [bool(each) for each in Openings().wanted("lan", openings(*calls))]


def test_a_sender_is_looked_at_once_a_minute() -> None:
    assert wanted((1, 0), (1, 1), (2, 1), (1, 59), (1, 61), (1, 62)) == [True, False, True, False, True, False]


def test_of_a_flood_some_are_looked_at_each_second(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "OPENINGS_A_SECOND", 3)
    found = wanted(*((number, number // 100) for number in range(300)))
    assert [sum(found[first : first + 100]) for first in (0, 100, 200)] == [3, 3, 3]


def test_a_known_sender_is_looked_at_in_the_midst_of_a_flood(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "OPENINGS_A_SECOND", 3)
    flood = [(number, 70 + number / 100) for number in range(10, 30)]
    assert wanted((1, 10), *flood, (1, 70.5))[-1]


def test_memory_stays_within_its_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "OPENINGS", 5)
    looking = Openings()
    looking.wanted("lan", openings(*((number, number) for number in range(50))))
    assert len(looking._heard) <= 5
    assert len(looking._older) <= 5


@given(
    st.lists(st.tuples(st.integers(0, 5), st.integers(0, 200)), min_size=1, max_size=20), st.sets(st.integers(1, 19))
)
def test_how_they_are_cut_into_batches_changes_nothing(calls: list[tuple[int, int]], cuts: set[int]) -> None:
    calls = sorted(calls, key=lambda call: call[1])
    looking, found = Openings(), []
    for first, last in pairwise([0, *sorted(cut for cut in cuts if cut < len(calls)), len(calls)]):
        found += looking.wanted("lan", openings(*calls[first:last])).tolist()
    assert found == wanted(*calls)
