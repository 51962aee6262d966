"""``makers.toml``: makers under all their names, what they mostly make, and who only makes cards for others."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache
from typing import NamedTuple

from sniffer.knowledge import rows
from sniffer.knowledge.rows import Row
from sniffer.model import limits

END_KINDS = ("printer", "ups")
"""Kinds of boxes that pass nothing on.  A recorder of cameras does, and a NAS translates for its containers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Maker(Row):
    """A maker: ``aliases`` are beginnings of its names, ``kind`` what nearly all its boxes are, as far as ``weight``.

    A ``neutral`` one makes cards for others: it speaks neither for nor against any maker of boxes.  One of ``gear``
    mostly makes what stands between other boxes: routers, firewalls, switches, access points.
    """

    name: str
    aliases: tuple[str, ...]
    kind: str | None = None
    weight: float | None = None
    neutral: bool = False
    gear: bool = False


class LikelyKind(NamedTuple):
    """What a maker's boxes mostly are, and how far that goes."""

    kind: str
    weight: float


@cache
def makers() -> tuple[Maker, ...]:
    """Return the shipped rows."""
    return rows.merged(Maker, "maker", (), None)


def same_maker(one: str, other: str) -> bool:
    """Say whether two names are of one maker: ``Hewlett Packard`` and ``HP``."""
    return bool(one.strip()) and canonical(one) == canonical(other)


def is_neutral_maker(name: str) -> bool:
    """Say whether this one makes cards and modules that stand in others' boxes."""
    row = _row(_plain(name))
    return row is not None and row.neutral


def makes_gear(name: str) -> bool:
    """Say whether a maker's boxes mostly stand between others."""
    row = _row(_plain(name))
    return row is not None and row.gear


def likely_kind(name: str) -> LikelyKind | None:
    """Return what the boxes of a maker mostly are, None of one who makes many things or is not known."""
    row = _row(_plain(name))
    return LikelyKind(row.kind, row.weight) if row and row.kind and row.weight else None


def makes_ends(name: str) -> bool:
    """Say whether a maker's boxes mostly stand at the end of a cable, with nothing behind them."""
    usual = likely_kind(name)
    return usual is not None and usual.kind in END_KINDS


def canonical(name: str) -> str:
    """Return the one name of a maker, as people say it; of one that has no row the name in small letters."""
    row = _row(_plain(name))
    return row.name if row else _plain(name)


def known_as(name: str) -> str | None:
    """Return the name by which people know a maker, None of one that has no row."""
    row = _row(_plain(name))
    return row.name if row else None


def _plain(name: str) -> str:
    return " ".join(name.lower().split())


@lru_cache(limits.TEXTS_REMEMBERED)
def _row(name: str) -> Maker | None:
    """Return the maker whose alias is the longest beginning of a name, up to the end of a word."""
    table = _aliases()
    end = len(name)
    while end > 0:
        row = table.get(name[:end])
        if row is not None:
            return row
        end = next((place for place in range(end - 1, 0, -1) if _ends_word(name, place)), 0)
    return None


def _ends_word(name: str, place: int) -> bool:
    """Say whether a word ends before a place: neither half of ``LiteOn`` is one."""
    return name[place - 1].isalnum() and not (name[place].isalnum() or name[place] == "-")


@cache
def _aliases() -> dict[str, Maker]:
    return {alias: row for row in makers() for alias in (row.name.lower(), *row.aliases)}
