"""What is heard of a box that somebody waits for, before it mails.

Facts are folded as they come.  An address or a card is known at once; a name leads to both when something says it
(DHCP, mDNS …), so what was heard before that is missing.  Signs only help whoever waits; no verdict rests on them.
"""

from __future__ import annotations

from sniffer.cli.called import CALLED, canonical, digits, is_address
from sniffer.model import limits
from sniffer.model.clues import BindingFact, ClueFact
from sniffer.model.facts import NameFact
from sniffer.reports.verified import Sign


class Signs:
    """Folds what is heard of whatever a word may mean."""

    def __init__(self, word: str) -> None:
        self._word = canonical(word)
        self._addresses: dict[str, None] = {self._word: None} if is_address(self._word) else {}
        self._cards: dict[str, None] = {}
        self._asked: dict[str, int] = {}
        self._seen: int | None = None

    def hear(self, fact: NameFact | ClueFact | BindingFact) -> None:
        """Take whatever is heard."""
        if isinstance(fact, NameFact):
            self.name(fact)
        else:
            self.box(fact)

    def box(self, fact: ClueFact | BindingFact) -> None:
        """Take what is said of a box, or who has an address."""
        if isinstance(fact, ClueFact) and fact.field in CALLED and self._names(fact.value):
            heard = True
        else:
            heard = fact.ip in self._addresses or (fact.mac is not None and self._is_card(fact.mac))
        if heard:
            self._learn(fact.ip, fact.mac)
            self._hear(fact.last)

    def name(self, fact: NameFact) -> None:
        """Take a DNS answer."""
        if fact.client not in self._addresses:
            return
        self._hear(fact.last)
        self._asked[fact.name] = max(fact.last, self._asked.pop(fact.name, 0))
        if len(self._asked) > limits.SIGNS_ASKED:
            del self._asked[next(iter(self._asked))]

    def told(self, clients: tuple[str, ...] = ()) -> Sign:
        """Return what was heard; ``clients`` are the addresses of whoever has a connection to a mail port open now."""
        return Sign(
            seen=self._seen,
            addresses=tuple(self._addresses),
            cards=tuple(self._cards),
            asked=tuple(self._asked),
            open=sum(each in self._addresses for each in clients),
        )

    def _names(self, value: str) -> bool:
        name = value.strip().rstrip(".").casefold()
        return self._word in (name, name.partition(".")[0])

    def _is_card(self, mac: str) -> bool:
        return mac in self._cards or digits(mac) == digits(self._word)

    def _learn(self, ip: str | None, mac: str | None) -> None:
        for known, found in ((self._addresses, ip), (self._cards, mac)):
            if found and len(known) < limits.CALLED_ADDRESSES:
                known[found] = None

    def _hear(self, time: int) -> None:
        self._seen = max(time, self._seen or 0)
