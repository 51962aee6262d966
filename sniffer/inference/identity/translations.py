"""Who stood behind an address and port, by a firewall's log."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from sniffer.model.clues import TranslationFact
from sniffer.model.findings import Ground

CLOCKS = 120 * 1_000_000
"""Microseconds by which the clocks of a firewall and a sensor may differ, its log's delay included."""


class Behind(NamedTuple):
    """The inner address, and the ground for it."""

    ip: str
    ground: Ground


class Translations:
    """Knows the rows of firewalls' logs."""

    def __init__(self, facts: Iterable[TranslationFact] = ()) -> None:
        """Take rows in any order."""
        self._rows: dict[tuple[str, int], list[TranslationFact]] = {}
        for fact in facts:
            self._rows.setdefault((fact.outside_ip, fact.outside_port), []).append(fact)

    def behind(self, ip: str, port: int, time: int) -> Behind | None:
        """Return who stood behind an address and port at a time, None where no row tells, or several that differ do.

        A port is given to others in time: of several rows those that hold at that very time go before those that do
        within what clocks may differ.
        """
        rows = self._rows.get((ip, port), ())
        near = [row for row in rows if row.first - CLOCKS <= time <= row.last + CLOCKS]
        rows = [row for row in near if row.first <= time <= row.last] or near
        if len({row.inside_ip for row in rows}) != 1:
            return None
        row = rows[0]
        words = f"behind {ip}:{port} stood {row.inside_ip} then ({row.file}, line {row.line})"
        return Behind(row.inside_ip, Ground("nat-log", words))
