"""How many senders stand behind an address, judged by the names under which mail came from there.

Names that follow each other may be a lease that changed hands; only names in use at the same time are several senders.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sniffer.inference.identity.names import telling
from sniffer.model import limits
from sniffer.model.facts import SessionFact

SHORTEST_LEASE = 600 * 1_000_000
"""Microseconds within which an address does not change hands: servers lease for an hour to a week, hardly for less than
ten minutes."""


@dataclass(slots=True)
class Run:
    """Sessions on end under one telling EHLO name; host names have no case (RFC 1035 2.3.3)."""

    name: str
    first: int
    last: int


def note_run(runs: list[Run], fact: SessionFact) -> None:
    """Note the name that a session's client calls itself, if that names somebody."""
    name = telling(fact.helo)
    if name is None:
        return
    name = name.rstrip(".").casefold()
    if runs and runs[-1].name == name:
        runs[-1].last = fact.start
    elif len(runs) < limits.NAME_RUNS:
        runs.append(Run(name, fact.start, fact.start))


def senders_at_least(runs: Sequence[Run]) -> int:
    """Return how many senders stand behind an address.  A card of its own is one device under however many names."""
    return max((_names_at(runs, run.first) for run in runs), default=1)


def _names_at(runs: Sequence[Run], moment: int) -> int:
    """Count the names in use at about a moment."""
    return len({run.name for run in runs if run.first - SHORTEST_LEASE <= moment <= run.last + SHORTEST_LEASE})
