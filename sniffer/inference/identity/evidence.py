"""Clues of which none is told twice."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from sniffer.model.findings import Evidence


def merged(clues: Iterable[Evidence]) -> tuple[Evidence, ...]:
    """Return clues of which none is told twice: a message may say the same of a box's card and of its address."""
    found: dict[tuple[str, str, str, int | None], Evidence] = {}
    for each in clues:
        key = each.source, each.field, each.value, each.line
        told = found.get(key)
        found[key] = each if told is None else joined(told, each, max(told.count, each.count))
    return tuple(found.values())


def joined(one: Evidence, more: Evidence, count: int) -> Evidence:
    """Return a clue over the time of both."""
    first = min(one, more, key=lambda each: each.first_seen)
    last = max(one.last_seen, more.last_seen)
    return replace(one, first_seen=first.first_seen, last_seen=last, count=count, file=first.file)
