"""Layer-2 domains: where a card and an address mean one thing."""

from __future__ import annotations

from functools import lru_cache

from sniffer.model import limits
from sniffer.model.facts import SessionFact

Domain = tuple[str, tuple[int, ...]]
"""A sensor and VLAN tags, outermost first.  What a site's own tables say has the domain ``EVERYWHERE``."""

EVERYWHERE: Domain = ("", ())


def domain_of(fact: SessionFact) -> Domain:
    """Return the domain a session's client was seen in."""
    seen = fact.observations[0]
    return seen.sensor, seen.vlan


@lru_cache(limits.DOMAINS_REMEMBERED)
def domain_name(domain: Domain) -> str:
    """Return a domain as reports name it: ``default``, ``default/vlan10``."""
    sensor, vlan = domain
    return "/".join([sensor, *(f"vlan{tag}" for tag in vlan)])
