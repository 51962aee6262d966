"""``client_programs.toml``: which habits of a client mean which program."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import NamedTuple

from sniffer.knowledge import rows
from sniffer.knowledge.rows import Row
from sniffer.model import limits

CASES = ("lower", "upper", "odd", "case")
"""Kinds of traits that have one cause: how a program writes its verbs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientProgram(Row):
    """A program: traits that it has, those that it must have and never has, and how many kinds of them name it."""

    name: str
    traits: tuple[str, ...]
    weight: float
    prose: str
    must: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    needs: int = 2


class Program(NamedTuple):
    """The program that a client shows to be, and how far that goes."""

    name: str
    weight: float


@cache
def client_programs() -> tuple[ClientProgram, ...]:
    """Return the shipped rows."""
    return rows.merged(ClientProgram, "client-program", (), None)


def client_program(traits: Iterable[str], table: Sequence[ClientProgram] | None = None) -> Program | None:
    """Return the program with the most of these traits; None where none has enough, or two have as many."""
    seen = tuple(traits)
    found = [(kinds(row, seen), row) for row in (client_programs() if table is None else table) if _may_be(row, seen)]
    enough = [(count, row) for count, row in found if count >= max(row.needs, 2)]
    most = max((count for count, _ in enough), default=0)
    best = [row for count, row in enough if count == most]
    if len({row.name for row in best}) != 1:
        return None
    return Program(best[0].name, max(row.weight for row in best))


def kinds(row: ClientProgram, seen: Sequence[str]) -> int:
    """Return of how many kinds the traits are that a program has."""
    return len({kind(each) for each in row.traits if has(seen, each)})


def kind(trait: str) -> str:
    """Return the kind of a trait: two of one kind prove no more than one."""
    name = trait.partition(":")[0]
    return "case" if name in CASES else name


def has(seen: Sequence[str], wanted: str) -> bool:
    """Say whether a trait was seen."""
    return any(map(_pattern(wanted).fullmatch, seen)) if "*" in wanted else wanted in seen


def _may_be(row: ClientProgram, seen: Sequence[str]) -> bool:
    return all(has(seen, each) for each in row.must) and not any(has(seen, each) for each in row.never)


@lru_cache(limits.PATTERNS_REMEMBERED)
def _pattern(wanted: str) -> re.Pattern[str]:
    return re.compile(".*".join(map(re.escape, wanted.split("*"))))
