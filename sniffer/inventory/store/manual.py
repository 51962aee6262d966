"""What people say of devices: facts, and exemptions from being told of; no scan touches them."""

from __future__ import annotations

from sqlalchemy import Connection, delete, select

from sniffer.inventory.store.reading import now_called
from sniffer.inventory.store.rows import put
from sniffer.inventory.store.schema import device, exemption, manual
from sniffer.model.records import Exemption, ManualField


def set_fact(connection: Connection, lasting: str, field: ManualField, value: str | None, at: int) -> None:
    """Set what a person says of a device; None takes it away.  Raises ``LookupError`` for an id that nobody has."""
    key = _known(connection, lasting)
    if value is None:
        connection.execute(delete(manual).where(manual.c.device == key, manual.c.field == field))
    else:
        put(connection, manual, [{"device": key, "field": field, "value": value, "at": at}])


def exempt(connection: Connection, lasting: str, exemption_: Exemption | None, at: int) -> None:
    """Have a device's changes silenced until a time; None ends it.  Raises ``LookupError`` for an id nobody has."""
    key = _known(connection, lasting)
    if exemption_ is None:
        connection.execute(delete(exemption).where(exemption.c.device == key))
    else:
        put(connection, exemption, [{"device": key, **exemption_._asdict(), "at": at}])


def _known(connection: Connection, lasting: str) -> int:
    key = now_called(connection, lasting)
    if connection.execute(select(device.c.id).where(device.c.id == key)).first() is None:
        raise LookupError(f"there is no device {lasting}")
    return key
