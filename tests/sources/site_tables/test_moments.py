"""Times of tables and logs: in one way, or not at all."""

from __future__ import annotations

from datetime import UTC, tzinfo
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sniffer.sources.site_tables import moments
from sniffer.sources.site_tables.moments import AmbiguousDateError, Order, civil, duration, epoch, order, stamp
from tests.sources.site_tables.tables import CAPTURED, CET, at

VIENNA = ZoneInfo("Europe/Vienna")


@pytest.mark.parametrize(
    ("cell", "told"),
    [
        ("2026-11-26", "2026-11-26 00:00:00"),
        ("2026-11-26T12:00:00Z", "2026-11-26 12:00:00"),
        ("2026-11-26T12:00:00.0000000+01:00", "2026-11-26 11:00:00"),
        ("2026-11-26 12:00:00 -0500", "2026-11-26 17:00:00"),
        ("2026/11/26 12:00:00", "2026-11-26 12:00:00"),
        ("26-Nov-2026 12:00", "2026-11-26 12:00:00"),
        ("26 November 2026 12:00", "2026-11-26 12:00:00"),
        ("26/11/2026, 12:00:00", "2026-11-26 12:00:00"),
        ("11/26/2026 12:00:00 PM", "2026-11-26 12:00:00"),
        ("11/26/2026 12:00:00 a.m.", "2026-11-26 00:00:00"),
        ("03.04.2026 10:00", "2026-04-03 10:00:00"),  # dots come with the day first, everywhere
        ("1795694400", "2026-11-26 12:00:00"),
        ("1795694400000", "2026-11-26 12:00:00"),
    ],
)
def test_what_a_cell_tells(cell: str, told: str) -> None:
    assert civil(cell, UTC) == at(told)


@pytest.mark.parametrize(
    "cell",
    ["", "never", "03/04/2026", "04-03-2026 10:00", "2026-02-30", "2026-11-26 25:00", "11/26/2026 13:00 PM", "26.11.26",
     "45987.5", "2026-11-26 12:00 or so", "99/99/2026", "２０２６-11-26", "2026-11-26T12:00:00+99:00" + "0" * 80],
)  # fmt: skip
def test_what_tells_no_time(cell: str) -> None:
    assert civil(cell, UTC) is None


@pytest.mark.parametrize(
    ("zone", "cell"),
    [
        (VIENNA, "2026-10-25 02:30:00"),  # comes twice
        (VIENNA, "2026-03-29 02:30:00"),  # comes never
    ],
)
def test_an_hour_that_clocks_repeat_or_pass_over_is_no_time(zone: tzinfo, cell: str) -> None:
    assert civil(cell, zone) is None
    assert civil(cell, UTC) is not None


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        (["03/04/2026", "13/04/2026"], Order.DAY_FIRST),
        (["03/04/2026", "04/13/2026"], Order.MONTH_FIRST),
        (["03/04/2026", "3.4.2026"], Order.DAY_FIRST),
        (["05/05/2026", "2026-11-26", ""], None),
    ],
)
def test_the_order_of_dates(cells: list[str], told: Order | None) -> None:
    assert order(cells) is told


def test_an_order_that_nothing_tells() -> None:
    with pytest.raises(AmbiguousDateError, match="two ways"):
        order(["03/04/2026", "05/05/2026", "12/12/2026"])


def test_two_orders_are_none() -> None:
    with pytest.raises(AmbiguousDateError, match="begin with the day and"):
        order(["03/04/2026", "13/12/2026", "12/13/2026"])
    assert civil("04/13/2026", UTC, Order.DAY_FIRST) is None
    assert civil("05/05/2026", UTC) == at("2026-05-05 00:00:00")


@pytest.mark.parametrize(
    ("words", "micros"), [("1795694400", 0), ("1795694400.25", 250_000), ("1795694400123456789", 123_456), ("17", None)]
)
def test_seconds_since_1970(words: str, micros: int | None) -> None:
    assert epoch(words) == (None if micros is None else at("2026-11-26 12:00:00") + micros)


@pytest.mark.parametrize(("words", "seconds"), [("7", 7), ("0:00:30", 30), ("25:00:01", 90_001), ("", 0), ("x", 0)])
def test_durations(words: str, seconds: int) -> None:
    assert duration(words) == seconds * 1_000_000


def test_a_stamp_in_a_zone() -> None:
    assert stamp("Nov 26 13:00:00", CET, CAPTURED) == CAPTURED
    assert stamp("Nov 26 13:00:00.000 UTC", CET, CAPTURED + 2 * 3_600_000_000) == CAPTURED + 3_600_000_000
    assert stamp("Nov 26 13:00:00", CET, None) is None
    assert stamp("Nov 26 2026 13:00:00", CET, None) == CAPTURED


@given(st.text(max_size=80), st.sampled_from([UTC, CET, VIENNA]), st.sampled_from([None, *Order]))
def test_any_text_is_a_time_or_none(words: str, zone: tzinfo, told: Order | None) -> None:
    for found in (civil(words, zone, told), epoch(words), duration(words)):
        assert found is None or isinstance(found, int)


@given(st.from_regex(moments.CIVIL, fullmatch=True), st.sampled_from([None, *Order]))
def test_any_number_in_the_form_of_a_time_is_a_time_or_none(words: str, told: Order | None) -> None:
    found = civil(words, VIENNA, told)
    assert found is None or isinstance(found, int)


@given(st.from_regex(moments.STAMP, fullmatch=True), st.sampled_from([None, 0, CAPTURED, 1 << 57]))
def test_any_number_in_the_form_of_a_stamp_is_a_time_or_none(words: str, captured: int | None) -> None:
    found = stamp(words, VIENNA, captured)
    assert found is None or isinstance(found, int)
