"""``device_names.toml``: names that boxes have from the factory, and the card's address that many of them carry."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Literal, NamedTuple

from sniffer.knowledge import rows
from sniffer.knowledge.makers import is_neutral_maker, same_maker
from sniffer.knowledge.rows import Row
from sniffer.knowledge.vendors import vendor
from sniffer.model import limits

Grade = Literal["verified", "unverified"]

UNBACKED = 0.3
"""What is left of a rule's weight where the address in the name is not the maker's: anybody may have typed it."""

MODULE = 0.75
"""The same where the address is of a module that many makers use."""

PART = re.compile(r"[\s()\[\]]+")
"""What parts the words of an instance name: ``Samsung C48x Series (SEC001599A1B2C3)``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceName(Row):
    """A kind of name: what it looks like, whose it is, and how much of the card's address it has.

    ``cards`` are other makers whose cards stand in such boxes, ``modules`` says that any maker's of modules may.
    """

    pattern: re.Pattern[str]
    kind: str
    mac: Literal["full", "tail", "none"]
    grade: Grade
    weight: float
    prose: str
    examples: tuple[str, ...]
    counter: tuple[str, ...] = ()
    vendor: str | None = None
    cards: tuple[str, ...] = ()
    modules: bool = False


class FactoryName(NamedTuple):
    """What a name from the factory says.

    ``mac`` is a whole address that is its maker's by the IEEE's list, ``tail`` the last three octets of one that is
    nobody's yet (both lower case, colons).  ``weight`` is how far it goes, ``rule`` the row's code.
    """

    vendor: str | None
    kind: str
    mac: str | None
    tail: str | None
    grade: Grade
    weight: float
    rule: str
    model: str | None = None


def device_names() -> tuple[DeviceName, ...]:
    """Return the shipped rows."""
    return _shipped()


@cache
def _shipped() -> tuple[DeviceName, ...]:
    return rows.merged(DeviceName, "device-name", (), None)


def factory_name(name: str, table: Sequence[DeviceName] | None = None) -> FactoryName | None:
    """Return what a name says if it is one from the factory, whatever its case and domain; None of any other.

    Of an instance name of several words one may be the host's, where it carries a whole address.
    """
    return _known(name) if table is None else _found(name, table)


@lru_cache(limits.BOXES_REMEMBERED)
def _known(name: str) -> FactoryName | None:
    return _found(name, _shipped())


def _found(name: str, table: Sequence[DeviceName]) -> FactoryName | None:
    for label, whole in _labels(name[: limits.NAME_CHARACTERS]):
        for row in table:
            if whole or row.mac == "full":
                match = fullmatch(row.pattern, label)
                if match:
                    return _said(row, match)
    return None


def _labels(name: str) -> Iterator[tuple[str, bool]]:
    """Return what may be a host's name: the first label, else the words of an instance name."""
    yield name.strip().partition(".")[0], True
    words = PART.split(name)
    if len(words) > 1:
        yield from ((word, False) for word in words)


def fullmatch(pattern: re.Pattern[str], label: str) -> re.Match[str] | None:
    """Hold a label against a pattern, in any case."""
    return _any_case(pattern).fullmatch(label)


@lru_cache(limits.PATTERNS_REMEMBERED)
def _any_case(pattern: re.Pattern[str]) -> re.Pattern[str]:
    return re.compile(pattern.pattern, pattern.flags | re.IGNORECASE | re.ASCII if pattern.flags & re.ASCII else
                      pattern.flags | re.IGNORECASE)  # fmt: skip


def _said(row: DeviceName, match: re.Match[str]) -> FactoryName:
    groups = match.groupdict()
    digits = _address(groups.get("mac"))
    mac, tail, weight = None, None, row.weight
    if row.mac == "full":
        backing = _backing(row, digits)
        weight = round(row.weight * backing, 3)
        mac = digits if backing > UNBACKED else None
    elif row.mac == "tail":
        tail = digits
    return FactoryName(row.vendor, row.kind, mac, tail, row.grade, weight, row.code, groups.get("model"))


def _address(digits: str | None) -> str | None:
    """Return hexadecimal digits as an address is written, None where they are none."""
    try:
        return bytes.fromhex(digits).hex(":") if digits else None
    except ValueError:
        return None


def _backing(row: DeviceName, mac: str | None) -> float:
    """Say how far the IEEE's list supports that an address is of a box with such a name."""
    maker = vendor(mac) if mac and len(mac) == len("00:00:00:00:00:00") else None
    if maker is None:
        return UNBACKED
    if any(same_maker(maker, each) for each in (row.vendor, *row.cards) if each):
        return 1.0
    return MODULE if row.modules and is_neutral_maker(maker) else UNBACKED
