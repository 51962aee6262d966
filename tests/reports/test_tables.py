"""Tables for people: a hundred columns, local times, and below what was seen, what was not, and why."""

from __future__ import annotations

from pathlib import Path

import pytest
from rich.cells import cell_len

from tests.capture_files import encode_pcap, write_pcap
from tests.mail import EXCHANGE, EXCHANGE_IP, session
from tests.program import program, sniffer
from tests.wire import Frame, merge


def many() -> list[Frame]:
    """Devices with long names, addresses and services of every kind."""
    kinds = ["LOGIN", "PLAIN", "XOAUTH2", "CRAM-MD5", "EXTERNAL", None, "STARTTLS", "QUIT"]
    talks = [
        session(
            kind,
            client=f"2001:db8:1111:2222:3333:4444:5555:{number:x}" if number % 2 else f"10.200.100.{number}",
            server="2603:1026:c03:6033:1111:2222:3333:4444" if number % 2 else EXCHANGE_IP,
            client_mac=f"00:26:73:a1:b2:{number:02x}",
            helo=f"printer-with-a-rather-long-name-{number}.floor-2.building-7.example.org",
            banner=EXCHANGE,
            port=587,
            start=1_795_000_000.0 + number * 3600,
        )
        for number, kind in enumerate(kinds * 2, start=1)
    ]
    return merge(*(talk.frames() for talk in talks))


@pytest.fixture
def busy(tmp_path: Path) -> Path:
    """A capture of them."""
    write_pcap(tmp_path / "busy.pcap", many())
    return tmp_path / "busy.pcap"


@pytest.mark.parametrize("columns", ["20", "80", "400"])
@pytest.mark.parametrize("view", ["devices", "sessions"])
def test_a_table_is_never_wider_than_a_hundred_columns(busy: Path, view: str, columns: str) -> None:
    text = sniffer("triage", "--view", view, "--scope", "all", busy, env={"COLUMNS": columns}).out
    assert max(cell_len(line) for line in text.splitlines()) <= 100
    assert text.count("printer-with") + text.count("Ricoh") > 10


@pytest.mark.parametrize("view", ["devices", "sessions"])
def test_its_foot_says_what_was_seen_what_not_and_why(busy: Path, view: str) -> None:
    text = " ".join(sniffer("triage", "--view", view, busy).out.split())
    assert "16 sessions of 16 devices" in text
    assert "12 of 16 could be judged: 12 in clear. Not judged: " in text
    assert "2 inside TLS, not seen clearly" in text
    assert "2 ended before AUTH or MAIL" in text
    assert "Unknown is no all-clear." in text


def test_nothing_seen_is_no_all_clear(tmp_path: Path) -> None:
    (tmp_path / "quiet.pcap").write_bytes(encode_pcap([]))
    for view in ("devices", "sessions"):
        text = " ".join(sniffer("triage", "--view", view, tmp_path / "quiet.pcap").out.split())
        assert "No SMTP session of our side was seen on ports 25, 465, 587" in text
        assert "no all-clear" in text
        assert "0 devices" not in text


def test_people_read_local_time_with_its_zone_and_programs_utc(tmp_path: Path) -> None:
    path = tmp_path / "one.pcap"
    write_pcap(path, session(start=1_795_000_000.0).frames())  # 2026-11-18T11:06:40Z
    zone = {"TZ": "America/New_York"}
    for view in ("devices", "sessions"):
        table = program("triage", "--view", view, path, env=zone).out
        assert "06:06:40" in table
        assert "EST" in table
    assert program("triage", "--format", "jsonl", "--view", "sessions", path, env=zone).rows[0]["start"] == (
        "2026-11-18T11:06:40.000000Z"
    )


def test_the_table_of_sessions_says_where_it_ends(tmp_path: Path) -> None:
    talks = [session(client_port=10_000 + number, client_isn=number * 7919) for number in range(1010)]
    write_pcap(tmp_path / "many.pcap", [frame for talk in talks for frame in talk.frames()])
    text = " ".join(sniffer("triage", "--view", "sessions", tmp_path / "many.pcap").out.split())
    assert "The first 1000 sessions" in text
    assert "1,010 sessions of 1 device" in text


@pytest.mark.parametrize("encoding", ["latin-1", "ascii", "utf-8"])
def test_any_encoding_of_the_terminal_will_do(tmp_path: Path, encoding: str) -> None:
    write_pcap(tmp_path / "one.pcap", session(helo="プリンター").frames())
    outcome = program("triage", tmp_path / "one.pcap", env={"PYTHONIOENCODING": encoding})
    assert outcome.status == 0
    assert "Basic elsewhere" in outcome.out


def test_programs_get_utf_8_whatever_the_terminal(tmp_path: Path) -> None:
    write_pcap(tmp_path / "one.pcap", session(helo="プリンター").frames())
    for form in ("json", "jsonl", "csv"):
        told = program("triage", "--format", form, tmp_path / "one.pcap", env={"PYTHONIOENCODING": "ascii"}).out
        assert "プリンター" in told
