"""Scenarios and cases: what is played once, and what some sensors saw of it.

A *scenario* is a function that plays on a `Site`; it returns its remarks.  A *case* names the spans of it that a
capture folder holds, each a file and a sensor.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.wire import Frame

if TYPE_CHECKING:
    from tests.lab.devices.site import Site

Spans = dict[str, list[Frame]]


@dataclass(frozen=True)
class Case:
    """What some sensors saw of a scenario.

    `spans` are the LANs with a sensor.  `hidden` are boxes of which nothing in the capture tells that it was they, or
    `box as NAME` for those sessions in which it greets so; `known` says for a box what can be known of it at most,
    where that is less than all.  `view` makes of the spans other ones, a trunk for instance; `damage` changes their
    frames, and the truth is that of before.  `form` pcapng puts all spans into one file, an interface each; `snaplen`
    is what it keeps of a frame.
    """

    name: str
    about: str
    spans: Sequence[str]
    hidden: frozenset[str] = frozenset()
    known: Mapping[str, Sequence[str]] = field(default_factory=dict)
    view: Callable[[Spans], Spans] | None = None
    damage: Callable[[Spans], Spans] | None = None
    form: str = "pcap"
    snaplen: int = 262_144

    @property
    def path(self) -> str:
        """Where it lies under `captures`."""
        return f"devices/{self.name}"

    def file_of(self, sensor: str) -> str:
        """The file that a sensor wrote: one alone has no name."""
        if self.form == "pcapng":
            return "capture.pcapng"
        return "capture.pcap" if len(self.spans) == 1 or self.view else f"{sensor}.pcap"


@dataclass(frozen=True)
class Notes:
    """What a scenario knows of its traffic that frames do not tell.

    `via` is for each LAN the box through which others come into it; `nat` the LANs that see a NAT's address in place
    of the boxes'.  `proxied` tells of a box that sends for others: the boxes whose mail it is.
    """

    programs: Sequence[str]
    via: Mapping[str, str] = field(default_factory=dict)
    nat: frozenset[str] = frozenset()
    proxied: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Scenario:
    """What is played once, and the cases that come of it."""

    name: str
    play: Callable[[Site], Notes]
    cases: Sequence[Case]
