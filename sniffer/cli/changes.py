"""``sniffer changes``: what became of the devices of the inventory."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import IO, Annotated

import typer

from sniffer.cli import inventory, options, shared
from sniffer.cli import output as destination
from sniffer.cli.inventory import Format
from sniffer.inference.changes import Sorted, ended, sorted_out
from sniffer.inventory.store import Store
from sniffer.model.changes import CHANGES, Change, Excepted
from sniffer.reports import machine
from sniffer.reports.changes import change_row
from sniffer.reports.inventory_rows import inventory_row, last_day, told, told_change
from sniffer.reports.moments import local_minutes
from sniffer.reports.redaction import Redactor
from sniffer.reports.words import number_of

HELP = """List what became of devices, as scans found it: newly Basic, moved to OAuth, failing, quiet, moved …

--since is when scans (and imports) said so, not when the device mailed: what a sensor brings late is not missed.
Changes of devices with an exception are counted, and listed with --all.

\b
Examples:
  sniffer changes
  sniffer changes --since 2026-11-01 --format csv --output november.csv
  sniffer changes --since 12h --kind new-affected,refused
  sniffer changes --since 30d --all --format json

\b
Exit status:
  0  done, also where nothing changed
  1  failed: no inventory yet, locked, out of reach
  2  wrong usage
"""


def changes(
    since: Annotated[str, typer.Option(metavar="WHEN", help="From when on: a day, or an age like 7d.")] = "7d",
    kind: Annotated[str, typer.Option(metavar="LIST", help="Only these kinds.")] = "",
    everything: Annotated[bool, typer.Option("--all", help="Those of devices with an exception, too.")] = False,
    form: Annotated[Format, typer.Option("--format", help="How to write it.")] = Format.TABLE,
    output: options.OutputOption = None,
    db: inventory.DbOption = None,
    db_password_file: inventory.PasswordFileOption = None,
    redact_users: shared.RedactOption = False,
    as_of: options.AsOfOption = None,
    config: shared.ConfigOption = None,  # noqa: ARG001 - its callback has taken the defaults from it
) -> None:
    """List changes; the parameters are the options, their help says the rest."""
    begins, day = inventory.since(since, "--since"), options.as_of(as_of)
    kinds = options.words(kind, CHANGES, "no kind of change")
    destination.check(output)
    redact = shared.redactor(wanted=redact_users)
    with inventory.opened(db, db_password_file) as store:
        found = _found(store, begins, day, kinds)
        shown = (*found.loud, *(found.silenced if everything else ()))
        with destination.opened(output, for_programs=form is not Format.TABLE) as stream:
            if form is Format.TABLE:
                _table(stream, store, shown, len(found.silenced) if not everything else 0, begins, redact)
            else:
                _rows(stream, store, shown, len(found.silenced), form, redact, day)


def _found(store: Store, begins: int, day: date, kinds: tuple[str, ...]) -> Sorted:
    """Return the changes by urgency, those that exceptions silence apart."""
    records = store.spoken_of()
    facts = {each.device: each.facts for each in records}
    excepted = {
        each.device: Excepted(each.exemption.reason, last_day(each.exemption)) for each in records if each.exemption
    }
    stored = [told_change(change, facts.get(change.device, {})) for change, _, _ in store.changes(begins, Change)]
    over = ended(map(told, records), excepted, inventory.day_of(begins), day)
    return sorted_out((each for each in (*stored, *over) if not kinds or each.kind in kinds), excepted, day)


def _rows(
    stream: IO[str],
    store: Store,
    shown: Iterable[Change],
    silenced: int,
    form: Format,
    redact: Redactor,
    day: date,
) -> None:
    rows = [change_row(each, redact) for each in shown]
    if form is Format.CSV:
        machine.write_csv(stream, machine.CHANGE_COLUMNS, rows)
        return
    until = store.heard_until()
    last = inventory_row(store.name, day, until, store.sensors(), len(rows), silenced=silenced)
    if form is Format.JSON:
        machine.write_object(stream, "changes", rows, last)
    else:
        machine.write_lines(stream, rows, last)


def _table(
    stream: IO[str], store: Store, shown: tuple[Change, ...], silenced: int, begins: int, redact: Redactor
) -> None:
    from sniffer.reports import inventory_tables, table  # noqa: PLC0415 - rich's tables take 50 ms to import

    page = table.console(stream)
    if shown:
        page.print(inventory_tables.changes_table(shown, redact))
    many = number_of(len(shown), "change") if shown else "Nothing changed"
    page.print(f"{many} since {local_minutes(begins)}.")
    if silenced:
        page.print(f"{silenced:,} of devices with an exception are not listed (--all).")
    table.below(page, inventory.coverage(store, store.heard_until()))
