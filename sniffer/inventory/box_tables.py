"""The run's spool of boxes: clues, bindings and translations, kept in tables of the same private database."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import msgspec

from sniffer.model import limits
from sniffer.model.clues import BindingFact, ClueFact, TranslationFact

TABLES = """
CREATE TABLE clue (
    sensor TEXT NOT NULL, vlan TEXT NOT NULL, mac TEXT, ip TEXT, source TEXT NOT NULL, field TEXT NOT NULL,
    value TEXT NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL, count INTEGER NOT NULL, file TEXT, line INTEGER
);
CREATE TABLE binding (
    sensor TEXT NOT NULL, vlan TEXT NOT NULL, ip TEXT NOT NULL, mac TEXT NOT NULL, source TEXT NOT NULL,
    first INTEGER NOT NULL, last INTEGER NOT NULL, count INTEGER NOT NULL, until INTEGER, over INTEGER NOT NULL,
    file TEXT, line INTEGER
);
CREATE TABLE translation (
    outside_ip TEXT NOT NULL, outside_port INTEGER NOT NULL, inside_ip TEXT NOT NULL, inside_port INTEGER,
    first INTEGER NOT NULL, last INTEGER NOT NULL, file TEXT NOT NULL, line INTEGER NOT NULL
);
"""
"""Clues and bindings come in parts.  Tags are written as ``10,20``, outermost first."""

CLUES = """
SELECT sensor, vlan, mac, ip, source, field, value, min(first) AS first, max(last), sum(count), file, line
FROM clue GROUP BY sensor, vlan, mac, ip, source, field, value
ORDER BY sensor, vlan, source, field, first, mac, ip, value
"""
"""Of what was said in parts, file and line are those of the first (SQLite: a bare column goes with ``min``)."""

BINDINGS = "SELECT * FROM binding ORDER BY sensor, vlan, ip, first, last, source, mac"

TRANSLATIONS = """
SELECT * FROM translation WHERE outside_ip IN (SELECT ip FROM session) ORDER BY outside_ip, outside_port, first, line
"""
"""Of a firewall's log only what may be about a session."""

CLUE = "INSERT INTO clue VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
BINDING = "INSERT INTO binding VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
TRANSLATION = "INSERT INTO translation VALUES (?, ?, ?, ?, ?, ?, ?, ?)"

ClueRow = tuple[str, str, str | None, str | None, str, str, str, int, int, int, str | None, int | None]


class BoxTables:
    """Takes facts of boxes as they come, and gives them back in one order, whatever order they came in."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        self._database.executescript(TABLES)
        self._clues: list[ClueRow] = []
        self._bindings: list[tuple[object, ...]] = []
        self._translations: list[tuple[object, ...]] = []

    def add(self, fact: ClueFact | BindingFact | TranslationFact) -> None:
        """Take a fact, or a part of one."""
        match fact:
            case ClueFact(sensor=sensor, vlan=vlan, file=file, line=line):
                said = (fact.mac, fact.ip, fact.source, fact.field, fact.value, fact.first, fact.last, fact.count)
                self._clues.append((sensor, _tags(vlan), *said, file, line))
            case BindingFact(sensor=sensor, vlan=vlan, file=file, line=line):
                seen = (fact.ip, fact.mac, fact.source, fact.first, fact.last, fact.count, fact.until, fact.over)
                self._bindings.append((sensor, _tags(vlan), *seen, file, line))
            case TranslationFact():
                self._translations.append(msgspec.structs.astuple(fact))
        if len(self._clues) + len(self._bindings) + len(self._translations) >= limits.SPOOL_ROWS:
            self.flush()

    def clues(self) -> Iterator[ClueFact]:
        """Give all that was said, each thing once."""
        for sensor, vlan, *rest in self._database.execute(CLUES):
            yield ClueFact(sensor, _numbers(vlan), *rest)

    def bindings(self) -> Iterator[BindingFact]:
        """Give the intervals of all addresses, by domain, address and time."""
        for sensor, vlan, ip, mac, source, first, last, count, until, over, file, line in self._database.execute(
            BINDINGS
        ):
            yield BindingFact(
                sensor, _numbers(vlan), ip, mac, source, first, last, count, until, bool(over), file, line
            )

    def translations(self) -> Iterator[TranslationFact]:
        """Give the rows of firewalls that speak of the address of some session's client."""
        for row in self._database.execute(TRANSLATIONS):
            yield TranslationFact(*row)

    def flush(self) -> None:
        """Write what was taken."""
        self._database.execute("BEGIN")
        self._database.executemany(CLUE, self._clues)
        self._database.executemany(BINDING, self._bindings)
        self._database.executemany(TRANSLATION, self._translations)
        self._database.execute("COMMIT")
        self._clues.clear()
        self._bindings.clear()
        self._translations.clear()


def _tags(vlan: tuple[int, ...]) -> str:
    return ",".join(map(str, vlan))


def _numbers(tags: str) -> tuple[int, ...]:
    return tuple(map(int, tags.split(","))) if tags else ()
