"""Loads ``services.toml``: the mail services and how they give themselves away."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Any

PRIVATE = "private"
OTHER = "other"


@dataclass(frozen=True, slots=True)
class Service:
    """A row: ``affected`` marks Exchange Online client submission, which the date concerns."""

    code: str
    name: str
    hosts: tuple[str, ...] = ()
    greeting: re.Pattern[str] | None = None
    networks: tuple[IPv4Network | IPv6Network, ...] = ()
    ports: tuple[int, ...] = ()
    submission: bool = False
    affected: bool = False

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


@cache
def services() -> tuple[Service, ...]:
    """Return all rows, in the order in which they are tried."""
    text = (resources.files("sniffer.knowledge") / "services.toml").read_text("utf-8")
    return tuple(_service(row) for row in tomllib.loads(text)["service"])


@cache
def service(code: str) -> Service:
    """Return the row of a code; ``private`` and ``other`` have none and get a plain one."""
    names = {PRIVATE: "own server", OTHER: "other server"}
    found = (row for row in services() if row.code == code)
    return next(found, Service(code, names.get(code, code)))


def _service(row: dict[str, Any]) -> Service:
    greeting = row.get("greeting")
    return Service(
        code=row["code"],
        name=row["name"],
        hosts=tuple(row.get("hosts", ())),
        greeting=re.compile(greeting) if greeting else None,
        networks=tuple(ip_network(each) for each in row.get("networks", ())),
        ports=tuple(row.get("ports", ())),
        submission=row.get("submission", False),
        affected=row.get("affected", False),
    )


def as_of() -> str:
    """Return the newest date of the rows, ISO 8601."""
    text = (resources.files("sniffer.knowledge") / "services.toml").read_text("utf-8")
    return max(str(row["as_of"]) for row in tomllib.loads(text)["service"])
