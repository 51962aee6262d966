"""Who had an address, and when: claims of all sources become intervals.

Rules of this file:
1. A claim holds from when it was made until the lease ends, it is given up, or another card claims the address after
   it was last made; without a lease until ``KEPT`` after that.  Then nobody has the address: not the last owner.
2. What a card says of itself (ARP, ND) it may have had a while before; what a server gave was given then.
3. An address that goes back and forth between cards is contested: nobody has it for sure.
4. A table that tells of a moment speaks for the working day around it.
5. What was measured goes before what a site's tables say.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator
from itertools import groupby, pairwise
from typing import NamedTuple

from sniffer.inference.identity.domains import EVERYWHERE, Domain
from sniffer.model.clues import BindingFact

SECOND = 1_000_000

KEPT = 3600 * SECOND
"""Microseconds for which a claim holds without a lease.  Systems renew a neighbour within minutes of using it (RFC 4861
6.3.2), ask for it anew within hours, and a span may miss some."""

BEFORE = 600 * SECOND
"""Microseconds before its first claim that a box may have had its address: less than the shortest usual lease."""

SNAPSHOT = 12 * 3600 * SECOND
"""Microseconds around its moment for which a table without times speaks: people take it on the day of the capture, and
leases of an office are for a day."""

FLAPPING = 600 * SECOND
"""Microseconds within which an address that comes back to a card was never another's by right."""

OWN_WORD = frozenset(("arp", "nd"))
"""Sources in which a card claims an address because it has it."""

SERVERS = frozenset(("dhcp", "dhcpv6"))
"""Sources in which a server gives a card an address."""


LAST_CARD = "~"
"""Stands behind every card in order."""


class Hold(NamedTuple):
    """A card had an address from ``first`` to ``end``; ``fact`` is the claim it rests on."""

    domain: Domain
    mac: str
    first: int
    end: int
    fact: BindingFact


class Holders:
    """Knows who had which address at any time."""

    def __init__(self, facts: Iterable[BindingFact] = ()) -> None:
        """Take claims in any order."""
        ordered = sorted(facts, key=lambda fact: (fact.ip, fact.sensor, fact.vlan, fact.first, fact.last, fact.mac))
        self._holds: dict[str, list[Hold]] = {}
        self._contested: dict[tuple[Domain, str], list[tuple[int, int]]] = {}
        self._given: dict[tuple[Domain, str], list[BindingFact]] = {}
        for (ip, sensor, vlan), group in groupby(ordered, key=lambda fact: (fact.ip, fact.sensor, fact.vlan)):
            claims, domain = list(group), (sensor, vlan)
            self._holds.setdefault(ip, []).extend(_holds(domain, claims))
            self._given[domain, ip] = [claim for claim in claims if claim.source in SERVERS]
            if fights := list(_fights(claims)):
                self._contested[domain, ip] = fights

    def at(self, ip: str, time: int, sensors: Collection[str] | None = None) -> list[Hold]:
        """Return who had an address at a time, a card once a domain; what was measured, else what tables say.

        Of ``sensors`` only, where they are named: what another sensor measured may be the same address at another site.
        """
        found = [each for each in self._holds.get(ip, ()) if each.first <= time <= each.end]
        if sensors is not None:
            found = [each for each in found if each.domain == EVERYWHERE or each.domain[0] in sensors]
        measured = [each for each in found if each.domain != EVERYWHERE]
        return list({(each.domain, each.mac): each for each in measured or found}.values())

    def contested(self, domain: Domain, ip: str, time: int) -> bool:
        """Say whether cards fought over an address at about a time."""
        return any(first <= time <= last for first, last in self._contested.get((domain, ip), ()))

    def given_to_other(self, hold: Hold, time: int) -> BindingFact | None:
        """Return the lease by which a server gave an address last to another card that never said itself it had it.

        A Wi-Fi repeater's boxes ask for addresses under their own cards, and it claims them under its own.
        """
        leases = self._given.get((hold.domain, hold.fact.ip), ())
        known = [claim for claim in leases if claim.first <= time <= _end(claim)]
        last = max(known, key=lambda claim: (claim.last, claim.first, claim.mac), default=None)
        if last is None or last.mac == hold.mac:
            return None
        own_word = any(
            each.mac == last.mac and each.domain == hold.domain and each.fact.source in OWN_WORD
            for each in self._holds[hold.fact.ip]
        )
        return None if own_word else last

    def claimed_for_others(self, mac: str, ips: Collection[str]) -> frozenset[str]:
        """Return the cards to which servers had given the addresses that a card claimed in their place."""
        mine = [each for ip in ips for each in self._holds.get(ip, ()) if each.mac == mac]
        mine = [each for each in mine if each.fact.source in OWN_WORD]
        leases = (self.given_to_other(each, each.fact.last) for each in mine)
        return frozenset(lease.mac for lease in leases if lease)

    def changes(self, ip: str) -> set[int]:
        """Return from which moments on something else may be said of who has an address."""
        holds = self._holds.get(ip, ())
        found = {moment for hold in holds for moment in (hold.first, hold.end + 1)}
        for domain in {hold.domain for hold in holds}:
            fights = self._contested.get((domain, ip), ())
            found.update(moment for first, last in fights for moment in (first, last + 1))
            given = self._given.get((domain, ip), ())
            found.update(moment for claim in given for moment in (claim.first, _end(claim) + 1))
        return found

    def claimed(self, mac: str, ip: str) -> bool:
        """Say whether a card ever claimed an address."""
        return any(each.mac == mac for each in self._holds.get(ip, ()))

    def together(self, mac: str, one: str, other: str) -> bool:
        """Say whether a card had two addresses at the same time, in one domain."""
        mine, theirs = ([each for each in self._holds.get(ip, ()) if each.mac == mac] for ip in (one, other))
        return any(
            a.domain == b.domain and a.fact.first <= b.end and b.fact.first <= a.end for a in mine for b in theirs
        )


def _holds(domain: Domain, claims: list[BindingFact]) -> Iterator[Hold]:
    """Give the intervals of one address in one domain; ``claims`` stand by their beginnings."""
    for claim, before, after in zip(claims, _before(claims), _after(claims), strict=True):
        first = _begin(claim)
        first = first if before is None else max(first, min(before, claim.first))
        end = _end(claim) if after is None else min(_end(claim), after)
        yield Hold(domain, claim.mac, first, end, claim)


def _before(claims: list[BindingFact]) -> Iterator[int | None]:
    """Give for each claim when another card made its last one of those that stand before it."""
    lasts: dict[str, int] = {}
    for claim in claims:
        yield max((last for mac, last in lasts.items() if mac != claim.mac), default=None)
        lasts[claim.mac] = max(claim.last, lasts.get(claim.mac, claim.last))


def _after(claims: list[BindingFact]) -> Iterator[int | None]:
    """Give for each claim when another card made one after its last."""
    moments = sorted({(moment, claim.mac) for claim in claims for moment in (claim.first, claim.last)})
    for claim in claims:
        later = moments[bisect_right(moments, (claim.last, LAST_CARD)) :]
        yield next((moment for moment, mac in later if mac != claim.mac), None)


def _begin(claim: BindingFact) -> int:
    """Return from when on a card may have had what it claims."""
    if claim.source in OWN_WORD:
        return claim.first - BEFORE
    return claim.first - SNAPSHOT if is_snapshot(claim) else claim.first


def is_snapshot(claim: BindingFact) -> bool:
    """Say whether a table tells of one moment only: an ARP table, a list of leases that does not say since when."""
    return (claim.sensor, claim.vlan) == EVERYWHERE and claim.first == claim.last and not claim.over


def _end(claim: BindingFact) -> int:
    """Return until when a claim holds if nobody else makes one."""
    if claim.over:
        return claim.last
    if claim.until is None and is_snapshot(claim):
        return claim.last + SNAPSHOT
    return max(claim.last, claim.until) if claim.until is not None else claim.last + KEPT


def _fights(claims: list[BindingFact]) -> Iterator[tuple[int, int]]:
    """Give when the address was taken from a card that then took it back."""
    for source in {claim.source for claim in claims} & OWN_WORD:
        runs = [claim for claim in claims if claim.source == source]
        for one, other in pairwise(runs):
            if one.mac != other.mac and one.last > other.first:
                yield other.first - FLAPPING, min(one.last, other.last) + FLAPPING
        for one, other, again in zip(runs, runs[1:], runs[2:], strict=False):
            if one.mac == again.mac != other.mac and again.first - one.last <= FLAPPING:
                yield one.last - FLAPPING, again.first + FLAPPING
