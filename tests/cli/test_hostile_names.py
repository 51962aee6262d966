"""Names that were made to hurt whoever reads the report: terminals, spreadsheets, parsers."""

from __future__ import annotations

import csv
import io
import unicodedata
from pathlib import Path

import pytest

from sniffer.model import limits
from tests.capture_files import write_pcap
from tests.program import Outcome, sessions, sniffer
from tests.wire import Conversation

HOSTILE = {
    "clears the screen": "\x1b[2J\x1b[1;1Hall clear",
    "sets the title": "\x1b]0;owned\x07",
    "C1 control sequence": "\x9b31mred",
    "backspaces": "evil\x08\x08\x08\x08good",
    "right to left": "\u202eexe.tnirp",
    "bidi isolate": "\u2066host\u2069",
    "zero width": "print\u200ber",
    "line separator": "host\u2028verdict: OAuth",
    "formula": '=HYPERLINK("http://example.org")',
    "plus formula": "+1+cmd|'/C calc'!A0",
    "minus formula": "-2+3",
    "at formula": "@SUM(A1)",
    "quotes": 'a"b",c',
    "markup": "[red]printer[/red] :smile:",
    "html": "<script>alert(1)</script>",
    "long": "x" * 65_000,
    "wide": "印刷機" * 80,
    "marks": "a" + "\u0301" * 200,
}


def hostile(tmp_path: Path, helo: str | bytes) -> Path:
    """A capture of a client with this name."""
    path = tmp_path / "hostile.pcap"
    said = helo if isinstance(helo, bytes) else helo.encode()
    told = Conversation()
    told.open()
    told.server("220 mail.example.org ESMTP")
    told.client(b"EHLO " + said + b"\r\n")
    told.server("250 AUTH LOGIN PLAIN")
    told.client("AUTH LOGIN =cmd()")
    told.server("535 5.7.8 =cmd|' /C calc'!A0 \x1b[2J")
    told.close()
    frames = told.frames(mss=1400)
    write_pcap(path, frames)
    return path


def harmless(text: str) -> bool:
    """Nothing in it moves the cursor, hides or turns the reading direction."""
    return all(char == "\n" or unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Zl", "Zp") for char in text)


def run(tmp_path: Path, helo: str | bytes, *words: str) -> Outcome:
    """Triage a capture of a client with this name."""
    outcome = sniffer("triage", *words, hostile(tmp_path, helo))
    assert outcome.status == 0, outcome.err
    return outcome


@pytest.mark.parametrize("helo", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("view", ["devices", "sessions"])
def test_a_table_shows_it_without_doing_what_it_says(tmp_path: Path, helo: str, view: str) -> None:
    text = run(tmp_path, helo, "--view", view).out
    assert harmless(text)
    assert all(columns(line) <= 100 for line in text.splitlines())


def columns(line: str) -> int:
    """How many columns of a terminal a line takes."""
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in line
    )


@pytest.mark.parametrize("helo", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("view", ["devices", "sessions"])
def test_no_cell_of_a_csv_is_a_formula_or_a_control(tmp_path: Path, helo: str, view: str) -> None:
    text = run(tmp_path, helo, "--view", view, "--format", "csv").out
    assert harmless(text)
    header, *rows = csv.reader(io.StringIO(text))
    assert rows
    assert all(len(row) == len(header) for row in rows)
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]


@pytest.mark.parametrize("helo", [name for key, name in HOSTILE.items() if key != "long"])
def test_json_keeps_a_name_as_it_was_said(tmp_path: Path, helo: str) -> None:
    outcome = run(tmp_path, helo, "--view", "sessions", "--format", "jsonl")
    (row,) = outcome.rows
    assert harmless(outcome.out)
    assert row["client"]["helo"] == helo[: limits.NAME_CHARACTERS]


def test_a_name_of_64_kilobytes_is_cut_and_said_to_be(tmp_path: Path) -> None:
    (row,) = sessions(hostile(tmp_path, "x" * 65_000))
    assert row["client"]["helo"] is None or len(row["client"]["helo"]) == limits.NAME_CHARACTERS
    assert {"name-too-long", "line-too-long"} & {each["code"] for each in row["anomalies"]}


def test_a_name_that_is_no_utf_8_stays_readable(tmp_path: Path) -> None:
    (row,) = sessions(hostile(tmp_path, b"Empf\xe4nger-\xff\xfe\x00x"))
    assert row["client"]["helo"].startswith("Empf\ufffdnger-")


@pytest.mark.parametrize("helo", ["\x1b[2Jall clear", "print\u200ber"])
def test_a_name_with_controls_names_no_device(tmp_path: Path, helo: str) -> None:
    (row,) = run(tmp_path, helo, "--format", "jsonl").rows
    assert row["name"] is None


# -- what people call their files and sensors ------------------------------------------------------

BADLY_CALLED = "evil\x1b[2J"


def test_a_capture_is_called_harmlessly_in_the_heading_of_what_was_seen(tmp_path: Path) -> None:
    path = hostile(tmp_path, "printer").rename(tmp_path / f"{BADLY_CALLED}.pcap")
    told = sniffer("explain", path, "--device", "10.0.3.17")
    assert "What was seen of it (" in " ".join(told.out.split())
    assert harmless(told.out)


def test_a_table_of_the_site_is_called_harmlessly_below_the_devices(tmp_path: Path) -> None:
    table = tmp_path / f"{BADLY_CALLED}.csv"
    table.write_text("ip,mac,name\n10.0.3.17,00:26:73:a1:b2:c3,printer\n")
    told = sniffer("triage", hostile(tmp_path, "printer"), "--facts", table)
    assert "Read beside the captures: " in " ".join(told.out.split())
    assert harmless(told.out)


def test_sensors_are_called_harmlessly_below_the_tables_of_the_inventory(tmp_path: Path) -> None:
    db, capture = tmp_path / "inventory.sqlite", hostile(tmp_path, "printer")
    env = {"XDG_DATA_HOME": str(tmp_path)}
    for sensor in (BADLY_CALLED, "hq"):  # of one alone no sentence tells the name
        assert sniffer("scan", capture, "--sensor", sensor, "--db", db, env=env).status == 0
    for verb in ("devices", "changes", "scans"):
        told = sniffer(verb, "--db", db, env=env)
        assert r"evil\x1b[2J: " in told.out, verb
        assert harmless(told.out), verb
