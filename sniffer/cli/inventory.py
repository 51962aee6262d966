"""What the verbs share that ask an inventory: their options, opening it, and what a device is called."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from msgspec.structs import replace

from sniffer.cli import amounts, shared
from sniffer.cli.called import canonical
from sniffer.cli.clock import now
from sniffer.cli.redaction_key import redaction_key
from sniffer.inference.advice import advice
from sniffer.inference.coverage import coverages
from sniffer.inventory.store import Store, StoreError
from sniffer.knowledge.catalogue import Catalogue
from sniffer.model.coverage import Listened
from sniffer.model.findings import DeviceFinding
from sniffer.model.records import DeviceRecord
from sniffer.reports.coverage import coverage_lines
from sniffer.reports.escape import for_terminal
from sniffer.reports.inventory_rows import told
from sniffer.sources.problems import CaptureError

DAY = 24 * 3600 * 1_000_000

PERIOD = 30 * DAY
"""What verdicts and coverage speak of: the last month of the data, since some devices mail as seldom as that."""

AGE = re.compile(r"[0-9]+(?:\.[0-9]+)?\s*[smhdSMHD]")
"""An age; a bare number could be a year."""

DbOption = Annotated[
    str | None,
    typer.Option("--db", metavar="URL", help="The inventory: a file, or postgresql+psycopg://USER@HOST/NAME."),
]
PasswordFileOption = Annotated[
    Path | None,
    typer.Option("--db-password-file", metavar="FILE", readable=False, help="Holds the database's password."),
]
KeyOption = Annotated[
    Path | None,
    typer.Option("--key", metavar="FILE", readable=False, help="The fleet's key; your own redaction.key without it."),
]


class Format(StrEnum):
    """How a list is written."""

    TABLE = "table"
    JSON = "json"
    JSONL = "jsonl"
    CSV = "csv"


@contextmanager
def opened(db: str | None, password_file: Path | None, *, create: bool = False) -> Iterator[Store]:
    """Open the inventory; end the program, saying why, where it cannot be opened, read or written."""
    try:
        with Store.open(db, create=create, password_file=password_file) as store:
            yield store
    except (StoreError, CaptureError) as error:
        failed(str(error))


def failed(why: str) -> NoReturn:
    """End the program, saying why."""
    typer.echo(f"sniffer: {for_terminal(why)}", err=True)
    raise typer.Exit(shared.FAILED)


def fleet_key(path: Path | None) -> bytes:
    """Return the fleet's key; end the program where there is none that can be used."""
    try:
        if path is not None and not path.exists():
            failed(f"{path}: there is no such file; copy redaction.key there, from any sensor of the fleet")
        return redaction_key(path)
    except (OSError, ValueError) as error:
        failed(f"no key of the fleet: {error}")


def day_of(time_: int) -> date:
    """Return the day (UTC) of a time."""
    return datetime.fromtimestamp(time_ / 1_000_000, UTC).date()


def since(text: str, option: str) -> int:
    """Return the time that a day (its beginning, here) or an age names, in microseconds."""
    if AGE.fullmatch(text.strip()):
        return max(now() - round((amounts.seconds(text) or 0) * 1_000_000), 0)
    return round(day(text, option).timestamp() * 1_000_000)


def day(text: str, option: str) -> datetime:
    """Return the beginning of a day, by this machine's zone."""
    if re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        try:
            return datetime.combine(date.fromisoformat(text), datetime.min.time()).astimezone()
        except (ValueError, OverflowError):
            pass  # a month of 13, say
    raise typer.BadParameter(f"{option}: {text!r} is no day and no age; write it like 2026-11-01, 7d or 12h")


def end_of(last: date) -> int:
    """Return the end of a day (UTC), in microseconds."""
    return round(datetime.combine(last, datetime.min.time(), UTC).timestamp() * 1_000_000) + DAY


def named(store: Store, word: str) -> list[DeviceRecord]:
    """Return the devices that a word may mean; end the program where there is none."""
    found = store.device(word) or store.device(canonical(word))
    if not found:
        failed(f"no device is called '{word}' in {store.name}; 'sniffer devices' lists them all")
    return found


def advised(record: DeviceRecord, known: Catalogue, as_of: date) -> DeviceFinding:
    """Return a device with what people say of it, and with its advice for a day."""
    finding = told(record)
    return replace(finding, advice=advice(finding, known, as_of))


def coverage(store: Store, until: int | None) -> list[str]:
    """Return how much was listened to in the last month of the data, a sentence or two for each sensor."""
    if until is None:
        return coverage_lines([])
    listened = (Listened(*each) for each in store.listening(until - PERIOD, until))
    return coverage_lines(coverages(listened, until - PERIOD, until))
