"""The lengths of credentials never reach a person or a program: not in a row, not in CSV, on a page or in a picture."""

from __future__ import annotations

import io
import re

import pytest
from msgspec.structs import replace

from sniffer.model.facts import HalfTurn, ShapeFact
from sniffer.model.findings import SessionFinding
from sniffer.reports.explain import explain
from sniffer.reports.known import Known
from sniffer.reports.machine import encoded, write_sessions_csv
from sniffer.reports.page import Page
from sniffer.reports.redaction import Redactor
from sniffer.reports.rows import session_row
from sniffer.reports.table import console, sessions_table
from tests.inference.facts import judge
from tests.reports.dialogues import TURNS, finding, page, picture, story

OVERHEAD = 29
NAME, PASSWORD = 7_318, 8_642
"""Plaintext lengths of a made-up name and password, unlike any other number in a report."""

SECRET = [NAME, PASSWORD, NAME + OVERHEAD, PASSWORD + OVERHEAD, (NAME - 2) * 3 // 4, (PASSWORD - 2) * 3 // 4]


@pytest.fixture
def hidden() -> SessionFinding:
    """A session whose facts still hold the lengths of its records."""
    lengths = (51, 41, NAME + OVERHEAD, PASSWORD + OVERHEAD)
    halves = [(HalfTurn(True, at, at, (size,)), HalfTurn(False, at, at, (47,))) for at, size in enumerate(lengths)]
    shape = ShapeFact(tuple(half for pair in halves for half in pair))
    found = finding()
    return replace(found, fact=replace(found.fact, shape=shape))


def everything(found: SessionFinding) -> dict[str, str]:
    """All that is told of a session, by what tells it."""
    row = session_row(found, Redactor())
    comma, table, device = io.StringIO(), io.StringIO(), io.StringIO()
    write_sessions_csv(comma, [row])
    console(table).print(sessions_table([found], Redactor()))
    explain(Page(console(device)), judge([found.fact]).device, [found], Known(), Redactor())
    return {
        "json": encoded(row),
        "csv": comma.getvalue(),
        "table": table.getvalue(),
        "device": device.getvalue(),
        "page": page(story(found)),
        "picture": picture(story(found)),
        "repr": repr(found),
    }


def test_credential_lengths_reach_nobody(hidden: SessionFinding) -> None:
    for medium, told in everything(hidden).items():
        plain = re.sub(r"(?<=\d)[,_. ](?=\d{3})", "", told)
        assert [length for length in SECRET if re.search(rf"(?<!\d){length}(?!\d)", plain)] == [], medium


def test_of_a_masked_turn_nothing_but_its_class_is_shown(hidden: SessionFinding) -> None:
    """Should records of a credential be told by mistake, the page and the picture leave them out."""
    turns = tuple(replace(each, client_records="7347") if each.credential else each for each in TURNS)
    told = story(hidden)
    assert told.dialogue is not None
    careless = told._replace(dialogue=replace(told.dialogue, turns=turns))
    for shown in (page(careless), picture(careless)):
        assert "7347" not in shown
        assert "4k+2" in shown
