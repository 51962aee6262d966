"""Figures of a survey in words."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from sniffer.model.survey import Counted

SHOWN = 4
"""Rows of a list that a sentence names."""


def plural(count: int, noun: str) -> str:
    """Return ``1 frame``, ``2 frames``."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def percent(part: int, whole: int) -> str:
    """Return a share, as fine as it takes to see that it is not nothing."""
    share = part / whole if whole else 0.0
    if 0 < share < 0.0001:
        return "less than 0.01 %"
    return f"{share:.0%}".replace("%", " %") if share >= 0.1 or not share else f"{share:.2%}".replace("%", " %")


def byte_count(count: int) -> str:
    """Return bytes in a unit that a person reads."""
    for unit, size in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if count >= size:
            return f"{count / size:.1f} {unit}"
    return f"{count} bytes"


def duration(microseconds: int) -> str:
    """Return a time in a unit that a person reads."""
    for unit, size in (("days", 86_400_000_000), ("h", 3_600_000_000), ("min", 60_000_000), ("s", 1_000_000)):
        if microseconds >= size:
            return f"{microseconds / size:.1f}".removesuffix(".0") + f" {unit}"
    return f"{microseconds / 1000:g} ms" if microseconds >= 1000 else f"{microseconds} µs"


def moment(time: int) -> str:
    """Return a point in time, UTC; what no calendar has as a number of seconds."""
    try:
        return datetime.fromtimestamp(time // 1_000_000, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    except (ValueError, OverflowError, OSError):
        return f"{time // 1_000_000} s after 1970"


def listed(names: Iterable[str]) -> str:
    """Return names as a sentence has them."""
    found = list(names)
    return found[0] if len(found) == 1 else f"{', '.join(found[:-1])} and {found[-1]}" if found else "none"


def busiest(counted: Counted, before: str = "") -> str:
    """Return the first rows of a count, each with its number."""
    ordered = sorted(counted, key=lambda row: -row[1])
    shown = ", ".join(f"{before}{name} ({count:,})" for name, count in ordered[:SHOWN])
    return f"{shown} and {len(ordered) - SHOWN} more" if len(ordered) > SHOWN else shown
