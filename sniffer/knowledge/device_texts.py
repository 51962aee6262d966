"""``device_texts.toml``: what makers' words say of a box: who made it, what it is, and which one."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Literal, get_args

from sniffer.knowledge import rows
from sniffer.knowledge.rows import KnowledgeError, Row
from sniffer.model import limits
from sniffer.model.clues import KINDS, Field, Said

TABLE = "device-text"

TOLD: tuple[Field, ...] = ("vendor", "model", "kind", "serial", "location")
"""What a text may tell; a pattern's named groups are some of these."""

Grade = Literal["sample", "document", "weak"]
"""How far to trust a row: seen from such boxes; as the maker documents it; what many others say as well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceText(Row):
    """A text as boxes say it in some fields, and what that tells.

    ``pattern``'s named groups are read from the text; ``vendor`` and ``kind`` go without saying.  ``examples`` are
    texts with what they tell: ``Canon iR-ADV C350 => vendor=Canon; model=iR-ADV C350; kind=printer``.
    """

    fields: tuple[str, ...]
    pattern: re.Pattern[str]
    grade: Grade
    examples: tuple[str, ...]
    vendor: str | None = None
    kind: str | None = None

    def told(self, value: str) -> tuple[Said, ...]:
        """Return what a text tells that the pattern fits, nothing if it does not."""
        found = self.pattern.search(value)
        if found is None:
            return ()
        words = {"vendor": self.vendor, "kind": self.kind, **found.groupdict()}
        told = ((field, (words.get(field) or "").strip(" ;,")) for field in TOLD)
        return tuple(Said(field, value) for field, value in told if value)


class DeviceTexts:
    """The rows, by the fields that they are about; of several that fit the first holds."""

    def __init__(self, table: Iterable[DeviceText]) -> None:
        self.rows = tuple(table)
        self._by_field = {field: [row for row in self.rows if field in row.fields] for field in get_args(Field)}
        self.described = lru_cache(limits.TEXTS_REMEMBERED)(self._described)

    def row(self, field: Field, value: str) -> DeviceText | None:
        """Return the row that a text fits, to say why and how far to trust it."""
        return next((row for row in self._by_field[field] if row.pattern.search(value)), None)

    def _described(self, field: Field, value: str) -> tuple[Said, ...]:
        """Return what a text tells of who says it."""
        row = self.row(field, value)
        return row.told(value) if row else ()


def described(field: Field, value: str) -> tuple[Said, ...]:
    """Return what a text tells of who says it, by the rows that ship with the package."""
    return device_texts().described(field, value)


@cache
def device_texts(user_file: Path | None = None) -> DeviceTexts:
    """Return the rows that ship with the package, with a user's file before them.  Raises ``KnowledgeError``.

    Not in the catalogue: its expressions take 30 ms to compile, which only who looks for devices should wait for.
    """
    own = rows.own(user_file).get(TABLE, []) if user_file else []
    table = rows.merged(DeviceText, TABLE, own, user_file)
    for row in table:
        _check(row, f"{user_file or rows.FILES[TABLE]}: [[{TABLE}]] {row.code}")
    return DeviceTexts(table)


def _check(row: DeviceText, where: str) -> None:
    """Refuse fields, kinds and groups that nobody knows."""
    for name, values, known in (
        ("fields", row.fields, get_args(Field)),
        ("kind", (row.kind,) if row.kind else (), KINDS),
        ("pattern", tuple(row.pattern.groupindex), TOLD),
    ):
        for value in values:
            if value not in known:
                raise KnowledgeError(f"{where}: {name}: there is no {value!r}; write one of {', '.join(known)}")
