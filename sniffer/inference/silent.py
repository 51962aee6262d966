"""Silent suspects: boxes that can mail, or asked for Exchange Online's host, and were not seen mailing.

Rules of this file:
1. Hints, never verdicts.  A printer that nobody told to mail does not; and what mails once a year is silent until then.
2. What a box is, ``identity`` says, by all that was said of its cards.  A sensor must have heard it: what stands in a
   list only may be in a cellar.
3. Who mails is none, by any of its cards, or by an address that it had: beyond a router sessions show no card.
4. Who asked for the host of another's mail is a resolver.  Routers, firewalls and servers ask for others, and so does
   who asks for several providers' hosts: a device has one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from msgspec.structs import replace

from sniffer.inference.identity.box import Box, describe
from sniffer.inference.identity.owners import Owners
from sniffer.knowledge.catalogue import Catalogue
from sniffer.knowledge.makers import likely_kind
from sniffer.knowledge.vendors import is_shared, mac_kind, vendor
from sniffer.model import limits
from sniffer.model.clues import BindingFact, HeardCard
from sniffer.model.facts import AskedFact
from sniffer.model.findings import DeviceFinding
from sniffer.model.suspects import Suspect, Suspects

MAILERS = ("printer", "scanner", "nas", "ups", "camera", "recorder", "monitor")
"""Kinds of boxes that mail by themselves where somebody set them up to: what they scan, alarms, reports."""

RESOLVERS = frozenset(("router", "firewall", "server"))
"""Kinds of boxes that ask for others."""


ONE_DEVICE = 2
"""Hosts that take mail for which one device asks: its own, and the one it had before."""


class Mailed(NamedTuple):
    """Who was seen mailing: cards, (sensor, address), and of these pairs those that mailed to Exchange Online."""

    cards: frozenset[str]
    places: frozenset[tuple[str, str]]
    affected: frozenset[tuple[str, str]]


def mailed(devices: Iterable[DeviceFinding], known: Catalogue) -> Mailed:
    """Return who was seen mailing: devices of this run, and of the inventory."""
    cards: set[str] = set()
    places: set[tuple[str, str]] = set()
    affected: set[tuple[str, str]] = set()
    for device in devices:
        here = {(_sensor(each.domain), each.ip) for each in device.addresses}
        cards |= {each.mac for each in device.interfaces}
        places |= here
        if any(known.service(each.service).affected for each in device.services):
            affected |= here
    return Mailed(frozenset(cards), frozenset(places), frozenset(affected))


class Silent:
    """Finds the boxes that may mail and were not seen mailing."""

    def __init__(
        self,
        owners: Owners,
        who: Mailed,
        known: Catalogue,
        claims: Callable[[str], Iterable[BindingFact]],
        ours: Callable[[str], bool],
    ) -> None:
        """``claims`` gives the cards that had an address, by time; ``ours`` says whether it is on our side."""
        self._owners = owners
        self._mailed = who
        self._known = known
        self._claims = claims
        self._ours = ours

    def suspects(self, others: Iterable[HeardCard], asked: Iterable[AskedFact]) -> Suspects:
        """Return the suspects among the cards that were heard and mailed nothing, and among those that asked."""
        heard = list(others)
        found = {each.mac or each.ip: each for each in self._that_can(heard)}
        for each in self._that_asked(asked):
            key = each.mac or each.ip
            found[key] = _both(found[key], each) if key in found else each
        ranked = sorted(found.values(), key=_order)
        return Suspects(tuple(ranked), len(heard), len(heard) >= limits.HEARD_CARDS)

    def _that_can(self, heard: list[HeardCard]) -> Iterator[Suspect]:
        """Give the boxes that are of a kind that mails, each once."""
        seen: set[str] = set()
        for each in heard:
            box = self._owners.joins.box(each.mac)
            if box in seen or not (each.told or _made_to_mail(each.mac)) or self._out_of_question(each.mac):
                continue
            seen.add(box)
            cards = self._owners.joins.cards(box)
            if self._mails(cards):
                continue
            what = describe(self._owners, cards, (), ())
            if what.kind in MAILERS:
                claims = [claim for card in cards for claim in self._owners.records.addresses(card)]
                yield _suspect(each.sensor, each.mac, _newest(claims), what, each.first, each.last)

    def _that_asked(self, asked: Iterable[AskedFact]) -> Iterator[Suspect]:
        """Give who was told where Exchange Online takes mail, and did not go there."""
        by_client: dict[tuple[str, str], list[AskedFact]] = {}
        for each in asked:
            if self._ours(each.client) and (each.sensor, each.client) not in self._mailed.affected:
                by_client.setdefault((each.sensor, each.client), []).append(each)
        for (sensor, ip), names in by_client.items():
            facts = [each for each in names if (row := self._known.by_name(each.name)) and row.affected]
            if not facts:
                continue
            first, last = min(each.first for each in facts), max(each.last for each in facts)
            card = self._card(sensor, ip, first, last)
            cards = self._owners.joins.cards(self._owners.joins.box(card)) if card else ()
            what = describe(self._owners, cards, (), ()) if cards else Box()
            told = _suspect(sensor, card, ip, what, first, last)
            for_others = what.kind in RESOLVERS or (card is not None and self._owners.gateways.forwards(card))
            for_others |= len({self._provider(each.name) for each in names}) > ONE_DEVICE
            yield replace(told, asked=tuple(sorted({each.name for each in facts})), for_others=for_others)

    def _provider(self, host: str) -> str:
        """Return the service of a host, else its domain; Exchange Online's hosts are one's."""
        row = self._known.by_name(host)
        return (row.within or row.code) if row else host.partition(".")[2]

    def _card(self, sensor: str, ip: str, first: int, last: int) -> str | None:
        """Return the card that had an address while somebody asked from there, None where that is none, or several."""
        near = [
            each.mac
            for each in self._claims(ip)
            if each.sensor == sensor and each.first <= last and max(each.last, each.until or 0) >= first - KEPT
        ]
        return near[0] if len(set(near)) == 1 else None

    def _mails(self, cards: tuple[str, ...]) -> bool:
        if not self._mailed.cards.isdisjoint(cards):
            return True
        claims = (claim for card in cards for claim in self._owners.records.addresses(card))
        return any((claim.sensor, claim.ip) in self._mailed.places for claim in claims)

    def _out_of_question(self, mac: str) -> bool:
        """Say whether a card is no box's own, or one that stands between others."""
        return is_shared(mac) or self._owners.gateways.forwards(mac)


KEPT = 3600 * 1_000_000
"""Microseconds for which a claim of an address is believed before and behind it."""


def _made_to_mail(mac: str) -> bool:
    """Say whether a card's maker mostly makes what mails."""
    maker = vendor(mac) if mac_kind(mac) == "global" else None
    usual = likely_kind(maker) if maker else None
    return usual is not None and usual.kind in MAILERS


def _suspect(sensor: str, mac: str | None, ip: str | None, what: Box, first: int, last: int) -> Suspect:
    return Suspect(
        sensor=sensor, first_seen=first, last_seen=last, mac=mac, ip=ip, name=what.name, vendor=what.vendor,
        model=what.model, kind=what.kind, location=what.location, owner=what.owner, sureness=what.sureness,
    )  # fmt: skip


def _newest(claims: list[BindingFact]) -> str | None:
    """Return the address that a box claimed last, one of IPv4 where it has any."""
    best = max(claims, key=lambda each: (":" not in each.ip, each.last, each.ip), default=None)
    return best.ip if best else None


def _both(heard: Suspect, asked: Suspect) -> Suspect:
    """Return a box that is suspect for both reasons."""
    first, last = min(heard.first_seen, asked.first_seen), max(heard.last_seen, asked.last_seen)
    return replace(heard, first_seen=first, last_seen=last, ip=asked.ip, asked=asked.asked, for_others=asked.for_others)


def _sensor(domain: str) -> str:
    """Return the sensor of a domain's name (``hq/vlan10``)."""
    return domain.partition("/")[0]


def _order(each: Suspect) -> tuple[bool, bool, int, str, str]:
    kind = MAILERS.index(each.kind) if each.kind in MAILERS else len(MAILERS)
    return not each.asked, each.for_others, kind, each.mac or "", each.ip or ""
