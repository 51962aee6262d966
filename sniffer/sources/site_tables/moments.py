"""When: the times of tables and logs, in microseconds since 1970.

A time without a zone is one of the zone that the user named.  A date that can be read in two ways (03/04/2026) is read
in none, unless other rows of its file show the order; an hour that clocks repeat or pass over is no time at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from enum import Enum
from functools import lru_cache

from sniffer.model import limits

SECOND = 1_000_000

DAY = timedelta(days=1)

MONTHS = {name: place for place, name in enumerate(
    ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), start=1)}  # fmt: skip

CLOCK = r"(?P<hour>\d{1,2})[:.](?P<minute>\d{2})(?:[:.](?P<second>\d{2}))?(?:[.,](?P<fraction>\d{1,9}))?"

HALF = r"(?:[\s\u00a0\u202f]*(?P<half>[AaPp])\.?\s?[Mm]\.?)?"
"""AM or PM; Windows puts a narrow space in front."""

ZONE = r"(?:\s?(?P<zone>Z|UTC|GMT|[+-]\d{2}:?\d{2})\b)?"

CIVIL = re.compile(
    rf"(?:(?P<year>\d{{4}})[-/.](?P<month>\d{{1,2}})[-/.](?P<day>\d{{1,2}})"
    rf"|(?P<first>\d{{1,2}})(?P<mark>[-/.])\s?(?P<other>\d{{1,2}})[-/.]\s?(?P<late>\d{{4}})"
    rf"|(?P<number>\d{{1,2}})[-\s](?P<name>[A-Za-z]{{3}})[a-z]*[-\s](?P<named>\d{{4}}))"
    rf"(?:(?:T|,?\s+){CLOCK}{HALF}{ZONE})?",
    re.ASCII,
)
"""A date as people and exports write it, alone in its cell."""

STAMP = re.compile(
    rf"(?:(?P<year>\d{{4}})[-/](?P<month>\d{{2}})[-/](?P<day>\d{{2}})[T\s]"
    rf"|(?P<name>[A-Z][a-z]{{2}})\s+(?P<number>\d{{1,2}})\s+(?:(?P<named>\d{{4}})\s+)?"
    rf"|(?P<router>[a-z]{{3}})/(?P<date>\d{{2}})/(?P<since>\d{{4}})\s)"
    rf"(?P<hour>\d{{2}}):(?P<minute>\d{{2}}):(?P<second>\d{{2}})(?:[.,](?P<fraction>\d{{1,9}}))?{ZONE}",
    re.ASCII,
)
"""A time as a line of a log begins with it: RFC 5424 6.2.3, RFC 3164 4.1.2 (Cisco adds the year), RouterOS."""

Parts = tuple[int, int, int, int, int, int, int]


class Order(Enum):
    """How a file writes its dates."""

    DAY_FIRST = "day first"
    MONTH_FIRST = "month first"


class AmbiguousDateError(Exception):
    """Nothing in a file tells whether its dates begin with the day or the month, or it tells both."""


def micros(moment: datetime) -> int:
    """Return a time as microseconds since 1970, without the rounding of a float."""
    since = moment - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86_400 + since.seconds) * SECOND + since.microseconds


def epoch(raw: str) -> int | None:
    """Return seconds since 1970 (or nano-, micro-, milliseconds, told by their size) as microseconds."""
    whole, _, fraction = raw.strip().partition(".")
    if not (whole.isascii() and whole.isdigit() and 9 <= len(whole) <= 19):
        return None
    scale = 1000 ** ((len(whole) - 8) // 3) if len(whole) > 11 else 1
    part = int(fraction[:6].ljust(6, "0")) if fraction and fraction.isascii() and fraction.isdigit() else 0
    return int(whole) * SECOND // int(scale) + part


def civil(raw: str, zone: tzinfo, order: Order | None = None) -> int | None:
    """Return the time of a cell, None where it is none, or one that can be read in two ways."""
    return _civil(raw.strip(), zone, order) if len(raw) <= limits.CELL_CHARACTERS else None


@lru_cache(limits.NAMES_CACHED)
def _civil(raw: str, zone: tzinfo, order: Order | None) -> int | None:
    found = CIVIL.fullmatch(raw)
    if not found:
        return epoch(raw)
    if found["year"]:
        date = found["year"], found["month"], found["day"]
    elif found["named"]:
        date = found["named"], str(MONTHS.get(found["name"].lower(), 0)), found["number"]
    else:
        own = _order(found)
        if (own and order and own is not order) or not (own or order or found["first"] == found["other"]):
            return None
        day_first = (own or order) is Order.DAY_FIRST
        day, month = (found["first"], found["other"]) if day_first else (found["other"], found["first"])
        date = found["late"], month, day
    hour = int(found["hour"] or 0)
    if found["half"]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if found["half"] in "Pp" else 0)
    clock = hour, int(found["minute"] or 0), int(found["second"] or 0), _micro(found["fraction"])
    return _absolute((int(date[0]), int(date[1]), int(date[2]), *clock), found["zone"], zone)


def _order(found: re.Match[str]) -> Order | None:
    """Return what one date tells of its order: a number above 12 is no month, and dots come with the day first."""
    if found["first"] is None:
        return None
    if int(found["first"]) > 12 or found["mark"] == ".":
        return Order.DAY_FIRST
    return Order.MONTH_FIRST if int(found["other"]) > 12 else None


def order(cells: Iterable[str]) -> Order | None:
    """Return the order of a file's dates, None where none of them needs one.

    Raises ``AmbiguousDateError`` where some do and none tells, and where some tell one order and some the other: two
    programs wrote that file.  A day that equals its month needs none; dates that begin with the year go on so.
    """
    told: set[Order] = set()
    needed = False
    for place, cell in enumerate(cells):
        found = CIVIL.fullmatch(cell.strip()) if len(cell) <= limits.CELL_CHARACTERS else None
        if found and found["first"]:
            own = _order(found)
            told |= {own} if own else set()
            needed = needed or (own is None and found["first"] != found["other"])
        if len(told) > 1:
            raise AmbiguousDateError("has dates that begin with the day and dates that begin with the month")
        if place >= limits.DATES_SNIFFED and not told and not needed:
            break
    if needed and not told:
        raise AmbiguousDateError("has dates that can be read in two ways, such as 03/04/2026, and no row shows which")
    return told.pop() if told else None


@lru_cache(limits.NAMES_CACHED)
def stamp(found: str, zone: tzinfo, captured: int | None) -> int | None:
    """Return the time of a log's line: ``found`` is what ``STAMP`` matched.

    One without a year (RFC 3164) is of the last year in which it is not after the capture; a day after still counts as
    before, since a capture lasts, and clocks differ.  Without a capture it is of no year.
    """
    match = STAMP.fullmatch(found)
    if match is None:
        return None
    clock = int(match["hour"]), int(match["minute"]), int(match["second"]), _micro(match["fraction"])
    if match["year"]:
        return _absolute((int(match["year"]), int(match["month"]), int(match["day"]), *clock), match["zone"], zone)
    if match["router"]:
        month = MONTHS.get(match["router"], 0)
        return _absolute((int(match["since"]), month, int(match["date"]), *clock), match["zone"], zone)
    month, day = MONTHS.get(match["name"].lower(), 0), int(match["number"])
    if match["named"]:
        return _absolute((int(match["named"]), month, day, *clock), match["zone"], zone)
    return _nearest((month, day, *clock), match["zone"], zone, captured)


def _nearest(rest: tuple[int, int, int, int, int, int], named: str | None, zone: tzinfo, at: int | None) -> int | None:
    if at is None:
        return None
    latest = datetime.fromtimestamp(at // SECOND, UTC) + DAY
    for year in range(latest.year + 1, latest.year - 8, -1):  # 29 February: every four years, at worst eight
        moment = _absolute((year, *rest), named, zone)
        if moment is not None and moment <= micros(latest):
            return moment
    return None


def _micro(fraction: str | None) -> int:
    return int(fraction[:6].ljust(6, "0")) if fraction else 0


def _absolute(parts: Parts, named: str | None, zone: tzinfo) -> int | None:
    """Return a wall clock's time; None where there is none, or where the clock showed it twice."""
    at = _offset(named) if named else zone
    try:
        moment = datetime(*parts, tzinfo=at)
        once = moment.utcoffset() == moment.replace(fold=1).utcoffset()
        return micros(moment) if once else None
    except (ValueError, OverflowError):
        return None


def _offset(named: str) -> timezone:
    """Return the zone of ``Z``, ``UTC``, ``+01:00``."""
    if named[0] not in "+-":
        return UTC
    away = timedelta(hours=int(named[1:3]), minutes=int(named[-2:]))
    if away >= DAY:
        return UTC
    return timezone(away if named[0] == "+" else -away)


def duration(raw: str) -> int:
    """Return a duration in microseconds: seconds, or Cisco's h:mm:ss; zero where there is none."""
    parts = raw.split(":")
    if not 1 <= len(parts) <= 3 or not all(part.isascii() and part.isdigit() and len(part) < 8 for part in parts):
        return 0
    seconds = 0
    for part in parts:
        seconds = seconds * 60 + int(part)
    return seconds * SECOND
