"""Devices that views of one session tell, where these differ: which of them are one, and which have nothing left.

A session is its nearest view's device's (``writing``); the others' are remembered.  Rules of this file:
1. Two addresses, of neither of which a card is known, that are told of one session are one device if they are the same
   address: two sensors, of which none is near the client, see it in domains of their own.
2. An address is never merged with a card for that: it may have been several boxes' in turn, and a session that nobody
   has seen nearer may be another's.  Its sessions are the card's one by one.
3. A device all of whose sessions are others' now *steps aside*: it is not told of, nor counted.  If one device has them
   all, that one is called by its id, and what people said of it and its history are that one's, too.  If several have
   them, it is found by its id, with its history, and nobody is called so.
4. It keeps all that is known of it, and is back with the first session that is its own.

So who has which session, and who is told of, follows from what was stored, and not from the order in which it came.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations

from sqlalchemy import Connection, delete, select

from sniffer.inventory.store.devices import is_card
from sniffer.inventory.store.rows import chosen, put
from sniffer.inventory.store.schema import alias, formerly, session, view


def same_addresses(
    connection: Connection, shared: Iterable[frozenset[int]], places: Mapping[int, int]
) -> Iterator[tuple[int, int]]:
    """Give pairs of devices that are one (rule 1), the one that stays first; ``shared`` are told of one session each.

    ``places`` are those of the devices: the older one stays.
    """
    groups = sorted(map(sorted, shared))
    ids = sorted({each for group in groups for each in group})
    addresses: dict[int, set[str] | None] = {}
    for row in chosen(connection, select(alias.c.device, alias.c.value), alias.c.device, ids):
        there = addresses.setdefault(row.device, set())
        if is_card(row.value):
            addresses[row.device] = None
        elif there is not None:
            there.add(row.value.rpartition(" ")[2])
    now: dict[int, int] = {}

    def current(lasting: int) -> int:
        while lasting in now:
            lasting = now[lasting]
        return lasting

    for group in groups:
        for one, other in combinations(group, 2):
            mine, theirs = addresses.get(one), addresses.get(other)
            if mine and theirs and mine & theirs and current(one) != current(other):
                stays, goes = sorted((current(one), current(other)), key=places.__getitem__)
                now[goes] = stays
                yield stays, goes


def successors(connection: Connection, empty: Iterable[int]) -> dict[int, int]:
    """Return who has the sessions of devices that have none left; those of which several have them map to themselves.

    Devices of which no session is known are left out.
    """
    query = select(view.c.device.label("old"), session.c.device.label("new"))
    query = query.join(session, session.c.id == view.c.session).distinct()
    found: dict[int, set[int]] = {}
    for row in chosen(connection, query, view.c.device, sorted(empty)):
        found.setdefault(row.old, set()).add(row.new)
    return {old: new.pop() if len(new) == 1 else old for old, new in found.items()}


def step_aside(connection: Connection, run: int, gone: Mapping[int, int], back: Iterable[int]) -> None:
    """Store who is called as devices that have no session left (``successors``), and who is called as itself again."""
    for row in list(chosen(connection, select(formerly.c.old), formerly.c.old, sorted(back))):
        connection.execute(delete(formerly).where(formerly.c.old == row.old))
    put(connection, formerly, [{"old": old, "device": new, "run": run} for old, new in sorted(gone.items())])
