"""Where nobody watches a screen: a line for what is new, none for what is not, and statistics now and then."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise

import pytest
from msgspec.structs import replace

from sniffer.model import limits
from sniffer.model.facts import SessionFact
from sniffer.model.health import Health
from sniffer.reports.quiet import quiet_lines
from sniffer.reports.watched import Watched
from tests.inference.facts import NOW, attempt, fact
from tests.reports.watched import LATER, SECOND, busy, interfaces, watched


def told(before: Watched | None, now: Watched) -> list[str]:
    """The lines without their times, which they all have."""
    lines = list(quiet_lines(before, now))
    assert all(re.match(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \S+  ", line) for line in lines)
    return [line.split("  ", 1)[1] for line in lines]


def at(time: int, facts: Iterable[SessionFact] = (), **more: object) -> Watched:
    """A capture at a time, judged then."""
    facts = list(facts)
    health = Health(time, "hq", interfaces(**more), sessions=len(facts), open=1)
    return watched(facts, health, judged_at=time)


ONE = fact(attempt())


def test_it_begins_with_what_is_listened_on() -> None:
    assert told(None, at(LATER)) == ["listening on eth1, eth2 (hq)"]
    assert told(None, at(LATER)._replace(writes="e.pcapng")) == [
        "listening on eth1, eth2 (hq); evidence goes to e.pcapng"
    ]


def test_a_device_is_told_when_it_is_new_and_when_its_verdict_or_state_changes() -> None:
    empty, one = at(LATER), at(LATER + SECOND, [ONE])
    line = "RNP002673A1B2C3 (10.0.3.17, Ricoh): Basic to Exchange Online, works; Exchange Online"
    assert told(empty, one) == [line]
    assert told(one, at(LATER + 2 * SECOND, [ONE, fact(attempt(), day=0.01)])) == []
    failing = at(LATER + 2 * SECOND, [ONE, fact(attempt(outcome="failure"), day=0.01)])
    assert told(one, failing) == [line.replace("works", "fails")]


def test_without_a_new_judgement_no_device_is_looked_at() -> None:
    one = at(LATER, [ONE])
    assert told(at(LATER)._replace(judged_at=LATER), one) == []


def test_of_very_many_the_number_is_said() -> None:
    lines = told(at(LATER), at(LATER + SECOND, busy(60)))
    assert len(lines) == limits.QUIET_FINDINGS + 1
    assert lines[-1] == f"and {60 - limits.QUIET_FINDINGS} more devices that are new or changed"


def test_each_change_of_health_is_told_once() -> None:
    good, bad = at(LATER, [ONE]), at(LATER + SECOND, [ONE], up=False, downs=1)
    assert told(good, bad) == ["eth2 is down: nothing is heard from it"]
    assert told(bad, bad) == []
    assert told(bad, good) == ["eth2 is up again"]
    gone = at(LATER + 2 * SECOND, [ONE], gone="No such device")
    assert told(bad, gone) == ["eth2 gives nothing any more: No such device"]


def test_drops_are_told_when_they_begin_and_then_with_the_statistics() -> None:
    good, bad, worse = (at(LATER + n, [ONE], dropped=n * 100) for n in range(3))
    assert len(told(good, bad)) == 1
    assert told(bad, worse) == []


def test_statistics_come_now_and_then() -> None:
    times = [NOW + part * limits.QUIET_STATISTICS // 4 for part in range(1, 13)]
    course = [at(time, [ONE]) for time in times]
    lines = [line for before, now in pairwise(course) for line in told(before, now)]
    assert lines == [
        f"00:{minutes:02}:00: 1,234,566 frames, none dropped; 1 sessions, 1 judged; 1 devices, 1 affected"
        for minutes in (5, 10, 15)
    ]


@pytest.mark.parametrize("name", ["\x1b[2J", "a\nb", "\u202e"])
def test_a_line_stays_a_line(name: str) -> None:
    told_of = watched([fact(attempt(), helo=name)])
    for line in quiet_lines(None, replace_sensor(told_of, name)):
        assert line.isprintable()


def replace_sensor(told_of: Watched, name: str) -> Watched:
    """The same of another sensor."""
    return told_of._replace(course=told_of.course._replace(health=replace(told_of.health, sensor=name)))
