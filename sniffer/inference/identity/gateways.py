"""Which cards forward what others send: routers, address translators, virtual routers, proxies for addresses.

Rules of this file.  A card forwards if
1. frames came from it whose hop count was taken down (not from a printer's: some begin with 60 or 100), or
2. it sends in the name of addresses that it does not claim, while it claims others, or of several that have nothing to
   do with each other, or
3. it says so (router advertisements, LLDP, VRRP), or a DHCP server names its address as the router, or
4. its address is one that boxes share, or it answers for more addresses than a box has, or
5. it claims several addresses at the same time and is called something else at each (a Wi-Fi repeater; cards of the
   same number), or
6. it claims addresses that a server gave to several other cards (a repeater, whose boxes ask under their own), or
7. a firewall's log says that others stood behind its address.
A router that mails by itself is a device like any other: what comes from its own address with all its hops.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import combinations
from typing import NamedTuple

from sniffer.inference.identity.holders import OWN_WORD, Holders
from sniffer.inference.identity.names import host, telling
from sniffer.inference.identity.records import Records
from sniffer.inference.identity.translations import Translations
from sniffer.knowledge.makers import makes_ends
from sniffer.knowledge.vendors import is_shared, vendor
from sniffer.model import limits


class Link(NamedTuple):
    """One (card, address, EHLO name) of clients that came without a router between, as the facts have it."""

    mac: str
    ip: str
    helo: str | None


class Gateways:
    """Knows which cards are no device's own word."""

    def __init__(
        self,
        links: Iterable[Link],
        passed: Iterable[str],
        holders: Holders,
        records: Records,
        translations: Translations,
    ) -> None:
        """Take the links of all sessions, and the cards that sent frames with hops taken off."""
        links = list(links)
        self._said = _names(links)
        self._several = _several(links, holders) | _repeating(links, records, holders)
        taken_down = (mac for mac in passed if not makes_ends(vendor(mac) or ""))
        self._forward = {*taken_down, *records.answering_for_many(), *_told(records, holders), *self._several}
        for outside in translations.outside:
            self._forward.update(
                hold.mac for time in (outside.first, outside.last) for hold in holders.at(outside.ip, time)
            )
        self._mixed = _mixed(links, self._said, holders)

    def forwards(self, mac: str) -> bool:
        """Say whether a card forwards."""
        return mac in self._forward or is_shared(mac)

    def one_name(self, mac: str) -> bool:
        """Say whether all that a card sent was said under one name."""
        return len({each for each in self._said.get(mac, ()) if each}) == 1

    def several(self, mac: str) -> bool:
        """Say whether a card stands for several boxes that are called differently: nothing that it sends is its own."""
        return mac in self._several

    def mixes(self, mac: str) -> bool:
        """Say whether a card sends in the name of addresses that are not its own."""
        return mac in self._mixed


def _told(records: Records, holders: Holders) -> Iterable[str]:
    """Give the cards of which somebody says that they forward."""
    for clue in records.forwarding():
        if clue.field == "forwards" and clue.mac:
            yield clue.mac
        elif clue.field == "router":
            yield from (hold.mac for hold in holders.at(clue.value, clue.first))
            yield from (hold.mac for hold in holders.at(clue.value, clue.last))


def _names(links: Iterable[Link]) -> dict[str, set[str | None]]:
    """Return the names that were said from each card."""
    names: dict[str, set[str | None]] = {}
    for link in links:
        names.setdefault(link.mac, set()).add(telling(link.helo))
    return names


def _mixed(links: Iterable[Link], names: Mapping[str, set[str | None]], holders: Holders) -> frozenset[str]:
    """Return the cards that send from several IPv4 addresses under several names, not all of them claimed.

    A box that got another address says the same name from both; IPv6 gives a box many.
    """
    unclaimed: dict[str, set[str]] = {}
    claimed: set[str] = set()
    for link in links:
        if ":" in link.ip:
            continue
        if holders.claimed(link.mac, link.ip):
            claimed.add(link.mac)
        else:
            unclaimed.setdefault(link.mac, set()).add(link.ip)
    return frozenset(
        mac
        for mac, addresses in unclaimed.items()
        if len(addresses) + (mac in claimed) > 1 and (len(names[mac]) != 1 or None in names[mac])
    )


def _several(links: Iterable[Link], holders: Holders) -> frozenset[str]:
    """Return the cards that had two addresses at the same time, under names of which none was said from both."""
    names: dict[str, dict[str, set[str]]] = {}
    for link in links:
        if (name := telling(link.helo)) and holders.claimed(link.mac, link.ip):
            names.setdefault(link.mac, {}).setdefault(link.ip, set()).add(host(name))
    return frozenset(
        mac
        for mac, by_address in names.items()
        if any(
            not by_address[one] & by_address[other] and holders.together(mac, one, other)
            for one, other in combinations(sorted(by_address)[: limits.BOX_ADDRESSES], 2)
        )
    )


def _repeating(links: Iterable[Link], records: Records, holders: Holders) -> frozenset[str]:
    """Return the cards that claim addresses which a server gave to two other cards or more.

    One alone may be an address that was taken by hand while another's lease still runs.
    """
    return frozenset(mac for mac in {link.mac for link in links} if len(_others(mac, records, holders)) > 1)


def _others(mac: str, records: Records, holders: Holders) -> frozenset[str]:
    claimed = sorted({each.ip for each in records.addresses(mac) if each.source in OWN_WORD})
    return holders.claimed_for_others(mac, claimed[: limits.BOX_ADDRESSES])
