"""Coverage: when a sensor listened, and how likely whoever mails seldom was seen.

Times are microseconds since 1970, UTC.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

Every = Literal["day", "week", "month"]


class Listened(NamedTuple):
    """A sensor listened from ``start`` until ``end``, which is no part of it."""

    sensor: str
    start: int
    end: int


class Interval(NamedTuple):
    """From ``start`` until ``end``, which is no part of it."""

    start: int
    end: int

    @property
    def length(self) -> int:
        """Return how long it is."""
        return self.end - self.start


class Chance(NamedTuple):
    """How likely a device that mails once in ``every`` was seen mailing at least once, from 0 to 1.

    ``regular`` is of one that mails at equal intervals, its first time being any with the same likelihood;
    ``irregular`` of one that mails at random, so often on average.
    """

    every: Every
    regular: float
    irregular: float


class Coverage(NamedTuple):
    """How much of a period a sensor listened, and what follows.

    ``listened`` is in microseconds.  ``gaps`` are when it did not, the oldest first.  ``unheard`` are the times of day
    (microseconds since midnight) at which it never listened on any day, ``unheard_days`` the days of the week (0 is
    Monday) of which it heard nothing though they came; both of a clock that is ``ahead`` of UTC, in microseconds.
    """

    sensor: str
    start: int
    end: int
    listened: int
    gaps: tuple[Interval, ...]
    chances: tuple[Chance, ...]
    unheard: tuple[Interval, ...] = ()
    unheard_days: tuple[int, ...] = ()
    ahead: int = 0

    @property
    def share(self) -> float:
        """Return which part of the period it listened, from 0 to 1."""
        return self.listened / (self.end - self.start) if self.end > self.start else 0.0
