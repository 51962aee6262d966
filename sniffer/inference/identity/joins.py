"""Cards that are one box's: by what only one box can say, where nothing that was measured speaks against it.

Rules of this file:
1. A serial number joins cards of one maker: the LAN and the Wi-Fi card of a printer.  One that is
   a maker's default joins nothing.
2. A client identifier or a UUID joins a made-up address to another card, if the two were never seen at the same time:
   a phone that changes its address for each network.  Two cards that speak by turns are two boxes, whatever they
   claim: copies of one virtual machine.
"""

from __future__ import annotations

import re
from itertools import combinations, groupby

from sniffer.inference.identity.gateways import Gateways
from sniffer.inference.identity.records import Records
from sniffer.knowledge.makers import is_neutral_maker, same_maker
from sniffer.knowledge.vendors import mac_kind, vendor
from sniffer.model.clues import BindingFact, ClueFact

DEFAULT = re.compile(
    r"(.)\1*|.{0,4}|0?12345678\d*|.*\b(?:default|none|unknown|not|null|filled|serial|n/a|xx+)\b.*", re.IGNORECASE
)
"""Serial numbers that are none: a sign again and again, counted up, words such as ``To be filled by O.E.M.``."""


class Joins:
    """Knows the cards of each box; a box is called by the first of them."""

    def __init__(self, records: Records, gateways: Gateways) -> None:
        self._records = records
        self._first: dict[str, str] = {}
        shared = [each for each in records.shared() if not gateways.forwards(each[2])]
        for (field, value), rows in groupby(shared, key=lambda row: row[:2]):
            for one, other in combinations(sorted({mac for _, _, mac in rows}), 2):
                if self._fit(field, value, one, other):
                    self._join(one, other)

    def box(self, mac: str) -> str:
        """Return the card by which a card's box is called."""
        while mac in self._first:
            mac = self._first[mac]
        return mac

    def cards(self, box: str) -> tuple[str, ...]:
        """Return all cards of a box, its own first."""
        return (box, *sorted(mac for mac in self._first if self.box(mac) == box))

    def _join(self, one: str, other: str) -> None:
        first, second = sorted((self.box(one), self.box(other)))
        if first != second:
            self._first[second] = first

    def _fit(self, field: str, value: str, one: str, other: str) -> bool:
        random = "random" in (mac_kind(one), mac_kind(other))
        if field == "serial" and DEFAULT.fullmatch(value):
            return False
        if field == "serial" and not random:
            return _one_maker(one, other)
        return random and not self._together(one, other)

    def _together(self, one: str, other: str) -> bool:
        """Say whether either card was seen after the other one had come and before it had gone."""
        (came, went), (other_came, other_went) = self._times(one), self._times(other)
        return came <= other_went and other_came <= went

    def _times(self, mac: str) -> tuple[int, int]:
        """Return when a card was seen first and last: it was, since something is said of it."""
        seen: list[BindingFact | ClueFact] = [*self._records.addresses(mac), *self._records.of_card(mac)]
        return min(fact.first for fact in seen), max(fact.last for fact in seen)


def _one_maker(one: str, other: str) -> bool:
    first, second = vendor(one), vendor(other)
    if first is None or second is None:
        return False
    return same_maker(first, second) or is_neutral_maker(first) or is_neutral_maker(second)
