"""By which ids devices were called before, and what people said of them under these.

An id that people were told names its device for ever (``formerly``).  Some of these devices are still there, and have
only stepped aside (``views``): what was said of them is theirs, and holds for who is called so as long as they do.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Row, Table, select

from sniffer.inventory.store.parts import number
from sniffer.inventory.store.rows import chosen
from sniffer.inventory.store.schema import formerly


def now_called(connection: Connection, asked: str) -> int:
    """Return the device of an id, which another one may have had before."""
    return who_is(connection, number(asked))


def who_is(connection: Connection, lasting: int) -> int:
    """Return the device that has the id of a device now."""
    met = {lasting}
    query = select(formerly.c.device)
    while True:
        found = connection.execute(query.where(formerly.c.old == lasting)).scalar()
        if found is None or found in met:
            return lasting
        met.add(lasting := int(found))


def former_ids(connection: Connection, ids: list[int] | None = None) -> dict[int, int]:
    """Return the devices by the ids that they had before; of all devices without ``ids``."""
    query = select(formerly.c.old, formerly.c.device)
    if ids is None:
        direct = {row.old: row.device for row in connection.execute(query) if row.old != row.device}
        return {old: _end(direct, old) for old in direct}
    found: dict[int, int] = {}
    asked = list(ids)
    while asked:
        rows = [row for row in chosen(connection, query, formerly.c.device, asked) if row.old != row.device]
        asked = [row.old for row in rows if row.old not in found]
        found |= {row.old: found.get(row.device, row.device) for row in rows}
    return found


def all_ids(connection: Connection, lasting: int) -> list[int]:
    """Return the id of a device and those that it had before."""
    return [lasting, *sorted(former_ids(connection, [lasting]))]


def newest_said(connection: Connection, table: Table, ids: list[int] | None = None) -> Iterator[tuple[int, Row[Any]]]:
    """Give (device, row) of what people said (``manual`` or ``exemption``); of each thing the newest word holds."""
    former = former_ids(connection, ids)
    query = select(table)
    rows = connection.execute(query) if ids is None else chosen(connection, query, table.c.device, [*ids, *former])
    keys = [column.name for column in table.primary_key.columns if column.name != "device"]
    found: dict[tuple[Any, ...], tuple[tuple[Any, ...], Row[Any]]] = {}
    for row in rows:
        lasting = former.get(row.device, row.device)
        key = lasting, *(getattr(row, name) for name in keys)
        newness = row.at, row.device == lasting, row.device
        if key not in found or newness > found[key][0]:
            found[key] = newness, row
    return ((key[0], row) for key, (_, row) in found.items())


def _end(direct: dict[int, int], old: int) -> int:
    met = {old}
    while (old := direct[old]) in direct and old not in met:
        met.add(old)
    return old
