"""A device over time, for people: its sessions a day as a small picture, and when its verdict changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta

from sniffer.model import limits
from sniffer.model.records import DayCount, HistoryRecord
from sniffer.reports.moments import SECOND, local_minutes
from sniffer.reports.words import STATE_WORDS, VERDICT_WORDS

BARS = "▁▂▃▄▅▆▇█"
"""From the fewest to the most."""

NONE = "·"
"""A day without a session: that is not a small number."""

DAY = 24 * 3600 * SECOND

OUTCOMES: tuple[tuple[str | None, str], ...] = (
    ("success", "logged in"),
    ("failure", "refused"),
    ("unknown", "outcome not known"),
    (None, "no login seen"),
)
"""What became of a session's login, in words; the order in which they stand above each other."""


def days_lines(counts: Iterable[DayCount], until: int, shown: int = limits.DAYS_SHOWN) -> Iterator[str]:
    """Give the sessions of the last days up to a time: a picture for all, then for each outcome there was."""
    table = by_day(counts)
    last = max(max(table, default=0), until - until % DAY)
    days = range(last - (shown - 1) * DAY, last + 1, DAY)
    totals = [sum(table.get(each, Counter()).values()) for each in days]
    most = max(totals, default=0)
    if not most:
        return
    yield f"{date_of(days[0])} {bars(totals, most)} {date_of(last)} (UTC)"
    seen = [(outcome, words) for outcome, words in OUTCOMES if any(each[outcome] for each in table.values())]
    for outcome, words in seen if len(seen) > 1 else ():
        numbers = [table.get(each, Counter())[outcome] for each in days]
        if any(numbers):
            yield f"           {bars(numbers, most)} {words}: {sum(numbers):,}"
    busy = sum(map(bool, totals))
    yield f"{sum(totals):,} sessions on {busy} of {shown} days, {most:,} on the busiest."


def by_day(counts: Iterable[DayCount]) -> dict[int, Counter[str | None]]:
    """Return the sessions of each day (its first microsecond) by outcome."""
    table: dict[int, Counter[str | None]] = {}
    for each in counts:
        table.setdefault(each.day, Counter())[each.outcome] += each.sessions
    return table


def bars(numbers: Sequence[int], most: int) -> str:
    """Return numbers as a line of bars, of which the highest stands for ``most``."""
    return "".join(BARS[(each * len(BARS) - 1) // most] if each else NONE for each in numbers)


def date_of(time: int) -> date:
    """Return the day of a time, UTC."""
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=time)).date()


def history_lines(history: Sequence[HistoryRecord], shown: int = limits.HISTORY_SHOWN) -> Iterator[str]:
    """Give when what is said of a device, or of its use of a service, became otherwise; the newest last."""
    if len(history) > shown:
        yield f"… {len(history) - shown:,} earlier ones (--format json has them)"
    for each in history[-shown:]:
        band = f" ({each.band})" if each.band else ""
        what = each.service or "the device"
        yield f"{local_minutes(each.at)}  {what}: {VERDICT_WORDS[each.verdict]}{band}; {STATE_WORDS[each.state]}"
