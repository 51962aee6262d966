"""Tables of changes and scans, for a terminal of 100 columns."""

from __future__ import annotations

from collections.abc import Iterable

from rich import box
from rich.table import Table
from rich.text import Text

from sniffer.model.changes import Change, Urgency, urgency
from sniffer.model.records import RunRecord, RunStatus
from sniffer.reports import change_words
from sniffer.reports.coverage import duration
from sniffer.reports.escape import for_terminal
from sniffer.reports.moments import local_minutes
from sniffer.reports.redaction import Redactor

STYLES: dict[Urgency, str] = {"act": "bold red", "know": "yellow", "good": "green"}

STATUS_STYLES: dict[RunStatus, str] = {
    "running": "cyan", "full": "green", "partial": "yellow", "failed": "red", "interrupted": "red",
}  # fmt: skip

NOTED = 3
"""Problems of a scan that are shown."""


def changes_table(changes: Iterable[Change], redact: Redactor) -> Table:
    """Return a row for each change, the most urgent first."""
    table = _table("Change", "Device", "What, and why")
    for each in changes:
        kind = Text(each.kind, STYLES[urgency(each.kind)]).append(f"\n{each.subject.device}", "dim")
        cause = f" {each.cause}" if each.cause else ""
        reason = change_words.mask_of(each, redact).text(each.exception.reason) if each.exception else None
        exception = f" (silenced: {reason})" if reason else ""
        what = f"{change_words.HEADS[each.kind][0].format(to=each.title)}{cause}{exception}"
        table.add_row(kind, for_terminal(change_words.line(each, redact)), for_terminal(what[:1].upper() + what[1:]))
    return table


def scans_table(records: Iterable[RunRecord]) -> Table:
    """Return a row for each scan, in the order given."""
    table = _table("Scan", "Started", "Sensors", "How it ended", "Listened", "Sessions")
    for each in records:
        end = each.end
        listened = sum(one.last - one.first for one in end.listening) if end else 0
        sites = dict.fromkeys(
            one.name if one.site in (None, one.name) else f"{one.name} ({one.site})" for one in each.start.sensors
        )
        table.add_row(
            str(each.run),
            Text(local_minutes(each.start.started)).append(f"\n{each.start.kind}", "dim"),
            for_terminal(", ".join(sites)),
            _ended(each),
            duration(listened) if listened else "–",
            f"{end.counts['sessions']:,}" if end and "sessions" in end.counts else "–",
        )
    return table


def _ended(record: RunRecord) -> Text:
    cell = Text(record.status, STATUS_STYLES[record.status])
    if record.end is None:
        return cell
    notes = [f"{record.end.counts[name]:,} {name}" for name in ("dropped",) if record.end.counts.get(name)]
    notes += [*record.end.flags, *record.end.problems]
    for note in notes[:NOTED]:
        cell.append(f"\n{for_terminal(note)}", "dim")
    if len(notes) > NOTED:
        cell.append(f"\nand {len(notes) - NOTED} more", "dim")
    return cell


def _table(*names: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0), header_style="bold")
    for name in names:
        table.add_column(name, overflow="fold", min_width=len(name))
    return table
