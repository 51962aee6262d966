"""A silent wire: the machine's clock comes in as a time, and ends what was silent for too long."""

from __future__ import annotations

import pytest

from sniffer.model import limits
from tests.streams.recording import START, STEP, Follower, c, s, syn, syn_ack, timed
from tests.wire import encode

TALK = encode(timed([syn(), syn_ack(), s(0, "220 x"), c(0, "EHLO y", ack=5)]))
LAST = START + 3 * STEP


def begun() -> Follower:
    """A connection that said something and was not closed."""
    follower = Follower()
    follower.feed(TALK)
    return follower


@pytest.mark.parametrize("step", [1, 30_000_000, limits.CONNECTION_IDLE // 2])
def test_it_ends_when_it_was_silent_for_too_long(step: int) -> None:
    follower = begun()
    follower.table.idle(LAST + step)
    follower.table.idle(LAST + limits.CONNECTION_IDLE - 1)
    assert follower.seen == []
    assert len(follower.table.open) == 1
    follower.table.idle(LAST + limits.CONNECTION_IDLE + limits.TIDY_INTERVAL)
    (seen,) = follower.seen
    assert seen.client == ["EHLO y"]
    assert follower.table.open == []
    assert len(follower.finish()) == 1


def test_a_connection_that_speaks_on_is_one_whatever_the_clock_says_in_between() -> None:
    follower = begun()
    for second in range(1, 600, 20):
        follower.table.idle(LAST + second * 1_000_000)
    follower.feed(encode([*timed([c(6, " more", ack=5)], 0)]))
    (seen,) = follower.finish()
    assert seen.client == ["EHLO y more"]


def test_a_clock_that_goes_back_ends_nothing() -> None:
    follower = begun()
    for hours in range(1, 50):
        follower.table.idle(LAST - hours * 3_600_000_000)
    assert follower.seen == []
    assert len(follower.finish()) == 1
