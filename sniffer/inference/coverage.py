"""Coverage: from the intervals of listening, how likely a device that mails once a day, week or month was seen.

Rules of this file:
1. Each sensor counts by itself: what it did not hear, another one at another place did not hear either.  Intervals of
   one sensor that overlap count once.
2. A regular sender mails at equal intervals, and nothing is known of when.  It was seen if some moment that it may have
   chosen was listened to: the listening is laid over itself, interval upon interval, and the part that is covered is
   the chance.  That is exact, whatever the gaps.
3. An irregular sender (a Poisson process) was missed with exp(-listened / interval): also whoever listens always may
   have been there between two mails.
4. A sender at a fixed hour is seen always or never.  So the times of day that were never listened to are named: they
   are what a window at the same hour every day leaves out for good.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from math import exp

from sniffer.model.coverage import Chance, Coverage, Every, Interval, Listened

DAY = 24 * 3600 * 1_000_000
WEEK = 7 * DAY

MONTH = round(365.2425 / 12 * DAY)
"""Microseconds of the mean month of the Gregorian calendar."""

SENDERS: tuple[tuple[Every, int], ...] = (("day", DAY), ("week", WEEK), ("month", MONTH))

MONDAY = 4 * DAY
"""The first Monday after 1970-01-01, which was a Thursday."""


def coverages(listened: Iterable[Listened], start: int, end: int, ahead: int = 0) -> list[Coverage]:
    """Return the coverage of a period for each sensor, by name; a sensor that did not listen in it is there too."""
    by_sensor: dict[str, list[Interval]] = {}
    for sensor, begins, ends in listened:
        by_sensor.setdefault(sensor, []).append(Interval(begins, ends))
    return [coverage(sensor, by_sensor[sensor], start, end, ahead) for sensor in sorted(by_sensor)]


def coverage(sensor: str, intervals: Iterable[Interval], start: int, end: int, ahead: int = 0) -> Coverage:
    """Return the coverage of a period by the intervals in which one sensor listened, in any order.

    ``ahead`` is what the clock by which jobs are set is ahead of UTC, in microseconds: it has the times of day.
    """
    heard = joined(within(intervals, start, end))
    listened = sum(each.length for each in heard)
    return Coverage(
        sensor=sensor,
        start=start,
        end=max(start, end),
        listened=listened,
        gaps=tuple(gaps(heard, start, end)),
        chances=tuple(
            Chance(every, folded(heard, length) / length, 1 - exp(-listened / length)) for every, length in SENDERS
        ),
        unheard=tuple(_unheard_times(heard, start, end, ahead)),
        unheard_days=tuple(_unheard_days(heard, start, end, ahead)),
        ahead=ahead,
    )


def within(intervals: Iterable[Interval], start: int, end: int) -> Iterator[Interval]:
    """Give what of the intervals lies in a period."""
    for each in intervals:
        begins, ends = max(each.start, start), min(each.end, end)
        if begins < ends:
            yield Interval(begins, ends)


def joined(intervals: Iterable[Interval]) -> list[Interval]:
    """Return the same time in intervals that neither overlap nor touch, the earliest first."""
    found: list[Interval] = []
    for each in sorted(intervals):
        if found and each.start <= found[-1].end:
            found[-1] = Interval(found[-1].start, max(found[-1].end, each.end))
        else:
            found.append(each)
    return found


def gaps(heard: Iterable[Interval], start: int, end: int) -> Iterator[Interval]:
    """Give the rest of a period; ``heard`` as ``joined`` returns it."""
    for each in heard:
        if start < each.start:
            yield Interval(start, each.start)
        start = each.end
    if start < end:
        yield Interval(start, end)


def folded(heard: Iterable[Interval], length: int) -> int:
    """Return how much of one interval of a sender is covered when all of the listening is laid over it."""
    return sum(each.length for each in _laid_over(heard, length, 0))


def _laid_over(heard: Iterable[Interval], length: int, origin: int) -> list[Interval]:
    """Return the listening modulo an interval that begins at an origin."""
    found: list[Interval] = []
    for each in heard:
        if each.length >= length:
            return [Interval(0, length)]
        begins = (each.start - origin) % length
        ends = begins + each.length
        found.append(Interval(begins, min(ends, length)))
        if ends > length:
            found.append(Interval(0, ends - length))
    return joined(found)


def _unheard_times(heard: list[Interval], start: int, end: int, ahead: int) -> Iterator[Interval]:
    """Give the times of day that came in a period of a day or more, and were listened to on none."""
    if end - start >= DAY:
        yield from gaps(_laid_over(heard, DAY, -ahead), 0, DAY)


def _unheard_days(heard: list[Interval], start: int, end: int, ahead: int) -> Iterator[int]:
    """Give the days of the week that came whole in a period, and of which nothing was listened to."""
    if end - start < WEEK or not heard:
        return
    laid = _laid_over(heard, WEEK, MONDAY - ahead)
    for day in range(7):
        if not any(within(laid, day * DAY, (day + 1) * DAY)):
            yield day
