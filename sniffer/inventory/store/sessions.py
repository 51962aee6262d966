"""Stored sessions, read back as findings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

from msgspec.msgpack import Decoder
from msgspec.structs import replace
from sqlalchemy import Connection, Row, select

from sniffer.inventory.store import parts
from sniffer.inventory.store.rows import batches, chosen
from sniffer.inventory.store.schema import observation, part, session
from sniffer.model import limits
from sniffer.model.facts import Observation
from sniffer.model.findings import Attribution, SessionFinding

T = TypeVar("T")

CARD_UNKNOWN = 1 << 9
"""The bit of ``near`` that says that the client's card is not known (``parts``)."""


class Reader:
    """Makes findings of rows; parts are read once, and remembered."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._bodies: dict[int, bytes] = {}
        self._manners: dict[int, SessionFinding] = {}
        self._templates: dict[tuple[int, int], SessionFinding] = {}

    def brief(self, rows: Iterable[Any]) -> Iterator[tuple[int, SessionFinding]]:
        """Give (device, finding) of rows (device, start, lasted, server, manner), without client and observations."""
        for batch in batches(rows, limits.STORE_BATCH):
            self._load({(row.manner, row.server) for row in batch})
            for row in batch:
                made = self._templates[row.manner, row.server]
                yield row.device, replace(made, fact=replace(made.fact, start=row.start, end=row.start + row.lasted))

    def whole(self, rows: Iterable[Any]) -> Iterator[SessionFinding]:
        """Give the findings of whole rows, with all that is stored of them."""
        for batch in batches(rows, limits.STORE_KEYS):
            self._load({(row.manner, row.server) for row in batch})
            self._fetch({row.client for row in batch})
            seen = self._observations([row.id for row in batch])
            for row in batch:
                yield self._finding(row, seen.get(row.id, ()))

    def _finding(self, row: Row[Any], seen: Iterable[Observation]) -> SessionFinding:
        made = parts.with_attempts(self._templates[row.manner, row.server])
        client = parts.CLIENTS.decode(self._bodies[row.client])
        fact = replace(
            made.fact,
            session=parts.session_word(row.id, row.name),
            start=row.start,
            end=row.start + row.lasted,
            client_ip=client.ip,
            client_port=row.port,
            client_mac=client.mac,
            on_link=client.on_link,
            hops=client.hops,
            routers=client.routers,
            speech=replace(made.fact.speech, helo=client.helo, workstation=client.workstation),
            observations=tuple(seen),
        )
        card = client.mac if client.on_link and not row.near & CARD_UNKNOWN else None
        owner = Attribution(card, card) if card else None
        return replace(made, fact=fact, device=parts.device_word(row.device), owner=owner)

    def _observations(self, ids: list[int]) -> dict[int, list[Observation]]:
        rows = list(chosen(self._connection, select(observation), observation.c.session, ids))
        self._fetch({row.place for row in rows})
        found: dict[int, list[Observation]] = {}
        for row in rows:
            place = parts.PLACES.decode(self._bodies[row.place])
            found.setdefault(row.session, []).append(parts.observation_of(place))
        return {key: sorted(each, key=repr) for key, each in found.items()}

    def kinds(self, ids: set[int]) -> dict[int, parts.Kind]:
        """Return kinds by their ids."""
        self._fetch(ids)
        return {each: self._decoded(parts.KINDS, each) for each in ids}

    def _load(self, wanted: set[tuple[int, int]]) -> None:
        """Have the templates of (manner, server); of all others, if there are many, none."""
        if len(self._bodies) > limits.STORE_PARTS:
            self._bodies.clear()
            self._manners.clear()
            self._templates.clear()
        missing = wanted - self._templates.keys()
        self._fetch({place for pair in missing for place in pair})
        for manner, server in missing:
            if manner not in self._manners:
                self._manners[manner] = parts.template(self._decoded(parts.MANNERS, manner))
            where = self._decoded(parts.SERVERS, server)
            self._templates[manner, server] = parts.at_server(self._manners[manner], where)

    def _fetch(self, ids: set[int]) -> None:
        missing = ids - self._bodies.keys()
        for row in chosen(self._connection, select(part), part.c.id, sorted(missing)):
            self._bodies[row.id] = row.body

    def _decoded(self, decoder: Decoder[T], place: int) -> T:
        return decoder.decode(self._bodies[place])


COLUMNS = (session.c.device, session.c.start, session.c.lasted, session.c.server, session.c.manner)
"""What a verdict is folded from."""
