"""The run record: what was read with what, how much of it could be judged, and how it ended."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sniffer import __version__
from sniffer.knowledge.catalogue import Catalogue
from sniffer.knowledge.device_texts import device_texts
from sniffer.knowledge.makers import makers
from sniffer.knowledge.rows import Row as KnownRow
from sniffer.model.health import Health
from sniffer.reports.moments import utc
from sniffer.reports.quality import dropped
from sniffer.reports.rows import SCHEMA, Row
from sniffer.reports.summary import Summary


def run_row(gathered: dict[str, Any], summary: Summary, flags: list[str], exit_status: int, known: Catalogue) -> Row:
    """Return the run's row; ``gathered`` are the values that phase A counted, with the ``health`` of a live capture."""
    health: Health | None = gathered.get("health")
    return {
        "type": "run",
        "schema": SCHEMA,
        "program": {"name": "sniffer", "version": __version__},
        "knowledge": _dates(known),
        "sensors": gathered["sensors"],
        "inputs": gathered["inputs"],
        "tables": gathered["tables"],
        "identity": {"listened": gathered["listened"], "messages": gathered["messages"]},
        "ports": gathered["ports"],
        "frames": {
            "read": gathered["frames_read"],
            "selected": gathered["frames_selected"],
            "dropped": dropped(health) if health else None,
        },
        "connections": {"silent": gathered["silent"], "evicted": gathered["evicted"]},
        "sessions": {
            "seen": summary.sessions,
            "judged": summary.judged,
            "unjudged": dict(summary.unjudged),
            "hidden": summary.hidden,
        },
        "devices": dict(summary.verdicts),
        "quality": summary.quality.row(health),
        "listening": [
            {"sensor": sensor, "from": utc(first), "until": utc(last)} for sensor, first, last in gathered["listening"]
        ],
        "problems": gathered["problems"],
        "flags": flags,
        "exit_status": exit_status,
        "scan": None,
    }


def _dates(known: Catalogue) -> dict[str, str]:
    """Return the newest date of each table."""
    tables: dict[str, Sequence[KnownRow]] = {
        "services": known.services,
        "deadlines": known.deadlines,
        "ways": known.ways,
        "replies": known.replies,
        "device-names": known.device_names,
        "device-texts": device_texts(Path(known.user_file) if known.user_file else None).rows,
        "makers": makers(),
        "mail-marks": known.mail_marks,
        "client-programs": known.client_programs,
    }
    return {name: max(row.as_of for row in rows).isoformat() for name, rows in tables.items()}
