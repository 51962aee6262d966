"""Silent suspects: boxes that may mail and were not seen mailing.  Hints, never verdicts."""

from __future__ import annotations

from typing import NamedTuple

from msgspec import Struct


class Suspect(Struct, frozen=True, kw_only=True):
    """A box that may mail and was not seen mailing.  Times are microseconds: when it was heard, or asked.

    ``asked`` are the hosts that take mail for Exchange Online whose address it was told; without any it is here for
    what it is.  ``for_others`` says that it may have asked for others: a resolver.  ``sureness`` is of what it is.
    """

    sensor: str
    first_seen: int
    last_seen: int
    mac: str | None = None
    ip: str | None = None
    name: str | None = None
    vendor: str | None = None
    model: str | None = None
    kind: str | None = None
    location: str | None = None
    owner: str | None = None
    sureness: float | None = None
    asked: tuple[str, ...] = ()
    for_others: bool = False


class Suspects(NamedTuple):
    """All of them: those that asked first, then by what they are.

    ``looked_at`` is how many cards were heard that do not mail; ``cut`` says that there were more than are looked at.
    """

    found: tuple[Suspect, ...]
    looked_at: int
    cut: bool
