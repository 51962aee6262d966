"""The run's spool: facts go in as they are made, and come out in one order, whatever order they came in.

A private temporary SQLite database: SQLite keeps it in memory up to a cache's size, then in a file that
it has unlinked already, so nothing is left behind, not even by a kill.  No password or token is ever in
a fact.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import msgspec

from sniffer.inventory.box_tables import BoxTables, transaction
from sniffer.model import limits
from sniffer.model.clues import BindingFact, ClueFact
from sniffer.model.facts import SUBMISSION, AskedFact, NameFact, Quality, SessionFact

SESSIONS = """
CREATE TABLE session (
    session TEXT NOT NULL, start INTEGER NOT NULL, "end" INTEGER NOT NULL, sensor TEXT NOT NULL,
    mac TEXT, ip TEXT NOT NULL, helo TEXT, server TEXT NOT NULL, port INTEGER NOT NULL,
    starttls INTEGER, hidden INTEGER NOT NULL, joint TEXT, router TEXT, fact BLOB NOT NULL
);
"""
"""``sensor`` is that of the first observation; ``starttls`` whether the EHLO reply offers it, null without one;
``hidden`` whether records inside TLS were kept; ``joint`` what all views of a connection have in common,
``router`` the card that its frames came from behind one."""

SAMPLES = """
SELECT fact FROM (
    SELECT fact, start, session, row_number() OVER (PARTITION BY server, port ORDER BY start, session) AS place
    FROM session WHERE hidden
) WHERE place <= ? ORDER BY start, session
"""

VIEWS = """
CREATE TABLE view AS SELECT * FROM session WHERE 0;
CREATE TABLE joined (place INTEGER PRIMARY KEY);
"""
"""Views that were merged into one session, as they came in, and which sessions they became: more views may come."""

APART = """
DELETE FROM session WHERE rowid IN (SELECT place FROM joined);
INSERT INTO session SELECT * FROM view;
DELETE FROM view;
DELETE FROM joined;
"""

ANSWERS = """
CREATE TABLE answer (
    sensor TEXT NOT NULL, client TEXT NOT NULL, name TEXT NOT NULL, address TEXT NOT NULL,
    first INTEGER NOT NULL, last INTEGER NOT NULL, count INTEGER NOT NULL
);
CREATE TABLE answer_now AS SELECT * FROM answer;
"""
"""Names told, as they come in: some of them in parts; and those that are still being counted."""

NAMES = """
DROP TABLE IF EXISTS name;
CREATE TABLE name AS
SELECT sensor, client, name, address, min(first) AS first, max(last) AS last, sum(count) AS count
FROM (SELECT * FROM answer UNION ALL SELECT * FROM answer_now)
WHERE address IN (SELECT server FROM session) GROUP BY sensor, client, name, address;
"""
"""Names of the servers of sessions; those of all the web sites that an office visits tell nothing."""

ASKED = """
SELECT sensor, client, lower(name), min(first), max(last)
FROM (SELECT * FROM answer UNION ALL SELECT * FROM answer_now)
WHERE name LIKE ? GROUP BY sensor, client, lower(name) ORDER BY sensor, client, lower(name) LIMIT ?
"""
"""Who asked for hosts that take mail, whether it then mailed or not."""

FORGOTTEN_NAMES = """
DELETE FROM answer WHERE last < ? AND address NOT IN (SELECT server FROM session)
"""

OLDEST = "SELECT start FROM session ORDER BY start DESC LIMIT 1 OFFSET ?"

STARTTLS_OFFERS = """
SELECT sensor, server, port,
    count(DISTINCT CASE WHEN starttls THEN ip END) AS offered,
    count(DISTINCT CASE WHEN NOT starttls THEN ip END) AS not_offered
FROM session GROUP BY sensor, server, port HAVING offered AND not_offered ORDER BY sensor, server, port
"""

RELAYS = """
WITH pair AS (SELECT DISTINCT sensor, ip, server FROM session)
SELECT DISTINCT behind.sensor, behind.ip
FROM pair AS behind JOIN pair AS before ON before.sensor = behind.sensor AND before.server = behind.ip
WHERE behind.server <> behind.ip ORDER BY behind.sensor, behind.ip
"""


class Views(NamedTuple):
    """What the views of one connection have in common: the column that holds it."""

    select: str
    keep: str
    part: str
    delete: str


def _views(column: str) -> Views:
    return Views(
        f"SELECT fact FROM session WHERE {column} = ?",  # noqa: S608 - a column's name
        f"INSERT INTO view SELECT * FROM session WHERE {column} = ? AND rowid NOT IN (SELECT place FROM joined)",  # noqa: S608
        f"DELETE FROM joined WHERE place IN (SELECT rowid FROM session WHERE {column} = ?)",  # noqa: S608
        f"DELETE FROM session WHERE {column} = ?",  # noqa: S608
    )


OF_SESSION, OF_JOINT = _views("session"), _views("joint")

SESSION = "INSERT INTO session VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
ANSWER = "INSERT INTO {} VALUES (?, ?, ?, ?, ?, ?, ?)"

Row = tuple[str, int, int, str, str | None, str, str | None, str, int, bool | None, bool, str | None, str | None, bytes]
Name = tuple[str, str, str, str, int, int, int]


class Spool:
    """Takes facts of sessions and names; after ``seal`` gives them back, each session once, oldest first.

    More facts may come behind a ``seal``; they are given back after the next.  What it gives depends on the set of the
    facts only, not on how often it was sealed in between.  Raises ``sqlite3.Error`` where the disk is full: what it
    was given before that stays.
    """

    def __init__(self) -> None:
        self._database = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        self._database.execute(f"PRAGMA cache_size = -{limits.SPOOL_CACHE}")
        self._database.execute("PRAGMA journal_mode = MEMORY")  # a full disk must leave what was there before
        self._database.executescript(SESSIONS + VIEWS + ANSWERS)
        self.boxes = BoxTables(self._database)
        self._decoder = msgspec.msgpack.Decoder(SessionFact)
        self._rows: list[Row] = []
        self._names: list[Name] = []

    def add(self, fact: SessionFact) -> None:
        """Take a fact."""
        self._rows.append(session_row(fact))
        if len(self._rows) >= limits.SPOOL_ROWS:
            self._flush()

    def add_name(self, fact: NameFact) -> None:
        """Take a fact, or a part of one: parts that differ in nothing but times and count are added up."""
        self._names.append(msgspec.structs.astuple(fact))
        if len(self._names) >= limits.SPOOL_ROWS:
            self._flush()

    def add_box(self, fact: ClueFact | BindingFact) -> None:
        """Take what was said of a box, or a part of it."""
        self.boxes.add(fact)

    def rows(self) -> Iterator[list[Row]]:
        """Give the sessions that were taken, as they are kept, a transaction's worth at a time."""
        self._flush()
        cursor = self._database.execute("SELECT * FROM session")
        while rows := cursor.fetchmany(limits.SPOOL_ROWS):
            yield rows

    def add_rows(self, rows: list[Row]) -> None:
        """Take what another spool has given."""
        self._rows += rows
        self._flush()

    def count_now(self, names: Iterable[NameFact], boxes: Iterable[ClueFact | BindingFact]) -> None:
        """Take what is still being counted elsewhere, in place of what was taken so before: it will come again."""
        with transaction(self._database):
            self._database.execute("DELETE FROM answer_now")
            self._database.executemany(ANSWER.format("answer_now"), map(msgspec.structs.astuple, names))
        self.boxes.count_now(boxes)

    def forget(self, before: int, most: int) -> int:
        """Forget sessions that began before a time, and the oldest beyond so many; return how many.

        With them go names of servers that no session has, and who had which address, as old as that.
        """
        self._flush()
        row = self._database.execute(OLDEST, (most,)).fetchone()
        before = max(before, row[0] + 1) if row else before
        gone = self._database.execute("DELETE FROM session WHERE start < ?", (before,)).rowcount
        self._database.execute("DELETE FROM view WHERE start < ?", (before,))
        self._database.execute(FORGOTTEN_NAMES, (before,))
        self.boxes.compact(before)
        return gone

    def forget_joined_late(self, files: Iterable[str]) -> int:
        """Forget sessions whose beginning was not seen, and whose first frames are of these files; return how many.

        Of a capture that is read again they are ends of sessions that were stored with the one before it.
        """
        names = set(files)
        gone = [
            (fact.session,) for fact in self.sessions()
            if not fact.quality.start_seen and {each.file for each in fact.observations[:1]} & names
        ]  # fmt: skip
        with transaction(self._database):
            self._database.executemany("DELETE FROM session WHERE session = ?", gone)
        self.seal()
        return len(gone)

    def forget_oldest(self, share: float) -> int:
        """Forget this share of the sessions, which makes room for others; return how many."""
        (count,) = self._database.execute("SELECT count(*) FROM session").fetchone()
        row = self._database.execute(OLDEST, (int(count * (1 - share)),)).fetchone()
        return self._database.execute("DELETE FROM session WHERE start <= ?", row).rowcount if row else 0

    def servers(self) -> Iterator[str]:
        """Give the address of each session's server."""
        self._flush()
        for (address,) in self._database.execute("SELECT DISTINCT server FROM session"):
            yield address

    def seal(self) -> None:
        """Make ready to give: what several sensors or overlapping files saw becomes one session."""
        self._flush()
        self._database.executescript(APART)
        self._database.execute("CREATE INDEX IF NOT EXISTS by_session ON session (session)")
        query = "SELECT session FROM session GROUP BY session HAVING count(*) > 1"
        for (session,) in self._database.execute(query).fetchall():
            self._merge(session, OF_SESSION)
        query = "SELECT joint FROM session WHERE joint IS NOT NULL GROUP BY joint HAVING count(*) > 1"
        for (joint,) in self._database.execute(query).fetchall():
            self._merge(joint, OF_JOINT)
        self._database.execute("CREATE INDEX IF NOT EXISTS by_start ON session (start, session)")
        self._database.executescript(NAMES)
        self.boxes.seal()

    def sessions(self) -> Iterator[SessionFact]:
        """Give all sessions by start, then id."""
        for (blob,) in self._database.execute("SELECT fact FROM session ORDER BY start, session"):
            yield self._decoder.decode(blob)

    def samples(self) -> Iterator[SessionFact]:
        """Give the oldest sessions of each server (address and port) of which records inside TLS were kept, by start.

        At most ``limits.SAMPLES`` of each: what a server's words are shows in so many.
        """
        for (blob,) in self._database.execute(SAMPLES, (limits.SAMPLES,)):
            yield self._decoder.decode(blob)

    def hidden(self) -> Iterator[tuple[str, bytes]]:
        """Give the sessions of which records inside TLS were kept, by start, then id: whose, and the fact as kept."""
        yield from self._database.execute("SELECT ip, fact FROM session WHERE hidden ORDER BY start, session")

    def count_hidden(self) -> int:
        """Return how many sessions those are."""
        count: int = self._database.execute("SELECT count(*) FROM session WHERE hidden").fetchone()[0]
        return count

    def links(self) -> Iterator[tuple[str, str, str | None]]:
        """Give each (card, address, EHLO name) of clients that no router hid."""
        yield from self._database.execute("SELECT DISTINCT mac, ip, helo FROM session WHERE mac IS NOT NULL")

    def routers(self) -> Iterator[str]:
        """Give the cards that sent frames of clients further away."""
        for (mac,) in self._database.execute("SELECT DISTINCT router FROM session WHERE router IS NOT NULL"):
            yield mac

    def names(self) -> Iterator[NameFact]:
        """Give the names told for addresses of some session's server, by sensor, address, name and client."""
        for row in self._database.execute("SELECT * FROM name ORDER BY sensor, address, name, client"):
            yield NameFact(*row)

    def asked(self) -> Iterator[AskedFact]:
        """Give who was told the address of a host that takes mail from clients, by sensor, client and name."""
        self._flush()
        for row in self._database.execute(ASKED, (f"{SUBMISSION}%", limits.ASKED)):
            yield AskedFact(*row)

    def starttls_offers(self) -> Iterator[tuple[str, str, int, int, int]]:
        """Give each (sensor, server, port) that offers STARTTLS to some clients only; to how many, and how many not.

        Clients are addresses; one whose sessions differ is counted on both sides.  Sessions without an EHLO reply
        in clear do not count.
        """
        yield from self._database.execute(STARTTLS_OFFERS)

    def relays(self) -> Iterator[tuple[str, str]]:
        """Give each (sensor, address) that is the server of one session and the client of another server."""
        yield from self._database.execute(RELAYS)

    def span(self) -> tuple[int, int] | None:
        """Return when the first session began and the last ended, None without a session."""
        first, last = self._database.execute('SELECT min(start), max("end") FROM session').fetchone()
        return None if first is None else (first, last)

    def close(self) -> None:
        """Forget everything."""
        self._database.close()

    def _flush(self) -> None:
        rows, names = self._rows, self._names
        self._rows, self._names = [], []
        with transaction(self._database):
            self._database.executemany(SESSION, rows)
            self._database.executemany(ANSWER.format("answer"), names)

    def _merge(self, value: str, views: Views) -> None:
        """Keep the best view of a session, with the observations of all; the views are put aside."""
        facts = [self._decoder.decode(blob) for (blob,) in self._database.execute(views.select, (value,))]
        if views is OF_JOINT and not translated(facts):
            return
        for change in (views.keep, views.part, views.delete):
            self._database.execute(change, (value,))
        place = self._database.execute(SESSION, session_row(merged(facts))).lastrowid
        self._database.execute("INSERT INTO joined VALUES (?)", (place,))


def session_row(fact: SessionFact) -> Row:
    """Return a fact as it is kept."""
    mac = fact.client_mac if fact.on_link else None
    sensor, extensions = fact.observations[0].sensor, fact.speech.extensions
    starttls = "STARTTLS" in extensions if extensions else None
    return (
        fact.session, fact.start, fact.end, sensor, mac, fact.client_ip, fact.helo,
        fact.server_ip, fact.server_port, starttls, fact.shape is not None, fact.joint,
        fact.routers[0] if fact.routers else None, msgspec.msgpack.encode(fact),
    )  # fmt: skip


def translated(facts: list[SessionFact]) -> bool:
    """Say whether views with the same sequence numbers are one connection, whose client's address was translated.

    A router on the way takes a hop and changes nothing else.  Numbers alone would not do: there are systems that begin
    with the same ones always.
    """
    starts = [fact.start for fact in facts]
    said = {(fact.helo, fact.banner, fact.speech.hello_octets, fact.server_ip, fact.server_port) for fact in facts}
    hops = sorted(fact.hops for fact in facts)
    on_one_way = len(set(hops)) == len(hops) and hops[-1] - hops[0] <= limits.HOPS_INSIDE
    return on_one_way and len(said) == 1 and max(starts) - min(starts) <= limits.SAME_CONNECTION


def merged(facts: list[SessionFact]) -> SessionFact:
    """Return the best view of one session, with the observations of all views, and the client as it was seen nearest.

    The nearest view is that from the client's own link, else the one with the most hops left.  Others may show the
    card of a router, and the address that it put in the client's place.
    """
    best = min(facts, key=_goodness)
    views = sorted(facts, key=_goodness)
    near = min(views, key=lambda fact: (not fact.on_link, -fact.hops))
    observations = dict.fromkeys(near.observations)  # the client's own side first: that is the domain of its address
    for fact in views:
        observations |= dict.fromkeys(fact.observations)
    return msgspec.structs.replace(
        best,
        session=near.session,
        client_ip=near.client_ip,
        client_port=near.client_port,
        client_mac=near.client_mac,
        on_link=near.on_link,
        hops=near.hops,
        routers=tuple(dict.fromkeys(mac for fact in views for mac in fact.routers)),
        observations=tuple(observations),
    )


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
