"""The run's spool: facts go in as they are made, and come out in one order, whatever order they came in.

A private temporary SQLite database: SQLite keeps it in memory up to a cache's size, then in a file that
it has unlinked already, so nothing is left behind, not even by a kill.  No password or token is ever in
a fact.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import msgspec

from sniffer.model import limits
from sniffer.model.facts import Observation, Quality, SessionFact

SCHEMA = """
CREATE TABLE session (
    session TEXT NOT NULL, start INTEGER NOT NULL, "end" INTEGER NOT NULL,
    mac TEXT, ip TEXT NOT NULL, helo TEXT, fact BLOB NOT NULL
)
"""

Row = tuple[str, int, int, str | None, str, str | None, bytes]


class Spool:
    """Takes session facts; after ``seal`` gives them back, each session once, oldest first."""

    def __init__(self) -> None:
        self._database = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        self._database.execute(f"PRAGMA cache_size = -{limits.SPOOL_CACHE}")
        self._database.execute("PRAGMA journal_mode = OFF")
        self._database.execute(SCHEMA)
        self._encoder = msgspec.msgpack.Encoder()
        self._decoder = msgspec.msgpack.Decoder(SessionFact)
        self._rows: list[Row] = []

    def add(self, fact: SessionFact) -> None:
        """Take a fact."""
        mac = fact.client_mac if fact.on_link else None
        blob = self._encoder.encode(fact)
        self._rows.append((fact.session, fact.start, fact.end, mac, fact.client_ip, fact.speech.helo, blob))
        if len(self._rows) >= limits.SPOOL_ROWS:
            self._flush()

    def rows(self) -> Iterator[list[Row]]:
        """Give what was taken, as it is kept, a transaction's worth at a time."""
        self._flush()
        cursor = self._database.execute("SELECT * FROM session")
        while rows := cursor.fetchmany(limits.SPOOL_ROWS):
            yield rows

    def add_rows(self, rows: list[Row]) -> None:
        """Take what another spool has given."""
        self._rows += rows
        self._flush()

    def seal(self) -> None:
        """End the taking: what several sensors or overlapping files saw becomes one session."""
        self._flush()
        self._database.execute("CREATE INDEX by_session ON session (session)")
        query = "SELECT session FROM session GROUP BY session HAVING count(*) > 1"
        for (session,) in self._database.execute(query).fetchall():
            self._merge(session)
        self._database.execute("CREATE INDEX by_start ON session (start, session)")

    def sessions(self) -> Iterator[SessionFact]:
        """Give all sessions by start, then id."""
        for (blob,) in self._database.execute("SELECT fact FROM session ORDER BY start, session"):
            yield self._decoder.decode(blob)

    def links(self) -> Iterator[tuple[str, str, str | None]]:
        """Give each (card, address, EHLO name) of clients that no router hid."""
        yield from self._database.execute("SELECT DISTINCT mac, ip, helo FROM session WHERE mac IS NOT NULL")

    def span(self) -> tuple[int, int] | None:
        """Return when the first session began and the last ended, None without a session."""
        first, last = self._database.execute('SELECT min(start), max("end") FROM session').fetchone()
        return None if first is None else (first, last)

    def close(self) -> None:
        """Forget everything."""
        self._database.close()

    def _flush(self) -> None:
        self._database.execute("BEGIN")
        self._database.executemany("INSERT INTO session VALUES (?, ?, ?, ?, ?, ?, ?)", self._rows)
        self._database.execute("COMMIT")
        self._rows.clear()

    def _merge(self, session: str) -> None:
        """Keep the best view of a session, with the observations of all."""
        rows = self._database.execute("SELECT fact FROM session WHERE session = ?", (session,)).fetchall()
        facts = [self._decoder.decode(blob) for (blob,) in rows]
        self._database.execute("DELETE FROM session WHERE session = ?", (session,))
        self.add(merged(facts))
        self._flush()


def merged(facts: list[SessionFact]) -> SessionFact:
    """Return the best view of one session, with the observations of all views."""
    best = min(facts, key=_goodness)
    observations: dict[Observation, None] = {}
    for fact in sorted(facts, key=_goodness):
        observations |= dict.fromkeys(fact.observations)
    return msgspec.structs.replace(best, observations=tuple(observations))


def _goodness(fact: SessionFact) -> tuple[object, ...]:
    """Order views of a session: the whole before the broken, the near before the far, then by sensor.

    No two that differ are equal, so that it does not matter which came first.
    """
    sensor = fact.observations[0].sensor
    return (_faults(fact.quality), not fact.on_link, fact.start, sensor, fact.end, msgspec.msgpack.encode(fact))


def _faults(quality: Quality) -> tuple[bool, bool, int, bool, int]:
    return (
        quality.one_sided,
        not quality.start_seen,
        quality.gap_bytes,
        not quality.end_seen,
        quality.duplicates,
    )
