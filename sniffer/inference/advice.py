"""What a person should know or do about a device; a pure function of its finding, the tables and a day."""

from __future__ import annotations

from datetime import date

from sniffer.knowledge.catalogue import Catalogue
from sniffer.model.findings import Advice, DeviceFinding


def advice(device: DeviceFinding, catalogue: Catalogue, as_of: date) -> tuple[Advice, ...]:
    """Return the advice for a device on a day, the most urgent first."""
    deadlines = filter(None, (catalogue.deadline(each.service) for each in device.services))
    return tuple(
        Advice(f"date-{row.code}", row.says(as_of), row.source, row.as_of.isoformat())
        for row in dict.fromkeys(deadlines)
    )
