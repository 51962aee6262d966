"""``sniffer deadlines``: dates and ways out, worded for a day."""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from sniffer.cli import options
from sniffer.knowledge.catalogue import catalogue
from tests.program import sniffer

SCHEMA = json.loads((resources.files("sniffer.reports.schemas") / "deadlines.schema.json").read_text("utf-8"))


def told(folder: Path, *words: str) -> dict[str, Any]:
    """What the program writes as JSON, valid by its schema."""
    path = folder / "deadlines.json"
    outcome = sniffer("deadlines", "--format", "json", "--output", path, *words)
    assert (outcome.status, outcome.out, outcome.err) == (0, "", "")
    found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    Draft202012Validator.check_schema(SCHEMA)
    assert [error.message for error in Draft202012Validator(SCHEMA).iter_errors(found)] == []
    return found


def shown(*words: str | Path) -> str:
    """What the program prints as a table, without its line breaks."""
    outcome = sniffer("deadlines", *words)
    assert (outcome.status, outcome.err) == (0, "")
    return " ".join(outcome.out.split())


def test_json_has_every_date_and_every_way(tmp_path: Path) -> None:
    found = told(tmp_path, "--as-of", "2026-11-23")
    assert [row["code"] for row in found["deadlines"]] == [row.code for row in catalogue().deadlines]
    assert [row["code"] for row in found["ways"]] == [row.code for row in catalogue().ways]
    first = found["deadlines"][0]
    assert (first["when"], first["begins"], first["passed"]) == ("end of December 2026", "2027-01-01", False)
    assert (first["as_of"], first["stale"], first["check"]) == ("2026-01-29", True, "MC786329")


@pytest.mark.parametrize(("day", "passed"), [("2026-12-31", False), ("2027-01-01", True)])
def test_json_is_worded_for_the_day(tmp_path: Path, day: str, passed: bool) -> None:
    found = told(tmp_path, "--as-of", day)
    assert found["deadlines"][0]["passed"] is passed
    assert ("has turned Basic" in found["deadlines"][0]["text"]) is passed
    again = next(row for row in found["ways"] if row["code"] == "re-enable")
    assert ("for now" in again["fits"]) is passed


def test_a_table_fits_a_terminal_of_100_columns() -> None:
    outcome = sniffer("deadlines")
    assert max(map(len, outcome.out.splitlines())) <= 100
    assert "\x1b" not in outcome.out


def test_a_table_is_worded_for_the_day_and_numbers_its_sources() -> None:
    before, after = shown("--as-of", "2026-11-23"), shown("--as-of", "2027-01-15")
    assert before.startswith("When mail services stop taking passwords, as of 2026-11-23")
    assert "At the end of December 2026 Exchange Online turns Basic" in before
    assert "Exchange Online has turned Basic" in after
    assert "smtp.hve.mx.microsoft:587" in before
    for text in (before, after):
        assert "[1] Microsoft 365 Message Center MC786329" in text
        assert "as of 2026-01-29, more than 60 days old: check MC786329" in text
        assert "31 December" not in text


def test_every_number_in_the_tables_has_its_source() -> None:
    text = shown()
    numbers = {word for word in text.replace("]", "] ").split() if word[0] == "[" and word[-1] == "]"}
    assert len(numbers) > 5
    assert all(text.count(number) >= 2 for number in numbers)


def test_rows_of_ones_own_are_shown_and_made_harmless(tmp_path: Path) -> None:
    ours = tmp_path / "ours.toml"
    ours.write_text(
        '[[way]]\ncode = "ours"\nname = "Our \\u001b[31mrelay"\nservices = []\nauth = "none"\nfits = "always"\n'
        'source = "ours"\nas_of = 2026-11-01\n'
    )
    outcome = sniffer("deadlines", "--knowledge", ours)
    assert "Our \\x1b[31mrelay" in " ".join(outcome.out.split())
    assert "\x1b" not in outcome.out
    assert told(tmp_path, "--knowledge", str(ours))["ways"][0]["code"] == "ours"


WRONG = [
    (("--as-of", "tomorrow"), "'tomorrow' is no date; write it like 2027-01-15"),
    (("--as-of", "2027-02-30"), "is no date"),
    (("--as-of", "20270115"), "is no date"),
    (("--as-of", "2027-W03-1"), "is no date"),
    (("--as-of", "٢٠٢٧-٠١-١٥"), "is no date"),
    (("--as-of", ""), "is no date"),
    (("--knowledge", "nowhere.toml"), "nowhere.toml"),
    (("--format", "csv"), "table"),
]


@pytest.mark.parametrize(("words", "says"), WRONG, ids=[" ".join(words) for words, _ in WRONG])
def test_wrong_usage_names_the_fix(words: tuple[str, ...], says: str) -> None:
    outcome = sniffer("deadlines", *words)
    assert outcome.status == 2
    assert says in " ".join(outcome.err.replace("│", " ").split())
    assert outcome.out == ""


def test_a_wrong_row_is_wrong_usage_and_named(tmp_path: Path) -> None:
    ours = tmp_path / "ours.toml"
    ours.write_text('[[service]]\ncode = "gmail"\nports = "587"\n')
    outcome = sniffer("deadlines", "--knowledge", ours)
    assert outcome.status == 2
    said = "".join(outcome.err.replace("│", " ").split())
    assert "ours.toml:[[service]]gmail:ports:writealistofports" in said


def test_without_a_day_it_is_today() -> None:
    assert options.as_of(None) > options.as_of("2026-11-01")


def test_a_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    outcome = sniffer("deadlines", "--output", tmp_path)
    assert outcome.status == 1
    assert "cannot be written" in outcome.err


def test_help_has_examples() -> None:
    assert "sniffer deadlines --as-of 2027-01-15" in sniffer("deadlines", "--help").out
    assert "deadlines" in sniffer("--help").out


def test_the_example_of_the_help_is_right(tmp_path: Path) -> None:
    text = sniffer("deadlines", "--help").out.partition("what it names:\n")[2].partition("Options:")[0]
    ours = tmp_path / "ours.toml"
    ours.write_text(text)
    assert told(tmp_path, "--knowledge", str(ours))["deadlines"][0]["when"] == "end of March 2027"
