"""One TCP connection: two half-streams, reassembled within bounds.

Policy for overlaps: the bytes that arrived first hold, whatever a later segment says about the same
place.  A hole is a gap, not a wait, as soon as the other side is known to have had the bytes: when it
acknowledged them and the sender, in a later segment, acknowledged that answer; or when it acknowledged
bytes behind the hole.  Without that proof a hole waits until ``limits.PENDING_SEGMENTS`` or
``limits.PENDING_BYTES`` lie behind it, or the connection ends.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from sniffer.model import limits
from sniffer.model.events import Watcher
from sniffer.model.frames import Origin
from sniffer.model.packets import ACK, FIN, RST, SYN
from sniffer.streams.sequence import HALF, ahead, wrap


class Segment(NamedTuple):
    """One segment on its way into a half-stream.

    ``missing`` bytes at the end were on the wire and not captured (snapshot length).
    """

    time: int
    sequence: int
    acknowledged: int
    flags: int
    payload: bytes = b""
    missing: int = 0


class Endpoint(NamedTuple):
    """An address in two 64-bit words and a port."""

    high: int
    low: int
    port: int


class Pending(NamedTuple):
    """Bytes behind a hole; ``place`` counts from the stream's first byte."""

    place: int
    payload: bytes
    missing: int
    acknowledged: int
    time: int

    @property
    def end(self) -> int:
        """Return the place behind the last byte."""
        return self.place + len(self.payload) + self.missing


class Half:
    """One direction: how far it has been read, and what waits behind a hole.

    ``called`` is when its last SYN came that nothing had answered.  ``expected`` is, until anything of it was seen,
    what the other side acknowledged first.
    """

    __slots__ = ("acknowledged", "called", "ends", "expected", "initial", "next", "pending", "place", "started")

    def __init__(self) -> None:
        self.initial: int | None = None
        self.next: int | None = None
        self.expected: int | None = None
        self.called: int | None = None
        self.place = 0
        self.acknowledged: int | None = None
        self.ends: int | None = None
        self.started = False
        self.pending: list[Pending] = []

    def begin(self, sequence: int, *, initial: bool) -> None:
        """Set the sequence number of the next byte; ``initial`` when a SYN said so."""
        self.next = sequence
        self.initial = wrap(sequence - 1) if initial else sequence
        self.started = initial

    def pending_bytes(self) -> int:
        """Return how many bytes wait behind a hole."""
        return sum(len(each.payload) for each in self.pending)

    def finished(self) -> bool:
        """Say whether all bytes up to the FIN have been read."""
        return self.ends is not None and self.place >= self.ends


class Connection:
    """A connection between a client and a server, followed from outside.

    ``first`` and ``last`` are the times of its frames, in microseconds.  ``half`` are the client's and the server's
    direction, ``sides[from_client]`` a side's own and the other.  ``watcher``, made by ``watch`` when the first
    byte comes, is told of data, gaps and the close while it is ``wanted``.  ``mac``, ``hops`` (the TTL left) and
    ``vlan`` are those of the client's frame that was nearest to it: of several copies of a SYN the one with the
    most hops left.  ``kept`` is whatever a keeper of frames has of it.  ``round_trip`` is the time from the last SYN to
    the answer to it, as seen where the capture was made; None without both, in this order.
    """

    __slots__ = (
        "client", "client_forward", "closed", "duplicates", "end_seen", "first", "gap_bytes", "half", "hops", "kept",
        "last", "mac", "origin", "origins", "round_trip", "server", "sides", "snaplen_cut", "vlan", "wanted", "watch",
        "watcher",
    )  # fmt: skip

    def __init__(
        self,
        client: Endpoint,
        server: Endpoint,
        client_forward: bool,
        time: int,
        watch: Callable[[], Watcher],
    ) -> None:
        self.client = client
        self.server = server
        self.client_forward = client_forward
        self.first = self.last = time
        self.half = ours, theirs = Half(), Half()
        self.sides = (theirs, ours), (ours, theirs)
        self.watch = watch
        self.watcher: Watcher | None = None
        self.wanted = True
        self.closed = False
        self.end_seen = False
        self.gap_bytes = 0
        self.duplicates = 0
        self.snaplen_cut = False
        self.round_trip: int | None = None
        self.mac = -1
        self.hops = -1
        self.vlan: tuple[int, ...] = ()
        self.origin: Origin | None = None
        self.origins: dict[Origin, None] = {}
        self.kept: object = None

    @property
    def spoke(self) -> bool:
        """Say whether either side sent a byte."""
        return self.watcher is not None

    @property
    def timed(self) -> bool:
        """Say whether segments must be told one by one, each with its time."""
        return self.watcher is None or self.watcher.timed

    @property
    def start_seen(self) -> bool:
        """Say whether the client's first byte is known to be the first."""
        return self.half[0].started

    @property
    def one_sided(self) -> bool:
        """Say whether only one direction was seen."""
        return (self.half[0].place == 0) != (self.half[1].place == 0)

    def take(self, from_client: bool, segment: Segment) -> None:
        """Follow one segment that is not the plain continuation of its half-stream."""
        half, other = self.sides[from_client]
        self.last = segment.time
        sequence = segment.sequence
        if segment.flags & SYN:
            sequence = wrap(sequence + 1)
            self._synchronise(half, other, segment)
        elif half.next is None:
            self._join_late(half, other, from_client, segment)
        if other.pending:
            self.notice_acknowledged(from_client, segment.acknowledged)
        if segment.payload or segment.missing:
            self._place(half, from_client, sequence, segment, other)
        self.end_seen |= segment.flags & (FIN | RST) != 0
        if segment.flags & FIN:
            self._finish(half, wrap(sequence + len(segment.payload) + segment.missing))
        reset = segment.flags & RST and self._believable(half, sequence) and not self._owed(half, other)
        if reset or (self.half[0].finished() and self.half[1].finished()):
            self.close()

    def close(self) -> None:
        """End it: what waits behind holes is told, then the close."""
        if self.closed:
            return
        self.closed = True
        for from_client in (True, False):
            half, other = self.sides[from_client]
            self._give_up(half, from_client)
            owed = self._owed(other, half)
            if owed and half.place:  # of a side that was never seen all is missing, which is said otherwise
                self.missed(from_client, half, owed)
        if self.watcher is not None:
            self.watcher.close()

    def deliver(self, from_client: bool, half: Half, payload: bytes, acknowledged: int, time: int) -> None:
        """Tell the watcher of the next bytes, whose sender had heard the other side up to ``acknowledged``."""
        length = len(payload)
        half.place += length
        half.next = ((half.next or 0) + length) & 0xFFFFFFFF
        if self.wanted:
            other = self.sides[from_client][1]
            heard = other.next
            if heard is None:
                heard = other.expected = acknowledged if other.expected is None else other.expected
            behind = ((heard - acknowledged + HALF) & 0xFFFFFFFF) - HALF
            self.wanted = (self.watcher or self._watcher()).receive(from_client, payload, time, behind)

    def goes_on(self, from_client: bool, sequence: int, acknowledged: int) -> bool:
        """Say whether a segment brings its direction's next byte, everything in order and all of the other's heard."""
        half, other = self.sides[from_client]
        whole = not half.pending and not other.pending and half.ends is None and other.ends is None
        return whole and half.next == sequence and other.next == acknowledged

    def reach(self, from_client: bool, sequence: int, acknowledged: int) -> None:
        """Take note that a direction was followed up to a sequence number, and what its sender then had heard."""
        half = self.sides[from_client][0]
        half.place += (sequence - (half.next or 0)) & 0xFFFFFFFF
        half.next, half.acknowledged = sequence, acknowledged

    def missed(self, from_client: bool, half: Half, length: int, *, cut: bool = False) -> None:
        """Tell the watcher of missing bytes."""
        half.place += length
        half.next = wrap((half.next or 0) + length)
        self.snaplen_cut |= cut
        self.gap_bytes += length
        if self.wanted:
            self.wanted = self._watcher().miss(from_client, length)

    def _watcher(self) -> Watcher:
        if self.watcher is None:
            self.watcher = self.watch()
        return self.watcher

    def _synchronise(self, half: Half, other: Half, segment: Segment) -> None:
        """Take the initial sequence numbers from a SYN; a SYN-ACK gives the other side's too."""
        if half.next is None or (half.place == 0 and not half.started):
            half.begin(wrap(segment.sequence + 1), initial=True)
        else:
            self.duplicates += 1
        if not segment.flags & ACK:
            half.called = segment.time if other.next is None else half.called
        elif self.round_trip is None and other.called is not None:
            self.round_trip = segment.time - other.called
        if segment.flags != SYN and segment.acknowledged and other.next is None:
            other.begin(segment.acknowledged, initial=True)

    def _join_late(self, half: Half, other: Half, from_client: bool, segment: Segment) -> None:
        """Begin a half-stream whose SYN was not seen: where the other side expects its next byte, if it said so."""
        expected = segment.sequence if other.acknowledged is None else other.acknowledged
        known = 0 <= ahead(segment.sequence, expected) <= limits.PENDING_BYTES
        half.begin(expected if known else segment.sequence, initial=False)
        if self.wanted and (segment.payload or segment.missing):
            self.wanted = self._watcher().miss(from_client, 0)

    def _place(self, half: Half, from_client: bool, sequence: int, segment: Segment, other: Half) -> None:
        """Put bytes where they belong: now, behind a hole, or nowhere because they are known."""
        distance = ahead(sequence, half.next or 0)
        length = len(segment.payload) + segment.missing
        if distance + length <= 0:
            self.duplicates += 1
        elif distance <= 0 and half.pending:
            rest, missing = segment.payload[-distance:], min(segment.missing, distance + length)
            self._keep(half, Pending(half.place, rest, missing, segment.acknowledged, segment.time))
            half.acknowledged = segment.acknowledged
            self._drain(half, from_client)
        elif distance <= 0:
            rest, missing = segment.payload[-distance:], min(segment.missing, distance + length)
            self._write(half, from_client, rest, missing, segment.acknowledged, segment.time)
            half.acknowledged = segment.acknowledged
        elif distance > limits.PENDING_BYTES * 4:
            self.duplicates += 1  # of another generation, or forged: nothing a window could hold
        else:
            place = half.place + distance
            if self._keep(half, Pending(place, segment.payload, segment.missing, segment.acknowledged, segment.time)):
                self._judge_hole(half, other, segment, from_client)

    def _write(self, half: Half, from_client: bool, payload: bytes, missing: int, acknowledged: int, time: int) -> None:
        if payload:
            self.deliver(from_client, half, payload, acknowledged, time)
        if missing:
            self.missed(from_client, half, missing, cut=True)

    def _keep(self, half: Half, new: Pending) -> bool:
        """Keep bytes behind a hole, less those that arrived before; False if all of them had."""
        pieces = [new]
        for old in half.pending:
            pieces = [rest for piece in pieces for rest in _outside(piece, old)]
        half.pending = sorted(half.pending + pieces)
        self.duplicates += not pieces
        return bool(pieces)

    def _judge_hole(self, half: Half, other: Half, segment: Segment, from_client: bool) -> None:
        """Give up on a hole when the bytes are known to be lost, or when too much waits behind it."""
        behind = half.pending[0].place - half.place
        known = other.next is not None and other.acknowledged is not None
        if known and ahead(other.acknowledged or 0, half.next or 0) >= behind:
            lost = ahead(segment.acknowledged, other.next or 0) >= 0 and other.place > 0
        else:
            lost = False
        full = len(half.pending) > limits.PENDING_SEGMENTS or half.pending_bytes() > limits.PENDING_BYTES
        if lost or full:
            self._skip(half, from_client)

    def notice_acknowledged(self, by_client: bool, acknowledged: int) -> None:
        """Give up on holes of one side when the other acknowledges bytes behind them."""
        half = self.half[1 if by_client else 0]
        while half.pending and ahead(acknowledged, half.next or 0) > half.pending[0].place - half.place:
            self._skip(half, not by_client)

    def _skip(self, half: Half, from_client: bool) -> None:
        """Declare the first hole a gap and go on behind it."""
        self.missed(from_client, half, half.pending[0].place - half.place)
        self._drain(half, from_client)

    def _drain(self, half: Half, from_client: bool) -> None:
        """Deliver what has become next: what waited for bytes came when they did."""
        time = 0
        while half.pending and half.pending[0].place <= half.place:
            first = half.pending.pop(0)
            known = half.place - first.place
            missing = max(min(first.missing, first.end - half.place), 0)
            time = max(time, first.time)
            self._write(half, from_client, first.payload[known:], missing, first.acknowledged, time)

    def _give_up(self, half: Half, from_client: bool) -> None:
        while half.pending:
            self._skip(half, from_client)

    def give_up_waiting(self) -> None:
        """Declare all holes gaps, because the table as a whole holds too much."""
        for from_client in (True, False):
            self._give_up(self.half[0 if from_client else 1], from_client)

    def _finish(self, half: Half, sequence: int) -> None:
        if half.ends is None and half.next is not None:
            half.ends = half.place + ahead(sequence, half.next)

    def _owed(self, half: Half, other: Half) -> int:
        """Return how many bytes a side has acknowledged and the capture not shown: they come late, or were lost.

        One is none: it is that of a FIN.
        """
        if half.acknowledged is None or other.next is None:
            return 0
        owed = ahead(half.acknowledged, other.next)
        return owed if 1 < owed <= limits.PENDING_BYTES else 0

    def _believable(self, half: Half, sequence: int) -> bool:
        """Say whether a RST fits the stream; a forged one rarely does."""
        return half.next is None or abs(ahead(sequence, half.next)) <= limits.RESET_WINDOW


def _outside(piece: Pending, old: Pending) -> list[Pending]:
    """Return what of ``piece`` lies before and behind ``old``."""
    if piece.end <= old.place or piece.place >= old.end:
        return [piece]
    rest = []
    if piece.place < old.place:
        room = old.place - piece.place
        payload = piece.payload[:room]
        rest.append(Pending(piece.place, payload, room - len(payload), piece.acknowledged, piece.time))
    if piece.end > old.end:
        payload = piece.payload[old.end - piece.place :]
        missing = piece.end - old.end - len(payload)
        rest.append(Pending(old.end, payload, missing, piece.acknowledged, piece.time))
    return rest
