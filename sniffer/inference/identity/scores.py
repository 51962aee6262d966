"""How sure: evidence in classes that are independent of each other, combined.

The weights are set by hand, from what the sources are (DHCP knows, a name claims); so they are shown as bands, and the
band table of the captures shows what the bands were worth.  Of each class the strongest counts.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import prod

from sniffer.model.findings import Attribution, GroundKind, IdentityBand

WEIGHTS: dict[GroundKind, float] = {
    "link": 0.8,  # its frames came from this card with all their hops
    "binding": 0.85,  # the card had the address then: measured on the wire
    "table": 0.8,  # the same, by a table of the site
    "nat-log": 0.85,  # a firewall says who stood behind the address and port
    "embedded-mac": 0.8,  # a factory name, or an IPv6 address, made of the card's
    "name": 0.6,  # the name that the box had elsewhere
    "content": 0.6,  # the maker's mark in its mail
}

BANDS: tuple[tuple[float, IdentityBand], ...] = ((0.965, "certain"), (0.88, "strong"), (0.6, "likely"), (0.2, "weak"))
"""Certain takes a card and its claim of the address; strong two classes of which one was measured."""

MOST = 0.95
"""No confidence by hand-set weights is shown above this."""


def combined(weights: Iterable[float]) -> float:
    """Return the probability that one of several independent reasons holds."""
    return 1 - prod(1 - weight for weight in weights)


MEASURED: frozenset[GroundKind] = frozenset(("link", "binding", "table", "nat-log"))
"""Classes that do not rest on the client's own word, which anybody can imitate."""


CHAINED: frozenset[GroundKind] = frozenset(("binding", "table"))
"""Classes that speak of an address, which behind a translation is what a log says it is."""


def probability(found: Attribution) -> float:
    """Return how probable it is that this is the device; 0 where only an address is known.

    What rests on the client's words alone has one cause, however many they are.  A firewall's log and who had the inner
    address are a chain, of which both links must hold.
    """
    if not found.card:
        return 0.0
    weights = {each.kind: WEIGHTS[each.kind] for each in found.grounds}
    if "nat-log" in weights:
        logged = weights.pop("nat-log")
        weights |= {kind: weights[kind] * logged for kind in CHAINED & weights.keys()}
    return combined(weights.values()) if weights.keys() & MEASURED else max(weights.values(), default=0.0)


def band(value: float) -> IdentityBand:
    """Return the band of a probability."""
    return next((name for least, name in BANDS if value >= least), "unknown")
