"""``services.toml``: the mail services and how they give themselves away."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from ipaddress import ip_address

from sniffer.knowledge import rows
from sniffer.knowledge.rows import Network, Row

PRIVATE = "private"
OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Service(Row):
    """A mail service.  How its fields are matched is said in ``services.toml``.

    ``affected`` marks Exchange Online client submission, which the date concerns.  ``within`` is the service whose
    greeting this one shares, so that only a name tells them apart.  ``greets_address`` says that the EHLO reply
    names the client's address, ``oauth`` that AUTH has an OAuth mechanism.
    """

    name: str
    hosts: tuple[str, ...] = ()
    greeting: re.Pattern[str] | None = None
    certificates: tuple[str, ...] = ()
    networks: tuple[Network, ...] = ()
    ports: tuple[int, ...] = ()
    submission: bool = False
    affected: bool = False
    within: str | None = None
    greets_address: bool = False
    oauth: bool = False

    def has_host(self, host: str) -> bool:
        """Say whether a host name is one of this service's."""
        name = host.lower().rstrip(".")
        return any(f".{name}".endswith("." + ending.lstrip(".")) for ending in self.hosts)

    def greets(self, greeting: str) -> bool:
        """Say whether a greeting has this service's words."""
        return self.greeting is not None and self.greeting.search(greeting) is not None

    def holds(self, address: str, port: int) -> bool:
        """Say whether an address and port lie in this service's ranges."""
        if port not in self.ports:
            return False
        ip = ip_address(address)
        return any(ip in network for network in self.networks if network.version == ip.version)


def plain(code: str) -> Service:
    """Return the row of a code that has none."""
    names = {PRIVATE: "own server", OTHER: "other server"}
    return Service(code=code, name=names.get(code, code), source="", as_of=rows.UNDATED)


@cache
def services() -> tuple[Service, ...]:
    """Return all shipped rows."""
    return rows.merged(Service, "service", (), None)


@cache
def service(code: str) -> Service:
    """Return the shipped row of a code; ``private`` and ``other`` have none and get a plain one."""
    return next((row for row in services() if row.code == code), None) or plain(code)


def as_of() -> str:
    """Return the newest date of the shipped rows, ISO 8601."""
    return max(row.as_of for row in services()).isoformat()
