"""``sniffer scan``: what was read is remembered, and only what is new is told."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import struct
import subprocess
import time
from pathlib import Path

import pytest

from sniffer.cli.scan_state import ReadBefore, folder, locked
from sniffer.inventory.store import Store
from sniffer.model.health import Health, InterfaceHealth, health_since
from sniffer.sources.problems import CaptureError
from tests.expected import CAPTURES
from tests.program import Outcome, command, environment, sniffer

OFFICE = CAPTURES / "lan" / "office" / "capture.pcap"
REFUSED = CAPTURES / "starttls" / "exchange-refused-basic" / "capture.pcap"


class Site:
    """A folder that captures come to, and an inventory."""

    def __init__(self, path: Path) -> None:
        self.captures = path / "captures"
        self.captures.mkdir()
        self.database = path / "inventory.sqlite"

    def put(self, capture: Path, name: str) -> None:
        """A capture is rotated in."""
        shutil.copy(capture, self.captures / name)

    def scan(self, *words: str) -> Outcome:
        """Scan the folder."""
        return sniffer("scan", self.captures, "--db", self.database, *words)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """An empty one."""
    return Site(tmp_path)


def kinds(outcome: Outcome) -> list[tuple[str, str | None]]:
    """What changed, and of whom."""
    return [(row["change"], row["name"]) for row in outcome.rows if row["type"] == "change"]


def test_the_first_scan_tells_who_is_affected(site: Site) -> None:
    site.put(OFFICE, "1.pcap")
    outcome = site.scan("--format", "jsonl")
    assert outcome.status == 0
    assert ("new-affected", "RNP002673A1B2C3") in kinds(outcome)
    assert outcome.record["scan"]["devices"]["affected"] == 2
    assert outcome.record["scan"]["since"] is None


def test_a_second_scan_of_the_same_finds_nothing_new(site: Site) -> None:
    site.put(OFFICE, "1.pcap")
    site.scan()
    outcome = site.scan("--format", "jsonl")
    assert outcome.status == 0
    assert kinds(outcome) == []
    assert "1 captures, all read before" in outcome.err
    again = site.scan("--all", "--format", "jsonl")
    assert kinds(again) == []
    assert again.record["scan"]["devices"] == outcome.record["scan"]["devices"]


def test_what_comes_later_is_told_as_a_change(site: Site) -> None:
    site.put(OFFICE, "1.pcap")
    site.scan()
    site.put(REFUSED, "2.pcap")
    outcome = site.scan()
    assert "1 printer is now refused by Exchange Online." in outcome.out
    assert "RNP002673A1B2C3, Ricoh, 10.0.3.17: last worked" in outcome.out
    assert "new-affected" not in outcome.out


@pytest.mark.parametrize(
    ("words", "status"), [("affected", 3), ("new-affected", 3), ("migrated", 0), ("mixed,gave-up", 0)]
)
def test_fail_on_knows_verdicts_and_changes(site: Site, words: str, status: int) -> None:
    site.put(OFFICE, "1.pcap")
    assert site.scan("--fail-on", words).status == status


def test_new_affected_fails_once(site: Site) -> None:
    site.put(OFFICE, "1.pcap")
    assert site.scan("--fail-on", "new-affected").status == 3
    site.put(REFUSED, "2.pcap")
    assert site.scan("--fail-on", "new-affected").status == 0
    assert site.scan("--fail-on", "affected").status == 3


def test_the_object_has_changes_and_suspects(site: Site) -> None:
    site.put(CAPTURES / "devices" / "s01-flat" / "capture.pcap", "1.pcap")
    told = json.loads(site.scan("--format", "json").out)
    assert {each["change"] for each in told["changes"]} >= {"new-affected", "new-device"}
    assert told["run"]["scan"]["suspects"] is not None


def test_sensors_and_their_captures_are_read_by_themselves(site: Site, tmp_path: Path) -> None:
    outcome = sniffer(
        "scan", "--sensor", f"hq={OFFICE}", "--sensor", f"branch={REFUSED}", "--db", site.database, "--format", "jsonl"
    )
    assert {each["sensor"] for each in outcome.record["scan"]["coverage"]} == {"hq", "branch"}
    with Store.open(str(site.database)) as store:
        assert {each.name for each in store.sensors()} == {"hq", "branch"}


def test_a_report_file_is_written(site: Site, tmp_path: Path) -> None:
    site.put(OFFICE, "1.pcap")
    site.scan("--output", str(tmp_path / "report.txt"))
    assert (tmp_path / "report.txt").read_text().startswith("Report of 2026-11-24 00:29:45 UTC, the first one.")


# -- what may go wrong ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["x.pcap", "--fail-on", "affekted"], "'affekted' is neither a verdict nor a change; choose from affected"),
        ([], "Usage"),
        (["--db", "x.sqlite"], "name captures or a folder, or listen with -i"),
        (["x.pcap", "-i", "eth0"], "name captures or a folder, or listen with -i"),
        (["-i", "eth0"], "listen for a time (--duration 8h), or always"),
        (["-i", "eth0", "--duration", "1h", "--every", "1d"], "listen for a time (--duration 8h), or always"),
        (["x.pcap", "--duration", "1h"], "--duration and --every are for -i"),
        (["-i", "eth0", "--duration", "soon"], "'soon' is not a time; write it like 30s, 10m, 8h or 2d"),
    ],
)
def test_wrong_usage_says_what_is_right(words: list[str], told: str) -> None:
    outcome = sniffer("scan", *words)
    said = " ".join((outcome.out + outcome.err).replace("│", " ").split())
    assert told in said
    assert outcome.status == 2


def test_a_url_with_a_password_is_refused(site: Site) -> None:
    outcome = sniffer("scan", OFFICE, "--db", "postgresql+psycopg://sniffer:hunter2@db/sniffer")
    assert outcome.status == 1
    assert "a password in a URL is seen by everybody" in outcome.err
    assert "hunter2" not in outcome.err + outcome.out


def test_captures_that_cannot_be_read_leave_a_failed_run(site: Site) -> None:
    (site.captures / "1.pcap").write_text("no capture at all")
    outcome = site.scan()
    assert outcome.status == 1
    with Store.open(str(site.database)) as store:
        assert [each.status for each in store.runs()] == ["failed"]


def test_what_is_read_in_part_is_no_full_scan(site: Site) -> None:
    site.put(OFFICE, "1.pcap")
    (site.captures / "2.pcap").write_bytes(OFFICE.read_bytes()[:30_000])
    outcome = site.scan()
    assert outcome.status == 4
    assert "2.pcap: ends in the middle of a record" in outcome.err
    with Store.open(str(site.database)) as store:
        assert [each.status for each in store.runs()] == ["partial"]
    assert site.scan("--format", "jsonl").record["inputs"] != []  # it is read again


def test_a_folder_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    """Who misspells it would get an inventory that knows nothing, and hear of every device anew."""
    outcome = sniffer("scan", OFFICE, "--db", tmp_path / "typo" / "inventory.sqlite")
    assert outcome.status == 1
    assert "there is no such folder; make it, or check --db" in " ".join(outcome.err.split())
    assert not (tmp_path / "typo").exists()


def test_another_database_is_left_alone(site: Site) -> None:
    with sqlite3.connect(site.database) as database:
        database.execute("CREATE TABLE other (x)")
    site.put(OFFICE, "1.pcap")
    outcome = site.scan()
    assert outcome.status == 1
    assert "is a database of something else" in outcome.err


def test_two_scans_of_one_sensor_do_not_run_at_the_same_time(site: Site) -> None:
    site.put(OFFICE, "1.pcap")
    with locked(["default"], folder(site.database)):
        outcome = site.scan()
        assert outcome.status == 1
        assert f"another scan of it is running (process {os.getpid()}); wait for it" in outcome.err
        assert sniffer("scan", OFFICE, "--sensor", "other", "--db", site.database).status == 0
    assert site.scan().status == 0


def test_locks_of_hostile_names_are_files_of_their_own(tmp_path: Path) -> None:
    where = folder(tmp_path / "x.sqlite")
    with locked(["../../etc", "a/b", "a b", ""], where):
        with pytest.raises(CaptureError):
            _lock_again(where)
        assert len(list(where.iterdir())) == 4
        assert not (tmp_path.parent / "etc.lock").exists()


def _lock_again(where: Path) -> None:
    with locked(["a/b"], where):
        pass


def test_a_scan_that_is_killed_is_known_to_have_been_interrupted(site: Site) -> None:
    with Store.open(str(site.database)):
        pass
    fifo = site.captures.parent / "never.pcap"
    os.mkfifo(fifo)
    argv = command("scan", str(fifo), "--db", str(site.database))
    with subprocess.Popen(argv, env=environment(), stderr=subprocess.DEVNULL) as process, fifo.open("wb"):
        ends = time.monotonic() + 20
        while time.monotonic() < ends and not _statuses(site):
            time.sleep(0.05)
        process.send_signal(signal.SIGKILL)
    assert _statuses(site) == ["running"]
    site.put(OFFICE, "1.pcap")
    assert site.scan().status == 0
    assert _statuses(site) == ["full", "interrupted"]


def _statuses(site: Site) -> list[str]:
    with Store.open(str(site.database)) as store:
        return [each.status for each in store.runs()]


# -- which captures are new ------------------------------------------------------------------------


def test_a_renamed_capture_is_not_read_again_and_the_newest_once_more(tmp_path: Path) -> None:
    captures = tmp_path / "captures"
    captures.mkdir()
    for number in (1, 2, 3):
        shutil.copy(OFFICE, captures / f"{number}.pcap")
        os.utime(captures / f"{number}.pcap", (1000 + number, 1000 + number))
    where = folder(tmp_path / "x.sqlite")
    known = ReadBefore("hq", where)
    assert known.wanted([captures]) == ([captures / f"{n}.pcap" for n in (1, 2, 3)], 0)
    with (captures / "1.pcap").open("ab") as file:  # somebody writes on while it is read
        file.write(b"more")
    os.utime(captures / "1.pcap", (1001, 1001))
    known.remember()
    (captures / "3.pcap").rename(captures / "3.old.pcap")
    known = ReadBefore("hq", where)
    found, passed = known.wanted([captures])
    assert [each.name for each in found] == ["1.pcap", "3.old.pcap"]
    assert passed == 1
    known.remember()
    assert ReadBefore("hq", where).wanted([captures]) == ([], 3)
    shutil.copy(OFFICE, captures / "4.pcap")
    found, passed = ReadBefore("hq", where).wanted([captures])
    assert {each.name for each in found} == {"3.old.pcap", "4.pcap"}
    assert passed == 2


@pytest.mark.parametrize("text", ["", "[]", "{", '{"a": 1}', "\x00"])
def test_a_damaged_memory_reads_everything_again(tmp_path: Path, text: str) -> None:
    where = folder(tmp_path / "x.sqlite")
    (where / "hq.json").write_text(text)
    assert ReadBefore("hq", where).wanted([OFFICE]) == ([OFFICE], 0)


# -- nothing that was not heard passes for heard -------------------------------------------------


def shifted(path: Path, to: Path, seconds: float, behind: int = 0) -> Path:
    """A capture whose frames, behind so many, are later by some seconds (classic pcap, this machine's order)."""
    data = bytearray(path.read_bytes())
    place, number = 24, 0
    while place < len(data):
        moment, _, length, _ = struct.unpack_from("=IIII", data, place)
        if number >= behind:
            struct.pack_into("=I", data, place, int(moment + seconds))
        place, number = place + 16 + length, number + 1
    to.write_bytes(data)
    return to


def test_a_silence_of_days_within_a_file_was_not_listened_to(site: Site) -> None:
    shifted(OFFICE, site.captures / "1.pcap", 20 * 86_400, behind=400)
    (told,) = site.scan("--format", "jsonl").record["scan"]["coverage"]
    assert told["listened_seconds"] < 60


def test_what_a_wrong_clock_dates_to_the_future_is_no_listening(site: Site) -> None:
    shifted(OFFICE, site.captures / "1.pcap", 20 * 366 * 86_400, behind=400)
    site.scan()
    site.put(REFUSED, "2.pcap")
    told = site.scan("--format", "jsonl").record["scan"]
    assert told["until"] < "2027"
    assert told["coverage"][0]["listened_seconds"] < 60


def test_a_new_inventory_is_told_everything(site: Site, tmp_path: Path) -> None:
    site.put(OFFICE, "1.pcap")
    site.scan()
    other = sniffer("scan", site.captures, "--db", tmp_path / "other.sqlite", "--format", "jsonl")
    assert other.record["scan"]["devices"]["affected"] == 2
    site.database.unlink()
    assert site.scan("--format", "jsonl").record["scan"]["devices"]["affected"] == 2


def test_a_session_over_the_border_of_two_files_is_one(site: Site, tmp_path: Path) -> None:
    """The file in which it ends is read again with the next: its end is no session of its own."""
    data = REFUSED.read_bytes()
    place, number = 24, 0
    while number < 12:
        place, number = place + 16 + struct.unpack_from("=I", data, place + 8)[0], number + 1
    (site.captures / "1.pcap").write_bytes(data[:place])
    site.scan()
    (site.captures / "2.pcap").write_bytes(data[:24] + data[place:])
    site.scan()
    site.put(OFFICE, "3.pcap")
    outcome = site.scan("--format", "jsonl")
    assert outcome.record["quality"]["sessions"]["joined_late"] == 0
    with Store.open(str(site.database)) as store:
        stored = [each.fact.session for record in store.devices() for each in store.sessions(record.device)]
    at_once = sniffer("triage", site.captures, "--view", "sessions", "--format", "jsonl")
    assert sorted(stored) == sorted(each["session"] for each in at_once.rows)


def test_health_of_a_period_is_what_came_in_it() -> None:
    before = Health(5, "tap", (InterfaceHealth("a", received=10, dropped=2, downs=1),), sessions=4, clock_steps=(7,))
    now = Health(
        9, "tap", (InterfaceHealth("a", up=False, received=15, dropped=2, downs=2),), sessions=5, clock_steps=(7, 8)
    )
    assert health_since(now, before) == Health(
        9, "tap", (InterfaceHealth("a", up=False, received=5, dropped=0, downs=1),), sessions=1, clock_steps=(8,)
    )
    assert health_since(now, None) == now


@pytest.mark.parametrize(
    ("before", "now", "new"),
    [
        ((), (7,), (7,)),
        ((7,), (7,), ()),
        ((7, 8), (7, 8, 9), (9,)),
        ((1, 2, 3), (2, 3, 4), (4,)),
        ((1, 2), (5, 6), (5, 6)),
    ],
)
def test_of_many_steps_of_the_clock_only_the_newest_are_known(
    before: tuple[int, ...], now: tuple[int, ...], new: tuple[int, ...]
) -> None:
    steps = [Health(5, "tap", (), clock_steps=each) for each in (before, now)]
    assert health_since(steps[1], steps[0]).clock_steps == new
