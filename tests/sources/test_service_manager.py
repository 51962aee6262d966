"""Installing units: what is written, what is called, and what is said where it cannot be."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from sniffer.sources import service_manager
from sniffer.sources.service_manager import ServiceError, install, out_of_reach, system

OURS = "[Unit]\n# Made by 'sniffer scan schedule -i eth1'.\n"


class Calls:
    """Stands for systemctl."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.made: list[tuple[str, ...]] = []

    def __call__(self, words: Sequence[str]) -> None:
        """Take a call; units are there before they are started."""
        self.made.append(tuple(words[1:]))
        assert (self.folder / "sniffer-eth1.service").exists() or words[1] == "disable"


def names(folder: Path) -> list[str]:
    """The names of the files in a folder."""
    return sorted(each.name for each in folder.iterdir())


@pytest.fixture
def root(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever runs the tests is root."""
    monkeypatch.setattr(os, "geteuid", lambda: 0, raising=False)


def test_units_are_written_and_started(tmp_path: Path, root: None) -> None:
    calls = Calls(tmp_path)
    files = [("sniffer-eth1.service", OURS + "one"), ("sniffer-eth1.timer", OURS)]
    assert install(files, ["sniffer-eth1.timer"], [], calls, tmp_path, tmp_path) == []
    assert (tmp_path / "sniffer-eth1.service").read_text() == OURS + "one"
    assert (tmp_path / "sniffer-eth1.service").stat().st_mode & 0o777 == 0o644
    assert names(tmp_path) == ["sniffer-eth1.service", "sniffer-eth1.timer"]
    assert calls.made == [("daemon-reload",), ("enable", "sniffer-eth1.timer"), ("restart", "sniffer-eth1.timer")]


def test_an_earlier_schedule_goes_and_strangers_stay(tmp_path: Path, root: None) -> None:
    (tmp_path / "sniffer-eth1.timer").write_text(OURS)
    (tmp_path / "sniffer-eth1-report.path").write_text("[Unit]\n# somebody else's\n")
    calls = Calls(tmp_path)
    stale = ["sniffer-eth1.timer", "sniffer-eth1-report.path", "sniffer-eth1-report.service"]
    gone = install([("sniffer-eth1.service", OURS)], ["sniffer-eth1.service"], stale, calls, tmp_path, tmp_path)
    assert gone == ["sniffer-eth1.timer"]
    assert names(tmp_path) == ["sniffer-eth1-report.path", "sniffer-eth1.service"]
    assert calls.made[0] == ("disable", "--now", "sniffer-eth1.timer")


def test_without_systemd_there_is_cron(tmp_path: Path, root: None) -> None:
    with pytest.raises(ServiceError, match="--cron"):
        install([], [], [], Calls(tmp_path), tmp_path, tmp_path / "none")


def test_who_is_not_root_is_told_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000, raising=False)
    with pytest.raises(ServiceError, match="sudo"):
        install([], [], [], Calls(tmp_path), tmp_path, tmp_path)


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path, root: None) -> None:
    with pytest.raises(ServiceError, match="cannot be written"):
        install([("sniffer-eth1.service", "")], [], [], Calls(tmp_path), tmp_path / "none", tmp_path)


def test_what_systemctl_says_is_passed_on() -> None:
    with pytest.raises(ServiceError, match="no such thing"):
        system(["sh", "-c", "echo no such thing >&2; exit 1"])
    with pytest.raises(ServiceError, match="is not here"):
        system(["/nonexistent/systemctl"])


def test_what_a_service_cannot_read_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reachable = Path("/bin/sh")
    assert out_of_reach([reachable]) is None
    monkeypatch.setattr(service_manager, "HIDDEN", ())
    (tmp_path / "program").touch()
    tmp_path.chmod(0o700)
    assert out_of_reach([reachable, tmp_path / "program"]) == tmp_path / "program"
    assert out_of_reach([Path("/nonexistent/program")]) == Path("/nonexistent/program")
    monkeypatch.setattr(service_manager, "HIDDEN", (reachable.resolve().parent,))
    assert out_of_reach([reachable]) is not None  # also where a link leads there
