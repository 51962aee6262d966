"""Holding what the program writes for other programs against the contract: schemas, and the order of lines."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import pairwise
from typing import Any

from jsonschema import Draft202012Validator

from sniffer.model.findings import VERDICTS
from sniffer.reports.schemas import KINDS, Kind, schema

Row = dict[str, Any]

LAST = ("run", "inventory")
"""The types of the line that comes last: how it was found, or where it was asked."""


@cache
def validator(kind: Kind) -> Draft202012Validator:
    """The validator of one type of line."""
    Draft202012Validator.check_schema(schema(kind))
    return Draft202012Validator(schema(kind))


def violations(row: Row) -> list[str]:
    """What is wrong with one line, in words."""
    if row.get("type") not in KINDS:
        return [f"type is {row.get('type')!r}"]
    errors = validator(row["type"]).iter_errors(row)
    return [f"{row['type']} {error.json_path}: {error.message}" for error in errors]


def lines_of(text: str) -> list[Row]:
    """The rows of JSON lines, each valid, in order, the last one of ``LAST``."""
    rows: list[Row] = [json.loads(line) for line in text.splitlines()]
    assert rows, "JSON lines without a line"
    assert [row["type"] for row in rows if row["type"] in LAST] == [rows[-1]["type"]]
    return _valid(rows)


def object_of(text: str) -> Row:
    """The one object of ``--format json``, its rows valid and in order."""
    told: Row = json.loads(text)
    first, rows = told
    assert first == "run"
    assert rows in ("sessions", "devices", "changes", "scans")
    suspects = (told["run"].get("scan") or {}).get("suspects") or []
    _valid([told["run"], *told[rows], *suspects])
    return told


def _valid(rows: Sequence[Row]) -> list[Row]:
    assert [problem for row in rows for problem in violations(row)] == []
    for told in _at_once(rows):
        _ascending((row["start"], row["session"]) for row in told if row["type"] == "session")
        _ascending((VERDICTS.index(row["verdict"]), row["device"]) for row in told if row["type"] == "device")
    return list(rows)


def _at_once(rows: Sequence[Row]) -> Iterator[list[Row]]:
    """Rows that were told at the same time: of a capture that goes on, those up to the next health row."""
    ends = [place for place, row in enumerate(rows) if row["type"] == "health"]
    return (list(rows[first:last]) for first, last in pairwise([0, *ends, len(rows)]))


def _ascending(keys: Iterable[tuple[Any, Any]]) -> None:
    assert all(before < after for before, after in pairwise(keys)), "lines out of order, or twice"
