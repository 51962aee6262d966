"""``recipes.toml``: how to capture with what a site has, and how to have its switches mirror."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

from sniffer.knowledge import rows
from sniffer.knowledge.rows import Row

Kind = Literal["capture", "mirror"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe(Row):
    """Commands ready to paste; ``recipes.toml`` tells what each field means."""

    title: str
    kind: Kind
    purpose: str
    commands: tuple[str, ...]
    host_commands: tuple[str, ...] = ()
    most: int | None = None
    bring: tuple[str, ...] = ()
    read: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def lines(self, ports: Sequence[int], expression: str, host: str | None = None) -> Iterator[str]:
        """Give the commands for some ports, a filter of libpcap and, where there are such commands, one host."""
        simple = " or ".join(f"port {port}" for port in ports)
        words = {
            "{filter}": expression, "{simple}": simple, "{ports}": ",".join(map(str, ports)), "{host}": host or "",
        }  # fmt: skip
        for line in self.host_commands if host else self.commands:
            for port in ports[: self.most] if "{port}" in line else ports[:1]:
                yield _filled(line, {**words, "{port}": str(port)})

    def left_out(self, ports: Sequence[int]) -> tuple[int, ...]:
        """Return the ports for which there is no room."""
        return tuple(ports[self.most :]) if self.most else ()


def _filled(line: str, words: dict[str, str]) -> str:
    for name, value in words.items():
        line = line.replace(name, value)
    return line


@cache
def recipes() -> tuple[Recipe, ...]:
    """Return the shipped rows."""
    return rows.merged(Recipe, "recipe", (), None)
