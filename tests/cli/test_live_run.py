"""When a live capture is judged, shown and over; with a capture, a view and clocks that are made up."""

from __future__ import annotations

from typing import Any

import pytest

from sniffer.cli.live_run import EAGER_SECONDS, LAZY_SECONDS, REST, TICK_SECONDS, Judged, Judges, LiveRun
from sniffer.inventory.spool import Spool
from sniffer.model.health import Health
from sniffer.pipeline import Judgement
from sniffer.reports.notes import Course
from sniffer.reports.redaction import Redactor
from sniffer.reports.summary import Summary
from sniffer.reports.watched import Watched
from sniffer.sources.problems import CaptureError
from tests.inference.facts import attempt, fact


class Clock:
    """Both clocks, in seconds."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1000.0
        monkeypatch.setattr("sniffer.cli.live_run.time.monotonic", lambda: self.now)
        monkeypatch.setattr("sniffer.cli.live_run.time.time_ns", lambda: int(self.now * 1e9))


class Live:
    """A capture that hears what it is told, and takes time when it is pumped."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.spool = Spool()
        self.sessions = self.messages = 0
        self.listening, self.crowded = True, False
        self.sealed = 0
        self.problems: list[CaptureError] = []
        self.found: Any = self
        self.pumped: list[float] = []

    @property
    def health(self) -> Health:
        """How it goes."""
        return Health(int(self.clock.now) * 1_000_000, "hq", (), sessions=self.sessions, messages=self.messages)

    def hear(self, number: int = 0) -> None:
        """Hear a session."""
        self.spool.add(fact(attempt(), session=f"s-{number}", client=f"10.0.3.{number}", mac=None, helo=None))
        self.sessions += 1

    def pump(self, seconds: float) -> None:
        """Let time pass."""
        self.pumped.append(seconds)
        self.clock.now += seconds

    def seal(self) -> None:
        """Make ready."""
        self.sealed += 1
        self.spool.seal()


class View:
    """A view that notes what it is shown."""

    def __init__(self) -> None:
        self.shown: list[Watched] = []
        self.notes: list[str] = []
        self.news = 0

    def due(self) -> bool:
        """Always."""
        return True

    def show(self, watched: Watched, *, now: bool = False) -> None:
        """Take it; what is new is shown at once."""
        self.news += now
        self.shown.append(watched)

    def note(self, text: str) -> None:
        """Take it."""
        self.notes.append(text)


class Stage:
    """All of it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, until: float | None = None) -> None:
        self.clock = Clock(monkeypatch)
        self.live, self.view = Live(self.clock), View()
        self.pending = False
        self.takes = 0.0
        self.judges = Judges(
            self.live, self._judge, lambda: Summary(all_scopes=False), Redactor(None), lambda: self.pending  # type: ignore[arg-type]
        )  # fmt: skip
        ends = None if until is None else int((self.clock.now + until) * 1e6)
        self.run = LiveRun(self.live, self.judges, self.view, lambda: self.pending, ends)  # type: ignore[arg-type]

    def _judge(self) -> Judgement:
        self.clock.now += self.takes
        return Judgement(self.live.spool)


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> Stage:
    """All of it."""
    return Stage(monkeypatch)


def test_it_is_judged_soon_where_there_is_news_later_for_names_and_not_for_nothing(stage: Stage) -> None:
    assert stage.judges.due()
    stage.judges.judge()
    stage.clock.now += 100 * LAZY_SECONDS
    assert not stage.judges.due()
    stage.live.hear()
    assert stage.judges.due()
    stage.judges.judge()
    stage.live.hear()
    stage.clock.now += EAGER_SECONDS - 0.1
    assert not stage.judges.due()
    stage.clock.now += 0.1
    assert stage.judges.due()
    stage.judges.judge()
    stage.live.messages += 1
    stage.clock.now += LAZY_SECONDS - 0.1
    assert not stage.judges.due()
    stage.clock.now += 0.1
    assert stage.judges.due()


def test_judging_takes_no_more_than_its_share(stage: Stage) -> None:
    stage.takes = 3.0
    stage.judges.judge()
    stage.live.hear()
    stage.clock.now += 3.0 * REST - 0.1
    assert not stage.judges.due()
    stage.clock.now += 0.1
    assert stage.judges.due()


def test_where_facts_wait_judging_waits(stage: Stage) -> None:
    stage.live.crowded = True
    assert not stage.judges.due()


@pytest.mark.parametrize("what", ["pending", "crowded"])
def test_a_judgement_is_given_up_for_something_more_urgent(stage: Stage, what: str) -> None:
    for number in range(5):
        stage.live.hear(number)
    seen: list[str] = []

    def look(finding: Any) -> None:
        seen.append(finding.fact.session)
        stage.pending = what == "pending"
        stage.live.crowded = what == "crowded"

    assert stage.judges.judge(look) is None
    assert seen == ["s-0"]
    last = stage.judges.last
    assert last is None
    stage.pending = stage.live.crowded = False
    judged = stage.judges.judge()
    assert judged is stage.judges.last
    assert judged is not None
    assert len(judged.devices) == len(judged.seen) == 5


def test_it_runs_for_its_duration_and_judges_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    stage = Stage(monkeypatch, until=60)
    told: list[tuple[Judged | None, Course]] = []

    def tick(judged: Judged | None, course: Course) -> None:
        told.append((judged, course))
        if len(told) == 100:
            stage.live.hear()

    stage.run.run(tick)
    assert stage.clock.now == pytest.approx(1060, abs=1)
    assert len(told) == 60 / TICK_SECONDS
    assert stage.live.sealed == stage.view.news == 2
    judged, course = told[-1]
    assert judged is not None
    assert [each.verdict for each in judged.devices] == ["affected"]
    assert course.before is not None
    assert course.health.time > course.before.time
    assert stage.view.shown[-1].devices == judged.seen


@pytest.mark.parametrize("ends", ["pending", "listening"])
def test_it_is_over(stage: Stage, ends: str) -> None:
    def tick(_judged: Judged | None, _course: Course) -> None:
        stage.pending = ends == "pending"
        stage.live.listening = ends != "listening"

    stage.run.run(tick)
    assert len(stage.live.pumped) == 1


def test_every_problem_is_told_once(stage: Stage) -> None:
    stage.live.problems.append(CaptureError("eth1", "it was taken away", "put it back"))

    def tick(_judged: Judged | None, _course: Course) -> None:
        if len(stage.live.pumped) == 2:
            stage.live.problems.append(CaptureError("eth2", "too", ""))
        stage.pending = len(stage.live.pumped) == 4

    stage.run.run(tick)
    assert stage.view.notes == ["eth1: it was taken away; put it back", "eth2: too"]
