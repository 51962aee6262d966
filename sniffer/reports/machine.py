"""JSON, JSON lines and CSV."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from typing import IO

import msgspec

from sniffer.reports.escape import for_csv, for_json
from sniffer.reports.rows import Row

SESSION_COLUMNS = (
    "session", "start", "end", "direction", "client.ip", "client.port", "client.mac", "client.vendor", "client.helo",
    "client.device", "server.ip", "server.port", "server.name", "server.service", "starttls", "auth.family",
    "auth.mechanism", "auth.basis", "auth.confidence", "auth.outcome", "auth.user", "auth.reply", "auth.unjudged",
    "auth.reason", "quality.one_sided", "quality.gap_bytes", "evidence.file", "evidence.display_filter",
    "server.name_basis", "public_ip", "tls.version", "tls.cipher", "tls.sni", "tls.ja3", "tls.ja4", "tls.alert",
    "findings", "auth.likely", "auth.outcome_confidence", "auth.likely_refusal", "auth.unverified_service",
    "auth.offered_tls",
)  # fmt: skip

DEVICE_COLUMNS = (
    "device", "scope", "verdict", "band", "state", "name", "vendor", "identity.band", "macs", "ips", "service",
    "service.verdict", "service.band", "service.state", "service.servers", "service.mechanisms", "service.basis",
    "service.judged", "service.unjudged", "service.succeeded", "service.failed", "service.users",
    "service.first_seen", "service.last_seen", "reason", "role", "senders_at_least", "affected_through",
    "service.tls_versions", "findings", "advice", "model", "kind", "location", "serial", "owner", "identity.settles",
    "identity.confidence", "identity.type_confidence", "identity.via", "formerly", "inventory.first_seen",
    "inventory.last_seen", "inventory.sensors", "inventory.ticket", "inventory.note", "exception",
    "inventory.exception_until",
)  # fmt: skip
"""A device has a line for each service it uses.  Columns are only ever added, at the end; of findings and advice the
codes are told."""

CHANGE_COLUMNS = (
    "change", "urgency", "time", "device", "verdict", "name", "vendor", "model", "kind", "ip", "mac", "location",
    "owner", "domain", "service", "before", "after", "state", "last_success", "refusal", "cause", "text",
    "exception.reason", "exception.until",
)  # fmt: skip

SCAN_COLUMNS = ("scan", "kind", "status", "started", "finished", "sensors", "counts.sessions", "flags", "problems")
"""Columns are only ever added, at the end."""


def encoded(row: Row) -> str:
    """Return a row as one line of JSON, in which nothing hides, moves a cursor or ends the line (U+2028)."""
    return for_json(msgspec.json.encode(row).decode())


def write_lines(stream: IO[str], rows: Iterable[Row], run: Row) -> None:
    """Write JSON lines, the run's last."""
    for row in rows:
        stream.write(encoded(row) + "\n")
    stream.write(encoded(run) + "\n")


def write_shapes(stream: IO[str], rows: Iterable[Row]) -> int:
    """Write shapes of client programs as JSON lines; return how many."""
    count = 0
    for row in rows:
        stream.write(encoded(row) + "\n")
        count += 1
    return count


def write_object(stream: IO[str], name: str, rows: Iterable[Row], run: Row) -> None:
    """Write one JSON object, a row at a time: however many there are, none waits in memory."""
    stream.write(f'{{"run": {encoded(run)}, "{name}": [')
    for place, row in enumerate(rows):
        stream.write(("," if place else "") + "\n" + encoded(row))
    stream.write("\n]}\n")


def write_sessions_csv(stream: IO[str], rows: Iterable[Row]) -> None:
    """Write a line for each session."""
    write_csv(stream, SESSION_COLUMNS, rows)


def write_devices_csv(stream: IO[str], rows: Iterable[Row]) -> None:
    """Write a line for each device and service."""
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(DEVICE_COLUMNS)
    for row in rows:
        macs = " ".join(dict.fromkeys(each["mac"] for each in row["interfaces"]))
        ips = " ".join(dict.fromkeys(each["ip"] for each in row["addresses"]))
        for used in row["services"]:
            flat = row | {"macs": macs, "ips": ips, "service": used["service"]}
            flat |= {f"service.{name}": value for name, value in used.items()}
            writer.writerow([for_csv(_at(flat, column)) for column in DEVICE_COLUMNS])


def write_csv(stream: IO[str], columns: Sequence[str], rows: Iterable[Row]) -> None:
    """Write a line for each row."""
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([for_csv(_at(row, column)) for column in columns])


def _at(row: Row, column: str) -> object:
    """Return the value at a dotted path; lists become words, of what has a code the code; None stays empty."""
    value = row.get(column)
    if column not in row:
        value = row
        for name in column.split("."):
            value = value.get(name) if isinstance(value, dict) else None
    if not isinstance(value, list):
        return value
    return " ".join(str(each["code"] if isinstance(each, dict) else each) for each in value)
