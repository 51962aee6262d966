"""The process that asked for listeners: it takes their facts, and judges as often as it is asked."""

from __future__ import annotations

import contextlib
import multiprocessing
import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import wait
from typing import TYPE_CHECKING

from msgspec.structs import replace

from sniffer.inventory.spool import Spool
from sniffer.model import limits
from sniffer.model.clues import BindingFact, ClueFact
from sniffer.model.facts import NameFact
from sniffer.model.health import COUNTS, Health, InterfaceHealth
from sniffer.pipeline.live.inbox import Inbox
from sniffer.pipeline.live.listener import listen
from sniffer.pipeline.live.messages import (
    COUNT,
    DECODER,
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
from sniffer.pipeline.values import Gathered, InputRecord
from sniffer.sources import bpf
from sniffer.sources.privileges import drop
from sniffer.sources.problems import CaptureError

if TYPE_CHECKING:
    from multiprocessing.connection import Connection as Pipe
    from multiprocessing.process import BaseProcess

READY_SECONDS = 30.0
"""How long listeners may take to open their interfaces: a moment, but for a machine that is just starting."""

COUNT_SECONDS = 5.0
"""How long we wait for what is still being counted: a listener that has that much to do is left alone."""

END_SECONDS = 20.0
"""How long we wait for a listener's last facts."""

FORGET_SECONDS = 3600.0
"""How often what is too old is forgotten."""

DIED = "a listening process ended unexpectedly", "start it again; what it found until then is reported"
FULL = "the disk is full: some sessions are not in the report", "make room in the folder for temporary files (TMPDIR)"
NO_ROOM = "there is no room at all for temporary files: nothing can be reported", FULL[1]

SEALING_TRIED, FORGOTTEN_SHARE = 4, 0.25
"""How often room is made by forgetting, and how much of all sessions goes each time."""


@dataclass(slots=True)
class _Listener:
    """A listener, as it is known here."""

    process: BaseProcess
    pipe: Pipe
    health: Health | None = None
    ready: bool = False
    ended: bool = False


class Live:
    """Listeners, and the spool of what they find.

    ``found`` is what was found so far, as ``gather`` tells it.  ``notes`` are what a person should know of how
    interfaces were opened, ``user`` is who the listeners have become.  ``clients`` are the addresses of those who had a
    connection open when it was sealed last; ``overhear`` is shown names and what is said of boxes, as it comes, some of
    it again and again.
    """

    def __init__(self, settings: LiveSettings) -> None:
        self._settings = settings
        self._listeners: list[_Listener] = []
        self._inbox = Inbox([])
        self._counted = False
        self._forgotten = time.monotonic()
        self._lost = 0
        self.found = Gathered(Spool())
        self.notes: dict[str, None] = {}
        self.user: str | None = None
        self.clients: tuple[str, ...] = ()
        self.overhear: Callable[[NameFact | ClueFact | BindingFact], None] | None = None

    def start(self) -> None:
        """Start the listeners, give up our own privileges, and wait until they listen.

        ``listening`` says whether any does.  Raises ``CaptureError`` where privileges cannot be given up.
        """
        context = multiprocessing.get_context("fork")
        for number in range(self._settings.processes):
            ours, theirs = context.Pipe()
            share = bpf.Share(number, self._settings.processes)
            process = context.Process(target=_be, args=(ours, self._settings, share, theirs), daemon=True)
            process.start()
            theirs.close()
            self._listeners.append(_Listener(process, ours))
        self._await_listeners()
        try:
            drop(self._settings.user)  # last, so that we could still end a listener that hangs
        finally:
            self._inbox = Inbox([each.pipe for each in self._listeners])  # a thread must not start before
        now = time.time_ns() // 1000
        self.found.counts.listening = [(self._settings.sensor, now, now)]
        self.found.inputs = [
            InputRecord(name, self._settings.sensor, None, problem=self._problem(name))
            for name in self._settings.interfaces
        ]
        self.found.counts.readable = sum(each.problem is None for each in self.found.inputs)

    def _await_listeners(self) -> None:
        """Hear of each listener whether it listens, and how it goes."""
        ends = time.monotonic() + READY_SECONDS
        while pipes := {each.pipe: each for each in self._listeners if each.health is None and not each.ended}:
            for pipe in wait(list(pipes), max(ends - time.monotonic(), 0)) or pipes:
                listener = pipes[pipe]  # type: ignore[index]
                try:
                    late = not listener.pipe.poll()
                    octets = None if late else listener.pipe.recv_bytes()
                except EOFError:
                    octets = None
                self._hear(listener, None if octets is None else DECODER.decode(octets))

    @property
    def listening(self) -> bool:
        """Say whether anything is listened to."""
        return any(each.ready and not each.ended for each in self._listeners)

    @property
    def listened(self) -> bool:
        """Say whether anything was listened to, though it may be over."""
        return any(each.ready for each in self._listeners)

    @property
    def health(self) -> Health:
        """Return how all listeners go together."""
        known = [each.health for each in self._listeners if each.health]
        health = _together(known, self._settings.sensor)
        return replace(health, dropped_by_us=health.dropped_by_us + self._lost)

    def pump(self, seconds: float) -> None:
        """Take what listeners say; come back when nothing has been said for some seconds, at the latest."""
        ends = time.monotonic() + seconds
        wait = seconds
        while (item := self._inbox.next(max(wait, 0.0))) is not None:
            number, octets = item
            self._hear(self._listeners[number], None if octets is None else DECODER.decode(octets))
            wait = ends - time.monotonic()
            if wait <= 0 and not self._inbox.crowded:
                break

    @property
    def crowded(self) -> bool:
        """Say whether so much waits to be taken that judging must wait."""
        return self._inbox.crowded

    def seal(self) -> None:
        """Make the spool ready to be judged, with what is still being counted.

        Raises ``CaptureError`` where the disk is so full that nothing can be judged.
        """
        if self._listeners and not self._listeners[0].ended:
            self._tell(self._listeners[0], COUNT)
            self._counted = False
            ends = time.monotonic() + COUNT_SECONDS
            while not self._counted and not self._listeners[0].ended and time.monotonic() < ends:
                self.pump(0.1)
        if time.monotonic() - self._forgotten > FORGET_SECONDS:
            self._forgotten = time.monotonic()
            before = time.time_ns() // 1000 - limits.LIVE_DAYS
            self.found.counts.forgotten += self.found.spool.forget(before, limits.LIVE_SESSIONS)
        self._seal()

    def stop(self) -> None:
        """Have the listeners come to an end, and take their last facts.  Raises ``CaptureError`` as ``seal`` does."""
        for each in self._listeners:
            self._tell(each, STOP)
        ends = time.monotonic() + END_SECONDS
        while not all(each.ended for each in self._listeners) and time.monotonic() < ends:
            self.pump(0.1)
        for each in self._listeners:
            each.process.join(1.0)
        self.end()
        sensor, first, _ = self.found.counts.listening[0]
        self.found.counts.listening = [(sensor, first, time.time_ns() // 1000)]
        with contextlib.suppress(sqlite3.Error):
            self.found.spool.count_now((), ())
        self._seal()

    def end(self) -> None:
        """End listeners that go on, whatever they are at: nobody waits for what they find any more."""
        for each in self._listeners:
            with contextlib.suppress(OSError):
                each.process.kill()
            each.process.join(1.0)

    def _seal(self) -> None:
        """Seal the spool; where the disk is full, the oldest sessions make room."""
        for _ in range(SEALING_TRIED):
            try:
                self.found.spool.seal()
            except sqlite3.Error:
                self._trouble(Trouble(self._settings.sensor, *FULL))
                self._lost += self.found.spool.forget_oldest(FORGOTTEN_SHARE)
            else:
                return
        raise CaptureError(self._settings.sensor, *NO_ROOM)

    def _tell(self, listener: _Listener, word: bytes) -> None:
        if not listener.ended:
            with contextlib.suppress(OSError):
                listener.pipe.send_bytes(word)

    def _hear(self, listener: _Listener, message: Message | None) -> None:
        counts = self.found.counts
        match message:
            case None:
                if not listener.ended:
                    self._died(listener)
            case Ready(interfaces=interfaces, troubles=troubles, notes=notes, user=user):
                self.notes = dict.fromkeys((*self.notes, *notes))
                self.user = self.user or user
                listener.ready = bool(interfaces)
                listener.ended = not interfaces
                for trouble in troubles:
                    self._trouble(trouble)
            case Trouble():
                self._trouble(message)
            case Facts():
                self._spool(message)
            case Counted(names=names, clues=clues, bindings=bindings):
                self._counted = True
                self.clients = message.clients
                self._overhear(message)
                self._keep(lambda: self.found.spool.count_now(names, (*clues, *bindings)), 0)
            case Beat(health=health) | Ended(health=health):
                listener.health = health
                if isinstance(message, Ended):
                    listener.ended = True
                    counts.decrypted += message.decrypted
                self._count()

    def _count(self) -> None:
        health, counts = self.health, self.found.counts
        counts.frames_selected, counts.messages = health.selected, health.messages
        counts.silent, counts.evicted = health.silent, health.evicted
        counts.frames_seen = [None for _ in self._settings.interfaces]

    def _spool(self, facts: Facts) -> None:
        def add() -> None:
            spool = self.found.spool
            spool.add_rows(list(facts.sessions))
            for name in facts.names:
                spool.add_name(name)
            for clue in facts.clues:
                spool.add_box(clue)
            for binding in facts.bindings:
                spool.add_box(binding)

        self._overhear(facts)
        self._keep(add, len(facts.sessions))

    def _overhear(self, facts: Facts | Counted) -> None:
        if self.overhear is not None:
            heard: list[NameFact | ClueFact | BindingFact] = [*facts.names, *facts.clues, *facts.bindings]
            for fact in heard:
                self.overhear(fact)

    def _keep(self, work: Callable[[], None], sessions: int) -> None:
        """Put something into the spool; where there is no room, the rest goes on."""
        try:
            work()
        except sqlite3.Error:
            self._lost += sessions
            self._trouble(Trouble(self._settings.sensor, *FULL))

    def _trouble(self, trouble: Trouble) -> None:
        """Note what does not work, once."""
        error = CaptureError(trouble.name, trouble.problem, trouble.advice)
        if str(error) not in map(str, self.found.problems):
            self.found.problems.append(error)

    def _died(self, listener: _Listener) -> None:
        listener.ended = True
        self._trouble(Trouble(self._settings.sensor, *DIED))

    def _problem(self, name: str) -> str | None:
        return next((each.problem for each in self.found.problems if each.name == name), None)


def _be(ours: Pipe, live: LiveSettings, share: bpf.Share, theirs: Pipe) -> None:
    """Be a listener; the other end of its pipe is not its own."""
    ours.close()
    listen(live, share, theirs)


def _together(parts: list[Health], sensor: str) -> Health:
    """Return the health of several listeners at the same interfaces as one."""
    if not parts:
        return Health(0, sensor, ())
    interfaces: dict[str, InterfaceHealth] = {}
    for part in parts:
        for each in part.interfaces:
            before = interfaces.get(each.interface)
            interfaces[each.interface] = _added(before, each) if before else each
    sums = {name: sum(getattr(part, name) for part in parts) for name in (*COUNTS, "open")}
    steps = max((part.clock_steps for part in parts), key=len)
    return Health(max(part.time for part in parts), sensor, tuple(interfaces.values()), clock_steps=steps, **sums)


def _added(one: InterfaceHealth, other: InterfaceHealth) -> InterfaceHealth:
    """Return what two listeners had of an interface: each its share of the frames."""
    return InterfaceHealth(
        interface=one.interface,
        up=one.up and other.up,
        downs=max(one.downs, other.downs),
        received=_sum(one.received, other.received),
        dropped=_sum(one.dropped, other.dropped),
        dropped_before=one.dropped_before if other.dropped_before is None else other.dropped_before,
        frames=one.frames + other.frames,
        octets=one.octets + other.octets,
        giants=one.giants + other.giants,
        cut=one.cut + other.cut,
        gone=one.gone or other.gone,
    )


def _sum(one: int | None, other: int | None) -> int | None:
    return None if one is None or other is None else one + other
