"""The run's spool of boxes: clues, bindings and translations, kept in tables of the same private database."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import msgspec

from sniffer.model import limits
from sniffer.model.clues import BindingFact, ClueFact, HeardCard, TranslationFact

BINDINGS = """
CREATE TABLE binding (
    sensor TEXT NOT NULL, vlan TEXT NOT NULL, ip TEXT NOT NULL, mac TEXT NOT NULL, source TEXT NOT NULL,
    first INTEGER NOT NULL, last INTEGER NOT NULL, count INTEGER NOT NULL, until INTEGER, over INTEGER NOT NULL,
    file TEXT, line INTEGER
);
"""

TABLES = """
CREATE TABLE clue (
    sensor TEXT NOT NULL, vlan TEXT NOT NULL, mac TEXT, ip TEXT, source TEXT NOT NULL, field TEXT NOT NULL,
    value TEXT NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL, count INTEGER NOT NULL, file TEXT, line INTEGER
);
CREATE TABLE translation (
    outside_ip TEXT NOT NULL, outside_port INTEGER NOT NULL, inside_ip TEXT NOT NULL, inside_port INTEGER,
    first INTEGER NOT NULL, last INTEGER NOT NULL, file TEXT NOT NULL, line INTEGER NOT NULL
);
"""
"""Clues and bindings come in parts.  Tags are written as ``10,20``, outermost first."""

NOW = """
CREATE TABLE clue_now AS SELECT * FROM clue;
CREATE TABLE binding_now AS SELECT * FROM binding;
"""
"""What is still being counted, and will come again, longer."""

SAID = """
SELECT sensor, vlan, mac, ip, source, field, value, first, last, count,
    nullif(substr(origin, 41), '') AS file, nullif(CAST(substr(origin, 21, 20) AS INTEGER), 0) AS line
FROM (
    SELECT sensor, vlan, mac, ip, source, field, value, min(first) AS first, max(last) AS last, sum(count) AS count,
        min(printf('%020d%020d%s', first, line, file)) AS origin
    FROM {} GROUP BY sensor, vlan, mac, ip, source, field, value
)
"""
"""Of what was said in parts, file and line are those of the first.  Bare columns would not do: beside min() *and* max()
SQLite takes them from either row."""

SEALED = f"""
DROP TABLE IF EXISTS said;
CREATE TABLE said AS {SAID.format("(SELECT * FROM clue UNION ALL SELECT * FROM clue_now)")};
CREATE INDEX said_mac ON said (mac);
CREATE INDEX said_ip ON said (ip) WHERE mac IS NULL OR source = 'inventory-list';
DROP TABLE IF EXISTS bound;
CREATE TABLE bound AS SELECT * FROM binding WHERE line IS NOT NULL;
"""  # noqa: S608 - of constants

COMPACTED = f"""
CREATE TABLE less AS {SAID.format("clue")};
DELETE FROM clue;
INSERT INTO clue SELECT * FROM less;
DROP TABLE less;
"""  # noqa: S608 - of constants
"""The parts of what was said, added up: for a capture that goes on for days."""

PARTS = """
SELECT * FROM (SELECT * FROM binding UNION ALL SELECT * FROM binding_now) WHERE line IS NULL
ORDER BY sensor, vlan, source, ip, first, last, mac, over, until, file
"""

JOINED = """
CREATE INDEX bound_ip ON bound (ip);
CREATE INDEX bound_mac ON bound (mac);
"""

STRANGERS = """
DELETE FROM clue WHERE source = 'tcp' AND last < (SELECT max(last) FROM clue) - ?
AND ip NOT IN (SELECT ip FROM session)
"""
"""How somebody opened connections who then said nothing: a flood has many of them."""

ENDED = "DELETE FROM binding WHERE line IS NULL AND max(last, coalesce(until, 0)) < ?"

OF_CARD = """
SELECT * FROM said WHERE mac = ? ORDER BY sensor, vlan, source, field, first, ip, value LIMIT ?
"""

OF_ADDRESS = """
SELECT * FROM said WHERE ip = ? AND (mac IS NULL OR source = 'inventory-list')
ORDER BY sensor, vlan, source, field, first, mac, value LIMIT ?
"""

FORWARDING = """
SELECT * FROM said WHERE field IN ('forwards', 'router')
ORDER BY sensor, vlan, source, field, first, mac, ip, value LIMIT ?
"""

SHARED = """
WITH mark AS (
    SELECT source, field, value FROM said WHERE field IN ('client-id', 'serial', 'uuid') AND mac IS NOT NULL
    GROUP BY field, value HAVING count(DISTINCT mac) BETWEEN 2 AND ?
)
SELECT DISTINCT field, value, mac FROM said JOIN mark USING (field, value) WHERE mac IS NOT NULL
ORDER BY field, value, mac LIMIT ?
"""
"""What is one box's own, said by several cards; what very many say is nobody's."""

HOLDERS = """
SELECT * FROM bound WHERE ip IN (
    SELECT ip FROM session UNION SELECT value FROM said WHERE field = 'router'
    UNION SELECT inside_ip FROM translation WHERE outside_ip IN (SELECT ip FROM session)
)
ORDER BY ip, first, last, sensor, vlan, source, mac LIMIT ?
"""
"""Who had the address of some session's client, of who stood behind it by a firewall's log, or of a router."""

ADDRESSES = "SELECT * FROM bound WHERE mac = ? ORDER BY first, last, sensor, vlan, ip, source LIMIT ?"

ANSWERING_FOR_MANY = """
SELECT mac FROM bound WHERE source IN ('arp', 'arp-table') GROUP BY sensor, vlan, mac HAVING count(DISTINCT ip) > ?
ORDER BY mac
"""

TRANSLATIONS = """
SELECT * FROM translation WHERE outside_ip IN (SELECT ip FROM session) ORDER BY outside_ip, outside_port, first, line
LIMIT ?
"""
"""Of a firewall's log only what may be about a session."""

OTHERS = """
SELECT mac, min(sensor), min(first), max(last), max(told) FROM (
    SELECT mac, sensor, first, last, field NOT IN ('stack', 'parameters', 'client-id', 'port') AS told FROM said
    WHERE mac IS NOT NULL AND sensor <> ''
    UNION ALL SELECT mac, sensor, first, last, 0 FROM bound WHERE sensor <> ''
)
WHERE mac NOT IN (SELECT mac FROM session WHERE mac IS NOT NULL) GROUP BY mac ORDER BY max(told) DESC, mac LIMIT ?
"""
"""Cards that a sensor heard and that are no session's client; those of which something was said first."""

CLAIMS = "SELECT * FROM bound WHERE ip = ? ORDER BY first, last, sensor, vlan, mac, source LIMIT ?"

CLUE = "INSERT INTO {} VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
BINDING = "INSERT INTO {} VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
TRANSLATION = "INSERT INTO translation VALUES (?, ?, ?, ?, ?, ?, ?, ?)"

ClueRow = tuple[str, str, str | None, str | None, str, str, str, int, int, int, str | None, int | None]

BindingRow = tuple[
    str, str, str, str, str, int, int, int, int | None, int, str | None, int | None
]  # fmt: skip
COUNT, OVER = 7, 9
"""Where a row of bindings counts the claims, and says that the address was given up."""


class BoxTables:
    """Takes facts of boxes as they come, and gives them back in one order, whatever order they came in."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        self._database.executescript(TABLES + BINDINGS + NOW)
        self._clues: list[ClueRow] = []
        self._bindings: list[BindingRow] = []
        self._translations: list[tuple[object, ...]] = []

    def add(self, fact: ClueFact | BindingFact | TranslationFact) -> None:
        """Take a fact, or a part of one."""
        match fact:
            case ClueFact():
                self._clues.append(_clue_row(fact))
            case BindingFact():
                self._bindings.append(_binding_row(fact))
            case TranslationFact():
                self._translations.append(msgspec.structs.astuple(fact))
        if len(self._clues) + len(self._bindings) + len(self._translations) >= limits.SPOOL_ROWS:
            self.flush()

    def count_now(self, facts: Iterable[ClueFact | BindingFact]) -> None:
        """Take what is still being counted elsewhere, in place of what was taken so before."""
        clues: list[ClueRow] = []
        bindings: list[BindingRow] = []
        for fact in facts:
            if isinstance(fact, ClueFact):
                clues.append(_clue_row(fact))
            else:
                bindings.append(_binding_row(fact))
        with transaction(self._database):
            self._database.execute("DELETE FROM clue_now")
            self._database.execute("DELETE FROM binding_now")
            self._database.executemany(CLUE.format("clue_now"), clues)
            self._database.executemany(BINDING.format("binding_now"), bindings)

    def seal(self) -> None:
        """Make ready to give; more may come."""
        self.flush()
        self._database.executescript(SEALED)
        self._database.executemany(BINDING.format("bound"), _whole(self._database.execute(PARTS)))
        self._database.executescript(JOINED)

    def compact(self, before: int) -> None:
        """Add up the parts of what was said, and forget bindings that ended before a time, and who only knocked."""
        self.flush()
        self._database.executescript(COMPACTED)
        self._database.execute(STRANGERS, (limits.CONNECTION_IDLE,))
        self._database.execute(ENDED, (before,))

    def of_card(self, mac: str) -> Iterator[ClueFact]:
        """Give what was said of a card's box."""
        yield from self._said(OF_CARD, mac, limits.BOX_CLUES)

    def of_address(self, ip: str) -> Iterator[ClueFact]:
        """Give what was said of whoever had an address, where the card is not known."""
        yield from self._said(OF_ADDRESS, ip, limits.BOX_CLUES)

    def forwarding(self) -> Iterator[ClueFact]:
        """Give what says who forwards."""
        yield from self._said(FORWARDING, limits.HOLDERS)

    def shared(self) -> Iterator[tuple[str, str, str]]:
        """Give (field, value, card) of what several cards say that only one box can say."""
        yield from self._database.execute(SHARED, (limits.BOX_CARDS, limits.HOLDERS))

    def holders(self) -> Iterator[BindingFact]:
        """Give who had the addresses that matter, by address and time."""
        yield from self._bound(HOLDERS, limits.HOLDERS)

    def addresses(self, mac: str) -> Iterator[BindingFact]:
        """Give the addresses that a card had, by time."""
        yield from self._bound(ADDRESSES, mac, limits.BOX_CLUES)

    def claims(self, ip: str) -> Iterator[BindingFact]:
        """Give the cards that had an address, by time."""
        yield from self._bound(CLAIMS, ip, limits.BOX_CLUES)

    def others(self) -> Iterator[HeardCard]:
        """Give the cards that were heard on the wire and are no session's client."""
        for mac, sensor, first, last, told in self._database.execute(OTHERS, (limits.HEARD_CARDS,)):
            yield HeardCard(mac, sensor, first, last, bool(told))

    def answering_for_many(self) -> frozenset[str]:
        """Return the cards that claim more addresses than a box has."""
        rows = self._database.execute(ANSWERING_FOR_MANY, (limits.BOX_ADDRESSES,))
        return frozenset(mac for (mac,) in rows)

    def _said(self, query: str, *values: object) -> Iterator[ClueFact]:
        for sensor, vlan, *rest in self._database.execute(query, values):
            yield ClueFact(sensor, _numbers(vlan), *rest)

    def _bound(self, query: str, *values: object) -> Iterator[BindingFact]:
        for sensor, vlan, ip, mac, source, first, last, count, until, over, file, line in self._database.execute(
            query, values
        ):
            yield BindingFact(
                sensor, _numbers(vlan), ip, mac, source, first, last, count, until, bool(over), file, line
            )

    def translations(self) -> Iterator[TranslationFact]:
        """Give the rows of firewalls that speak of the address of some session's client."""
        for row in self._database.execute(TRANSLATIONS, (limits.HOLDERS,)):
            yield TranslationFact(*row)

    def flush(self) -> None:
        """Write what was taken."""
        clues, bindings, translations = self._clues, self._bindings, self._translations
        self._clues, self._bindings, self._translations = [], [], []
        with transaction(self._database):
            self._database.executemany(CLUE.format("clue"), clues)
            self._database.executemany(BINDING.format("binding"), bindings)
            self._database.executemany(TRANSLATION, translations)


@contextmanager
def transaction(database: sqlite3.Connection) -> Iterator[None]:
    """Have everything take place, or nothing of it."""
    database.execute("BEGIN")
    try:
        yield
    except BaseException:
        database.execute("ROLLBACK")
        raise
    database.execute("COMMIT")


def _whole(parts: Iterable[BindingRow]) -> Iterator[BindingRow]:
    """Join what was written in parts because memory was full: claims of one card on end, none of them the last.

    Parts without a claim (a wish, an address given up) are nothing by themselves.
    """
    run: BindingRow | None = None
    for part in parts:
        if run is not None and part[:5] == run[:5] and not run[OVER]:
            run = _longer(run, part)
            continue
        if not part[COUNT]:
            continue
        if run is not None:
            yield run
        run = part
    if run is not None:
        yield run


def _longer(run: BindingRow, part: BindingRow) -> BindingRow:
    sensor, vlan, ip, mac, source, first, last, count, until, _, file, line = run
    *_, ends, more, later, over, _, _ = part
    until = until if later is None else later
    return sensor, vlan, ip, mac, source, first, max(last, ends), count + more, until, over, file, line


def _clue_row(fact: ClueFact) -> ClueRow:
    said = (fact.mac, fact.ip, fact.source, fact.field, fact.value, fact.first, fact.last, fact.count)
    return (fact.sensor, _tags(fact.vlan), *said, fact.file, fact.line)


def _binding_row(fact: BindingFact) -> BindingRow:
    seen = (fact.ip, fact.mac, fact.source, fact.first, fact.last, fact.count, fact.until, int(fact.over))
    return (fact.sensor, _tags(fact.vlan), *seen, fact.file, fact.line)


def _tags(vlan: tuple[int, ...]) -> str:
    return ",".join(map(str, vlan))


def _numbers(tags: str) -> tuple[int, ...]:
    return tuple(map(int, tags.split(","))) if tags else ()
