"""What a span port does to a capture of many connections: one direction, losses, disorder, two sides in one.

Always the same way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from random import Random

import dpkt

from tests.lab.devices.scenario import Spans
from tests.lab.devices.wires import MAIL_PORTS, vlan_of
from tests.wire import Frame, merge, reorder

LOST = 0.05
OVERTAKEN = 5
AHEAD_US = 800_000


def one_way(spans: Spans) -> Spans:
    """Of mail connections only what the client sends."""
    return {name: [each for each in frames if not from_server(each)] for name, frames in spans.items()}


def with_losses(spans: Spans) -> Spans:
    """Every twentieth frame is lost, whichever it is."""
    dice = Random(13)
    return {name: [each for each in frames if dice.random() >= LOST] for name, frames in spans.items()}


def reordered(spans: Spans) -> Spans:
    """Frames overtake up to five others; the times stay in order, as a capture's do."""
    return {name: shuffled(frames) for name, frames in spans.items()}


def skewed(spans: Spans) -> Spans:
    """The clock of the second sensor is ahead."""
    first, second = spans
    return {
        first: spans[first],
        second: [replace(each, time_us=each.time_us + AHEAD_US) for each in spans[second]],
    }


def one_span(spans: Spans) -> Spans:
    """One sensor that sees both sides of a router: what is forwarded comes twice."""
    return {"span": merge(*spans.values())}


def shuffled(frames: Sequence[Frame]) -> list[Frame]:
    """The same frames in another order."""
    dice = Random(13)
    places = sorted(range(len(frames)), key=lambda place: place + dice.random() * OVERTAKEN)
    return reorder(frames, places)


def from_server(frame: Frame) -> bool:
    """Whether a frame comes from a mail server."""
    _, place = vlan_of(frame.data)
    if int.from_bytes(frame.data[place : place + 2]) != dpkt.ethernet.ETH_TYPE_IP:
        return False
    tcp = dpkt.ip.IP(frame.data[place + 2 :]).data
    return isinstance(tcp, dpkt.tcp.TCP) and tcp.sport in MAIL_PORTS
