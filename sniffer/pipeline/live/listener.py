"""One listener: opens, gives up its privileges, and follows the wire until it is told to stop.

The wire's time is that of its packets.  Where it is silent, the machine's clock is carried in, so that what was silent
for too long comes to an end there, too.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from sniffer.decode import link_is_known
from sniffer.inventory.spool import Row, session_row
from sniffer.model import limits
from sniffer.model.clues import BindingFact, ClueFact
from sniffer.model.facts import NameFact, SessionFact
from sniffer.model.frames import Frames, Origin
from sniffer.model.health import Health, InterfaceHealth
from sniffer.pipeline.evidence import Evidence
from sniffer.pipeline.facts import client_ip
from sniffer.pipeline.follower import Follower
from sniffer.pipeline.live.messages import (
    COUNT,
    ENCODER,
    STOP,
    Beat,
    Counted,
    Ended,
    Facts,
    LiveSettings,
    Message,
    Ready,
    Trouble,
)
from sniffer.sources import bpf
from sniffer.sources.live import Listening, LiveReader
from sniffer.sources.privileges import becoming, drop
from sniffer.sources.problems import CaptureError

if TYPE_CHECKING:
    from multiprocessing.connection import Connection as Pipe

WAIT_SECONDS = 1.0
"""How long a silent wire is waited for; whoever has something to say to us is heard at once."""

BEAT_SECONDS = 1.0
"""How often facts are sent, and how it goes."""

IGNORED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""Signals that reach a whole group of processes: whoever asked for us takes them, and tells us."""


class Outbox:
    """Takes facts, and sends them many at a time."""

    def __init__(self, send: Callable[[Message], None]) -> None:
        self._send = send
        self._sessions: list[Row] = []
        self._names: list[NameFact] = []
        self._clues: list[ClueFact] = []
        self._bindings: list[BindingFact] = []

    def add(self, fact: SessionFact) -> None:
        """Take a session."""
        self._sessions.append(session_row(fact))
        if len(self._sessions) >= limits.FACTS_SENT:
            self.send()

    def add_name(self, fact: NameFact) -> None:
        """Take a name, or a part of the count of one."""
        self._names.append(fact)
        if len(self._names) >= limits.FACTS_SENT:
            self.send()

    def add_box(self, fact: ClueFact | BindingFact) -> None:
        """Take what was said of a box, or a part of it."""
        if isinstance(fact, ClueFact):
            self._clues.append(fact)
        else:
            self._bindings.append(fact)
        if len(self._clues) + len(self._bindings) >= limits.FACTS_SENT:
            self.send()

    def send(self) -> None:
        """Send what was taken."""
        facts = Facts(tuple(self._sessions), tuple(self._names), tuple(self._clues), tuple(self._bindings))
        if facts != Facts():
            self._send(facts)
        for each in (self._sessions, self._names, self._clues, self._bindings):
            each.clear()


class Clock:
    """The machine's clock, and how often it was set."""

    def __init__(self) -> None:
        self._ahead = time.time_ns() - time.monotonic_ns()
        self.steps: list[int] = []

    def now(self) -> int:
        """Return the time in microseconds since 1970, UTC; whoever set the clock is noticed."""
        now = time.time_ns()
        ahead = now - time.monotonic_ns()
        step = (ahead - self._ahead) // 1000
        if abs(step) >= limits.CLOCK_STEP:
            self.steps.append(step)
            del self.steps[: -limits.CLOCK_STEPS]
        self._ahead = ahead
        return now // 1000


class Listener:
    """Follows the wire for one share of the connections."""

    def __init__(self, live: LiveSettings, share: bpf.Share, pipe: Pipe) -> None:
        self._live = live
        self._pipe = pipe
        self._share = share
        self._outbox = Outbox(self._send)
        self._evidence: Evidence | None = None
        self._follower = Follower(live.settings, self._outbox, share)
        self._table = self._follower.table()
        self._clock = Clock()
        self._listening = Listening(())
        self._told_of: list[CaptureError] = []

    def open(self) -> bool:
        """Open the interfaces, and give up privileges; False, and why, if there is nothing to listen to."""
        readers, troubles, user = [], [], None
        try:
            self._write()
        except CaptureError as error:
            self._send(Ready((), (_trouble(error),)))
            return False
        for name in self._live.interfaces:
            try:
                readers.append(self._opened(name))
            except CaptureError as error:
                troubles.append(_trouble(error))
        try:
            user = drop(self._live.user)
        except CaptureError as error:
            readers, troubles = [], [_trouble(error)]
        if self._evidence is not None:
            for each in readers:
                self._evidence.declare(each.interface, each.link)
        notes = tuple(f"{each.interface} {note}" for each in readers for note in each.notes)
        self._listening = Listening(readers, self._pipe.fileno())
        self._send(Ready(tuple(each.interface for each in readers), tuple(troubles), notes, user))
        self._send(Beat(self._health()))
        return bool(readers)

    def run(self) -> None:
        """Follow the wire until told to stop, or until there is none left."""
        beat = 0.0
        while self._listening.open and not self._told():
            self._take(WAIT_SECONDS)
            if time.monotonic() >= beat:
                self._outbox.send()
                self._send(Beat(self._health()))
                beat = time.monotonic() + BEAT_SECONDS
        for frames in self._listening.rest():
            self._feed(frames)
        self._tell_troubles()
        self._table.finish()
        self._follower.count(self._table)
        self._follower.names.finish()
        self._follower.clues.finish()
        self._outbox.send()
        if self._evidence is not None:
            self._evidence.finish(self._heard())
            self._tell_troubles()
        self._send(Ended(self._health(), self._follower.counts.decrypted))

    def _write(self) -> None:
        """Begin the evidence, if it is asked for; the file is whose we are going to be.  Raises ``CaptureError``."""
        settings = self._live.settings.evidence
        if settings is None or self._share.number:
            return
        select = self._follower.expression(bpf.DLT_EN10MB)
        self._evidence = Evidence(settings, select, self._heard)
        whose = becoming(self._live.user)
        if whose is not None:
            self._evidence.give(whose.uid, whose.gid)
        self._follower = Follower(self._live.settings, self._outbox, self._share, self._evidence)
        self._table = self._follower.table()

    def _heard(self) -> tuple[InterfaceHealth, ...]:
        return tuple(self._listening.health())

    def _opened(self, name: str) -> LiveReader:
        live = self._live
        origin = Origin(live.sensor, None, name)
        return LiveReader(
            name, self._follower.expression, link_is_known, origin,
            buffer_bytes=live.buffer_bytes, promiscuous=live.promiscuous,
        )  # fmt: skip

    def _take(self, seconds: float) -> None:
        """Follow what comes within some seconds."""
        batches = self._listening.wait(seconds)
        self._tell_troubles()
        now = self._clock.now()
        for frames in batches:
            self._feed(frames)
            now = int(frames.time.max())
        self._table.idle(now)

    def _feed(self, frames: Frames) -> None:
        self._follower.feed(self._table, self._live.sensor, frames)

    def _tell_troubles(self) -> None:
        """Tell of interfaces that are gone, and of evidence that is written no more."""
        problems = [*self._listening.problems]
        if self._evidence is not None and self._evidence.problem is not None:
            problems.append(self._evidence.problem)
        for problem in problems:
            if problem not in self._told_of:
                self._send(_trouble(problem))
                self._told_of.append(problem)

    def _told(self) -> bool:
        """Do what we are told; say whether that is to stop.  Whoever is gone wants no more."""
        try:
            while self._pipe.poll(0):
                told = self._pipe.recv_bytes()
                if told == STOP:
                    return True
                if told == COUNT:
                    self._count()
        except EOFError:
            return True
        return False

    def _count(self) -> None:
        boxes = self._follower.clues.counted()
        self._outbox.send()
        clues = tuple(each for each in boxes if isinstance(each, ClueFact))
        bindings = tuple(each for each in boxes if isinstance(each, BindingFact))
        clients = dict.fromkeys(client_ip(each) for each in self._table.open[-limits.CLIENTS_SAID :])
        self._send(Counted(tuple(self._follower.names.counted()), clues, bindings, tuple(clients)))

    def _health(self) -> Health:
        counts = self._follower.counts
        return Health(
            time=self._clock.now(),
            sensor=self._live.sensor,
            interfaces=self._heard(),
            selected=counts.frames_selected,
            messages=counts.messages,
            sessions=self._follower.sessions,
            open=len(self._table.open),
            silent=max(self._table.silent, counts.silent),
            evicted=max(self._table.evicted, counts.evicted),
            lost_writes=self._evidence.lost_writes if self._evidence else 0,
            clock_steps=tuple(self._clock.steps),
        )

    def _send(self, message: Message) -> None:
        self._pipe.send_bytes(ENCODER.encode(message))


def _trouble(error: CaptureError) -> Trouble:
    return Trouble(error.name, error.problem, error.advice)


def listen(live: LiveSettings, share: bpf.Share, pipe: Pipe) -> None:
    """Be a listener: the whole life of a process."""
    for number in IGNORED:
        signal.signal(number, signal.SIG_IGN)
    try:
        listener = Listener(live, share, pipe)
        if listener.open():
            listener.run()
    except BrokenPipeError:
        os._exit(1)  # whoever asked for us is gone
    finally:
        pipe.close()
