"""The connection table: which packets belong together, what is new, and what is over.

The key is the two endpoints; VLAN tags and tunnels are attributes, because a span shows the two
directions, or two copies, with different ones.  Connections that follow each other on the same
endpoints are told apart by their initial sequence numbers.  A closed connection stays for a while, so
that its stragglers are not taken for a new one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import numpy as np
import numpy.typing as npt

from sniffer.model import limits
from sniffer.model.events import Watcher
from sniffer.model.frames import Ints, Origin
from sniffer.model.packets import ACK, FIN, NO_VLAN, RST, SYN, Packets
from sniffer.streams.connection import Connection, Endpoint, Segment
from sniffer.streams.runs import Runs, runs
from sniffer.streams.steady import Glance, sees_nothing

Done = Callable[[Connection], None]

ENDS = FIN | RST


class Keeper(Protocol):
    """Keeps the frames of connections: told of each run of segments before it is followed."""

    def keep(self, connection: Connection, packets: Packets, places: Ints, from_client: bool) -> None:
        """Take the segments at these places of a batch; of a closed connection only those that end it."""

    def forget(self, connection: Connection) -> None:
        """Take note that a connection is over that said nothing."""


class ConnectionTable:
    """Follows the connections of one sensor.

    ``ports`` (65,536 truth values) says which end is the server where no SYN was seen; ``watch`` makes the
    watcher of a new connection; ``done`` takes each connection that said something, once, when it is over.
    ``silent`` counts connections without a byte, ``evicted`` those closed for want of room.  ``keeper`` keeps frames.
    ``glance`` tells what the watchers need of a segment in place of its bytes (``Watcher.skim``).
    """

    def __init__(
        self,
        ports: npt.NDArray[np.bool_],
        watch: Callable[[], Watcher],
        done: Done,
        keeper: Keeper | None = None,
        glance: Glance = sees_nothing,
    ) -> None:
        self._ports = ports
        self._watch = watch
        self._done = done
        self._keeper = keeper
        self._glance = glance
        self._connections: dict[int, Connection] = {}
        self._opening: dict[int, Connection] = {}
        self._holding: dict[int, int] = {}
        self._tidied = 0
        self.silent = 0
        self.evicted = 0

    def feed(self, packets: Packets) -> None:
        """Follow the segments of one batch."""
        batch = runs(packets, self._glance)
        if batch is None:
            return
        for flow, key in enumerate(batch.flow_key):
            self._follow(packets, batch, key, batch.flow_first[flow], batch.flow_first[flow + 1])
        self._tidy(int(packets.time[-1]))

    def finish(self) -> None:
        """Close what is still open: the capture is over."""
        for key in list(self._connections):
            self._remove(key)

    def _follow(self, packets: Packets, batch: Runs, key: int, first: int, last: int) -> None:
        """Follow one flow through a batch: by the numbers of its runs where they suffice, else run by run."""
        connection = self._connections.get(key)
        steady = batch.steady
        origin = packets.origins[0] if len(packets.origins) == 1 else None
        run = first
        while run < last:
            if steady[run] > run and connection is not None and connection.origin is origin:
                taken = self._skim(connection, batch, run)
                if taken:
                    run += taken
                    continue
            connection = self._run(connection, packets, batch, run, key, origin)
            run += 1

    def _run(
        self, connection: Connection | None, packets: Packets, batch: Runs, run: int, key: int, origin: Origin | None
    ) -> Connection | None:
        """Follow a run, and return the connection it belongs to; most only continue their half-stream."""
        time, flags = batch.time[run], batch.flags[run]
        if connection is None or flags & SYN or time - connection.last > limits.CLOSED_LINGERS:
            connection = self._current(connection, packets, batch, key, run)
        if connection is None:
            return None
        connection.last = time
        if not connection.closed:
            from_client = batch.forward[run] is connection.client_forward
            if connection.origin is not origin or (from_client and connection.hops < 0):
                _note_link(connection, packets, batch, run, from_client)
            if self._keeper is not None:
                self._keeper.keep(connection, packets, _places(batch, run), from_client)
            if connection.wanted:
                self._take(connection, packets, batch, run, key, from_client)
            elif flags & ENDS:
                self._overhear(connection, flags, from_client)
        elif self._keeper is not None and flags & ENDS:
            from_client = batch.forward[run] is connection.client_forward
            self._keeper.keep(connection, packets, _places(batch, run), from_client)
        connection.last = batch.last_time[run]
        return connection

    def _take(
        self, connection: Connection, packets: Packets, batch: Runs, run: int, key: int, from_client: bool
    ) -> None:
        """Follow a run of a connection of which more can be learned."""
        half, other = connection.sides[from_client]
        if batch.plain[run] and batch.sequence[run] == half.next and not half.pending and half.ends is None:
            acknowledged = batch.acknowledged[run]
            if other.pending:
                connection.notice_acknowledged(from_client, acknowledged)
            half.acknowledged = acknowledged
            if batch.first[run + 1] - batch.first[run] == 1:
                payload = packets.data[batch.start[run] : batch.stop[run]]
                connection.deliver(from_client, half, payload, acknowledged, batch.time[run])
            else:
                _deliver_several(connection, packets, batch, run, from_client)
        else:
            self._take_one_by_one(connection, packets, batch, run, key, from_client)
        if batch.copies[run] and connection.wanted and not connection.closed:
            connection.duplicates += batch.copies[run]

    def _skim(self, connection: Connection, batch: Runs, run: int) -> int:
        """Follow runs of which the watcher needs no more than their numbers; return how many."""
        watcher = connection.watcher
        if watcher is None or not connection.wanted or connection.closed or self._keeper is not None:
            return 0
        last, client_forward = batch.steady[run], connection.client_forward
        if not connection.goes_on(batch.forward[run] is client_forward, batch.sequence[run], batch.acknowledged[run]):
            return 0
        sides = batch.forward[run:last] if client_forward else [not each for each in batch.forward[run:last]]
        taken = watcher.skim(sides, batch.glance[run:last], batch.time[run:last])
        for side in (True, False):
            if side in sides[:taken]:
                latest = run + taken - 1 - sides[taken - 1 :: -1].index(side)
                reached = (batch.sequence[latest] + batch.length[latest]) & 0xFFFFFFFF
                connection.reach(side, reached, batch.acknowledged[latest])
        connection.last = batch.last_time[run + taken - 1] if taken else connection.last
        return taken

    def _current(
        self, connection: Connection | None, packets: Packets, batch: Runs, key: int, run: int
    ) -> Connection | None:
        """Return the connection that a run belongs to: the present one, or another that it begins."""
        if connection is None or _is_another(connection, batch, run):
            return self._open(packets, batch, key, run)
        if batch.flags[run] & SYN and batch.forward[run] is connection.client_forward:
            _note_link(connection, packets, batch, run, from_client=True)
        return connection

    def _open(self, packets: Packets, batch: Runs, key: int, run: int) -> Connection | None:
        """Enter a new connection, unless there is nothing to follow: a lone FIN or RST."""
        if key in self._connections:
            self._remove(key)
        if not batch.flags[run] & SYN and not batch.length[run]:
            return None
        if len(self._connections) >= limits.CONNECTIONS:
            self._evict()
        place = int(batch.place[batch.first[run]])
        connection = self._connection(packets, place, batch.forward[run], batch.time[run])
        _note_link(connection, packets, batch, run, batch.forward[run] is connection.client_forward)
        self._connections[key] = self._opening[key] = connection
        if len(self._opening) > limits.HALF_OPEN:
            self._forget_half_open()
        return connection

    def _forget_half_open(self) -> None:
        """Close the oldest connection of those that were opened and said nothing: a scan, or a flood."""
        key = next(iter(self._opening))
        connection = self._opening.pop(key)
        if connection is self._connections.get(key) and not connection.spoke and not connection.closed:
            self.evicted += 1
            self._remove(key)

    def _connection(self, packets: Packets, place: int, forward: bool, time: int) -> Connection:
        source = _endpoint(packets.source, packets.source_port, place)
        destination = _endpoint(packets.destination, packets.destination_port, place)
        if self._from_client(int(packets.flags[place]), source.port, destination.port):
            return Connection(source, destination, forward, time, self._watch)
        return Connection(destination, source, not forward, time, self._watch)

    def _from_client(self, flags: int, source: int, destination: int) -> bool:
        """Say whether a connection's first segment came from the client: the SYN says, else the ports."""
        if flags & SYN:
            return not flags & ACK
        if self._ports[source] != self._ports[destination]:
            return bool(self._ports[destination])
        return source > destination

    def _take_one_by_one(
        self, connection: Connection, packets: Packets, batch: Runs, run: int, key: int, from_client: bool
    ) -> None:
        """Follow the segments of a run one by one."""
        if batch.first[run + 1] - batch.first[run] == 1:
            connection.take(from_client, _only_segment(packets.data, batch, run))
        else:
            for index in range(batch.first[run], batch.first[run + 1]):
                if not connection.closed:  # by bytes that were missing, where both sides had ended
                    connection.take(from_client, _segment(packets, batch, index))
        if connection.half[0].pending or connection.half[1].pending or key in self._holding:
            self._bound_waiting(key, connection)
        if connection.closed:
            self._over(connection)

    def _bound_waiting(self, key: int, connection: Connection) -> None:
        """Keep the bytes that wait behind holes, of all connections together, within their limit."""
        waiting = sum(half.pending_bytes() for half in connection.half if half.pending)
        if waiting:
            self._holding[key] = waiting
            if sum(self._holding.values()) > limits.PENDING_BYTES_TOTAL:
                connection.give_up_waiting()
                del self._holding[key]
        else:
            self._holding.pop(key, None)

    def _overhear(self, connection: Connection, flags: int, from_client: bool) -> None:
        """Notice the end of a connection of which nothing more can be learned."""
        connection.end_seen = True
        half, other = connection.sides[from_client]
        half.ends = half.place
        if flags & RST or other.ends is not None:
            connection.close()
            self._over(connection)

    def _over(self, connection: Connection) -> None:
        """Hand over a closed connection, and keep only its shell."""
        if connection.spoke:
            self._done(connection)
            connection.watcher = None
        else:
            self.silent += 1
            if self._keeper is not None:
                self._keeper.forget(connection)

    def _remove(self, key: int) -> None:
        connection = self._connections.pop(key)
        if self._opening.get(key) is connection:
            del self._opening[key]
        self._holding.pop(key, None)
        if not connection.closed:
            connection.close()
            self._over(connection)

    def idle(self, now: int) -> None:
        """Take note of the time (microseconds), though nothing may have come: what was silent for too long is over."""
        self._tidy(now)

    @property
    def open(self) -> list[Connection]:
        """Return the connections that are not over."""
        return [each for each in self._connections.values() if not each.closed]

    def _tidy(self, now: int) -> None:
        """Drop what has been silent for too long; looked for once a minute of the capture's time.

        Now is the last frame's time, not the latest: an evidence capture has one connection behind the other.
        """
        if abs(now - self._tidied) < limits.TIDY_INTERVAL:
            return
        self._tidied = now
        for key, connection in list(self._connections.items()):
            lasts = limits.CLOSED_LINGERS if connection.closed else limits.CONNECTION_IDLE
            if now - connection.last > lasts:
                self._remove(key)

    def _evict(self) -> None:
        """Make room: shells first, then the silent, then the others, the oldest first."""
        ranked = sorted(self._connections.items(), key=lambda item: _worth(item[1]))
        for key, connection in ranked[: limits.CONNECTIONS // 8]:
            self.evicted += not connection.closed
            self._remove(key)


def _worth(connection: Connection) -> tuple[int, int]:
    rank = 0 if connection.closed else 2 if connection.spoke else 1
    return rank, connection.last


def _deliver_several(connection: Connection, packets: Packets, batch: Runs, run: int, from_client: bool) -> None:
    """Deliver a run of several segments: as one, or segment by segment where their times matter."""
    first, last = batch.first[run], batch.first[run + 1]
    half, acknowledged = connection.sides[from_client][0], batch.acknowledged[run]
    bounds = zip(batch.starts[first:last].tolist(), batch.stops[first:last].tolist(), strict=True)
    payloads = [packets.data[start:stop] for start, stop in bounds]
    if connection.timed:
        for time, payload in zip(packets.time[batch.place[first:last]].tolist(), payloads, strict=True):
            connection.deliver(from_client, half, payload, acknowledged, time)
    else:
        connection.deliver(from_client, half, b"".join(payloads), acknowledged, batch.time[run])


def _places(batch: Runs, run: int) -> Ints:
    """Return the places of a run's segments in their batch."""
    return batch.place[batch.first[run] : batch.first[run + 1]]


def _is_another(connection: Connection, batch: Runs, run: int) -> bool:
    """Say whether a run begins another connection on the same endpoints."""
    silence = batch.time[run] - connection.last
    if silence > (limits.CLOSED_LINGERS if connection.closed else limits.CONNECTION_IDLE):
        return True
    if not batch.flags[run] & SYN:
        return False
    half = connection.half[0 if batch.forward[run] is connection.client_forward else 1]
    return half.initial is not None and half.started and half.initial != batch.sequence[run]


def _only_segment(data: bytes, batch: Runs, run: int) -> Segment:
    """Return the segment of a run of one."""
    payload = data[batch.start[run] : batch.stop[run]]
    missing = batch.length[run] - len(payload)
    return Segment(batch.time[run], batch.sequence[run], batch.acknowledged[run], batch.flags[run], payload, missing)


def _segment(packets: Packets, batch: Runs, index: int) -> Segment:
    """Return one segment of a longer run, which has neither marks nor missing bytes."""
    place = batch.place[index]
    payload = packets.data[int(batch.starts[index]) : int(batch.stops[index])]
    time, sequence, acknowledged = (
        int(column[place]) for column in (packets.time, packets.sequence, packets.acknowledged)
    )
    return Segment(time, sequence, acknowledged, 0, payload)


def _note_link(connection: Connection, packets: Packets, batch: Runs, run: int, from_client: bool) -> None:
    """Keep where a connection was seen, and the link of the client's frame that was nearest to it."""
    place = int(batch.place[batch.first[run]])
    hops = int(packets.hops[place])
    connection.origin = packets.origins[int(packets.origin[place])]
    connection.origins[connection.origin] = None
    if from_client and hops > connection.hops:
        connection.hops, connection.mac = hops, int(packets.mac[place])
        connection.vlan = _tags(packets, place)
    elif connection.hops < 0 and not connection.vlan:
        connection.vlan = _tags(packets, place)


def _tags(packets: Packets, place: int) -> tuple[int, ...]:
    return tuple(tag for tag in packets.vlan[place].tolist() if tag != NO_VLAN)


def _endpoint(address: npt.NDArray[np.uint64], port: npt.NDArray[np.int64], place: int) -> Endpoint:
    high, low = address[place].tolist()
    return Endpoint(high, low, int(port[place]))
