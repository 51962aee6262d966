"""A scene: a LAN behind a router, the mail services outside, and what happens between them.

Recorded on the LAN's switch, so whatever comes from outside has the router's MAC and a hop count one
lower.  The addresses outside look public and live in one namespace; nothing leaves the machine.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.lab.case import Device
from tests.lab.clients import Client
from tests.lab.namespaces import HIDDEN_GATEWAY, Host

ROUTER = Host("router", "10.0.3.1/24", "4c:5e:0c:12:34:56")
OUTSIDER = "198.51.100.200"
PUBLIC_IP = "203.0.113.9"
"""The address under which Exchange Online sees the LAN."""


@dataclass(frozen=True)
class Service:
    """A scripted server at an address, outside or on the LAN; `told` is what must be said of its sessions."""

    persona: str
    ip: str
    ports: tuple[str, ...] = ("587",)
    name: str | None = None
    certified: str | None = None
    told: Mapping[str, Any] = field(default_factory=dict)

    @property
    def outside(self) -> bool:
        """Whether it is behind the router."""
        return not self.ip.startswith("10.")


@dataclass(frozen=True)
class Visit:
    """A device and what it does, as often as it does it; `told` is what must be said of its sessions."""

    device: Device
    ip: str
    client: Client
    host: str
    port: int = 587
    wish: dict[str, Any] = field(default_factory=dict)
    times: int = 1
    offload: bool = False
    told: Mapping[str, Any] = field(default_factory=dict)

    @property
    def hidden(self) -> bool:
        """Whether it is behind the NAT."""
        return self.ip.startswith(HIDDEN_GATEWAY.rpartition(".")[0])


@dataclass(frozen=True)
class Act:
    """Who serves for a while, and who comes; `together` lets all come at once."""

    services: Sequence[Service] = ()
    visits: Sequence[Visit] = ()
    together: bool = False


@dataclass(frozen=True)
class Relay:
    """A Postfix on the LAN: whom it trusts without AUTH, and how it sends on."""

    ip: str = "10.0.3.25"
    mac: str = "00:50:56:9a:bc:de"
    name: str = "relay.example.org"
    trusted: str = "127.0.0.0/8"
    upstream: str = ""
    out: tuple[str, ...] = ()
    offers_tls: bool = False
    options: tuple[str, ...] = ("smtpd_sasl_auth_enable=yes",)
    told: Mapping[str, Any] = field(default_factory=dict)

    @property
    def host(self) -> Host:
        """The machine it runs on."""
        return Host("relay", f"{self.ip}/24", self.mac)


@dataclass(frozen=True)
class Scene:
    """One capture: acts one after the other.

    `told_devices` are expectations of devices by address.  `resolver` has names come from DNS, some by
    `aliases` (CNAME); `nat` is the address and MAC of a NAT for devices behind it; `skip` leaves the first
    TCP frames out of the recording.
    """

    path: str
    about: str
    acts: Sequence[Act]
    relay: Relay | None = None
    told_devices: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    resolver: bool = False
    aliases: Mapping[str, str] = field(default_factory=dict)
    nat: tuple[str, str] | None = None
    skip: int = 0

    @property
    def services(self) -> tuple[Service, ...]:
        """All services of all acts."""
        return tuple(each for act in self.acts for each in act.services)

    @property
    def visits(self) -> tuple[Visit, ...]:
        """All visits of all acts."""
        return tuple(each for act in self.acts for each in act.visits)

    @property
    def names(self) -> dict[str, str]:
        """The names of all servers, with their addresses."""
        known = {each.name: each.ip for each in self.services if each.name}
        return {**known, **({self.relay.name: self.relay.ip} if self.relay else {})}
