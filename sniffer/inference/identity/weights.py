"""What is said of a box is worth what its source is worth.  Set by hand, like those of ``scores``."""

from __future__ import annotations

from typing import NamedTuple

from sniffer.model.clues import ClueFact, Field, Source


class Worth(NamedTuple):
    """The class and weight of one thing said, and whether that is a measurement."""

    kind: str
    weight: float
    measured: bool = False


KINDS: dict[Field, str] = {
    "name": "name",
    "vendor": "vendor",
    "model": "model",
    "kind": "kind",
    "serial": "serial",
    "asset": "serial",
    "location": "location",
    "uuid": "identifier",
    "client-id": "identifier",
    "mac": "identifier",
    "vendor-class": "model",
    "parameters": "stack",
    "stack": "stack",
    "system": "model",
    "agent": "stack",
    "comment": "comment",
    "service": "service",
    "port": "location",
    "router": "router",
    "forwards": "router",
    "owner": "owner",
    "site": "location",
    "reflects": "router",
}
"""Classes of what may be said, as evidence shows them."""

SOURCES: dict[Source, float] = {
    "inventory-list": 0.95,  # people wrote it down for this purpose
    "snmp": 0.9,  # the box's own management, asked
    "lldp": 0.9,
    "cdp": 0.9,
    "mdns": 0.9,  # the strongest source of models
    "dhcp": 0.8,
    "dhcpv6": 0.8,
    "leases": 0.7,
    "ws-discovery": 0.8,
    "ssdp": 0.8,
    "nbns": 0.7,
    "browser": 0.6,
    "llmnr": 0.5,
    "http": 0.5,
    "mail": 0.6,
    "smtp": 0.5,
    "ntlm": 0.5,
    "dns": 0.4,
    "tcp": 0.2,
    "arp-table": 0.7,
    "mac-table": 0.7,
}
"""How far to believe a source in what it says of a box."""

NAMES: tuple[Source, ...] = (
    "inventory-list", "dhcp", "mdns", "snmp", "nbns", "lldp", "cdp", "dhcpv6", "leases", "smtp", "ntlm", "llmnr",
    "browser", "dns", "ws-discovery", "ssdp", "http",
)  # fmt: skip
"""Sources of names, those that people read first."""

DERIVED = 0.9
"""What a rule makes of words is worth so much of the words."""

MAKER = 0.7
"""The maker of a card, for the box's maker."""


def worth(clue: ClueFact) -> Worth:
    """Return what a clue is worth."""
    return Worth(KINDS[clue.field], SOURCES.get(clue.source, 0.3), clue.source == "tcp")
