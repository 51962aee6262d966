"""Coverage in words: how much was listened to, and how likely whoever mails seldom was seen."""

from __future__ import annotations

from collections.abc import Sequence
from math import floor

from sniffer.model import limits
from sniffer.model.coverage import Chance, Coverage, Every, Interval
from sniffer.reports.moments import SECOND, local_minutes, utc
from sniffer.reports.rows import Row

MINUTE, HOUR = 60 * SECOND, 3600 * SECOND
DAY = 24 * HOUR

DAYS = ("Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays")

ADVERBS: dict[Every, str] = {"day": "once a day", "week": "once a week", "month": "once a month"}

LITTLE = 6 * HOUR
"""Listening from which on there is something to say of who mails once a day."""

SURE = 0.995
"""Chance from which on there is nothing to say of who mails more often."""


def coverage_lines(found: Sequence[Coverage]) -> list[str]:
    """Return what a person should know of the coverage: a sentence or two for each sensor."""
    if not found:
        return ["Nothing was listened to."]
    return [f"{f'{each.sensor}: ' if len(found) > 1 else ''}{coverage_sentence(each)}" for each in found]


def coverage_sentence(found: Coverage) -> str:
    """Return how much of its period a sensor listened, what that is worth, and when it did not."""
    if not found.listened:
        return f"Did not listen at all from {_span(Interval(found.start, found.end))}: nothing is known of that time."
    length = found.end - found.start
    if found.listened < LITTLE and found.share < 0.5:
        span, period = duration(found.listened), duration(length)
        return f"Listened {span} of {period}: whoever does not mail all the time was most likely not seen."
    told = f"Listened {_of(found.listened, length)} ({percent(found.share)})"
    return f"{told}: {_chances(found.chances)}.{_unheard(found)}{_gaps(found)}"


def coverage_row(found: Coverage) -> Row:
    """Return the coverage for programs; lengths are in seconds, chances from 0 to 1."""
    return {
        "sensor": found.sensor,
        "from": utc(found.start),
        "until": utc(found.end),
        "seconds": (found.end - found.start) / SECOND,
        "listened_seconds": found.listened / SECOND,
        "share": _floored(found.share),
        "chances": [
            {"every": each.every, "regular": _floored(each.regular), "irregular": _floored(each.irregular)}
            for each in found.chances
        ],
        "assumption": "regular: equal intervals from an unknown moment on; irregular: at random, so often on average",
        "gaps": [{"from": utc(each.start), "until": utc(each.end)} for each in found.gaps[: limits.COVERAGE_GAPS]],
        "gaps_left_out": max(0, len(found.gaps) - limits.COVERAGE_GAPS),
        "utc_offset_seconds": found.ahead // SECOND,
        "never_at": [{"from": _clock(each.start), "until": _clock(each.end)} for each in _of_use(found.unheard)],
        "never_on": [DAYS[day][:-1].lower() for day in found.unheard_days],
    }


def percent(share: float) -> str:
    """Return a share, rounded down: 99.99 % is not all of it."""
    if 0 < share < 0.01:
        return "< 1 %"
    return f"{floor(share * 100 + 1e-9)} %"


def _chances(chances: Sequence[Chance]) -> str:
    """Return what the listening is worth, the assumption told: who mails often was surely seen."""
    surely = [each for each in chances if each.regular >= SURE]
    rest = [each for each in chances if each.regular < SURE]
    seldom = chances[-1]
    told = [f"one that mails {ADVERBS[each.every]} was seen with {percent(each.regular)}" for each in rest]
    if surely:
        told.insert(0, f"a device that mails {ADVERBS[surely[-1].every]}{' or more often' if rest else ''} was seen")
    else:
        told[0] = "a device" + told[0].removeprefix("one")
    irregular = f"{ADVERBS[seldom.every]} on average but at no fixed intervals, with {percent(seldom.irregular)}"
    return f"{', '.join(told)}, if it mails at equal intervals; one that does so {irregular}"


def _unheard(found: Coverage) -> str:
    """Name the hours and days that were never listened to: who mails then, and only then, was not seen."""
    times = [f"{_clock(each.start)} and {_clock(each.end)}" for each in _of_use(found.unheard)]
    days = [DAYS[day] for day in found.unheard_days]
    told = []
    if times:
        more = f" and at {len(times) - limits.UNHEARD_TOLD} other times" if len(times) > limits.UNHEARD_TOLD else ""
        told.append(f"between {', '.join(times[: limits.UNHEARD_TOLD])}{more}")
    if days:
        told.append(f"on {' and '.join(days)}")
    return f" Never listened {', or '.join(told)}: who mails only then was never seen." if told else ""


def _of_use(unheard: Sequence[Interval]) -> list[Interval]:
    """Return the times of day that are worth a word; one that goes on beyond midnight is one."""
    found = list(unheard)
    if len(found) > 1 and found[0].start == 0 and found[-1].end == DAY:
        found = [*found[1:-1], Interval(found[-1].start, found[0].end + DAY)]
    return [each for each in found if each.length >= limits.GAP_TOLD]


def _gaps(found: Coverage) -> str:
    """Return when there was no listening, the longest gaps by name."""
    worth = [each for each in found.gaps if each.length >= limits.GAP_TOLD]
    if not worth:
        return ""
    longest = sorted(sorted(worth, key=lambda gap: -gap.length)[: limits.GAPS_SHOWN])
    rest = sum(each.length for each in worth) - sum(each.length for each in longest)
    others = len(worth) - len(longest)
    more = f", and {others:,} shorter gaps of {duration(rest)} together" if others else ""
    return f" Not listened: {'; '.join(map(_span, longest))}{more}."


def _span(gap: Interval) -> str:
    """Return a span of local time to the minute, the date of its end only if it is another."""
    first, last = local_minutes(gap.start), local_minutes(gap.end)
    return f"{first} – {last[11:] if last[:10] == first[:10] else last}"


def _of(part: int, whole: int) -> str:
    """Return a part of a whole in one unit: ``29.5 of 30 days``; rounded down, so that all is said only of all."""
    unit, name = next(each for each in ((DAY, "days"), (HOUR, "hours"), (MINUTE, "minutes")) if _fits(whole, each[0]))
    return f"{_number(part / unit)} of {_number(whole / unit)} {name}"


def _fits(whole: int, unit: int) -> bool:
    return whole >= 2 * unit or unit == MINUTE


def _number(value: float) -> str:
    return f"{floor(value * 10 + 1e-9) / 10:.1f}".removesuffix(".0")


def duration(microseconds: int) -> str:
    """Return a length of time as a person says it: ``12 min``, ``3.5 h``, ``2 days``."""
    if microseconds < MINUTE:
        return f"{microseconds // SECOND} s"
    if microseconds < HOUR:
        return f"{microseconds // MINUTE} min"
    if microseconds < 2 * DAY:
        return f"{_number(microseconds / HOUR)} h"
    return f"{_number(microseconds / DAY)} days"


def _clock(time: int) -> str:
    """Return a time of day, ``24:00`` where one ends."""
    minutes = time // MINUTE
    return "24:00" if time == DAY else f"{minutes // 60 % 24:02}:{minutes % 60:02}"


def _floored(share: float) -> float:
    return floor(share * 10_000 + 1e-9) / 10_000
