"""What an inventory remembers, as rows: devices with what is known beside their findings, scans, and the last line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime

from msgspec.structs import replace

from sniffer import __version__
from sniffer.model.changes import Change
from sniffer.model.findings import DeviceFinding, Verdict
from sniffer.model.records import (
    DayCount,
    DeviceRecord,
    Exemption,
    HistoryRecord,
    ManualField,
    RunRecord,
    SensorRecord,
)
from sniffer.reports import personal
from sniffer.reports.moments import SECOND, utc
from sniffer.reports.redaction import Redactor
from sniffer.reports.rows import SCHEMA, Row, device_row


def told(record: DeviceRecord) -> DeviceFinding:
    """Return a device's finding with what people say of it: they know better."""
    facts = record.facts
    finding = record.finding
    return replace(
        finding,
        name=facts.get("name", finding.name),
        location=facts.get("location", finding.location),
        owner=facts.get("owner", finding.owner),
    )


def told_change(change: Change, facts: Mapping[ManualField, str]) -> Change:
    """Return a change with what people say of its device now."""
    who = change.subject
    if not facts:
        return change
    name, location = facts.get("name", who.name), facts.get("location", who.location)
    return replace(change, subject=replace(who, name=name, location=location, owner=facts.get("owner", who.owner)))


def last_day(exemption: Exemption) -> date:
    """Return the last day (UTC) on which an exemption holds."""
    return datetime.fromtimestamp((exemption.until - 1) // SECOND, UTC).date()


def record_row(
    record: DeviceRecord,
    finding: DeviceFinding,
    redact: Redactor,
    day: date,
    history: Iterable[HistoryRecord] | None = None,
    days: Iterable[DayCount] | None = None,
) -> Row:
    """Return a device as the contract has it; ``finding`` is ``told``, with its advice for ``day``."""
    mask = personal.of_device(finding, redact)
    exemption = record.exemption if record.exemption and last_day(record.exemption) >= day else None
    return device_row(finding, redact) | {
        "revision": max(1, record.revision),
        "run_local": False,
        "formerly": list(record.formerly),
        "exception": mask.prose(exemption.reason) if exemption else None,
        "inventory": {
            "first_seen": utc(record.first_seen),
            "last_seen": utc(record.last_seen),
            "sensors": list(record.sensors),
            "set_by_people": sorted(record.facts),
            "ticket": mask.prose(record.facts.get("ticket")),
            "note": mask.prose(record.facts.get("note")),
            "exception_until": last_day(exemption).isoformat() if exemption else None,
            "history": None if history is None else [_history(each) for each in history],
            "days": None if days is None else [_day(each) for each in days],
        },
    }


def _history(record: HistoryRecord) -> Row:
    return {
        "time": utc(record.at),
        "data_until": utc(record.seen),
        "service": record.service or None,
        "verdict": record.verdict,
        "band": record.band,
        "state": record.state,
        "family": record.family,
    }


def _day(count: DayCount) -> Row:
    return {
        "day": utc(count.day)[:10],
        "service": count.service,
        "family": count.family,
        "outcome": count.outcome,
        "sessions": count.sessions,
    }


def scan_row(record: RunRecord) -> Row:
    """Return a scan as it is remembered."""
    end = record.end
    return {
        "type": "scan_record",
        "schema": SCHEMA,
        "scan": record.run,
        "kind": record.start.kind,
        "status": record.status,
        "started": utc(record.start.started),
        "finished": utc(end.finished) if end else None,
        "sensors": [_sensor(each) for each in record.start.sensors],
        "listening": [
            {"sensor": each.sensor, "from": utc(each.first), "until": utc(each.last)}
            for each in (end.listening if end else ())
        ],
        "counts": dict(end.counts) if end else {},
        "flags": list(end.flags) if end else [],
        "problems": list(end.problems) if end else [],
    }


def inventory_row(
    name: str,
    day: date,
    until: int | None,
    sensors: Sequence[SensorRecord],
    listed: int,
    verdicts: Mapping[Verdict, int] | None = None,
    silenced: int = 0,
) -> Row:
    """Return the last line: which inventory was asked, up to when it has data, and how much is listed."""
    return {
        "type": "inventory",
        "schema": SCHEMA,
        "program": {"name": "sniffer", "version": __version__},
        "inventory": name,
        "as_of": day.isoformat(),
        "data_until": utc(until) if until else None,
        "sensors": [_sensor(each) for each in sensors],
        "listed": listed,
        "devices": dict(Counter(verdicts or {})),
        "silenced": silenced,
        "exit_status": 0,
    }


def _sensor(each: SensorRecord) -> Row:
    return {"sensor": each.name, "site": each.site or each.name}
