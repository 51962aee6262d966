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


class Outside(NamedTuple):
    """An address to which others' are translated, and when its log begins and ends."""

    ip: str
    first: int
    last: int


class Translations:
    """Knows the rows of firewalls' logs."""

    def __init__(self, facts: Iterable[TranslationFact] = ()) -> None:
        """Take rows in any order."""
        self._rows: dict[tuple[str, int], list[TranslationFact]] = {}
        logs: dict[str, Outside] = {}
        for fact in facts:
            self._rows.setdefault((fact.outside_ip, fact.outside_port), []).append(fact)
            if fact.inside_ip != fact.outside_ip:
                log = logs.get(fact.outside_ip, Outside(fact.outside_ip, fact.first, fact.last))
                logs[log.ip] = Outside(log.ip, min(log.first, fact.first), max(log.last, fact.last))
        self.outside = tuple(logs.values())

    def tell_of(self, ip: str, port: int) -> bool:
        """Say whether any row is of an address and port, at whatever time."""
        return (ip, port) in self._rows

    def speak_of(self, ip: str, port: int, time: int) -> bool:
        """Say whether somebody else stood behind an address and port at a time, even where rows differ on who."""
        return any(row.inside_ip != ip for row in self._at(ip, port, time))

    def behind(self, ip: str, port: int, time: int) -> Behind | None:
        """Return who stood behind an address and port at a time, None where no row tells, or several that differ do.

        A port is given to others in time: of several rows those that hold at that very time go before those that do
        within what clocks may differ.
        """
        rows = self._at(ip, port, time)
        if len({row.inside_ip for row in rows}) != 1:
            return None
        row = rows[0]
        words = f"behind {ip}:{port} stood {row.inside_ip} then ({row.file}, line {row.line})"
        return Behind(row.inside_ip, Ground("nat-log", words))

    def _at(self, ip: str, port: int, time: int) -> list[TranslationFact]:
        rows = self._rows.get((ip, port), ())
        near = [row for row in rows if row.first - CLOCKS <= time <= row.last + CLOCKS]
        return [row for row in near if row.first <= time <= row.last] or near
