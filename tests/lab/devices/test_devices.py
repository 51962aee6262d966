"""The captures of the device lab hold what their truth says; dpkt and tshark are the judges, and nobody's engine."""

from __future__ import annotations

import shutil
import subprocess
from collections import Counter
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import dpkt
import pytest

pytest.importorskip("fcntl", reason="the lab is for Linux")

from sniffer.knowledge.vendors import vendor
from tests.expected import CAPTURES
from tests.lab import record
from tests.lab.devices import hostile
from tests.lab.devices.reading import DEVICES, folders, frames, sensors, truth_of
from tests.lab.devices.recorder import LARGEST
from tests.lab.devices.scenarios import CASES
from tests.lab.devices.wires import greetings, segment, syns
from tests.wire import Frame

FOLDERS = folders()
DAMAGED = {"s13-losses", "s13-snaplen-96"}
KINDS = {"printer", "nas", "ups", "camera", "computer", "router", "switch", "firewall", "phone"}
NAMES = {"Hewlett Packard": "HP", "American Power Conversion": "APC", "Routerboard.com": "MikroTik"}
"""Makers as the IEEE calls them, where the truth uses the name on the box."""

Session = tuple[tuple[int, ...], str, int, str, int]

read = cache(sensors)


def named(folder: Path) -> str:
    """A folder's name, for the test's."""
    return folder.name


def ends(row: dict[str, Any]) -> Session:
    """A session of the truth as the wire has it."""
    return tuple(row["vlan"]), row["client"], row["client_port"], row["server"], row["port"]


def test_every_case_is_there_and_no_other() -> None:
    assert {f"devices/{folder.name}" for folder in FOLDERS} == {*CASES, *hostile.CASES}


@pytest.mark.parametrize("folder", FOLDERS, ids=named)
def test_a_folder_is_small_and_stands_in_the_readme(folder: Path) -> None:
    assert sum(path.stat().st_size for path in folder.glob("*.pcap*")) <= LARGEST
    assert f"| [devices/{folder.name}]" in (CAPTURES / "README.md").read_text()


@pytest.mark.parametrize("folder", FOLDERS, ids=named)
def test_a_truth_is_whole(folder: Path) -> None:
    told = truth_of(folder)
    boxes = told["devices"]
    assert all(box["kind"] in KINDS for box in boxes.values())
    for row in told["sessions"]:
        box = boxes[row["device"]]
        assert row["mac"] in box["macs"]
        assert {field: row[field] for field in ("name", "model", "vendor", "kind")} == {
            field: box[field] for field in ("name", "model", "vendor", "kind")
        }
        assert row["attributable"] or not row["knowable"]
        assert set(row["on_link"]) <= set(row["sensors"]) <= set(told["sensors"])
        assert row["via"] in {None, *boxes}
        assert set(row["behalf"]) <= set(boxes)
        assert bool(row["via"]) == (row["on_link"] != row["sensors"])


@pytest.mark.parametrize("folder", FOLDERS, ids=named)
def test_makers_are_those_of_the_cards(folder: Path) -> None:
    for box in truth_of(folder)["devices"].values():
        maker = vendor(box["macs"][0])
        assert maker is None or box["vendor"] is None or alike(maker, box["vendor"]), box


def alike(maker: str, name: str) -> bool:
    """Whether the IEEE's name and a box's are of one maker."""
    return NAMES.get(maker, maker).split()[0].lower() in name.lower() or name.lower() in maker.lower()


@pytest.mark.parametrize("folder", [each for each in FOLDERS if each.name not in DAMAGED], ids=named)
def test_the_sessions_are_those_of_the_capture(folder: Path) -> None:
    told = truth_of(folder)["sessions"]
    for sensor, seen in read(folder).items():
        found = {(syn.ends, syn.time_us, syn.mac) for syn in syns(seen)}
        mine = [row for row in told if sensor in row["sensors"]]
        assert {(each[0]) for each in found} == {ends(row) for row in mine}
        cards = {each[0]: each[2] for each in found}
        for row in mine:
            assert (cards[ends(row)] == row["mac"]) == (sensor in row["on_link"])


@pytest.mark.parametrize("folder", FOLDERS, ids=named)
def test_a_connection_is_one_box_s_however_often_it_is_seen(folder: Path) -> None:
    rows = truth_of(folder)["sessions"]
    owners = {(row["connection"], row["device"], row["mac"]) for row in rows}
    assert len(owners) == len({row["connection"] for row in rows})


@pytest.mark.parametrize("folder", [each for each in FOLDERS if each.name not in DAMAGED], ids=named)
def test_greetings_are_those_of_the_capture(folder: Path) -> None:
    said: Counter[str] = Counter()
    for seen in read(folder).values():
        said.update(greetings(seen).values())
    assert set(said) == {row["helo"] for row in truth_of(folder)["sessions"]}


# -- discovery -----------------------------------------------------------------------------------------


def options_of(frames: Sequence[Frame]) -> list[tuple[str, str, dict[int, bytes]]]:
    """Messages of DHCP: the client's card, its new address, the options."""
    found = []
    for frame in frames:
        place = 12
        while frame.data[place : place + 2] in (b"\x81\x00", b"\x88\xa8"):
            place += 4
        if frame.data[place : place + 2] != b"\x08\x00":
            continue
        ip = dpkt.ip.IP(frame.data[place + 2 :])
        if isinstance(ip.data, dpkt.udp.UDP) and {ip.data.sport, ip.data.dport} <= {67, 68}:
            said = dpkt.dhcp.DHCP(ip.data.data)
            address = ".".join(map(str, said.yiaddr.to_bytes(4)))
            found.append((said.chaddr[:6].hex(":"), address, dict(said.opts)))
    return found


@pytest.mark.parametrize(
    ("case", "count"),
    [
        ("s01-flat", 7),
        ("s03-dhcp-relay", 4),
        ("s02-routed", 4),
        ("s05-churn", 2),
        ("s06-vlans", 4),
        ("s10-random-mac", 4),
        ("s08-relay", 4),
    ],
)
def test_leases_are_given_to_the_true_cards(case: str, count: int) -> None:
    folder = DEVICES / case
    told = truth_of(folder)
    messages = options_of([frame for frames in read(folder).values() for frame in frames])
    given = {(mac, ip) for mac, ip, options in messages if options[53] == b"\5"}
    assert len(given) == count
    cards = {mac: key for key, box in told["devices"].items() for mac in box["macs"]}
    leased = {mac for mac, _ in given}
    names = {
        mac: options[12].decode() for mac, _, options in messages if 12 in options and options[53] in (b"\1", b"\3")
    }
    assert {told["devices"][cards[mac]]["name"] for mac in leased} == set(names.values())
    held = {(row["mac"], row["client"]) for row in told["sessions"] if row["mac"] in leased}
    assert held <= given


def test_a_made_up_card_keeps_its_number() -> None:
    messages = options_of(read(DEVICES / "s10-random-mac")["near"])
    told = truth_of(DEVICES / "s10-random-mac")["devices"]["tablet"]
    numbers = {options[61] for mac, _, options in messages if mac in told["macs"] and 61 in options}
    assert len(numbers) == 1
    assert len(told["macs"]) == 3


needs_tshark = pytest.mark.skipif(not shutil.which("tshark"), reason="tshark is not installed")


def tshark(folder: Path, sensor: str, wanted: str, *fields: str) -> list[list[str]]:
    """The fields of the frames that a display filter takes."""
    file = folder / truth_of(folder)["sensors"][sensor]
    argv = ["tshark", "-n", "-r", str(file), "-Y", wanted, "-T", "fields"]
    argv += [word for field in fields for word in ("-e", field)]
    done = subprocess.run(argv, capture_output=True, text=True, check=True)
    return [line.split("\t") for line in done.stdout.splitlines()]


@needs_tshark
@pytest.mark.parametrize(
    ("case", "sensor", "wanted", "field", "value"),
    [
        ("s01-flat", "near", "mdns && dns.txt contains RICOH", "eth.src", "00:26:73:a1:b2:c3"),
        ("s01-flat", "near", 'mdns && frame contains "MFC-L8690CDW"', "eth.src", "00:80:77:4b:5c:6d"),
        ("s01-flat", "near", "nbns", "eth.src", "00:11:32:1a:2b:3c"),
        ("s01-flat", "near", "browser.server", "browser.server", "DISKSTATION"),
        ("s01-flat", "near", "ssdp && http.request.method == NOTIFY", "eth.src", "00:40:8c:11:22:33"),
        ("s01-flat", "near", "lldp", "lldp.tlv.system.name", "RNP002673A1B2C3"),
        ("s01-flat", "near", "cdp", "cdp.deviceid", "sw-floor2"),
        ("s01-flat", "near", "snmp", "snmp.value.octets", "52:49:43:4f:48"),
        ("s01-flat", "near", 'frame contains "PrintDeviceType"', "eth.src", "00:80:77:4b:5c:6d"),
        ("s01-flat", "near", "llmnr && dns.flags.response == 1", "eth.src", "00:11:32:1a:2b:3c"),
        ("s01-flat", "near", "http.server", "http.server", "debut/1.30"),
        ("s01-flat", "near", "dns.a == 52.97.1.2", "dns.qry.name", "smtp.office365.com"),
        ("s01-flat", "near", "dhcp.option.vendor_class_id", "dhcp.option.vendor_class_id", "RicohPrinter"),
        ("s03-far-side", "far", "snmp", "ip.src", "10.1.0.55"),
        (
            "s03-dhcp-relay",
            "far",
            "dhcp.option.dhcp == 3",
            "dhcp.option.agent_information_option.agent_circuit_id",
            "65:74:68:30",
        ),
        ("s03-dhcp-relay", "far", "dhcp.option.dhcp == 5", "dhcp.ip.relay", "10.1.0.1"),
        ("s05-churn", "near", "dhcp.option.dhcp == 7", "eth.src", "00:26:73:a1:b2:c3"),
        ("s05-churn", "near", "arp.isgratuitous", "arp.src.hw_mac", "00:21:b7:33:44:55"),
        ("s07-ipv6", "near", "icmpv6.type == 134", "icmpv6.opt.prefix", "2001:db8:1::"),
        ("s07-ipv6", "near", "icmpv6.type == 135 && ipv6.src == ::", "eth.src", "98:90:96:0a:0b:0c"),
        ("s07-ipv6", "near", "dhcpv6.msgtype == 7", "dhcpv6.iaaddr.ip", "2001:db8:1::1:54"),
        ("s09-vrrp", "near", "vrrp", "eth.src", "00:1e:bd:aa:00:02"),
        ("s09-vrrp", "near", "arp.isgratuitous", "arp.src.hw_mac", "00:00:5e:00:01:0a"),
        ("s09-proxy-arp", "far", "arp.opcode == 2 && arp.src.proto_ipv4 == 10.1.0.60", "eth.src", "4c:5e:0c:12:34:57"),
        ("s09-proxy-arp", "far", "mdns && dns.a == 10.1.0.51", "eth.src", "4c:5e:0c:12:34:57"),
        ("s08-relay-far", "far", 'frame contains "Received: from RNP002673A1B2C3"', "ip.src", "10.1.0.25"),
        ("s08-relay", "near", "http.request.method == CONNECT", "ip.src", "10.1.0.54"),
        ("s11-wrong-names", "near", 'frame contains "HIKMailer"', "eth.src", "b8:27:eb:12:34:56"),
        ("s11-wrong-names", "near", 'frame contains "20050718"', "eth.src", "00:15:99:01:02:03"),
        ("s11-wrong-names", "near", 'frame contains "20050718"', "eth.src", "00:17:c8:0a:0b:0c"),
        ("s04-nat-far", "far", "smtp && ip.src == 10.2.0.1", "ip.ttl", "63"),
        ("s04-nat-far", "far", "smtp && ip.src == 10.2.0.1", "ip.ttl", "64"),
    ],
)
def test_discovery_is_in_the_capture(case: str, sensor: str, wanted: str, field: str, value: str) -> None:
    rows = tshark(DEVICES / case, sensor, wanted, field)
    assert [row for row in rows if any(value.replace(":", "") in each.replace(":", "") for each in row)]


def test_the_silent_say_nothing_but_arp_and_mail() -> None:
    for frame in read(DEVICES / "s14-silent")["near"]:
        found = segment(frame)
        assert frame.data[12:14] == b"\x08\x06" or (found and {found.tcp.sport, found.tcp.dport} & {25})


def test_far_sides_show_no_card_of_the_boxes() -> None:
    for folder in FOLDERS:
        told = truth_of(folder)
        away = {row["mac"] for row in told["sessions"] if "far" in row["sensors"] and "far" not in row["on_link"]}
        seen = {frame.data[6:12].hex(":") for frame in read(folder).get("far", ())}
        # a NAT's own card is on both of its sides
        assert not away & seen, folder.name


# -- damage --------------------------------------------------------------------------------------------


def test_what_was_done_to_the_captures_was_done() -> None:
    whole = read(DEVICES / "s02-routed")["near"]
    one_way = read(DEVICES / "s13-one-way")["near"]
    assert any(found.tcp.dport == 25 for frame in one_way if (found := segment(frame)))
    assert not any(found.tcp.sport in (25, 587) for frame in one_way if (found := segment(frame)))
    lost = read(DEVICES / "s13-losses")["near"]
    assert 0.02 < 1 - len(lost) / len(whole) < 0.08
    moved = read(DEVICES / "s13-reordered")["near"]
    assert Counter(each.data for each in moved) == Counter(each.data for each in whole)
    assert [each.data for each in moved] != [each.data for each in whole]
    assert max(len(each.data) for each in read(DEVICES / "s13-snaplen-96")["near"]) == 96
    both = read(DEVICES / "s13-two-interfaces")
    assert {sensor: len(frames) for sensor, frames in both.items()} == {
        sensor: len(frames) for sensor, frames in read(DEVICES / "s02-routed").items()
    }


# -- again ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", hostile.CASES)
def test_a_hostile_capture_is_made_alike(path: str, tmp_path: Path) -> None:
    told = hostile.make(hostile.CASES[path], tmp_path)
    assert told == truth_of(CAPTURES / path)
    for file in told["sensors"].values():
        assert list(frames(tmp_path / file)) == list(frames(CAPTURES / path / file))


def outline(told: dict[str, Any]) -> list[Any]:
    """What is the same in every recording: all but ports and times."""
    fields = ("sensors", "on_link", "vlan", "server", "port", "device", "via", "nat", "behalf", "helo", "attributable")
    return sorted(([row[field] for field in fields] for row in told["sessions"]), key=str)


@pytest.mark.lab
@pytest.mark.skipif(bool(record.missing()), reason=record.missing() or "")
@pytest.mark.parametrize("names", [("devices/s05-churn", "devices/s05-churn-far"), ("devices/s04-nat",)])
def test_a_scenario_can_be_recorded_anew(names: Sequence[str], tmp_path: Path) -> None:
    assert record.record(names, tmp_path) == {}
    for name in names:
        old, new = truth_of(CAPTURES / name), truth_of(tmp_path / name)
        assert new["devices"] == old["devices"]
        assert outline(new) == outline(old)
