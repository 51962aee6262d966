"""Many rows at once: writing them in bulk, and asking for many by their keys."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import Column, Connection, Row, Select, Table
from sqlalchemy.dialects import postgresql, sqlite

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
    if rows:
        connection.execute(_insert(connection, table).on_conflict_do_nothing(), rows)


def put(connection: Connection, table: Table, rows: Sequence[Values]) -> None:
    """Insert rows, or put them in the place of those with the same key."""
    if not rows:
        return
    statement = _insert(connection, table)
    keys = list(table.primary_key.columns)
    names = {column.name for column in keys}
    values = {name: statement.excluded[name] for name in rows[0] if name not in names}
    connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=values), rows)


def _insert(connection: Connection, table: Table) -> Any:
    return postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)


def chosen(connection: Connection, query: Select[Any], column: Column[Any], keys: Iterable[Any]) -> Iterator[Row[Any]]:
    """Give the rows of a query in which a column has one of many values."""
    for batch in batches(keys, limits.STORE_KEYS):
        yield from connection.execute(query.where(column.in_(batch)))
