"""Loads ``tls.toml``: what TLS calls its versions, alerts and cipher suites."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import Any


def version_name(number: int) -> str:
    """Return a version as people write it: ``1.2``, ``SSL 3.0``, ``0x7F1C`` for one without a name."""
    return _names("versions", 16).get(number) or f"0x{number:04X}"


def is_version(number: int) -> bool:
    """Say whether a version has a name."""
    return number in _names("versions", 16)


def cipher_name(number: int) -> str:
    """Return a cipher suite's name, ``0xC0FE`` for one without."""
    return _names("ciphers", 16).get(number) or f"0x{number:04X}"


def alert_name(number: int) -> str:
    """Return an alert's name, its number for one without."""
    return _names("alerts", 10).get(number) or str(number)


def as_of() -> str:
    """Return the newest date of the tables, ISO 8601."""
    return max(str(table["as_of"]) for table in _tables().values())


@cache
def _tables() -> dict[str, Any]:
    return tomllib.loads((resources.files("sniffer.knowledge") / "tls.toml").read_text("utf-8"))


@cache
def _names(table: str, base: int) -> dict[int, str]:
    rows = (line.partition(" ") for line in _tables()[table]["names"].splitlines())
    return {int(number, base): name for number, _, name in rows}
