"""Overlapping imports, in whatever order and however often, leave the same inventory."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import groupby, permutations
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from sniffer.inventory.store import Store
from sniffer.model.facts import Observation, SessionFact
from sniffer.model.findings import DeviceFinding
from tests.inference.facts import WHOLE, Judged, attempt, fact, in_tls, judge, no_auth
from tests.inventory.store.stored import emptied, end, start
from tests.lab import database

CARDS = ("00:26:73:a1:b2:c3", "00:80:77:4b:5c:6d")
TORN = replace(WHOLE, gap_bytes=20, end_seen=False)
DAYS = (0, 1, 5, 31, 50, 80, 170)
"""Days on which sessions are: within and beyond those of which a verdict speaks, and a silence that parts addresses."""

HOPS = {"core": 64, "edge": 60, "wan": 59}
"""The sensors, each a site of its own, by how far the client is; only the first sees cards as a rule."""


class Sighting(NamedTuple):
    """A session, as one sensor sees it.  ``kind`` is how it authenticates, ``near`` whether the card is seen."""

    day: int
    client: int
    sensor: str
    near: bool
    kind: int = 0
    torn: bool = False

    @property
    def card(self) -> str:
        """Return whose the session is: the address 10.0.3.17 is another card's after the thirtieth day."""
        return CARDS[self.client != 17 or self.day > 30]


@st.composite
def sightings(draw: st.DrawFn) -> Sighting:
    """A session, as one sensor sees it."""
    sensor = draw(st.sampled_from(list(HOPS)))
    return Sighting(
        draw(st.sampled_from(DAYS)), draw(st.sampled_from([17, 18])), sensor,
        sensor == "core" or draw(st.integers(0, 4)) == 0, draw(st.integers(0, 3)), draw(st.booleans()),
    )  # fmt: skip


def fact_of(seen: Sighting) -> SessionFact:
    """The fact of a sighting."""
    more: dict[str, Any] = {"day": seen.day, "client": f"10.0.3.{seen.client}", "helo": None}
    outcomes = attempt(), attempt(outcome="failure")
    made = fact(outcomes[seen.kind], **more) if seen.kind < 2 else (in_tls, no_auth)[seen.kind - 2](**more)
    return replace(
        made,
        session=f"s-{seen.day:08x}{seen.client:08x}",
        client_mac=seen.card if seen.near else None,
        on_link=seen.near,
        hops=HOPS[seen.sensor],
        quality=TORN if seen.torn else WHOLE,
        observations=(Observation(seen.sensor, None, f"{seen.sensor}.pcap", ()),),
    )


@cache
def judged(capture: tuple[Sighting, ...]) -> Judged:
    """What is found in a capture."""
    return judge([fact_of(each) for each in capture])


def runs_of(capture: Sequence[Sighting]) -> list[tuple[str, tuple[Sighting, ...]]]:
    """The runs of a capture: one of each sensor."""
    one = {(each.sensor, each.day, each.client): each for each in capture}
    seen = groupby(sorted(one.values(), key=lambda each: (each.sensor, each)), key=lambda each: each.sensor)
    return [(sensor, tuple(some)) for sensor, some in seen]


def put_in(store: Store, captures: Sequence[Sequence[Sighting]]) -> set[str]:
    """Store captures, and return all ids that people were told."""
    told = set()
    for capture in captures:
        for sensor, seen in runs_of(capture):
            found = judged(seen)
            day = max(each.day for each in seen)
            outcome = store.commit(store.begin(start(sensor)), found.sessions, found.devices, end(day))
            told |= {*outcome.ids.values(), *(each.after.device for each in outcome.devices)}
    return told


def content(store: Store) -> list[Any]:
    """What is in an inventory, as nobody can tell in what order it came."""
    found = []
    for record in store.devices(evidence=True):
        told = [(each.fact, each.auth, each.service) for each in store.sessions(record.device)]
        found.append((told, nameless(record.finding), record.sensors, record.first_seen, record.last_seen))
    return sorted(found, key=repr)


def nameless(finding: DeviceFinding) -> DeviceFinding:
    """A device but for which of its ids it bears: that is the one it had first."""
    return replace(finding, device="", identity=replace(finding.identity, grounds=(), confidence=None))


def imported(store: Store, captures: Sequence[Sequence[Sighting]]) -> Any:
    """What is in an inventory after captures; all that people were ever told of is found in it."""
    told = put_in(emptied(store), captures)
    assert all(store.device(each) for each in told)
    return content(store)


@settings(max_examples=settings().max_examples // 4)
@given(st.data())
def test_the_order_of_imports_does_not_matter(scratch: list[Store], data: st.DataObject) -> None:
    captures = data.draw(st.lists(st.lists(sightings(), min_size=1, max_size=3), min_size=1, max_size=4))
    again = data.draw(st.permutations([*captures, *data.draw(st.lists(st.sampled_from(captures), max_size=2))]))
    assert imported(scratch[0], captures) == imported(scratch[1], again)


FAR, NEAR = Sighting(5, 17, "edge", near=False), Sighting(5, 17, "core", near=True)

CASES: dict[str, tuple[list[Sighting], ...]] = {
    "of an address one session moves to a card, and one stays": ([FAR], [FAR._replace(day=0)], [NEAR]),
    "of an address two sessions move, each to another card": (
        [FAR, FAR._replace(day=31)], [NEAR], [NEAR._replace(day=31)],
    ),
    "two far views of a session that has a near one": (
        [FAR, FAR._replace(day=1)], [FAR._replace(sensor="wan"), FAR._replace(sensor="wan", day=0)], [NEAR],
    ),
    "what is old comes last": ([NEAR._replace(day=170)], [NEAR], [FAR]),
    "who told a clue first": ([NEAR], [NEAR, NEAR._replace(day=31)], [NEAR, NEAR._replace(sensor="edge")]),
    "a silence is bridged": ([FAR._replace(day=170)], [FAR._replace(day=0)], [FAR._replace(day=80), NEAR]),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_every_order_gives_the_same(scratch: list[Store], case: str) -> None:
    found = [imported(scratch[0], order) for order in permutations(CASES[case])]
    assert all(each == found[0] for each in found)


@pytest.mark.lab
@pytest.mark.skipif(bool(database.missing()), reason=database.missing() or "")
@given(st.data())
def test_a_server_has_the_same_in_any_order(scratch: list[Store], server: database.Server, data: st.DataObject) -> None:
    captures = data.draw(st.lists(st.lists(sightings(), min_size=1, max_size=3), min_size=1, max_size=4))
    with Store.open(server.url("fresh")) as store:
        assert imported(store, captures) == imported(scratch[0], data.draw(st.permutations(captures)))
        emptied(store)
