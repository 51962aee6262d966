"""Advice on capture points: every code that a finding may give has its row, and no row is idle."""

from __future__ import annotations

import re
from pathlib import Path

import sniffer.inference.span as room
from sniffer.knowledge.recipes import recipes
from sniffer.knowledge.span_advice import span_advice

SOURCES = "".join(path.read_text() for path in Path(room.__file__).parent.glob("*.py"))


def test_every_row_is_given_by_some_finding() -> None:
    assert [code for code in span_advice() if f'"{code}"' not in SOURCES] == []


def test_every_command_says_where_it_is_typed() -> None:
    for row in span_advice().values():
        assert all(re.match(r"[A-Z]?[\w -]+: \S", command) for command in row.commands), row.code


def test_commands_of_this_program_name_recipes_that_there_are() -> None:
    known = {each.code for each in recipes()}
    typed = [command for row in span_advice().values() for command in row.commands]
    named = [word for command in typed for word in re.findall(r"sniffer recipe (\S+)", command)]
    assert named
    assert set(named) <= known
