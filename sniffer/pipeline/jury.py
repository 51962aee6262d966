"""Phase B on several processes of this machine: each juror judges what TLS hides of its share of the clients.

A juror is forked once the servers' habits are learnt, so it knows what the judge knows, and is given its sessions in a
private file that has no name.  What it finds comes back in their order.  To be judged alike matters: a juror only does
early what the judge would do itself, and where one dies the judge does it.  Worth it for many sessions only.
"""

from __future__ import annotations

import contextlib
import os
import signal
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from struct import Struct
from typing import IO, TYPE_CHECKING
from zlib import crc32

import msgspec

from sniffer.inference import Judge
from sniffer.model import limits
from sniffer.model.facts import SessionFact
from sniffer.model.findings import AuthFinding
from sniffer.pipeline.collecting import collecting_seldom

if TYPE_CHECKING:
    from multiprocessing.connection import Connection as Pipe

Hidden = tuple[str, bytes]
"""A session of which TLS hides something: the client's address, and the fact as the spool keeps it."""

OCTETS = Struct("=I")
"""Stands in a juror's file before each fact, and says how long it is."""

Verdicts = tuple[list[AuthFinding], list[int]]
"""What a juror says of some sessions: each finding once, and for each session the place of its own."""


def jurors(sessions: int) -> int:
    """Return how many processes should judge so many sessions; 0 where that is not worth their start."""
    if sessions < limits.SESSIONS_WORTH_A_JURY or not hasattr(os, "sched_getaffinity"):
        return 0
    count = min(limits.PROCESSES, len(os.sched_getaffinity(0)))
    return count if count > 1 else 0


class Jury:
    """Judges sessions on several processes; ``close`` it."""

    def __init__(self, judge: Judge, count: int, hidden: Iterable[Hidden]) -> None:
        """``hidden`` are the sessions, in the order in which they will be asked for.

        Raises ``OSError`` where there is no room for their files, or for more processes.
        """
        self._judge = judge
        self._jurors: list[_Juror] = []
        with contextlib.ExitStack() as opened:
            files = [opened.enter_context(tempfile.TemporaryFile()) for _ in range(count)]
            for client, fact in hidden:
                files[_share(client, count)].write(OCTETS.pack(len(fact)) + fact)
            opened.callback(self._without_all_of_them, count)
            for file in files:
                self._jurors.append(_Juror(judge, file, [each.pipe for each in self._jurors]))

    def auth(self, fact: SessionFact) -> AuthFinding:
        """Return how a session authenticated, as ``Judge.auth`` has it."""
        found = self._jurors[_share(fact.client_ip, len(self._jurors))].next()
        return found if found is not None else self._judge.auth(fact)

    def close(self) -> None:
        """End the processes."""
        for juror in self._jurors:
            juror.close()

    def _without_all_of_them(self, count: int) -> None:
        """End those that could be started, unless all could."""
        if len(self._jurors) < count:
            self.close()


class _Juror:
    """A process that judges one share.  It keeps none of the ``others``' pipes open: what nobody reads must break."""

    def __init__(self, judge: Judge, facts: IO[bytes], others: Sequence[Pipe]) -> None:
        import multiprocessing  # noqa: PLC0415 - takes 10 ms, which small captures need not wait for

        context = multiprocessing.get_context("fork")
        facts.seek(0)
        self.pipe, theirs = context.Pipe(duplex=False)
        arguments = theirs, (self.pipe, *others), judge, facts
        self._process = context.Process(target=_work, args=arguments, daemon=True)
        self._process.start()
        theirs.close()
        self._findings = self._received()

    def next(self) -> AuthFinding | None:
        """Return what became of the next session; None from where its process died."""
        return next(self._findings, None)

    def close(self) -> None:
        """End the process, whatever it is doing."""
        self._process.kill()
        self._process.join()
        self.pipe.close()

    def _received(self) -> Iterator[AuthFinding]:
        decoder = msgspec.msgpack.Decoder(Verdicts)
        with contextlib.suppress(EOFError):
            while True:
                findings, places = decoder.decode(self.pipe.recv_bytes())
                yield from map(findings.__getitem__, places)


def _share(client: str, count: int) -> int:
    """Return whose share a client's sessions are: one's are judged by one, since they are often alike."""
    return crc32(client.encode()) % count


def _work(pipe: Pipe, inherited: Iterable[Pipe], judge: Judge, facts: IO[bytes]) -> None:
    """Judge all sessions of a share.  An interrupt ends it without a word: whoever waits for it has that."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    for each in inherited:
        each.close()
    decoder = msgspec.msgpack.Decoder(SessionFact)
    with collecting_seldom(), contextlib.suppress(BrokenPipeError):
        blobs = _blobs(facts)
        while block := list(islice(blobs, limits.JURY_BLOCK)):
            found = [judge.auth(decoder.decode(blob)) for blob in block]
            pipe.send_bytes(msgspec.msgpack.encode(_once(found)))
    pipe.close()


def _blobs(facts: IO[bytes]) -> Iterator[bytes]:
    while octets := facts.read(OCTETS.size):
        yield facts.read(OCTETS.unpack(octets)[0])


def _once(findings: Sequence[AuthFinding]) -> Verdicts:
    """Return findings without those that are one and the same as another: what was judged before is not said again."""
    different = {id(each): each for each in findings}
    places = {number: place for place, number in enumerate(different)}
    return list(different.values()), [places[id(each)] for each in findings]
