"""Privileges while it listens: nothing of it may do more than read what it has opened."""

from __future__ import annotations

import json
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("fcntl", reason="the lab is for Linux")

from tests.expected import CAPTURES
from tests.lab.wire import Program, Wire, missing, wire

pytestmark = [pytest.mark.lab, pytest.mark.skipif(bool(missing()), reason=missing() or "")]

OFFICE = CAPTURES / "lan" / "office" / "capture.pcap"
NOBODY = 65_534
POWERLESS = dict.fromkeys(("CapInh", "CapPrm", "CapEff", "CapAmb"), "0000000000000000")

ORDINARY = ("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups")
READS = ("--inh-caps=-all,+dac_read_search", "--ambient-caps=-all,+dac_read_search")
LISTENS = ("--inh-caps=-all,+net_raw,+dac_read_search", "--ambient-caps=-all,+net_raw,+dac_read_search")
"""To read our interpreter, which may be root's own, takes a right that whoever uses the program does not need."""


@pytest.fixture
def tap(tmp_path: Path) -> Iterator[Wire]:
    """One wire."""
    with wire(tmp_path) as made:
        yield made


@pytest.fixture
def public() -> Iterator[Path]:
    """A folder into which everybody may write."""
    folder = Path(tempfile.mkdtemp(prefix="snl-", dir="/tmp"))
    folder.chmod(0o1777)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def threads(pid: int) -> list[dict[str, str]]:
    """What the kernel says of each thread of a process."""
    found = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        rows = (line.partition(":") for line in (task / "status").read_text().splitlines())
        found.append({name: value.strip() for name, _, value in rows})
    return found


def assert_powerless(heard: Program) -> None:
    """All processes and threads of a capture are an ordinary user's, for good."""
    pids = [heard.pid, *heard.listeners()]
    assert len(pids) == 3
    for thread in (each for pid in pids for each in threads(pid)):
        assert {part for name in ("Uid", "Gid") for part in thread[name].split()} == {str(NOBODY)}, thread
        assert {name: thread[name] for name in POWERLESS} == POWERLESS
        assert thread["NoNewPrivs"] == "1"
        assert thread["Groups"] == ""


def test_as_root_it_becomes_nobody_and_hears_all_the_same(tap: Wire, public: Path) -> None:
    output = public / "found.json"
    words = ("--view", "sessions", "--format", "json", "--processes", "2", "--output", output)
    heard = tap.capture(*words, env={"TMPDIR": str(public)}).ready()
    assert_powerless(heard)
    tap.replay(OFFICE)
    time.sleep(1)
    assert_powerless(heard)
    assert heard.end() in (0, 5)
    assert len(json.loads(output.read_text())["sessions"]) == 23
    assert [each.name for each in public.iterdir()] == ["found.json"]


def test_a_capability_is_enough_and_is_given_up(tap: Wire) -> None:
    words = ("--view", "sessions", "--format", "json", "--processes", "2")
    heard = tap.capture(*words, before=(*ORDINARY, *LISTENS)).ready()
    assert_powerless(heard)
    tap.replay(OFFICE)
    assert heard.end() in (0, 5)
    assert len(heard.report()["sessions"]) == 23


def test_without_it_is_told_how_to_have_it(tap: Wire) -> None:
    heard = tap.capture(before=(*ORDINARY, *READS))
    assert heard.wait() == 1
    assert heard.out == ""
    assert "tap0: we may not capture on it" in heard.err
    for word in ("sudo", "setpriv", "AmbientCapabilities=CAP_NET_RAW"):
        assert word in heard.err


def test_without_an_interface_of_that_name_it_says_which_there_are(tap: Wire) -> None:
    heard = tap.capture(interfaces=("tap7",))
    assert heard.wait() == 1
    assert "tap7" in heard.err
    assert "tap0" in heard.err


def test_one_that_is_not_there_does_not_keep_it_from_the_other(tap: Wire) -> None:
    heard = tap.capture("--view", "sessions", "--format", "json", interfaces=("tap7", "tap0")).ready()
    tap.replay(OFFICE)
    assert heard.end() == 4
    assert len(heard.report()["sessions"]) == 23
