"""What stands around a device: those on the way and those that it may have been, and when it had which address."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator

from sniffer.inference.identity import Owners, describe
from sniffer.inference.identity.evidence import joined
from sniffer.inference.identity.scores import WEIGHTS
from sniffer.knowledge.makers import known_as
from sniffer.knowledge.vendors import vendor
from sniffer.model import limits
from sniffer.model.clues import BindingFact
from sniffer.model.events import Anomaly
from sniffer.model.findings import Evidence, Other

TAKEN_OVER = "address-taken-over"
"""The finding that an address of a device is another's since."""


TAKES = frozenset(("arp", "nd", "dhcp", "dhcpv6"))
"""Sources in which a card takes an address; a name that leads there (mDNS) may be repeated by others."""


MANY = 3
"""Addresses of mailing boxes from which on a card that claims them answers for others (RFC 1027), or lies."""


class Takeovers:
    """Knows whom addresses went to, by claims on the wire."""

    def __init__(self, owners: Owners) -> None:
        self._gateways = owners.gateways
        self._claims: dict[str, list[BindingFact]] = {}
        self._taken: dict[str, set[str]] = {}
        for fact in owners.records.holders():
            if fact.source in TAKES:
                self._claims.setdefault(fact.ip, []).append(fact)
                self._taken.setdefault(fact.mac, set()).add(fact.ip)

    def after(self, ip: str, last: int, cards: Container[str]) -> Anomaly | None:
        """Return that an address went to another card after the ``last`` session from there of a box with these."""
        claims = self._claims.get(ip, ())
        own = {(each.sensor, each.vlan) for each in claims if each.mac in cards}
        later = [
            each
            for each in claims
            if each.first > last and each.mac not in cards and (each.sensor, each.vlan) in own
            and not self._for_others(each.mac)
        ]  # fmt: skip
        if not later:
            return None
        heir = min(later, key=lambda each: (each.first, each.mac))
        maker = vendor(heir.mac)
        whose = f"{heir.mac} ({known_as(maker) or maker})" if maker else heir.mac
        time = _ago(heir.first - last)
        return Anomaly(TAKEN_OVER, f"{ip} went to {whose} {time} after its last session from there")

    def _for_others(self, mac: str) -> bool:
        """Say whether a card answers for others: a router, or one that claims addresses of many."""
        return self._gateways.forwards(mac) or len(self._taken[mac]) >= MANY


def _ago(microseconds: int) -> str:
    seconds = microseconds // 1_000_000
    if not seconds:
        return "less than a second"
    return f"{seconds} s" if seconds < 120 else f"{seconds // 60} min" if seconds < 7200 else f"{seconds // 3600} h"


def other(owners: Owners, device: str, key: str) -> Other:
    """Return what is known of a device that another one's sessions lead to; ``key`` is a card, or place and address."""
    place, _, ip = key.rpartition(" ")
    if place:
        return Other(device, ip=ip)
    box = describe(owners, owners.joins.cards(key), (), ())
    return Other(device, mac=key, name=box.name, vendor=box.vendor, model=box.model)


def bindings(facts: Iterable[BindingFact]) -> Iterator[Evidence]:
    """Give the addresses that a device's cards had, as clues; what a server leased and ARP claimed are two."""
    found: dict[tuple[str, str, int | None], Evidence] = {}
    for fact in facts:
        key = fact.source, fact.ip, fact.line
        weight = WEIGHTS["binding" if fact.line is None else "table"]
        seen = Evidence(
            fact.source, "address", fact.ip, "binding", True, weight, fact.first, held_until(fact), fact.count,
            fact.file, fact.line,
        )  # fmt: skip
        if key in found:
            found[key] = joined(found[key], seen, found[key].count + seen.count)
        elif len(found) < limits.DEVICE_NAMES:
            found[key] = seen
    yield from found.values()


def held_until(fact: BindingFact) -> int:
    """Return until when a claim is known to hold: a lease in a table has its end, on the wire what was seen counts."""
    return fact.last if fact.line is None or fact.until is None else max(fact.last, fact.until)
