"""An inventory for each test, in SQLite and (in the lab) in PostgreSQL; a fresh one is a copy of one migrated once."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from sniffer.inventory.store import Store
from sniffer.inventory.store.place import PASSWORD
from tests.lab import database

LAB = [pytest.mark.lab, pytest.mark.skipif(bool(database.missing()), reason=database.missing() or "")]


@pytest.fixture(scope="session")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of an empty inventory."""
    path = tmp_path_factory.mktemp("fresh") / "inventory.sqlite"
    Store.open(str(path)).close()
    return path


@pytest.fixture(scope="session")
def server() -> Iterator[database.Server]:
    """A PostgreSQL server, with an empty inventory called ``fresh``."""
    with database.server() as running, pytest.MonkeyPatch.context() as patch:
        patch.setenv(PASSWORD, database.PASSWORD)
        running.sql("CREATE DATABASE fresh")
        Store.open(running.url("fresh")).close()
        yield running


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=LAB)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where an empty inventory is."""
    if request.param == "sqlite":
        return str(shutil.copy(request.getfixturevalue("fresh"), tmp_path / "inventory.sqlite"))
    running: database.Server = request.getfixturevalue("server")
    return running.url(running.make("fresh"))


@pytest.fixture
def store(url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """An empty inventory."""
    monkeypatch.setenv(PASSWORD, database.PASSWORD)
    with Store.open(url) as opened:
        yield opened
