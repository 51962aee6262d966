"""Joins the rooms: frames → packets → streams → facts (phase A), facts → findings (phase B).

Knows every room below it and holds no rule of any protocol.  ``gather`` runs phase A over captures and
fills the spool; ``Judgement`` is phase B over the spool, as often as it is asked.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path

import numpy as np

from sniffer.decode import Exclusion, decode, link_is_known
from sniffer.inference import DeviceLedger, Judge, Link, Links, Networks
from sniffer.inventory.spool import Spool
from sniffer.model.facts import Observation, Quality, SessionFact
from sniffer.model.findings import DeviceFinding, SessionFinding
from sniffer.model.frames import Frames
from sniffer.model.packets import NO_MAC
from sniffer.protocols import SmtpSession
from sniffer.sources import bpf, libpcap
from sniffer.sources.ahead import ahead
from sniffer.sources.capture import Capture, first_time
from sniffer.sources.digest import Digests
from sniffer.sources.inputs import Input, inputs
from sniffer.sources.merge import merged
from sniffer.sources.problems import CaptureError
from sniffer.streams import Connection, ConnectionTable

DEFAULT_PORTS = (25, 465, 587, 2525, 2465, 2587)

INITIAL_HOPS = frozenset((32, 64, 128, 255))
"""Hop counts with which systems send (RFC 1700: 64; Windows 128; many devices 255): none was taken off."""

MAPPED = 0xFFFF << 32
"""The low word of an IPv4-mapped IPv6 address, without the IPv4 address."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What phase A looks at: the ports, and what is left out."""

    ports: tuple[int, ...] = DEFAULT_PORTS
    exclude_nets: tuple[str, ...] = ()
    exclude_vlans: tuple[int, ...] = ()
    scapy: bool = False
    digests: bool = False


@dataclass(slots=True)
class Progress:
    """How far phase A has come; ``total_bytes`` is 0 where it cannot be known."""

    read_bytes: int = 0
    total_bytes: int = 0
    frames: int = 0
    sessions: int = 0


@dataclass(slots=True)
class InputRecord:
    """One input, as the run record tells of it."""

    file: str
    sensor: str
    bytes: int | None
    sha256: str | None = None
    problem: str | None = None


@dataclass(slots=True)
class Gathered:
    """What phase A found, beside the facts in the spool.

    ``listening`` has the first and last time of what was selected, for each sensor (microseconds);
    ``silent`` are connections without a byte, ``evicted`` those cut short because the table was full;
    ``readable`` inputs could be opened.
    """

    spool: Spool
    inputs: list[InputRecord] = field(default_factory=list)
    problems: list[CaptureError] = field(default_factory=list)
    frames_seen: list[int | None] = field(default_factory=list)
    frames_selected: int = 0
    listening: list[tuple[int, int]] = field(default_factory=list)
    silent: int = 0
    evicted: int = 0
    readable: int = 0
    interrupted: bool = False

    @property
    def frames_read(self) -> int | None:
        """Return how many frames were read, None where libpcap selected and did not count."""
        counts = [count for count in self.frames_seen if count is not None]
        return sum(counts) if len(counts) == len(self.frames_seen) else None


def gather(
    paths: Iterable[tuple[str, Path]], settings: Settings, report: Callable[[Progress], None] = lambda _: None
) -> Gathered:
    """Read captures, given as (sensor, path), into facts.  What cannot be read is among the problems.

    Ctrl-C ends the reading; what was found before stays.
    """
    found = Gathered(Spool())
    sources = inputs(paths, found.problems)
    plain = [each.path for each in sources if not each.stream]
    digests = Digests(plain) if settings.digests else None
    sizes = {path: path.stat().st_size for path in plain}
    progress = Progress(total_bytes=sum(sizes.values()))
    reader = _Reader(settings, found, progress, report)
    try:
        for sensor in dict.fromkeys(each.sensor for each in sources):
            reader.sensor([each for each in sources if each.sensor == sensor])
    except KeyboardInterrupt:
        found.interrupted = True
    found.spool.seal()
    hashes = digests.wait() if digests and not found.interrupted else {}
    problems = {each.name: each.problem for each in found.problems}
    found.inputs = [
        InputRecord(each.name, each.sensor, sizes.get(each.path), hashes.get(each.path), problems.get(each.name))
        for each in sources
    ]
    return found


class _Reader:
    """Phase A: reads the captures of one sensor after another into one spool."""

    def __init__(
        self, settings: Settings, found: Gathered, progress: Progress, report: Callable[[Progress], None]
    ) -> None:
        self._settings = settings
        self._found = found
        self._progress = progress
        self._report = report
        self._ports = np.zeros(65_536, np.bool_)
        self._ports[list(settings.ports)] = True
        self._exclusion = Exclusion(settings.exclude_nets, settings.exclude_vlans)
        self._read_before = 0

    def sensor(self, sources: list[Input]) -> None:
        """Read the captures of one sensor as one."""
        captures = [self._capture(each) for each in sources]
        timed = [(self._first_time(each.input, len(captures)), each) for each in captures]
        table = ConnectionTable(self._ports, SmtpSession, self._done)
        first, last = None, 0
        try:
            for frames in ahead(merged(timed, self._found.problems)):
                first = int(frames.time.min()) if first is None else first
                last = max(last, int(frames.time.max()))
                self._feed(table, frames, captures)
        finally:
            table.finish()
            if first is not None:
                self._found.listening.append((first, last))
            self._found.silent += table.silent
            self._found.evicted += table.evicted
            self._count(captures)

    def _capture(self, source: Input) -> Capture:
        def expression(ethernet: bool) -> str:
            return bpf.selection(self._settings.ports, ethernet=ethernet)

        select = libpcap.selector(expression)
        return Capture(source, select, link_is_known, scapy=self._settings.scapy)

    def _first_time(self, source: Input, count: int) -> int | None:
        """Return when a capture begins, where that decides an order."""
        return None if source.stream or count == 1 else first_time(source, link_is_known)

    def _feed(self, table: ConnectionTable, frames: Frames, captures: list[Capture]) -> None:
        packets = decode(frames, self._ports)
        self._found.frames_selected += len(packets)
        table.feed(self._exclusion.apply(packets) if self._exclusion else packets)
        self._progress.frames += len(packets)
        self._progress.read_bytes = self._read_before + sum(each.position() for each in captures)
        self._report(self._progress)

    def _done(self, connection: Connection) -> None:
        self._found.spool.add(session_fact(connection))
        self._progress.sessions += 1

    def _count(self, captures: list[Capture]) -> None:
        """Add up what each capture counted; one that did not count leaves the sum unknown."""
        self._read_before += sum(each.position() for each in captures)
        self._found.readable += sum(each.opened for each in captures)
        self._found.frames_seen.extend(each.seen for each in captures)


def session_fact(connection: Connection) -> SessionFact:
    """Return the fact that a finished connection leaves."""
    watcher = connection.watcher
    speech = watcher.speech() if isinstance(watcher, SmtpSession) else SmtpSession().speech()
    client, server = _address(*connection.client[:2]), _address(*connection.server[:2])
    mac = _mac(connection.mac)
    return SessionFact(
        session=_session_id(connection, client, server),
        start=connection.first,
        end=connection.last,
        client_ip=client,
        client_port=connection.client.port,
        client_mac=mac,
        on_link=mac is not None and connection.hops in INITIAL_HOPS,
        server_ip=server,
        server_port=connection.server.port,
        speech=speech,
        quality=Quality(
            start_seen=connection.start_seen,
            end_seen=connection.end_seen,
            one_sided=connection.one_sided,
            gap_bytes=connection.gap_bytes,
            duplicates=connection.duplicates,
            snaplen_cut=connection.snaplen_cut,
        ),
        observations=tuple(
            Observation(origin.sensor, origin.interface, origin.file, connection.vlan) for origin in connection.origins
        ),
    )


def _session_id(connection: Connection, client: str, server: str) -> str:
    """Return the id of a session: the same for every sensor and every import.

    Made of the endpoints and both initial sequence numbers.  Of a connection that was joined late, the first
    sequence numbers that were seen stand for them: another capture of it may then give another id.
    """
    numbers = [half.initial if half.initial is not None else "-" for half in connection.half]
    key = f"{client} {connection.client.port} {server} {connection.server.port} {numbers[0]} {numbers[1]}"
    return "s-" + hashlib.blake2s(key.encode(), digest_size=8).hexdigest()


@lru_cache(4096)
def _address(high: int, low: int) -> str:
    if not high and low & ~0xFFFFFFFF == MAPPED:
        return str(IPv4Address(low & 0xFFFFFFFF))
    return str(IPv6Address(high << 64 | low))


@lru_cache(4096)
def _mac(number: int) -> str | None:
    """Return a card's address; groups and zero are nobody's."""
    if number in (NO_MAC, 0) or number >> 40 & 1:
        return None
    return number.to_bytes(6, "big").hex(":")


class Judgement:
    """Phase B over a sealed spool: what the facts mean, under what the user calls his own networks."""

    def __init__(self, spool: Spool, local_nets: Iterable[str] = ()) -> None:
        """Raise ``ValueError`` for what is no network."""
        self._spool = spool
        self._links = Links(Link(*link) for link in spool.links())
        self._judge = Judge(Networks(local_nets), self._links)

    def sessions(self) -> Iterator[SessionFinding]:
        """Give all sessions by start, then id."""
        return map(self._judge.session, self._spool.sessions())

    def devices(self, look: Callable[[SessionFinding], None] = lambda _: None) -> list[DeviceFinding]:
        """Return all devices, the most urgent first; ``look`` is shown every session on the way."""
        span = self._spool.span()
        ledger = DeviceLedger(self._links, span[1] if span else 0)
        for finding in self.sessions():
            look(finding)
            ledger.add(finding)
        return ledger.devices()
