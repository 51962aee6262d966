"""``sniffer export`` and ``sniffer import``: from one inventory to another."""

from __future__ import annotations

from pathlib import Path

import pytest

from sniffer.cli.redaction_key import redaction_key
from tests.cli import stored
from tests.program import Outcome, sniffer


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """The data of who runs the program, with a key."""
    redaction_key(tmp_path / "home" / "sniffer" / "redaction.key")
    return tmp_path / "home"


@pytest.fixture
def bundles(tmp_path: Path, home: Path) -> list[Path]:
    """Bundles of two sensors."""
    found = []
    for name in ("hq", "branch"):
        db = stored.inventory(tmp_path / f"{name}.sqlite", sensor=name, site=None)
        found.append(tmp_path / f"{name}.bundle")
        outcome = run(home, "export", found[-1], "--db", db)
        assert (outcome.status, outcome.err) == (0, "")
        assert outcome.out.endswith(f"{name}.bundle: 10 sessions, 2 devices, 5 scans\n")
    return found


def run(home: Path, *words: str | Path) -> Outcome:
    """Run the program with that data."""
    return sniffer(*words, env={"XDG_DATA_HOME": str(home)})


def test_bundles_of_two_sensors_become_one_inventory(bundles: list[Path], home: Path) -> None:
    outcome = run(home, "import", *bundles)
    assert (outcome.status, outcome.err) == (0, "")
    first, second = outcome.out.splitlines()
    assert "10 new sessions, 0 known, of hq; " in first
    assert "0 new sessions, 10 known, of branch; 0 changes" in second
    found = run(home, "devices", "--format", "jsonl").rows
    assert [each["inventory"]["sensors"] for each in found] == [["branch", "hq"]] * 2
    scans = run(home, "scans", "--since", "2026-01-01", "--format", "jsonl").rows
    assert sorted(each["kind"] for each in scans) == ["import"] * 2 + ["live"] * 10
    changes = run(home, "changes", "--since", "1h", "--format", "jsonl").rows
    assert {"new-affected"} <= {each["change"] for each in changes}
    again = run(home, "import", *reversed(bundles))
    assert again.out.count("was taken in before; nothing to do") == 2
    assert run(home, "devices", "--format", "jsonl").rows == found


def test_what_cannot_be_taken_in_is_named_and_the_rest_is_taken(bundles: list[Path], home: Path) -> None:
    hq, branch = bundles
    branch.write_bytes(branch.read_bytes()[:-9])
    outcome = run(home, "import", branch, hq, "nowhere.bundle")
    assert outcome.status == 4
    assert "10 new sessions" in outcome.out
    assert "branch.bundle: was cut short" in outcome.err
    assert "nowhere.bundle: cannot be read" in outcome.err
    assert run(home, "import", branch).status == 1


def test_another_fleet_is_not_taken_in(bundles: list[Path], tmp_path: Path, home: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    outcome = run(elsewhere, "import", *bundles)
    assert outcome.status == 1
    assert "is from another fleet" in outcome.err
    assert "one redaction.key: copy it to each sensor, or name it with --key" in outcome.err
    key = home / "sniffer" / "redaction.key"
    assert run(elsewhere, "import", *bundles, "--key", key).status == 0
    wrong = run(elsewhere, "import", *bundles, "--key", tmp_path / "nowhere.key")
    assert wrong.status == 1
    assert "there is no such file; copy redaction.key there" in wrong.err
    assert not (tmp_path / "nowhere.key").exists()


def test_a_sensor_without_a_name_is_told_of(tmp_path: Path, home: Path) -> None:
    db = stored.inventory(tmp_path / "a.sqlite", sensor="default", site=None)
    outcome = run(home, "export", tmp_path / "a.bundle", "--db", db)
    assert outcome.status == 0
    assert "in a fleet give each a name of its own (--sensor)" in outcome.err


def test_what_was_stored_since(tmp_path: Path, home: Path) -> None:
    db = stored.inventory(tmp_path / "a.sqlite")
    outcome = run(home, "export", tmp_path / "a.bundle", "--db", db, "--since", "2099-01-01")
    assert outcome.out.endswith("0 sessions, 0 devices, 0 scans\n")
    assert run(home, "import", tmp_path / "a.bundle").status == 0


def test_a_bundle_that_cannot_be_written_is_named(tmp_path: Path, home: Path) -> None:
    db = stored.inventory(tmp_path / "a.sqlite")
    (tmp_path / "file").touch()
    outcome = run(home, "export", tmp_path / "file" / "a.bundle", "--db", db)
    assert outcome.status == 1
    assert "cannot be written" in outcome.err


def test_import_needs_files(home: Path) -> None:
    outcome = run(home, "import")
    assert outcome.status in (0, 2)
    assert "FILE" in outcome.out + outcome.err
