"""Two sensors store in one PostgreSQL at the same time: nothing is lost, and nothing comes twice."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sniffer.inventory.store import PASSWORD, Store
from tests.bench.fleet import Plan, found, load_all, sample, truth
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
