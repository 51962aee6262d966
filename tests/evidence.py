"""Evidence captures of tests: made of frames or of captures, and what stands in them."""

from __future__ import annotations

import struct
from base64 import b64encode
from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path
from typing import NamedTuple

from sniffer.decode import decode
from sniffer.model.facts import SessionFact
from sniffer.model.frames import Origin
from sniffer.pipeline import EvidenceSettings, Settings, gather
from sniffer.sources.gather import Gather
from tests.capture_files import write_pcap
from tests.frames import ALL_PORTS, NO_PORTS
from tests.wire import Frame

NUMBERS = count()


class Block(NamedTuple):
    """A block of a pcapng file: its type, its fixed part with what follows, and its options."""

    kind: int
    body: bytes


class Written(NamedTuple):
    """A frame of an evidence capture."""

    time: int
    data: bytes
    size: int
    link: int
    options: dict[int, bytes]


def evidence_of(folder: Path, *captures: Path, settings: EvidenceSettings | None = None) -> Path:
    """The evidence of captures that can all be read."""
    path = folder / f"evidence-{next(NUMBERS)}.pcapng"
    gathered = gather([("default", each) for each in captures], Settings(evidence=settings or EvidenceSettings(path)))
    gathered.spool.close()
    assert gathered.problems == []
    return settings.path if settings else path


def evidence_of_frames(folder: Path, frames: Sequence[Frame], linktype: int = 1) -> Path:
    """The evidence of frames."""
    capture = folder / f"capture-{next(NUMBERS)}.pcap"
    write_pcap(capture, frames, linktype)
    return evidence_of(folder, capture)


def sessions_of(*captures: Path) -> list[SessionFact]:
    """The sessions of captures."""
    gathered = gather([("default", each) for each in captures], Settings())
    found = list(gathered.spool.sessions())
    gathered.spool.close()
    assert gathered.problems == []
    return found


def blocks(data: bytes) -> Iterator[Block]:
    """The blocks of a file, each as long at its end as at its beginning."""
    place = 0
    while place < len(data):
        kind, size = struct.unpack_from("<II", data, place)
        assert size % 4 == 0
        assert struct.unpack_from("<I", data, place + size - 4) == (size,)
        yield Block(kind, data[place + 8 : place + size - 4])
        place += size


def options(data: bytes) -> dict[int, bytes]:
    """The options at the end of a block."""
    found, place = {}, 0
    while place < len(data):
        code, size = struct.unpack_from("<HH", data, place)
        if not code:
            break
        found[code] = data[place + 4 : place + 4 + size]
        place += 4 + size + -size % 4
    return found


def frames_of(path: Path) -> list[Written]:
    """The frames of a file."""
    links: list[int] = []
    found = []
    for kind, body in blocks(path.read_bytes()):
        if kind == 0x0A0D0D0A:
            links = []
        elif kind == 1:
            links.append(struct.unpack_from("<H", body)[0])
        elif kind == 6:
            number, high, low, captured, size = struct.unpack_from("<IIIII", body)
            rest = options(body[20 + captured + -captured % 4 :])
            found.append(Written(high << 32 | low, body[20 : 20 + captured], size, links[number], rest))
    return found


def payloads(path: Path) -> bytes:
    """All that TCP says in a file, frame by frame."""
    gathering = Gather()
    for each in frames_of(path):
        gathering.add(each.time, each.data, each.link, Origin("tap"))
    frames = gathering.take()
    if frames is None:
        return b""
    packets = decode(frames, ALL_PORTS, NO_PORTS).packets
    bounds = zip(packets.start.tolist(), packets.captured.tolist(), strict=True)
    return b"|".join(packets.data[start : start + size] for start, size in bounds)


def traces(secret: str, said: bytes) -> list[bytes]:
    """What of a secret stands in bytes: four octets on end of it, in clear or as UTF-16, or its base64."""
    raw = secret.encode()
    windows = [raw[at : at + 4] for at in range(max(len(raw) - 3, 1))]
    forms = [*windows, *(each.decode("latin-1").encode("utf-16-le") for each in windows)]
    forms += [b64encode(raw)[: len(raw) // 3 * 4] if len(raw) > 5 else b64encode(raw)]
    return [each for each in forms if each in said]
