"""Tiny captures of every recipe: other people's parsers read them, and the truth beside them is true."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import dpkt
import pytest
from scapy.layers.inet import IP, TCP
from scapy.layers.l2 import Dot1AD, Dot1Q, Ether

from tests.bench.generate import RECIPES, generate

SCALE = 0.002
MAIL_PORTS = {25, 587, 2525}

Session = tuple[str, int, str, int]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder with all captures."""
    made = tmp_path_factory.mktemp("bench")
    generate(made, scale=SCALE)
    return made


@pytest.fixture(params=RECIPES)
def name(request: pytest.FixtureRequest) -> str:
    """Each capture's name."""
    return str(request.param)


def truth(folder: Path, name: str) -> dict[str, Any]:
    """What the generator says."""
    told: dict[str, Any] = json.loads((folder / f"{name}.truth.json").read_text())
    return told


def frames(folder: Path, name: str) -> Iterator[tuple[float, bytes]]:
    """Times and bytes, by dpkt."""
    with (folder / f"{name}.pcap").open("rb") as file:
        yield from dpkt.pcap.Reader(file)


def streams(folder: Path, name: str) -> dict[Session, dict[str, bytes]]:
    """What both sides of every mail session said; segments are in order and none is missing."""
    said: dict[Session, dict[str, bytes]] = defaultdict(lambda: {"client": b"", "server": b""})
    for _, data in frames(folder, name):
        packet = dpkt.ethernet.Ethernet(data).data
        segment = packet.data
        if not isinstance(segment, dpkt.tcp.TCP) or not MAIL_PORTS & {segment.sport, segment.dport}:
            continue
        source, target = str(ip_address(packet.src)), str(ip_address(packet.dst))
        up = segment.dport in MAIL_PORTS
        ends = (source, segment.sport, target, segment.dport)
        side = said[ends if up else ends[2:] + ends[:2]]
        side["client" if up else "server"] += segment.data
    return said


def test_frames_and_bytes_are_as_told(folder: Path, name: str) -> None:
    told = truth(folder, name)
    times = [time for time, _ in frames(folder, name)]
    assert len(times) == told["frames"]
    assert times == sorted(times)
    assert (folder / f"{name}.pcap").stat().st_size == told["bytes"]


def test_every_session_is_there_from_banner_to_quit(folder: Path, name: str) -> None:
    told = truth(folder, name)
    said = streams(folder, name)
    assert set(said) == {(row[1], row[2], row[3], row[4]) for row in told["rows"]}
    assert len(said) == told["sessions"]
    for *ends, _family, mechanism, tls in (row[1:] for row in told["rows"]):
        both = said[ends[0], ends[1], ends[2], ends[3]]
        assert both["server"].startswith(b"220 ")
        assert both["client"].startswith(b"EHLO scanner-")
        assert (b"STARTTLS\r\n\x16\x03\x01" in both["client"]) == tls
        assert tls or both["client"].endswith(b"QUIT\r\n")
        assert tls or (b"AUTH %b" % (mechanism or "").encode() in both["client"]) == bool(mechanism)


def test_sessions_are_counted_by_family(folder: Path, name: str) -> None:
    told = truth(folder, name)
    assert told["clear"] == Counter(row[5] for row in told["rows"] if not row[7])
    assert told["starttls"] == Counter(row[5] for row in told["rows"] if row[7])
    assert told["clients"] == len({row[1] for row in told["rows"]})


def test_tls_parses_and_names_its_server(folder: Path) -> None:
    for both in streams(folder, "tls").values():
        hello, _ = dpkt.ssl.tls_multi_factory(both["client"].split(b"STARTTLS\r\n")[1])
        assert isinstance(dpkt.ssl.TLSHandshake(hello[0].data).data, dpkt.ssl.TLSClientHello)
        assert b"mail.example.org" in hello[0].data
        after = both["server"].split(b"start TLS\r\n")[1]
        records, used = dpkt.ssl.tls_multi_factory(after)
        assert used == len(after)
        assert {record.type for record in records} >= {20, 22, 23}


def test_tags_change_nothing_but_the_tags(folder: Path) -> None:
    plain, tagged = list(frames(folder, "mixed")), list(frames(folder, "mixed-vlan"))
    assert [time for time, _ in plain] == [time for time, _ in tagged]
    kinds = Counter(dpkt.ethernet.Ethernet(data).type for _, data in plain)
    assert set(kinds) == {0x0800, 0x86DD}
    depths: Counter[int] = Counter()
    for (_, bare), (_, data) in zip(plain, tagged, strict=True):
        size = 8 if data[12:14] == b"\x88\xa8" else 4
        assert data[:12] + data[12 + size :] == bare
        depths[size] += 1
    assert depths[4] > depths[8] > 0
    twice = next(Ether(data) for _, data in tagged if data[12:14] == b"\x88\xa8")
    assert twice[Dot1AD].vlan == 100
    assert 10 <= twice[Dot1Q].vlan < 30


def test_ip_headers_are_right(folder: Path) -> None:
    for _, data in list(frames(folder, "smtp"))[:200]:
        packet = Ether(data)
        if IP in packet:
            rebuilt = packet.copy()
            del rebuilt[IP].chksum
            assert Ether(bytes(rebuilt))[IP].chksum == packet[IP].chksum
            assert packet[IP].len == len(data) - 14
        assert packet[TCP].dataofs == 8


def test_the_same_seed_makes_the_same_capture(folder: Path, tmp_path: Path) -> None:
    generate(tmp_path, ["mixed"], SCALE)
    assert (tmp_path / "mixed.pcap").read_bytes() == (folder / "mixed.pcap").read_bytes()
