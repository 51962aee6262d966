"""Rows for collectors: a revision when what is said changes, figures now and then, each session once, bounded."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sniffer.model import limits
from sniffer.model.facts import SessionFact
from sniffer.reports.redaction import Redactor
from sniffer.reports.revisions import Once, Revisions
from sniffer.reports.rows import Row, device_row
from tests.inference.facts import NOW, attempt, fact, judge

HOUR = 3600 * 1_000_000


def rows(*facts: SessionFact) -> list[Row]:
    """The device rows of a judgement."""
    return [device_row(each, Redactor()) for each in judge(facts).devices]


ONE, TWO = fact(attempt(), day=0), fact(attempt(), day=0.01)


def told(revisions: Revisions, judged: list[Row], now: int = NOW, **more: Any) -> list[tuple[str, int]]:
    """The verdicts and revisions of what is told."""
    return [(row["verdict"], row["revision"]) for row in revisions.changed(judged, now, **more)]


def test_a_device_is_told_once_when_nothing_changes() -> None:
    revisions = Revisions()
    assert told(revisions, rows(ONE)) == [("affected", 1)]
    assert told(revisions, rows(ONE), NOW + 2 * HOUR) == []
    assert told(revisions, rows(ONE), NOW + 3 * HOUR, last=True) == []


def test_figures_alone_come_again_after_an_hour_and_at_the_end_under_the_same_revision() -> None:
    revisions = Revisions()
    assert told(revisions, rows(ONE, TWO)) == [("affected", 1)]
    three = rows(ONE, TWO, fact(attempt(), day=0.02))
    assert told(revisions, three, NOW + HOUR // 2) == []
    assert told(revisions, three, NOW + HOUR) == [("affected", 1)]
    four = rows(ONE, TWO, fact(attempt(), day=0.02), fact(attempt(), day=0.03))
    assert told(revisions, four, NOW + HOUR + 1) == []
    assert told(revisions, four, NOW + HOUR + 2, last=True) == [("affected", 1)]


def test_what_is_said_otherwise_is_a_revision_at_once() -> None:
    revisions = Revisions()
    assert told(revisions, rows(ONE)) == [("affected", 1)]
    moved = rows(ONE, fact(attempt("XOAUTH2"), day=1), fact(attempt("XOAUTH2"), day=2))
    assert told(revisions, moved, NOW + 1) == [("modern", 2)]
    assert told(revisions, moved, NOW + 2) == []


@pytest.mark.parametrize(
    "change",
    [{"name": "other"}, {"model": "MP C3003"}, {"state": "refused"}, {"band": "likely"}, {"senders_at_least": 2},
     {"anomalies": [{"code": "seen-in-part", "text": "1 of 2"}]}, {"addresses": []}],
)  # fmt: skip
def test_each_of_these_is_a_revision(change: dict[str, Any]) -> None:
    revisions, (row,) = Revisions(), rows(ONE)
    list(revisions.changed([row], NOW))
    assert [each["revision"] for each in revisions.changed([row | change], NOW)] == [2]


@pytest.mark.parametrize(
    "change",
    [{"reason": "other words"}, {"evidence": []}, {"anomalies": [{"code": "seen-in-part", "text": "2 of 3"}]}],
)
def test_none_of_these_is(change: dict[str, Any]) -> None:
    revisions, (row,) = Revisions(), rows(ONE)
    row["anomalies"] = [{"code": "seen-in-part", "text": "1 of 2"}]
    list(revisions.changed([row], NOW))
    assert list(revisions.changed([row | change], NOW)) == []


def test_a_clock_that_is_set_back_holds_no_figures_back() -> None:
    revisions = Revisions()
    told(revisions, rows(ONE, TWO), NOW)
    assert told(revisions, rows(ONE, TWO, fact(attempt(), day=0.02)), NOW - HOUR) == [("affected", 1)]


def test_many_devices_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "REVISIONS", 10)
    revisions, (row,) = Revisions(), rows(ONE)
    many = [row | {"device": f"d-{number}"} for number in range(25)]
    assert len(list(revisions.changed(many, NOW))) == 25
    assert len(revisions._told) == 10
    assert list(revisions.changed(many[-10:], NOW)) == []


def ended(number: int, end: int) -> SessionFact:
    """A session that ended then."""
    return fact(attempt(), session=f"s-{number:x}", lasts=end)


def test_a_session_is_told_once() -> None:
    once = Once()
    assert [once.first(ended(number, 5)) for number in (1, 2, 1, 2)] == [True, True, False, False]


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(1, 10_000)), max_size=60), st.integers(1, 40))
def test_whatever_the_order_no_session_is_told_twice_and_none_is_left_out_within_the_window(
    sessions: list[tuple[int, int]], judgements: int
) -> None:
    ends = dict(sessions)
    once, seen = Once(), []
    for _ in range(judgements):
        seen += [number for number, end in ends.items() if once.first(ended(number, end))]
    assert sorted(seen) == sorted(ends)


def test_over_days_it_remembers_what_ended_last(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "SESSIONS_TOLD", 100)
    once = Once()
    stream = [ended(number, number * 10) for number in range(1, 1001)]
    assert all(once.first(each) for each in stream)
    assert not any(once.first(each) for each in stream)
    assert once.first(ended(5000, 9_995))  # it was late, but among the last
    assert len(once._known) == len(once._ends) == 100
