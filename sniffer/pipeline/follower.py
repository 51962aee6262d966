"""Phase A behind its sources: frames through decode, streams and protocols into facts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

import numpy as np
import numpy.typing as npt

from sniffer.decode import Discovery, Exclusion, decode
from sniffer.model.clues import BindingFact, ClueFact
from sniffer.model.facts import NameFact, SessionFact
from sniffer.model.frames import Frames
from sniffer.pipeline.clues import Clues
from sniffer.pipeline.evidence import Evidence
from sniffer.pipeline.facts import session_fact
from sniffer.pipeline.names import Names
from sniffer.pipeline.values import Counts, Settings
from sniffer.protocols import SmtpSession, dns_answers, observers
from sniffer.protocols.smtp_ledger import Ledger
from sniffer.protocols.tls_glance import record_lengths
from sniffer.sources import bpf
from sniffer.streams import Connection, ConnectionTable

DISCOVERED = observers.UDP_FROM, observers.UDP_TO, observers.WEB
"""Ports of which messages of discovery are read."""

SENDERS = (dns_answers.PORT,)
"""UDP ports from which datagrams are read."""


class Sink(Protocol):
    """Takes facts as they are made."""

    def add(self, fact: SessionFact) -> None:
        """Take a session."""

    def add_name(self, fact: NameFact) -> None:
        """Take a name, or a part of the count of one."""

    def add_box(self, fact: ClueFact | BindingFact) -> None:
        """Take what was said of a box, or a part of it."""


class Follower:
    """Follows one share of the connections; all of them, unless others follow the rest.

    The names that DNS answers tell, and what boxes say of themselves, belong to the first share; ``names.finish`` waits
    for the sessions of all.
    """

    def __init__(
        self, settings: Settings, sink: Sink, share: bpf.Share = bpf.ALL, evidence: Evidence | None = None
    ) -> None:
        """``evidence`` is given the frames that verdicts rest on."""
        self._settings = settings
        self._sink = sink
        self._share = share
        self._ports = ports_of(settings.ports)
        self._senders = ports_of(SENDERS if share.number == 0 else ())
        listens = settings.identity and share.number == 0
        self._discovery = Discovery(*map(ports_of, DISCOVERED)) if listens else None
        self._wanted = bpf.Discovery(*DISCOVERED) if listens else None
        self._exclusion = Exclusion(settings.exclude_nets, settings.exclude_vlans)
        self._evidence = evidence
        self.sessions = 0
        self.names = Names(sink.add_name, evidence)
        self.clues = Clues(sink.add_box, evidence)
        self.counts = Counts()

    def expression(self, link: int) -> str:
        """Return what libpcap is to select on a link of this type."""
        return bpf.selection(self._settings.ports, link, self._share, SENDERS, self._wanted)

    def table(self) -> ConnectionTable:
        """Return the table for the connections of one sensor."""
        return ConnectionTable(self._ports, self._watcher, self._done, self._evidence, record_lengths)

    def feed(self, table: ConnectionTable, sensor: str, frames: Frames) -> int:
        """Follow a batch of a sensor's frames; return how many of them were mail or DNS answers."""
        packets, datagrams, messages = decode(frames, self._ports, self._senders, self._discovery)
        if self._share != bpf.ALL:
            packets = packets.take(self._share.holds(packets.source_port + packets.destination_port))
        selected = len(packets) + len(datagrams)
        self.counts.frames_selected += selected
        if self._exclusion:
            packets, datagrams = self._exclusion.apply(packets), self._exclusion.apply(datagrams)
            messages = messages and self._exclusion.apply(messages)
        if self._evidence is not None:
            self._evidence.batch(frames)
        table.feed(packets)
        self.names.feed(sensor, datagrams)
        if messages is not None:
            self.clues.feed(sensor, messages)
            self.counts.messages += len(messages)
        return selected

    def count(self, table: ConnectionTable) -> None:
        """Count what became of a sensor's connections, once they are over."""
        self.counts.silent += table.silent
        self.counts.evicted += table.evicted

    def _watcher(self) -> SmtpSession:
        settings = self._settings
        ledger = Ledger() if self._evidence is not None else None
        return SmtpSession(settings.keys, witness=settings.identity, marks=settings.marks, ledger=ledger)

    def _done(self, connection: Connection) -> None:
        fact = session_fact(connection)
        self._sink.add(fact)
        if self._evidence is not None:
            self._evidence.done(connection, fact)
        self.counts.decrypted += fact.inside is not None
        self.sessions += 1


def ports_of(numbers: Iterable[int]) -> npt.NDArray[np.bool_]:
    """Return 65,536 truth values."""
    chosen = np.zeros(65_536, np.bool_)
    chosen[list(numbers)] = True
    return chosen
