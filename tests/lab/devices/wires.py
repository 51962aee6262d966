"""Reading recorded spans: their frames, and the mail connections in them by their first SYN."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from ipaddress import ip_address
from pathlib import Path
from typing import Any, NamedTuple

import dpkt

from tests.wire import Frame

MAIL_PORTS = frozenset({25, 465, 587, 2525})
GREETING = re.compile(rb"(?i)(?:EHLO|HELO) +(\S+)")
BRACKETED = re.compile(rb"\[([0-9.]{7,15})\]")
TAGS = frozenset({0x8100, 0x88A8})


class Syn(NamedTuple):
    """The first segment of a mail connection, as one sensor saw it."""

    time_us: int
    vlan: tuple[int, ...]
    mac: str
    client: str
    client_port: int
    server: str
    port: int
    isn: int

    @property
    def ends(self) -> tuple[tuple[int, ...], str, int, str, int]:
        """What tells it from other connections of the span."""
        return self.vlan, self.client, self.client_port, self.server, self.port

    @property
    def same(self) -> tuple[int, int]:
        """What it keeps through routers and NAT: the initial sequence number, and the port that it goes to."""
        return self.isn, self.port


def read(path: Path) -> list[Frame]:
    """The frames of a classic pcap file."""
    with path.open("rb") as file:
        return [Frame(round(time * 1_000_000), bytes(data)) for time, data in dpkt.pcap.Reader(file)]


def vlan_of(data: bytes) -> tuple[tuple[int, ...], int]:
    """The VLAN ids of an Ethernet frame, outermost first, and where its EtherType stands."""
    place, tags = 12, []
    while int.from_bytes(data[place : place + 2]) in TAGS:
        tags.append(int.from_bytes(data[place + 2 : place + 4]) & 0xFFF)
        place += 4
    return tuple(tags), place


class Segment(NamedTuple):
    """What of a mail connection's segment a frame shows."""

    vlan: tuple[int, ...]
    mac: str
    source: str
    target: str
    tcp: Any


def syns(frames: Iterable[Frame]) -> Iterator[Syn]:
    """The first SYN of each mail connection."""
    seen = set()
    for frame in frames:
        found = segment(frame)
        if found is None or found.tcp.flags & 0x12 != 0x02 or found.tcp.dport not in MAIL_PORTS:
            continue
        tcp = found.tcp
        syn = Syn(frame.time_us, found.vlan, found.mac, found.source, tcp.sport, found.target, tcp.dport, tcp.seq)
        if (syn.ends, syn.isn) not in seen:
            seen.add((syn.ends, syn.isn))
            yield syn


def greetings(frames: Iterable[Frame]) -> dict[tuple[int, int], str]:
    """The name in each client's first EHLO or HELO, by what a connection keeps on its way."""
    found: dict[tuple[int, int], str] = {}
    for frame in frames:
        each = segment(frame)
        if each and each.tcp.dport in MAIL_PORTS and (said := GREETING.match(each.tcp.data)):
            # the first thing that a client says
            found.setdefault(((each.tcp.seq - 1) & 0xFFFFFFFF, each.tcp.dport), said[1].decode())
    return found


def mentioned(frames: Iterable[Frame]) -> dict[tuple[int, int], set[str]]:
    """The addresses in brackets that a client's words hold, as `Received:` has them (RFC 5321 4.4)."""
    begun: dict[tuple[str, int], tuple[int, int]] = {}
    found: dict[tuple[int, int], set[str]] = {}
    for frame in frames:
        each = segment(frame)
        if each is None or each.tcp.dport not in MAIL_PORTS:
            continue
        if each.tcp.flags & 0x12 == 0x02:
            begun[each.source, each.tcp.sport] = (each.tcp.seq, each.tcp.dport)
        if same := begun.get((each.source, each.tcp.sport)):
            found.setdefault(same, set()).update(word.decode() for word in BRACKETED.findall(each.tcp.data))
    return found


def segment(frame: Frame) -> Segment | None:
    """A frame as a segment of TCP, or None."""
    vlan, place = vlan_of(frame.data)
    kind, packet = int.from_bytes(frame.data[place : place + 2]), frame.data[place + 2 :]
    if kind not in (0x0800, 0x86DD):
        return None
    try:
        ip = dpkt.ip.IP(packet) if kind == 0x0800 else dpkt.ip6.IP6(packet)
    except dpkt.UnpackError:
        return None
    if not isinstance(ip.data, dpkt.tcp.TCP):
        return None
    return Segment(vlan, mac_text(frame.data[6:12]), str(ip_address(ip.src)), str(ip_address(ip.dst)), ip.data)


def mac_text(data: bytes) -> str:
    """A card's address in lower case with colons."""
    return data.hex(":")


def tagged(frames: Sequence[Frame], *tags: tuple[int, int]) -> list[Frame]:
    """The same frames with VLAN tags, (EtherType, id) each, outermost first."""
    head = b"".join(kind.to_bytes(2) + vlan.to_bytes(2) for kind, vlan in tags)
    return [Frame(each.time_us, each.data[:12] + head + each.data[12:]) for each in frames]
