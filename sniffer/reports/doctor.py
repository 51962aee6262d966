"""What a survey means, for a person (text of 80 columns) and for programs (``schemas/doctor.schema.json``)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from textwrap import wrap
from typing import IO, Any

import msgspec

from sniffer.knowledge.span_advice import SpanAdvice
from sniffer.model.survey import LEVELS, Level, SpanFinding, Survey
from sniffer.reports.escape import for_terminal
from sniffer.reports.machine import encoded
from sniffer.reports.moments import utc
from sniffer.reports.rows import Row

WIDTH = 80
"""Columns of the text, but for commands, which stay in one piece to be copied."""

INDENT = 4

YEAR_3000 = 32_503_680_000 * 1_000_000
"""Microseconds since 1970, behind which a time cannot be written as a date."""

LEVEL_WORDS: Mapping[Level, str] = {"problem": "PROBLEM", "unknown": "UNKNOWN", "note": "NOTE", "fine": "ok"}

VERDICTS: Mapping[Level, str] = {
    "problem": "Do not trust verdicts from here before this is changed: {problems}.",
    "unknown": "Nothing wrong is seen, but not enough to be sure of: {unknowns}.",
    "note": "Verdicts from here can be trusted; some things are worth knowing.",
    "fine": "Verdicts from here can be trusted.",
}
"""The last line, by the worst level."""


def worst(findings: Sequence[SpanFinding]) -> Level:
    """Return the worst level among findings."""
    return min((each.level for each in findings), key=LEVELS.index, default="fine")


def write_text(
    stream: IO[str], sources: Sequence[str], survey: Survey, findings: Sequence[SpanFinding],
    advice: Mapping[str, SpanAdvice],
) -> None:  # fmt: skip
    """Write what a person reads: what was looked at, each finding with what to do, and what follows."""
    for line in _lines(sources, survey, findings, advice):
        stream.write(line.rstrip() + "\n")


def _lines(
    sources: Sequence[str], survey: Survey, findings: Sequence[SpanFinding], advice: Mapping[str, SpanAdvice]
) -> Iterator[str]:
    yield from _wrapped(f"{_named(sources)}: {_looked_at(survey)}", "")
    for each in findings:
        yield ""
        yield from _finding(each, advice)
    yield ""
    titles = {level: "; ".join(each.title for each in findings if each.level == level) for level in LEVELS}
    last = VERDICTS[worst(findings)].format(problems=titles["problem"], unknowns=titles["unknown"])
    yield from _wrapped(last, "")


def _named(sources: Sequence[str]) -> str:
    shown = ", ".join(sources[:3])
    return f"{shown} and {len(sources) - 3} more" if len(sources) > 3 else shown


def _looked_at(survey: Survey) -> str:
    found = f"{survey.frames:,} frames, {survey.octets / 1e6:,.1f} MB"
    if survey.seconds is not None:
        found += f", in {survey.seconds:.0f} s"
    return found + (", ended early" if survey.interrupted else "")


def _finding(finding: SpanFinding, advice: Mapping[str, SpanAdvice]) -> Iterator[str]:
    title = finding.title[:1].upper() + finding.title[1:]
    yield from _wrapped(f"{LEVEL_WORDS[finding.level]:<9}{title}", "", following=" " * 9)
    yield from _wrapped(finding.reason, " " * INDENT)
    for code in finding.advice:
        row = advice[code]
        yield from _wrapped(row.text, " " * INDENT + "- ", following=" " * INDENT + "  ")
        for command in row.commands:
            where, _, what = command.partition(": ")
            yield f"{' ' * INDENT}    {where + ':':<14}{what}"


def _wrapped(text: str, before: str, following: str | None = None) -> list[str]:
    """Break a text into lines; what the wire or a file's name put into it is made harmless."""
    return wrap(
        for_terminal(text), WIDTH, initial_indent=before, subsequent_indent=before if following is None else following,
        break_long_words=True, break_on_hyphens=False,
    )  # fmt: skip


def doctor_row(
    sources: Sequence[str], survey: Survey, findings: Sequence[SpanFinding], advice: Mapping[str, SpanAdvice]
) -> Row:
    """Return all of it as one object."""
    return {
        "type": "doctor",
        "schema": 1,
        "level": worst(findings),
        "sources": list(sources),
        "live": survey.seconds is not None,
        "findings": [_finding_row(each, advice) for each in findings],
        "figures": _figures(survey),
    }


def _finding_row(finding: SpanFinding, advice: Mapping[str, SpanAdvice]) -> Row:
    return {
        "code": finding.code,
        "level": finding.level,
        "title": finding.title,
        "reason": finding.reason,
        "figures": dict(finding.figures),
        "advice": [_advice_row(advice[code]) for code in finding.advice],
    }


def _advice_row(row: SpanAdvice) -> Row:
    return {
        "code": row.code, "text": row.text, "commands": list(row.commands), "source": row.source,
        "as_of": row.as_of.isoformat(),
    }  # fmt: skip


def _figures(survey: Survey) -> dict[str, Any]:
    """Return the survey itself: counts as objects by name, times as RFC 3339."""
    found: dict[str, Any] = msgspec.to_builtins(survey)
    for name in ("links", "vlans", "tunnels", "strangers", "messages"):
        found[name] = dict(found[name])
    for name in ("ports", "elsewhere"):
        found["mail"][name] = dict(found["mail"][name])
    for clock in found["clocks"]:
        for name in ("first", "last"):
            clock[name] = utc(clock[name]) if clock["frames"] and 0 <= clock[name] < YEAR_3000 else None
    return found


def write_json(
    stream: IO[str], sources: Sequence[str], survey: Survey, findings: Sequence[SpanFinding],
    advice: Mapping[str, SpanAdvice],
) -> None:  # fmt: skip
    """Write one object (``schemas/doctor.schema.json``)."""
    stream.write(encoded(doctor_row(sources, survey, findings, advice)) + "\n")
