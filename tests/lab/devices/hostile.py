"""Captures that nobody sent: floods, storms, lies, broken messages, each with honest mail in between.

Made of frames, without a daemon, and always the same.
"""

from __future__ import annotations

import gzip
import struct
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from scapy.layers.dhcp import BOOTP, DHCP
from scapy.layers.inet import IP, UDP
from scapy.layers.l2 import Ether

from tests.capture_files import encode_pcap
from tests.datagrams import datagram
from tests.lab.devices.box import BROTHER, NAS, RICOH, ROUTER, Box
from tests.lab.devices.recorder import LARGEST
from tests.lab.devices.scenario import Case, Notes
from tests.lab.devices.truth import Played, Truth, truth
from tests.wire import Conversation, Encoding, Endpoint, Frame, Segment, merge

START = 1_795_000_000.0
SECOND = 1_000_000
SERVER, SERVER_MAC = "10.1.0.25", "00:50:56:00:00:25"
BROADCAST = "ff:ff:ff:ff:ff:ff"
NO_ADDRESS = "0.0.0.0"  # noqa: S104 - nobody listens there
HOMES = {RICOH: "10.1.0.51", BROTHER: "10.1.0.53", NAS: "10.1.0.54"}
ATTACKER = Box("attacker", "kali", "52:54:00:66:66:66", None, None, "computer")
MDNS_GROUP, MDNS_MAC = "224.0.0.251", "01:00:5e:00:00:fb"


@dataclass(frozen=True)
class Hostile:
    """What is sent; `mail` is who sends mail when (seconds), greeting how; `hidden` as in a case."""

    name: str
    about: str
    noise: Callable[[], Iterator[Frame]]
    mail: Sequence[tuple[float, Box, str]] = ((1, RICOH, RICOH.name), (40, NAS, NAS.name), (80, RICOH, RICOH.name))
    hidden: frozenset[str] = frozenset()
    clock: Callable[[int], int] | None = None
    honest: bool = True
    """Whether the boxes announce themselves by ARP before their mail."""


def make(case: Hostile, folder: Path) -> Truth:
    """Write the capture, and give its truth."""
    lists = [list(case.noise())]
    for number, (second, box, helo) in enumerate(case.mail):
        lists.append(mail_of(box, helo, START + second, 40_000 + number))
        lists.append([arp(box.mac, HOMES.get(box, "10.1.0.66"), second - 0.5)] if case.honest else [])
    frames = merge(*lists)
    if case.clock:
        frames = [Frame(case.clock(each.time_us), each.data) for each in frames]
    data = encode_pcap(frames)
    file = "capture.pcap" if len(data) <= LARGEST else "capture.pcap.gz"
    (folder / file).write_bytes(data if file.endswith("p") else gzip.compress(data, mtime=0))
    boxes = {box.key: box for box in (*HOMES, ATTACKER, ROUTER)}
    known = {box.key: ("mac",) if box is ATTACKER else ("mac", "vendor", "name") for box in HOMES | {ATTACKER: ""}}
    like = Case(case.name, case.about, ("near",), case.hidden, known)
    spans = {"near": frames}
    told = truth(like, Played(Notes(()), spans, boxes, {"near": set(boxes)}), spans, spans)
    return {**told, "sensors": {"near": file}, "origin": "made by tests/lab/devices/hostile.py"}


def mail_of(box: Box, helo: str, at: float, port: int) -> list[Frame]:
    """A clear session of a box."""
    talk = Conversation(
        client=HOMES.get(box, "10.1.0.66"), server=SERVER, client_port=port, port=25, client_mac=box.mac,
        server_mac=SERVER_MAC, start=at, client_isn=port * 7919, server_isn=port * 104_729, acks=True,
    )  # fmt: skip
    talk.open()
    talk.dialogue(f"""
        S: 220 mail.example.org ESMTP
        C: EHLO {helo}
        S: 250-mail.example.org
        S: 250 AUTH LOGIN PLAIN
        C: AUTH PLAIN AHNjYW5AZXhhbXBsZS5vcmcATWFkZS11cA==
        S: 235 2.7.0 Authentication successful
        C: MAIL FROM:<scan@example.org>
        S: 250 OK
        C: RCPT TO:<office@example.com>
        S: 250 OK
        C: DATA
        S: 354 go on
        C: Subject: scan
        C|
        C| .
        S: 250 OK
        C: QUIT
        S: 221 Bye
    """)
    talk.close()
    return talk.frames()


# -- frames --------------------------------------------------------------------------------------------


def frame(packet: Any, second: float) -> Frame:
    """A packet of scapy's at a time."""
    return Frame(round((START + second) * SECOND), bytes(packet))


def arp(mac: str, ip: str, second: float, *, to: str = BROADCAST, operation: int = 1, target: str = "") -> Frame:
    """An announcement, a question or an answer of ARP."""
    card = bytes.fromhex(mac.replace(":", ""))
    mine, theirs = (bytes(map(int, each.split("."))) for each in (ip, target or ip))
    said = struct.pack("!HHBBH", 1, 0x0800, 6, 4, operation) + card + mine + bytes(6) + theirs
    return Frame(round((START + second) * SECOND), bytes.fromhex(to.replace(":", "")) + card + b"\x08\x06" + said)


def dhcp(mac: str, second: float, kind: str, options: Sequence[Any] = (), *, yours: str = NO_ADDRESS) -> Frame:
    """A message of DHCP, of a client or of the router."""
    served = kind in ("offer", "ack")
    card = bytes.fromhex(mac.replace(":", ""))
    said = BOOTP(op=2 if served else 1, chaddr=card, xid=int.from_bytes(card[2:]), yiaddr=yours)
    ports = (67, 68) if served else (68, 67)
    source = "10.1.0.1" if served else NO_ADDRESS
    head = Ether(src=ROUTER.mac if served else mac, dst=BROADCAST) / IP(src=source, dst="255.255.255.255")
    told = DHCP(options=[("message-type", kind), *options, "end"])
    return frame(head / UDP(sport=ports[0], dport=ports[1]) / said / told, second)


def lease(mac: str, ip: str, second: float, name: str | bytes) -> list[Frame]:
    """A client asks for an address by name, and gets it."""
    asked = [("hostname", name), ("requested_addr", ip), ("client_id", b"\1" + bytes.fromhex(mac.replace(":", "")))]
    given = [("lease_time", 3600), ("server_id", "10.1.0.1"), ("router", "10.1.0.1"), ("subnet_mask", "255.255.255.0")]
    return [dhcp(mac, second, "request", asked), dhcp(mac, second + 0.001, "ack", given, yours=ip)]


def mdns(mac: str, ip: str, second: float, message: bytes) -> Frame:
    """Bytes on mDNS' port."""
    head = Ether(src=mac, dst=MDNS_MAC) / IP(src=ip, dst=MDNS_GROUP, ttl=255)
    return frame(head / UDP(sport=5353, dport=5353) / message, second)


def record(name: bytes, kind: int, data: bytes, count: int | None = None) -> bytes:
    """A message of mDNS with one answer; `count` is what its header claims."""
    size = struct.pack("!H", min(len(data), 65_535))
    answers = 1 if count is None else count
    return struct.pack("!6H", 0, 0x8400, 0, answers, 0, 0) + name + struct.pack("!HHI", kind, 0x8001, 120) + size + data


def labels(*parts: bytes) -> bytes:
    """A name, its labels as they come."""
    return b"".join(bytes([len(part)]) + part for part in parts) + b"\0"


# -- what is sent --------------------------------------------------------------------------------------


def spoofed_names() -> Iterator[Frame]:
    """The attacker gives himself the names of others, with controls and bidi in them, and their cards in ARP's body."""
    mac, ip = ATTACKER.mac, "10.1.0.66"
    hostile: list[str | bytes] = [
        "RNP002673A1B2C3",
        b"\x1b[2J\x1b[31mroot",
        b"\xe2\x80\xaegnp.exe",
        b"\xff\xfe\xfd",
        b"x" * 255,
        "=cmd()",
    ]
    for number, name in enumerate(hostile):
        yield from lease(mac, ip, 2.0 + number, name)
    host = labels(b"RNP002673A1B2C3", b"local")
    yield mdns(mac, ip, 12, record(host, 1, bytes((10, 1, 0, 66))))
    text = b"".join(
        bytes([len(each)]) + each for each in (b"ty=RICOH MP C3003", b"note=\x1b]0;x\x07", b"UUID=\xff\xff")
    )
    yield mdns(mac, ip, 13, record(labels(b"Ricoh \xe2\x80\xae", b"_ipp", b"_tcp", b"local"), 16, text))
    yield mdns(mac, ip, 14, record(labels(b"DiskStation", b"local"), 1, bytes((10, 1, 0, 54))))


def dhcp_flood() -> Iterator[Frame]:
    """2,000 cards that nobody has ask for addresses within twenty seconds."""
    dice = Random(2000)
    for number in range(2000):
        mac = dice.randbytes(6)
        mac = bytes([mac[0] & 0xFE]) + mac[1:]
        # the smallest message that is whole: header, cookie, type, end
        said = b"\1\1\6\0" + dice.randbytes(4) + bytes(20) + mac + bytes(202) + b"\x63\x82\x53\x63\x35\1\1\xff"
        like = Segment(
            round((START + 5 + number / 100) * SECOND), Endpoint(NO_ADDRESS, 68, mac.hex(":")),
            Endpoint("255.255.255.255", 67, BROADCAST), from_client=True, seq=1, ack=0, flags=0,
        )  # fmt: skip
        yield datagram(said, like, Encoding(checksums=True))


def arp_storm() -> Iterator[Frame]:
    """2,500 questions in five seconds, of a box that looks for everybody."""
    for number in range(2500):
        target = f"10.1.{number // 250}.{number % 250 + 1}"
        yield arp(ATTACKER.mac, "10.1.0.66", 20 + number / 500, target=target)


def whole_subnet() -> Iterator[Frame]:
    """One card answers for every address of the subnet, the boxes' too."""
    for round_ in range(2):
        for number in range(1, 255):
            yield arp(ATTACKER.mac, f"10.1.0.{number}", 10 + 30 * round_ + number / 100, to=SERVER_MAC, operation=2)


def flapping() -> Iterator[Frame]:
    """Two cards claim one address, ten times a second for a minute."""
    for number in range(600):
        yield arp((NAS, ATTACKER)[number % 2].mac, "10.1.0.54", 10 + number / 10, operation=2)


def broken_mdns() -> Iterator[Frame]:
    """Bad UTF-8, names that point to themselves, counts that lie, a text as long as a datagram may be."""
    mac, ip = RICOH.mac, HOMES[RICOH]
    good = labels(b"RNP002673A1B2C3", b"local")
    yield mdns(mac, ip, 3, record(good, 1, bytes((10, 1, 0, 51))))
    yield mdns(mac, ip, 4, record(labels(b"\xff\xfe\xc3\x28", b"\xed\xa0\x80", b"local"), 16, b"\7note=\xff\xfe"))
    yield mdns(mac, ip, 5, record(b"\xc0\x0c", 12, b"\xc0\x0c"))
    yield mdns(mac, ip, 6, record(b"\xc0\x0e\xc0\x0c", 12, b"\xc0\x0e"))
    yield mdns(mac, ip, 7, record(good, 1, bytes((10, 1, 0, 51)), count=65_535))
    yield mdns(mac, ip, 8, record(b"\x3f" + b"a" * 20, 16, b""))
    yield mdns(mac, ip, 9, record(good, 16, b"\xff" + b"ty=short"))
    for cut in (0, 1, 11, 12, 13, 30):
        yield mdns(mac, ip, 10 + cut / 100, record(good, 1, bytes((10, 1, 0, 51)))[:cut])
    texts = b"".join(b"\xff" + b"note=" + b"n" * 250 for _ in range(250))
    yield from fragments(mac, ip, 12, record(good, 16, texts[:64_000]))


def fragments(mac: str, ip: str, second: float, message: bytes) -> Iterator[Frame]:
    """A datagram of mDNS in fragments (RFC 791 3.2)."""
    datagram = struct.pack("!HHHH", 5353, 5353, len(message) + 8, 0) + message
    for number, place in enumerate(range(0, len(datagram), 1480)):
        last = place + 1480 >= len(datagram)
        head = IP(src=ip, dst=MDNS_GROUP, ttl=255, id=64, flags=0 if last else "MF", frag=place // 8, proto=17)
        yield frame(Ether(src=mac, dst=MDNS_MAC) / head / datagram[place : place + 1480], second + number / 1000)


def ordinary() -> Iterator[Frame]:
    """Leases and announcements as they should be."""
    for second in (0.1, 60.0):
        for number, (box, ip) in enumerate(HOMES.items()):
            yield from lease(box.mac, ip, second + number / 100, box.name)


def backwards(time_us: int) -> int:
    """The second minute lies an hour before the first, and its end a year behind."""
    since = time_us - round(START * SECOND)
    if since < 30 * SECOND:
        return time_us
    return time_us - 3600 * SECOND if since < 70 * SECOND else time_us + 365 * 86_400 * SECOND


BESIDE = ((1, RICOH, RICOH.name), (30, ATTACKER, RICOH.name), (40, NAS, NAS.name), (80, RICOH, RICOH.name))
NAMELESS = ((1, RICOH, "localhost"), (45, NAS, "localhost"), (80, BROTHER, "localhost"))
ALL = (
    Hostile("hostile-spoofed-names", "A box gives itself the names of others, and names that are no text.",
            spoofed_names, BESIDE),
    Hostile("hostile-dhcp-flood", "2,000 made-up cards ask for addresses.", dhcp_flood),
    Hostile("hostile-arp-storm", "2,500 questions of ARP within five seconds.", arp_storm),
    Hostile("hostile-mdns", "mDNS with bad UTF-8, loops of pointers, counts that lie, and a text of 64 kB in "
            "fragments.", broken_mdns),
    Hostile("hostile-whole-subnet", "One card answers for the whole subnet, the boxes' addresses too.",
            whole_subnet, NAMELESS, frozenset({"nas", "brother"})),
    Hostile("hostile-flapping", "Two cards claim one address, ten times a second.", flapping, NAMELESS,
            frozenset({"nas"})),
    Hostile("hostile-clock", "The clock goes an hour back, and then a year ahead.", ordinary, clock=backwards),
)  # fmt: skip
CASES: dict[str, Hostile] = {f"devices/{each.name}": each for each in ALL}
