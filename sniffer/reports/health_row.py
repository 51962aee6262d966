"""The health of a live capture as a row of the contract, one an interval, for whoever watches the watcher."""

from __future__ import annotations

from typing import Any

from msgspec.structs import asdict

from sniffer.model.health import Health
from sniffer.reports.moments import SECOND, utc
from sniffer.reports.notes import Course, notes
from sniffer.reports.quality import dropped, received
from sniffer.reports.rows import SCHEMA, Row


def health_row(course: Course) -> Row:
    """Return how a capture goes; sessions and devices are those of the last judgement."""
    health, summary = course.health, course.summary
    return {
        "type": "health",
        "schema": SCHEMA,
        "time": utc(health.time),
        "since": utc(course.began),
        "sensor": health.sensor,
        "interfaces": [asdict(each) for each in health.interfaces],
        "frames": {"read": received(health), "selected": health.selected, "dropped": dropped(health)},
        "messages": health.messages,
        "rates": rates(health, course.before),
        "connections": {"open": health.open, "silent": health.silent, "evicted": health.evicted},
        "sessions": {
            "ended": health.sessions,
            "seen": summary.sessions,
            "judged": summary.judged,
            "unjudged": dict(summary.unjudged),
            "hidden": summary.hidden,
        },
        "devices": dict(summary.verdicts),
        "quality": summary.quality.row(health),
        "clock_steps": list(health.clock_steps),
        "flags": list(dict.fromkeys(note.code for note in notes(course))),
    }


def rates(health: Health, before: Health | None) -> dict[str, Any] | None:
    """Return frames, bits and kernel drops a second since ``before``; None without it, or when the clock went back."""
    if before is None or health.time <= before.time:
        return None
    span = (health.time - before.time) / SECOND
    lost, earlier = dropped(health), dropped(before)
    return {
        "seconds": round(span, 3),
        "frames": round((_frames(health) - _frames(before)) / span, 3),
        "bits": round((_octets(health) - _octets(before)) * 8 / span),
        "dropped": None if lost is None or earlier is None else round((lost - earlier) / span, 3),
    }


def _frames(health: Health) -> int:
    return sum(each.frames for each in health.interfaces)


def _octets(health: Health) -> int:
    return sum(each.octets for each in health.interfaces)
