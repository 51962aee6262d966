"""Frames of tests become capture files: pcap in both byte orders and resolutions, and pcapng."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from tests.wire import Frame

TLS_KEY_LOG = 0x544C534B


class Interface(NamedTuple):
    """An interface of a pcapng file; `tsresol` is the exponent of if_tsresol, None leaves the option out."""

    link_type: int = 1
    snaplen: int = 262_144
    tsresol: int | None = 6
    name: str = ""


def encode_pcap(
    frames: Iterable[Frame],
    linktype: int = 1,
    *,
    big_endian: bool = False,
    nanosecond: bool = False,
    snaplen: int = 262_144,
) -> bytes:
    """A classic pcap file."""
    order = ">" if big_endian else "<"
    magic, fraction = (0xA1B23C4D, 1000) if nanosecond else (0xA1B2C3D4, 1)
    record = struct.Struct(order + "IIII")
    parts = [struct.pack(order + "IHHiIII", magic, 2, 4, 0, 0, snaplen, linktype)]
    for frame in frames:
        seconds, micros = divmod(frame.time_us, 1_000_000)
        kept = frame.data[:snaplen]
        parts += [record.pack(seconds, micros * fraction, len(kept), len(frame.data)), kept]
    return b"".join(parts)


def write_pcap(
    path: str | Path,
    frames: Iterable[Frame],
    linktype: int = 1,
    *,
    big_endian: bool = False,
    nanosecond: bool = False,
    snaplen: int = 262_144,
) -> None:
    """Write what `encode_pcap` makes."""
    data = encode_pcap(frames, linktype, big_endian=big_endian, nanosecond=nanosecond, snaplen=snaplen)
    Path(path).write_bytes(data)


def encode_pcapng(
    frames: Iterable[Frame | tuple[int, Frame]],
    interfaces: Sequence[Interface] = (Interface(),),
    *,
    comment: str = "",
    comments: Mapping[int, str] | None = None,
    big_endian: bool = False,
    secrets: bytes = b"",
) -> bytes:
    """A pcapng section; a bare frame is of interface 0, `comments` speak of frames by their position.

    `secrets` are a TLS key log in front of the frames.
    """
    order = ">" if big_endian else "<"
    head = struct.pack(order + "IHHq", 0x1A2B3C4D, 1, 0, -1)
    parts = [_block(order, 0x0A0D0D0A, head, [(1, comment.encode())])]
    parts += [_interface_block(order, interface) for interface in interfaces]
    parts += [secrets_block(secrets, big_endian=big_endian)] if secrets else []
    for position, item in enumerate(frames):
        number, frame = (0, item) if isinstance(item, Frame) else item
        said = (comments or {}).get(position, "")
        parts.append(_packet_block(order, number, interfaces[number], frame, said))
    return b"".join(parts)


def write_pcapng(
    path: str | Path,
    frames: Iterable[Frame | tuple[int, Frame]],
    interfaces: Sequence[Interface] = (Interface(),),
    *,
    comment: str = "",
    comments: Mapping[int, str] | None = None,
    big_endian: bool = False,
) -> None:
    """Write what `encode_pcapng` makes."""
    data = encode_pcapng(frames, interfaces, comment=comment, comments=comments, big_endian=big_endian)
    Path(path).write_bytes(data)


def secrets_block(log: bytes, *, kind: int = TLS_KEY_LOG, big_endian: bool = False) -> bytes:
    """A Decryption Secrets Block with a key log."""
    order = ">" if big_endian else "<"
    return _block(order, 10, struct.pack(order + "II", kind, len(log)) + _to_words(log), [])


def _interface_block(order: str, interface: Interface) -> bytes:
    body = struct.pack(order + "HHI", interface.link_type, 0, interface.snaplen)
    resolution = b"" if interface.tsresol is None else bytes([interface.tsresol])
    return _block(order, 1, body, [(2, interface.name.encode()), (9, resolution)])


def _packet_block(order: str, number: int, interface: Interface, frame: Frame, comment: str) -> bytes:
    resolution = 6 if interface.tsresol is None else interface.tsresol
    # the top bit of if_tsresol chooses powers of two
    units = 1 << (resolution & 0x7F) if resolution & 0x80 else 10**resolution
    ticks = frame.time_us * units // 1_000_000
    kept = frame.data[: interface.snaplen]
    fixed = struct.pack(order + "IIIII", number, ticks >> 32, ticks & 0xFFFFFFFF, len(kept), len(frame.data))
    return _block(order, 6, fixed + _to_words(kept), [(1, comment.encode())])


def _block(order: str, kind: int, body: bytes, options: Iterable[tuple[int, bytes]]) -> bytes:
    written = b"".join(
        struct.pack(order + "HH", code, len(value)) + _to_words(value) for code, value in options if value
    )
    tail = written + struct.pack(order + "HH", 0, 0) if written else b""
    length = 12 + len(body) + len(tail)
    return struct.pack(order + "II", kind, length) + body + tail + struct.pack(order + "I", length)


def _to_words(data: bytes) -> bytes:
    return data + b"\0" * (-len(data) % 4)
