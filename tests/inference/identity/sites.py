"""Facts of small sites, a line each.  Times are minutes from the first session's."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from msgspec.structs import replace

from sniffer.model.clues import BindingFact, ClueFact, Field, Source, TranslationFact, Witness
from sniffer.model.facts import SessionFact
from sniffer.model.findings import DeviceFinding, SessionFinding
from tests.inference.facts import NOW, attempt, fact, judge

MINUTE = 60 * 1_000_000
RICOH, RICOH2, HP, NAS = "00:26:73:a1:b2:c3", "00:26:73:a1:b2:c4", "3c:d9:2b:2b:1f:2e", "00:11:32:1a:2b:3c"
PI, RANDOM, OTHER_RANDOM = "b8:27:eb:12:34:56", "da:a1:19:00:00:01", "da:a1:19:00:00:02"
ROUTER, FIREWALL = "4c:5e:0c:12:34:56", "00:09:0f:aa:bb:01"

Box = ClueFact | BindingFact | TranslationFact


def at(minutes: float) -> int:
    """A time."""
    return NOW + round(minutes * MINUTE)


def mail(
    minutes: float = 0,
    *,
    ip: str = "10.0.3.17",
    mac: str | None = RICOH,
    helo: str | None = None,
    sensor: str = "lan",
    vlan: tuple[int, ...] = (),
    port: int = 49_152,
    near: bool = True,
    witness: Witness | None = None,
) -> SessionFact:
    """A session; ``mac`` is the card that its frames came from, with a hop taken off where it is not ``near``."""
    found = fact(
        attempt(), day=minutes / 1440, client=ip, mac=mac, on_link=near and mac is not None, helo=helo, sensor=sensor,
        vlan=vlan, session=f"s-{sensor}{vlan}{ip}{port}{mac}{minutes}{helo}",
    )  # fmt: skip
    routers = () if near or mac is None else (mac,)
    return replace(found, client_port=port, routers=routers, witness=witness, hops=64 if near else 63)


def beyond(minutes: float = 0, **told: Any) -> SessionFact:
    """A session whose frames a router passed on."""
    return mail(minutes, **{"near": False, "mac": ROUTER, "vlan": (99,), **told})


def arp(ip: str, mac: str, first: float = 0, last: float | None = None, **more: Any) -> BindingFact:
    """A card claims an address from a time to another."""
    place: dict[str, Any] = {"sensor": "lan", "vlan": (), "source": "nd" if ":" in ip else "arp", **more}
    until = at(first if last is None else last)
    return BindingFact(ip=ip, mac=mac, first=at(first), last=until, count=2, **place)


def lease(ip: str, mac: str, first: float = 0, lasts: float = 60, **more: Any) -> BindingFact:
    """A server gives a card an address."""
    return arp(ip, mac, first, **{"source": "dhcp", "until": at(first + lasts), **more})


def row(ip: str, mac: str, first: float = 0, last: float = 60, **more: Any) -> BindingFact:
    """A row of a table of the site."""
    return arp(ip, mac, first, last, **{"source": "leases", "sensor": "", "file": "leases.txt", "line": 3, **more})


def said(
    mac: str | None, field: Field, value: str, source: Source = "mdns", *, first: float = 0, **more: Any
) -> ClueFact:
    """Something said of a card."""
    told: dict[str, Any] = {"sensor": "lan", "vlan": (), "ip": None, **more}
    return ClueFact(mac=mac, source=source, field=field, value=value, first=at(first), last=at(first), count=1, **told)


def translated(
    inside: str, *, outside: str = "192.0.2.1", port: int = 49_152, first: float = -1, last: float = 1, line: int = 1
) -> TranslationFact:
    """A row of a firewall's log."""
    return TranslationFact(outside, port, inside, None, at(first), at(last), "fw.log", line)


class Site:
    """A site as it was judged."""

    def __init__(self, sessions: Iterable[SessionFact], boxes: Iterable[Box] = ()) -> None:
        """Judge facts."""
        self.sessions, self.devices = judge(sessions, ["192.0.2.0/24", "2001:db8::/32"], boxes=boxes)

    @property
    def device(self) -> DeviceFinding:
        """The only device."""
        (device,) = self.devices
        return device

    def of(self, session: SessionFinding) -> DeviceFinding:
        """A session's device."""
        return next(each for each in self.devices if each.device == session.device)

    @property
    def cards(self) -> list[tuple[str | None, str]]:
        """The first card of each session's device, and the band, by the sessions' times."""
        found = [self.of(session) for session in self.sessions]
        return [(each.interfaces[0].mac if each.interfaces else None, each.identity.band) for each in found]

    @property
    def card(self) -> tuple[str | None, str]:
        """The same of the only session."""
        (card,) = self.cards
        return card

    @property
    def doubts(self) -> set[str]:
        """Anomalies of devices."""
        return {each.code for device in self.devices for each in device.anomalies}
