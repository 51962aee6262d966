"""``--as-of`` and ``--knowledge``: they change words and advice; a user's rows go over the shipped ones."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from tests.program import sniffer

CAPTURES = Path(__file__).resolve().parents[2] / "captures"
MIRROR = CAPTURES / "services" / "mirror-working"
BEFORE, AFTER = "2026-12-31", "2027-01-01"


def test_a_day_changes_advice_and_nothing_else() -> None:
    before, after = (sniffer("triage", "--format", "jsonl", "--as-of", day, MIRROR).rows for day in (BEFORE, AFTER))
    assert before != after
    assert [row | {"advice": []} for row in before] == [row | {"advice": []} for row in after]
    sessions = [
        sniffer("triage", "--view", "sessions", "--format", "jsonl", "--as-of", day, MIRROR).rows
        for day in (BEFORE, AFTER)
    ]
    assert sessions[0] == sessions[1]


def test_what_is_affected_is_told_the_date_and_the_ways_out_each_with_its_source() -> None:
    rows = sniffer("triage", "--format", "jsonl", "--as-of", BEFORE, MIRROR).rows
    (affected,) = (row for row in rows if row["verdict"] == "affected")
    codes = [each["code"] for each in affected["advice"]]
    assert codes[0] == "date-exchange-online"
    assert {"way-oauth", "way-high-volume-email", "way-re-enable"} <= set(codes)
    assert "end of December 2026" in affected["advice"][0]["text"]
    assert all(each["source"] and each["as_of"] for each in affected["advice"])


def test_no_day_that_is_none() -> None:
    told = sniffer("triage", "--as-of", "31.12.2026", MIRROR)
    assert told.status == 2
    assert "2027-01-15" in told.err


OURS = """
[[service]]
code = "our-hoster"
name = "Our hoster"
hosts = ["outlook.office365.com"]
submission = true
source = "contract of 2025"
as_of = 2026-11-01
"""


def test_rows_of_our_own_go_over_the_shipped_ones(tmp_path: Path) -> None:
    ours = tmp_path / "ours.toml"
    ours.write_text(OURS)
    rows = sniffer("triage", "--format", "jsonl", "--knowledge", ours, MIRROR).rows
    assert {used["service"] for row in rows for used in row["services"]} == {"our-hoster"}
    assert {row["verdict"] for row in rows} <= {"basic-elsewhere", "modern"}
    assert "Our hoster" in sniffer("triage", "--knowledge", ours, MIRROR).out


def test_what_is_wrong_in_rows_of_our_own_is_said_before_anything_is_read(tmp_path: Path) -> None:
    ours = tmp_path / "ours.toml"
    ours.write_text(OURS.replace("hosts", "hots"))
    told = sniffer("triage", "--knowledge", ours, MIRROR)
    assert (told.status, told.out) == (2, "")
    assert "hots" in told.err
    assert "ours.toml" in told.err.replace("\n", "").replace("│", "").replace(" ", "")


def test_csv_tells_handshakes_findings_and_advice_by_their_codes() -> None:
    told = sniffer("triage", "--format", "csv", MIRROR).out
    (row, *_) = (row for row in csv.DictReader(io.StringIO(told)) if row["verdict"] == "affected")
    assert row["advice"].split()[0] == "date-exchange-online"
    assert "credentials-in-clear" in row["findings"].split()
    old = sniffer("triage", "--view", "sessions", "--format", "csv", CAPTURES / "tls" / "1.0-openssl").out
    (session, *_) = csv.DictReader(io.StringIO(old))
    assert (session["tls.version"], session["findings"].split()[0]) == ("1.0", "tls-old")
    assert session["tls.ja4"].startswith("t")


def test_a_file_that_nests_without_end_is_a_mistake_not_a_crash(tmp_path: Path) -> None:
    deep = tmp_path / "deep.toml"
    deep.write_text("a = " + "[" * 5000 + "]" * 5000)
    for option in ("--knowledge", "--config"):
        assert sniffer("triage", option, deep, MIRROR).status == 2
