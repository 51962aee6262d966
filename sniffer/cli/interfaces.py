"""``sniffer interfaces``: what this machine has to listen to."""

from __future__ import annotations

from enum import StrEnum
from typing import IO, Annotated

import typer

from sniffer.cli import options
from sniffer.cli import output as destination
from sniffer.reports import interfaces as report
from sniffer.sources import interfaces as machine
from sniffer.sources.interfaces import Interface
from sniffer.sources.privileges import may_capture, permission_advice

HELP = """List the interfaces of this machine, and whether we may listen to them.

Says of each how it is, its addresses and speed, and which may be the one that a switch copies traffic to (a span port):
it is up, has no address of its own, and hears far more than it says.  "any" is all of them together, without
promiscuous mode: it hears only what comes to this machine.

Listens to nothing and sends nothing.

\b
Examples:
  sniffer interfaces
  sniffer interfaces --format json --output interfaces.json

\b
Exit status:
  0  done, also where we may listen to none
  1  failed
  2  wrong usage
"""


class Format(StrEnum):
    """How the list is written."""

    TABLE = "table"
    JSON = "json"


def interfaces(
    form: Annotated[Format, typer.Option("--format", help="How to write it.")] = Format.TABLE,
    output: options.OutputOption = None,
) -> None:
    """Print the list; the options' help says the rest."""
    destination.check(output)
    found = machine.interfaces()
    with destination.opened(output, for_programs=form is Format.JSON) as stream:
        if form is Format.JSON:
            report.write_json(stream, found)
        else:
            _print(stream, found)
    if not may_capture():
        typer.echo(f"sniffer: we may not capture here; {permission_advice()}", err=True)


def _print(stream: IO[str], found: list[Interface]) -> None:
    from sniffer.reports import table  # noqa: PLC0415 - rich's tables take 50 ms to import

    console = table.console(stream)
    console.print(report.interfaces_table(found), width=min(console.width, report.WIDTH))
