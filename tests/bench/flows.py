"""Flows: templates repeated with hosts, ports, sequence numbers and times of their own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.bench.templates import Rows

Columns = NDArray[Any]

TCP, UDP = 6, 17
FIRST_EPHEMERAL, EPHEMERAL = 32_768, 28_000  # a range that holds no mail port

FLOW = np.dtype(
    [
        ("template", "i4"),
        ("take", "i4"),  # rows of the template; the rest is cut off
        ("start_us", "i8"),
        ("pace", "f8"),  # how much slower than the template
        ("client", "i4"),  # a row of the host table
        ("server", "i4"),
        ("client_port", "u2"),
        ("server_port", "u2"),
        ("client_isn", "u4"),
        ("server_isn", "u4"),
        ("protocol", "u1"),
        ("vlans", "u1"),  # how many tags
        ("outer", "u2"),
        ("inner", "u2"),
    ]
)

FRAME = np.dtype(
    [
        ("time_us", "i8"),
        ("source", "i4"),
        ("target", "i4"),
        ("source_port", "u2"),
        ("target_port", "u2"),
        ("seq", "u4"),
        ("ack", "u4"),
        ("flags", "u1"),
        ("protocol", "u1"),
        ("vlans", "u1"),
        ("outer", "u2"),
        ("inner", "u2"),
        ("offset", "i8"),
        ("length", "i4"),
    ]
)


@dataclass(frozen=True)
class Hosts:
    """Addresses by number."""

    names: list[str]
    ip: NDArray[np.uint8]
    """16 bytes each; an IPv4 address has the first four."""
    version: NDArray[np.uint8]
    mac: NDArray[np.uint8]


def hosts(names: Sequence[str]) -> Hosts:
    """A host table; MACs are counted up within one vendor's range."""
    addresses = [ip_address(name) for name in names]
    ip = np.frombuffer(b"".join(a.packed.ljust(16, b"\0") for a in addresses), np.uint8).reshape(-1, 16)
    macs = b"".join(bytes.fromhex("002673") + number.to_bytes(3) for number in range(1, len(names) + 1))
    version = np.array([a.version for a in addresses], np.uint8)
    return Hosts(list(names), ip, version, np.frombuffer(macs, np.uint8).reshape(-1, 6))


def new_flows(count: int, first: int, rng: np.random.Generator) -> Columns:
    """`count` flows with ports and initial sequence numbers that differ; `first` numbers the earliest."""
    flows = np.zeros(count, dtype=FLOW)
    flows["pace"] = 1
    flows["client_port"] = FIRST_EPHEMERAL + np.arange(first, first + count) % EPHEMERAL
    for side in ("client_isn", "server_isn"):
        flows[side] = rng.integers(0, 1 << 32, count, dtype=np.uint32)
    flows["protocol"] = TCP
    return flows


def expand(flows: Columns, templates: Sequence[Rows]) -> Columns:
    """The frames of all flows, in order of time."""
    row, flow = _positions(flows, templates)
    frames = np.zeros(len(row), dtype=FRAME)
    up = row["from_client"]
    delay = (row["after_us"] * flow["pace"]).astype(np.int64)
    frames["time_us"] = flow["start_us"] + delay
    for end, way in (("source", up), ("target", ~up)):
        frames[end] = np.where(way, flow["client"], flow["server"])
        frames[end + "_port"] = np.where(way, flow["client_port"], flow["server_port"])
    frames["seq"] = row["seq"] + np.where(up, flow["client_isn"], flow["server_isn"])
    # a SYN acknowledges nothing
    acknowledged = row["ack"] + np.where(up, flow["server_isn"], flow["client_isn"])
    frames["ack"] = np.where(row["flags"] & 0x10, acknowledged, 0)
    for same in ("flags", "offset", "length"):
        frames[same] = row[same]
    for same in ("protocol", "vlans", "outer", "inner"):
        frames[same] = flow[same]
    return frames[np.argsort(frames["time_us"], kind="stable")]


def _positions(flows: Columns, templates: Sequence[Rows]) -> tuple[Columns, Columns]:
    """For every frame its template row and its flow."""
    sizes = np.array([len(rows) for rows in templates])
    begins = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    take = np.minimum(flows["take"], sizes[flows["template"]])
    flow = np.repeat(np.arange(len(flows)), take)
    within = np.arange(len(flow)) - np.repeat(np.cumsum(take) - take, take)
    return np.concatenate(templates)[begins[flows["template"]][flow] + within], flows[flow]
