"""A run whose database is away is kept, and stored once it is there; nothing is lost, nothing comes twice."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from sniffer.inventory.bundle import BundleError, Kept, Pending, commit_or_keep, container
from sniffer.inventory.store import Store, StoreError
from sniffer.knowledge.catalogue import catalogue
from sniffer.model import limits
from sniffer.model.facts import SessionFact
from tests.inference.facts import fact, in_tls, judge
from tests.inventory.bundle.bundles import KEY, OTHER_KEY, content, inventory
from tests.inventory.store.stored import end, load, start

AWAY = StoreError("postgresql+psycopg://inventory@db/fleet", "cannot be reached", "check the network", passing=True)


def away() -> Store:
    """Open an inventory that cannot be reached."""
    raise AWAY


def commit(opened: Callable[[], Store], pending: Pending, *facts: SessionFact, key: str, day: float = 0) -> Kept:
    """Store a run, or keep it."""
    found = judge(facts)
    return commit_or_keep(
        opened, pending, start("hq", key=key), lambda: iter(found.sessions), found.devices, end(day), catalogue(),
        lambda *_: (),
    )  # fmt: skip


@pytest.fixture
def pending(tmp_path: Path) -> Pending:
    """A folder that is not there yet."""
    return Pending(tmp_path / "state" / "pending", KEY)


def days(*numbers: float) -> list[SessionFact]:
    """Sessions of these days, some of them inside TLS."""
    return [(in_tls if number % 2 else fact)(day=number, sensor="hq") for number in numbers]


def test_what_is_kept_is_stored_as_it_would_have_been(url: str, fresh: Path, tmp_path: Path, pending: Pending) -> None:
    for day in (0, 1):
        kept = commit(away, pending, *days(day), key=f"k{day}", day=day)
        assert (kept.outcome, kept.problem) == (None, AWAY)
        assert kept.path is not None
        assert kept.path.stat().st_mode & 0o777 == 0o600
    assert len(pending.waiting()) == 2
    kept = commit(lambda: Store.open(url), pending, *days(2), key="k2", day=2)
    assert kept.outcome is not None
    assert [each.outcome.sessions.new for each in kept.loaded if each.outcome] == [1, 1]
    assert pending.waiting() == []
    with Store.open(url) as store, inventory(fresh, tmp_path, "whole") as whole:
        for day in (0, 1, 2):
            load(whole, *days(day), sensors=["hq"], key=f"k{day}", day=day)
        assert content(store) == content(whole)
        assert [each.end for each in store.runs()] == [each.end for each in whole.runs()]


def test_lost_in_the_middle_it_is_kept_whole(store: Store, pending: Pending, monkeypatch: pytest.MonkeyPatch) -> None:
    """The connection goes while sessions are written: nothing of the run is stored, and all of it is kept."""

    def lost(*_: object, **__: object) -> None:
        raise AWAY

    with monkeypatch.context() as patch:
        patch.setattr("sniffer.inventory.store.writing.Sessions._write_heard", lost)
        kept = commit(lambda: store, pending, *days(0, 1), key="k")
    assert kept.problem == AWAY
    assert store.devices() == []
    loaded, problems = pending.load(store, catalogue(), lambda *_: ())
    assert (len(loaded), problems) == (1, [])
    assert [(each.start.key, each.status) for each in store.runs()] == [("k", "full")]
    assert sum(each.sessions for each in store.days(store.devices()[0].device)) == 2


def test_one_that_was_stored_and_stayed_is_no_harm(store: Store, pending: Pending) -> None:
    kept = commit(away, pending, *days(0), key="k")
    assert kept.path is not None
    octets = kept.path.read_bytes()
    pending.load(store, catalogue(), lambda *_: ())
    before = content(store)
    kept.path.write_bytes(octets)
    loaded, _ = pending.load(store, catalogue(), lambda *_: ())
    assert [each.outcome for each in loaded] == [None]
    assert content(store) == before
    assert len(store.runs()) == 1


def test_what_cannot_be_read_is_set_aside_and_told_once(store: Store, pending: Pending) -> None:
    for day, key in enumerate("abc"):
        commit(away, pending, *days(day), key=key, day=day)
    first, second, _ = pending.waiting()
    first.write_bytes(first.read_bytes()[:-40])
    header = container.Header(fleet=container.fleet_of(OTHER_KEY), program="0.1.0", written=0)
    container.write(second, header, OTHER_KEY, [])
    loaded, problems = pending.load(store, catalogue(), lambda *_: ())
    assert len(loaded) == 1
    assert ["cut short" in problems[0].problem, "another fleet" in problems[1].problem] == [True, True]
    assert all(Path(each.name).exists() for each in problems)
    assert pending.load(store, catalogue(), lambda *_: ()) == ([], [])


def test_it_is_bounded_and_the_oldest_stay(pending: Pending, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "PENDING_BUNDLES", 2)
    for key in "ab":
        commit(away, pending, *days(0), key=key)
    before = pending.waiting()
    with pytest.raises(BundleError, match="holds 2 runs that wait for their database"):
        commit(away, pending, *days(0), key="c")
    assert pending.waiting() == before


def test_no_lengths_and_no_greetings_are_kept(pending: Pending) -> None:
    """What outlives a run holds no lengths of records: none of the session's own facts is in the file."""
    kept = commit(away, pending, *days(0, 1), key="k")
    assert kept.path is not None
    told = b"".join(container.records(kept.path))
    assert b"outlook.office365.com Microsoft ESMTP MAIL Service" not in told
    assert b"shape" not in told
    assert b"octets" not in told
