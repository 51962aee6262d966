"""A small day and a small busy span: other people's parsers read them, and their truth is true."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dpkt
import pytest
from scapy.layers.inet import IP
from scapy.layers.inet6 import ICMPv6ND_NA, ICMPv6ND_NS, IPv6
from scapy.layers.l2 import Ether

from tests.bench import discovery
from tests.bench.discovery import DAY, SHARE, START, beats, count, guests, presence
from tests.bench.generate import RECIPES, capture
from tests.lab.devices.wires import segment, syns
from tests.wire import Frame

SCALE = 0.01
MORNING, AFTERNOON = (0, DAY // 2), (DAY // 2, DAY)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Both captures, small."""
    made = tmp_path_factory.mktemp("discovery")
    discovery.generate(made, "s15", SCALE)
    discovery.generate(made, "mixed-discovery", 0.002)
    return made


def told(folder: Path, name: str) -> dict[str, Any]:
    """What the generator says."""
    truth: dict[str, Any] = json.loads((folder / f"{name}.truth.json").read_text())
    return truth


def frames(folder: Path, name: str) -> Iterator[Frame]:
    """Times and bytes, by dpkt."""
    with (folder / f"{name}.pcap").open("rb") as file:
        for time, data in dpkt.pcap.Reader(file):
            yield Frame(round(time * 1_000_000), bytes(data))


def kind_of(data: bytes) -> str:
    """What a frame is, by its type and ports."""
    names = {0x0806: "arp", 0x88CC: "lldp", 0x86DD: "nd"}
    if (kind := int.from_bytes(data[12:14])) != 0x0800:
        return names[kind]
    inner = dpkt.ip.IP(data[14:]).data
    ports = {67: "dhcp", 5353: "mdns", 137: "nbns", 1900: "ssdp", 53: "dns", 3702: "ws-discovery", 25: "mail"}
    return next(ports[port] for port in (inner.sport, inner.dport) if port in ports)


def test_a_day_holds_what_is_told(folder: Path) -> None:
    truth, seen = told(folder, "s15"), list(frames(folder, "s15"))
    kinds = Counter(kind_of(each.data) for each in seen)
    assert kinds.pop("mail") == truth["mail_frames"]
    assert kinds == truth["kinds"]
    assert len(seen) == truth["frames"] == truth["discovery"] + truth["mail_frames"]
    assert truth["bytes"] == (folder / "s15.pcap").stat().st_size
    times = [each.time_us for each in seen]
    assert times == sorted(times)
    assert 0.98 * DAY < (times[-1] - times[0]) / 1_000_000 <= DAY


def test_a_whole_day_has_more_than_a_million_frames(folder: Path) -> None:
    assert told(folder, "s15")["discovery"] / told(folder, "s15")["boxes"] * discovery.BOXES > 1_000_000


def test_sessions_come_from_the_cards_that_have_the_address_then(folder: Path) -> None:
    rows = told(folder, "s15")["sessions"]
    seen = list(frames(folder, "s15"))
    assert {(syn.time_us, syn.client, syn.client_port, syn.server, syn.port, syn.mac) for syn in syns(seen)} == {
        tuple(row[:6]) for row in rows
    }
    claims = [(each.time_us, ip, mac) for each in seen if (said := claimed(each.data)) for ip, mac in [said]]
    for start_us, ip, _, _, _, mac, _ in rows:
        half = start_us >= (START + DAY // 2) * 1_000_000
        held = {card for time, address, card in claims if address == ip and (time >= noon()) is half}
        assert held == {mac}


def noon() -> int:
    """The middle of the day."""
    return (START + DAY // 2) * 1_000_000


def claimed(data: bytes) -> tuple[str, str] | None:
    """The address and the card of an ARP sender."""
    if data[12:14] != b"\x08\x06":
        return None
    return ".".join(map(str, data[28:32])), data[22:28].hex(":")


def test_guests_share_their_addresses_by_halves_of_the_day() -> None:
    whole, late = count(discovery.BOXES, SCALE), guests(SCALE) // 2
    there = Counter(presence(number, SCALE) for number in range(whole))
    assert there == {(0, DAY): whole - 2 * late, MORNING: late, AFTERNOON: late}


@pytest.mark.parametrize(("place", "gap"), [(0, 10), (7_200_000_000, 14_400_000_000), (5, 3_600_000_001)])
def test_hours_miss_no_beat(place: int, gap: int) -> None:
    day_us = DAY * 1_000_000
    gap = max(gap, 600_000_000)
    found = [time for hour in range(24) for time in beats(place, gap, hour)]
    assert found == list(range(place, day_us, gap))


def test_checksums_are_right(folder: Path) -> None:
    tried: Counter[str] = Counter()
    for each in frames(folder, "s15"):
        packet = Ether(each.data)
        if IP in packet and tried["ip"] < 50:
            rebuilt = packet.copy()
            del rebuilt[IP].chksum
            assert Ether(bytes(rebuilt))[IP].chksum == packet[IP].chksum
            tried["ip"] += 1
        if IPv6 in packet and tried["nd"] < 50:
            kind = ICMPv6ND_NA if ICMPv6ND_NA in packet else ICMPv6ND_NS
            rebuilt = packet.copy()
            del rebuilt[kind].cksum
            assert Ether(bytes(rebuilt))[kind].cksum == packet[kind].cksum
            tried["nd"] += 1
        if min(tried["ip"], tried["nd"]) == 50:
            break
    assert tried == {"ip": 50, "nd": 50}


@pytest.mark.skipif(not shutil.which("tshark"), reason="tshark is not installed")
def test_tshark_finds_nothing_malformed(folder: Path) -> None:
    argv = ["tshark", "-n", "-r", str(folder / "s15.pcap"), "-c", "4000", "-Y", "_ws.malformed"]
    assert subprocess.run(argv, capture_output=True, text=True, check=True).stdout == ""


def test_a_busy_span_has_its_share_of_discovery(folder: Path, tmp_path: Path) -> None:
    truth, seen = told(folder, "mixed-discovery"), list(frames(folder, "mixed-discovery"))
    capture(tmp_path / "bare.pcap", RECIPES["mixed"], 0.002)
    bare = list(frames(tmp_path, "bare"))
    assert len(seen) == truth["frames"] == len(bare) + truth["discovery"]
    assert abs(truth["discovery"] / len(bare) - SHARE) < 0.002
    assert Counter(each.data for each in bare) <= Counter(each.data for each in seen)
    times = [each.time_us for each in seen]
    assert times == sorted(times)
    assert truth["rows"] == told(tmp_path, "bare")["rows"]


def test_the_words_of_a_busy_span_are_of_its_mailers(folder: Path) -> None:
    seen = list(frames(folder, "mixed-discovery"))
    cards = {syn.client: syn.mac for syn in syns(seen)}
    said = [claim for each in seen if (claim := claimed(each.data))]
    assert said
    assert all(cards.get(ip, mac) == mac for ip, mac in said)
    assert any(segment(each) for each in seen)


def test_a_day_is_the_same_in_every_run(folder: Path, tmp_path: Path) -> None:
    discovery.generate(tmp_path, "s15", SCALE)
    assert (tmp_path / "s15.pcap").read_bytes() == (folder / "s15.pcap").read_bytes()
