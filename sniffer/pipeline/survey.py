"""A whole capture, or some time on an interface, becomes one survey."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Protocol

import numpy as np

from sniffer.decode import link_is_known
from sniffer.decode.survey import Seen, strangers, survey
from sniffer.model import limits
from sniffer.model.frames import Frames, Ints, Origin
from sniffer.model.health import InterfaceHealth
from sniffer.model.packets import ARP, CDP, LLDP, ND, VRRP
from sniffer.model.survey import Clock, Counted, Survey
from sniffer.pipeline import survey_connections as connections
from sniffer.pipeline.survey_clock import ClockWatch
from sniffer.sources.ahead import ahead
from sniffer.sources.capture import Capture, first_time
from sniffer.sources.inputs import Input, inputs
from sniffer.sources.merge import merged
from sniffer.sources.problems import CaptureError
from sniffer.streams.copies import CopyCount
from sniffer.streams.coverage import Coverage

Stop = Callable[[], bool]

MESSAGES = {
    ("message", ARP): "ARP", ("message", ND): "IPv6 neighbours", ("message", LLDP): "LLDP", ("message", CDP): "CDP",
    ("message", VRRP): "VRRP", ("udp", 53): "DNS", ("udp", 67): "DHCP", ("udp", 546): "DHCPv6", ("udp", 137): "NetBIOS",
    ("udp", 138): "NetBIOS", ("udp", 161): "SNMP", ("udp", 1900): "SSDP", ("udp", 3702): "WS-Discovery",
    ("udp", 5353): "mDNS", ("udp", 5355): "LLMNR",
}  # fmt: skip
"""What tells who a box is, by kind and number, as a person calls it."""

LINKS = {
    0: "BSD loopback", 1: "Ethernet", 12: "raw IP", 14: "raw IP", 101: "raw IP", 108: "BSD loopback",
    113: "Linux cooked", 228: "raw IPv4", 229: "raw IPv6", 276: "Linux cooked",
}  # fmt: skip
"""Link types that are decoded."""

WAIT_SECONDS = 0.5
"""How long a wire is waited for before it is looked whether the time is over."""


class Wire(Protocol):
    """Interfaces that are listened to: ``sources.live.Listening``."""

    @property
    def open(self) -> bool:
        """Whether any interface still gives something."""

    def wait(self, seconds: float) -> list[Frames]:
        """Return what has come, after ``seconds`` at the latest."""

    def rest(self) -> list[Frames]:
        """Return what had come by now and is still on its way."""

    def health(self) -> Sequence[InterfaceHealth]:
        """Return how well each interface hears."""

    def close(self) -> None:
        """Give the interfaces back."""


class Surveyor:
    """Folds batches, in order of time, into a survey."""

    def __init__(self, ports: Sequence[int]) -> None:
        self._ports = tuple(ports)
        self._is_mail = np.zeros(65_536, np.bool_)
        self._is_mail[list(ports)] = True
        self._kinds: Counter[tuple[str, int]] = Counter()
        self._tunnels: Counter[str] = Counter()
        self._counts: Counter[str] = Counter()
        self._vlans = np.zeros(4096, np.int64)
        self._udp = np.zeros(65_536, np.int64)
        self._elsewhere: Counter[int] = Counter()
        self._longest = self._largest_mss = self._snaplen = 0
        self._mail, self._rest = Coverage(), Coverage()
        self._copies = CopyCount()
        self._origins: dict[str, int] = {}

    def feed(self, frames: Frames) -> None:
        """Take a batch."""
        if not len(frames):
            return
        numbers = np.array([self._origins.setdefault(_name(each), len(self._origins)) for each in frames.origins])
        self._fold(survey(replace(frames, origin=numbers[frames.origin]), self._is_mail))

    def _fold(self, seen: Seen) -> None:
        self._kinds.update(seen.kinds)
        self._tunnels.update(seen.tunnels)
        self._counts.update(seen.counts)
        self._vlans += seen.vlans
        self._udp += seen.udp_ports
        self._longest = max(self._longest, seen.longest)
        self._largest_mss = max(self._largest_mss, seen.largest_mss)
        self._snaplen = max(self._snaplen, seen.snaplen)
        segments = seen.segments
        mail = self._is_mail[segments.source_port] | self._is_mail[segments.destination_port]
        self._elsewhere.update(connections.greeted(segments.take(~mail)))
        self._mail.feed(segments.take(mail))
        self._rest.feed(segments.take(~mail))
        self._copies.feed(seen.prints)

    def result(
        self,
        clocks: Iterable[Clock] = (),
        unread: Iterable[str] = (),
        health: Iterable[InterfaceHealth] = (),
        seconds: float | None = None,
        *,
        interrupted: bool = False,
    ) -> Survey:
        """Return the survey so far, with what only the source knows."""
        counts, names = self._counts, list(self._origins)
        mail, rest = self._mail, self._rest
        return Survey(
            **{name: counts[name] for name in COUNTS},
            seconds=seconds,
            ports=self._ports,
            links=_named(self._kinds, {("link", number): name for number, name in LINKS.items()}),
            vlans=_numbered(self._vlans),
            tunnels=tuple(self._tunnels.most_common()),
            strangers=tuple((_stranger(*kind), count) for kind, count in _common(strangers(self._kinds))),
            messages=_named(self._kinds | _udp(self._udp), MESSAGES),
            longest=self._longest,
            largest_mss=self._largest_mss,
            snaplen=self._snaplen,
            mail_directions=connections.directions(mail),
            all_directions=connections.directions(mail, rest),
            by_vlan=connections.by_vlan(mail, rest),
            by_origin=connections.by_origin(names, mail, rest),
            crossed=connections.crossed(mail, rest),
            split=connections.split(mail, rest),
            mail_loss=connections.loss(mail),
            all_loss=connections.loss(mail, rest),
            copies=self._copies.copies,
            mail=connections.mail(mail, self._is_mail, self._elsewhere),
            clocks=tuple(clocks),
            one_host=connections.one_host(mail, rest),
            sampled=rest.sampled,
            unread=tuple(unread),
            interfaces=tuple(health),
            interrupted=interrupted,
        )


COUNTS = (
    "frames", "octets", "ip", "tcp", "udp", "tagged", "double", "deep", "giants", "unsegmented", "cut", "cut_mail",
    "addressed", "groups", "malformed",
)  # fmt: skip
"""Fields of a survey that are just counted."""


def survey_files(paths: Iterable[Path], ports: Sequence[int], stop: Stop = lambda: False) -> tuple[Survey, int]:
    """Survey captures as one; also return how many of them could be read at all."""
    problems: list[CaptureError] = []
    sources = sorted(inputs([("", path) for path in paths], problems), key=lambda source: source.name)
    captures = [Capture(each, lambda _: None, link_is_known, stop=stop) for each in sources]
    watches = [ClockWatch(each.name) for each in sources]
    timed = [
        (_first_time(capture.input, len(captures)), watch.watched(capture))
        for capture, watch in zip(captures, watches, strict=True)
    ]
    batches, streaming = merged(timed, problems), any(each.stream for each in sources)
    if streaming:
        batches = ahead(batches, stop)
    surveyor = Surveyor(ports)
    for frames in batches:
        surveyor.feed(frames)
        if stop() and not streaming:
            break
    found = surveyor.result([each.clock for each in watches], map(str, problems), interrupted=stop())
    return found, sum(each.opened for each in captures)


def survey_wire(
    wire: Wire,
    ports: Sequence[int],
    seconds: float,
    now: Callable[[], float],
    stop: Stop = lambda: False,
    problems: Iterable[str] = (),
) -> Survey:
    """Survey what comes within ``seconds`` by the clock ``now`` (seconds), or until ``stop`` says so.

    ``problems`` are those of interfaces that could not be opened.
    """
    surveyor = Surveyor(ports)
    watches: dict[str, ClockWatch] = {}
    begun = now()
    while wire.open and not stop() and (left := begun + seconds - now()) > 0:
        for frames in wire.wait(min(left, WAIT_SECONDS)):
            surveyor.feed(frames)
            _watch(frames, watches)
    spent = now() - begun
    for frames in wire.rest():
        surveyor.feed(frames)
        _watch(frames, watches)
    clocks = [each.clock for each in watches.values()]
    health = tuple(wire.health())
    gone = [f"{each.interface}: {each.gone}" for each in health if each.gone]
    wire.close()
    return surveyor.result(clocks, [*problems, *gone], health, spent, interrupted=stop())


def _watch(frames: Frames, watches: dict[str, ClockWatch]) -> None:
    """Watch the clock of each interface; batches of several are merged, but each keeps its order."""
    for number, origin in enumerate(frames.origins):
        name = _name(origin)
        watches.setdefault(name, ClockWatch(name)).feed(frames.time[frames.origin == number])


def _first_time(source: Input, count: int) -> int | None:
    return None if source.stream or count == 1 else first_time(source, link_is_known)


def _name(origin: Origin) -> str:
    return " ".join(part for part in (origin.file, origin.interface) if part) or "capture"


def _udp(ports: Ints) -> Counter[tuple[str, int]]:
    return Counter({("udp", port): int(ports[port]) for table, port in MESSAGES if table == "udp" and ports[port]})


def _named(kinds: Counter[tuple[str, int]], names: dict[tuple[str, int], str]) -> Counted:
    found: Counter[str] = Counter()
    for kind, name in names.items():
        found[name] += kinds[kind]
    return tuple((name, count) for name, count in found.most_common() if count)


def _numbered(counts: Ints) -> Counted:
    found = Counter({str(number): int(counts[number]) for number in np.flatnonzero(counts).tolist()})
    return tuple(found.most_common(limits.SURVEY_ROWS))


def _common(kinds: Counter[tuple[str, int]]) -> list[tuple[tuple[str, int], int]]:
    return kinds.most_common(limits.SURVEY_ROWS)


def _stranger(table: str, number: int) -> str:
    return f"ethertype 0x{number:04x}" if table == "ethertype" else f"{table} {number}"
