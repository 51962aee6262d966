"""Captures made from recorded ones: what a span port loses, delays and turns around.

Each change takes the frames of one TCP connection and gives others.  Places are named by TLS records: the application
data of one side, counted from 0, which in TLS 1.3 is the Finished.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from scapy.layers.inet import IP, TCP
from scapy.layers.l2 import Ether
from scapy.utils import RawPcapReader

from tests.capture_files import write_pcap
from tests.lab import truth
from tests.lab.namespaces import UnavailableError
from tests.wire import Frame

HANDSHAKE, APPLICATION = 22, 23
HEADER = 5
"""Bytes in front of a TLS record (RFC 8446 5.1)."""

Change = Callable[[list[Frame]], list[Frame]]


@dataclass(frozen=True)
class Damaged:
    """A capture made from another: by which change, and what must be found then, `None` for as much as before."""

    path: str
    about: str
    source: str
    change: Change
    demanded: Sequence[str] | None = None


class Segment(NamedTuple):
    """What a frame carries of a side's stream."""

    from_client: bool
    seq: int
    payload: bytes

    @property
    def end(self) -> int:
        """The sequence number behind it."""
        return self.seq + len(self.payload)


class Record(NamedTuple):
    """A TLS record by its place in a side's stream: sequence numbers of its header and behind it."""

    kind: int
    start: int
    end: int


def make(damaged: Damaged, captures: Path, folder: Path) -> truth.Expected:
    """Make a capture from one that is there, and its label from that one's."""
    source = captures / damaged.source
    if not source.exists():
        raise UnavailableError(f"it is made from {damaged.source}, which is not there")
    changed = damaged.change(read(source / "capture.pcap"))
    write_pcap(folder / "capture.pcap", changed)
    told: truth.Expected = json.loads((source / "expected.json").read_text())
    told["about"] = damaged.about
    told["origin"] = f"made by tests/lab/damage.py from {damaged.source}; that was {told['origin']}"
    if damaged.demanded is not None:
        for each in told["sessions"]:
            each["demanded"] = list(damaged.demanded)
        told["devices"] = [{**each, "demanded": []} for each in map(without_state, told["devices"])]
    return told


def without_state(device: Mapping[str, Any]) -> dict[str, Any]:
    """A device of which nobody knows how it went."""
    return {field: value for field, value in device.items() if field != "state"}


def read(path: Path) -> list[Frame]:
    """The frames of a capture."""
    with RawPcapReader(str(path)) as reader:
        return [Frame(meta.sec * 1_000_000 + meta.usec, data) for data, meta in reader]


# -- changes -------------------------------------------------------------------------------------------


def lost(number: int, first: int, end: int, *, from_client: bool = True) -> Change:
    """Bytes `first` to `end` of a record never came to the capture; negative ones count from its end."""

    def change(frames: list[Frame]) -> list[Frame]:
        record = application(frames, number, from_client=from_client)
        start, stop = (at if at >= 0 else record.end - record.start + at for at in (first, end))
        places = (record.start + start, record.start + stop)
        return [
            frame
            for frame in cut(frames, places, from_client=from_client)
            if not within(segment_of(frame, frames), *places, from_client=from_client)
        ]

    return change


def swapped(number: int, *, from_client: bool = True) -> Change:
    """A record came in two segments, the second before the first."""

    def change(frames: list[Frame]) -> list[Frame]:
        record = application(frames, number, from_client=from_client)
        middle = (record.start + record.end) // 2
        made = cut(frames, (record.start, middle, record.end), from_client=from_client)
        first, second = (
            next(at for at, frame in enumerate(made) if begins(segment_of(frame, frames), place, from_client))
            for place in (record.start, middle)
        )
        made[first], made[second] = (
            replace(made[second], time_us=made[first].time_us),
            replace(made[first], time_us=made[second].time_us),
        )
        return made

    return change


def late(delay_us: int, *, from_client: bool) -> Change:
    """One direction reaches the capture later than the other."""

    def change(frames: list[Frame]) -> list[Frame]:
        moved = [
            replace(frame, time_us=frame.time_us + delay_us) if direction(frame, frames) is from_client else frame
            for frame in frames
        ]
        return sorted(moved, key=lambda frame: frame.time_us)

    return change


def far(one_way_us: int) -> Change:
    """The server is far away: whatever answers comes later by the way there and back, seen from the client."""

    def change(frames: list[Frame]) -> list[Frame]:
        made, added, before = [], 0, True
        for frame in frames:
            now = direction(frame, frames)
            if before and now is False:
                added += 2 * one_way_us
            before = before if now is None else now
            made.append(replace(frame, time_us=frame.time_us + added))
        return made

    return change


# -- frames, segments and records ----------------------------------------------------------------------


@lru_cache(1024)
def parsed(data: bytes) -> tuple[int, int, bytes] | None:
    """A frame's source port, sequence number and payload; None where it carries nothing of TCP."""
    packet = Ether(data)
    if IP not in packet or TCP not in packet:
        return None
    ip, tcp = packet[IP], packet[TCP]
    size = ip.len - ip.ihl * 4 - tcp.dataofs * 4
    return int(tcp.sport), int(tcp.seq), bytes(tcp.payload)[:size]


def segment_of(frame: Frame, frames: Sequence[Frame]) -> Segment | None:
    """What a frame carries; None where it carries nothing of TCP."""
    found = parsed(frame.data)
    return Segment(found[0] == client_port(frames), found[1], found[2]) if found else None


def direction(frame: Frame, frames: Sequence[Frame]) -> bool | None:
    """Whether a frame is the client's; None where it is of no TCP connection."""
    found = segment_of(frame, frames)
    return found.from_client if found else None


def client_port(frames: Sequence[Frame]) -> int:
    """The port of whoever opened the connection."""
    return next(found[0] for frame in frames if (found := parsed(frame.data)))


def records(frames: Sequence[Frame], *, from_client: bool) -> Iterator[Record]:
    """The TLS records of one side, whose segments came whole and in order."""
    segments = [segment_of(frame, frames) for frame in frames]
    mine = [each for each in segments if each and each.payload and each.from_client is from_client]
    begin = next(at for at, each in enumerate(mine) if each.payload[:2] == bytes((HANDSHAKE, 3)))
    stream, first = b"".join(each.payload for each in mine[begin:]), mine[begin].seq
    place = 0
    while place + HEADER <= len(stream):
        size = HEADER + int.from_bytes(stream[place + 3 : place + HEADER], "big")
        yield Record(stream[place], first + place, first + place + size)
        place += size


def application(frames: Sequence[Frame], number: int, *, from_client: bool) -> Record:
    """A record of application data by its number."""
    found = [each for each in records(frames, from_client=from_client) if each.kind == APPLICATION]
    return found[number]


def cut(frames: Sequence[Frame], places: Sequence[int], *, from_client: bool) -> list[Frame]:
    """The same frames, one side's cut in two wherever a place lies in one of them."""
    made = list(frames)
    for place in places:
        made = [part for frame in made for part in halves(frame, place, frames, from_client=from_client)]
    return made


def halves(frame: Frame, place: int, frames: Sequence[Frame], *, from_client: bool) -> list[Frame]:
    """A frame in two parts, or as it is where the place lies outside."""
    found = segment_of(frame, frames)
    if found is None or found.from_client is not from_client or not found.seq < place < found.end:
        return [frame]
    at = place - found.seq
    return [carrying(frame, found.seq, found.payload[:at]), carrying(frame, place, found.payload[at:])]


def carrying(frame: Frame, seq: int, payload: bytes) -> Frame:
    """The same frame with another part of the stream in it."""
    packet = Ether(frame.data)
    packet[TCP].seq = seq
    packet[TCP].remove_payload()
    whole = packet / payload
    del whole[IP].len, whole[IP].chksum, whole[TCP].chksum
    return replace(frame, data=bytes(whole))


def within(found: Segment | None, start: int, end: int, *, from_client: bool) -> bool:
    """Whether a segment lies between two places."""
    if found is None or not found.payload or found.from_client is not from_client:
        return False
    return start <= found.seq and found.end <= end


def begins(found: Segment | None, place: int, from_client: bool) -> bool:
    """Whether a segment begins at a place."""
    return found is not None and bool(found.payload) and found.from_client is from_client and found.seq == place
