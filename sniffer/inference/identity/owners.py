"""Whose session is it: by the card on the client's own link, else by who had the address then, else by a name.

Rules of this file:
1. Frames with all their hops came from the card that sent them, unless it forwards for others, or another card claimed
   the address then.  That the card claimed the address itself makes it certain.
2. Beyond a router the card is the router's, and says nothing but the way.  The client is who had its address then, by
   what a sensor saw that saw the session too, if that is one box; or who a firewall says stood behind it.
3. A factory name made of a card's address leads to that card, where no measurement says otherwise.
4. Behind an address translation nobody is the address: only a firewall's log, a view from inside, or such a name tells.
5. Two answers are none: they are rivals, and what would settle it is said.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterable
from functools import lru_cache

from sniffer.inference.identity.domains import EVERYWHERE, domain_name, domain_of
from sniffer.inference.identity.gateways import Gateways, Link
from sniffer.inference.identity.holders import OWN_WORD, Hold, Holders, is_snapshot
from sniffer.inference.identity.joins import Joins
from sniffer.inference.identity.names import host, telling
from sniffer.inference.identity.records import Nothing, Records
from sniffer.inference.identity.scores import probability
from sniffer.inference.identity.translations import Behind, Translations
from sniffer.knowledge.catalogue import Catalogue, catalogue
from sniffer.knowledge.makers import makes_gear, same_maker
from sniffer.knowledge.vendors import eui64, is_shared, mac_kind, vendor
from sniffer.model import limits
from sniffer.model.facts import SessionFact
from sniffer.model.findings import Attribution, Ground

LIKELY = 0.6
"""Probability from which on a session beyond a router is given to a card."""


class Owners:
    """Knows whose sessions are."""

    def __init__(
        self,
        links: Iterable[Link] = (),
        passed: Iterable[str] = (),
        records: Records | None = None,
        known: Catalogue | None = None,
    ) -> None:
        """Take the links of sessions without a router between, and the cards of routers on the way of others.

        ``known`` has the names that boxes have from the factory.
        """
        links = list(links)
        self.known = known or catalogue()
        self.factory_name = lru_cache(limits.BOXES_REMEMBERED)(self.known.factory_name)
        self.records = records or Nothing()
        self.holders = Holders(self.records.holders())
        self._translations = Translations(self.records.translations())
        self.gateways = Gateways(links, passed, self.holders, self.records, self._translations)
        self.joins = Joins(self.records, self.gateways)
        self._speaks_for = self._several_names(links)
        self._names = lru_cache(limits.BOXES_REMEMBERED)(self._named)
        self._claims = lru_cache(limits.BOXES_REMEMBERED)(self._claimed_by)
        self._changes = lru_cache(limits.BOXES_REMEMBERED)(self._changes_of)

    def attribution(self, fact: SessionFact, *, stranger: bool = False) -> Attribution:
        """Say whose session it is; of a ``stranger``, a host of the Internet at our own server, no word is believed."""
        return self._near(fact) or self._far(fact, stranger=stranger)

    def epoch(self, fact: SessionFact) -> int | None:
        """Count the changes up to a session's start of all by which its owner is told; None of a port in a NAT log.

        Sessions of one epoch that differ in nothing but their times and the client's port have the same owner.
        """
        if self._translations.tell_of(fact.client_ip, fact.client_port):
            return None
        named = self.factory_name(fact.helo) if fact.helo else None
        return bisect_right(self._changes(fact.client_ip, named.mac if named else None), fact.start)

    def _changes_of(self, ip: str, named: str | None) -> list[int]:
        """Return when something changes of an address, and of a card that a client's name speaks of."""
        spans = self.records.addresses(named) if named else ()
        return sorted(self.holders.changes(ip).union(*((each.first, each.last + 1) for each in spans)))

    def on_our_side(self, fact: SessionFact) -> bool:
        """Say whether the client is on our side by its card, no router's, that claimed its address on the wire."""
        return any(hold.fact.source in OWN_WORD and not self.gateways.forwards(hold.mac) for hold in self._holds(fact))

    def _holds(self, fact: SessionFact) -> list[Hold]:
        """Return who had the client's address then, by the sensors that saw the session, else by the site's tables.

        Another sensor may be at a site with the same addresses; on the client's own link it would have seen it.
        """
        return self.holders.at(fact.client_ip, fact.start, {seen.sensor for seen in fact.observations})

    # -- on the client's link -----------------------------------------------------------------

    def _near(self, fact: SessionFact) -> Attribution | None:
        mac = fact.client_mac
        if mac is None or self._not_its_own(mac, fact):
            return None
        domain, box = domain_of(fact), self.joins.box(mac)
        holds = [hold for hold in self._holds(fact) if hold.domain == domain]
        holds = holds or self._by_table(fact)
        mine = next((hold for hold in holds if self.joins.box(hold.mac) == box), None)
        measured = mine if mine and mine.domain == domain else None
        if not measured and self._sends_for_others(mac, fact):
            return None
        others = [self.joins.box(hold.mac) for hold in holds] or self._made_of(fact.client_ip)
        if others and box not in others:
            rivals = tuple(dict.fromkeys((box, *others)))
            return Attribution(address_key(fact), None, (), fact.routers, rivals, ("address-of-another",))
        grounds, doubts = [Ground("link", f"its frames came from {mac} with all their hops")], []
        if measured and self._in_doubt(measured, fact.start):
            doubts.append("address-contested")
        elif mine and not self.gateways.forwards(mac) and not self._may_repeat(mac, fact):
            grounds.append(_binding(mine))
        if doubts and (named := self._foreign(fact, mac)):
            rivals = tuple(dict.fromkeys((box, self.joins.box(named))))
            return Attribution(address_key(fact), None, (), fact.routers, rivals, (*doubts, "name-of-another"))
        told = self._by_name(mac, fact, alone=not doubts)
        if told:
            grounds.append(told)
        elif self._foreign(fact, mac):
            grounds, doubts = grounds[:1], [*doubts, "name-of-another"]
        return Attribution(box, mac, tuple(grounds), fact.routers, doubts=tuple(doubts))

    def _not_its_own(self, mac: str, fact: SessionFact) -> bool:
        """Say whether frames of a card are others': passed on, of an address that boxes share, or translated."""
        if not fact.on_link or is_shared(mac) or self.gateways.several(mac) or mac in self._speaks_for:
            return True
        return self._translations.speak_of(fact.client_ip, fact.client_port, fact.start)

    def _several_names(self, links: Iterable[Link]) -> frozenset[str]:
        """Return the cards from which the factory names of two boxes or more were said: a proxy's, a translator's."""
        said: dict[str, set[str]] = {}
        for link in links:
            made = self.factory_name(link.helo) if link.helo else None
            if made and made.mac and made.mac != link.mac:
                said.setdefault(link.mac, set()).add(made.mac)
        return frozenset(mac for mac, others in said.items() if len(others) > 1)

    def _in_doubt(self, hold: Hold, time: int) -> bool:
        """Say whether an address was another card's as well."""
        if self._made_of(hold.fact.ip) not in ([], [self.joins.box(hold.mac)]):
            return True
        return self.holders.contested(hold.domain, hold.fact.ip, time) or bool(self.holders.given_to_other(hold, time))

    def _made_of(self, ip: str) -> list[str]:
        """Return the box whose card an IPv6 address is made of, if it is."""
        made = eui64(ip)
        return [self.joins.box(made)] if made and not self.gateways.forwards(made) else []

    def _by_table(self, fact: SessionFact) -> list[Hold]:
        """Return who had the client's address by the site's tables, lists that people keep left out."""
        lists = (hold for hold in self._holds(fact) if hold.domain == EVERYWHERE)
        return [hold for hold in lists if hold.fact.source != "inventory-list"]

    def _sends_for_others(self, mac: str, fact: SessionFact) -> bool:
        """Say whether a card that does not claim an address may send it on for somebody."""
        gear = not self._claims(mac) and makes_gear(vendor(mac) or "")
        return gear or self.gateways.forwards(mac) or self.gateways.mixes(mac) or self._elsewhere(mac, fact)

    def _may_repeat(self, mac: str, fact: SessionFact) -> bool:
        """Say whether a card is one of network gear that claims another address beside this: a repeater's, perhaps."""
        claims = {ip for place, ip in self._claims(mac) if place == domain_of(fact)}
        return len(claims) > 1 and makes_gear(vendor(mac) or "")

    def _elsewhere(self, mac: str, fact: SessionFact) -> bool:
        """Say whether a card claims IPv4 addresses there, and this is none of them."""
        if ":" in fact.client_ip:
            return False
        domain = domain_of(fact)
        claims = [(place, ip) for place, ip in self._claims(mac) if place == domain]
        return bool(claims) and (domain, fact.client_ip) not in claims

    def _claimed_by(self, mac: str) -> frozenset[tuple[tuple[str, tuple[int, ...]], str]]:
        """Return the (domain, IPv4 address) pairs that a card claimed by its own word."""
        claims = (each for each in self.records.addresses(mac) if each.source == "arp")
        return frozenset(((each.sensor, each.vlan), each.ip) for each in claims)

    # -- beyond a router ----------------------------------------------------------------------

    def _far(self, fact: SessionFact, *, stranger: bool) -> Attribution:
        via = fact.routers or ((fact.client_mac,) if fact.client_mac and fact.on_link else ())
        inside, found, doubts = fact.client_ip, dict[str, list[Ground]](), list[str]()
        logged = self._translations.behind(fact.client_ip, fact.client_port, fact.start)
        holds = [self._asked_for(hold, fact.start) for hold in self._holds(fact)]
        translated = any(self.gateways.forwards(hold.mac) for hold in holds)
        if logged:
            inside, holds, translated = logged.ip, self.holders.at(logged.ip, fact.start), False
        elif self._translations.speak_of(fact.client_ip, fact.client_port, fact.start):
            translated = True
        boxes = {self.joins.box(hold.mac): hold for hold in holds}
        contested = any(self.holders.contested(hold.domain, inside, fact.start) for hold in holds)
        if contested:
            doubts.append("address-contested")
        if not translated and len(boxes) == 1 and not contested:
            for box, hold in boxes.items():
                found[box] = [_binding(hold), *([logged.ground] if logged else [])]
        named = self.factory_name(fact.helo) if fact.helo and not stranger else None
        if named and named.mac and self._may_be(named.mac, inside, fact.start, boxes, hidden=translated):
            words = f"EHLO {fact.helo} is a {named.vendor} name made of the card's address"
            found.setdefault(self.joins.box(named.mac), []).append(Ground("embedded-mac", words))
        made = eui64(inside)
        if made and not self.gateways.forwards(made):
            words = f"the address {inside} is made of the card's (EUI-64)"
            found.setdefault(self.joins.box(made), []).append(Ground("embedded-mac", words))
        if set(found) <= {self.joins.box(mac) for mac in self._speaks_for}:
            found.clear()  # who says the names of two others may be saying a third's
        return self._chosen(fact, found, tuple(boxes) if len(boxes) > 1 else (), via, doubts, logged)

    def _asked_for(self, hold: Hold, time: int) -> Hold:
        """Return who had an address that a repeater claims: the card that a server gave it to, if one did."""
        lease = self.holders.given_to_other(hold, time) if self.gateways.several(hold.mac) else None
        return hold._replace(mac=lease.mac, fact=lease) if lease else hold

    def _chosen(
        self,
        fact: SessionFact,
        found: dict[str, list[Ground]],
        rivals: tuple[str, ...],
        via: tuple[str, ...],
        doubts: list[str],
        logged: Behind | None,
    ) -> Attribution:
        """Return the one device that was found, else the address."""
        inside = logged.ip if logged else None
        address = address_key(fact, inside)
        if len(found) == 1:
            ((box, grounds),) = found.items()
            more = [each for each in (self._by_name(box, fact), _content(fact, box)) if each]
            grounds += [each for each in more if each.kind not in {ground.kind for ground in grounds}]
            via = tuple(mac for mac in via if self.joins.box(mac) != box)
            at = Attribution(box, box, tuple(grounds), via, doubts=tuple(doubts), inside=inside)
            if probability(at) >= LIKELY:
                return at
        rivals = tuple(found) if len(found) > 1 else rivals
        settles = _settles(fact, inside) if via or not fact.on_link else None
        known = (logged.ground,) if logged else ()
        return Attribution(address, None, known, via, rivals, tuple(doubts), settles, inside)

    def _may_be(self, mac: str, ip: str, time: int, boxes: Collection[str], *, hidden: bool) -> bool:
        """Say whether a card may have sent from an address that ``boxes`` had then: not if it had another itself."""
        if self.gateways.forwards(mac):
            return False
        if hidden:
            return True
        if boxes and self.joins.box(mac) not in boxes:
            return True  # both are told: two answers are none
        spans = [each for each in self.records.addresses(mac) if each.first <= time <= each.last]
        return not spans or any(each.ip == ip for each in spans)

    # -- names --------------------------------------------------------------------------------

    def _by_name(self, mac: str, fact: SessionFact, *, alone: bool = True) -> Ground | None:
        """Return what the EHLO name adds: made of this card's address, or the name that the box has elsewhere too.

        A name that is heard nowhere else adds something only where the card is the only one that may have said it.
        """
        name = telling(fact.helo)
        if name is None:
            return None
        made = self.factory_name(name)
        if made and made.mac == mac:
            return Ground("embedded-mac", f"EHLO {name} is a {made.vendor} name made of the card's address")
        if self._foreign(fact, mac):
            return None
        if not fact.on_link and made and not made.tail and not any(map(str.isdigit, name)):
            return None  # a default that all boxes of the kind have, at other sites with the same addresses, too
        if host(name) in self._names(mac):
            return Ground("name", f"EHLO {name} is its name elsewhere, too")
        own = alone and fact.on_link and fact.client_mac == mac and not self._names(mac) and not self._may_forward(mac)
        return Ground("name", f"it calls itself {name}") if own and self.gateways.one_name(mac) else None

    def _may_forward(self, mac: str) -> bool:
        """Say whether a card forwards, or is one of which that would be no surprise."""
        maker = vendor(mac)
        return mac_kind(mac) != "global" or self.gateways.forwards(mac) or (maker is not None and makes_gear(maker))

    def _foreign(self, fact: SessionFact, mac: str) -> str | None:
        """Return the other card of whose address a client's name is made, if it is."""
        made = self.factory_name(fact.helo) if fact.helo else None
        return made.mac if made and made.mac != mac else None

    def _named(self, mac: str) -> frozenset[str]:
        """Return the names of a card's box, outside its mails."""
        return frozenset(host(clue.value) for clue in self.records.of_card(mac) if clue.field == "name")


def address_key(fact: SessionFact, ip: str | None = None) -> str:
    """Return the key of a device of which only the address is known."""
    return f"{domain_name(domain_of(fact))} {ip or fact.client_ip}"


def _binding(hold: Hold) -> Ground:
    if hold.domain == EVERYWHERE:
        where = f"{hold.fact.file}, line {hold.fact.line}"
        when = "has" if is_snapshot(hold.fact) else "had"
        return Ground("table", f"{hold.mac} {when} {hold.fact.ip}{' then' if when == 'had' else ''} ({where})")
    return Ground("binding", f"{hold.mac} had {hold.fact.ip} then ({hold.fact.source.upper()})")


def _content(fact: SessionFact, mac: str) -> Ground | None:
    """Return what the maker's marks in a mail add, if they are the card's maker's."""
    makers = {mark.value for mark in fact.witness.marks if mark.field == "vendor"} if fact.witness else set()
    made = vendor(mac)
    if len(makers) == 1 and made and same_maker(made, *makers):
        return Ground("content", f"its mails bear the marks of {made}")
    return None


def _settles(fact: SessionFact, inside: str | None) -> str:
    """Say which table of the site would tell whose session it was; behind ``inside`` no other address stands."""
    ip = inside or fact.client_ip
    tables = "the DHCPv6 leases or the neighbour table" if ":" in ip else "the DHCP leases or the ARP table"
    if fact.routers and inside is None:
        return f"{tables} that hold {ip}, or the log of the router that translates to it (--facts FILE)"
    return f"{tables} that hold {ip} (--facts FILE)"
