"""Which mail service a server is, and how we know.

Rules of this file:
1. A server on our side is ``private`` whatever it claims; the claim is a finding.
2. Of what gives a server away, the first of these that names a service holds: its greeting and EHLO reply, the name
   that the client put into its ClientHello (SNI), DNS answers, the certificate, the address range.
3. Several services share one greeting: then the strongest clue that names one of them says which it is.  Of DNS only
   what the client itself was told counts here, if that is one of them alone: others may mean another.
4. Who greets in words of its own is not the service that a weaker clue names, if we know how that one greets.
"""

from __future__ import annotations

import re
from functools import lru_cache
from ipaddress import ip_address
from typing import Literal, NamedTuple

from sniffer.inference.names import Names
from sniffer.inference.networks import Networks
from sniffer.knowledge import services as known
from sniffer.knowledge.catalogue import Catalogue
from sniffer.knowledge.services import Service
from sniffer.model import limits
from sniffer.model.events import Anomaly
from sniffer.model.facts import SessionFact, TlsFact

HOST = re.compile(r"^(?:[245]\d\d[ -])?([A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?\.[A-Za-z]{2,})\.?(?=[\s,;(\[]|$)")
"""The host name that a greeting (``220`` Domain, RFC 5321 4.2) or an EHLO reply (4.1.1.1) begins with."""

HELLO_ADDRESS = re.compile(r"\bHello \[([0-9A-Fa-f:.]{2,45})\]")
"""The client's address as Exchange Online greets it, IPv6 bare."""

NameBasis = Literal["banner", "sni", "dns", "certificate", "range"]


class Server(NamedTuple):
    """What a server is: the row of its service, its name and what gave it away, and what is odd about that."""

    service: Service
    name: str | None
    basis: NameBasis | None
    findings: tuple[Anomaly, ...] = ()


class Clue(NamedTuple):
    """Something that gives a server away: the name it shows, and the service that it points to."""

    basis: NameBasis
    name: str | None
    service: Service | None


class Clues(NamedTuple):
    """All that a session tells of its server."""

    ip: str
    port: int
    banner: str | None
    greeted: str | None
    sni: str | None
    asked: tuple[str, ...]
    own: tuple[str, ...]
    certified: tuple[str, ...]


class Servers:
    """Tells servers apart, knowing what is our side and which names DNS gave."""

    def __init__(self, catalogue: Catalogue, networks: Networks, names: Names) -> None:
        self._catalogue = catalogue
        self._networks = networks
        self._names = names
        self._server = lru_cache(limits.SERVERS_REMEMBERED)(self._identify)
        self._one = lru_cache(limits.SERVERS_REMEMBERED)(self._one_of)

    def server(self, fact: SessionFact) -> Server:
        """Say what the server of a session is."""
        tls = fact.tls
        certified = tls.certificate.names if tls and tls.certificate else ()
        asked = self._names.asked(fact)
        sni = requested(tls)
        own = self._names.own(fact)
        return self._server(
            Clues(fact.server_ip, fact.server_port, fact.banner, fact.greeted, sni, asked, own, certified)
        )

    def public_ip(self, fact: SessionFact, server: Server) -> str | None:
        """Return the address under which the world sees a client, where the service greets it by that."""
        if not server.service.greets_address:
            return None
        found = HELLO_ADDRESS.search(fact.greeted or "")
        try:
            address = str(ip_address(found[1])) if found else None
        except ValueError:
            return None
        return address if address and not self._networks.holds(address) else None

    def _identify(self, clues: Clues) -> Server:
        """Return what clues tell: one and the same server, though its greeting may hold the time of day."""
        service, name, basis, findings = self._told(clues)
        return self._one(service.code, name, basis, findings)

    def _one_of(self, service: str, name: str | None, basis: NameBasis | None, findings: tuple[Anomaly, ...]) -> Server:
        return Server(self._catalogue.service(service), name, basis, findings)

    def _told(self, clues: Clues) -> Server:
        found = self._clues(clues)
        named = next((clue for clue in found if clue.name), None)
        telling = self._refined(found, clues) if found[0].service else _first_telling(found)
        if self._networks.holds(clues.ip):
            return self._private(named, next((clue for clue in found if clue.service and clue.basis in CLAIMS), None))
        if telling and telling.service:
            findings = self._outside(clues, telling.service) if telling.basis != "range" else ()
            return Server(telling.service, telling.name, telling.basis, findings)
        other = self._catalogue.service(known.OTHER)
        greeting, sni, *_ = found
        findings = (_greets_otherwise(sni, greeting),) if sni.service else ()
        return Server(other, named.name if named else None, named.basis if named else None, findings)

    def _clues(self, clues: Clues) -> tuple[Clue, ...]:
        """Return what there is, in the order of trust."""
        catalogue = self._catalogue
        said = [text for text in (clues.banner, clues.greeted) if text]
        host = next((name for name in map(_host, said) if name), None)
        greets_as = next((row for row in map(catalogue.by_greeting, said) if row), None)
        asked = next((name for name in clues.asked if catalogue.by_name(name)), (*clues.asked, None)[0])
        certified = clues.certified[0] if clues.certified else None
        return (
            Clue("banner", host, greets_as),
            Clue("sni", _host_name(clues.sni), catalogue.by_name(clues.sni) if clues.sni else None),
            Clue("dns", asked, catalogue.by_name(asked) if asked else None),
            Clue("certificate", certified, catalogue.by_certificate(clues.certified)),
            Clue("range", None, catalogue.by_address(clues.ip, clues.port)),
        )

    def _refined(self, found: tuple[Clue, ...], clues: Clues) -> Clue:
        """Return which of the services that greet alike it is (rule 3)."""
        greeting, sni, _, *weaker = found
        own = {row.code: Clue("dns", name, row) for name in clues.own if (row := self._catalogue.by_name(name))}
        mine = [clue for clue in own.values() if _greets_as(clue, greeting)]
        kin = (clue for clue in (sni, *(mine if len(mine) == 1 else ()), *weaker) if _greets_as(clue, greeting))
        strongest = next(kin, greeting)
        return strongest if strongest.service and strongest.service.within else greeting

    def _private(self, named: Clue | None, claiming: Clue | None) -> Server:
        row = self._catalogue.service(known.PRIVATE)
        claim = (_claim(claiming),) if claiming else ()
        return Server(row, named.name if named else None, named.basis if named else None, claim)

    def _outside(self, clues: Clues, service: Service) -> tuple[Anomaly, ...]:
        """Note a server that calls itself a service whose published ranges do not hold its address."""
        address = ip_address(clues.ip)
        ranges = [each for each in service.networks if each.version == address.version]
        if not ranges or any(address in each for each in ranges):
            return ()
        text = f"{clues.ip} lies outside the address ranges of {service.name} that we know (as of {service.as_of})"
        return (Anomaly("outside-known-ranges", text),)


CLAIMS: dict[NameBasis, str] = {
    "banner": "a server on our side greets as {}",
    "sni": "a client asks a server on our side for {} (SNI)",
    "dns": "DNS gives a server on our side out as {}",
    "certificate": "a server on our side has a certificate of {}",
}
"""How a server on our side comes to be taken for a service."""


def _claim(clue: Clue) -> Anomaly:
    name = clue.service.name if clue.service else ""
    return Anomaly("claims-service", CLAIMS[clue.basis].format(name))


def _first_telling(clues: tuple[Clue, ...]) -> Clue | None:
    """Return the clue that holds where the greeting names no service (rules 2 and 4)."""
    greeting, *weaker = clues
    telling = next((clue for clue in weaker if clue.service), None)
    if telling and telling.service and greeting.name and _greets_known(telling):
        return None
    return telling


def _greets_as(clue: Clue, greeting: Clue) -> bool:
    """Say whether a clue names a service that greets so."""
    if clue.service is None or greeting.service is None:
        return False
    return greeting.service.code in (clue.service.code, clue.service.within)


def _greets_known(clue: Clue) -> bool:
    """Say whether we know how a service greets, so that another greeting speaks against it (a mere range is weaker)."""
    row = clue.service
    return row is not None and (row.greeting is not None or row.within is not None or clue.basis == "range")


def _greets_otherwise(clue: Clue, greeting: Clue) -> Anomaly:
    name = clue.service.name if clue.service else ""
    text = f"the client asks for {clue.name} ({name}), but the server greets as {greeting.name}: a proxy, or another"
    return Anomaly("greets-otherwise", text)


def requested(tls: TlsFact | None) -> str | None:
    """Return the name that a client asked a server for; an address there is none (RFC 6066 3)."""
    return tls.sni if tls and tls.sni and not _is_address(tls.sni) else None


@lru_cache(limits.SERVERS_REMEMBERED)
def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


def _host(text: str) -> str | None:
    found = HOST.match(text)
    return found[1] if found else None


def _host_name(name: str | None) -> str | None:
    return name.rstrip(".").lower() or None if name else None
