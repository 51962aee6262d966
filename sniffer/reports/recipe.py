"""Recipes for a person: a list of them, or one with its commands, which stay in one piece to be pasted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from textwrap import wrap

from sniffer.knowledge.recipes import Kind, Recipe

WIDTH = 80
"""Columns of the text, but for commands."""

HEADINGS: dict[Kind, str] = {"capture": "To capture with", "mirror": "To have a switch mirror to a port of ours"}


def listed(recipes: Sequence[Recipe]) -> Iterator[str]:
    """Give the lines of the list."""
    widest = max(len(each.code) for each in recipes)
    for kind, heading in HEADINGS.items():
        yield heading
        for each in recipes:
            if each.kind == kind:
                yield from _wrapped(f"{each.title}: {each.purpose}", f"  {each.code:<{widest}}  ", " " * (widest + 4))
        yield ""
    yield "sniffer recipe NAME prints one, with commands to paste."


def page(recipe: Recipe, ports: Sequence[int], expression: str, host: str | None) -> Iterator[str]:
    """Give the lines of one recipe; ``expression`` is the filter of libpcap."""
    yield from _wrapped(f"{recipe.title}: {recipe.purpose}", "")
    yield ""
    for line in recipe.lines(ports, expression, host):
        yield f"  {line}"
    yield ""
    for place, heading in ((recipe.bring, "Bring it here:"), (recipe.read, "Then:")):
        if place:
            yield heading
            yield from (f"  {line}" for line in place)
            yield ""
    left_out = recipe.left_out(ports)
    if left_out:
        yield from _wrapped(f"No room for the ports {', '.join(map(str, left_out))}: choose with --ports.", "! ", "  ")
    if host and not recipe.host_commands:
        yield from _wrapped(f"It cannot be narrowed to {host} here.", "! ", "  ")
    for note in recipe.notes:
        yield from _wrapped(note, "- ", "  ")
    yield from _wrapped(f"Source: {recipe.source}; as of {recipe.as_of}.", "- ", "  ")


def _wrapped(text: str, first: str, following: str = "") -> list[str]:
    return wrap(
        text, WIDTH, initial_indent=first, subsequent_indent=following, break_long_words=False, break_on_hyphens=False
    )
