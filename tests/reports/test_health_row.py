"""Health rows keep to their schema, whatever the state; notes say what a person must know."""

from __future__ import annotations

import json
from typing import Any

import pytest
from msgspec.structs import replace

from sniffer.model.health import Health
from sniffer.reports.health_row import health_row
from sniffer.reports.machine import encoded
from sniffer.reports.notes import Course, notes
from sniffer.reports.summary import Summary
from tests import contract
from tests.inference.facts import NOW, WHOLE
from tests.reports.dialogues import finding, unknown
from tests.reports.test_quality import health, interface

SECOND = 1_000_000
LATER = NOW + 600 * SECOND
ONE_SIDED = replace(WHOLE, one_sided=True)


def course(now: Health | None = None, before: Health | None = None, *, began: int = NOW, seen: int = 1) -> Course:
    """A capture of ten minutes, with a session unless told otherwise."""
    summary = Summary(all_scopes=False)
    for _ in range(seen):
        summary.session(finding(unknown()))
    summary.verdicts["unknown"] = 1
    return Course(now or replace(health(), time=LATER), before, summary, began)


def row(told: Course) -> dict[str, Any]:
    """The row as a program reads it, which is a valid one."""
    read: dict[str, Any] = json.loads(encoded(health_row(told)))
    assert contract.violations(read) == []
    return read


def codes(told: Course) -> list[str]:
    """The codes of its notes, which are the flags of its row."""
    assert row(told)["flags"] == list(dict.fromkeys(note.code for note in notes(told)))
    return [note.code for note in notes(told)]


STATES = [
    (health(interface(gone="No such device")), "interface-gone"),
    (health(interface(up=False, downs=1)), "interface-down"),
    (health(interface(dropped=3)), "frames-dropped"),
    (health(interface(dropped_before=3)), "frames-lost-before"),
    (health(dropped_by_us=3), "facts-dropped"),
    (health(lost_writes=3), "evidence-lost"),
    (health(evicted=3), "connections-evicted"),
    (health(clock_steps=(-5,)), "clock-set"),
]


@pytest.mark.parametrize(("state", "code"), STATES)
def test_what_goes_wrong_is_a_note_and_a_flag(state: Health, code: str) -> None:
    assert codes(course(replace(state, time=LATER))) == [code]


def test_where_all_is_well_there_is_no_note() -> None:
    assert codes(course()) == []


def test_rates_are_of_what_reached_us_since_the_sample_before() -> None:
    before = replace(health(), time=LATER - 2 * SECOND)
    now = health(interface(frames=1_236_567, octets=987_904_321, dropped=10, received=1_236_577))
    assert row(course(replace(now, time=LATER), before))["rates"] == {
        "seconds": 2.0, "frames": 1000.0, "bits": 1_000_000, "dropped": 5.0,
    }  # fmt: skip


def test_without_a_sample_before_or_with_a_clock_set_back_there_is_no_rate() -> None:
    assert row(course())["rates"] is None
    assert row(course(before=replace(health(), time=LATER + 1)))["rates"] is None


def test_what_nobody_counts_is_null() -> None:
    told = row(course(replace(health(interface("any", received=None, dropped=None, dropped_before=None)), time=LATER)))
    assert told["frames"] == {"read": None, "selected": 0, "dropped": None}
    assert told["interfaces"][0]["received"] is None


def test_sessions_and_devices_are_those_of_the_last_judgement() -> None:
    told = row(course(seen=3))
    assert told["sessions"] == {"ended": 0, "seen": 3, "judged": 0, "unjudged": {"tls": 3}, "hidden": 0}
    assert told["devices"] == {"unknown": 1}
    assert told["time"] == "2026-11-18T11:16:40.000000Z"


def test_a_row_that_breaks_the_contract_is_refused() -> None:
    told = row(course())
    assert all(contract.violations({k: v for k, v in told.items() if k != key}) for key in told)
    assert contract.violations(json.loads(json.dumps(told).replace('"selected": 0', '"selected": null')))


def test_after_a_minute_without_mail_one_asks_whether_it_is_the_right_span() -> None:
    assert codes(course(replace(health(), time=NOW + 59 * SECOND), seen=0)) == []
    (note,) = notes(course(seen=0))
    assert note.text.startswith("1,234,567 frames, none of mail in 10 min: is this the right span")
    assert codes(course(replace(health(), time=LATER, open=1), seen=0)) == []
    (note,) = notes(course(replace(health(interface(frames=0)), time=LATER), seen=0))
    assert note.text.startswith("nothing at all, and nothing of mail")


def test_drops_that_go_on_are_severe_and_those_of_long_ago_are_not() -> None:
    now, before = (replace(health(interface(dropped=count)), time=LATER - ago) for count, ago in ((9, 0), (4, SECOND)))
    assert [note.severe for note in notes(course(now, before))] == [True]
    assert [note.severe for note in notes(course(now, replace(now, time=LATER - SECOND)))] == [False]


def test_a_flood_is_told_from_a_scan() -> None:
    before = replace(health(silent=100), time=LATER - SECOND)
    assert codes(course(replace(health(silent=100_000), time=LATER), before)) == ["connections-flood"]
    assert codes(course(replace(health(silent=110), time=LATER), before)) == []


def test_a_span_of_one_direction_is_noticed() -> None:
    told = course(seen=0)
    for _ in range(3):
        told.summary.session(finding(quality=ONE_SIDED))
    (note,) = notes(told)
    assert (note.code, note.severe) == ("one-sided", True)
