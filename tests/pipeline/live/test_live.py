"""Listening finds what reading finds, however it comes, and whatever happens to whoever listens."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from sniffer.inventory.spool import Spool, session_row
from sniffer.model.facts import NameFact, SessionFact
from sniffer.model.findings import DeviceFinding
from sniffer.model.health import Health, InterfaceHealth
from sniffer.pipeline import Judgement, Settings, gather
from sniffer.pipeline.live import Live, LiveSettings
from sniffer.pipeline.live.messages import Facts
from sniffer.pipeline.live.parent import _together
from sniffer.sources.problems import CaptureError
from tests.expected import CAPTURES
from tests.inference.facts import fact
from tests.pipeline.live.wire import FileListening, wired

__all__ = ["wired"]

OFFICE = CAPTURES / "lan" / "office" / "capture.pcap"
FLAT = CAPTURES / "devices" / "s01-flat" / "capture.pcap"


def listened(
    *interfaces: str,
    processes: int = 1,
    meanwhile: Callable[[Live], None] = lambda _: None,
    sessions: int = 1,
    seconds: float = 20,
) -> Live:
    """Listen until so many sessions were found, or for some seconds."""
    live = Live(LiveSettings(interfaces, "default", Settings(), processes=processes))
    live.start()
    ends = time.monotonic() + seconds
    while live.listening and live.health.sessions < sessions and time.monotonic() < ends:
        live.pump(0.05)
        meanwhile(live)
    live.stop()
    return live


def where(fact: SessionFact) -> SessionFact:
    """Without where it was seen: a file is no interface."""
    return replace(fact, observations=())


def told(spool: Spool) -> tuple[list[SessionFact], list[NameFact], list[DeviceFinding]]:
    """All sessions, names, and devices of a spool, without files."""
    devices = [
        replace(each, evidence=tuple(replace(clue, file=None) for clue in each.evidence))
        for each in Judgement(spool).devices()
    ]
    return [where(each) for each in spool.sessions()], list(spool.names()), devices


@pytest.mark.parametrize("path", [OFFICE, FLAT], ids=["office", "flat"])
@pytest.mark.parametrize(("processes", "size"), [(1, 1), (1, 50), (2, 7), (4, 1000)])
def test_listening_finds_what_reading_finds(
    wired: dict[str, Path], monkeypatch: pytest.MonkeyPatch, path: Path, processes: int, size: int
) -> None:
    wired["wire0"] = path
    monkeypatch.setattr(FileListening, "size", size)
    read = gather([("default", path)], Settings())
    live = listened("wire0", processes=processes)
    assert told(live.found.spool) == told(read.spool)
    assert live.found.counts.frames_selected == read.counts.frames_selected
    assert live.found.counts.messages == read.counts.messages
    assert not live.found.problems


def test_judging_in_between_changes_nothing_and_knows_what_was_heard_so_far(wired: dict[str, Path]) -> None:
    wired["wire0"] = FLAT
    seen: list[int] = []

    def judge(live: Live) -> None:
        live.seal()
        seen.append(len(Judgement(live.found.spool).devices()))

    read = gather([("default", FLAT)], Settings())
    live = listened("wire0", meanwhile=judge, sessions=8)
    assert told(live.found.spool) == told(read.spool)
    assert seen == sorted(seen)
    assert len(seen) > 0


def test_what_is_still_counted_is_known_before_the_end(wired: dict[str, Path]) -> None:
    """Names and makers of boxes, though nothing of them was written yet."""
    wired["wire0"] = FLAT
    found: list[str | None] = []

    def judge(live: Live) -> None:
        if live.health.sessions >= 8:
            live.seal()
            found.extend(each.model for each in Judgement(live.found.spool).devices())

    listened("wire0", meanwhile=judge, sessions=8)
    assert "MP C3003" in found


def test_an_interface_that_is_not_there_does_not_keep_the_others_from_being_heard(wired: dict[str, Path]) -> None:
    wired["wire0"] = OFFICE
    live = listened("wire0", "nothing0")
    assert [str(each) for each in live.found.problems] == ["nothing0: there is no such interface; try another"]
    assert [each.problem for each in live.found.inputs] == [None, "there is no such interface"]
    assert live.found.counts.readable == 1
    assert live.health.sessions > 0


def test_without_any_interface_nothing_is_listened_to(wired: dict[str, Path]) -> None:
    live = Live(LiveSettings(("nothing0",), "default"))
    live.start()
    assert not live.listening
    assert live.found.counts.readable == 0


def test_of_an_interface_that_goes_away_what_was_found_stays(
    wired: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    wired["wire0"] = OFFICE
    monkeypatch.setattr(FileListening, "breaks", 8)
    live = listened("wire0", sessions=1000)
    assert [str(each) for each in live.found.problems] == ["wire0: it was taken away; put it back"]
    assert 0 < len(list(live.found.spool.sessions())) < 23


@pytest.mark.parametrize("processes", [1, 2])
def test_of_a_listener_that_dies_what_it_found_stays(
    wired: dict[str, Path], monkeypatch: pytest.MonkeyPatch, processes: int, capfd: pytest.CaptureFixture[str]
) -> None:
    wired["wire0"] = OFFICE
    monkeypatch.setattr(FileListening, "breaks", 8)
    monkeypatch.setattr(FileListening, "crashes", True)
    monkeypatch.setattr("sniffer.model.limits.FACTS_SENT", 1)
    live = listened("wire0", processes=processes, sessions=1000, seconds=2)
    assert [each.problem for each in live.found.problems] == ["a listening process ended unexpectedly"]
    assert 0 < len(list(live.found.spool.sessions())) < 23
    assert "of the test" in capfd.readouterr().err


def test_listeners_that_are_killed_are_missed(wired: dict[str, Path]) -> None:
    wired["wire0"] = OFFICE

    def kill(live: Live) -> None:
        for each in live._listeners:
            os.kill(each.process.pid or 0, signal.SIGKILL)

    live = listened("wire0", meanwhile=kill, sessions=1000)
    assert [each.problem for each in live.found.problems] == ["a listening process ended unexpectedly"]


def full(room: int) -> Live:
    """A thousand sessions found, and so many pages of 4 KiB left on the disk."""
    live = Live(LiveSettings(("wire0",), "default"))
    spool = live.found.spool
    spool.add_rows([session_row(fact(session=f"s-{n:016x}", day=n)) for n in range(1000)])
    (pages,) = spool._database.execute("PRAGMA page_count").fetchone()
    spool._database.execute(f"PRAGMA max_page_count = {pages + room}")
    return live


def test_on_a_full_disk_the_oldest_make_room_for_the_report() -> None:
    live = full(room=2)
    live.seal()
    left = list(live.found.spool.sessions())
    assert [each.session for each in left] == [f"s-{n:016x}" for n in range(250, 1000)]
    assert live.health.dropped_by_us == 250
    assert ["the disk is full" in str(each) for each in live.found.problems] == [True]
    live.seal()
    assert len(list(live.found.spool.sessions())) == 750


def test_on_a_full_disk_what_comes_then_is_counted() -> None:
    live = full(room=0)
    live._spool(Facts(tuple(session_row(fact(session=f"s-{n:016x}", day=n)) for n in range(1000, 1100))))
    assert live.health.dropped_by_us == 100
    live.seal()
    assert 0 < len(list(live.found.spool.sessions())) < 1000


def test_without_any_room_it_says_so() -> None:
    live = Live(LiveSettings(("wire0",), "default"))
    live.found.spool._database.execute("PRAGMA max_page_count = 1")
    with pytest.raises(CaptureError, match="nothing can be reported; make room in the folder for temporary files"):
        live.seal()


def test_health_of_several_listeners_is_one() -> None:
    one = Health(5, "tap", (InterfaceHealth("a", received=3, dropped=1, frames=2),), selected=2, sessions=1)
    other = Health(7, "tap", (InterfaceHealth("a", up=False, received=4, dropped=0, frames=4),), sessions=2)
    assert _together([one, other], "tap") == Health(
        7, "tap", (InterfaceHealth("a", up=False, received=7, dropped=1, frames=6),), selected=2, sessions=3
    )
    assert _together([], "tap").interfaces == ()
