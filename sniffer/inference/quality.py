"""How well the sessions of a device were seen: a verdict is worth no more than what it rests on.

A session is seen in part where a row of ``FAULTS`` holds.  That its end was not seen is none: what came before stands,
and every capture ends in the middle of something.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from sniffer.model import limits
from sniffer.model.events import Anomaly
from sniffer.model.facts import Quality

SEEN_IN_PART = "seen-in-part"
"""The anomaly of a device of which some session was not seen whole."""

FAULTS: tuple[tuple[str, Callable[[Quality], bool]], ...] = (
    ("with bytes missing", lambda seen: seen.gap_bytes > 0),
    ("in one direction only", lambda seen: seen.one_sided),
    ("joined late", lambda seen: not seen.start_seen),
    ("with frames cut by the capture", lambda seen: seen.snaplen_cut),
)
"""What a session may lack, in words; one session may lack several things."""


@lru_cache(limits.QUALITIES_REMEMBERED)
def faults(quality: Quality) -> tuple[str, ...]:
    """Return what a session lacks, in words; nothing where it was seen whole."""
    return tuple(words for words, holds in FAULTS if holds(quality))


@dataclass(slots=True)
class Seeing:
    """Counts the sessions of one device, and those that were seen in part."""

    sessions: int = 0
    in_part: int = 0
    lacking: Counter[str] = field(default_factory=Counter)

    def add(self, quality: Quality) -> None:
        """Take one session."""
        self.sessions += 1
        found = faults(quality)
        if found:
            self.in_part += 1
            self.lacking.update(found)

    def anomalies(self) -> Iterator[Anomaly]:
        """Say how many were seen in part and how; nothing where all were seen whole."""
        if self.in_part:
            yield Anomaly(SEEN_IN_PART, f"{self._which()} seen in part: {', '.join(self._lacks())}")

    def _which(self) -> str:
        if self.sessions == 1:
            return "its only session was"
        many = "all" if self.in_part == self.sessions else f"{self.in_part:,}"
        return f"{many} of its {self.sessions:,} sessions {'was' if self.in_part == 1 else 'were'}"

    def _lacks(self) -> list[str]:
        told = [(words, self.lacking[words]) for words, _ in FAULTS if self.lacking[words]]
        alone = self.sessions == 1
        return [words if alone else f"{count:,} {words}" for words, count in told]
