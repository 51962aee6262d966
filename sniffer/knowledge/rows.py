"""A table's rows: read from TOML, each field held against the type that its class gives it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, dataclass, fields
from datetime import date, datetime
from functools import cache
from importlib import resources
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

Network = IPv4Network | IPv6Network

CODE = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
"""Codes are stable and stand in JSON: kebab-case."""


UNDATED = date(1970, 1, 1)
"""Of a row that stands in for one that there is not."""


class KnowledgeError(ValueError):
    """A row that cannot be used; the text names file, row and field, and what to write instead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What every row has: its code, where it is from, and the day that was true."""

    code: str
    source: str
    as_of: date


FILES = {"service": "services.toml", "deadline": "deadlines.toml", "way": "ways.toml", "reply": "replies.toml"}
"""The tables and the files that hold them."""

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
    date: _day,
    re.Pattern[str]: _pattern,
    tuple[Network, ...]: _networks,
}
"""How a value of each type is read; each raises ``ValueError`` with what to write instead."""


@cache
def shipped(table: str) -> tuple[Raw, ...]:
    """Return the raw rows of a table as they ship with the package."""
    text = (resources.files("sniffer.knowledge") / FILES[table]).read_text("utf-8")
    return tuple(tomllib.loads(text)[table])


def own(path: Path) -> dict[str, list[Raw]]:
    """Return the raw rows of a user's file, by table.  Raises ``KnowledgeError``."""
    try:
        found = tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise KnowledgeError(f"{path}: {error}; see https://toml.io for the format") from None
    for table, rows in found.items():
        if table not in FILES:
            raise KnowledgeError(f"{path}: there is no table {table!r}; write {_tables()}")
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise KnowledgeError(f"{path}: {table}: write its rows as [[{table}]]")
    return found


def _tables() -> str:
    return ", ".join(f"[[{table}]]" for table in FILES)


def merged(kind: type[R], table: str, rows: Iterable[Raw], path: Path | None) -> tuple[R, ...]:
    """Return a table's rows: a user's row replaces the shipped one of its code, new ones come first.

    What a replacing row leaves away keeps the shipped value.
    """
    known = {row["code"]: read(kind, table, row, "the shipped file") for row in shipped(table)}
    raw = {row["code"]: row for row in shipped(table)}
    new: dict[str, R] = {}
    for place, row in enumerate(rows, 1):
        where = f"{path}: [[{table}]] {row.get('code', f'row {place}')}"
        code = row.get("code")
        if not isinstance(code, str) or not CODE.fullmatch(code):
            raise KnowledgeError(f'{where}: code: write a word of a-z, 0-9 and dashes, like "example-relay"')
        if code in new:
            raise KnowledgeError(f"{where}: code: the file has this code twice; write one row")
        replaced = code in known
        found = read(kind, table, {**raw.get(code, {}), **row}, where)
        (known if replaced else new)[code] = found
    return (*new.values(), *known.values())


def read(kind: type[R], table: str, row: Mapping[str, Any], where: str) -> R:
    """Return a row as its class has it.  Raises ``KnowledgeError``."""
    types = _types(kind)
    for name in row:
        if name not in types:
            raise KnowledgeError(f"{where}: {name}: a [[{table}]] has no such field; write {', '.join(types)}")
    for field in fields(kind):
        if field.name not in row and field.default is MISSING:
            raise KnowledgeError(f"{where}: {field.name} is missing; {_wanted(types[field.name])}")
    found = {name: _value(types[name], value, f"{where}: {name}") for name, value in row.items()}
    return kind(**found)


@cache
def _types(kind: type[Any]) -> dict[str, Any]:
    """Return the type of each field, without its None."""
    return {name: _plain(each) for name, each in get_type_hints(kind).items()}


def _plain(hint: Any) -> Any:
    rest = [each for each in get_args(hint) if each is not type(None)]
    return rest[0] if type(None) in get_args(hint) and len(rest) == 1 else hint


def _value(kind: Any, value: Any, where: str) -> Any:
    try:
        return _reader(kind)(value)
    except ValueError as error:
        raise KnowledgeError(f"{where}: write {error}") from None


def _reader(kind: Any) -> Callable[[Any], Any]:
    if get_origin(kind) is Literal:
        return lambda value: _choice(value, get_args(kind))
    return READERS[kind]


def _choice(value: Any, choices: tuple[str, ...]) -> str:
    if value not in choices:
        raise ValueError(f"one of {', '.join(choices)}")
    return str(value)


def _wanted(kind: Any) -> str:
    try:
        _reader(kind)(None)
    except ValueError as error:
        return f"write {error}"
    return "write it"
