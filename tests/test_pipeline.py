"""The rooms joined: what must hold from the frames of a capture to its devices."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from sniffer.model import limits
from sniffer.pipeline import Settings, gather
from tests.capture_files import write_pcap
from tests.mail import EXCHANGE, EXCHANGE_IP, session
from tests.program import devices, sessions, sniffer
from tests.sources.facts import facts
from tests.wire import SYN, Conversation, Frame, cut, duplicate, encode, merge


def flood(count: int, start: float) -> list[Frame]:
    """Connections that are asked for and never made, from everywhere."""
    frames = []
    for number in range(count):
        talk = Conversation(
            client=f"198.51.{number // 250 % 250}.{number % 250 + 1}",
            client_port=1024 + number // 62_500,
            start=start + number * 1e-5,
        )
        talk.emit("client", flags=SYN, seq=number, ack=0)
        frames += talk.frames()
    return frames


def test_half_open_connections_take_neither_memory_nor_sessions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "CONNECTIONS", 200)
    start = 1_795_000_000.0
    early, late = session(start=start - 1), session(client="10.0.3.18", start=start + 1)
    during = session(client="10.0.3.19", start=start, step=0.002)
    path = tmp_path / "flood.pcap"
    write_pcap(path, merge(early.frames(), flood(20_000, start), during.frames(), late.frames()))
    outcome = sniffer("triage", "--view", "sessions", "--format", "jsonl", path)
    assert [row["client"]["ip"] for row in outcome.rows] == ["10.0.3.17", "10.0.3.19", "10.0.3.18"]
    assert {row["auth"]["outcome"] for row in outcome.rows} == {"success"}
    assert outcome.record["connections"]["silent"] in (20_000, 20_001)  # one of ours may be forgotten half-open


def test_of_too_many_connections_that_speak_the_report_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "CONNECTIONS", 16)
    talks = [session(client_port=10_000 + number, client_isn=number * 7919, step=0.1) for number in range(64)]
    path = tmp_path / "busy.pcap"
    write_pcap(path, merge(*(talk.frames() for talk in talks)))
    outcome = sniffer("triage", "--format", "jsonl", path)
    assert outcome.record["connections"]["evicted"] > 0
    assert "connections-evicted" in outcome.record["flags"]
    assert "more connections at once than are followed" in outcome.err


def test_of_too_many_hosts_of_the_internet_the_report_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "DEVICES", 3)
    talks = [session(client=f"203.0.113.{number}", ttl=50, start=1.795e9 + number) for number in range(1, 9)]
    talks.append(session(start=1.795e9 + 60))
    write_pcap(tmp_path / "guessers.pcap", merge(*(talk.frames() for talk in talks)))
    outcome = sniffer("triage", "--scope", "all", "--format", "jsonl", tmp_path)
    assert [row["scope"] for row in outcome.rows].count("local") == 1
    assert len(outcome.rows) == 4
    assert "devices-left-out" in outcome.record["flags"]
    assert "further hosts on the Internet were left out" in outcome.err


def test_a_session_has_the_same_id_from_any_capture_point(tmp_path: Path) -> None:
    talk = session()
    forms = {
        "plain": talk.frames(),
        "tagged": talk.frames(vlan=(10, 20)),
        "routed": session(ttl=60).frames(),
        "twice": duplicate(talk.frames(), vlan=(7,), ttl_minus=1, source_mac="00:1b:17:00:00:01"),
        "in pieces": encode(cut(talk.segments, 7)),
    }
    found = set()
    for name, frames in forms.items():
        write_pcap(tmp_path / f"{name}.pcap", frames)
        found |= {row["session"] for row in sessions(tmp_path / f"{name}.pcap")}
    assert len(found) == 1


def test_other_initial_sequence_numbers_are_another_session(tmp_path: Path) -> None:
    for number in range(3):
        write_pcap(
            tmp_path / f"{number}.pcap", session(client_isn=number * 100_000, start=1.8e9 + 600 * number).frames()
        )
    assert len({row["session"] for row in sessions(tmp_path)}) == 3


def test_a_session_at_two_sensors_is_one_with_two_observations(tmp_path: Path) -> None:
    write_pcap(tmp_path / "lan.pcap", session().frames())
    far = session(ttl=62, client_mac="00:1b:17:00:00:01", start=1_795_000_000.0004)
    write_pcap(tmp_path / "wan.pcap", far.frames())
    words = [f"--sensor=wan={tmp_path / 'wan.pcap'}", f"--sensor=lan={tmp_path / 'lan.pcap'}"]
    (row,) = sessions(*words)
    assert [each["sensor"] for each in row["observations"]] == ["lan", "wan"]
    assert row["client"]["mac"] == "00:26:73:a1:b2:c3"
    (device,) = devices(*words)
    assert device["services"][0]["judged"] == 1


def test_of_two_copies_the_one_nearest_to_the_client_says_whose_card_it_is(tmp_path: Path) -> None:
    """A span that shows a frame before and behind the router, in either order."""
    near = session().frames(vlan=(10,))
    far = session(ttl=63, client_mac="00:1b:17:00:00:01", start=1_795_000_000.00002).frames(vlan=(20,))
    early = session(ttl=63, client_mac="00:1b:17:00:00:01", start=1_794_999_999.99998).frames(vlan=(20,))
    for name, copies in (("behind", far), ("before", early)):
        path = tmp_path / f"{name}.pcap"
        write_pcap(path, merge(near, copies))
        (row,) = sessions(path)
        assert row["client"]["mac"] == "00:26:73:a1:b2:c3", name
        assert row["observations"][0]["vlan"] == [10], name


def test_a_card_behind_a_router_is_not_the_devices(tmp_path: Path) -> None:
    write_pcap(tmp_path / "routed.pcap", session(ttl=63).frames())
    (row,) = sessions(tmp_path)
    assert (row["client"]["mac"], row["client"]["vendor"]) == (None, None)


@pytest.mark.parametrize("ttl", [32, 64, 128, 255])
def test_hop_counts_with_which_systems_send(tmp_path: Path, ttl: int) -> None:
    write_pcap(tmp_path / "near.pcap", session(ttl=ttl).frames())
    assert sessions(tmp_path)[0]["client"]["mac"] == "00:26:73:a1:b2:c3"


def test_times_are_those_of_the_first_and_last_frame(tmp_path: Path) -> None:
    talk = session(start=1_795_000_000.000123, step=0.5)
    write_pcap(tmp_path / "one.pcap", talk.frames())
    (row,) = sessions(tmp_path)
    assert row["start"] == "2026-11-18T11:06:40.000123Z"
    assert row["end"] == "2026-11-18T11:06:51.500123Z"
    assert row["evidence"]["time"] == row["start"]


def test_the_run_record_says_what_was_read(tmp_path: Path) -> None:
    path = tmp_path / "one.pcap"
    frames = session().frames()
    write_pcap(path, frames)
    record = sniffer("triage", "--format", "jsonl", path).record
    assert record["inputs"][0]["bytes"] == path.stat().st_size
    assert len(record["inputs"][0]["sha256"]) == 64
    assert record["frames"] == {"read": None, "selected": len(frames), "dropped": None}
    assert record["sessions"] == {"seen": 1, "judged": 1, "unjudged": {}, "hidden": 0}
    assert record["devices"] == {"basic-elsewhere": 1}
    assert record["listening"][0]["from"] == "2026-11-18T11:06:40.000000Z"


def test_where_scapy_reads_every_frame_is_counted(tmp_path: Path) -> None:
    frames = session().frames() + session(port=443, start=1_795_000_100.0).frames()
    write_pcap(tmp_path / "one.pcap", frames)
    gathered = gather([("default", tmp_path)], Settings(scapy=True))
    assert gathered.frames_read == len(frames)
    assert gathered.counts.frames_selected == len(session().frames())


def test_no_secret_is_in_any_output(tmp_path: Path) -> None:
    talks = [
        session(kind, client_port=40_000 + n, start=1.795e9 + n) for n, kind in enumerate(("LOGIN", "PLAIN", "XOAUTH2"))
    ]
    write_pcap(tmp_path / "one.pcap", [frame for talk in talks for frame in talk.frames()])
    for view in ("devices", "sessions"):
        for form in ("table", "json", "csv"):
            told = sniffer("triage", "--view", view, "--format", form, tmp_path).out
            assert "not-a-real" not in told
            assert "bm90LWEtcmVhbC1" not in told


def test_exchange_online_in_clear_is_affected(tmp_path: Path) -> None:
    write_pcap(tmp_path / "one.pcap", session(server=EXCHANGE_IP, port=587, banner=EXCHANGE).frames())
    (device,) = devices(tmp_path)
    assert (device["verdict"], device["services"][0]["service"]) == ("affected", "exchange-online")


def test_frames_that_are_no_tcp_are_passed_over(tmp_path: Path) -> None:
    odd = [Frame(1_795_000_000_000_000 + n, data) for n, data in enumerate(
        [b"", b"\0", bytes(14), bytes(12) + b"\x08\x00", bytes(12) + b"\x08\x00" + b"\x45" + bytes(10),
         bytes(12) + b"\x81\x00", bytes(12) + struct.pack("!HHH", 0x8100, 10, 0x86DD) + b"\x60" + bytes(39)]
    )]  # fmt: skip
    write_pcap(tmp_path / "odd.pcap", merge(odd, session().frames()))
    assert len(facts(tmp_path)) == 1
    assert len(facts(tmp_path, settings=Settings(scapy=True))) == 1


def test_a_file_deleted_while_it_is_read_loses_nothing(tmp_path: Path) -> None:
    """A ring buffer does that."""
    first, second = tmp_path / "ring.pcap0", tmp_path / "ring.pcap1"
    write_pcap(first, session().frames())
    write_pcap(second, session(client_isn=77, start=1.795e9 + 60).frames())

    def delete(_: object) -> None:
        first.unlink(missing_ok=True)

    found = gather([("default", first), ("default", second)], Settings(), report=delete)
    assert len(list(found.spool.sessions())) == 2
    assert [each.bytes for each in found.inputs if each.file == str(first)] != [None]
