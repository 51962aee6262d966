"""Pieces of a drawing: text that is measured, wrapped and escaped, lines and boxes (SVG 1.1)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from rich.cells import cell_len

from sniffer.reports.escape import for_terminal, for_xml

SANS = "Arial, Helvetica, 'Liberation Sans', 'DejaVu Sans', sans-serif"
MONO = "Consolas, Menlo, 'Liberation Mono', 'DejaVu Sans Mono', monospace"
"""Fonts that are there anyway; a drawing brings none."""

INK, GREY, FAINT, PAPER = "#1b1f24", "#57606a", "#d0d7de", "#ffffff"

WIDE, NARROW = "MW@%mw—", " .,:;'!|()[]/ijlftrI-"
"""Letters that are wider, and narrower, than most."""

BREAK = re.compile(r"(?<![<>]) +(?!%)")
"""Where a line may end: at a space, but not within ``> 99 %``."""

MOST_LINES = 12
"""Lines that a text is wrapped to."""


@cache
def _ems(char: str) -> float:
    """Return a character's width, of its height; roughly that of DejaVu, the widest of the fonts above."""
    if char in WIDE or cell_len(char) > 1:
        return 1.0
    if char in NARROW:
        return 0.4
    return 0.7 if char.isupper() else 0.6


def _cells(char: str) -> float:
    """Return the same of a font whose letters are all as wide."""
    return 0.61 * cell_len(char)


def text(
    x: float,
    y: float,
    content: str,
    *,
    size: float = 13,
    fill: str = INK,
    anchor: str = "start",
    bold: bool = False,
    mono: bool = False,
) -> str:
    """Return a line of text; ``y`` is its base line."""
    family = f' font-family="{for_xml(MONO)}"' if mono else ""
    weight = ' font-weight="bold"' if bold else ""
    place = f' text-anchor="{anchor}"' if anchor != "start" else ""
    style = f'font-size="{size:g}" fill="{fill}"{place}{weight}{family}'
    return f'<text x="{x:g}" y="{y:g}" {style}>{for_xml(content)}</text>'


def paragraph(x: float, y: float, lines: Iterable[str], *, size: float) -> str:
    """Return lines that were one, in type of even width: one text, so that it is copied whole."""
    spans = (f'<tspan x="{x:g}" y="{y + 18 * row:g}">{for_xml(each)} </tspan>' for row, each in enumerate(lines))
    return f'<text font-size="{size:g}" fill="{INK}" font-family="{for_xml(MONO)}">{"".join(spans)}</text>'


def line(x1: float, y1: float, x2: float, y2: float, *, stroke: str = FAINT, width: float = 1, more: str = "") -> str:
    """Return a line; ``more`` are further attributes."""
    return f'<line x1="{x1:g}" y1="{y1:g}" x2="{x2:g}" y2="{y2:g}" stroke="{stroke}" stroke-width="{width:g}"{more}/>'


def box(x: float, y: float, width: float, height: float, *, fill: str, stroke: str = "none", radius: float = 0) -> str:
    """Return a filled rectangle."""
    shape = f'x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="{radius:g}"'
    return f'<rect {shape} fill="{fill}" stroke="{stroke}"/>'


def arrow(x1: float, x2: float, y: float, *, stroke: str) -> str:
    """Return an arrow from ``x1`` to ``x2``."""
    back = -9 if x2 > x1 else 9
    head = f"{x2:g},{y:g} {x2 + back:g},{y - 4.5:g} {x2 + back:g},{y + 4.5:g}"
    return line(x1, y, x2 + back / 2, y, stroke=stroke, width=1.8) + f'<polygon points="{head}" fill="{stroke}"/>'


def measured(content: str, size: float, *, mono: bool = False) -> float:
    """Return how wide text is, about."""
    return sum(map(_cells if mono else _ems, content)) * size


def fitted(content: str, width: float, size: float) -> str:
    """Return text that fits into a width, cut if it must be."""
    shown = for_terminal(content)
    if measured(shown, size) <= width:
        return shown
    return _pieces(shown, width - size, size, mono=False)[0] + "…"


def wrapped(content: str, width: float, size: float, *, mono: bool = False) -> list[str]:
    """Return text as lines that fit into a width, no more than a reader will read."""
    lines: list[str] = [""]
    for word in BREAK.split(for_terminal(content)):
        for part in _pieces(word, width, size, mono=mono):
            longer = f"{lines[-1]} {part}".strip()
            if measured(longer, size, mono=mono) <= width:
                lines[-1] = longer
            else:
                lines.append(part)
    return lines if len(lines) <= MOST_LINES else [*lines[: MOST_LINES - 1], lines[MOST_LINES - 1] + " …"]


def _pieces(word: str, width: float, size: float, *, mono: bool) -> list[str]:
    """Return a word in pieces that fit into a width, each with one character at least."""
    pieces, full = [""], width
    for char in word:
        full -= measured(char, size, mono=mono)
        if full < 0 and pieces[-1]:
            pieces.append("")
            full = width - measured(char, size, mono=mono)
        pieces[-1] += char
    return pieces


def document(width: float, height: float, title: str, description: str, parts: Iterable[str]) -> str:
    """Return a whole drawing, on white paper; title and description are what a screen reader says."""
    size = f'width="{width:g}" height="{height:g}" viewBox="0 0 {width:g} {height:g}"'
    named = 'role="img" aria-labelledby="title desc"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} {named} font-family="{for_xml(SANS)}">'
    said = [f'<title id="title">{for_xml(title)}</title>', f'<desc id="desc">{for_xml(description)}</desc>']
    paper = box(0, 0, width, height, fill=PAPER)
    return "\n".join(['<?xml version="1.0" encoding="UTF-8"?>', head, *said, paper, *parts, "</svg>"]) + "\n"
