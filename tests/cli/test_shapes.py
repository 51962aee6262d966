"""``--shapes``: how client programs speak that no rule knows, and nothing that tells who or where they are."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sniffer.model import limits
from tests import contract
from tests.capture_files import write_pcap
from tests.program import ROOT, sniffer
from tests.wire import Conversation, Frame

MAIL = """From: Alice Miller <alice.miller@example.org>
To: bob@example.org
Subject: payslip of Alice
X-Mailer: Scan-o-Mat 3.1 alices-laptop 10.0.3.17 alice.miller@example.org
Message-ID: <abc@alices-laptop>

Dear Bob
"""


def talk(helo: str = "alices-laptop", mail: str = MAIL, port: int = 40_000, verb: str = "EHLO") -> list[Frame]:
    """A session with one mail."""
    said = Conversation(client_port=port, client_isn=port * 7919, start=1_795_000_000.0 + port)
    said.open()
    said.server("220 mail.example.org ESMTP")
    for line, reply in (
        (f"{verb} {helo}", "250 mail.example.org"),
        ("mAIL FROM:<alice.miller@example.org>", "250 OK"),
        ("RCPT TO:<bob@example.org>", "250 OK"),
        ("DATA", "354 Go on"),
        (mail.replace("\n", "\r\n") + ".", "250 OK"),
        ("QUIT", "221 Bye"),
    ):
        said.client(line)
        said.server(reply)
    said.close()
    return said.frames()


def collected(tmp_path: Path, frames: list[Frame]) -> tuple[list[dict[str, Any]], str]:
    """The shapes of a capture, and what was said on standard error."""
    write_pcap(tmp_path / "one.pcap", frames)
    told = sniffer("triage", tmp_path / "one.pcap", "--shapes", tmp_path / "shapes.jsonl")
    assert told.status in (0, 5)
    rows = [json.loads(line) for line in (tmp_path / "shapes.jsonl").read_text().splitlines()]
    assert [problem for row in rows for problem in contract.violations(row)] == []
    return rows, told.err


def test_a_program_that_no_rule_knows_is_told_by_its_habits(tmp_path: Path) -> None:
    rows, said = collected(tmp_path, [*talk(), *talk(port=40_001)])
    (row,) = rows
    assert (row["type"], row["schema"], row["count"]) == ("shape", 1, 2)
    assert {"odd:MAIL", "ehlo:name", "mailer:Scan-o-Mat 3.1"} <= set(row["traits"])
    assert "1 shapes of client programs that no rule knows" in said


def test_nothing_in_it_tells_who_or_where(tmp_path: Path) -> None:
    collected(tmp_path, talk())
    text = (tmp_path / "shapes.jsonl").read_text().casefold()
    assert [word for word in ("alice", "bob", "example", "payslip", "10.0.3", "laptop", "dear") if word in text] == []


def test_a_program_that_a_rule_knows_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "shapes.jsonl"
    near = ROOT / "captures" / "devices" / "s04-nat" / "near.pcap"
    sniffer("triage", near, "--shapes", path, "--exclude-net", "192.168.7.60")
    assert path.read_text() == ""


def test_an_ehlo_alone_tells_nothing(tmp_path: Path) -> None:
    said = Conversation()
    said.open()
    said.server("220 mail.example.org ESMTP")
    said.client("eHLO somebody")
    said.server("250 OK")
    said.close()
    assert collected(tmp_path, said.frames())[0] == []


def test_their_number_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "SHAPES", 1)
    other = MAIL.replace("X-Mailer", "User-Agent")
    rows, said = collected(tmp_path, [*talk(), *talk(port=40_001, mail=other)])
    assert len(rows) == 1
    assert "1 sessions of further ones are left out" in said


def test_without_being_asked_nothing_is_written(tmp_path: Path) -> None:
    write_pcap(tmp_path / "one.pcap", talk())
    sniffer("triage", tmp_path / "one.pcap")
    assert [path.name for path in tmp_path.iterdir()] == ["one.pcap"]


def test_a_file_that_cannot_be_written_is_said_before_the_work(tmp_path: Path) -> None:
    told = sniffer("triage", ROOT / "captures" / "lan" / "office", "--shapes", tmp_path / "no" / "shapes.jsonl")
    assert (told.status, told.out) == (1, "")
    assert "cannot be written" in told.err


def test_the_program_that_is_recognized_is_evidence() -> None:
    rows = sniffer("triage", "--format", "jsonl", ROOT / "captures" / "devices" / "s04-nat" / "near.pcap").rows
    agents = [each for row in rows for each in row["evidence"] if (each["source"], each["field"]) == ("smtp", "agent")]
    assert {(each["value"], each["class"], each["weight"]) for each in agents} >= {("Python smtplib", "stack", 0.2)}
