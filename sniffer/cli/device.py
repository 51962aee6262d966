"""``sniffer device X``: all that the inventory knows of a device, and what people say of it."""

from __future__ import annotations

from collections import deque
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import IO, Annotated, NamedTuple, cast, get_args

import typer

from sniffer.cli import clock, inventory, options, shared
from sniffer.cli import output as destination
from sniffer.inventory.store import Store
from sniffer.knowledge.catalogue import Catalogue
from sniffer.model import limits
from sniffer.model.findings import SessionFinding
from sniffer.model.records import DeviceRecord, Exemption, ManualField
from sniffer.reports import machine
from sniffer.reports.escape import for_terminal
from sniffer.reports.inventory_rows import inventory_row, record_row
from sniffer.reports.known import Known
from sniffer.reports.redaction import Redactor

HELP = """Say all that the inventory knows of a device, and set what people know of it.

X is its id (also one that it had formerly), an address, a MAC, a name or a mailbox.  Shown are its verdict and why,
which box it is, when its verdict changed, and its sessions a day; written to a file that ends in .svg these are drawn.

\b
  --set FIELD=TEXT  what people know: owner, name, location, ticket, note; it
                    stays whatever scans find.  FIELD= takes it away
  --except REASON --until DATE
                    silences the device's changes up to and with that day.  It
                    is counted all the same, and comes back afterwards
  --no-except       ends that

\b
Examples:
  sniffer device 10.0.3.17
  sniffer device 00:26:73:a1:b2:c3 --output days.svg
  sniffer device scan@example.org --format json
  sniffer device 10.0.3.17 --set owner="Facility Management" --set ticket=INC-4711
  sniffer device 10.0.3.17 --except "replaced in March" --until 2027-03-31

\b
Exit status:
  0  done
  1  failed: there is no such device, no inventory yet, locked, out of reach
  2  wrong usage
"""

FIELDS: tuple[ManualField, ...] = get_args(ManualField)

PICTURE = ".svg"
"""How the name of a file ends that a device's days are drawn to."""


class Format(StrEnum):
    """How it is written."""

    TABLE = "table"
    JSON = "json"


class Wish(NamedTuple):
    """What people say of a device; an empty value takes it away.  ``until`` is an exemption's last day."""

    facts: tuple[tuple[ManualField, str], ...]
    reason: str | None
    until: date | None
    no_exemption: bool

    def __bool__(self) -> bool:
        return bool(self.facts or self.reason is not None or self.no_exemption)


def device(
    word: Annotated[str, typer.Argument(metavar="X", help="Id, address, MAC, name or mailbox.")],
    facts: Annotated[
        list[str] | None, typer.Option("--set", metavar="FIELD=TEXT", help="Set what people know.")
    ] = None,
    exception: Annotated[str | None, typer.Option("--except", metavar="REASON", help="Silence its changes.")] = None,
    until: Annotated[str | None, typer.Option(metavar="DATE", help="The last day of that.")] = None,
    no_exception: Annotated[bool, typer.Option("--no-except", help="End that.")] = False,
    form: Annotated[Format, typer.Option("--format", help="How to write it.")] = Format.TABLE,
    output: options.OutputOption = None,
    db: inventory.DbOption = None,
    db_password_file: inventory.PasswordFileOption = None,
    redact_users: shared.RedactOption = False,
    as_of: options.AsOfOption = None,
    knowledge: options.KnowledgeOption = None,
    config: shared.ConfigOption = None,  # noqa: ARG001 - its callback has taken the defaults from it
) -> None:
    """Show a device or set what is known of it; the parameters are the options, their help says the rest."""
    known, day = options.knowledge(knowledge), options.as_of(as_of)
    wish = _wish(facts or [], exception, until, day, no_exception=no_exception)
    destination.check(output)
    redact = shared.redactor(wanted=redact_users)
    with inventory.opened(db, db_password_file) as store:
        found = inventory.named(store, word)
        if wish:
            _set(store, _only(found, word, redact), wish)
        elif output and output.suffix.lower() == PICTURE:
            _draw(store, _only(found, word, redact), output, redact)
        else:
            with destination.opened(output, for_programs=form is Format.JSON) as stream:
                write = _json if form is Format.JSON else _page
                write(stream, store, found, redact, known, day)


# -- what people say -------------------------------------------------------------------------------


def _wish(facts: list[str], exception: str | None, until: str | None, day: date, *, no_exception: bool) -> Wish:
    """Return what is to be set.  Raises ``typer.BadParameter``."""
    if exception is not None and (until is None or no_exception or not exception.strip()):
        raise typer.BadParameter('an exception has a reason and a last day: --except "in repair" --until 2027-03-31')
    if exception is None and until is not None:
        raise typer.BadParameter("--until belongs to --except REASON")
    last = options.as_of(until) if until is not None else None
    if last is not None and last < day:
        raise typer.BadParameter(f"--until {last} has passed; name the last day of the exception, or use --no-except")
    return Wish(tuple(map(_fact, facts)), _short(exception) if exception else None, last, no_exception)


def _fact(text: str) -> tuple[ManualField, str]:
    field, equals, value = text.partition("=")
    if not equals or field.strip() not in FIELDS:
        raise typer.BadParameter(f"{text!r}: write --set FIELD=TEXT, FIELD one of {', '.join(FIELDS)}")
    return cast(ManualField, field.strip()), _short(value)


def _short(text: str) -> str:
    if len(text) > limits.FACT_LENGTH:
        raise typer.BadParameter(f"{text[:20]!r}… is longer than {limits.FACT_LENGTH} characters")
    return text.strip()


def _only(found: list[DeviceRecord], word: str, redact: Redactor) -> DeviceRecord:
    if len(found) > 1:
        some = found[: limits.EXPLAINED]
        ids = ", ".join(f"{each.device} ({redact.host(each.finding.name) or 'no name'})" for each in some)
        inventory.failed(f"{len(found)} devices are called '{word}'; name one by its id: {ids}")
    return found[0]


def _set(store: Store, record: DeviceRecord, wish: Wish) -> None:
    at = clock.now()
    for field, value in wish.facts:
        store.set_fact(record.device, field, value or None, at)
        _say(f"{record.device}: {field} is {value}" if value else f"{record.device}: {field} is no longer set")
    if wish.no_exemption:
        store.exempt(record.device, None, at)
        _say(f"{record.device}: no exception")
    if wish.reason is not None and wish.until is not None:
        store.exempt(record.device, Exemption(wish.reason, inventory.end_of(wish.until)), at)
        _say(f"{record.device}: its changes are silenced up to and with {wish.until}: {wish.reason}")


def _say(text: str) -> None:
    typer.echo(for_terminal(text))


# -- what is known ---------------------------------------------------------------------------------


def _draw(store: Store, record: DeviceRecord, output: Path, redact: Redactor) -> None:
    from sniffer.reports import device_record, history_svg  # noqa: PLC0415 - only a picture needs it

    name, about = device_record.head(record, redact)
    until = store.heard_until() or record.last_seen
    picture = history_svg.drawing(name, about, store.days(record.device), store.history(record.device), until)
    with destination.opened(output, for_programs=True) as stream:
        stream.write(picture)


def _json(
    stream: IO[str], store: Store, found: list[DeviceRecord], redact: Redactor, known: Catalogue, day: date
) -> None:
    rows = [
        record_row(
            each, inventory.advised(each, known, day), redact, day, store.history(each.device), store.days(each.device)
        )
        for each in found
        if each.finding.services
    ]
    last = inventory_row(store.name, day, store.heard_until(), store.sensors(), len(rows))
    machine.write_object(stream, "devices", rows, last)


def _page(
    stream: IO[str], store: Store, found: list[DeviceRecord], redact: Redactor, known: Catalogue, day: date
) -> None:
    from sniffer.reports import device_record, table  # noqa: PLC0415 - rich takes 50 ms to import
    from sniffer.reports.page import Page  # noqa: PLC0415

    console = table.console(stream)
    until = store.heard_until()
    for number, each in enumerate(found[: limits.EXPLAINED]):
        console.print("" if not number else "\n")
        sessions, ways = _sessions(store, each)
        seen = device_record.Seen(sessions, ways, store.history(each.device), store.days(each.device))
        finding = inventory.advised(each, known, day)
        device_record.show(Page(console), each, finding, seen, redact, day, until or each.last_seen)
    if len(found) > limits.EXPLAINED:
        typer.echo(f"sniffer: {len(found)} devices are called so, the first are shown; an id names one", err=True)


def _sessions(store: Store, record: DeviceRecord) -> tuple[list[SessionFinding], Known]:
    """Return the newest sessions of a device, the newest first, and how the mechanisms of a month's were known."""
    newest: deque[SessionFinding] = deque(maxlen=limits.EXPLAINED_SESSIONS)
    known = Known()
    for each in store.sessions(record.device, record.last_seen - inventory.PERIOD):
        newest.append(each)
        known.session(each)
    return [*reversed(newest)], known
