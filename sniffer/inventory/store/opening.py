"""Opening an inventory: the engine, its transactions, and bringing an older schema up to date.

One writer at a time, in either database: SQLite has ``BEGIN IMMEDIATE``, for PostgreSQL a lock of the transaction
stands for it.  So the lasting ids that two sensors would make of the same card at the same time come one after
the other, and two writers never wait for each other's rows.  Readers wait for nobody.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.pool import NullPool

from sniffer.inventory.store.place import Place, default_path
from sniffer.inventory.store.problems import StoreError, told
from sniffer.inventory.store.schema import HEAD
from sniffer.model import limits

MIGRATIONS = Path(__file__).with_name("migrations")

WRITER = 0x534E4946464552
"""The number of the lock that writers to PostgreSQL hold: ``SNIFFER`` in ASCII."""

WRITES = "sniffer_writes"
"""The option of a connection whose transaction writes."""


def open_engine(place: Place, *, create: bool) -> Engine:
    """Return an engine for an inventory whose schema is the newest.  Raises ``StoreError``."""
    if place.path:
        _make_ready(place, place.path, create=create)
    with told(place.name):
        engine = _engine(place)
        try:
            _bring_up_to_date(engine, place, create=create)
        except BaseException:
            engine.dispose()
            raise
    return engine


@contextmanager
def reading(engine: Engine, name: str) -> Iterator[Connection]:
    """Give a connection that sees one state of the inventory."""
    with told(name), engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        yield connection


@contextmanager
def writing(engine: Engine, name: str) -> Iterator[Connection]:
    """Give the one connection that writes; what it wrote is stored at the end, whole, or not at all."""
    with told(name), engine.connect() as connection:
        connection.execution_options(**{WRITES: True})
        with connection.begin():
            if engine.dialect.name == "postgresql":
                connection.execute(text(f"SET LOCAL lock_timeout = {limits.STORE_WAIT * 1000}"))
                connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": WRITER})
            yield connection


def _engine(place: Place) -> Engine:
    if place.path:
        engine = create_engine(place.url, poolclass=NullPool, connect_args={"timeout": limits.STORE_WAIT})
        event.listen(engine, "connect", _prepare)
        event.listen(engine, "begin", _begin)
        return engine
    try:
        return create_engine(
            place.url,
            pool_pre_ping=True,
            pool_size=1,
            max_overflow=2,
            connect_args={"connect_timeout": limits.STORE_CONNECT, "application_name": "sniffer"},
        )
    except ImportError as error:
        problem = f"the driver for PostgreSQL is not there ({error})"
        raise StoreError(place.name, problem, "pip install 'sniffer[postgres]'") from None


def _prepare(connection: sqlite3.Connection, _: object) -> None:
    """Set up a connection: its transactions are begun by ``_begin``, not by Python's module."""
    connection.isolation_level = None
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute(f"PRAGMA cache_size = -{limits.STORE_CACHE}")
    connection.execute(f"PRAGMA journal_size_limit = {limits.STORE_JOURNAL}")


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get(WRITES)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


# -- the file --------------------------------------------------------------------------------------


def _make_ready(place: Place, path: Path, *, create: bool) -> None:
    """Make the file, readable by nobody else; SQLite gives its ``-wal`` and ``-shm`` the same rights."""
    try:
        if path.is_dir():
            raise StoreError(place.name, "is a folder", "name a file in it")
        if not create and not path.exists():
            raise StoreError(place.name, "there is no inventory yet", "make one: sniffer scan, or check --db")
        if create and not (path.exists() and path.stat().st_size):
            if path == default_path():
                path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            elif not path.parent.is_dir():
                raise StoreError(place.name, "there is no such folder", "make it, or check --db")
            _make(path)
    except OSError as error:
        advice = "check that the folder is there, who may use it, and that there is room"
        raise StoreError(place.name, f"cannot be opened ({error.strerror})", advice) from None


def _make(path: Path) -> None:
    """Make an empty database; another run may be doing the same."""
    os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
    path.chmod(0o600)
    with told(str(path)):
        database = sqlite3.connect(path, isolation_level=None, timeout=limits.STORE_WAIT)
        try:
            database.execute("PRAGMA journal_mode = WAL")  # stays with the file
        finally:
            database.close()


# -- the schema ------------------------------------------------------------------------------------


def _bring_up_to_date(engine: Engine, place: Place, *, create: bool) -> None:
    with reading(engine, place.name) as connection:
        version = _version(connection, place)
    if version == HEAD:
        return
    if version is None and not create:
        raise StoreError(place.name, "there is no inventory in it yet", "make one: sniffer scan, or check --db")
    with writing(engine, place.name) as connection:
        if _version(connection, place) != HEAD:  # another run may have done it meanwhile
            _migrate(connection, place)


def _version(connection: Connection, place: Place) -> str | None:
    """Return the version of the schema, None for an empty database.  Raises ``StoreError`` for what is not ours."""
    tables = set(inspect(connection).get_table_names())
    if "alembic_version" not in tables:
        if place.path and tables:
            raise StoreError(place.name, "is a database of something else", "name another file with --db")
        return None
    version = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    if version is None or version == HEAD or version in _versions(place):
        return version
    if "observation" not in tables:
        raise StoreError(place.name, "is a database of something else", "name another with --db")
    raise StoreError(
        place.name, f"was written by a newer sniffer (schema {version}, this one knows {HEAD})",
        "use the newer program; nothing was changed",
    )  # fmt: skip


def _versions(place: Place) -> set[str]:
    """Return the versions that migrations lead to.  Raises ``StoreError`` where who we are now cannot read them."""
    try:
        names = [path.name for path in (MIGRATIONS / "versions").iterdir()]
    except OSError:
        problem = f"cannot be made or brought up to date: this user cannot read the program's folder ({MIGRATIONS})"
        raise StoreError(place.name, problem, "install the program where he can, or choose another --user") from None
    return {name.partition("_")[0] for name in names if name[0].isdigit()}


def _migrate(connection: Connection, place: Place) -> None:
    """Run the migrations that are missing, in the transaction of ``connection``."""
    _versions(place)
    from alembic import command, config  # noqa: PLC0415 - takes 0.3 s, and is needed once in a database's life

    settings = config.Config()
    settings.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    settings.set_main_option("path_separator", "os")
    settings.attributes["connection"] = connection
    command.upgrade(settings, "head")
