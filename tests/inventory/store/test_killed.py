"""Killed at a random moment: the inventory opens, each run that was stored is whole, and of others nothing counts."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from random import Random

import pytest

from sniffer.inventory.store import Store
from tests.inventory.store.killed import SESSIONS
from tests.inventory.store.stored import start
from tests.program import ROOT

RUNS = 20
"""More than are stored before the kill: they are judged before they are stored, and that takes its time."""

DELAY = 0.3
"""Seconds within which it comes: a run takes three hundredths or more."""


def killed(url: str, first: int, delay: float) -> list[int]:
    """Store runs until a kill, and return those that were said to be done."""
    argv = [sys.executable, "-m", "tests.inventory.store.killed", url, str(first), str(RUNS)]
    with subprocess.Popen(argv, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
        time.sleep(delay)
        process.kill()
        return [int(line) for line in process.stdout.read().splitlines()]


def check(url: str, done: list[int]) -> set[int]:
    """Hold what is stored against what was said to be, and return the runs that are stored."""
    with Store.open(url) as store:
        runs = {int(each.start.key.partition("-")[2]): each for each in store.runs() if each.start.key != "after"}
        full = {number for number, each in runs.items() if each.status == "full"}
        assert full >= set(done)
        stored: dict[int, int] = {}
        for record in store.devices():
            judged = 0
            for each in store.sessions(record.device):
                number = int(each.fact.session[2:10], 16)
                stored[number] = stored.get(number, 0) + 1
                judged += 1
            assert record.finding.services[0].judged == judged
        assert stored == dict.fromkeys(full, SESSIONS)
        assert len([each for each in runs.values() if each.status == "running"]) <= 1
        return full


def kill_often(url: str, times: int) -> None:
    random, done = Random(times), list[int]()
    for turn in range(times):
        done += killed(url, turn * RUNS, random.random() * DELAY)
        check(url, done)
    assert done
    with Store.open(url) as store:
        store.begin(start(key="after"))
        assert [each.start.key for each in store.runs() if each.status == "running"] == ["after"]


def test_killed_at_random_moments(fresh: Path, tmp_path: Path) -> None:
    path = tmp_path / "inventory.sqlite"
    path.write_bytes(fresh.read_bytes())
    kill_often(str(path), 2)


@pytest.mark.lab
@pytest.mark.parametrize("times", [10, pytest.param(100, marks=pytest.mark.deep)])
def test_killed_often(url: str, monkeypatch: pytest.MonkeyPatch, times: int) -> None:
    """A hundred times take four minutes in each database."""
    monkeypatch.setenv("SNIFFER_DB_PASSWORD", "lab")
    kill_often(url, times)
