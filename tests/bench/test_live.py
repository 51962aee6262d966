"""The arithmetic and the words of the live bench; nothing here is timed."""

from __future__ import annotations

import os

import pytest

pytest.importorskip("fcntl", reason="namespaces are Linux's")

from tests.bench.live import Replay, Use, bpf, use


def test_a_replay_says_rate_drops_sessions_and_cost() -> None:
    replay = Replay(
        "smtp", 1_000_000, 2_000_000_000, 20.0, 7, 0, 99, 100, Use(6, 98, 78), Use(2, 66, 30), Use(2, 1, 72)
    )
    text = str(replay)
    assert "50,000 packets/s, 800 Mbit/s" in text
    assert "dropped: sniffer 7, tcpdump 0" in text
    assert "sessions: 99 of 100" in text
    assert "listener 3.00, parent 1.00, tcpdump 1.00 (sniffer = 4.0 × tcpdump)" in text


@pytest.mark.skipif(not os.path.exists("/proc/self/schedstat"), reason="the scheduler does not count here")  # noqa: PTH110
def test_what_a_process_took_only_grows() -> None:
    before = use(os.getpid())
    sum(range(1_000_000))
    after = use(os.getpid())
    assert after.seconds > before.seconds
    assert after.own > 1


def test_the_filter_is_the_programs_own() -> None:
    assert "587" in bpf(identity=False)
    assert len(bpf(identity=True)) > len(bpf(identity=False))
