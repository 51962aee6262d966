"""``hints.toml``: advice that hangs on no service's date and on no reply."""

from __future__ import annotations

from dataclasses import dataclass

from sniffer.knowledge.rows import Row


@dataclass(frozen=True, slots=True, kw_only=True)
class Hint(Row):
    """A sentence or two; ``after`` is what it says instead once Exchange Online's date has passed."""

    text: str
    after: str | None = None
