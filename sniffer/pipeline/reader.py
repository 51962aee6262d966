"""Phase A in one process: the captures of each sensor through decode, streams and protocols into a spool."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np
import numpy.typing as npt

from sniffer.decode import Discovery, Exclusion, decode, link_is_known
from sniffer.inventory.spool import Spool
from sniffer.model.frames import Frames
from sniffer.pipeline.clues import Clues
from sniffer.pipeline.evidence import Evidence
from sniffer.pipeline.facts import session_fact
from sniffer.pipeline.names import Names
from sniffer.pipeline.values import Counts, Progress, Settings
from sniffer.protocols import SmtpSession, dns_answers, observers
from sniffer.protocols.smtp_ledger import Ledger
from sniffer.sources import bpf
from sniffer.sources.ahead import ahead
from sniffer.sources.capture import Capture, first_time
from sniffer.sources.inputs import Input
from sniffer.sources.merge import merged
from sniffer.sources.problems import CaptureError
from sniffer.streams import Connection, ConnectionTable

Report = Callable[[Progress], None]
Stop = Callable[[], bool]

DISCOVERED = observers.UDP_FROM, observers.UDP_TO, observers.WEB
"""Ports of which messages of discovery are read."""

SENDERS = (dns_answers.PORT,)
"""UDP ports from which datagrams are read."""


class Reader:
    """Reads one share of the connections; all of them, unless others read the rest.

    The names that DNS answers tell, and what boxes say of themselves, belong to the first share; ``names.finish`` waits
    for the sessions of all.
    """

    def __init__(
        self, settings: Settings, spool: Spool, share: bpf.Share = bpf.ALL, evidence: Evidence | None = None
    ) -> None:
        self._settings = settings
        self._spool = spool
        self._share = share
        self._ports = ports_of(settings.ports)
        self._senders = ports_of(SENDERS if share.number == 0 else ())
        listens = settings.identity and share.number == 0
        self._discovery = Discovery(*map(ports_of, DISCOVERED)) if listens else None
        self._wanted = bpf.Discovery(*DISCOVERED) if listens else None
        self._exclusion = Exclusion(settings.exclude_nets, settings.exclude_vlans)
        self.evidence = evidence
        self._read_before = 0
        self._progress = Progress()
        self.names = Names(spool, evidence)
        self.clues = Clues(spool.boxes.add, evidence)
        self.counts = Counts()
        self.problems: list[CaptureError] = []

    def read(self, sources: Sequence[Input], report: Report, stop: Stop) -> None:
        """Read all sources, sensor by sensor, until the end or until ``stop`` says so."""
        self._progress.total_bytes = sum(each.size for each in sources)
        for sensor in dict.fromkeys(each.sensor for each in sources):
            if stop():
                self.counts.interrupted = True
                return
            self._sensor([each for each in sources if each.sensor == sensor], report, stop)

    def _sensor(self, sources: list[Input], report: Report, stop: Stop) -> None:
        """Read the captures of one sensor as one."""
        captures = [self.capture(each, stop) for each in sorted(sources, key=lambda source: source.name)]
        timed = [(self._first_time(each.input, len(captures)), each) for each in captures]
        batches: Iterator[Frames] = merged(timed, self.problems)
        streaming = any(each.stream for each in sources)
        if streaming:
            batches = ahead(batches, stop)  # a stream may keep us waiting, and must not keep us from stopping
        table = ConnectionTable(self._ports, self._session, self._done, self.evidence)
        first, last = None, 0
        for frames in batches:
            first = int(frames.time.min()) if first is None else first
            last = max(last, int(frames.time.max()))
            self._feed(table, sources[0].sensor, frames)
            self._progress.read_bytes = self._read_before + sum(each.position() for each in captures)
            report(self._progress)
            if stop() and not streaming:  # a stream ends by itself then, with what is still on its way
                break
        table.finish()
        self.counts.interrupted |= stop()
        self._count(table, captures, (sources[0].sensor, first, last) if first is not None else None)

    def capture(self, source: Input, stop: Stop) -> Capture:
        """Return a capture that selects what these settings look at."""

        def expression(link: int) -> str:
            return bpf.selection(self._settings.ports, link, self._share, SENDERS, self._wanted)

        scapy, keys = self._settings.scapy, self._settings.keys
        return Capture(source, expression, link_is_known, scapy=scapy, stop=stop, secrets=keys.add)

    def _first_time(self, source: Input, count: int) -> int | None:
        """Return when a capture begins, where that decides an order."""
        return None if source.stream or count == 1 else first_time(source, link_is_known)

    def _feed(self, table: ConnectionTable, sensor: str, frames: Frames) -> None:
        packets, datagrams, messages = decode(frames, self._ports, self._senders, self._discovery)
        if self._share != bpf.ALL:
            packets = packets.take(self._share.holds(packets.source_port + packets.destination_port))
        selected = len(packets) + len(datagrams)
        self.counts.frames_selected += selected
        self._progress.frames += selected
        if self._exclusion:
            packets, datagrams = self._exclusion.apply(packets), self._exclusion.apply(datagrams)
            messages = messages and self._exclusion.apply(messages)
        if self.evidence is not None:
            self.evidence.batch(frames)
        table.feed(packets)
        self.names.feed(sensor, datagrams)
        if messages is not None:
            self.clues.feed(sensor, messages)
            self.counts.messages += len(messages)

    def _session(self) -> SmtpSession:
        settings = self._settings
        ledger = Ledger() if self.evidence is not None else None
        return SmtpSession(settings.keys, witness=settings.identity, marks=settings.marks, ledger=ledger)

    def _done(self, connection: Connection) -> None:
        fact = session_fact(connection)
        self._spool.add(fact)
        if self.evidence is not None:
            self.evidence.done(connection, fact)
        self.counts.decrypted += fact.inside is not None
        self._progress.sessions += 1

    def _count(self, table: ConnectionTable, captures: list[Capture], span: tuple[str, int, int] | None) -> None:
        self._read_before += sum(each.position() for each in captures)
        self.counts.readable += sum(each.opened for each in captures)
        self.counts.frames_seen += [each.seen for each in captures]
        self.counts.listening += [span] if span else []
        self.counts.silent += table.silent
        self.counts.evicted += table.evicted


def ports_of(numbers: Iterable[int]) -> npt.NDArray[np.bool_]:
    """Return 65,536 truth values."""
    chosen = np.zeros(65_536, np.bool_)
    chosen[list(numbers)] = True
    return chosen
