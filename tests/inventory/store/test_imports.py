"""Overlapping imports, in whatever order and however often, leave the same inventory."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from sniffer.inventory.store import Store
from sniffer.model.facts import Observation, Outcome, SessionFact
from sniffer.model.findings import DeviceFinding
from tests.inference.facts import WHOLE, attempt, fact, in_tls, no_auth
from tests.inventory.store.stored import load

CARDS = ("00:26:73:a1:b2:c3", "00:80:77:4b:5c:6d", None)
TORN = replace(WHOLE, gap_bytes=20, end_seen=False)


@st.composite
def sightings(draw: st.DrawFn) -> tuple[SessionFact, str]:
    """A session, as one sensor sees it."""
    day = draw(st.integers(0, 60))
    client = draw(st.sampled_from(["10.0.3.17", "10.0.3.18"]))
    mac = CARDS[0] if client.endswith("7") else CARDS[1]
    outcome: Outcome = draw(st.sampled_from(["success", "failure"]))
    kind = draw(st.integers(0, 2))
    sensor = draw(st.sampled_from(["core", "edge"]))
    near = sensor == "core" or draw(st.booleans())
    more: dict[str, Any] = {"day": day, "client": client, "helo": None}
    made = (in_tls(**more), no_auth(**more), fact(attempt(outcome=outcome), **more))[kind]
    seen = replace(
        made,
        session=f"s-{day:08x}{int(client[-2:]):08x}",
        client_mac=mac if near else None,
        on_link=near,
        hops=64 if near else 60,
        quality=draw(st.sampled_from([WHOLE, TORN])),
        observations=(Observation(sensor, None, f"{sensor}.pcap", ()),),
    )
    return seen, sensor


def imported(folder: Path, fresh: Path, captures: Sequence[Sequence[tuple[SessionFact, str]]]) -> Any:
    """What is in an inventory after captures, as nobody can tell in what order they came."""
    path = shutil.copy(fresh, folder / "inventory.sqlite")
    with Store.open(str(path)) as store:
        for capture in captures:
            for sensor, seen in groupby(sorted(capture, key=lambda each: each[1]), key=lambda each: each[1]):
                load(store, *(each for each, _ in seen), sensors=[sensor])
        found = []
        for record in store.devices(evidence=True):
            sessions = list(store.sessions(record.device))
            told = [(each.fact, each.auth, each.service) for each in sessions]
            found.append((told, nameless(record.finding), record.sensors, record.first_seen, record.last_seen))
    Path(path).unlink()
    return sorted(found, key=repr)


def nameless(finding: DeviceFinding) -> DeviceFinding:
    """A device but for which of its ids it bears: that is the one it had first."""
    return replace(finding, device="", identity=replace(finding.identity, grounds=(), confidence=None))


@settings(max_examples=15)
@given(st.data())
def test_the_order_of_imports_does_not_matter(fresh: Path, data: st.DataObject) -> None:
    captures = data.draw(st.lists(st.lists(sightings(), min_size=1, max_size=6), min_size=1, max_size=4))
    captures = [each for each in captures if len({(fact.session, sensor) for fact, sensor in each}) == len(each)]
    again = data.draw(st.permutations([*captures, *data.draw(st.lists(st.sampled_from(captures or [[]]), max_size=2))]))
    with TemporaryDirectory() as name:
        first = imported(Path(name), fresh, captures)
        second = imported(Path(name), fresh, again)
    assert first == second
