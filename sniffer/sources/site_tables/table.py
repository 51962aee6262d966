"""What the readers of all formats share: the file they read for, the facts they make, the rows they could not use."""

from __future__ import annotations

import contextlib
from collections.abc import Container, Iterable, Iterator
from datetime import tzinfo
from typing import NamedTuple, TypeVar

from sniffer.model.clues import BindingFact, ClueFact, Field, Source, TranslationFact
from sniffer.sources.problems import TableError
from sniffer.sources.site_tables import cells, moments

Found = TypeVar("Found")

SiteFact = ClueFact | BindingFact | TranslationFact
"""What a site's table tells."""


class RowProblem(NamedTuple):
    """What was wrong with rows of a table: how many, and the first of them."""

    problem: str
    rows: int
    line: int


class Table:
    """One file, as its reader sees it.

    ``captured`` is when the capture was taken that the table is to explain, in microseconds: a table without times is
    taken to hold then.  That is all that can be said of it, and no word about any other hour.  ``ports`` are those of
    servers to which translations matter, None for all.
    """

    def __init__(
        self, file: str, zone: tzinfo, captured: int | None, ports: Container[int] | None = None
    ) -> None:  # fmt: skip
        self.file = file
        self.zone = zone
        self.captured = captured
        self.ports = ports
        self.order: moments.Order | None = None
        self._problems: dict[str, tuple[int, int]] = {}

    # -- rows that could not be used -----------------------------------------------------------

    def complain(self, problem: str, line: int) -> None:
        """Count a row that cannot be used.  ``problem`` is one of the reader's own few, never text of the row."""
        rows, first = self._problems.get(problem, (0, line))
        self._problems[problem] = rows + 1, min(first, line)

    @property
    def problems(self) -> list[RowProblem]:
        """What was wrong with how many rows, the most first."""
        found = (RowProblem(problem, rows, line) for problem, (rows, line) in self._problems.items())
        return sorted(found, key=lambda each: (-each.rows, each.line))

    def wants(self, asked: str) -> bool:
        """Say whether a connection to this port of a server, or to one that is not told, is of interest."""
        port = cells.port(asked) if self.ports is not None and asked else None
        return port is None or self.ports is None or port in self.ports

    # -- times ---------------------------------------------------------------------------------

    @property
    def moment(self) -> int:
        """When a table without times holds.  Raises ``TableError`` where nothing says."""
        if self.captured is None:
            raise TableError(self.file, "does not say when it holds", "read it together with the capture it explains")
        return self.captured

    def learn_order(self, dates: Iterable[str]) -> None:
        """Find out whether the file's dates begin with the day.  Raises ``TableError`` where that cannot be told."""
        try:
            self.order = moments.order(before_damage(dates))
        except moments.AmbiguousDateError as error:
            advice = "export them as 2026-04-03, in PowerShell with LeaseExpiryTime.ToString('o')"
            raise TableError(self.file, str(error), advice) from None

    def time(self, cell: str) -> int | None:
        """Return the time that a cell tells, in the order of the file's dates."""
        return moments.civil(cell, self.zone, self.order)

    def seen(self, until: int | None) -> int:
        """Return when a lease was seen to hold of which only the end is known: at the capture, at the latest then."""
        if until is not None and (self.captured is None or until < self.captured):
            return until
        return self.moment

    # -- facts ---------------------------------------------------------------------------------

    def binding(
        self, source: Source, ip: str, mac: str, line: int, first: int, last: int, *, until: int | None = None,
        over: bool = False,
    ) -> BindingFact:  # fmt: skip
        """Return that a card had an address."""
        return BindingFact("", (), ip, mac, source, first, last, 1, until, over, self.file, line)

    def clues(
        self, source: Source, mac: str | None, ip: str | None, line: int, said: Iterable[tuple[Field, str]], *,
        first: int, last: int,
    ) -> Iterator[ClueFact]:  # fmt: skip
        """Give what is said of a box, cleaned; nothing where the words say nothing."""
        for field, raw in said:
            value = cells.text(raw)
            if value:
                yield ClueFact("", (), mac, ip, source, field, value, first, last, 1, self.file, line)


def before_damage(found: Iterable[Found]) -> Iterator[Found]:
    """Give what a first pass can read; the damage behind it is met again, and said, when the rows are read."""
    with contextlib.suppress(TableError):
        yield from found
