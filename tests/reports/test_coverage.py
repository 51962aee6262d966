"""Coverage in words: never more than was listened to, the gaps by name."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from sniffer.inference.coverage import coverage
from sniffer.model.coverage import Coverage, Interval
from sniffer.reports.coverage import DAY, HOUR, coverage_lines, coverage_row, coverage_sentence, duration, percent
from sniffer.reports.moments import local_ahead

START = 20_001 * DAY  # 2024-10-05, a Saturday
DAY_BY_DAY = [(day * DAY, (day + 1) * DAY) for day in range(30)]


@pytest.fixture(autouse=True)
def _utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def of(*ends: tuple[int, int], length: int = 30 * DAY, sensor: str = "hq") -> Coverage:
    """The coverage of a period; times are microseconds after its start."""
    return coverage(sensor, [Interval(START + a, START + b) for a, b in ends], START, START + length)


def test_a_month_with_a_gap() -> None:
    assert coverage_sentence(of((0, 11 * DAY), (11 * DAY + 12 * HOUR, 30 * DAY))) == (
        "Listened 29.5 of 30 days (98 %): a device that mails once a week or more often was seen, one that mails once a"
        " month was seen with 96 %, if it mails at equal intervals; one that does so once a month on average but at no"
        " fixed intervals, with 62 %. Not listened: 2024-10-16 00:00 – 12:00."
    )


def test_a_window_at_a_fixed_hour_says_what_it_never_hears() -> None:
    windows = [(day * DAY + 2 * HOUR, day * DAY + 4 * HOUR) for day in range(30)]
    told = coverage_sentence(of(*windows))
    assert told.startswith("Listened 2.5 of 30 days (8 %): a device that mails once a day was seen with 8 %,")
    assert "Never listened between 04:00 and 02:00: who mails only then was never seen." in told
    assert told.count("–") == 3
    assert "shorter gaps of" in told


def test_weekends_that_nobody_heard_are_told() -> None:
    told = coverage_sentence(of(*DAY_BY_DAY[2:7], *DAY_BY_DAY[9:14], *DAY_BY_DAY[16:21], *DAY_BY_DAY[23:28]))
    assert "Never listened on Saturdays and Sundays" in told


@pytest.mark.parametrize(("zone", "ahead"), [("Europe/Berlin", 2), ("America/New_York", -4), ("Asia/Kolkata", 5.5)])
def test_hours_are_those_of_the_clock_by_which_jobs_are_set(
    monkeypatch: pytest.MonkeyPatch, zone: str, ahead: float
) -> None:
    """From two to four in the morning there, every day; Saturdays and Sundays there are missing."""
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    shift = local_ahead(START)
    assert shift == ahead * HOUR
    days = [day for day in range(-1, 31) if day % 7 not in (0, 1)]
    windows = [Interval(START + day * DAY + 2 * HOUR - shift, START + day * DAY + 4 * HOUR - shift) for day in days]
    found = coverage("hq", windows, START, START + 30 * DAY, shift)
    assert "between 04:00 and 02:00, or on Saturdays and Sundays: who" in coverage_sentence(found)
    assert coverage_row(found)["utc_offset_seconds"] == ahead * 3600


def test_nothing_is_nothing() -> None:
    assert coverage_lines([]) == ["Nothing was listened to."]
    assert "Did not listen at all" in coverage_sentence(of())


def test_a_second_missing_is_no_hundred_per_cent() -> None:
    told = coverage_sentence(of((0, 30 * DAY - 1_000_000)))
    assert told.startswith("Listened 29.9 of 30 days (99 %)")
    assert "Not listened" not in told  # too short for a name, and counted


def test_sensors_are_told_apart() -> None:
    assert [line[:7] for line in coverage_lines([of((0, DAY)), of((0, DAY), sensor="lab")])] == ["hq: Lis", "lab: Li"]


def test_rows_for_programs() -> None:
    row = coverage_row(of((0, 11 * DAY), (11 * DAY + 12 * HOUR, 30 * DAY)))
    assert row["gaps"] == [{"from": "2024-10-16T00:00:00.000000Z", "until": "2024-10-16T12:00:00.000000Z"}]
    assert [each["every"] for each in row["chances"]] == ["day", "week", "month"]
    assert row["chances"][2]["regular"] == 0.9692
    assert row["never_at"] == []


@pytest.mark.parametrize(
    ("length", "words"), [(30, "30 s"), (90, "1 min"), (5400, "1.5 h"), (3 * 86_400, "3 days"), (36 * 3600, "36 h")]
)
def test_lengths_of_time(length: int, words: str) -> None:
    assert duration(length * 1_000_000) == words


def test_shares_are_rounded_down() -> None:
    assert [percent(each) for each in (0, 0.004, 0.999, 1)] == ["0 %", "< 1 %", "99 %", "100 %"]
