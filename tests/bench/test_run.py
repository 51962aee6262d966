"""The runner's arithmetic and its words; nothing here is timed."""

from __future__ import annotations

import sys

import pytest

from tests.bench.measure import Measurement, measure
from tests.bench.run import HELP, Figures, Plan
from tests.bench.table import report, seconds


def runs(*times: float, peak: float = 100, problem: str | None = None) -> list[Measurement]:
    """Measurements of one program."""
    return [Measurement(time, peak, problem) for time in times]


def test_a_process_is_measured_to_its_end() -> None:
    done = measure([sys.executable, "-c", "x = bytearray(100_000_000); print('thrown away')"])
    assert done.problem is None
    assert done.seconds > 0
    assert done.peak_mb > 100


def test_python_may_keep_what_it_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    assert measure([sys.executable, "-c", "import sys; assert not sys.dont_write_bytecode"]).problem is None


def test_a_failed_process_says_why() -> None:
    failed = measure([sys.executable, "-c", "raise SystemExit('no such luck')"])
    assert failed.problem == "exit status 1: no such luck"
    assert measure([sys.executable, "-c", "raise SystemExit(5)"], accepted=(0, 5)).problem is None
    assert measure(["no-such-program"]).problem == "no-such-program is not installed"


def test_turn_zero_warms_up_all_but_tshark() -> None:
    plan = Plan(runs=3, tshark_runs=2)
    assert [plan.counts("sniffer", turn) for turn in range(4)] == [True] * 4
    assert [plan.counts("tshark", turn) for turn in range(4)] == [False, True, True, False]


def test_the_report_holds_figures_against_their_targets() -> None:
    figures: Figures = {
        ("mixed", "sniffer"): runs(1.0, 9.0, 1.2, peak=210),
        ("mixed", "tcpdump"): runs(0.4, 0.4, 0.5),
        ("mixed", "tshark"): runs(40.0),
        ("mixed-small", "sniffer"): runs(0.5, peak=150),
        ("smtp", "sniffer"): runs(2.0, peak=310),
        ("smtp", "tshark"): runs(40.0),
        (HELP, "sniffer"): runs(0.3),
    }
    text = report(figures)
    assert "ok   mixed: time of tcpdump: 3.00 (target ≤ 4)" in text
    assert "ok   smtp: times faster than tshark: 20.00 (target ≥ 15)" in text
    assert "MISS smtp: peak memory in MB: 310.00 (target ≤ 300)" in text
    assert "MISS mixed: memory of mixed-small: 1.40 (target ≤ 1.1)" in text
    assert "ok   sniffer --help: seconds: 0.30 (target ≤ 0.5)" in text


def test_discovery_is_held_against_mail_alone() -> None:
    figures: Figures = {
        ("s15", "sniffer"): runs(20.0, peak=390),
        ("mixed-discovery", "sniffer"): runs(1.4),
        ("mixed-discovery", "without"): runs(1.0),
    }
    text = report(figures, {"s15": 1_200_000})
    assert "ok   s15: messages of discovery a second: 60000.00 (target ≥ 30000)" in text
    assert "ok   s15: peak memory in MB: 390.00 (target ≤ 400)" in text
    assert "ok   mixed-discovery: time without identity: 1.40 (target ≤ 1.5)" in text


def test_a_run_that_failed_gives_no_figure() -> None:
    figures: Figures = {("mixed", "sniffer"): runs(1.0) + runs(0.1, problem="exit status 1: it broke")}
    assert seconds(figures, "mixed", "sniffer") is None
    assert "mixed, sniffer: exit status 1: it broke" in report(figures)
    assert "not measured" in report(figures)
