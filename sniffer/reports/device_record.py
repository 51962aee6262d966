"""One device of the inventory, told to a person: its finding, and what is remembered beside it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

from sniffer.model.findings import DeviceFinding, SessionFinding
from sniffer.model.records import DayCount, DeviceRecord, HistoryRecord
from sniffer.reports import personal
from sniffer.reports.explain import explain
from sniffer.reports.history import days_lines, history_lines
from sniffer.reports.inventory_rows import last_day, told
from sniffer.reports.known import Known
from sniffer.reports.moments import local
from sniffer.reports.page import Page
from sniffer.reports.personal import Mask
from sniffer.reports.redaction import Redactor
from sniffer.reports.words import VERDICT_WORDS


class Seen(NamedTuple):
    """What is remembered of a device: its newest sessions, how mechanisms were known, its verdicts, its days."""

    sessions: Sequence[SessionFinding]
    known: Known
    history: Sequence[HistoryRecord]
    days: Sequence[DayCount]


def show(
    page: Page, record: DeviceRecord, finding: DeviceFinding, seen: Seen, redact: Redactor, day: date, until: int
) -> None:
    """Write all that is known; ``finding`` is ``told`` with its advice, ``until`` the end of the data."""
    mask = personal.of_device(finding, redact)
    explain(page, finding, seen.sessions, seen.known, redact)
    page.section("Set by people", _set(record, mask))
    page.section("Exception", _exception(record, mask, day))
    page.section("In the inventory", _remembered(record))
    page.section("Verdicts over time", history_lines(seen.history))
    page.section("Sessions a day", days_lines(seen.days, until))


def head(record: DeviceRecord, redact: Redactor) -> tuple[str, str]:
    """Return what a device is called, and its verdict, as a drawing has them."""
    finding = told(record)
    mask = personal.of_device(finding, redact)
    name = redact.host(finding.name) or next((each.ip for each in finding.addresses), record.device)
    made = " ".join(part for part in (finding.vendor, mask.text(finding.model)) if part)
    return name, ", ".join(part for part in (made, VERDICT_WORDS[finding.verdict], record.device) if part)


def _set(record: DeviceRecord, mask: Mask) -> Iterator[str]:
    redact = mask.redact
    masked = {"owner": redact.user, "name": redact.host, "location": redact.place}
    for field, value in sorted(record.facts.items()):
        yield f"{field}: {masked.get(field, mask.prose)(value)}"
    if record.facts.get("name") and record.finding.name:
        yield f"(calls itself {redact.host(record.finding.name)})"


def _exception(record: DeviceRecord, mask: Mask, day: date) -> Iterator[str]:
    if record.exemption is None:
        return
    last = last_day(record.exemption)
    holds = f"until {last}" if last >= day else f"ended on {last}: its changes are told again"
    yield f"{mask.prose(record.exemption.reason)} ({holds})"


def _remembered(record: DeviceRecord) -> Iterator[str]:
    yield f"known as {record.device}, revision {record.revision}"
    if record.formerly:
        yield f"formerly {', '.join(record.formerly)}"
    yield f"first seen {local(record.first_seen)}, last {local(record.last_seen)}"
    if record.sensors:
        yield f"seen by {', '.join(record.sensors)}"
    if not record.finding.services:
        yield record.finding.reason
