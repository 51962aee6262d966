"""What is missing, held against a plain bookkeeping of bytes."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sniffer.decode.survey import survey
from sniffer.streams.coverage import Coverage
from tests.frames import ALL_PORTS, batch
from tests.mail import session
from tests.wire import FIN, SYN, Segment, encode

SPACE = 1 << 32


def plain(segments: list[Segment]) -> int:
    """Bytes that one side acknowledged and the other was never seen to send, from where it was first heard of."""
    lost = 0
    for mine in (True, False):
        sent: set[int] = set()
        acknowledged, first = 0, None
        for each in segments:
            if each.from_client == mine:
                begin = each.seq + bool(each.flags & SYN)
                first = begin if first is None else first
                sent |= set(range(begin, begin + len(each.payload) + bool(each.flags & FIN)))
            elif not each.flags & SYN or each.flags & 0x10:
                first = each.ack if first is None else first
                acknowledged = max(acknowledged, each.ack)
        lost += len(set(range(first or 0, acknowledged)) - sent)
    return lost


@given(st.integers(0, 1 << 32), st.floats(0, 0.6), st.integers(0, 3), st.booleans())
def test_lost_bytes_are_those_that_were_acknowledged_and_never_seen(
    seed: int, share: float, shuffled: int, acks: bool
) -> None:
    random = Random(seed)
    whole = session(client_isn=1000, server_isn=5000, acks=acks).segments
    kept = [each for each in whole if each.flags & SYN or random.random() >= share]
    order = sorted(range(len(kept)), key=lambda place: place + random.uniform(0, shuffled))
    shown = [kept[0], *(kept[place] for place in order if place)]  # the SYN comes first
    shown += [shown[random.randrange(len(shown))] for _ in range(3)]
    shown = [replace(each, time_us=whole[0].time_us + n * 1000) for n, each in enumerate(shown)]
    coverage = Coverage()
    frames = batch(encode(shown))
    cut = random.randrange(len(frames))
    for part in (frames.part(0, cut), frames.part(cut, len(frames))):
        if len(part):
            coverage.feed(survey(part, ALL_PORTS).segments)
    assert int(coverage.lost().sum()) == plain(shown)
    assert len(coverage.rows) == 1


def test_more_holes_than_are_kept_are_lost_all_the_same() -> None:
    talk = session(acks=True)
    for number in range(300):
        talk.client(b"x" * 10)
        if number % 2:
            talk.lose("client", b"y" * 7)
    frames = batch(talk.frames())
    coverage = Coverage()
    coverage.feed(survey(frames, ALL_PORTS).segments)
    assert int(coverage.lost().sum()) == 150 * 7 - 7  # nobody acknowledged the last


def test_forged_numbers_do_no_harm() -> None:
    """A segment far away moves no front."""
    talk = session(acks=True)
    talk.emit("client", b"far away", seq=(5 + (1 << 31)) % SPACE)
    coverage = Coverage()
    coverage.feed(survey(batch(talk.frames()), ALL_PORTS).segments)
    assert int(coverage.lost().sum()) == 0
    assert np.all(coverage.rows["frames"] > 0)
