"""``span_advice.toml``: what to change at a switch or a capture command, for what a survey shows."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from sniffer.knowledge import rows
from sniffer.knowledge.rows import Row


@dataclass(frozen=True, slots=True, kw_only=True)
class SpanAdvice(Row):
    """One thing to do; each of ``commands`` says where it is typed, a colon, and what."""

    text: str
    commands: tuple[str, ...] = ()


@cache
def span_advice() -> dict[str, SpanAdvice]:
    """Return the shipped rows by their codes."""
    return {row.code: row for row in rows.merged(SpanAdvice, "span-advice", (), None)}
