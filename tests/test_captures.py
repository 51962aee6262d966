"""Every labelled capture gives what its label says, in the form of the contract."""

from __future__ import annotations

from pathlib import Path

import pytest

from sniffer.pipeline import Settings
from tests.expected import capture_of, cases, compare, compare_devices, expected_of
from tests.program import devices, sessions
from tests.sources.facts import facts

CASES = cases()


def named(case: Path) -> str:
    """The topic and the name of a case."""
    return f"{case.parent.name}/{case.name}"


def test_there_are_captures() -> None:
    assert len(CASES) >= 20


@pytest.mark.parametrize("case", CASES, ids=map(named, CASES))
def test_a_capture_gives_what_its_label_says(case: Path) -> None:
    expected = expected_of(case)
    assert compare(sessions(capture_of(case)), expected) == []
    if "devices" in expected:
        assert compare_devices(devices("--scope", "all", capture_of(case)), expected) == []


@pytest.mark.parametrize("case", CASES, ids=map(named, CASES))
def test_scapy_reads_it_alike(case: Path) -> None:
    capture = capture_of(case)
    assert facts(capture, settings=Settings(scapy=True)) == facts(capture)
