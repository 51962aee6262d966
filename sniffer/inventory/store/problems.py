"""What can be wrong with an inventory, said to a person who wants to go on."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from sqlalchemy.exc import DBAPIError, SQLAlchemyError


class StoreError(Exception):
    """An inventory cannot be opened, read or written; ``name`` is the database's, without a password.

    ``problem`` says what is wrong and ``advice`` what to try next.  ``passing`` says that it may work later as it is:
    locked, full, out of reach; what was to be stored should be kept until then.
    """

    def __init__(self, name: str, problem: str, advice: str = "", *, passing: bool = False) -> None:
        super().__init__(f"{name}: {problem}" + (f"; {advice}" if advice else ""))
        self.name = name
        self.problem = problem
        self.advice = advice
        self.passing = passing


class Said(NamedTuple):
    """A problem in words."""

    problem: str
    advice: str
    passing: bool = False


LOCKED = Said("is locked by another program", "wait for the other run to end, then try again", passing=True)
READ_ONLY = Said("cannot be written", "check who owns the file and its folder, or name another with --db")
FULL = Said("the disk is full", "make room, or shorten what is kept: sniffer prune", passing=True)
DAMAGED = Said("is damaged", "put back a copy, or name another with --db; 'sqlite3 FILE .recover' may save some of it")
UNREACHABLE = Said("cannot be reached", "check the host, the port and the network", passing=True)
LOST = Said("the connection was lost", "nothing was stored of this run; try again", passing=True)
NO_ACCESS = Said("the password or the user is not accepted", "set SNIFFER_DB_PASSWORD, or use ~/.pgpass")

SQLITE: dict[str, Said] = {
    "SQLITE_BUSY": LOCKED,
    "SQLITE_LOCKED": LOCKED,
    "SQLITE_PROTOCOL": LOCKED,
    "SQLITE_READONLY": READ_ONLY,
    "SQLITE_PERM": READ_ONLY,
    "SQLITE_FULL": FULL,
    "SQLITE_IOERR": Said("the disk cannot be read or written", "check the disk and the room on it", passing=True),
    "SQLITE_CORRUPT": DAMAGED,
    "SQLITE_NOTADB": Said("is no SQLite database", "name another file with --db, or move this one away"),
    "SQLITE_CANTOPEN": Said("cannot be opened", "check that the folder is there and who may use it"),
}
"""By the first two words of SQLite's result codes (sqlite.org/rescode.html)."""

POSTGRESQL: dict[str, Said] = {
    "28": NO_ACCESS,
    "3D": Said("there is no such database", "make it: createdb NAME"),
    "42501": Said("the user may not do that there", "grant it CREATE on the schema, or let its owner open it once"),
    "25006": Said("takes no writes: it is a standby", "name the primary with --db"),
    "53100": FULL._replace(advice="make room on the server"),
    "53300": Said("takes no more connections", "raise max_connections, or try again", passing=True),
    "55P03": LOCKED,
    "57P": LOST,
    "08": LOST,
    "40": LOCKED._replace(problem="others wrote the same at the same time"),
}
"""By the beginning of the SQLSTATE (PostgreSQL manual, Appendix A)."""


@contextmanager
def told(name: str) -> Iterator[None]:
    """Tell what goes wrong inside as ``StoreError``."""
    try:
        yield
    except SQLAlchemyError as error:
        raise as_problem(name, error) from error
    except sqlite3.Error as error:
        said = _of_sqlite(error)
        raise StoreError(name, said.problem, said.advice, passing=said.passing) from error
    except UnicodeEncodeError as error:
        raise StoreError(name, f"{error.object!r} is no UTF-8", "see the locale of this shell") from error


def as_problem(name: str, error: SQLAlchemyError) -> StoreError:
    """Return what a database's error means."""
    cause = error.orig if isinstance(error, DBAPIError) else None
    if isinstance(cause, sqlite3.Error):
        said = _of_sqlite(cause)
    elif cause is not None:
        said = _of_postgresql(cause, lost=isinstance(error, DBAPIError) and error.connection_invalidated)
    else:
        said = Said(_first_line(error), "")
    return StoreError(name, said.problem, said.advice, passing=said.passing)


def _of_sqlite(error: sqlite3.Error) -> Said:
    code = getattr(error, "sqlite_errorname", None) or ""
    known = SQLITE.get("_".join(code.split("_")[:2]))
    return known or Said(_first_line(error), "")


def _of_postgresql(error: BaseException, *, lost: bool) -> Said:
    state = getattr(error, "sqlstate", None)
    if state:
        known = next((said for prefix, said in POSTGRESQL.items() if state.startswith(prefix)), None)
        return known or Said(_first_line(error), "")
    text = str(error).lower()
    if "password" in text or "authentication" in text:
        return NO_ACCESS
    if "does not exist" in text:
        return POSTGRESQL["3D"] if "database" in text else NO_ACCESS
    return LOST if lost or "closed" in text or "terminat" in text or "consuming input" in text else UNREACHABLE


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
