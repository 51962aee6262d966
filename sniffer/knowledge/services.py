"""``services.toml``: the mail services and how they give themselves away."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sniffer.knowledge.rows import UNDATED, Network, Row

PRIVATE = "private"
OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Service(Row):
    """A mail service.  How its fields are matched is said in ``services.toml``.

    ``affected`` marks Exchange Online client submission, which the date concerns.  ``within`` is the service whose
    greeting this one shares, so that only a name tells them apart.  ``greets_address`` says that the EHLO reply
    names the client's address, ``oauth`` that AUTH has an OAuth mechanism.
    """

    name: str
    hosts: tuple[str, ...] = ()
    greeting: re.Pattern[str] | None = None
    certificates: tuple[str, ...] = ()
    networks: tuple[Network, ...] = ()
    ports: tuple[int, ...] = ()
    submission: bool = False
    affected: bool = False
    within: str | None = None
    greets_address: bool = False
    oauth: bool = False

    def greets(self, greeting: str) -> bool:
        """Say whether a greeting has this service's words."""
        return self.greeting is not None and self.greeting.search(greeting) is not None


def plain(code: str) -> Service:
    """Return what stands in for the row of a code that has none."""
    names = {PRIVATE: "own server", OTHER: "other server"}
    return Service(code=code, name=names.get(code, code), source="", as_of=UNDATED)
