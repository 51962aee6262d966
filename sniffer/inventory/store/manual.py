"""What people say of devices: facts, and exemptions from being told of; no scan touches them."""

from __future__ import annotations

from sqlalchemy import Connection, delete

from sniffer.inventory.store.parts import number
from sniffer.inventory.store.rows import put
from sniffer.inventory.store.schema import exemption, manual
from sniffer.model.records import Exemption, ManualField


def set_fact(connection: Connection, lasting: str, field: ManualField, value: str | None, at: int) -> None:
    """Set what a person says of a device; None takes it away."""
    key = number(lasting)
    if value is None:
        connection.execute(delete(manual).where(manual.c.device == key, manual.c.field == field))
    else:
        put(connection, manual, [{"device": key, "field": field, "value": value, "at": at}])


def exempt(connection: Connection, lasting: str, exemption_: Exemption | None, at: int) -> None:
    """Have a device's changes silenced until a time; None ends it."""
    key = number(lasting)
    if exemption_ is None:
        connection.execute(delete(exemption).where(exemption.c.device == key))
    else:
        put(connection, exemption, [{"device": key, **exemption_._asdict(), "at": at}])
