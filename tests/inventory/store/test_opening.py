"""Opening an inventory: made private, brought up to date, and refused in words that help."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine

from sniffer.inventory.store import Store, StoreError, default_path, place_of
from sniffer.inventory.store.schema import HEAD, metadata
from sniffer.model import limits
from tests.inference.facts import attempt, fact
from tests.inventory.store.stored import load, only, start

NOT_ROOT = 65534

OLDEST = Path(__file__).with_name("version-0001.sql")
"""An inventory as the first version of the schema had it, with a run in it; never to be made again."""


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def said(url: str, *, create: bool = True) -> StoreError:
    """What is said when an inventory cannot be opened."""
    with pytest.raises(StoreError) as caught:
        Store.open(url, create=create).close()
    assert caught.value.advice
    return caught.value


def test_nobody_else_may_read_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    path = tmp_path / "data" / "sniffer" / "inventory.sqlite"
    before = os.umask(0)
    try:
        with Store.open() as store:
            run = store.begin(start())
            reader = sqlite3.connect(path)  # keeps the files beside it
            reader.execute("SELECT * FROM run").fetchall()
            assert run == 1
            files = [path, Path(f"{path}-wal"), Path(f"{path}-shm")]
            assert [mode(each) for each in files] == [0o600] * 3
            reader.close()
    finally:
        os.umask(before)
    assert mode(path.parent) == 0o700


def test_an_empty_file_becomes_an_inventory(tmp_path: Path) -> None:
    path = tmp_path / "inventory.sqlite"
    path.touch(0o644)
    Store.open(f"sqlite:///{path}").close()
    assert mode(path) == 0o600


def test_without_a_name_it_is_in_the_users_data(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert place_of(None).path == default_path() == tmp_path / "sniffer" / "inventory.sqlite"


def test_the_migrations_make_the_tables_of_the_schema(fresh: Path) -> None:
    with create_engine(f"sqlite:///{fresh}").connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
        assert context.get_current_revision() == HEAD


def test_an_inventory_of_the_first_version_opens(tmp_path: Path) -> None:
    path = tmp_path / "old.sqlite"
    with sqlite3.connect(path) as old:
        old.executescript(OLDEST.read_text())
    old.close()
    with Store.open(str(path)) as store:
        record = only(store)
        assert (record.finding.verdict, record.finding.name) == ("affected", "RNP002673A1B2C3")
        assert record.facts == {"owner": "Print team"}
        assert len(list(store.sessions(record.device))) == 2
        load(store, fact(attempt(), day=1))
        assert only(store).device == record.device


def test_a_newer_inventory_is_refused_and_left_alone(url: str, fresh: Path, tmp_path: Path) -> None:
    path = tmp_path / "newer.sqlite"
    shutil.copy(fresh, path)
    with sqlite3.connect(path) as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    database.close()
    before = path.read_bytes()
    assert "newer sniffer" in said(str(path)).problem
    assert path.read_bytes() == before


def test_a_database_of_something_else_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "other.sqlite"
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE address_book (name TEXT)")
    database.close()
    assert "something else" in said(str(path)).problem


def test_what_is_no_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("Dear all, " * 1000)
    assert "no SQLite database" in said(str(path)).problem
    assert path.read_text() == "Dear all, " * 1000


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("mysql://host/db", "mysql is no database"),
        ("postgresql+asyncpg://host/db", "no database that an inventory can be in"),
        ("sqlite://", "names no file"),
        ("sqlite:///:memory:", "names no file"),
        ("://", "none that can be understood"),
        ("postgresql://me@host:port/db", "none that can be understood"),
        ("postgresql://me:secret@host/db", "seen by everybody"),
        ("postgresql://host/db?password=secret", "seen by everybody"),
        ("postgresql://me@127.0.0.1:1/db", "cannot be reached"),
    ],
)
def test_wrong_urls(url: str, words: str) -> None:
    error = said(url)
    assert words in error.problem
    assert "secret" not in str(error)


def test_passwords_come_from_a_file_or_the_environment(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("from file\n")
    url = "postgresql://me@host/db"
    assert place_of(url, environment={"SNIFFER_DB_PASSWORD": "from there"}).url.password == "from there"
    assert place_of(url, secret, {"SNIFFER_DB_PASSWORD": "from there"}).url.password == "from file"
    assert "from" not in place_of(url, secret, {}).name
    assert place_of(url, environment={}).url.password is None
    secret.write_text("")
    for path, words in ((secret, "holds no password"), (tmp_path / "none", "cannot be read")):
        with pytest.raises(StoreError, match=words):
            place_of(url, path, {})


def test_a_question_makes_no_inventory(tmp_path: Path) -> None:
    path = tmp_path / "none" / "inventory.sqlite"
    assert "no inventory yet" in said(str(path), create=False).problem
    assert not path.parent.exists()
    empty = tmp_path / "empty.sqlite"
    empty.touch()
    assert "no inventory in it yet" in said(str(empty), create=False).problem


def test_a_folder_is_no_inventory(tmp_path: Path) -> None:
    assert "is a folder" in said(str(tmp_path)).problem


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert "there is no such folder" in said(str(tmp_path / "file" / "inventory.sqlite")).problem


def test_a_mistyped_folder_is_not_made(tmp_path: Path) -> None:
    assert "there is no such folder" in said(str(tmp_path / "invnetories" / "inventory.sqlite")).problem
    assert list(tmp_path.iterdir()) == []


def test_a_locked_inventory_says_so(fresh: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "STORE_WAIT", 0.1)
    path = shutil.copy(fresh, tmp_path / "inventory.sqlite")
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with Store.open(str(path)) as store:
        with pytest.raises(StoreError, match="locked by another program") as caught:
            store.begin(start())
        assert caught.value.passing
        assert store.devices() == []  # who reads waits for nobody
        other.execute("COMMIT")
        other.close()
        assert store.begin(start())


def test_a_full_disk_leaves_what_was_there(fresh: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = shutil.copy(fresh, tmp_path / "inventory.sqlite")
    with Store.open(str(path)) as store:
        load(store, fact(attempt()))
        before = only(store)

        from sniffer.inventory.store import opening  # noqa: PLC0415

        prepare = opening._prepare

        def small(connection: sqlite3.Connection, record: object) -> None:
            prepare(connection, record)
            connection.execute("PRAGMA max_page_count = 1")  # no page more than there are: SQLITE_FULL

        monkeypatch.setattr(opening, "_prepare", small)
        with Store.open(str(path)) as full:
            facts = [fact(attempt(user=f"u{n}@example.org", reply=f"235 {n} " * 90), day=n / 100) for n in range(300)]
            with pytest.raises(StoreError, match="the disk is full") as caught:
                load(full, *facts, key="too-large")
            assert caught.value.passing
        assert only(store) == before
        assert len(store.runs()) in (1, 2)


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to become somebody else")
def test_an_inventory_that_cannot_be_written_says_so(fresh: Path, tmp_path: Path) -> None:
    path = Path(shutil.copy(fresh, tmp_path / "inventory.sqlite"))
    path.chmod(0o444)
    for each in [tmp_path, *tmp_path.parents]:
        if each != Path("/"):
            each.chmod(each.stat().st_mode | 0o011)
    program = (
        "import os, sys; from sniffer.inventory.store import Store, StoreError; "
        "from tests.inventory.store.stored import start; "
        f"os.setgid({NOT_ROOT}); os.setuid({NOT_ROOT})\n"
        "try:\n  store = Store.open(sys.argv[1]); store.begin(start())\n"
        "except StoreError as error:\n  print(error.problem)\n"
    )
    done = subprocess.run([sys.executable, "-c", program, path], capture_output=True, text=True, check=False)
    assert done.stdout.strip() in ("cannot be written", "cannot be opened"), done.stderr
