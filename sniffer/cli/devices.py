"""``sniffer devices``: the devices of the inventory."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import IO, Annotated

import typer

from sniffer.cli import inventory, options, shared
from sniffer.cli import output as destination
from sniffer.cli.inventory import Format
from sniffer.inventory.store import DeviceFilter, Store
from sniffer.knowledge.catalogue import Catalogue
from sniffer.model.findings import VERDICTS, DeviceFinding, Verdict
from sniffer.model.records import DeviceRecord
from sniffer.reports import machine
from sniffer.reports.boxes import together
from sniffer.reports.inventory_rows import inventory_row, record_row
from sniffer.reports.known import Known
from sniffer.reports.moments import local
from sniffer.reports.redaction import Redactor
from sniffer.reports.words import VERDICT_WORDS, number_of

HELP = """List the devices of the inventory, by verdict: those first that the date hits.

Everything that scans of all sensors found, folded into one verdict a device: it speaks of the last thirty days of the
data.  The same table and rows as 'sniffer triage', with what people said of a device ('sniffer device X --set').

\b
Examples:
  sniffer devices
  sniffer devices --verdict affected,unknown --format csv --output devices.csv
  sniffer devices --vendor ricoh --sensor branch --seen-since 30d
  sniffer devices --service exchange-online --format json
  sniffer devices --db postgresql+psycopg://sniffer@db.example.org/fleet

\b
Exit status:
  0  done, also where no device fits
  1  failed: no inventory yet, locked, out of reach
  2  wrong usage
"""


def devices(
    verdict: Annotated[str, typer.Option(metavar="LIST", help="Only these verdicts.")] = "",
    vendor: Annotated[str | None, typer.Option(metavar="NAME", help="Only of this maker.")] = None,
    service: Annotated[str | None, typer.Option(metavar="CODE", help="Only users of this mail service.")] = None,
    sensor: Annotated[str | None, typer.Option(metavar="NAME", help="Only those that this sensor saw.")] = None,
    seen_since: Annotated[str | None, typer.Option(metavar="WHEN", help="Only those seen since: a day, or 7d.")] = None,
    form: Annotated[Format, typer.Option("--format", help="How to write it.")] = Format.TABLE,
    output: options.OutputOption = None,
    db: inventory.DbOption = None,
    db_password_file: inventory.PasswordFileOption = None,
    redact_users: shared.RedactOption = False,
    as_of: options.AsOfOption = None,
    knowledge: options.KnowledgeOption = None,
    config: shared.ConfigOption = None,  # noqa: ARG001 - its callback has taken the defaults from it
) -> None:
    """List devices; the parameters are the options, their help says the rest."""
    wanted = DeviceFilter(
        verdicts=_verdicts(verdict),
        vendor=vendor,
        service=service,
        sensor=sensor,
        since=inventory.since(seen_since, "--seen-since") if seen_since else None,
    )
    known, day = options.knowledge(knowledge), options.as_of(as_of)
    destination.check(output)
    redact = shared.redactor(wanted=redact_users)
    with inventory.opened(db, db_password_file) as store:
        _check(store, wanted)
        # All clues of all devices are a hundred times what a table shows.
        found = [each for each in store.devices(wanted, evidence=form is not Format.TABLE) if each.finding.services]
        shown = [(each, inventory.advised(each, known, day)) for each in found]
        with destination.opened(output, for_programs=form is not Format.TABLE) as stream:
            if form is Format.TABLE:
                _table(stream, store, shown, wanted, redact, known, day)
            else:
                _rows(stream, store, shown, form, redact, day)


def _verdicts(text: str) -> tuple[Verdict, ...] | None:
    found = options.words(text, VERDICTS, "no verdict")
    return tuple(each for each in VERDICTS if each in found) or None


def _check(store: Store, wanted: DeviceFilter) -> None:
    """Say so where a sensor is asked for that there is not: no device of it is not the same."""
    names = [each.name for each in store.sensors()]
    if wanted.sensor is not None and wanted.sensor not in names:
        there = f"there are {', '.join(names)}" if names else "there is none yet"
        inventory.failed(f"no sensor is called '{wanted.sensor}' in {store.name}; {there}")


def _rows(
    stream: IO[str],
    store: Store,
    shown: list[tuple[DeviceRecord, DeviceFinding]],
    form: Format,
    redact: Redactor,
    day: date,
) -> None:
    rows = (record_row(record, finding, redact, day) for record, finding in shown)
    if form is Format.CSV:
        machine.write_devices_csv(stream, rows)
        return
    verdicts = Counter(finding.verdict for _, finding in shown)
    last = inventory_row(store.name, day, store.heard_until(), store.sensors(), len(shown), verdicts)
    if form is Format.JSON:
        machine.write_object(stream, "devices", rows, last)
    else:
        machine.write_lines(stream, rows, last)


def _table(
    stream: IO[str],
    store: Store,
    shown: list[tuple[DeviceRecord, DeviceFinding]],
    wanted: DeviceFilter,
    redact: Redactor,
    known: Catalogue,
    day: date,
) -> None:
    from sniffer.reports import table  # noqa: PLC0415 - rich's tables take 50 ms to import

    page = table.console(stream)
    if shown:
        page.print(table.devices_table([finding for _, finding in shown], redact, Known()))
    table.below(page, _foot(store, shown, wanted, known, day))


def _foot(
    store: Store,
    shown: list[tuple[DeviceRecord, DeviceFinding]],
    wanted: DeviceFilter,
    known: Catalogue,
    day: date,
) -> list[str]:
    """Return what stands below the table: how many of which verdict, and what that is worth."""
    verdicts = Counter(finding.verdict for _, finding in shown)
    parts = [f"{verdicts[code]:,} {words}" for code, words in VERDICT_WORDS.items() if verdicts[code]]
    many = number_of(len(shown), "device")
    lines = []
    if shown:
        lines.append(f"{many}: {together(parts)}.")
    elif wanted == DeviceFilter():
        lines.append("No device was seen mailing yet: that is no all-clear.")
    else:
        lines.append("No device fits; without these options 'sniffer devices' lists all.")
    if verdicts["unknown"]:
        lines.append("Unknown is no all-clear.")
    row = known.deadline("exchange-online")
    if row and (verdicts["affected"] or verdicts["unknown"]):
        lines.append(row.says(day))
    until = store.heard_until()
    told = f"Data until {local(until)}. " if until else ""
    covered = inventory.coverage(store, until)
    return [*lines, told + covered[0], *covered[1:]]
