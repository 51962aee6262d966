"""Frames as columns → a pcap file: headers made for a whole chunk at once, payloads copied from the pool."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.bench.flows import TCP, UDP, Columns, Hosts

CHUNK = 100_000  # frames whose headers are made at once: bounds memory
SNAPLEN = 262_144
FILE_HEADER = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, SNAPLEN, 1)

Bytes = NDArray[np.uint8]
Fields = list[tuple[str, str]]

RECORD: Fields = [("seconds", "<u4"), ("micros", "<u4"), ("kept", "<u4"), ("size", "<u4")]
ETHERNET: Fields = [("to_mac", "6u1"), ("from_mac", "6u1"), ("ethertype", ">u2")]
TAGS: list[Fields] = [
    [],
    [("inner", ">u2"), ("ethertype1", ">u2")],
    [("outer", ">u2"), ("ethertype1", ">u2"), ("inner", ">u2"), ("ethertype2", ">u2")],
]
IPV4: Fields = [("form", ">u2"), ("ip_length", ">u2"), ("id", ">u2"), ("fragment", ">u2")]
IPV4 += [("ttl", "u1"), ("protocol", "u1"), ("ip_sum", ">u2"), ("from_ip", "4u1"), ("to_ip", "4u1")]
IPV6: Fields = [("form", ">u4"), ("ip_length", ">u2"), ("protocol", "u1"), ("ttl", "u1")]
IPV6 += [("from_ip", "16u1"), ("to_ip", "16u1")]
PORTS: Fields = [("source_port", ">u2"), ("target_port", ">u2")]
WINDOW: Fields = [("window", ">u2"), ("tcp_sum", ">u2"), ("urgent", ">u2")]
# two NOPs and the option of RFC 7323 §3.2
TIMESTAMPS: Fields = [("nops", ">u2"), ("option", ">u2"), ("now", ">u4"), ("echo", ">u4")]
TRANSPORT: dict[int, Fields] = {
    TCP: [*PORTS, ("seq", ">u4"), ("ack", ">u4"), ("offset", "u1"), ("flags", "u1"), *WINDOW, *TIMESTAMPS],
    UDP: [*PORTS, ("udp_length", ">u2"), ("udp_sum", ">u2")],
}
TRANSPORT_SIZE = {TCP: 32, UDP: 8}
IP_SIZE = {4: 20, 6: 40}


@cache
def layout(tags: int, version: int, protocol: int) -> np.dtype[Any]:
    """The record and all headers of a frame as one packed row."""
    network = IPV4 if version == 4 else IPV6
    return np.dtype(RECORD + ETHERNET + TAGS[tags] + network + TRANSPORT[protocol])


def write(path: Path, frames: Columns, hosts: Hosts, pool: bytes) -> int:
    """Write all frames; returns the file's size."""
    with path.open("wb") as file:
        file.write(FILE_HEADER)
        for begin in range(0, len(frames), CHUNK):
            file.write(b"".join(_pieces(frames[begin : begin + CHUNK], hosts, memoryview(pool))))
        return file.tell()


def _pieces(frames: Columns, hosts: Hosts, pool: memoryview) -> Iterator[memoryview]:
    """Header, payload, header, payload, and so on."""
    heads, sizes = _headers(frames, hosts)
    width = heads.shape[1]
    flat = heads.reshape(-1).data
    offsets, lengths = frames["offset"].tolist(), frames["length"].tolist()
    for number, (size, offset, length) in enumerate(zip(sizes.tolist(), offsets, lengths, strict=True)):
        yield flat[number * width : number * width + size]
        yield pool[offset : offset + length]


def _headers(frames: Columns, hosts: Hosts) -> tuple[Bytes, NDArray[np.int64]]:
    """Each frame's headers at the left of a row, and how many bytes of the row they are."""
    widest = layout(2, 6, TCP).itemsize
    heads = np.zeros((len(frames), widest), np.uint8)
    sizes = np.zeros(len(frames), np.int64)
    version = hosts.version[frames["source"]]
    for tags, family, protocol in product((0, 1, 2), (4, 6), (TCP, UDP)):
        chosen = (frames["vlans"] == tags) & (version == family) & (frames["protocol"] == protocol)
        which = np.flatnonzero(chosen)
        if len(which):
            made = _same_layout(frames[which], hosts, tags, family, protocol)
            heads[which, : made.shape[1]] = made
            sizes[which] = made.shape[1]
    return heads, sizes


def _same_layout(frames: Columns, hosts: Hosts, tags: int, version: int, protocol: int) -> Bytes:
    form = layout(tags, version, protocol)
    rows = np.zeros(len(frames), form)
    size = form.itemsize - 16 + frames["length"]
    rows["seconds"], rows["micros"] = np.divmod(frames["time_us"], 1_000_000)
    rows["kept"] = rows["size"] = size
    rows["to_mac"], rows["from_mac"] = hosts.mac[frames["target"]], hosts.mac[frames["source"]]
    _tag(rows, frames, tags, 0x0800 if version == 4 else 0x86DD)
    _network(rows, frames, hosts, version, protocol)
    for name in {"source_port", "target_port", "seq", "ack", "flags"} & set(form.names or ()):
        rows[name] = frames[name]
    if protocol == TCP:
        rows["offset"], rows["window"] = 8 << 4, 64_240
        rows["nops"], rows["option"] = 0x0101, 0x080A
        rows["now"] = rows["echo"] = frames["time_us"] // 1000 & 0xFFFFFFFF
    else:
        rows["udp_length"] = 8 + frames["length"]
    return rows.view(np.uint8).reshape(len(rows), form.itemsize)


def _tag(rows: Columns, frames: Columns, tags: int, ethertype: int) -> None:
    types = [[ethertype], [0x8100, ethertype], [0x88A8, 0x8100, ethertype]][tags]
    for name, value in zip(("ethertype", "ethertype1", "ethertype2"), types, strict=False):
        rows[name] = value
    for name in ("outer", "inner")[2 - tags :]:
        rows[name] = frames[name]


def _network(rows: Columns, frames: Columns, hosts: Hosts, version: int, protocol: int) -> None:
    width = 4 if version == 4 else 16
    rows["from_ip"] = hosts.ip[frames["source"], :width]
    rows["to_ip"] = hosts.ip[frames["target"], :width]
    rows["protocol"], rows["ttl"] = protocol, 64
    body = TRANSPORT_SIZE[protocol] + frames["length"]
    if version == 6:
        rows["form"], rows["ip_length"] = 6 << 28, body
        return
    rows["form"], rows["ip_length"] = 0x4500, IP_SIZE[4] + body
    rows["id"], rows["fragment"] = frames["seq"] & 0xFFFF, 0x4000
    rows["ip_sum"] = _ip_sum(rows)


def _ip_sum(rows: Columns) -> NDArray[np.uint32]:
    """The header checksum (RFC 1071) of rows whose checksum is still 0."""
    total = np.zeros(len(rows), np.uint32)
    for name in ("form", "ip_length", "id", "fragment"):
        total += rows[name]
    total += (rows["ttl"].astype(np.uint32) << 8) + rows["protocol"]
    for name in ("from_ip", "to_ip"):
        total += rows[name].astype(np.uint32) @ np.array([256, 1, 256, 1], np.uint32)
    total = (total & 0xFFFF) + (total >> 16)
    total = (total & 0xFFFF) + (total >> 16)
    return ~total & np.uint32(0xFFFF)
