"""A device's sessions a day as a drawing, with its verdicts above them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from sniffer.model import limits
from sniffer.model.findings import Verdict
from sniffer.model.records import DayCount, HistoryRecord
from sniffer.reports import svg
from sniffer.reports.history import DAY, OUTCOMES, by_day, date_of
from sniffer.reports.words import VERDICT_WORDS

WIDTH, LEFT, RIGHT = 960, 48, 16
TOP, BAND, PLOT, BELOW = 92, 18, 180, 64
"""Of the drawing: points from above to the band of verdicts, the band, the bars, and what stands below them."""

COLOURS: dict[str | None, str] = {"success": "#1a7f37", "failure": "#cf222e", "unknown": "#9a6700", None: "#8c959f"}
VERDICT_COLOURS: dict[Verdict, str] = {
    "affected": "#cf222e", "mixed": "#bf8700", "basic-elsewhere": "#bf8700", "challenge": "#0969da",
    "unknown": "#8250df", "modern": "#1a7f37", "unauthenticated": "#6e7781",
}  # fmt: skip

LABELS = 6
"""Dates that are written below the bars."""


def drawing(name: str, about: str, counts: Sequence[DayCount], history: Sequence[HistoryRecord], until: int) -> str:
    """Return the drawing; ``until`` is the end of the data."""
    table = by_day(counts)
    last = max(max(table, default=0), until - until % DAY)
    days = range(last - (limits.DAYS_DRAWN - 1) * DAY, last + 1, DAY)
    height = TOP + BAND + PLOT + BELOW
    parts = [
        svg.text(LEFT, 34, svg.fitted(name, WIDTH - LEFT - RIGHT, 20), size=20, bold=True),
        svg.text(LEFT, 58, svg.fitted(about, WIDTH - LEFT - RIGHT, 13), fill=svg.GREY),
        svg.text(LEFT, TOP - 8, "Verdict", size=11, fill=svg.GREY),
        *_verdicts(history, days),
        *_bars(table, days),
        *_legend(table, height - 14),
    ]
    return svg.document(WIDTH, height, f"Sessions a day of {name}", about, parts)


def _x(place: float) -> float:
    return LEFT + place * (WIDTH - LEFT - RIGHT) / limits.DAYS_DRAWN


def _verdicts(history: Sequence[HistoryRecord], days: range) -> Iterator[str]:
    """Give the verdict of the device over the days, by the data that it was said on."""
    whole = [each for each in history if not each.service]
    for place, each in enumerate(whole):
        begins = (each.seen - days[0]) / DAY
        ends = (whole[place + 1].seen - days[0]) / DAY if place + 1 < len(whole) else float(limits.DAYS_DRAWN)
        begins, ends = max(0.0, begins), min(float(limits.DAYS_DRAWN), ends)
        if begins < ends:
            width = _x(ends) - _x(begins)
            yield svg.box(_x(begins), TOP, width, BAND, fill=VERDICT_COLOURS[each.verdict])
            if svg.measured(VERDICT_WORDS[each.verdict], 11) + 8 < width:
                yield svg.text(_x(begins) + 4, TOP + 13, VERDICT_WORDS[each.verdict], size=11, fill=svg.PAPER)


def _bars(table: dict[int, Counter[str | None]], days: range) -> Iterator[str]:
    most = max((table[each].total() for each in days if each in table), default=0) or 1
    base = TOP + BAND + PLOT
    for number in {0, most}:
        y = base - number * (PLOT - 16) / most
        yield svg.line(LEFT, y, WIDTH - RIGHT, y)
        yield svg.text(LEFT - 6, y + 4, f"{number:,}", size=11, fill=svg.GREY, anchor="end")
    wide = _x(1) - _x(0)
    for place, day in enumerate(days):
        y = float(base)
        for outcome, _ in OUTCOMES if day in table else ():
            high = table[day][outcome] * (PLOT - 16) / most
            if high:
                y -= high
                yield svg.box(_x(place) + 0.5, y, wide - 1, high, fill=COLOURS[outcome])
        if place % (limits.DAYS_DRAWN // LABELS) == 0:
            yield svg.text(_x(place), base + 16, date_of(day).isoformat(), size=11, fill=svg.GREY)


def _legend(table: dict[int, Counter[str | None]], y: float) -> Iterator[str]:
    x = float(LEFT)
    for outcome, words in OUTCOMES:
        if any(each[outcome] for each in table.values()):
            yield svg.box(x, y - 9, 10, 10, fill=COLOURS[outcome])
            yield svg.text(x + 15, y, words, size=12)
            x += svg.measured(words, 12) + 40
