"""Phase A over captures, in one process: those of each sensor, as one, through a follower."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from sniffer.decode import link_is_known
from sniffer.model.frames import Frames
from sniffer.pipeline.collecting import collecting_seldom
from sniffer.pipeline.evidence import Evidence
from sniffer.pipeline.follower import Follower, Sink
from sniffer.pipeline.listening import Listening
from sniffer.pipeline.values import Progress, Settings
from sniffer.sources import bpf
from sniffer.sources.ahead import ahead
from sniffer.sources.capture import Capture, first_time
from sniffer.sources.inputs import Input
from sniffer.sources.merge import merged
from sniffer.sources.problems import CaptureError
from sniffer.streams import ConnectionTable

Report = Callable[[Progress], None]
Stop = Callable[[], bool]


class Reader:
    """Reads one share of the connections of captures; all of them, unless others read the rest."""

    def __init__(
        self, settings: Settings, sink: Sink, share: bpf.Share = bpf.ALL, evidence: Evidence | None = None
    ) -> None:
        self._settings = settings
        self._read_before = 0
        self._progress = Progress()
        self.evidence = evidence
        self.follower = Follower(settings, sink, share, evidence)
        self.counts = self.follower.counts
        self.problems: list[CaptureError] = []

    def read(self, sources: Sequence[Input], report: Report, stop: Stop) -> None:
        """Read all sources, sensor by sensor, until the end or until ``stop`` says so."""
        self._progress.total_bytes = sum(each.size for each in sources)
        for sensor in dict.fromkeys(each.sensor for each in sources):
            if stop():
                self.counts.interrupted = True
                return
            with collecting_seldom():
                self._sensor([each for each in sources if each.sensor == sensor], report, stop)

    def _sensor(self, sources: list[Input], report: Report, stop: Stop) -> None:
        """Read the captures of one sensor as one."""
        captures = [self.capture(each, stop) for each in sorted(sources, key=lambda source: source.name)]
        timed = [(self._first_time(each.input, len(captures)), each) for each in captures]
        batches: Iterator[Frames] = merged(timed, self.problems)
        streaming = any(each.stream for each in sources)
        if streaming:
            batches = ahead(batches, stop)  # a stream may keep us waiting, and must not keep us from stopping
        table = self.follower.table()
        listening = Listening(sources[0].sensor)
        for frames in batches:
            listening.feed(frames)
            self._progress.frames += self.follower.feed(table, sources[0].sensor, frames)
            self._progress.sessions = self.follower.sessions
            self._progress.read_bytes = self._read_before + sum(each.position() for each in captures)
            report(self._progress)
            if stop() and not streaming:  # a stream ends by itself then, with what is still on its way
                break
        table.finish()
        self.counts.interrupted |= stop()
        self._count(table, captures, listening)

    def capture(self, source: Input, stop: Stop) -> Capture:
        """Return a capture that selects what these settings look at."""
        scapy, keys = self._settings.scapy, self._settings.keys
        select = self.follower.expression
        return Capture(source, select, link_is_known, scapy=scapy, stop=stop, secrets=keys.add)

    def _first_time(self, source: Input, count: int) -> int | None:
        """Return when a capture begins, where that decides an order."""
        return None if source.stream or count == 1 else first_time(source, link_is_known)

    def _count(self, table: ConnectionTable, captures: list[Capture], listening: Listening) -> None:
        self._read_before += sum(each.position() for each in captures)
        self.counts.readable += sum(each.opened for each in captures)
        self.counts.frames_seen += [each.seen for each in captures]
        self.counts.listening += listening.intervals()
        self.follower.count(table)
