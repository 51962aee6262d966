"""Rows of two runs that heard the same frames by different ears.

The kernel gives each listening socket its own time of a frame, some microseconds apart, and a file is no interface; all
else must be the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

APART = timedelta(milliseconds=100)
"""Between the times that two sockets have of one frame, at most: mostly 1 µs, more on a busy machine."""

OF_PLACES = ("observations", "file", "frame", "interface")
"""What tells where something was seen."""

IDENTITY = {"session": "session", "device": "device"}


def differences(ours: Sequence[dict[str, Any]], theirs: Sequence[dict[str, Any]]) -> list[tuple[str, Any, Any]]:
    """Where two lists of rows say different things: the path, and both values."""
    one, other = _by_name(ours), _by_name(theirs)
    return [*_differences("", one, other)]


def _by_name(rows: Sequence[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {row[IDENTITY[row["type"]]]: row for row in rows}


def _differences(where: str, one: Any, other: Any) -> Iterator[tuple[str, Any, Any]]:
    if isinstance(one, dict) and isinstance(other, dict):
        for key in sorted(one.keys() | other.keys()):
            if key not in OF_PLACES:
                yield from _differences(f"{where}/{key}", one.get(key), other.get(key))
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for number, (left, right) in enumerate(zip(one, other, strict=True)):
            yield from _differences(f"{where}/{number}", left, right)
    elif one != other and not _same_time(one, other):
        yield where, one, other


def _same_time(one: Any, other: Any) -> bool:
    try:
        return abs(datetime.fromisoformat(one) - datetime.fromisoformat(other)) <= APART
    except (TypeError, ValueError):
        return False
