"""``deadlines.toml``: when a service stops taking passwords, and who can undo that."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from sniffer.knowledge.rows import Row

Certainty = Literal["announced", "in-force", "none"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline(Row):
    """What happens to passwords at some services.

    ``begins`` is the first day (UTC) of which ``after`` is true, None where nothing is going to happen; ``when`` is
    the date as one may say it, which is coarser where the announcement is.
    """

    services: tuple[str, ...]
    name: str
    when: str
    begins: date | None = None
    certainty: Certainty
    before: str
    after: str
    reversible: str | None = None
    history: tuple[str, ...] = ()

    def passed(self, day: date) -> bool:
        """Say whether ``after`` is true on a day."""
        return self.begins is not None and day >= self.begins

    def says(self, day: date) -> str:
        """Return what is true on a day, in words."""
        return self.after if self.passed(day) else self.before
