"""The interfaces of this machine: rows for programs, a table for people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import IO, TYPE_CHECKING

from sniffer.reports.escape import for_terminal
from sniffer.reports.machine import encoded
from sniffer.reports.rows import Row

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text

    from sniffer.sources.interfaces import Interface

WIDTH = 80
"""Columns of the table: who plugs in has a plain terminal, or a serial line."""

SHOWN = 3
"""Addresses shown of an interface; a server's has some dozens."""


def interface_row(found: Interface) -> Row:
    """Return an interface as programs read it: ``speed`` in Mbit/s, ``mtu`` in octets."""
    return found._asdict() | {"addresses": list(found.addresses)}


def write_json(stream: IO[str], found: Sequence[Interface]) -> None:
    """Write all as one object (``schemas/interfaces.schema.json``)."""
    rows = [interface_row(each) for each in found]
    stream.write(encoded({"type": "interfaces", "schema": 1, "interfaces": rows}) + "\n")


def interfaces_table(found: Sequence[Interface]) -> Table:
    """Return a row for each interface."""
    from rich import box  # noqa: PLC0415 - rich takes 50 ms to import, and JSON needs none of it
    from rich.table import Table  # noqa: PLC0415

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0), header_style="bold")
    table.add_column("Interface", overflow="fold", min_width=9)
    table.add_column("State", overflow="fold", min_width=10)
    table.add_column("Addresses", overflow="fold", min_width=18)
    table.add_column("May we listen?", overflow="fold", min_width=14)
    for each in found:
        table.add_row(_cell(each.name, each.kind), _state(each), _addresses(each), _listen(each))
    return table


def _state(found: Interface) -> Text:
    if not found.up:
        word = "down"
    elif not found.running:
        word = "no carrier"
    else:
        word = "up"
    more = [_speed(found.speed)] if found.speed else []
    more += ["promiscuous"] if found.promiscuous else []
    return _cell(word, ", ".join(more), "" if word == "up" else "yellow")


def _speed(megabits: int) -> str:
    return f"{megabits / 1000:g} Gbit/s" if megabits >= 1000 else f"{megabits} Mbit/s"


def _addresses(found: Interface) -> Text:
    more = len(found.addresses) - SHOWN
    shown = [*found.addresses[:SHOWN], *([f"and {more} more"] if more > 0 else [])]
    return _cell("\n".join(shown) or "–")


def _listen(found: Interface) -> Text:
    if not found.openable:
        return _cell("no", found.why_not or "", "yellow")
    return _cell("yes", found.hint or ("" if found.up else "hears it when it comes up"))


def _cell(text: str, quieter: str = "", style: str = "") -> Text:
    """Return a cell of some lines and, in a quieter voice, one more."""
    from rich.text import Text  # noqa: PLC0415

    cell = Text("\n".join(map(for_terminal, text.split("\n"))), style)
    return cell.append("\n" + for_terminal(quieter), "dim") if quieter else cell
