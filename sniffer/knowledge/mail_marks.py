"""``mail_marks.toml``: what in a device's mail gives away who made it, and which one it is."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from sniffer.knowledge import rows
from sniffer.knowledge.device_names import Grade
from sniffer.knowledge.rows import Row

TEXT, FILE_NAME, BOUNDARY = "text", "filename", "boundary"
"""Places in a mail beside its headers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailMark(Row):
    """A mark: where it is searched, what is kept of it (the pattern's groups), and whose it is, where that is known.

    ``needs`` is a piece that a match always has; ``also`` are codes of which one must have matched too.
    """

    where: str
    pattern: re.Pattern[str]
    grade: Grade
    weight: float
    prose: str
    examples: tuple[str, ...]
    counter: tuple[str, ...] = ()
    vendor: str | None = None
    kind: str | None = None
    needs: str = ""
    also: tuple[str, ...] = ()


class MarkTable:
    """Marks by the place where they are searched, those that hang on another one behind it."""

    def __init__(self, marks: Iterable[MailMark]) -> None:
        places: dict[str, list[MailMark]] = {}
        for mark in sorted(marks, key=lambda each: bool(each.also)):
            places.setdefault(mark.where.lower(), []).append(mark)
        self.places = {where: tuple(found) for where, found in places.items()}


@cache
def mail_marks() -> tuple[MailMark, ...]:
    """Return the shipped rows."""
    return rows.merged(MailMark, "mail-mark", (), None)


@cache
def shipped_marks() -> MarkTable:
    """Return the shipped rows by place."""
    return MarkTable(mail_marks())
