"""``sniffer capture``, the whole verb: over a made wire, without a right to capture; and what is wrong usage."""

from __future__ import annotations

from pathlib import Path

import pytest

from sniffer.model import limits
from sniffer.pipeline.live import parent
from tests.expected import CAPTURES
from tests.pipeline.live.wire import FileListening, wired
from tests.program import sniffer

__all__ = ["wired"]

OFFICE = CAPTURES / "lan" / "office" / "capture.pcap"
BRIEF = ("--duration", "2s", "--scope", "all")
PLACES = ("observations", "evidence")


def without_places(rows: list[dict[str, object]]) -> list[dict[str, object]]:
    """A file is no interface."""
    return [{key: value for key, value in row.items() if key not in PLACES} for row in rows]


@pytest.mark.parametrize("more", [(), ("--interval", "1s")])
def test_it_says_what_triage_says(wired: dict[str, Path], more: tuple[str, ...]) -> None:
    wired["wire0"] = OFFICE
    words = ("--view", "sessions", "--format", "jsonl")
    heard = sniffer("capture", "-i", "wire0", *BRIEF, *words, *more)
    read = sniffer("triage", OFFICE, "--scope", "all", *words)
    rows = [row for row in heard.rows if row["type"] == "session"]
    assert heard.status == read.status
    assert without_places(rows) == without_places(read.rows)
    assert heard.record["exit_status"] == heard.status
    assert heard.record["sensors"] == ["default"]
    assert any(row["type"] == "health" for row in heard.rows) is bool(more)


def test_a_report_for_people_says_how_it_heard(wired: dict[str, Path]) -> None:
    wired["wire0"] = OFFICE
    heard = sniffer("capture", "-i", "wire0", *BRIEF)
    assert heard.status == 0
    assert "Exchange Online" in heard.out
    assert "listening on wire0" in heard.err
    assert "Ricoh" in heard.err


def test_who_matches_is_an_exit_status(wired: dict[str, Path]) -> None:
    wired["wire0"] = OFFICE
    heard = sniffer("capture", "-i", "wire0", *BRIEF, "--fail-on", "affected", "--format", "json")
    assert heard.status == 3


def test_an_interface_that_is_not_there_is_said_and_told(wired: dict[str, Path]) -> None:
    wired["wire0"] = OFFICE
    heard = sniffer("capture", "-i", "wire0", "-i", "nothing0", *BRIEF, "--format", "jsonl")
    assert heard.status == 4
    assert "nothing0: there is no such interface; try another" in heard.err
    assert [each["problem"] for each in heard.record["inputs"]] == [None, "there is no such interface"]


def test_what_it_let_go_of_is_said(wired: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    wired["wire0"] = OFFICE
    monkeypatch.setattr(parent, "FORGET_SECONDS", -1.0)
    monkeypatch.setattr(limits, "LIVE_SESSIONS", 3)
    heard = sniffer("capture", "-i", "wire0", *BRIEF, "--format", "jsonl")
    assert heard.record["flags"] == ["sessions-forgotten"]
    assert "the oldest sessions were let go" in heard.err


def test_without_any_it_fails(wired: dict[str, Path]) -> None:
    heard = sniffer("capture", "-i", "nothing0", "-i", "nothing1")
    assert heard.status == 1
    assert heard.out == ""
    assert heard.err.count("there is no such interface") == 2


def test_it_ends_with_its_last_interface(wired: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    wired["wire0"] = OFFICE
    monkeypatch.setattr(FileListening, "breaks", 8)
    heard = sniffer("capture", "-i", "wire0", "--view", "sessions", "--format", "jsonl", "--scope", "all")
    assert heard.status == 4
    assert "it was taken away" in heard.err
    assert 0 < len(heard.rows) < 23


def test_names_are_replaced_where_that_was_asked_for(wired: dict[str, Path], tmp_path: Path) -> None:
    wired["wire0"] = OFFICE
    words = ("--redact-users", "--format", "jsonl", "--interval", "1s")
    heard = sniffer("capture", "-i", "wire0", *BRIEF, *words, env={"XDG_DATA_HOME": str(tmp_path)})
    assert heard.status == 0
    assert "@example.org" not in heard.out


def test_output_that_cannot_be_written_is_said_before_listening(wired: dict[str, Path], tmp_path: Path) -> None:
    wired["wire0"] = OFFICE
    heard = sniffer("capture", "-i", "wire0", *BRIEF, "--output", tmp_path / "no" / "such.json")
    assert heard.status == 1
    assert "cannot be written" in heard.err
    assert "listening" not in heard.err


WRONG: list[tuple[tuple[str, ...], str]] = [
    ((), "--interface"),
    (("-i", "wire0", "--processes", "3"), "1, 2 or 4"),
    (("-i", "wire0", "--interval", "60s"), "--format jsonl"),
    (("-i", "wire0", "--interval", "60s", "--format", "json"), "--format jsonl"),
    (("-i", "wire0", "--device", "x", "--format", "csv"), "--format json"),
    (("-i", "wire0", "--duration", "soon"), "30s, 10m, 8h or 2d"),
    (("-i", "wire0", "--duration", "0"), "30s, 10m, 8h or 2d"),
    (("-i", "wire0", "--interval", "often", "--format", "jsonl"), "30s, 10m, 8h or 2d"),
    (("-i", "wire0", "--buffer", "huge"), "64M or 2G"),
    (("-i", "wire0", "--ports", "0"), "port"),
    (("-i", "wire0", "--exclude-net", "here"), "here"),
    (("-i", "wire0", "--fail-on", "everything"), "everything"),
    (("-i", "wire0", "--as-of", "tomorrow"), "tomorrow"),
    (("-i", "wire0", "--user", "no-such-user-here"), "no such user"),
]


@pytest.mark.parametrize(("words", "said"), WRONG, ids=[" ".join(words[2:]) or "nothing" for words, _ in WRONG])
def test_wrong_usage(wired: dict[str, Path], words: tuple[str, ...], said: str) -> None:
    wired["wire0"] = OFFICE
    heard = sniffer("capture", *words) if words else sniffer("capture", "--promiscuous")
    assert heard.status == 2
    assert said in " ".join(heard.err.split())
    assert heard.out == ""
