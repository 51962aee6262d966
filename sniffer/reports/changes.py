"""The morning report: what changed since the last one, for a terminal and plain mail; and changes as rows.

Rules of this file:
1. What somebody must act on comes first; what happened to several is one paragraph, with its cause said once.
2. Nothing changed is one calm sentence, with what it is worth: how much was listened to, how many are unknown.  There
   is no all-clear.
3. What is silenced by an exception is counted.
4. All text of the wire is escaped for a terminal; lines are as long as mail has them.
"""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

from sniffer.model import limits
from sniffer.model.changes import Change, Excepted, Urgency, urgency
from sniffer.model.coverage import Coverage
from sniffer.model.findings import DeviceFinding
from sniffer.model.suspects import Suspects
from sniffer.reports import change_words
from sniffer.reports.boxes import counted, together
from sniffer.reports.coverage import coverage_lines, coverage_row, percent
from sniffer.reports.escape import for_terminal
from sniffer.reports.moments import local, utc
from sniffer.reports.personal import Mask
from sniffer.reports.redaction import Redactor
from sniffer.reports.rows import Row
from sniffer.reports.silent import silent_lines
from sniffer.reports.words import VERDICT_WORDS, number_of

WIDTH = 78
"""Columns of a line of mail (RFC 5322 2.1.1)."""

WELL_HEARD = 0.95
"""Part of the time from which on nothing is made of the rest, beyond saying it."""


NOTHING = "Nothing changed"


class Morning(NamedTuple):
    """What a report is made of.  Times are microseconds.

    ``loud`` and ``silenced`` are the changes, as ``inference.changes.sorted_out`` parts them; ``devices`` all that the
    inventory has.  ``since`` is the last report, None for the first; ``until`` the end of the data.  ``recent`` is the
    coverage of the time since then, ``coverage`` that of the last thirty days, by sensor.  ``notes`` say what was wrong
    with a run: interrupted, frames lost.  ``deadline`` says what happens on the date, as of today.
    """

    until: int
    loud: Sequence[Change] = ()
    silenced: Sequence[Change] = ()
    devices: Sequence[DeviceFinding] = ()
    since: int | None = None
    recent: Sequence[Coverage] = ()
    coverage: Sequence[Coverage] = ()
    silent: Suspects | None = None
    excepted: int = 0
    notes: Sequence[str] = ()
    deadline: str = ""


def morning_text(morning: Morning, redact: Redactor, width: int = WIDTH) -> str:
    """Return the report as plain text that ends with a line's end."""
    lines = [part for line in _lines(morning, redact) for part in _wrapped(for_terminal(line), width)]
    return "\n".join(lines) + "\n"


def change_row(change: Change, redact: Redactor) -> Row:
    """Return a change for programs (``schemas/change.schema.json``)."""
    who = change.subject
    mask = change_words.mask_of(change, redact)
    place = change.kind in ("renamed", "moved", "exception-ended")
    return {
        "type": "change",
        "schema": 1,
        "change": change.kind,
        "urgency": urgency(change.kind),
        "time": utc(change.time),
        "device": who.device,
        "verdict": who.verdict,
        "name": redact.host(who.name),
        "vendor": who.vendor,
        "model": mask.text(who.model),
        "kind": who.kind,
        "ip": who.ip,
        "mac": who.mac,
        "location": redact.place(who.location),
        "owner": redact.user(who.owner),
        "domain": who.where,
        "service": change.service or None,
        "before": _masked(change.before, change, mask) if place else change.before,
        "after": _masked(change.after, change, mask) if place else change.after,
        "state": change.state,
        "last_success": None if change.last_success is None else utc(change.last_success),
        "refusal": change.refusal,
        "cause": change.cause or None,
        "text": change_words.reason(change, redact),
        "exception": _exception(change.exception, mask),
    }


def morning_row(morning: Morning) -> Row:
    """Return what stands around the changes for programs: the period, the counts, the coverage."""
    return {
        "since": None if morning.since is None else utc(morning.since),
        "until": utc(morning.until),
        "changes": dict(Counter(each.kind for each in morning.loud)),
        "silenced": len(morning.silenced),
        "devices": dict(Counter(each.verdict for each in morning.devices)),
        "excepted": morning.excepted,
        "recent": [coverage_row(each) for each in morning.recent],
        "coverage": [coverage_row(each) for each in morning.coverage],
        "notes": list(morning.notes),
    }


# -- the text -----------------------------------------------------------------------------------


def _lines(morning: Morning, redact: Redactor) -> Iterator[str]:
    """Give the lines, unwrapped; what belongs to the line before is indented."""
    since = f"since {local(morning.since)}" if morning.since is not None else "the first one"
    yield f"Report of {local(morning.until)}, {since}."
    yield ""
    if not morning.loud:
        yield from (_calm(morning), "")
    for kind, changes in groupby(morning.loud, key=lambda each: urgency(each.kind)):
        yield from _section(kind, list(changes), redact, _called(morning.devices, redact))
    yield "Where it stands"
    yield from (f"  {line}" for line in _standing(morning))
    if morning.silent and (told := silent_lines(morning.silent, redact)):
        yield from ("", "Heard and not seen mailing", *(f"  {line}" for line in told))
    yield from ("", "How much was listened to")
    yield from (f"  {line}" for line in (*coverage_lines(morning.coverage or morning.recent), *morning.notes))


def _called(devices: Sequence[DeviceFinding], redact: Redactor) -> dict[str, str]:
    """Return how people call devices, by their ids."""
    return {
        each.device: redact.host(each.name) or (each.addresses[-1].ip if each.addresses else each.device)
        for each in devices
    }


def _section(kind: Urgency, changes: list[Change], redact: Redactor, known: Mapping[str, str]) -> Iterator[str]:
    yield change_words.SECTIONS[kind]
    for alike in _alike(changes):
        first, who = alike[0], counted(each.subject.kind for each in alike)
        yield f"  {change_words.head(first, who, len(alike))}"
        if first.cause and first.kind != "exception-ended":
            yield f"  {first.cause}"
        yield from (f"    {change_words.line(each, redact, known)}" for each in alike[: limits.CHANGES_LISTED])
        if (left := len(alike) - limits.CHANGES_LISTED) > 0:
            yield f"    and {left:,} more (sniffer changes lists them)"
        yield ""


def _alike(changes: Iterable[Change]) -> list[list[Change]]:
    """Return the changes in groups of what happened to several, in the order of urgency."""
    groups: dict[tuple[str, str, str], list[Change]] = {}
    for each in changes:
        own_cause = "" if each.kind == "exception-ended" else each.cause
        groups.setdefault((each.kind, each.service, own_cause), []).append(each)
    return [sorted(each, key=_by_name) for each in groups.values()]


def _by_name(change: Change) -> tuple[str, str, str]:
    who = change.subject
    return (who.name or "~").casefold(), who.ip or "", who.device


def _calm(morning: Morning) -> str:
    """Return the sentence of a day on which nothing changed."""
    told = _worth(morning)
    told = f"{told[0].upper()}{told[1:]}"
    if told == NOTHING and morning.recent:
        told += f": {percent(min(each.share for each in morning.recent))} of the time was listened to"
    silenced = " Changes of devices with an exception are counted below." if morning.silenced else ""
    return f"{told}.{silenced}"


def _worth(morning: Morning) -> str:
    """Return what "nothing changed" is worth by how much was listened to since the last report."""
    heard = [each.share for each in morning.recent]
    if not heard or not any(heard):
        return "nothing was listened to, so whether anything changed is not known"
    if min(heard) < WELL_HEARD:
        where = " at the sensor that heard least" if len(heard) > 1 else ""
        return f"nothing changed in what was heard, but that was only {percent(min(heard))} of the time{where}"
    return NOTHING.lower()


def _standing(morning: Morning) -> Iterator[str]:
    """Give the counts of devices, and what happens to those affected."""
    verdicts = Counter(each.verdict for each in morning.devices)
    parts = [f"{verdicts[code]:,} {words}" for code, words in VERDICT_WORDS.items() if verdicts[code]]
    many = number_of(len(morning.devices), "device")
    yield f"{many} known: {together(parts)}." if parts else "No device was seen mailing yet: that is no all-clear."
    through = sum(each.affected_through is not None for each in morning.devices)
    if through:
        yield f"{through:,} of them mail through a relay that uses Basic to Exchange Online."
    if verdicts["unknown"]:
        yield "Unknown is no all-clear."
    if morning.deadline and (verdicts["affected"] or through or verdicts["unknown"]):
        yield morning.deadline
    if morning.excepted or morning.silenced:
        more = number_of(len(morning.silenced), "change")
        silenced = f"; {more} of such devices not listed above" if morning.silenced else ""
        yield f"{number_of(morning.excepted, 'device')} with an exception{silenced}."


def _wrapped(line: str, width: int) -> list[str]:
    """Return a line in parts; those that follow are indented a little more."""
    if not line.strip():
        return [""]
    indent = line[: len(line) - len(line.lstrip())]
    return textwrap.wrap(
        line,
        width,
        subsequent_indent=indent + ("  " if len(indent) > 2 else ""),
        break_long_words=False,
        break_on_hyphens=False,
    )


# -- the rows -----------------------------------------------------------------------------------


def _masked(text: str | None, change: Change, mask: Mask) -> str | None:
    """Return a name, a place or a reason as far as it may be told."""
    if text is None or change.kind == "exception-ended":
        return mask.text(text)
    return mask.redact.host(text) if change.kind == "renamed" else change_words.place(text, mask.redact)


def _exception(exception: Excepted | None, mask: Mask) -> Row | None:
    if exception is None:
        return None
    return {"reason": mask.text(exception.reason), "until": exception.until.isoformat()}
