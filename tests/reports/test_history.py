"""A device over time: its days as bars, and what was said of it when."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from sniffer.model import limits
from sniffer.model.records import DayCount, HistoryRecord
from sniffer.reports.history import BARS, NONE, bars, days_lines, history_lines
from sniffer.reports.history_svg import drawing

DAY = 24 * 3600 * 1_000_000
UNTIL = 20_800 * DAY + 5


def count(back: int, sessions: int, outcome: str | None = "success") -> DayCount:
    """Sessions of a day, so many days before the last."""
    return DayCount(UNTIL - UNTIL % DAY - back * DAY, "exchange-online", "basic", outcome, sessions)


def said(verdict: str, back: int, state: str = "working") -> HistoryRecord:
    """What was said of the device."""
    at = UNTIL - back * DAY
    return HistoryRecord("d-000000000001", "", 1, at, at, verdict, "strong", state, None)  # type: ignore[arg-type]


@given(st.lists(st.integers(0, 10_000), min_size=1))
def test_bars_grow_with_their_numbers(numbers: list[int]) -> None:
    most = max(numbers)
    told = bars(numbers, most)
    assert [each == NONE for each in told] == [each == 0 for each in numbers]
    heights = [BARS.find(each) for each in told]
    assert all(heights[a] <= heights[b] for a in range(len(numbers)) for b in range(len(numbers)) if
               numbers[a] <= numbers[b])  # fmt: skip
    assert not most or heights[numbers.index(most)] == len(BARS) - 1


def test_a_day_without_sessions_is_no_bar() -> None:
    first, *_, last = days_lines([count(0, 8), count(2, 1)], UNTIL, shown=4)
    assert first == "2026-12-10 ·▁·█ 2026-12-13 (UTC)"
    assert last == "9 sessions on 2 of 4 days, 8 on the busiest."


def test_outcomes_are_told_apart_where_there_are_several() -> None:
    lines = list(days_lines([count(0, 4), count(0, 4, "failure"), count(1, 2, None)], UNTIL, shown=2))
    assert [each.split(" ", 11)[-1] for each in lines[1:4]] == [
        "·▄ logged in: 4",
        "·▄ refused: 4",
        "▂· no login seen: 2",
    ]


def test_nothing_was_seen() -> None:
    assert list(days_lines([], UNTIL)) == []
    assert list(history_lines([])) == []


def test_only_the_newest_of_many_verdicts_are_told() -> None:
    many = [said("affected", 100 - place) for place in range(limits.HISTORY_SHOWN + 3)]
    lines = list(history_lines(many))
    assert lines[0] == "… 3 earlier ones (--format json has them)"
    assert len(lines) == limits.HISTORY_SHOWN + 1
    assert "the device: Basic to Exchange Online (strong); works" in lines[-1]


def test_the_drawing_is_one_and_holds_no_markup_of_others() -> None:
    told = drawing(
        '<b>&"', "about", [count(0, 3), count(5, 2, "failure")], [said("affected", 9), said("modern", 3)], UNTIL
    )
    root = ET.fromstring(told)  # noqa: S314 - our own
    text = "".join(root.itertext())
    assert '<b>&"' in text
    assert {"logged in", "refused"} <= {each.text for each in root.iter() if each.text}
    assert "OAuth" not in text, "three days are too narrow for words"
    assert "Basic to Exchange Online" not in text
