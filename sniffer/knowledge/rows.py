"""A table's rows: read from TOML, each field held against the type that its class gives it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable
from dataclasses import MISSING, dataclass, fields
from datetime import date, datetime, timedelta
from functools import cache
from importlib import resources
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any, Generic, Literal, TypeVar, get_args, get_origin, get_type_hints

Network = IPv4Network | IPv6Network

CODE = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
"""Codes are stable and stand in JSON: kebab-case."""


UNDATED = date(1970, 1, 1)
"""Of a row that stands in for one that there is not."""


FRESH = timedelta(days=60)
"""Microsoft has moved this date three times in two years, with two months' notice or less."""


class KnowledgeError(ValueError):
    """A row that cannot be used; the text names file, row and field, and what to write instead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What every row has: its code, where it is from, the day that was true, and what to look up once it is old."""

    code: str
    source: str
    as_of: date
    check: str = "the source"

    def stale(self, day: date) -> bool:
        """Say whether a row is so old on a day that its source should be read again."""
        return day - self.as_of > FRESH


FILES = {
    "service": "services.toml",
    "deadline": "deadlines.toml",
    "way": "ways.toml",
    "reply": "replies.toml",
    "hint": "hints.toml",
    "device-name": "device_names.toml",
    "mail-mark": "mail_marks.toml",
    "client-program": "client_programs.toml",
    "device-text": "device_texts.toml",
}
"""The tables of which a user's file may have rows, and the files that hold what ships."""

OURS = {"maker": "makers.toml", "span-advice": "span_advice.toml", "recipe": "recipes.toml"}
"""Tables that only ship."""

R = TypeVar("R", bound=Row)
Raw = dict[str, Any]


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError('text in quotes, like "smtp.example.org"')
    return value


def _words(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(each, str) and each.strip() for each in value):
        raise ValueError('a list of texts, like ["smtp.example.org", ".example.org"]')
    return tuple(value)


def _ports(value: Any) -> tuple[int, ...]:
    if not isinstance(value, list) or not all(type(each) is int and 0 < each <= 65_535 for each in value):
        raise ValueError("a list of ports, like [25, 587]")
    return tuple(value)


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("true or false")
    return value


def _day(value: Any) -> date:
    if not isinstance(value, date) or isinstance(value, datetime):
        raise ValueError("a date without quotes, like 2026-11-23")
    return value


def _share(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= 1:
        raise ValueError("a number above 0, up to 1, like 0.6")
    return float(value)


def _count(value: Any) -> int:
    if type(value) is not int or not 0 < value < 100:
        raise ValueError("a small number, like 2")
    return value


def _pattern(value: Any) -> re.Pattern[str]:
    try:
        return re.compile(_text(value))
    except re.error as error:
        raise ValueError(f"a regular expression of Python ({error})") from None


def _networks(value: Any) -> tuple[Network, ...]:
    try:
        return tuple(ip_network(each) for each in _words(value))
    except ValueError:
        raise ValueError('a list of networks without host bits, like ["192.0.2.0/24", "2001:db8::/32"]') from None


READERS: dict[Any, Callable[[Any], Any]] = {
    str: _text,
    tuple[str, ...]: _words,
    tuple[int, ...]: _ports,
    bool: _flag,
    float: _share,
    int: _count,
    date: _day,
    re.Pattern[str]: _pattern,
    tuple[Network, ...]: _networks,
}
"""How a value of each type is read; each raises ``ValueError`` with what to write instead."""


@cache
def shipped(table: str) -> tuple[Raw, ...]:
    """Return the raw rows of a table as they ship with the package."""
    text = (resources.files("sniffer.knowledge") / _file(table)).read_text("utf-8")
    return tuple(tomllib.loads(text)[table])


def own(path: Path) -> dict[str, list[Raw]]:
    """Return the raw rows of a user's file, by table.  Raises ``KnowledgeError``."""
    try:
        found = tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise KnowledgeError(f"{path}: {error}; see https://toml.io for the format") from None
    for table, rows in found.items():
        if table not in FILES:
            raise KnowledgeError(f"{path}: there is no table {table!r}; write {_tables()}")
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise KnowledgeError(f"{path}: {table}: write its rows as [[{table}]]")
    return found


def _file(table: str) -> str:
    return FILES.get(table) or OURS[table]


def _tables() -> str:
    return ", ".join(f"[[{table}]]" for table in FILES)


def merged(kind: type[R], table: str, rows: Iterable[Raw], path: Path | None) -> tuple[R, ...]:
    """Return a table's rows: a user's row replaces the shipped one of its code, new ones come first.

    What a replacing row leaves away keeps the shipped value.  Raises ``KnowledgeError``.
    """
    reader = _Reader(kind, table)
    raw = {row["code"]: row for row in shipped(table)}
    known = {code: reader.row(row, f"{_file(table)}: {code}") for code, row in raw.items()}
    new: dict[str, R] = {}
    seen: set[str] = set()
    for place, row in enumerate(rows, 1):
        code = row.get("code")
        where = f"{path}: [[{table}]] {code or f'row {place}'}"
        if not isinstance(code, str) or not CODE.fullmatch(code):
            raise KnowledgeError(f'{where}: code: write a word of a-z, 0-9 and dashes, like "example-relay"')
        if code in seen:
            raise KnowledgeError(f"{where}: code: the file has this one twice; write one row")
        seen.add(code)
        (known if code in known else new)[code] = reader.row({**raw.get(code, {}), **row}, where)
    return (*new.values(), *known.values())


class _Reader(Generic[R]):
    """Makes raw rows of a table what its class says."""

    def __init__(self, kind: type[R], table: str) -> None:
        self._kind = kind
        self._table = table
        self._types = {name: _plain(hint) for name, hint in get_type_hints(kind).items()}
        self._needed = [each.name for each in fields(kind) if each.default is MISSING]

    def row(self, raw: Raw, where: str) -> R:
        for name in raw:
            if name not in self._types:
                known = ", ".join(self._types)
                raise KnowledgeError(f"{where}: {name}: a [[{self._table}]] has no such field; write one of {known}")
        for name in self._needed:
            self._value(name, raw.get(name), where)
        return self._kind(**{name: self._value(name, value, where) for name, value in raw.items()})

    def _value(self, name: str, value: Any, where: str) -> Any:
        kind = self._types[name]
        try:
            return _choice(value, get_args(kind)) if get_origin(kind) is Literal else READERS[kind](value)
        except ValueError as error:
            missing = " is missing" if value is None else ""
            raise KnowledgeError(f"{where}: {name}{missing}: write {error}") from None


def _plain(hint: Any) -> Any:
    """Return a type without its None: a field that may be left away is not written at all."""
    rest = [each for each in get_args(hint) if each is not type(None)]
    return rest[0] if type(None) in get_args(hint) and len(rest) == 1 else hint


def _choice(value: Any, choices: tuple[str, ...]) -> str:
    if value not in choices:
        raise ValueError(f"one of {', '.join(choices)}")
    return str(value)
