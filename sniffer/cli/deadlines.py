"""``sniffer deadlines``: when services stop taking passwords, and the ways out."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import IO, Annotated

import typer

from sniffer.cli import options
from sniffer.cli import output as destination
from sniffer.knowledge.catalogue import Catalogue
from sniffer.reports import deadlines as report

HELP = """Say when mail services stop taking passwords, and which ways out there are.

What ships with the program is worded for a day, today by default; rows of your own go over it.

\b
Examples:
  sniffer deadlines
  sniffer deadlines --as-of 2027-01-15
  sniffer deadlines --format json --output deadlines.json
  sniffer deadlines --knowledge ours.toml

\b
Rows of your own are TOML.  One with a known code replaces what it names:
  [[deadline]]
  code = "exchange-online"
  when = "end of March 2027"
  begins = 2027-04-01
  before = "At the end of March 2027 Exchange Online turns Basic off."
  after = "Exchange Online has turned Basic off."
  source = "Message Center MC786329"
  as_of = 2026-12-01
"""


class Format(StrEnum):
    """How the report is written."""

    TABLE = "table"
    JSON = "json"


def deadlines(
    as_of: options.AsOfOption = None,
    knowledge: options.KnowledgeOption = None,
    form: Annotated[Format, typer.Option("--format", help="How to write it.")] = Format.TABLE,
    output: options.OutputOption = None,
) -> None:
    """Print dates and ways; the options' help says the rest."""
    day = options.as_of(as_of)
    catalogue = options.knowledge(knowledge)
    destination.check(output)
    with destination.opened(output, for_programs=form is Format.JSON) as stream:
        if form is Format.JSON:
            report.write_json(stream, catalogue, day)
        else:
            _print(stream, catalogue, day)


def _print(stream: IO[str], catalogue: Catalogue, day: date) -> None:
    from sniffer.reports import table  # noqa: PLC0415 - rich's tables take 50 ms to import

    console = table.console(stream)
    page = report.Page(catalogue, day)
    console.print(f"When mail services stop taking passwords, as of {day}")
    console.print(page.deadlines())
    console.print("The ways out of Basic to Exchange Online, the first that fits first")
    console.print(page.ways())
    console.print(page.sources())
