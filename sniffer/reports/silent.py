"""Silent suspects in words and rows: hints, never verdicts."""

from __future__ import annotations

from collections.abc import Sequence

from sniffer.model import limits
from sniffer.model.suspects import Suspect, Suspects
from sniffer.reports.boxes import called, counted, together
from sniffer.reports.moments import local, utc
from sniffer.reports.personal import of_box
from sniffer.reports.redaction import Redactor
from sniffer.reports.rows import Row

HINT = "That is no verdict: whether they are set up to mail shows in their settings, or when they do."


def silent_lines(found: Suspects, redact: Redactor) -> list[str]:
    """Return who can mail and was not seen mailing; nothing where there is nobody."""
    asked = [each for each in found.found if each.asked]
    others = [each for each in found.found if not each.asked]
    lines = []
    if asked:
        who = counted(each.kind for each in asked)
        lines.append(f"{who} asked for {_hosts(asked)} and {_was(asked)} not seen mailing there:")
        lines += _listed(asked, redact)
    if others:
        lines.append(f"{counted(each.kind for each in others)} that can mail {_was(others)} heard and did not mail:")
        lines += _listed(others, redact)
    if lines:
        lines.append(HINT)
    if found.cut:
        lines.append(
            f"More than {limits.HEARD_CARDS:,} boxes were heard that do not mail; the others were not looked at."
        )
    return lines


def suspect_row(each: Suspect, redact: Redactor) -> Row:
    """Return a suspect for programs (``schemas/suspect.schema.json``)."""
    return {
        "type": "suspect",
        "schema": 1,
        "sensor": each.sensor,
        "mac": each.mac,
        "ip": each.ip,
        "name": redact.host(each.name),
        "vendor": each.vendor,
        "model": of_box(each.name, each.owner, redact).text(each.model),
        "kind": each.kind,
        "location": redact.place(each.location),
        "owner": redact.user(each.owner),
        "type_confidence": each.sureness,
        "asked": list(each.asked),
        "for_others": each.for_others,
        "first_seen": utc(each.first_seen),
        "last_seen": utc(each.last_seen),
    }


def _listed(suspects: Sequence[Suspect], redact: Redactor) -> list[str]:
    """Return a line each, up to some."""
    lines = [f"  {_line(each, redact)}" for each in suspects[: limits.CHANGES_LISTED]]
    left = len(suspects) - limits.CHANGES_LISTED
    return [*lines, f"  and {left:,} more"] if left > 0 else lines


def _line(each: Suspect, redact: Redactor) -> str:
    model = of_box(each.name, each.owner, redact).text(each.model)
    told = called(each.name, (each.vendor, model), each.ip, each.mac, each.location, redact)
    if not each.asked:
        return told
    others = "; it may have asked for others" if each.for_others else ""
    return f"{told}: last asked {local(each.last_seen)}{others}"


def _hosts(suspects: Sequence[Suspect]) -> str:
    return together(sorted({host for each in suspects for host in each.asked}))


def _was(suspects: Sequence[Suspect]) -> str:
    return "was" if len(suspects) == 1 else "were"
