"""A capture of each sickness, surveyed: what is found, and nothing else; batches change nothing."""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scapy.contrib.erspan import ERSPAN_II
from scapy.layers.inet import IP, UDP
from scapy.layers.l2 import GRE, Ether
from scapy.layers.vxlan import VXLAN
from scapy.packet import Packet, Raw

from sniffer.model.frames import Origin
from sniffer.pipeline import DEFAULT_PORTS
from sniffer.pipeline.survey import survey_files
from sniffer.streams.coverage import Coverage
from tests.capture_files import write_pcap
from tests.mail import session
from tests.program import ROOT
from tests.surveys import found, healthy, lossy, one_way, problems, surveyed, talks
from tests.wire import Frame, duplicate, merge

CAPTURES = sorted((ROOT / "captures").glob("*/*/capture.pcap*"))

SICK = {
    "devices/hostile-clock": {"clock"},
    "devices/s13-losses": {"loss"},
    "devices/s13-one-way": {"directions"},
    "devices/s13-snaplen-96": {"snaplen"},
    "starttls/lost-in-token": {"loss"},
    "starttls/lost-password": {"loss"},
}
"""The labelled captures that something is wrong with, by what their rows say."""


@pytest.mark.parametrize("path", CAPTURES, ids=[str(path.parent.relative_to(ROOT / "captures")) for path in CAPTURES])
def test_of_labelled_captures_only_the_sick_have_a_problem(path: Path) -> None:
    survey, readable = survey_files([path], DEFAULT_PORTS)
    assert readable == 1
    assert set(problems(survey)) == SICK.get(str(path.parent.relative_to(ROOT / "captures")), set())


def test_a_healthy_span_is_fine() -> None:
    survey = surveyed(healthy())
    seen = found(survey)
    assert problems(survey) == []
    assert {code for code, each in seen.items() if each.level == "fine"} >= {
        "directions", "loss", "snaplen", "mail", "clock", "copies", "tags", "giants",
    }  # fmt: skip
    assert survey.mail_directions.connections == survey.mail.connections == survey.mail.begun == 12
    assert (survey.mail.starttls, survey.mail.implicit, survey.mail.clear) == (4, 0, 8)
    assert survey.mail_loss.lost == 0 < survey.mail_loss.acknowledged
    assert survey.mail.servers[0].ip == "10.0.3.2"


@pytest.mark.parametrize("to_server", [True, False])
def test_one_direction_only(to_server: bool) -> None:
    survey = surveyed(one_way(to_server=to_server))
    finding = found(survey)["directions"]
    assert problems(survey) == ["directions"]
    assert finding.figures["one_sided"] == finding.figures["connections"] == 12
    assert ("what clients send" in finding.reason) is to_server
    assert "mirror-both" in finding.advice
    assert found(survey)["loss"].level == "unknown"


def test_one_direction_in_one_vlan_says_in_which() -> None:
    good = merge(*(talk.frames(vlan=(10,)) for talk in talks()))
    half = talks(12, server="10.0.9.2")
    for talk in half:
        talk.segments = [each for each in talk.segments if each.from_client]
    survey = surveyed(merge(good, *(talk.frames(vlan=(20,)) for talk in half)))
    assert "It is so in VLAN 20, not in the others." in found(survey)["directions"].reason


def test_the_two_sockets_of_a_tap_are_read_together(tmp_path: Path) -> None:
    sides = []
    for side in (True, False):
        write_pcap(tmp_path / f"{side}.pcap", one_way(to_server=side))
        sides.append(tmp_path / f"{side}.pcap")
    both, readable = survey_files(sides, DEFAULT_PORTS)
    assert readable == 2
    assert problems(both) == []
    assert both.split == 12
    assert "always read them together" in found(both)["directions"].reason
    assert problems(survey_files(sides[:1], DEFAULT_PORTS)[0]) == ["directions"]


def test_scans_are_no_missing_direction() -> None:
    """A SYN that nobody answers, or with RST, shows one side of nothing."""
    probes = talks(40, server="10.0.7.7")
    for talk in probes:
        talk.segments = talk.segments[:1]
    assert problems(surveyed(merge(healthy(), *(talk.frames() for talk in probes)))) == []


@pytest.mark.parametrize(("share", "level"), [(0.0, "fine"), (0.03, "problem"), (0.2, "problem")])
def test_lost_frames(share: float, level: str) -> None:
    survey = surveyed(lossy(share))
    seen = found(survey)["loss"]
    assert seen.level == level
    if share:
        told = survey.mail_loss.lost / survey.mail_loss.acknowledged
        assert share / 3 < told < share * 3
        assert set(problems(survey)) == {"loss"}


def test_bytes_that_come_late_are_not_lost() -> None:
    """Reordered segments fill their holes."""
    talk = talks(1)[0]
    late = [index for index, each in enumerate(talk.segments) if each.payload and each.from_client][2]
    segments = list(talk.segments)
    segments.insert(late + 4, replace(segments.pop(late), time_us=segments[late + 3].time_us))
    talk.segments = segments
    coverage = surveyed(merge(talk.frames(), *(each.frames() for each in talks()[1:])))
    assert coverage.mail_loss.lost == 0


def test_a_retransmission_is_no_copy_and_loses_nothing() -> None:
    talk = talks(1)[0]
    talk.retransmit(6)
    survey = surveyed(talk.frames())
    assert survey.copies.all == 0
    assert survey.mail_loss.lost == 0


COPIES: dict[str, Callable[[list[Frame]], list[Frame]]] = {
    "same": duplicate,
    "routed": lambda frames: duplicate(frames, ttl_minus=1, source_mac="00:50:56:00:00:99"),
    "tagged": lambda frames: duplicate(frames, vlan=(10,)),
    "carried": lambda frames: duplicate(frames, source_mac="00:50:56:00:00:99"),
}


@pytest.mark.parametrize("kind", COPIES)
def test_copies_are_told_by_what_differs(kind: str) -> None:
    survey = surveyed(COPIES[kind](healthy()))
    assert getattr(survey.copies, kind) == survey.copies.all == survey.copies.compared // 2 > 100
    assert problems(survey) == []
    assert found(survey)["copies"].level == "note"
    assert survey.mail_loss.lost == 0


def test_copies_on_another_interface() -> None:
    survey = surveyed(duplicate(healthy()), origins=[Origin("", None, "eth1"), Origin("", None, "eth2")])
    assert survey.copies.elsewhere == survey.copies.all > 100
    assert found(survey)["copies"].advice == ("mirror-apart",)


def test_two_tags_are_decoded_three_are_not() -> None:
    two = surveyed(merge(*(talk.frames(vlan=(100, 10), tag_types=(0x88A8,)) for talk in talks())))
    assert (two.double, two.deep, two.mail.connections) == (two.frames, 0, 12)
    assert problems(two) == []
    assert "100" in found(two)["tags"].reason
    three = surveyed(merge(*(talk.frames(vlan=(100, 10, 5)) for talk in talks())))
    assert (three.deep, problems(three)) == (three.frames, ["tags"])


def test_each_direction_with_a_tag_of_its_own_is_no_harm() -> None:
    frames = [
        replace(frame, data=frame.data[:12] + struct.pack("!HH", 0x8100, 10 + side) + frame.data[12:])
        for talk in talks()
        for side in (0, 1)
        for frame in _side(talk.frames(), talk.ends["client"].mac, own=side == 0)
    ]
    survey = surveyed(merge(frames))
    assert survey.crossed == 12
    assert problems(survey) == []


def _side(frames: list[Frame], mac: str, *, own: bool) -> list[Frame]:
    return [frame for frame in frames if (frame.data[6:12] == bytes.fromhex(mac.replace(":", ""))) is own]


def wrapped(around: Callable[[Packet], Packet]) -> list[Frame]:
    """The healthy span, each frame in a tunnel."""
    return [Frame(frame.time_us, bytes(around(Ether(frame.data)))) for frame in healthy(4)]


OUTER = Ether(src="00:50:56:00:00:01", dst="00:50:56:00:00:02") / IP(src="192.0.2.1", dst="192.0.2.9")

TUNNELS = {
    "GRE": lambda inner: OUTER / GRE(proto=0x0800) / inner[IP],
    "ERSPAN": lambda inner: OUTER / GRE(proto=0x88BE, seqnum_present=1, sequence_number=1) / ERSPAN_II() / inner,
    "VXLAN": lambda inner: OUTER / UDP(sport=49152, dport=4789) / VXLAN(vni=7) / inner,
    "GENEVE": lambda inner: OUTER / UDP(sport=49152, dport=6081) / Raw(bytes.fromhex("0000655800000700")) / inner,
    "TZSP": lambda inner: OUTER / UDP(sport=37008, dport=37008) / Raw(bytes.fromhex("0100000101")) / inner,
    "MPLS": lambda inner: Ether(type=0x8847) / Raw(bytes.fromhex("00010140")) / inner[IP],
    "PPPoE": lambda inner: Ether(type=0x8864) / Raw(bytes.fromhex("1100000100000021")) / inner[IP],
    "IP in IP": lambda inner: OUTER / inner[IP],
}


HIDDEN = {
    "GTP-U": lambda inner: OUTER / UDP(sport=2152, dport=2152) / Raw(bytes.fromhex("30ff005000000007")) / inner[IP],
    "TZSP with tags": lambda inner: OUTER / UDP(dport=37008) / Raw(bytes.fromhex("010000010a01c801")) / inner,
    "GRE of other packets": lambda inner: OUTER / GRE(proto=0x880B) / Raw(bytes(8)) / inner[IP],
}


@pytest.mark.parametrize("name", TUNNELS)
def test_tunnels_are_named_and_decoded(name: str) -> None:
    survey = surveyed(wrapped(TUNNELS[name]))
    assert dict(survey.tunnels) == {name: survey.frames}
    assert survey.mail.connections == 4
    seen = found(survey)["tunnels"]
    assert (seen.level, name in seen.title, seen.advice) == ("fine", True, ())


@pytest.mark.parametrize("name", HIDDEN)
def test_other_tunnels_are_named_and_not_decoded(name: str) -> None:
    survey = surveyed(wrapped(HIDDEN[name]))
    assert dict(survey.tunnels) == {name: survey.frames}
    assert survey.mail.connections == 0
    seen = found(survey)["tunnels"]
    assert (seen.level, name in seen.title) == ("problem", True)
    assert seen.advice == (("mirror-local",) if name.startswith("TZSP") else ("behind-tunnel",))


def test_a_tunnel_beside_mail_is_a_note() -> None:
    survey = surveyed(merge(healthy(30), wrapped(HIDDEN["GTP-U"])[:20]))
    assert found(survey)["tunnels"].level == "note"


def test_giants_are_offload_where_no_syn_offered_so_much() -> None:
    talk = talks(1)[0]
    talk.segments[8:8] = []
    talk.client(b"x" * 40_000)
    survey = surveyed(merge(talk.frames(), healthy()))
    seen = found(survey)["giants"]
    assert (survey.giants, survey.largest_mss) == (1, 1460)
    assert (seen.level, seen.advice) == ("note", ("offload",))
    assert "offload" in seen.title
    assert found(surveyed(merge(*(each.frames(tso=True) for each in talks()))))["giants"].figures["unsegmented"]


def test_cut_frames(tmp_path: Path) -> None:
    write_pcap(tmp_path / "cut.pcap", healthy(), snaplen=68)
    survey, _ = survey_files([tmp_path / "cut.pcap"], DEFAULT_PORTS)
    assert survey.cut == survey.cut_mail > 50
    assert survey.snaplen == 68
    assert problems(survey) == ["snaplen"]
    assert survey.mail_loss.lost == 0  # the headers say how much there was


CLOCKS: dict[str, tuple[Callable[[int, int], int], str, str]] = {
    "back an hour": (lambda n, t: t - (3_600_000_000 if n > 100 else 0), "problem", "goes back 1 time, by up to"),
    "stands still": (lambda _n, _t: 1_795_000_000_000_000, "problem", "frames have one time"),
    "1970": (lambda _, t: t - 1_795_000_000_000_000, "problem", "times cannot be right"),
    "whole seconds": (lambda _, t: t // 1_000_000 * 1_000_000, "note", "steps of 1 s"),
    "shuffled": (lambda n, t: t + (20_000 if n % 7 == 0 else 0), "note", "goes back"),
}


@pytest.mark.parametrize("name", CLOCKS)
def test_clocks(name: str) -> None:
    change, level, says = CLOCKS[name]
    frames = [replace(frame, time_us=change(n, frame.time_us)) for n, frame in enumerate(healthy())]
    seen = found(surveyed(frames))["clock"]
    assert (seen.level, says in seen.reason) == (level, True), seen.reason


def test_a_port_that_mirrors_nothing_gets_broadcasts() -> None:
    arp = Ether(dst="ff:ff:ff:ff:ff:ff", src="00:50:56:00:00:01", type=0x0806) / Raw(bytes(28))
    frames = [Frame(1_795_000_000_000_000 + n * 10_000, bytes(arp)) for n in range(300)]
    survey = surveyed(frames)
    assert "reach" in problems(survey)
    assert found(survey)["mail"].level == "unknown"


def test_mail_on_another_port() -> None:
    survey = surveyed(merge(*(talk.frames() for talk in talks(port=10_025))))
    assert problems(survey) == ["mail"]
    assert "10025" in found(survey)["mail"].reason.replace(",", "")


@pytest.mark.parametrize(("probes", "level"), [(1, "fine"), (40, "note")])
def test_attempts_that_come_to_nothing_are_told(probes: int, level: str) -> None:
    scanned = talks(probes, server="10.0.7.7", port=587)
    for talk in scanned:
        talk.segments = talk.segments[:1]
    survey = surveyed(merge(healthy(), *(talk.frames() for talk in scanned)))
    assert survey.mail.unanswered == probes
    assert found(survey)["mail"].level == level
    assert found(surveyed(merge(*(talk.frames() for talk in scanned))))["mail"].level == "unknown"


def test_no_frame_at_all() -> None:
    assert problems(surveyed([])) == ["no-frames"]


def test_headers_that_make_no_sense() -> None:
    mangled = [replace(frame, data=frame.data[:14] + b"\x41" + frame.data[15:]) for frame in healthy(3)]
    assert "malformed" in problems(surveyed(merge(healthy(), mangled)))


def test_one_hosts_own_traffic_is_said() -> None:
    assert surveyed(healthy()).one_host == "10.0.3.2"
    assert surveyed(merge(healthy(), *(talk.frames() for talk in talks(6, server="10.0.9.9")))).one_host is None


def test_cooked_frames_are_said() -> None:
    survey = surveyed(merge(*(talk.frames("sll2") for talk in talks())), link="sll2")
    assert found(survey)["link"].advice == ("not-any",)
    assert problems(survey) == []


VARIED = merge(
    lossy(0.05), duplicate(healthy(5), vlan=(7,)), merge(*(talk.frames() for talk in talks(6, server="10.0.8.8")))[::3],
)  # fmt: skip
"""Losses, copies, and connections of which every third frame is there, on ends of their own and on those of others."""


@given(st.lists(st.integers(1, len(VARIED) - 1), max_size=40))
def test_how_batches_are_cut_changes_nothing(cuts: list[int]) -> None:
    assert surveyed(VARIED, cuts) == surveyed(VARIED)


@given(st.integers(0, 1 << 31), st.lists(st.integers(1, 2000), max_size=10))
def test_a_new_connection_on_the_same_ends_is_another(isn: int, cuts: list[int]) -> None:
    """Its sequence numbers have nothing to do with those before; also across the end of their space."""
    parts = []
    for number in range(3):
        talk = session(client_isn=(isn + number * 0x5EED_BEEF) % (1 << 32), server_isn=(1 << 32) - 30,
                               start=1_795_000_000.0 + 5 * number, acks=True)  # fmt: skip
        parts.append(talk.frames())
    survey = surveyed(merge(*parts), cuts)
    assert (survey.mail.connections, survey.mail.begun, survey.mail_loss.lost) == (3, 3, 0)


def test_too_many_connections_are_sampled_the_same_way_however_they_are_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Coverage.__init__, "__defaults__", (64,))
    frames = merge(*(talk.frames() for talk in talks(150, port=8025)))
    once, often = surveyed(frames), surveyed(frames, range(10, len(frames), 97))
    assert once == often
    assert once.sampled >= 4
    assert 60 <= once.all_directions.connections <= 300
    assert found(once)["sampled"].level == "note"


@given(st.lists(st.binary(min_size=1, max_size=90), min_size=1, max_size=30))
def test_bytes_of_any_kind_are_surveyed(junk: list[bytes]) -> None:
    frames = [Frame(1_795_000_000_000_000 + n, b"\0" * 12 + data) for n, data in enumerate(junk)]
    assert surveyed(frames).frames == len(junk)
