"""Reading the folders of device cases: their truth, their sensors' frames, in whatever file those are."""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dpkt
from scapy.utils import RawPcapNgReader

from tests.expected import CAPTURES
from tests.wire import Frame

DEVICES = CAPTURES / "devices"


def folders() -> list[Path]:
    """All folders with a truth of devices."""
    return sorted(path.parent for path in DEVICES.glob("*/truth.json"))


def truth_of(folder: Path) -> dict[str, Any]:
    """What was really so."""
    told: dict[str, Any] = json.loads((folder / "truth.json").read_text())
    return told


def sensors(folder: Path) -> dict[str, list[Frame]]:
    """What each sensor saw."""
    files: dict[str, str] = truth_of(folder)["sensors"]
    if any(file.endswith("ng") for file in files.values()):
        return by_interface(folder / "capture.pcapng", list(files))
    return {sensor: list(frames(folder / file)) for sensor, file in files.items()}


def frames(path: Path) -> Iterator[Frame]:
    """The frames of a pcap, compressed or not."""
    data = path.read_bytes()
    plain = gzip.decompress(data) if path.suffix == ".gz" else data
    for time, each in dpkt.pcap.Reader(io.BytesIO(plain)):
        yield Frame(round(time * 1_000_000), bytes(each))


def by_interface(path: Path, names: list[str]) -> dict[str, list[Frame]]:
    """The frames of a pcapng, by its interfaces in order."""
    found: dict[str, list[Frame]] = {name: [] for name in names}
    with RawPcapNgReader(str(path)) as reader:
        metadata: Any
        for data, metadata in reader:
            time_us = ((metadata.tshigh << 32) + metadata.tslow) * 1_000_000 // metadata.tsresol
            found[metadata.ifname.decode()].append(Frame(time_us, bytes(data)))
    return found
