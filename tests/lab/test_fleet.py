"""Two sensors store in one PostgreSQL at the same time: nothing is lost, and nothing comes twice."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sniffer.inventory.bundle import Kept, Pending, commit_or_keep
from sniffer.inventory.store import PASSWORD, Store
from sniffer.knowledge.catalogue import catalogue
from sniffer.model.findings import SessionFinding
from sniffer.model.records import RunEnd, RunStart, SensorRecord
from tests.bench.fleet import Plan, box, found, load_all, sample, seen, sessions, truth
from tests.inference.facts import NOW
from tests.lab import database

pytestmark = [pytest.mark.lab, pytest.mark.skipif(bool(database.missing()), reason=database.missing() or "")]

PLAN = Plan(devices=200, sessions=5_000)


@pytest.fixture
def url(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """An empty inventory."""
    monkeypatch.setenv(PASSWORD, database.PASSWORD)
    with database.server() as running:
        running.sql("CREATE DATABASE fleet")
        yield running.url("fleet")


def test_two_sensors_at_once(url: str) -> None:
    Store.open(url).close()
    load_all(url, PLAN)
    with Store.open(url) as store:
        assert found(store) == truth(PLAN)
        sample(store, PLAN)
        assert {each.status for each in store.runs()} == {"full"}


def test_two_sensors_make_the_tables_at_once(url: str) -> None:
    """The first runs of two sensors come to a database that nobody has prepared."""
    plan = Plan(devices=20, sessions=100, runs=2)
    load_all(url, plan)
    with Store.open(url) as store:
        assert found(store) == truth(plan)


def test_a_server_that_goes_away_in_the_middle_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It crashes while a run is stored: the run is kept, and is stored with the next."""
    monkeypatch.setenv(PASSWORD, database.PASSWORD)
    pending, plan = Pending(tmp_path / "pending", bytes(32)), Plan(devices=20, sessions=400, runs=2)
    boxes = [box(place, "hq") for place in range(plan.devices)]

    def sessions_of(run: int, *, crash: bool) -> Iterator[SessionFinding]:
        for number, each in enumerate(sessions(boxes, "hq", plan, run)):
            if crash and number == 100:
                running.stop("immediate")
            yield each

    def store(run: int, *, crash: bool = False) -> Kept:
        crashes = iter([crash, False])
        start = RunStart(key=f"run-{run}", kind="live", started=NOW + run, sensors=(SensorRecord("hq"),))
        return commit_or_keep(
            lambda: Store.open(running.url("fleet")), pending, start,
            lambda: sessions_of(run, crash=next(crashes)), [seen(each, plan, run) for each in boxes],
            RunEnd(finished=NOW + run), catalogue(), lambda *_: (),
        )  # fmt: skip

    with database.server() as running:
        running.sql("CREATE DATABASE fleet")
        Store.open(running.url("fleet")).close()
        kept = store(0, crash=True)
        assert kept.problem is not None
        assert kept.problem.passing
        assert kept.path is not None
        running.start()
        kept = store(1)
        assert kept.outcome is not None
        assert [each.outcome.sessions.new for each in kept.loaded if each.outcome] == [200]
        with Store.open(running.url("fleet")) as opened:
            assert [each.status for each in opened.runs()] == ["full", "full"]
            assert len(opened.devices()) == plan.devices
