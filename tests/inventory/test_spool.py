"""The run's spool: facts in, each session once, oldest first, whatever the order."""

from __future__ import annotations

from itertools import permutations
from unittest.mock import patch

from msgspec.structs import replace

from sniffer.inventory.spool import Spool, merged
from sniffer.model import limits
from sniffer.model.facts import Observation, SessionFact
from tests.inference.facts import WHOLE, attempt, fact

SAME = "s-0123456789abcdef"
TORN = replace(WHOLE, gap_bytes=20)


def spooled(*facts: SessionFact) -> list[SessionFact]:
    """What comes out of a spool."""
    spool = Spool()
    for each in facts:
        spool.add(each)
    spool.seal()
    found = list(spool.sessions())
    spool.close()
    return found


def test_facts_come_back_as_they_were_oldest_first() -> None:
    facts = [fact(attempt(user=f"user-{n}@example.org"), day=n) for n in range(5)]
    assert spooled(*reversed(facts)) == facts


def test_sessions_of_the_same_time_come_by_id() -> None:
    facts = [fact(session=f"s-{n:016x}") for n in range(5)]
    assert spooled(*reversed(facts)) == facts


def test_the_order_does_not_depend_on_how_much_is_written_at_once() -> None:
    facts = [fact(day=n % 7, client=f"10.0.3.{n}") for n in range(20)]
    with patch.object(limits, "SPOOL_ROWS", 3):
        assert spooled(*facts) == spooled(*reversed(facts))


VIEWS = [
    # the better view first
    (fact(session=SAME), fact(session=SAME, quality=TORN)),
    (fact(session=SAME), fact(session=SAME, quality=replace(WHOLE, one_sided=True))),
    (fact(session=SAME), fact(session=SAME, quality=replace(WHOLE, start_seen=False))),
    (fact(session=SAME), fact(session=SAME, on_link=False)),
    (fact(session=SAME, on_link=False), fact(session=SAME, quality=TORN)),
    (fact(session=SAME), fact(session=SAME, day=1)),
]


def test_of_several_views_of_a_session_the_best_counts() -> None:
    for better, worse in VIEWS:
        seen = replace(worse, observations=(Observation("elsewhere", None, None, ()),))
        for order in ((better, seen), (seen, better)):
            (found,) = spooled(*order)
            assert found == replace(better, observations=(*better.observations, *seen.observations))


def test_views_that_are_equally_good_are_merged_the_same_way_in_any_order() -> None:
    views = [fact(attempt(user=name), session=SAME, helo=name) for name in ("a", "b", "c")]
    assert len({merged(list(order)) for order in permutations(views)}) == 1


def test_a_second_import_adds_nothing() -> None:
    one = fact(session=SAME)
    assert spooled(one, one) == [one]


def test_links_are_those_of_clients_without_a_router_between() -> None:
    spool = Spool()
    for each in (
        fact(),
        fact(day=1),
        fact(day=2, helo=None),
        fact(day=3, on_link=False, client="10.9.9.9"),
        fact(mac=None),
    ):
        spool.add(each)
    spool.seal()
    assert set(spool.links()) == {
        ("00:26:73:a1:b2:c3", "10.0.3.17", "RNP002673A1B2C3"), ("00:26:73:a1:b2:c3", "10.0.3.17", None),
    }  # fmt: skip


def test_an_empty_spool_has_no_span() -> None:
    spool = Spool()
    spool.seal()
    assert spool.span() is None
    assert list(spool.sessions()) == []
