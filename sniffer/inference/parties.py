"""Who speaks with whom: the server that a session goes to, the device that it comes from, and which side of us each is.

A device that mails all day does so from the same card and address, under the same name.  Its sessions are the same
parties', which are worked out once: as long as nothing changes of who had which address (``Owners.epoch``).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NamedTuple

from sniffer.inference.devices import device_id, sensor_of
from sniffer.inference.identity import Owners
from sniffer.inference.names import Names
from sniffer.inference.networks import Networks
from sniffer.inference.services import Server, Servers
from sniffer.knowledge.catalogue import Catalogue
from sniffer.knowledge.site_profile import SiteProfile
from sniffer.model import limits
from sniffer.model.facts import SessionFact
from sniffer.model.findings import Attribution, Direction, Scope

DIRECTIONS: dict[tuple[bool, bool], Direction] = {
    (True, True): "internal",
    (True, False): "outbound",
    (False, True): "inbound",
    (False, False): "outbound",
}
"""(client on our side, server on our side) → direction.  What merely passes us goes out, seen from here."""


class Site(NamedTuple):
    """What all facts together say of a site, and what the user says of it.

    ``uneven`` are the servers (sensor, address, port) that offer STARTTLS to some clients and not to others.
    ``checked`` are, by the codes of the services that need it, the families that were held against a real session;
    ``profiles`` is what was learnt of services from such sessions.
    """

    networks: Networks
    owners: Owners
    names: Names
    uneven: Collection[tuple[str, str, int]] = frozenset()
    checked: Mapping[str, frozenset[str]] = {}
    profiles: Mapping[str, SiteProfile] = {}


class Parties(NamedTuple):
    """Both sides of a session; ``uneven`` as in ``Site``, of this server."""

    server: Server
    uneven: bool
    direction: Direction
    scope: Scope
    owner: Attribution
    device: str


class PartiesOf:
    """Tells the parties of sessions."""

    def __init__(self, site: Site, catalogue: Catalogue) -> None:
        self.servers = Servers(catalogue, site.networks, site.names)
        self._site = site
        self._known: dict[tuple[object, ...], Parties] = {}

    def of(self, fact: SessionFact) -> Parties:
        """Return who speaks with whom in a session."""
        server = self.servers.server(fact)
        epoch = self._site.owners.epoch(fact)
        if epoch is None:
            return self._of(fact, server)
        client = fact.client_ip, fact.client_mac, fact.on_link, fact.helo, fact.routers, fact.observations
        witness = fact.witness.marks if fact.witness else ()
        key = epoch, *client, witness, fact.server_ip, fact.server_port
        found = self._known.get(key)
        if found is None or found.server is not server:
            if len(self._known) >= limits.BOXES_REMEMBERED:
                self._known.clear()
            found = self._known[key] = self._of(fact, server)
        return found

    def _of(self, fact: SessionFact, server: Server) -> Parties:
        networks, owners = self._site.networks, self._site.owners
        ours = networks.holds(fact.client_ip) or owners.on_our_side(fact)
        direction = DIRECTIONS[ours, networks.holds(fact.server_ip)]
        owner = owners.attribution(fact, stranger=direction == "inbound")
        uneven = (sensor_of(fact), fact.server_ip, fact.server_port) in self._site.uneven
        return Parties(server, uneven, direction, scope_of(ours, server), owner, device_id(owner.key))


def scope_of(ours: bool, server: Server) -> Scope:
    """Clients on our side are local, and so is any client of a service that one submits to."""
    return "local" if ours or server.service.submission else "remote"
