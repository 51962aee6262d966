"""Captures for tests, written as dialogues: conversations → segments → frames; `tests.capture_files` writes them.

    talk = Conversation(client="10.0.3.17", server="10.0.3.2", port=25)
    talk.open()
    talk.dialogue('''
        S: 220 mail.example.org ESMTP
        C: EHLO scanner
        S: 250-mail.example.org
        S: 250 AUTH LOGIN PLAIN
    ''')
    talk.close()
    write_pcap(path, talk.frames(vlan=(10,)))

A segment is what TCP said; a frame is how one capture point wrote it down. Whatever a network does to
segments (loss, disorder, copies) is a function on lists, so that a test reads as what happened.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from ipaddress import ip_address
from typing import Any, Literal, TypeVar

Side = Literal["client", "server"]
Link = Literal["ethernet", "sll", "sll2", "raw", "null", "loop"]
Extension = Literal["hop-by-hop", "destination", "fragment"]

LINK_TYPES: dict[Link, int] = {"ethernet": 1, "sll": 113, "sll2": 276, "raw": 101, "null": 0, "loop": 108}
"""The LINKTYPE_ number each link form has in a capture file."""

FIN, SYN, RST, PSH, ACK = 0x01, 0x02, 0x04, 0x08, 0x10
TCP, UDP = 6, 17
SEQUENCE_SPACE = 1 << 32
MSS_OPTION = struct.pack("!BBH", 2, 4, 1460)

ETHERTYPES = {4: 0x0800, 6: 0x86DD}
EXTENSION_NUMBERS: dict[Extension, int] = {"hop-by-hop": 0, "fragment": 44, "destination": 60}
AF_INET, AF_INET6_DARWIN = 2, 30
SHORTEST_ETHERNET = 60  # bytes, without the frame check sequence


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One end of a conversation."""

    ip: str
    port: int
    mac: str


@dataclass(frozen=True, slots=True)
class Segment:
    """What one end told the other in one TCP segment."""

    time_us: int
    source: Endpoint
    target: Endpoint
    from_client: bool
    seq: int
    ack: int
    flags: int
    payload: bytes = b""
    ttl: int = 64


@dataclass(frozen=True, slots=True)
class Frame:
    """Captured bytes; `network` is the offset of the IP header in them."""

    time_us: int
    data: bytes
    network: int = 14


Item = TypeVar("Item", Segment, Frame)


class Conversation:
    """A TCP connection told turn by turn; every segment takes one step of time.

    Left without `open()` it is a conversation joined late.
    """

    def __init__(
        self,
        *,
        client: str = "10.0.3.17",
        server: str = "10.0.3.2",
        client_port: int = 49152,
        port: int = 25,
        client_mac: str = "00:26:73:a1:b2:c3",
        server_mac: str = "00:50:56:00:00:02",
        start: float = 1_795_000_000.0,
        step: float = 0.001,
        client_isn: int = 1000,
        server_isn: int = 5000,
        ttl: int = 64,
        acks: bool = False,
    ) -> None:
        """Times are seconds; `acks` answers every payload with an empty ACK from the other side."""
        self.ends: dict[Side, Endpoint] = {
            "client": Endpoint(client, client_port, client_mac),
            "server": Endpoint(server, port, server_mac),
        }
        self.isn: dict[Side, int] = {"client": client_isn, "server": server_isn}
        self.next_seq: dict[Side, int] = {side: _wrap(isn + 1) for side, isn in self.isn.items()}
        self.now_us = round(start * 1_000_000)
        self.step_us = round(step * 1_000_000)
        self.ttl = ttl
        self.acks = acks
        self.segments: list[Segment] = []

    def open(self) -> None:
        """SYN, SYN-ACK, ACK."""
        self.emit("client", flags=SYN, seq=self.isn["client"], ack=0)
        self.emit("server", flags=SYN | ACK, seq=self.isn["server"])
        self.emit("client")

    def client(self, *lines: str | bytes) -> None:
        """One segment of the client: a str is a line and gets its CRLF, bytes go as they are."""
        self._say("client", _octets(lines))

    def server(self, *lines: str | bytes) -> None:
        """One segment of the server, written as in `client`."""
        self._say("server", _octets(lines))

    def dialogue(self, script: str) -> None:
        """Lines of `C: ` and `S: `; neighbours of one side share a segment, `C| ` or `S| ` begins another."""
        for side, lines in turns(script):
            self._say(side, _octets(lines))

    def lose(self, side: Side, *lines: str | bytes) -> None:
        """Bytes that were sent and acknowledged, but of which the capture has no frame."""
        self._advance(side, len(_octets(lines)))
        self.wait(self.step_us / 1_000_000)

    def wait(self, seconds: float) -> None:
        """A silence."""
        self.now_us += round(seconds * 1_000_000)

    def close(self, by: Side = "client") -> None:
        """FIN from one side, FIN from the other, the last ACK."""
        self._finish(by)
        self._finish(_other(by))
        self.emit(by)

    def reset(self, by: Side = "client") -> None:
        """RST."""
        self.emit(by, flags=RST | ACK)

    def emit(
        self,
        side: Side,
        payload: bytes = b"",
        *,
        flags: int = ACK,
        seq: int | None = None,
        ack: int | None = None,
    ) -> Segment:
        """One segment as given, without advancing `side`: overlaps, keep-alives, oddities."""
        other = _other(side)
        segment = Segment(
            time_us=self.now_us,
            source=self.ends[side],
            target=self.ends[other],
            from_client=side == "client",
            seq=_wrap(self.next_seq[side] if seq is None else seq),
            ack=_wrap(self.next_seq[other] if ack is None else ack),
            flags=flags,
            payload=payload,
            ttl=self.ttl,
        )
        self.segments.append(segment)
        self.now_us += self.step_us
        return segment

    def retransmit(self, index: int = -1) -> None:
        """Send an earlier segment once more, now."""
        self.segments.append(replace(self.segments[index], time_us=self.now_us))
        self.now_us += self.step_us

    def frames(self, link: Link = "ethernet", *, mss: int | None = None, **encoding: Any) -> list[Frame]:
        """The segments as one capture point saw them; the further keywords are those of `Encoding`."""
        form = Encoding(link=link, **encoding)
        return encode(cut(self.segments, mss, self.step_us) if mss else self.segments, form)

    def _say(self, side: Side, payload: bytes) -> None:
        self.emit(side, payload, flags=PSH | ACK)
        self._advance(side, len(payload))
        if self.acks:
            self.emit(_other(side))

    def _finish(self, side: Side) -> None:
        self.emit(side, flags=FIN | ACK)
        self._advance(side, 1)

    def _advance(self, side: Side, count: int) -> None:
        self.next_seq[side] = _wrap(self.next_seq[side] + count)


def _wrap(number: int) -> int:
    return number % SEQUENCE_SPACE


def _other(side: Side) -> Side:
    return "server" if side == "client" else "client"


def _octets(lines: Iterable[str | bytes]) -> bytes:
    return b"".join(line if isinstance(line, bytes) else line.encode() + b"\r\n" for line in lines)


def turns(script: str) -> list[tuple[Side, list[str]]]:
    """Who says what, segment by segment, in a script of `Conversation.dialogue`."""
    said: list[tuple[Side, list[str]]] = []
    sides: dict[str, Side] = {"C": "client", "S": "server"}
    for line in map(str.lstrip, filter(str.strip, script.splitlines())):
        if line[0] not in sides or line[1:2] not in (":", "|"):
            raise ValueError(f"a line of a dialogue begins 'C: ', 'S: ', 'C| ' or 'S| ': {line!r}")
        side, text = sides[line[0]], line[2:].removeprefix(" ")
        if line[1] == ":" and said and said[-1][0] == side:
            said[-1][1].append(text)
        else:
            said.append((side, [text]))
    return said


# --- segments → frames ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Encoding:
    """How a capture point writes a segment down."""

    link: Link = "ethernet"
    vlan: Sequence[int] = ()
    """VLAN ids, outermost first (Ethernet and cooked captures)."""
    tag_types: Sequence[int] = ()
    """EtherType of each tag; 0x8100 where none is given (0x88a8 for an 802.1ad outer tag)."""
    ip_options: bytes = b""
    """IPv4 options, a multiple of 4 bytes."""
    extensions: Sequence[Extension] = ()
    """IPv6 extension headers, in order; the fragment header has offset 0 and no more fragments."""
    tcp_options: bytes = b""
    """TCP options of every segment but SYNs, which have an MSS; a multiple of 4 bytes."""
    tso: bool = False
    """IP length 0, as a capture on the sending host sees frames before segmentation offload."""
    pad: bool = False
    """Ethernet frames filled with zeros to 60 bytes, as on the wire."""
    checksums: bool = False
    """Right IPv4 and TCP checksums instead of 0."""


def encode(segments: Iterable[Segment], form: Encoding | None = None) -> list[Frame]:
    """Segments as frames of one link form."""
    return [_frame(segment, form or Encoding()) for segment in segments]


def cut(segments: Iterable[Segment], mss: int, spread_us: int = 1000) -> list[Segment]:
    """Payloads in pieces of at most `mss` bytes, the pieces spread over `spread_us`."""
    return [piece for segment in segments for piece in _pieces(segment, mss, spread_us)]


def _pieces(segment: Segment, mss: int, spread_us: int) -> list[Segment]:
    starts = range(0, len(segment.payload), mss)
    if len(starts) < 2:
        return [segment]
    return [
        replace(
            segment,
            time_us=segment.time_us + number * spread_us // len(starts),
            seq=_wrap(segment.seq + start),
            payload=segment.payload[start : start + mss],
            # what pushes or ends the stream belongs to the last byte
            flags=segment.flags if start == starts[-1] else segment.flags & ~(PSH | FIN),
        )
        for number, start in enumerate(starts)
    ]


def _frame(segment: Segment, form: Encoding) -> Frame:
    return enclose(segment, tcp_header(segment, form) + segment.payload, form)


def enclose(segment: Segment, body: bytes, form: Encoding, protocol: int = TCP) -> Frame:
    """What lies below the transport layer, around it."""
    head = _link_header(segment, form, _version(segment.source.ip))
    data = head + ip_packet(segment, body, form, protocol)
    if form.pad and form.link == "ethernet":
        data = data.ljust(SHORTEST_ETHERNET, b"\0")
    return Frame(segment.time_us, data, network=len(head))


def tcp_header(segment: Segment, form: Encoding) -> bytes:
    """The TCP header of a segment."""
    options = MSS_OPTION if segment.flags & SYN else form.tcp_options
    checksum = _tcp_checksum(segment, options) if form.checksums else 0
    return _tcp(segment, options, checksum)


def _tcp(segment: Segment, options: bytes, checksum: int) -> bytes:
    ports = segment.source.port, segment.target.port
    offset = (5 + len(options) // 4) << 4
    fixed = struct.pack("!HHIIBBHHH", *ports, segment.seq, segment.ack, offset, segment.flags, 64240, checksum, 0)
    return fixed + options


def _tcp_checksum(segment: Segment, options: bytes) -> int:
    body = _tcp(segment, options, 0) + segment.payload
    addresses = _packed(segment.source.ip) + _packed(segment.target.ip)
    return checksum(addresses + struct.pack("!II", len(body), 6) + body)


def checksum(data: bytes) -> int:
    """The Internet checksum (RFC 1071)."""
    words = struct.unpack(f"!{(len(data) + 1) // 2}H", data + b"\0" * (len(data) % 2))
    total: int = sum(words)
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def ip_packet(segment: Segment, body: bytes, form: Encoding, protocol: int = TCP) -> bytes:
    """An IPv4 or IPv6 packet around a TCP segment, or another protocol's."""
    return (_ipv4 if _version(segment.source.ip) == 4 else _ipv6)(segment, body, form, protocol)


def _ipv4(segment: Segment, body: bytes, form: Encoding, protocol: int) -> bytes:
    size = 20 + len(form.ip_options)
    length = 0 if form.tso else size + len(body)
    addresses = _packed(segment.source.ip) + _packed(segment.target.ip)
    head = struct.pack("!BBHHHBB", 0x40 | size // 4, 0, length, segment.seq & 0xFFFF, 0x4000, segment.ttl, protocol)
    total = checksum(head + addresses + form.ip_options) if form.checksums else 0
    return head + struct.pack("!H", total) + addresses + form.ip_options + body


def _ipv6(segment: Segment, body: bytes, form: Encoding, protocol: int) -> bytes:
    chain, following = body, protocol
    for extension in reversed(form.extensions):
        chain = _extension(extension, following) + chain
        following = EXTENSION_NUMBERS[extension]
    length = 0 if form.tso else len(chain)
    head = struct.pack("!IHBB", 6 << 28, length, following, segment.ttl)
    return head + _packed(segment.source.ip) + _packed(segment.target.ip) + chain


def _extension(extension: Extension, following: int) -> bytes:
    if extension == "fragment":
        return struct.pack("!BBHI", following, 0, 0, 0x5EED)
    return struct.pack("!BBBB4x", following, 0, 1, 4)  # one PadN option fills the 8 bytes


def _link_header(segment: Segment, form: Encoding, version: int) -> bytes:
    tags, ethertype = _tags(form, ETHERTYPES[version])
    source, target = _mac(segment.source.mac), _mac(segment.target.mac)
    direction = 0 if segment.from_client else 4  # cooked: to this host, or sent by it
    match form.link:
        case "ethernet":
            return target + source + struct.pack("!H", ethertype) + tags
        case "sll":
            return struct.pack("!HHH8sH", direction, 1, 6, source, ethertype) + tags
        case "sll2":
            return struct.pack("!HHIHBB8s", ethertype, 0, 2, 1, direction, 6, source) + tags
        case "raw":
            return b""
        case "null" | "loop":
            family = AF_INET if version == 4 else AF_INET6_DARWIN
            return struct.pack("<I" if form.link == "null" else ">I", family)


def _tags(form: Encoding, inner: int) -> tuple[bytes, int]:
    """The VLAN tags as written behind the first EtherType, and that EtherType."""
    if form.vlan and form.link not in ("ethernet", "sll", "sll2"):
        raise ValueError(f"{form.link} has no room for VLAN tags")
    types = [*form.tag_types, *[0x8100] * (len(form.vlan) - len(form.tag_types))]
    following = [*types[1:], inner]
    tags = b"".join(struct.pack("!HH", vlan, kind) for vlan, kind in zip(form.vlan, following, strict=False))
    return tags, types[0] if form.vlan else inner


@cache
def _packed(ip: str) -> bytes:
    return ip_address(ip).packed


@cache
def _version(ip: str) -> int:
    return ip_address(ip).version


@cache
def _mac(text: str) -> bytes:
    return bytes.fromhex(text.replace(":", ""))


# --- what networks do to frames ---------------------------------------------------------------------------


def duplicate(
    frames: Iterable[Frame],
    *,
    vlan: Sequence[int] | None = None,
    ttl_minus: int = 0,
    delay_us: int = 20,
    source_mac: str | None = None,
) -> list[Frame]:
    """Every frame and, `delay_us` later, its copy as another mirror port saw it (`vlan=()` untags it)."""
    frames = list(frames)
    copies = [_seen_elsewhere(frame, vlan, ttl_minus, delay_us, source_mac) for frame in frames]
    return merge(frames, copies)


def _seen_elsewhere(
    frame: Frame, vlan: Sequence[int] | None, ttl_minus: int, delay_us: int, source_mac: str | None
) -> Frame:
    head, packet = frame.data[: frame.network], bytearray(frame.data[frame.network :])
    packet[8 if packet[0] >> 4 == 4 else 7] -= ttl_minus
    if vlan is not None:
        tags, ethertype = _tags(Encoding(vlan=vlan), int.from_bytes(head[-2:]))
        head = head[:12] + struct.pack("!H", ethertype) + tags
    if source_mac is not None:
        head = head[:6] + _mac(source_mac) + head[12:]
    return Frame(frame.time_us + delay_us, head + bytes(packet), network=len(head))


def reorder(items: Sequence[Item], order: Sequence[int]) -> list[Item]:
    """The same items in another order; the times stay in place, as a capture's do."""
    return [replace(items[index], time_us=slot.time_us) for slot, index in zip(items, order, strict=True)]


def swap(items: Sequence[Item], first: int, second: int) -> list[Item]:
    """Two items in each other's place (negative positions count from the end)."""
    order = list(range(len(items)))
    order[first], order[second] = order[second], order[first]
    return reorder(items, order)


def merge(*lists: Iterable[Item]) -> list[Item]:
    """Several lists as one in order of time; at equal times the earlier list comes first."""
    return sorted((item for items in lists for item in items), key=lambda item: item.time_us)
