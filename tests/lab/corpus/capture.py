"""What the capture itself says of each connection: when it began, and which kind of records it agreed on."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PCAP, RECORD = struct.Struct("<IHHiIII"), struct.Struct("<IIII")
MICROSECONDS = 0xA1B2C3D4
ETHERNET, IPV4, TCP = 14, 0x0800, 6
SYN, ACK = 0x02, 0x10
SERVER_HELLO_RECORD = 22
ENCRYPT_THEN_MAC, SUPPORTED_VERSIONS = 0x0016, 0x002B
TLS_1_0, TLS_1_3 = 0x0301, 0x0304
GCM = {0x009C, 0x009D, 0x009E, 0x009F, 0xC02B, 0xC02C, 0xC02F, 0xC030}
CCM = {0xC09C, 0xC09D, 0xC09E, 0xC09F, 0xC0AC, 0xC0AD}
CCM_8 = {0xC0A0, 0xC0A1, 0xC0A2, 0xC0A3, 0xC0AE, 0xC0AF}
CHACHA20 = {0xCCA8, 0xCCA9, 0xCCAA}
TOO_EARLY = 64 * 1024
"""A ServerHello comes within so many bytes of a server's stream."""

Ends = tuple[str, int, str, int]


@dataclass
class Connection:
    """A connection of the capture; `tls` in the words of the labels, None without a ServerHello.

    `again` when its ends were used for another one later, so that nobody knows which of them a label would mean.
    """

    start: float
    first: int = 0
    again: bool = False
    tls: str | None = None
    said: bytes = b""
    expected: int | None = None


def frames(path: Path) -> Iterator[tuple[float, bytes]]:
    """The frames of a pcap with microseconds."""
    with path.open("rb") as stream:
        magic = PCAP.unpack(stream.read(PCAP.size))[0]
        if magic != MICROSECONDS:
            raise ValueError(f"{path}: not a pcap of this machine")
        while head := stream.read(RECORD.size):
            seconds, micros, kept, _ = RECORD.unpack(head)
            yield seconds + micros / 1e6, stream.read(kept)


def connections(path: Path) -> dict[Ends, Connection]:
    """All connections of a capture, by client and server."""
    found: dict[Ends, Connection] = {}
    for when, frame in frames(path):
        if len(frame) < 54 or frame[12:14] != b"\x08\x00" or frame[23] != TCP:
            continue
        head = ETHERNET + (frame[14] & 15) * 4
        source, target = (".".join(map(str, frame[at : at + 4])) for at in (26, 30))
        (source_port, target_port, sequence) = struct.unpack_from("!HHI", frame, head)
        flags, begin = frame[head + 13], head + (frame[head + 12] >> 4) * 4
        if flags & SYN and not flags & ACK:
            begun = found.setdefault((source, source_port, target, target_port), Connection(when, sequence))
            begun.again |= begun.first != sequence
            continue
        known = found.get((target, target_port, source, source_port))
        if known and flags & SYN:
            known.expected = (sequence + 1) & 0xFFFFFFFF
        elif known and known.expected is not None and not known.tls:
            end = ETHERNET + int.from_bytes(frame[16:18], "big")
            follow(known, sequence, frame[begin:end])
    return found


def follow(known: Connection, sequence: int, payload: bytes) -> None:
    """Add a segment of the server's to what is known of it."""
    if not payload or sequence != known.expected or len(known.said) > TOO_EARLY:
        return
    known.expected = (sequence + len(payload)) & 0xFFFFFFFF
    known.said += payload
    known.tls = kind(known.said)
    if known.tls:
        known.said = b""


def kind(said: bytes) -> str | None:
    """The kind of records that the ServerHello in these bytes chooses."""
    at = 0
    if said[:1].isdigit():
        at = said.find(b"\r\n\x16\x03") + 2
    hello = said[at : at + 5 + int.from_bytes(said[at + 3 : at + 5], "big")]
    whole = len(hello) > 44 and len(hello) >= 9 + int.from_bytes(hello[6:9], "big")
    if hello[:1] != bytes([SERVER_HELLO_RECORD]) or hello[5] != 2 or not whole:
        return None
    session = 44 + hello[43]
    suite = int.from_bytes(hello[session : session + 2], "big")
    told = dict(extensions(hello[session + 5 : 9 + int.from_bytes(hello[6:9], "big")]))
    version = int.from_bytes(told.get(SUPPORTED_VERSIONS, hello[9:11]), "big")
    return named(version, suite, ENCRYPT_THEN_MAC in told)


def extensions(raw: bytes) -> Iterator[tuple[int, bytes]]:
    """Type and value of each extension."""
    at = 0
    while at + 4 <= len(raw):
        sort, length = struct.unpack_from("!HH", raw, at)
        yield sort, raw[at + 4 : at + 4 + length]
        at += 4 + length


def named(version: int, suite: int, encrypt_then_mac: bool) -> str:
    """The label's word."""
    if version == TLS_1_3:
        return "13"
    if version == TLS_1_0:
        return "10"
    for word, suites in {"12": GCM, "cc": CHACHA20, "ccm": CCM, "ccm8": CCM_8}.items():
        if suite in suites:
            return word
    return "cbc" if encrypt_then_mac else "mte"
