"""Many rows at once: writing them in bulk, and asking for many by their keys."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import Column, Connection, Row, Select, Table, text
from sqlalchemy.dialects import sqlite

from sniffer.model import limits

T = TypeVar("T")

Values = dict[str, Any]


def batches(things: Iterable[T], size: int) -> Iterator[list[T]]:
    """Give things in lists of a size."""
    source = iter(things)
    while batch := list(islice(source, size)):
        yield batch


def insert(connection: Connection, table: Table, rows: Sequence[Values]) -> None:
    """Insert rows; those whose key is there already stay as they are."""
    if not rows:
        return
    if connection.dialect.name == "postgresql":
        _insert_columns(connection, table, rows, "DO NOTHING")
    else:
        connection.execute(sqlite.insert(table).on_conflict_do_nothing(), rows)


def put(connection: Connection, table: Table, rows: Sequence[Values]) -> None:
    """Insert rows, or put them in the place of those with the same key; no two of them have the same."""
    if not rows:
        return
    keys = [column.name for column in table.primary_key.columns]
    names = [name for name in rows[0] if name not in keys]
    if connection.dialect.name == "postgresql":
        changes = ", ".join(f'"{name}" = excluded."{name}"' for name in names)
        places = ", ".join(f'"{name}"' for name in keys)
        _insert_columns(connection, table, rows, f"({places}) DO UPDATE SET {changes}")
    else:
        statement = sqlite.insert(table)
        changed = {name: statement.excluded[name] for name in names}
        connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=changed), rows)


def _insert_columns(connection: Connection, table: Table, rows: Sequence[Values], conflict: str) -> None:
    """Insert rows as one array a column: a statement for each row costs more than the row itself."""
    for batch in batches(rows, limits.STORE_BATCH):
        names = list(batch[0])
        types = [table.c[name].type.compile(connection.dialect) for name in names]
        arrays = ", ".join(f"CAST(:{name} AS {kind}[])" for name, kind in zip(names, types, strict=True))
        columns = ", ".join(f'"{name}"' for name in names)
        statement = f'INSERT INTO "{table.name}" ({columns}) SELECT * FROM unnest({arrays}) ON CONFLICT {conflict}'  # noqa: S608 - names of our own
        connection.execute(text(statement), {name: [row[name] for row in batch] for name in names})


def chosen(connection: Connection, query: Select[Any], column: Column[Any], keys: Iterable[Any]) -> Iterator[Row[Any]]:
    """Give the rows of a query in which a column has one of many values."""
    for batch in batches(keys, limits.STORE_KEYS):
        yield from connection.execute(query.where(column.in_(batch)))
