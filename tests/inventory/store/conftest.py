"""An inventory for each test, in SQLite and (in the lab) in PostgreSQL; a fresh one is a copy of one migrated once."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from sqlalchemy import event

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
def scratch(fresh: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Store]]:
    """Three inventories for tests that make thousands (``stored.emptied``): they outlive no crash of the machine.

    Opening one takes as long as storing three runs, and so does each wait for the disk.
    """
    folder = tmp_path_factory.mktemp("scratch")
    with ExitStack() as opened:
        stores = []
        for name in ("one", "two", "three"):
            path = shutil.copy(fresh, folder / f"{name}.sqlite")
            stores.append(opened.enter_context(Store.open(str(path))))
            event.listen(stores[-1]._engine, "connect", _hurry)
            keeper = opened.enter_context(closing(sqlite3.connect(path)))
            keeper.execute("SELECT count(*) FROM device")  # the last to close a database tidies it up
        yield stores


def _hurry(connection: sqlite3.Connection, _: object) -> None:
    connection.execute("PRAGMA synchronous = OFF")


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
