"""What scans of captures and of interfaces have in common: what was asked for, the inventory, the report."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import NamedTuple

from sniffer.cli import options, reading
from sniffer.cli.redaction_key import redaction_key
from sniffer.cli.saying import say
from sniffer.cli.scan_report import Format, ScanReport, Told, notes
from sniffer.cli.scan_state import folder, locked
from sniffer.cli.scanning import Found, Scans
from sniffer.inventory.bundle import Pending
from sniffer.inventory.store import Store, place_of
from sniffer.knowledge.catalogue import Catalogue
from sniffer.model.records import RunKind, SensorRecord
from sniffer.pipeline import Settings
from sniffer.reports.redaction import Redactor


class Asked(NamedTuple):
    """What was asked for: options that are checked."""

    settings: Settings
    local_nets: tuple[str, ...]
    tables: tuple[Path, ...]
    db: str | None
    password_file: Path | None
    failing: tuple[str, ...]
    known: Catalogue
    day: date | None
    redact: Redactor
    form: Format

    def today(self) -> date:
        """Return the day that words are for."""
        return self.day or options.as_of(None)


@contextmanager
def scans_of(asked: Asked, sensors: list[SensorRecord], kind: RunKind) -> Iterator[tuple[Scans, Path]]:
    """Open the inventory, with no other scan of these sensors beside this one."""
    where = folder(place_of(asked.db, asked.password_file).path)
    with locked((each.name for each in sensors), where):
        pending = Pending(where / "pending", redaction_key(where / "pending.key"))

        def opened() -> Store:
            return Store.open(asked.db, password_file=asked.password_file)

        yield Scans(opened, pending, sensors, kind, asked.known, asked.today), where


def told(asked: Asked, scans: Scans, found: Found | None, report: ScanReport) -> int:
    """Report on what is new; return the exit status."""
    if found and scans.kept and scans.kept.path:
        say(str(scans.kept.problem))
        say(f"this scan waits in {scans.kept.path}; the next one stores it, and reports on it")
        return reading.FAILED
    morning, matched = scans.morning(found, notes(found, scans.summary, scans.kept), asked.failing)
    return report.write(Told(morning, found, scans.summary, matched))
