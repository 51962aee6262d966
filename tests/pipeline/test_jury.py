"""What several processes judge is what one judges, also where one of them dies."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection as Pipe
from pathlib import Path
from typing import Any

import pytest

from sniffer.model import limits
from sniffer.model.facts import SessionFact
from sniffer.model.findings import AuthFinding, SessionFinding
from sniffer.pipeline import Gathered, Judgement, Settings, gather
from sniffer.pipeline import jury as jury_of
from sniffer.pipeline.jury import Jury, jurors

CAPTURES = Path(__file__).parents[2] / "captures"


@pytest.fixture(scope="module")
def gathered() -> Iterator[Gathered]:
    """All captures with TLS, as one."""
    found = gather([("lan", CAPTURES / topic) for topic in ("starttls", "smtps", "auth")], Settings(processes=1))
    yield found
    found.spool.close()


@pytest.fixture(params=(2, 3, 4))
def shared(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """So many jurors for however few sessions, whatever this machine has."""
    monkeypatch.setattr(limits, "SESSIONS_WORTH_A_JURY", 1)
    monkeypatch.setattr(limits, "JURY_BLOCK", 3)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(request.param)))
    return int(request.param)


@pytest.fixture(scope="module")
def alone(gathered: Gathered) -> list[SessionFinding]:
    """What one process finds."""
    return list(Judgement(gathered.spool, shares=False).sessions())


@pytest.mark.usefixtures("shared")
def test_a_jury_finds_what_one_judge_finds(gathered: Gathered, alone: list[SessionFinding]) -> None:
    found = list(Judgement(gathered.spool).sessions())
    assert len([each for each in found if each.auth.basis == "inferred"]) > 50
    assert found == alone
    assert Judgement(gathered.spool).devices() == Judgement(gathered.spool, shares=False).devices()


def test_each_juror_is_asked(gathered: Gathered, shared: int, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(_: object, fact: SessionFact) -> AuthFinding:
        raise AssertionError(f"{fact.session} was judged at home")

    asked = Judgement(gathered.spool)
    judges = asked._jury()
    assert judges is not None
    monkeypatch.setattr("sniffer.inference.Judge.auth", never)
    hidden = [fact for fact in gathered.spool.sessions() if fact.shape is not None]
    assert len([judges.auth(fact) for fact in hidden]) == len(hidden) == gathered.spool.count_hidden()
    assert len({jury_of._share(fact.client_ip, shared) for fact in hidden}) == shared
    judges.close()


@pytest.mark.usefixtures("shared")
def test_what_a_dead_juror_leaves_is_judged_all_the_same(
    gathered: Gathered, alone: list[SessionFinding], monkeypatch: pytest.MonkeyPatch
) -> None:
    work = jury_of._work

    def die_early(pipe: Pipe, *others: Any) -> None:
        def send_bytes(data: bytes, send: Callable[[bytes], None] = pipe.send_bytes) -> None:
            send(data)
            os._exit(9)

        monkeypatch.setattr(pipe, "send_bytes", send_bytes)
        work(pipe, *others)

    monkeypatch.setattr(jury_of, "_work", die_early)
    assert list(Judgement(gathered.spool).sessions()) == alone


@pytest.mark.usefixtures("shared")
def test_who_stops_listening_leaves_no_process_behind(gathered: Gathered, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Jury] = []
    close = Jury.close

    def closed(jury: Jury) -> None:
        made.append(jury)
        close(jury)

    monkeypatch.setattr(Jury, "close", closed)
    sessions = Judgement(gathered.spool).sessions()
    next(sessions)
    sessions.close()  # type: ignore[attr-defined]
    assert [juror._process.is_alive() for each in made for juror in each._jurors] == [False] * len(made[0]._jurors)


@pytest.mark.usefixtures("shared")
def test_where_no_process_can_be_started_one_judges(
    gathered: Gathered, alone: list[SessionFinding], monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[object] = []
    start = jury_of._Juror

    def no_more_than_one(*given: Any) -> object:
        if started:
            raise BlockingIOError("Resource temporarily unavailable")
        started.append(start(*given))
        return started[0]

    monkeypatch.setattr(jury_of, "_Juror", no_more_than_one)
    assert list(Judgement(gathered.spool).sessions()) == alone
    assert not started[0]._process.is_alive()  # type: ignore[attr-defined]


ORPHANS = """
import os, signal, sys
from multiprocessing import active_children
from pathlib import Path
from sniffer.model import limits
from sniffer.pipeline import Judgement, Settings, gather

limits.SESSIONS_WORTH_A_JURY, limits.JURY_BLOCK = 1, 1
os.sched_getaffinity = lambda _: {0, 1, 2}
found = gather([("lan", Path(sys.argv[1]))], Settings(processes=1))
rows = next(found.spool.rows())
for copy in range(20):  # more than a pipe holds
    found.spool.add_rows([(f"{row[0]}-{copy}", *row[1:11], None, *row[12:]) for row in rows])
found.spool.seal()
sessions = Judgement(found.spool).sessions()
next(sessions)
print(*(child.pid for child in active_children()), flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_jury_does_not_outlive_who_asked_it() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", ORPHANS, str(CAPTURES / "starttls")], stdout=subprocess.PIPE, check=False, timeout=60
    )  # fmt: skip
    assert ended.returncode == -signal.SIGKILL
    pids = list(map(int, ended.stdout.split()))
    assert len(pids) == 3
    until = time.monotonic() + 20
    while any(map(_runs, pids)) and time.monotonic() < until:
        time.sleep(0.05)
    assert not any(map(_runs, pids))


def _runs(pid: int) -> bool:
    """Whether a process is there and not merely waiting to be buried."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_few_sessions_and_one_processor_need_no_jury(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1})
    assert jurors(limits.SESSIONS_WORTH_A_JURY - 1) == 0
    assert jurors(limits.SESSIONS_WORTH_A_JURY) == 2
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0})
    assert jurors(10 * limits.SESSIONS_WORTH_A_JURY) == 0
