"""Captures that are sick in one way each, and how they are surveyed in tests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from random import Random

import numpy as np

from sniffer.inference.span import findings
from sniffer.model.frames import Origin
from sniffer.model.survey import SpanFinding, Survey
from sniffer.pipeline import DEFAULT_PORTS
from sniffer.pipeline.survey import Surveyor
from sniffer.pipeline.survey_clock import ClockWatch
from tests.frames import batch
from tests.mail import session
from tests.wire import Conversation, Frame, Link, merge

HERE = Origin("", "test.pcap")


def talks(count: int = 12, **told: object) -> list[Conversation]:
    """Sessions of as many clients, some with STARTTLS, every payload acknowledged."""
    return [
        session(
            ("LOGIN", "STARTTLS", None)[number % 3], client=f"10.0.3.{17 + number}", client_port=49_152 + number,
            start=1_795_000_000.0 + number / 7, client_isn=1000 * number, acks=True, **told,  # type: ignore[arg-type]
        )
        for number in range(count)
    ]  # fmt: skip


def healthy(count: int = 12) -> list[Frame]:
    """What a healthy span shows of them."""
    return merge(*(talk.frames(pad=True) for talk in talks(count)))


def one_way(*, to_server: bool) -> list[Frame]:
    """One direction of each."""
    parts = []
    for talk in talks():
        talk.segments = [each for each in talk.segments if each.from_client == to_server]
        parts.append(talk.frames())
    return merge(*parts)


def lossy(share: float, seed: int = 1) -> list[Frame]:
    """Every so-manieth frame is missing."""
    random = Random(seed)
    return [frame for frame in healthy(30) if random.random() >= share]


def surveyed(
    frames: Sequence[Frame], cuts: Sequence[int] = (), link: Link = "ethernet", origins: Sequence[Origin] = (HERE,)
) -> Survey:
    """Survey frames, cut into batches at some places; with several origins, each frame has its turn's."""
    surveyor, watch = Surveyor(DEFAULT_PORTS), ClockWatch("test.pcap")
    whole = batch(frames, link, HERE) if frames else None
    if whole is not None:
        turns = np.arange(len(whole)) % len(origins)
        whole = replace(whole, origin=turns, origins=tuple(origins))
        edges = [0, *sorted(set(cuts)), len(whole)]
        for first, last in pairwise(edges):
            part = whole.part(min(first, len(whole)), min(last, len(whole)))
            surveyor.feed(part)
            watch.feed(part.time)
    return surveyor.result([watch.clock])


def found(survey: Survey) -> dict[str, SpanFinding]:
    """The findings by their codes."""
    return {each.code: each for each in findings(survey)}


def problems(survey: Survey) -> list[str]:
    """The codes of the problems."""
    return [each.code for each in findings(survey) if each.level == "problem"]
