"""Asking the inventory: devices, one device, changes, scans; and what is said when it cannot be asked."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from sniffer.inventory.store import Store
from sniffer.model.records import RunStart, SensorRecord
from tests.cli import stored
from tests.cli.stored import COPIER, PRINTER, PRINTER_MAC
from tests.inference.facts import DAY, NOW, attempt, fact
from tests.program import Outcome, sniffer

QUERIES = (("devices",), ("device", PRINTER), ("changes",), ("scans",), ("prune",), ("export", "a.bundle"))


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An inventory, to be copied."""
    return stored.inventory(tmp_path_factory.mktemp("inventory") / "inventory.sqlite")


@pytest.fixture
def db(made: Path, tmp_path: Path) -> Path:
    """One of its own."""
    path = tmp_path / "inventory.sqlite"
    with sqlite3.connect(made) as source, sqlite3.connect(path) as copy:
        source.backup(copy)
    return path


def asked(db: Path, *words: str | Path, as_of: str = "2026-12-01") -> Outcome:
    """What the program says, done without a problem."""
    dated = () if words[0] in ("prune", "export") else ("--as-of", as_of)
    outcome = sniffer(*words, "--db", db, *dated)
    assert (outcome.status, outcome.err) == (0, "")
    return outcome


def rows(db: Path, *words: str) -> list[dict[str, Any]]:
    """The rows that it writes, but for the last."""
    return asked(db, *words, "--format", "jsonl").rows


def shown(db: Path, *words: str) -> str:
    """What it shows, without its line breaks."""
    return " ".join(asked(db, *words).out.split())


# -- devices ---------------------------------------------------------------------------------------


def test_devices_are_rows_of_the_contract(db: Path) -> None:
    printer, copier = rows(db, "devices")
    assert (printer["verdict"], printer["state"], printer["run_local"]) == ("affected", "failing", False)
    assert (copier["verdict"], copier["state"]) == ("modern", "migrated")
    assert printer["inventory"]["sensors"] == ["hq"]
    assert printer["evidence"]
    assert any(each["code"] == "date-exchange-online" for each in printer["advice"])
    told = json.loads(asked(db, "devices", "--format", "json").out)
    assert told["devices"] == [printer, copier]
    assert told["run"]["sensors"] == [{"sensor": "hq", "site": "berlin"}]
    assert told["run"]["devices"] == {"affected": 1, "modern": 1}


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ((), 2),
        (("--verdict", "affected,unknown"), 1),
        (("--verdict", "challenge"), 0),
        (("--vendor", "ricoh"), 1),
        (("--service", "exchange-online"), 2),
        (("--service", "gmail"), 0),
        (("--sensor", "hq"), 2),
        (("--seen-since", "2026-01-01"), 2),
        (("--seen-since", "2099-01-01"), 0),
    ],
)
def test_devices_are_chosen(db: Path, words: tuple[str, ...], found: int) -> None:
    assert len(rows(db, "devices", *words)) == found
    assert ("No device fits" in shown(db, "devices", *words)) is (found == 0)


def test_a_table_has_its_worth_below(db: Path) -> None:
    text = shown(db, "devices")
    assert "RNP002673A1B2C3" in text
    assert "2 devices: 1 Basic to Exchange Online and 1 OAuth." in text
    assert "At the end of December 2026" in text
    assert "Listened 10 of 30 days" in text
    assert max(map(len, asked(db, "devices").out.splitlines())) <= 100


def test_the_day_changes_words_only(db: Path) -> None:
    assert "Exchange Online has turned Basic" in " ".join(asked(db, "devices", as_of="2027-01-15").out.split())


def test_a_csv_has_a_line_for_each_service(db: Path) -> None:
    lines = list(csv.DictReader(io.StringIO(asked(db, "devices", "--format", "csv").out)))
    assert [each["service.verdict"] for each in lines] == ["affected", "modern"]
    assert lines[0]["inventory.sensors"] == "hq"


def test_names_may_be_replaced(db: Path, tmp_path: Path) -> None:
    env = {"XDG_DATA_HOME": str(tmp_path)}
    for words in (("devices", "--format", "json"), ("device", PRINTER), ("device", PRINTER, "--format", "json")):
        outcome = sniffer(*words, "--db", db, "--redact-users", env=env)
        assert outcome.status == 0
        assert "scan@example.org" not in outcome.out


def test_names_are_replaced_in_what_people_wrote_too(db: Path, tmp_path: Path) -> None:
    """Who silences a device tells why, and that names its owner as often as not."""
    env = {"XDG_DATA_HOME": str(tmp_path)}
    for ip in (PRINTER, COPIER):
        asked(db, "device", ip, "--set", "name=doris-printer", "--set", "owner=Doris", "--set", "ticket=for Doris",
              "--except", "Doris has doris-printer repaired", "--until", "2026-12-31")  # fmt: skip
    every = ("changes", "--since", "2026-01-01", "--all")
    for words in (every, (*every, "--format", "json"), (*every, "--format", "csv"), ("devices", "--format", "jsonl"),
                  ("device", PRINTER), ("device", PRINTER, "--format", "json")):  # fmt: skip
        outcome = sniffer(*words, "--db", db, "--redact-users", "--as-of", "2026-12-01", env=env)
        assert outcome.status == 0
        assert "repaired" in outcome.out
        assert "doris" not in outcome.out.lower(), words


def test_who_may_be_meant_is_told_without_names(db: Path, tmp_path: Path) -> None:
    for number, ip in enumerate((PRINTER, COPIER)):
        with Store.open(str(db)) as store:
            seen = [fact(attempt(), day=12, client=ip, mac=(PRINTER_MAC, stored.COPIER_MAC)[number], helo="doris-pc",
                         sensor="hq", session=f"s-{number:015x}f")]  # fmt: skip
            stored.scan(store, 6 + number, seen, "hq", None)
        asked(db, "device", ip, "--set", "name=Drucker")
    words = ("device", "drucker", "--set", "note=x", "--db", db)
    assert "doris-pc" in sniffer(*words).err
    hidden = sniffer(*words, "--redact-users", env={"XDG_DATA_HOME": str(tmp_path)}).err
    assert "2 devices are called" in hidden
    assert "doris" not in hidden


# -- one device ------------------------------------------------------------------------------------


@pytest.mark.parametrize("word", [PRINTER, PRINTER_MAC, "00-26-73-A1-B2-C3", "rnp002673a1b2c3", "Scan@example.org"])
def test_a_device_is_found_by_what_it_is_called(db: Path, word: str) -> None:
    text = shown(db, "device", word)
    assert "Verdicts over time" in text
    assert "Sessions a day" in text
    assert "Listened" not in text


def test_a_device_tells_all(db: Path) -> None:
    text = shown(db, "device", PRINTER)
    for words in ("Basic to Exchange Online", "In the inventory", "seen by hq", "5 sessions on 5 of 60 days", "█"):
        assert words in text
    told = json.loads(asked(db, "device", PRINTER, "--format", "json").out)["devices"][0]
    assert [each["sessions"] for each in told["inventory"]["days"]] == [1] * 5
    assert {each["outcome"] for each in told["inventory"]["days"]} == {"success", "failure"}
    assert [each["state"] for each in told["inventory"]["history"] if each["service"] is None][-1] == "failing"


def test_its_days_are_drawn(db: Path, tmp_path: Path) -> None:
    path = tmp_path / "days.svg"
    asked(db, "device", COPIER, "--output", path)
    text = path.read_text("utf-8")
    assert text.startswith("<?xml")
    assert text.count('fill="#1a7f37"') >= 5
    assert "BRN0080774B5C6D" in text


def test_what_people_know_survives_a_scan(db: Path) -> None:
    asked(db, "device", PRINTER, "--set", "owner=Ann", "--set", "name=Drucker EG", "--set", "ticket=INC-4711",
          "--set", "note=at the window")  # fmt: skip
    with Store.open(str(db)) as store:
        stored.scan(store, 5, [fact(attempt(), day=10, sensor="hq", session="s-" + "e" * 16)], "hq", None)
    (row, *_) = rows(db, "devices")
    assert (row["name"], row["owner"], row["state"]) == ("Drucker EG", "Ann", "working")
    assert row["inventory"]["set_by_people"] == ["name", "note", "owner", "ticket"]
    assert (row["inventory"]["ticket"], row["inventory"]["note"]) == ("INC-4711", "at the window")
    assert "Drucker EG" in shown(db, "devices")
    told = [each for each in rows(db, "changes", "--since", "2026-01-01") if each["ip"] == PRINTER]
    assert {(each["name"], each["owner"]) for each in told} == {("Drucker EG", "Ann")}
    for word in ("drucker eg", "INC-4711"):
        text = shown(db, "device", word)
        assert "Set by people" in text
        assert "calls itself RNP002673A1B2C3" in text
    asked(db, "device", PRINTER, "--set", "owner=")
    assert rows(db, "devices")[0]["owner"] is None


def test_an_exception_silences_and_comes_back(db: Path) -> None:
    before = {each["change"] for each in rows(db, "changes", "--since", "2026-01-01")}
    assert {"new-affected", "started-failing", "migrated"} <= before
    asked(db, "device", PRINTER, "--except", "in repair", "--until", "2026-12-31")
    assert "started-failing" not in {each["change"] for each in rows(db, "changes", "--since", "2026-01-01")}
    every = rows(db, "changes", "--since", "2026-01-01", "--all")
    assert {each["exception"]["reason"] for each in every if each["exception"]} == {"in repair"}
    assert "of devices with an exception are not listed (--all)" in shown(db, "changes", "--since", "2026-01-01")
    (row, *_) = rows(db, "devices")
    assert (row["verdict"], row["exception"], row["inventory"]["exception_until"]) == (
        "affected", "in repair", "2026-12-31",
    )  # fmt: skip
    over = sniffer("changes", "--since", "2026-01-01", "--db", db, "--format", "jsonl", "--as-of", "2027-01-01").rows
    assert {"exception-ended", "started-failing"} <= {each["change"] for each in over}
    asked(db, "device", PRINTER, "--no-except")
    assert {each["change"] for each in rows(db, "changes", "--since", "2026-01-01")} == before


WRONG: tuple[tuple[tuple[str, ...], str], ...] = (
    (("--set", "colour=red"), "one of owner, name, location, ticket, note"),
    (("--set", "owner"), "write --set FIELD=TEXT"),
    (("--set", "note=" + "x" * 501), "longer than 500"),
    (("--except", "why"), "has a reason and a last day"),
    (("--until", "2027-01-01"), "belongs to --except"),
    (("--except", "why", "--until", "soon"), "is no date"),
    (("--except", "why", "--until", "2026-11-30"), "has passed"),
    (("--except", "why", "--until", "2027-01-01", "--no-except"), "has a reason and a last day"),
)


@pytest.mark.parametrize(("words", "says"), WRONG, ids=[" ".join(words)[:30] for words, _ in WRONG])
def test_what_makes_no_sense_is_not_set(db: Path, words: tuple[str, ...], says: str) -> None:
    outcome = sniffer("device", PRINTER, *words, "--db", db, "--as-of", "2026-12-01")
    assert outcome.status == 2
    assert says in " ".join(outcome.err.replace("│", " ").split())


def test_nobody_is_named_wrongly(db: Path) -> None:
    outcome = sniffer("device", "10.9.9.9", "--db", db)
    assert (outcome.status, outcome.out) == (1, "")
    assert "no device is called '10.9.9.9'" in outcome.err
    for ip in (PRINTER, COPIER):
        asked(db, "device", ip, "--set", "name=Drucker")
    outcome = sniffer("device", "drucker", "--set", "owner=Ann", "--db", db)
    assert outcome.status == 1
    assert "2 devices are called 'drucker'; name one by its id: d-" in outcome.err


def test_hostile_words_are_harmless(db: Path) -> None:
    outcome = sniffer("device", "\x1b[31mx", "--db", db)
    assert "\x1b" not in outcome.err
    asked(db, "device", PRINTER, "--set", "owner==cmd|'/c calc'!A1", "--set", "name=\x1b[31mred")
    assert "\x1b" not in asked(db, "devices").out + asked(db, "device", PRINTER).out
    (line, *_) = csv.DictReader(io.StringIO(asked(db, "devices", "--format", "csv").out))
    assert line["owner"].startswith("'=")


def test_what_is_no_utf_8_is_said(db: Path) -> None:
    for words in (
        ("device", "caf\udce9"),
        ("device", PRINTER, "--set", "note=caf\udce9"),
        ("devices", "--vendor", "\udce9"),
    ):
        outcome = sniffer(*words, "--db", db)
        assert outcome.status == 1
        assert "is no UTF-8" in outcome.err


def test_an_exception_may_last_for_ever(db: Path) -> None:
    asked(db, "device", PRINTER, "--except", "sealed in", "--until", "9999-12-31")
    (row, *_) = rows(db, "devices")
    assert row["inventory"]["exception_until"] == "9999-12-31"


@pytest.mark.parametrize("words", [("devices", "--seen-since"), ("changes", "--since"), ("scans", "--since")])
def test_an_age_may_reach_beyond_all_data(db: Path, words: tuple[str, ...]) -> None:
    assert rows(db, *words, "999999999d") == rows(db, *words, "1970-01-02")


# -- changes and scans -----------------------------------------------------------------------------


def test_changes_since_a_day(db: Path) -> None:
    text = shown(db, "changes", "--since", "2026-01-01")
    assert "started-failing" in text
    assert rows(db, "changes", "--since", "2099-01-01") == []
    assert "Nothing changed since 2099-01-01" in shown(db, "changes", "--since", "2099-01-01")
    assert {each["change"] for each in rows(db, "changes", "--since", "2026-01-01", "--kind", "migrated")} == {
        "migrated"
    }
    lines = list(csv.DictReader(io.StringIO(asked(db, "changes", "--since", "2026-01-01", "--format", "csv").out)))
    assert "started-failing" in {each["change"] for each in lines}
    told = json.loads(asked(db, "changes", "--since", "2026-01-01", "--format", "json").out)
    assert told["run"]["listed"] == len(told["changes"])


def test_scans_say_how_they_were(db: Path) -> None:
    with Store.open(str(db)) as store:
        store.begin(RunStart(key="x", kind="live", started=NOW, sensors=(SensorRecord("branch"),)))
    found = rows(db, "scans", "--since", "2026-01-01")
    assert {each["status"] for each in found} == {"full", "running"}
    text = shown(db, "scans", "--since", "2026-01-01")
    for words in ("hq (berlin)", "2 days", "lost power", "Listened 10 of 30 days"):
        assert words in text
    assert len(rows(db, "scans", "--since", "2026-01-01", "--sensor", "branch")) == 1
    assert asked(db, "scans", "--since", "2026-01-01", "--format", "csv").out.count("\n") == 7
    assert json.loads(asked(db, "scans", "--since", "2026-01-01", "--format", "json").out)["scans"] == found
    assert "No scan since" in shown(db, "scans", "--since", "2099-01-01")


def test_prune_says_what_would_go_and_does_it_on_demand(db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "Nothing is older than that" in asked(db, "prune").out
    with Store.open(str(db)) as store:
        late = [fact(attempt(), day=100, sensor="hq", session="s-" + "e" * 16)]
        stored.scan(store, 49, late, "hq", None)
    assert "Nothing is older than that" in asked(db, "prune").out, "the data runs ahead of the clock"
    monkeypatch.setattr("sniffer.cli.clock.now", lambda: NOW + 101 * DAY)
    told = asked(db, "prune").out
    assert "10 sessions older than 90 days would become counts" in told
    assert "Nothing was changed; --yes does it." in told
    assert asked(db, "prune").out == told
    assert "10 sessions older than 90 days became counts" in asked(db, "prune", "--yes").out
    assert "Nothing is older" in asked(db, "prune").out
    assert len(rows(db, "devices")) == 2
    assert sniffer("prune", "--db", db, "--details", "30").status == 2
    assert "counts are what details become" in " ".join(
        sniffer("prune", "--db", db, "--details", "90", "--counts", "60").err.replace("│", " ").split()
    )


# -- what cannot be asked --------------------------------------------------------------------------


@pytest.mark.parametrize("words", QUERIES, ids=[words[0] for words in QUERIES])
def test_without_an_inventory_it_says_what_makes_one(tmp_path: Path, words: tuple[str, ...]) -> None:
    outcome = sniffer(*words, env={"XDG_DATA_HOME": str(tmp_path)})
    assert (outcome.status, outcome.out) == (1, "")
    assert "there is no inventory yet; make one: sniffer scan" in outcome.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("words", QUERIES, ids=[words[0] for words in QUERIES])
@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("mysql://somewhere/x", "is no database that an inventory can be in"),
        ("postgresql://sniffer:secret@db.example.org/fleet", "a password in a URL is seen by everybody"),
        ("postgresql+psycopg://sniffer@127.0.0.1:1/fleet", "cannot be reached"),
        ("~nobody-of-that-name/fleet.sqlite", "there is no such user here; write the whole path"),
    ],
)
def test_a_wrong_or_absent_database_is_named(words: tuple[str, ...], url: str, says: str) -> None:
    outcome = sniffer(*words, "--db", url)
    assert (outcome.status, outcome.out) == (1, "")
    assert says in outcome.err
    assert "secret" not in outcome.err


def test_a_newer_schema_is_named_and_left(db: Path) -> None:
    with sqlite3.connect(db) as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    outcome = sniffer("devices", "--db", db)
    assert outcome.status == 1
    assert "was written by a newer sniffer" in outcome.err


def test_what_is_no_database_is_named(tmp_path: Path) -> None:
    path = tmp_path / "office.pcap"
    path.write_bytes(b"\xd4\xc3\xb2\xa1" * 400)
    outcome = sniffer("devices", "--db", path)
    assert outcome.status == 1
    assert "is no SQLite database" in outcome.err


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("devices", "--seen-since", "yesterday"), "is no day and no age; write it like 2026-11-01, 7d or 12h"),
        (("devices", "--seen-since", "2026-13-01"), "is no day and no age"),
        (("devices", "--verdict", "broken"), "is no verdict; choose from affected"),
        (("changes", "--kind", "broken"), "is no kind of change; choose from refused"),
        (("changes", "--since", "7"), "is no day and no age"),
        (("scans", "--format", "xml"), "jsonl"),
    ],
)
def test_wrong_usage_names_the_fix(db: Path, words: tuple[str, ...], says: str) -> None:
    outcome = sniffer(*words, "--db", db)
    assert (outcome.status, outcome.out) == (2, "")
    assert says in " ".join(outcome.err.replace("│", " ").split())


def test_a_sensor_that_is_not_there_is_not_an_empty_answer(db: Path) -> None:
    outcome = sniffer("devices", "--sensor", "attic", "--db", db)
    assert outcome.status == 1
    assert "no sensor is called 'attic'" in outcome.err
    assert "there are hq" in outcome.err


@pytest.mark.parametrize("verb", ["devices", "device", "changes", "scans", "prune", "export", "import"])
def test_help_has_examples(verb: str) -> None:
    text = sniffer(verb, "--help").out
    assert f"sniffer {verb}" in text.partition("Examples:")[2]
    assert "Exit status" in text
    assert verb in sniffer("--help").out


def test_options_come_from_the_configuration(db: Path, tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text(f'[devices]\ndb = "{db}"\nverdict = ["affected"]\n')
    outcome = sniffer("devices", "--config", config, "--format", "jsonl")
    assert [each["verdict"] for each in outcome.rows] == ["affected"]
