"""Captures of discovery traffic: a day of 5,000 boxes, and a busy span with as much of it as such a span has.

    s15              24 h of packet time, 5,000 boxes, more than a million frames of discovery, some mail
    mixed-discovery  `mixed`, and beside it 1.5 % of frames in which its hosts speak of themselves

Both are the same in every run.  A day is made hour by hour, so memory is bounded by an hour's frames.
"""

from __future__ import annotations

import json
import mmap
import struct
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tests.bench import announcements as say
from tests.bench.announcements import XID, Box, box
from tests.bench.assemble import FILE_HEADER
from tests.wire import Conversation

CAPTURES = ("s15", "mixed-discovery")
START = 1_795_000_000
SECOND, HOUR, DAY = 1_000_000, 3600, 86_400
BOXES, GUESTS = 5_000, 500
"""Of the boxes the last are guests: half of them leave at noon, and the other half get their addresses."""
SESSIONS = 600
MAIL, MAIL_MAC = "10.16.0.25", "00:50:56:00:00:25"
SHARE = 0.015
"""Of discovery in a busy span."""
RECORD = struct.Struct("<IIII")

Frames = Callable[[Box], bytes]


class Habit(NamedTuple):
    """Frames that come one behind the other, and how often a day; `every` says which boxes do it, 1 is all."""

    kind: str
    frames: tuple[Frames, ...]
    times: int
    every: int = 1
    numbered: bool = False
    """Whether each exchange has a number of its own (DHCP)."""


HABITS = (
    Habit("dhcp", (say.dhcp_request, say.dhcp_ack), 6, numbered=True),
    Habit("arp", (say.arp_question, say.arp_answer), 48),
    Habit("nd", (say.nd_question, say.nd_answer), 24, every=2),
    Habit("mdns", (say.mdns,), 24),
    Habit("nbns", (say.nbns,), 24, every=4),
    Habit("ssdp", (say.ssdp,), 144, every=4),
    Habit("lldp", (say.lldp,), 288, every=10),
    Habit("dns", (say.dns_answer,), 24),
    Habit("ws-discovery", (say.wsd_hello,), 4, every=2),
)


class Sent(NamedTuple):
    """A frame and its time in microseconds."""

    time_us: int
    data: bytes


class Told(NamedTuple):
    """A mail session of the truth."""

    start_us: int
    client: str
    client_port: int
    server: str
    port: int
    mac: str
    name: str


def generate(directory: Path, name: str, scale: float = 1.0) -> None:
    """Write one of the captures, and what is true of it."""
    directory.mkdir(parents=True, exist_ok=True)
    if name == "s15":
        day(directory / "s15.pcap", scale)
    else:
        mixed(directory, scale)


# -- a day ---------------------------------------------------------------------------------------------


def day(path: Path, scale: float = 1.0) -> None:
    """Twenty-four hours."""
    boxes = [box(number, address(number, scale)) for number in range(count(BOXES, scale))]
    rng = np.random.default_rng(15)
    kinds: Counter[str] = Counter()
    rows, mail = sessions(boxes, count(SESSIONS, scale), scale, rng)
    with path.open("wb") as file:
        file.write(FILE_HEADER)
        for hour in range(24):
            said = list(spoken(boxes, hour, scale, rng, kinds))
            said += [each for each in mail if each.time_us // SECOND // HOUR == hour]
            write(file, sorted(said))
    told = {
        "frames": sum(kinds.values()) + len(mail),
        "bytes": path.stat().st_size,
        "discovery": sum(kinds.values()),
        "kinds": dict(kinds),
        "mail_frames": len(mail),
        "boxes": len(boxes),
        "fields": list(Told._fields),
        "sessions": [list(row) for row in sorted(rows)],
    }
    path.with_suffix(".truth.json").write_text(json.dumps(told) + "\n")


def count(whole: int, scale: float) -> int:
    """As many of something as a scale wants, and never none."""
    return max(8, round(whole * scale))


def guests(scale: float) -> int:
    """How many boxes are guests: an even number."""
    return count(GUESTS, scale) // 2 * 2


def address(number: int, scale: float) -> str:
    """A box's address; a guest of the afternoon has that of one of the morning."""
    whole, late = count(BOXES, scale), guests(scale) // 2
    place = number - late if number >= whole - late else number
    return f"10.16.{1 + place // 250}.{1 + place % 250}"


def presence(number: int, scale: float) -> tuple[int, int]:
    """From which second to which a box is there."""
    whole, late = count(BOXES, scale), guests(scale) // 2
    if number < whole - 2 * late:
        return 0, DAY
    return (0, DAY // 2) if number < whole - late else (DAY // 2, DAY)


def spoken(
    boxes: Sequence[Box], hour: int, scale: float, rng: np.random.Generator, kinds: Counter[str]
) -> Iterator[Sent]:
    """What all boxes say in an hour; each habit has its own even beat, and each box its own place in it."""
    for number, habit in enumerate(HABITS):
        gap = DAY * SECOND // habit.times
        for at in range(0, len(boxes), habit.every):
            begin, end = presence(at, scale)
            if not begin <= hour * HOUR < end:
                continue
            place = (at * 7_919 + number * 104_729) * 1_000_003 % gap
            for time_us in beats(place, gap, hour):
                xid = rng.bytes(4) if habit.numbered else b""
                for later, make in enumerate(habit.frames):
                    kinds[habit.kind] += 1
                    yield Sent(time_us + 900 * later, numbered(frame_of(make, boxes[at]), xid))
    if hour == 12:
        yield from noon(boxes, scale, kinds)


def noon(boxes: Sequence[Box], scale: float, kinds: Counter[str]) -> Iterator[Sent]:
    """The guests of the morning give their addresses back, those of the afternoon get them."""
    half = guests(scale) // 2
    for place in range(half):
        gone, come = boxes[len(boxes) - 2 * half + place], boxes[len(boxes) - half + place]
        time_us = DAY // 2 * SECOND + place * 1000
        kinds["dhcp"] += 3
        yield Sent(time_us, say.dhcp_release(gone))
        yield Sent(time_us + 400, say.dhcp_request(come))
        yield Sent(time_us + 800, say.dhcp_ack(come))


def beats(place: int, gap: int, hour: int) -> range:
    """The times within an hour of what comes again after each gap."""
    begin = hour * HOUR * SECOND
    first = place + max(0, -(-(begin - place) // gap)) * gap
    return range(first, begin + HOUR * SECOND, gap)


KEPT: dict[tuple[Frames, str], bytes] = {}
"""Frames that were made, by maker and card."""


def frame_of(make: Frames, of: Box) -> bytes:
    """The frame of a kind that a box sends, made once."""
    key = make, of.mac + of.ip
    if key not in KEPT:
        KEPT[key] = make(of)
    return KEPT[key]


def numbered(frame: bytes, number: bytes) -> bytes:
    """A frame of DHCP with its exchange's number."""
    return frame[: XID.start] + number + frame[XID.stop :] if number else frame


# -- mail ----------------------------------------------------------------------------------------------


def sessions(
    boxes: Sequence[Box], wanted: int, scale: float, rng: np.random.Generator
) -> tuple[list[Told], list[Sent]]:
    """Sessions in clear, each of another box, while it is there."""
    rows, frames = [], []
    for number, at in enumerate(rng.choice(len(boxes), min(wanted, len(boxes)), replace=False).tolist()):
        of = boxes[at]
        begin, end = presence(at, scale)
        start_us = int(rng.integers((begin + 60) * SECOND, (end - 60) * SECOND))
        port = 32_768 + number
        rows.append(Told(START * SECOND + start_us, of.ip, port, MAIL, 25, of.mac, of.name))
        frames += mail(of, start_us, port)
    return rows, frames


def mail(of: Box, start_us: int, port: int) -> list[Sent]:
    """One session."""
    talk = Conversation(
        client=of.ip, server=MAIL, client_port=port, port=25, client_mac=of.mac, server_mac=MAIL_MAC, start=0,
        client_isn=port * 65_537, server_isn=port * 65_539,
    )  # fmt: skip
    talk.open()
    talk.dialogue(f"""
        S: 220 mail.example.org ESMTP
        C: EHLO {of.name}
        S: 250-mail.example.org
        S: 250 AUTH LOGIN PLAIN
        C: AUTH LOGIN
        S: 334 VXNlcm5hbWU6
        C: c2NhbkBleGFtcGxlLm9yZw==
        S: 334 UGFzc3dvcmQ6
        C: TWFkZS11cA==
        S: 235 2.7.0 Authentication successful
        C: MAIL FROM:<scan@example.org>
        S: 250 OK
        C: RCPT TO:<office@example.org>
        S: 250 OK
        C: DATA
        S: 354 go on
        C: Subject: scan
        C:
        C: .
        S: 250 OK
        C: QUIT
        S: 221 Bye
    """)
    talk.close()
    return [Sent(start_us + each.time_us, each.data) for each in talk.frames()]


# -- files ---------------------------------------------------------------------------------------------


def write(file: IO[bytes], said: Iterable[Sent]) -> None:
    """Frames behind those that are there; times are of the day."""
    parts: list[bytes] = []
    for time_us, data in said:
        seconds, micros = divmod(time_us, SECOND)
        parts += (RECORD.pack(START + seconds, micros, len(data), len(data)), data)
    file.write(b"".join(parts))


def mixed(directory: Path, scale: float) -> None:
    """`mixed`, with its hosts' own words in between."""
    from tests.bench.generate import RECIPES, capture, network_of  # noqa: PLC0415 - it offers what is made here

    path = directory / "mixed-discovery.pcap"
    bare = directory / "mixed-discovery.bare.pcap"
    capture(bare, RECIPES["mixed"], scale)
    told = json.loads(bare.with_suffix(".truth.json").read_text())
    net = network_of(RECIPES["mixed"].mail)
    boxes = [
        Box("RNP" + mac.tobytes().hex().upper(), mac.tobytes().hex(":"), name, "RICOH", "MP C3003", "RicohPrinter")
        for name, mac in zip(net.names, net.mac, strict=True)
        if name.startswith("10.0.")
    ]
    said = mentioned(boxes, round(told["frames"] * SHARE), told["rows"])
    interleave(bare, path, said)
    told |= {"frames": told["frames"] + len(said), "discovery": len(said), "bytes": path.stat().st_size}
    path.with_suffix(".truth.json").write_text(json.dumps(told) + "\n")
    bare.unlink()
    bare.with_suffix(".truth.json").unlink()


def mentioned(boxes: Sequence[Box], wanted: int, rows: Sequence[Sequence[int]]) -> list[Sent]:
    """Words of boxes at random, each habit as often as in a day, over the time of the sessions."""
    rng = np.random.default_rng(16)
    begin, end = min(row[0] for row in rows) - START * SECOND, max(row[0] for row in rows) - START * SECOND
    weights: NDArray[np.float64] = np.array([each.times / each.every for each in HABITS])
    chosen = rng.choice(len(HABITS), wanted, p=weights / weights.sum())
    said: list[Sent] = []
    for which in chosen.tolist():
        habit, of = HABITS[which], boxes[int(rng.integers(len(boxes)))]
        time_us, xid = int(rng.integers(begin, end)), rng.bytes(4) if habit.numbered else b""
        said += [Sent(time_us + 900 * at, numbered(frame_of(make, of), xid)) for at, make in enumerate(habit.frames)]
        if len(said) >= wanted:
            break
    return sorted(said[:wanted])


def interleave(bare: Path, path: Path, said: Sequence[Sent]) -> None:
    """Put frames into a capture, each behind those that came before it."""
    with (
        bare.open("rb") as source,
        mmap.mmap(source.fileno(), 0, access=mmap.ACCESS_READ) as data,
        path.open("wb") as file,
    ):
        copied, place = 0, len(FILE_HEADER)
        waiting = iter(said)
        following = next(waiting, None)
        while place < len(data):
            seconds, micros, kept, _ = RECORD.unpack_from(data, place)
            while following and START * SECOND + following.time_us < seconds * SECOND + micros:
                file.write(data[copied:place])
                copied = place
                write(file, [following])
                following = next(waiting, None)
            place += RECORD.size + kept
        file.write(data[copied:])
        write(file, [*([following] if following else []), *waiting])
