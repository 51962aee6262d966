"""Several programs at one inventory, and a server that goes away."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from sniffer.inventory.store import Store, StoreError
from tests.inference.facts import attempt, fact, judge
from tests.inventory.store.conftest import LAB
from tests.inventory.store.killed import SESSIONS
from tests.inventory.store.stored import end, load, only, start
from tests.lab import database
from tests.program import ROOT


def at_once(url: str, programs: int, runs: int) -> None:
    """Have programs store runs at the same time, of sensors and devices of the same names."""
    argv = [sys.executable, "-m", "tests.inventory.store.killed", url]
    started = [
        subprocess.Popen([*argv, str(number * runs), str(runs)], cwd=ROOT, stdout=subprocess.DEVNULL)
        for number in range(programs)
    ]
    assert [each.wait(120) for each in started] == [0] * programs


def test_two_programs_make_one_inventory_and_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "inventory.sqlite"
    at_once(str(path), 2, 4)
    with Store.open(str(path)) as store:
        whole(store, 8)


@pytest.mark.parametrize("programs", [pytest.param(4, marks=LAB)])
def test_programs_at_one_server_lose_nothing(
    programs: int, server: database.Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SNIFFER_DB_PASSWORD", database.PASSWORD)
    url = server.url(server.make())
    at_once(url, programs, 10)
    with Store.open(url) as store:
        whole(store, programs * 10)


def whole(store: Store, runs: int) -> None:
    """Hold an inventory against what was stored."""
    devices = store.devices()
    assert len(devices) == 10
    assert sum(len(list(store.sessions(each.device))) for each in devices) == runs * SESSIONS
    assert sum(each.finding.services[0].judged for each in devices) == runs * SESSIONS
    assert len(store.runs()) == runs


@pytest.mark.parametrize("marked", [pytest.param(None, marks=LAB)])
def test_a_server_that_goes_away_in_the_middle(
    marked: None, server: database.Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing of the run is stored; the same run is stored when the server is back, by the same store."""
    monkeypatch.setenv("SNIFFER_DB_PASSWORD", database.PASSWORD)
    with Store.open(server.url(server.make("fresh"))) as store:
        load(store, fact(attempt()))
        before = only(store)
        found = judge([fact(attempt(), day=1)])
        run = store.begin(start(key="lost"))
        asked = []

        def lose(*_: object) -> None:
            asked.append(1)
            if len(asked) == 12:
                server.stop("immediate")

        event.listen(Engine, "before_cursor_execute", lose)
        try:
            with pytest.raises(StoreError) as caught:
                store.commit(run, found.sessions, found.devices, end(1))
        finally:
            event.remove(Engine, "before_cursor_execute", lose)
        assert len(asked) == 12
        assert caught.value.passing
        with pytest.raises(StoreError, match="cannot be reached"):
            store.devices()
        server.start()
        assert only(store) == before
        outcome = store.commit(store.begin(start(key="lost")), found.sessions, found.devices, end(1))
        assert (outcome.run, outcome.sessions.new) == (run, 1)


@pytest.mark.parametrize("marked", [pytest.param(None, marks=LAB)])
def test_what_a_server_refuses(marked: None, server: database.Server, monkeypatch: pytest.MonkeyPatch) -> None:
    cases = [
        ("wrong", "fresh", "the password or the user is not accepted"),
        (database.PASSWORD, "nothing", "there is no such database"),
    ]
    for password, name, words in cases:
        monkeypatch.setenv("SNIFFER_DB_PASSWORD", password)
        with pytest.raises(StoreError, match=words) as caught:
            Store.open(server.url(name))
        assert "wrong" not in str(caught.value)
    name = server.make("fresh")
    server.sql("UPDATE alembic_version SET version_num = '9999'", name)
    with pytest.raises(StoreError, match="newer sniffer"):
        Store.open(server.url(name))
