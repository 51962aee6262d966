"""Where an inventory is: a file or a URL, and with which password."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import platformdirs
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from sniffer.inventory.store.problems import StoreError

PASSWORD = "SNIFFER_DB_PASSWORD"  # noqa: S105 - the name of a variable
"""The variable of the environment that holds the database's password."""

EXAMPLES = "use a file's path, sqlite:///FILE, or postgresql+psycopg://USER@HOST/DATABASE"

POSTGRESQL = ("postgresql+psycopg", "postgresql", "postgres")


class Place(NamedTuple):
    """Where an inventory is; ``path`` is None for a server.  ``name`` is for people and holds no password."""

    url: URL
    path: Path | None

    @property
    def name(self) -> str:
        """Return what messages call it."""
        return str(self.path) if self.path else self.url.set(password=None).render_as_string(hide_password=True)


def default_path() -> Path:
    """Return where the inventory is that nobody named."""
    return platformdirs.user_data_path("sniffer") / "inventory.sqlite"


def place_of(url: str | None, password_file: Path | None = None, environment: Mapping[str, str] | None = None) -> Place:
    """Return the place that a URL, or a file's path, names; the user's own inventory without one.

    The password of a server comes from ``password_file``, else from ``SNIFFER_DB_PASSWORD``; without both libpq looks
    for PGPASSWORD and ~/.pgpass itself.  Raises ``StoreError`` for a wrong URL, and for one with a password:
    command lines are seen by everybody on the machine and kept by shells.
    """
    if url is None:
        return _file(default_path())
    if "://" not in url:
        return _file(Path(url))
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise StoreError("the database's URL", "is none that can be understood", EXAMPLES) from None
    if parsed.password is not None or "password" in parsed.query:
        name = parsed.set(password=None).difference_update_query(["password"]).render_as_string()
        advice = f"leave it out there: set {PASSWORD}, name a file (--db-password-file), or use ~/.pgpass"
        raise StoreError(name, "a password in a URL is seen by everybody on this machine", advice)
    if parsed.drivername == "sqlite":
        return _of_sqlite(parsed)
    if parsed.drivername not in POSTGRESQL:
        raise StoreError(url, f"{parsed.drivername} is no database that an inventory can be in", EXAMPLES)
    secret = _password(password_file, environment if environment is not None else os.environ)
    return Place(parsed.set(drivername=POSTGRESQL[0], password=secret), None)


def _file(path: Path) -> Place:
    try:
        path = path.expanduser()
    except RuntimeError:  # ~NAME
        raise StoreError(str(path), "there is no such user here", "write the whole path") from None
    return Place(URL.create("sqlite", database=str(path)), path)


def _of_sqlite(url: URL) -> Place:
    if url.host or not url.database or url.database == ":memory:":
        raise StoreError(str(url), "names no file", "write sqlite:///FILE, with four strokes for a path from the root")
    return _file(Path(url.database))


def _password(file: Path | None, environment: Mapping[str, str]) -> str | None:
    if file is None:
        return environment.get(PASSWORD) or None
    try:
        lines = file.read_text().splitlines()
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is no text"
        raise StoreError(str(file), f"the password cannot be read from it ({why})", "check the file") from None
    if not lines or not lines[0]:
        raise StoreError(str(file), "holds no password", "write it into the first line")
    return lines[0]
