"""A page of text for a terminal: headings, indented lines and tables, all made harmless here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from sniffer.reports.escape import for_terminal

INDENT = 2
"""Columns by which what stands below a heading is moved in."""

COPIED = ("ip.addr==", "ipv6.addr==")
"""Beginnings of display filters: they stay on one line, to be copied into Wireshark."""

QUIET = "dim"
"""The style of what is read second."""

Cell = Sequence[tuple[str, str]]
"""The lines of a table's cell, each a text and its style."""


class Page:
    """Writes headings and indented lines; all text is made harmless for the terminal here."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def title(self, text: str, style: str = "bold") -> None:
        """Write a line without indent."""
        self._console.print(Text(for_terminal(text), style))

    def section(self, name: str, lines: Iterable[str]) -> None:
        """Write a heading and its lines; nothing where there are none."""
        shown = list(lines)
        if shown:
            self._heading(name)
        for line in shown:
            text = line.lstrip(" ")
            room = INDENT + len(line) - len(text)
            if text.startswith(COPIED):
                self._console.print(" " * room + for_terminal(text), soft_wrap=True)
            else:
                self._console.print(Padding(Text(for_terminal(text)), (0, 0, 0, room)))

    def table(self, name: str, columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
        """Write a heading and a table, whose last column but one takes the room that the others leave."""
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0), header_style="bold", leading=1)
        for place, column in enumerate(columns):
            widest = place == len(columns) - 2
            table.add_column(
                column, overflow="fold", ratio=1 if widest else None, min_width=max(map(len, column.split()))
            )
        for row in rows:
            table.add_row(*map(_cell, row))
        self._heading(name)
        self._console.print(Padding(table, (0, 0, 0, INDENT)))

    def _heading(self, name: str) -> None:
        self._console.print()
        self._console.print(Text(for_terminal(name), "bold"))


def _cell(lines: Cell) -> Text:
    return Text("\n").join(Text(for_terminal(text), style) for text, style in lines)
