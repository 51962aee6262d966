"""What people say of devices: facts, and exemptions from being told of; no scan touches them.

What is taken back leaves an empty row: a bundle that was written before does not bring it again (``newer`` holds).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, Table, select

from sniffer.inventory.store.called import now_called
from sniffer.inventory.store.rows import Values, put
from sniffer.inventory.store.schema import device, exemption, manual
from sniffer.model.records import Exemption, ManualField


def set_fact(connection: Connection, lasting: str, field: ManualField, value: str | None, at: int) -> None:
    """Set what a person says of a device; None takes it away.  Raises ``LookupError`` for an id that nobody has."""
    put(connection, manual, [{"device": _known(connection, lasting), "field": field, "value": value or "", "at": at}])


def exempt(connection: Connection, lasting: str, exemption_: Exemption | None, at: int) -> None:
    """Have a device's changes silenced until a time; None ends it.  Raises ``LookupError`` for an id nobody has."""
    told = exemption_ or Exemption("", 0)
    put(connection, exemption, [{"device": _known(connection, lasting), **told._asdict(), "at": at}])


def bring(connection: Connection, table: Table, rows: Iterable[Values]) -> None:
    """Take in what people said elsewhere (rows of ``manual`` or ``exemption``): the newest word holds."""
    keys = [column.name for column in table.primary_key.columns]
    for row in rows:
        query = select(table)
        for name in keys:
            query = query.where(table.c[name] == row[name])
        there = connection.execute(query).first()
        if there is None or _newness(row) > _newness(there._asdict()):
            put(connection, table, [row])


def _newness(row: Mapping[str, Any]) -> tuple[int, str]:
    return row["at"], row.get("value") or row.get("reason") or ""


def _known(connection: Connection, lasting: str) -> int:
    key = now_called(connection, lasting)
    if connection.execute(select(device.c.id).where(device.c.id == key)).first() is None:
        raise LookupError(f"there is no device {lasting}")
    return key
