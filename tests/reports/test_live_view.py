"""The view of a running capture: it fits any screen, says what is wrong first, and lets nothing of the wire through."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from sniffer.model.health import Health
from sniffer.reports import live_view
from sniffer.reports.live_view import clock, fitted
from tests.inference.facts import attempt, fact, unreadable
from tests.reports.watched import LATER, SECOND, busy, drawn, interfaces, watched

SIZES = [(80, 24), (200, 50), (100, 30), (40, 10), (132, 43), (300, 100)]


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_it_fits_the_screen(width: int, height: int) -> None:
    lines = drawn(watched(busy(60)), width, height).splitlines()
    assert len(lines) <= height
    assert max(map(cell_len, lines)) <= width


def test_at_80_columns_everything_that_matters_is_there() -> None:
    lines = drawn(watched(busy(10))).splitlines()
    assert lines[0].startswith("sniffer capture  hq: eth1 up, eth2 up")
    assert lines[0].endswith("00:12:31, 01:00:00 left")
    assert lines[2] == "Now       2,469 frames/s  12.34 Mbit/s selected  none dropped"
    assert lines[3] == "So far    1,234,566 frames received  none dropped"
    text = "\n".join(lines)
    assert "10 seen  8 judged  2 not judged: ended before AUTH" in text
    assert "4 Basic to Exchange Online  2 Basic elsewhere  2 Unknown  2 OAuth" in text
    assert "as judged 3 s ago" in text
    assert any("Exchange Online" in line and "LOGIN in clear" in line and "success" in line for line in lines)
    assert "…" not in text
    assert lines[-1] == "Ctrl-C ends the capture and prints the report."


def test_a_large_screen_shows_addresses_and_the_devices_too() -> None:
    text = drawn(watched(busy(60)), 200, 50)
    assert "Devices, the most urgent first" in text
    assert "10.0.0.60" in text
    assert text.count("Basic to Exchange Online") > 10
    assert "Devices, the most urgent first" not in drawn(watched(busy(60)))


@pytest.mark.parametrize(("width", "height"), [(80, 24), (60, 14), (200, 50)])
def test_what_is_wrong_stays_on_any_screen(width: int, height: int) -> None:
    wrong = Health(LATER, "hq", interfaces(up=False, downs=1, dropped=300), sessions=60)
    text = drawn(watched(busy(60), wrong), width, height)
    assert "! eth2 is down: nothing is heard from it" in text
    assert "300 so far (0.02 %)" in text.replace("\n  ", " ")
    assert text.splitlines()[-1].startswith("Ctrl-C")


def test_nothing_yet_is_said_so() -> None:
    text = drawn(watched([], Health(LATER, "hq", interfaces()), judged_at=None))
    assert "nothing judged yet" in text
    assert text.count("none yet") == 2
    assert "is this the right span" in text


def test_a_drop_is_red_and_what_is_not_counted_is_no_zero() -> None:
    dropping = watched([], Health(LATER, "hq", interfaces(dropped=300)))
    assert "\x1b[1;31m  300 dropped by the kernel" in drawn(dropping, color=True)
    blind = Health(LATER, "hq", interfaces(received=None, dropped=None)[1:])
    text = drawn(watched([], blind))
    assert "kernel drops not counted" in text
    assert "none dropped" not in text


HOSTILE = "\x1b[2J\x1b]0;owned\x07\u202eevil\r\n[bold]x"


@pytest.mark.parametrize("size", [(80, 24), (200, 50)])
def test_nothing_of_the_wire_reaches_the_terminal_as_it_is(size: tuple[int, int]) -> None:
    facts = [
        fact(attempt(), helo=HOSTILE),
        fact(attempt(), helo="プリンター" * 20, client="10.0.3.18", mac="00:26:73:00:00:01"),
    ]
    told = watched(facts, writes="e\x1b.pcapng")
    text = drawn(
        told._replace(course=told.course._replace(health=Health(LATER, "h\x1bq", interfaces(gone="\x1b[2J")))), *size
    )
    assert all(char.isprintable() or char == "\n" for char in text)
    assert "\u202e" not in text
    assert max(map(cell_len, text.splitlines())) <= size[0]


def test_names_are_replaced_where_that_is_asked_for() -> None:
    facts = [fact(attempt(user="alice@example.org"), helo="alices-laptop"), unreadable(helo="alices-laptop", day=0.1)]
    text = drawn(watched(facts, key=b"key"), 200, 50)
    assert "alice" not in text
    assert "host-" in text
    assert "alices-laptop" in drawn(watched(facts), 200, 50)


def test_only_what_fits_is_laid_out(monkeypatch: pytest.MonkeyPatch) -> None:
    many = watched(busy(60))
    many = many._replace(devices=many.devices * 1000)
    laid_out: list[str] = []

    def harmless(text: str) -> str:
        laid_out.append(text)
        return text

    monkeypatch.setattr(live_view, "for_terminal", harmless)
    assert len(drawn(many, 200, 50).splitlines()) == 50
    assert len(laid_out) < 50 * 6


@given(
    st.lists(st.tuples(st.text(st.characters(categories=("L", "N", "P", "Zs", "So"))), st.just(""))), st.integers(1, 60)
)
@settings(max_examples=200)
def test_a_line_is_never_wider_than_the_screen(line: list[tuple[str, str]], width: int) -> None:
    assert sum(cell_len(text) for text, _ in fitted(line, width)) <= width


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(0, "00:00:00"), (751, "00:12:31"), (86_399, "23:59:59"), (3 * 86_400 + 61, "3 d 00:01:01"), (-5, "00:00:00")],
)
def test_a_clock_shows_days_and_never_less_than_nothing(seconds: int, shown: str) -> None:
    assert clock(seconds * SECOND) == shown
