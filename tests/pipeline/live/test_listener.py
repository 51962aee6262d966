"""A listener's clock, what it sends at once, and what it does when it is told something."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from sniffer.model import limits
from sniffer.model.facts import NameFact
from sniffer.pipeline.live.listener import Clock, Listener, Outbox
from sniffer.pipeline.live.messages import DECODER, ENCODER, Facts, LiveSettings, Message, Trouble
from sniffer.sources import bpf
from sniffer.sources.problems import CaptureError
from tests.inference.facts import attempt, fact

SECOND = 1_000_000_000


class Machine:
    """A machine's two clocks, in nanoseconds; the second is never set."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.wall, self.running = 1_795_000_000 * SECOND, 5 * SECOND
        monkeypatch.setattr("sniffer.pipeline.live.listener.time.time_ns", lambda: self.wall)
        monkeypatch.setattr("sniffer.pipeline.live.listener.time.monotonic_ns", lambda: self.running)

    def run(self, nanoseconds: int) -> None:
        """Let time pass."""
        self.wall += nanoseconds
        self.running += nanoseconds


def test_time_that_passes_is_no_step(monkeypatch: pytest.MonkeyPatch) -> None:
    machine = Machine(monkeypatch)
    clock = Clock()
    for _ in range(10):
        machine.run(3600 * SECOND)
        assert clock.now() == machine.wall // 1000
    assert clock.steps == []


@pytest.mark.parametrize("step", [3600 * SECOND, -3600 * SECOND, SECOND, -SECOND])
def test_a_clock_that_is_set_is_noticed_once(monkeypatch: pytest.MonkeyPatch, step: int) -> None:
    machine = Machine(monkeypatch)
    clock = Clock()
    machine.run(SECOND)
    machine.wall += step
    assert clock.now() == machine.wall // 1000
    machine.run(SECOND)
    clock.now()
    assert clock.steps == [step // 1000]


def test_slewing_is_no_step(monkeypatch: pytest.MonkeyPatch) -> None:
    machine = Machine(monkeypatch)
    clock = Clock()
    for _ in range(100):
        machine.run(SECOND)
        machine.wall += SECOND // 2000  # adjtime: 500 ppm
        clock.now()
    assert clock.steps == []


def test_of_many_steps_the_newest_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    machine = Machine(monkeypatch)
    clock = Clock()
    for number in range(1, 50):
        machine.wall += number * SECOND
        clock.now()
    assert clock.steps == [number * 1_000_000 for number in range(50 - limits.CLOCK_STEPS, 50)]


@given(some.lists(some.booleans(), max_size=50), some.integers(1, 5))
def test_all_that_is_taken_is_sent_in_order_and_in_parts(kinds: list[bool], most: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(limits, "FACTS_SENT", most)
        sent: list[Message] = []
        outbox = Outbox(sent.append)
        for number, session in enumerate(kinds):
            if session:
                outbox.add(fact(attempt(), session=f"s-{number}"))
            else:
                outbox.add_name(NameFact("hq", "10.0.0.1", f"{number}", "192.0.2.1", 0, 0, 1))
        outbox.send()
        outbox.send()
    told = [each for each in (DECODER.decode(ENCODER.encode(message)) for message in sent) if isinstance(each, Facts)]
    assert [row[0] for each in told for row in each.sessions] == [f"s-{n}" for n, kind in enumerate(kinds) if kind]
    assert [name.name for each in told for name in each.names] == [f"{n}" for n, kind in enumerate(kinds) if not kind]
    assert all(len(each.sessions) <= most and len(each.names) <= most for each in told)
    assert all(each != Facts() for each in told)


class Told:
    """A pipe that keeps what is sent, and whatever else has a problem or several."""

    problem: CaptureError | None = None

    def __init__(self) -> None:
        self.sent: list[Message] = []
        self.problems: list[CaptureError] = []

    def send_bytes(self, octets: bytes) -> None:
        """Keep it."""
        self.sent.append(DECODER.decode(octets))


def test_each_trouble_is_told_once_in_whatever_order_they_come() -> None:
    pipe: Any = Told()
    listener = Listener(LiveSettings(("a", "b"), "tap"), bpf.ALL, pipe)
    listener._listening = wire = pipe
    listener._evidence = evidence = Told()  # type: ignore[assignment]
    evidence.problem = CaptureError("evidence.pcapng", "the disk is full")
    listener._tell_troubles()
    wire.problems.append(CaptureError("a", "it was taken away"))
    listener._tell_troubles()
    wire.problems.append(CaptureError("b", "it was taken away"))
    listener._tell_troubles()
    listener._tell_troubles()
    assert [each.name for each in pipe.sent if isinstance(each, Trouble)] == ["evidence.pcapng", "a", "b"]
