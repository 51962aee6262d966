"""Retention: details of sessions become counts, and counts end; devices, runs and what people said stay.

What is old is told by the data as well as by the clock: a clock that runs ahead deletes nothing, and one that was set
back only keeps more.  What was pruned is not taken in again (``writing``): it could not be told from what was counted.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, delete, func, insert, select, text

from sniffer.inference.verdicts import DAY
from sniffer.inventory.store.folding import day_of
from sniffer.inventory.store.rows import put
from sniffer.inventory.store.schema import (
    change,
    daily,
    history,
    listening,
    observation,
    sensor,
    session,
    setting,
    view,
)
from sniffer.inventory.store.writing import PRUNED_BEFORE, pruned_before

DETAILS, COUNTS = 90, 400
"""Days for which details and counts are kept if nobody says otherwise."""

UNUSED = """
DELETE FROM part WHERE id IN (
    SELECT id FROM part EXCEPT SELECT client FROM session EXCEPT SELECT server FROM session
    EXCEPT SELECT manner FROM session EXCEPT SELECT kind FROM session EXCEPT SELECT kind FROM daily
    EXCEPT SELECT place FROM observation
)
"""
"""Parts that no session has any more; nobody else writes meanwhile (``opening.writing``)."""


class Pruned(NamedTuple):
    """What went: sessions of which the counts stay, counts (rows), and changes with the history of verdicts (rows)."""

    sessions: int
    counts: int
    changes: int


def prune(connection: Connection, now: int, details: int = DETAILS, counts: int = COUNTS) -> Pruned:
    """Forget details of sessions older than so many days, and counts older than so many; ``now`` in microseconds."""
    newest = connection.execute(select(func.max(sensor.c.heard_until))).scalar() or 0
    today = day_of(min(now, newest))
    before = max(today - details * DAY, pruned_before(connection))
    gone = _count(connection, before) if before > 0 else 0
    last = today - counts * DAY
    old = connection.execute(delete(daily).where(daily.c.day < last)).rowcount
    rows = connection.execute(delete(change).where(change.c.at < last)).rowcount
    rows += connection.execute(delete(history).where(history.c.at < last, history.c.id.not_in(_newest()))).rowcount
    connection.execute(delete(listening).where(listening.c.last < last))
    return Pruned(gone, old, rows)


def _count(connection: Connection, before: int) -> int:
    """Make counts of the sessions that began before a day, and forget them."""
    old = session.c.start < before
    gone = int(connection.execute(select(func.count()).select_from(session).where(old)).scalar_one())
    day = (session.c.start - session.c.start % DAY).label("day")
    counted = select(session.c.device, day, session.c.kind, func.count()).where(old).group_by("device", "day", "kind")
    connection.execute(insert(daily).from_select(["device", "day", "kind", "sessions"], counted))
    ids = select(session.c.id).where(old)
    connection.execute(delete(observation).where(observation.c.session.in_(ids)))
    connection.execute(delete(view).where(view.c.session.in_(ids)))
    connection.execute(delete(session).where(old))
    connection.execute(text(UNUSED))
    put(connection, setting, [{"name": PRUNED_BEFORE, "value": str(before)}])
    return gone


def _newest() -> Select[Any]:
    """Return the last word of history on each device and service."""
    return select(func.max(history.c.id)).group_by(history.c.device, history.c.service)
