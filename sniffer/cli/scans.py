"""``sniffer scans``: the scans that the inventory remembers."""

from __future__ import annotations

from typing import IO, Annotated

import typer

from sniffer.cli import inventory, options, shared
from sniffer.cli import output as destination
from sniffer.cli.inventory import Format
from sniffer.inventory.store import Store
from sniffer.model.records import RunRecord
from sniffer.reports import machine
from sniffer.reports.inventory_rows import inventory_row, scan_row
from sniffer.reports.moments import local_minutes
from sniffer.reports.rows import Row

HELP = """List the scans: when, by which sensor, how long it listened, how well, and how each ended.

"full" is one that heard or read all that it was to.  "partial" was cut short, or could not read everything; what it
found is stored.  Of "failed" and "interrupted" ones nothing is stored.  The last lines say how much was listened to.

\b
Examples:
  sniffer scans
  sniffer scans --since 30d --format json
  sniffer scans --sensor branch

\b
Exit status:
  0  done
  1  failed: no inventory yet, locked, out of reach
  2  wrong usage
"""


def scans(
    since: Annotated[str, typer.Option(metavar="WHEN", help="From when on: a day, or an age like 7d.")] = "30d",
    sensor: Annotated[str | None, typer.Option(metavar="NAME", help="Only those of this sensor.")] = None,
    form: Annotated[Format, typer.Option("--format", help="How to write it.")] = Format.TABLE,
    output: options.OutputOption = None,
    db: inventory.DbOption = None,
    db_password_file: inventory.PasswordFileOption = None,
    as_of: options.AsOfOption = None,
    config: shared.ConfigOption = None,  # noqa: ARG001 - its callback has taken the defaults from it
) -> None:
    """List scans; the parameters are the options, their help says the rest."""
    begins, day = inventory.since(since, "--since"), options.as_of(as_of)
    destination.check(output)
    with inventory.opened(db, db_password_file) as store:
        found = [
            each
            for each in sorted(store.runs(begins), key=lambda each: (-each.start.started, -each.run))
            if sensor is None or sensor in {one.name for one in each.start.sensors}
        ]
        with destination.opened(output, for_programs=form is not Format.TABLE) as stream:
            if form is Format.TABLE:
                _table(stream, store, found, begins)
            elif form is Format.CSV:
                machine.write_csv(stream, machine.SCAN_COLUMNS, map(_flat, found))
            else:
                last = inventory_row(store.name, day, store.heard_until(), store.sensors(), len(found))
                rows = [scan_row(each) for each in found]
                write = machine.write_lines if form is Format.JSONL else _object
                write(stream, rows, last)


def _object(stream: IO[str], rows: list[Row], last: Row) -> None:
    machine.write_object(stream, "scans", rows, last)


def _flat(record: RunRecord) -> Row:
    """Return a row whose sensors are names."""
    return scan_row(record) | {"sensors": [each.name for each in record.start.sensors]}


def _table(stream: IO[str], store: Store, found: list[RunRecord], begins: int) -> None:
    from sniffer.reports import inventory_tables, table  # noqa: PLC0415 - rich's tables take 50 ms to import

    page = table.console(stream)
    if found:
        page.print(inventory_tables.scans_table(found))
    else:
        page.print(f"No scan since {local_minutes(begins)}.")
    table.below(page, inventory.coverage(store, store.heard_until()))
