"""The run's spool: facts in, each session once, oldest first, whatever the order."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from itertools import permutations
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from sniffer.inventory.spool import Spool, merged, session_row
from sniffer.model import limits
from sniffer.model.facts import AskedFact, NameFact, Observation, SessionFact
from tests.inference.facts import EXCHANGE, WHOLE, attempt, fact

SAME = "s-0123456789abcdef"
TORN = replace(WHOLE, gap_bytes=20)


def spooled(*facts: SessionFact) -> list[SessionFact]:
    """What comes out of a spool."""
    spool = sealed(*facts)
    found = list(spool.sessions())
    spool.close()
    return found


def sealed(*facts: SessionFact, names: Iterable[NameFact] = ()) -> Spool:
    """A spool with facts."""
    spool = Spool()
    for each in facts:
        spool.add(each)
    for name in names:
        spool.add_name(name)
    spool.seal()
    return spool


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


ROUTER = "4c:5e:0c:12:34:56"

VIEWS = [
    # the better view first
    (fact(session=SAME), fact(session=SAME, quality=TORN)),
    (fact(session=SAME), fact(session=SAME, quality=replace(WHOLE, one_sided=True))),
    (fact(session=SAME), fact(session=SAME, quality=replace(WHOLE, start_seen=False))),
    (fact(session=SAME), fact(session=SAME, on_link=False)),
    (fact(session=SAME), fact(session=SAME, day=1)),
]


def test_of_several_views_of_a_session_the_best_counts() -> None:
    for better, worse in VIEWS:
        seen = replace(worse, observations=(Observation("elsewhere", None, None, ()),))
        for order in ((better, seen), (seen, better)):
            (found,) = spooled(*order)
            assert found == replace(better, observations=(*better.observations, *seen.observations))


def test_the_client_is_as_the_nearest_view_shows_it_and_what_was_said_as_the_best_does() -> None:
    there, here = Observation("wan", None, "wan.pcap", ()), Observation("lan", None, "lan.pcap", ())
    far = replace(
        fact(session="s-far", client="203.0.113.9", mac=ROUTER, on_link=False),
        hops=63, joint="j", routers=(ROUTER,), observations=(there,),
    )  # fmt: skip
    near = replace(fact(session="s-near", quality=TORN), hops=64, joint="j", observations=(here,))
    for order in ((far, near), (near, far)):
        (found,) = spooled(*order)
        assert found == replace(
            far, session="s-near", client_ip=near.client_ip, client_mac=near.client_mac, on_link=True, hops=64,
            observations=(here, there),
        )  # fmt: skip


FAR_AND_NEAR = [
    replace(
        fact(session="s-far", client="203.0.113.9", mac=ROUTER, on_link=False),
        hops=63, joint="j", routers=(ROUTER,), observations=(Observation("wan", None, "wan.pcap", ()),),
    ),
    replace(fact(session="s-near", quality=TORN), hops=64, joint="j"),
    replace(fact(session="s-near"), hops=64, joint="j", observations=(Observation("lan2", None, None, ()),)),
]  # fmt: skip
"""Views of one connection: two of a sensor's own side, one from behind a translation."""


def test_equal_sequence_numbers_alone_do_not_make_two_connections_one() -> None:
    one = replace(fact(session="s-1"), hops=64, joint="j")
    other = replace(fact(session="s-2", client="10.0.3.9"), hops=64, joint="j")
    assert len(spooled(one, other)) == 2
    late = replace(other, hops=63, start=one.start + 3_000_000)
    assert len(spooled(one, late)) == 2
    assert len(spooled(one, replace(other, hops=63, server_ip="192.0.2.1"))) == 2


def test_views_that_are_equally_good_are_merged_the_same_way_in_any_order() -> None:
    views = [fact(attempt(user=name), session=SAME, helo=name) for name in ("a", "b", "c")]
    assert len({merged(list(order)) for order in permutations(views)}) == 1


def test_a_second_import_adds_nothing() -> None:
    one = fact(session=SAME)
    assert spooled(one, one) == [one]


def test_links_are_those_of_clients_without_a_router_between() -> None:
    far = fact(day=3, on_link=False, client="10.9.9.9")
    spool = sealed(fact(), fact(day=1), fact(day=2, helo=None), far, fact(mac=None))
    assert set(spool.links()) == {
        ("00:26:73:a1:b2:c3", "10.0.3.17", "RNP002673A1B2C3"), ("00:26:73:a1:b2:c3", "10.0.3.17", None),
    }  # fmt: skip


def test_an_empty_spool_has_no_span() -> None:
    spool = sealed()
    assert spool.span() is None
    assert list(spool.sessions()) == []
    assert list(spool.names()) == []
    assert list(spool.starttls_offers()) == []
    assert list(spool.relays()) == []


def name(
    name: str = "smtp.office365.com", address: str = EXCHANGE, client: str = "10.0.3.17", sensor: str = "default",
    first: int = 5, last: int = 9, count: int = 2,
) -> NameFact:  # fmt: skip
    """A DNS answer."""
    return NameFact(sensor, client, name, address, first, last, count)


def test_names_are_those_of_servers_in_one_order() -> None:
    told = [
        name(), name("outlook.office365.com"), name(client="10.0.3.18"), name(sensor="branch"),
        name(address="10.0.3.2"), name(address="192.0.2.80"),
    ]  # fmt: skip
    sessions = fact(), fact(server="10.0.3.2")
    for order in (told, told[::-1]):
        assert list(sealed(*sessions, names=order).names()) == [told[3], told[4], told[1], told[0], told[2]]


def test_who_asked_for_a_host_that_takes_mail_is_known_without_a_session() -> None:
    """Whatever addresses it was told, and also while that is still being counted."""
    told = [name(), name(address="192.0.2.1", first=1, last=30), name("outlook.office365.com"), name("Smtp.gmail.com")]
    for order in (told, told[::-1]):
        found = sealed(names=order)
        assert list(found.asked()) == [
            AskedFact("default", "10.0.3.17", "smtp.gmail.com", 5, 9),
            AskedFact("default", "10.0.3.17", "smtp.office365.com", 1, 30),
        ]
        found.count_now([name(client="10.0.3.99")], ())
        assert [each.client for each in found.asked()] == ["10.0.3.17", "10.0.3.17", "10.0.3.99"]


@given(st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 99), st.integers(0, 99), st.integers(1, 9))), st.data())
def test_parts_of_a_name_are_added_up(parts: list[tuple[str, int, int, int]], data: st.DataObject) -> None:
    facts = [name(each, first=min(a, b), last=max(a, b), count=count) for each, a, b, count in parts]
    with patch.object(limits, "SPOOL_ROWS", data.draw(st.integers(1, 5))):
        found = list(sealed(fact(), names=data.draw(st.permutations(facts))).names())
    groups = {each: [one for one in facts if one.name == each] for each in sorted({one.name for one in facts})}
    assert found == [
        name(each, first=min(one.first for one in of), last=max(one.last for one in of), count=sum(o.count for o in of))
        for each, of in groups.items()
    ]


def greeted(client: str, *extensions: str, server: str = "10.0.3.2", port: int = 25, day: float = 0) -> SessionFact:
    """A session whose EHLO reply lists extensions."""
    one = fact(client=client, server=server, port=port, day=day)
    return replace(one, speech=replace(one.speech, extensions=extensions))


WITH, WITHOUT = ("PIPELINING", "STARTTLS"), ("PIPELINING", "XXXXXXXA")


def test_a_server_that_offers_starttls_to_some_is_named_with_how_many() -> None:
    spool = sealed(
        greeted("10.0.3.17", *WITH), greeted("10.0.3.17", *WITH, day=1), greeted("10.0.3.18", *WITH),
        greeted("10.0.3.19", *WITHOUT), greeted("10.0.3.19", *WITHOUT, day=1), greeted("10.0.3.20"),
        greeted("10.0.3.17", *WITH, port=587), greeted("10.0.3.20", port=587),
        greeted("10.0.3.17", *WITHOUT, server="10.0.3.3"), greeted("10.0.3.18", *WITHOUT, server="10.0.3.3"),
    )  # fmt: skip
    assert list(spool.starttls_offers()) == [("default", "10.0.3.2", 25, 2, 1)]


def test_a_client_that_saw_both_counts_on_both_sides() -> None:
    spool = sealed(greeted("10.0.3.17", *WITH), greeted("10.0.3.17", *WITHOUT, day=1))
    assert list(spool.starttls_offers()) == [("default", "10.0.3.2", 25, 1, 1)]


def test_relays_are_served_and_send_elsewhere() -> None:
    relay, other = "10.0.3.2", "10.0.3.4"
    spool = sealed(
        fact(client="10.0.3.17", server=relay), fact(client="10.0.3.18", server=relay),
        fact(client=relay), fact(client=relay, day=1), fact(client="10.0.3.19"),
        fact(client=other, server=other), fact(client="10.0.3.17", server=other),
    )  # fmt: skip
    assert list(spool.relays()) == [("default", relay)]


def test_what_two_sensors_see_makes_no_relay() -> None:
    relay = "10.0.3.2"
    spool = sealed(fact(server=relay, sensor="near"), fact(client=relay, sensor="far"))
    assert list(spool.relays()) == []


def test_relays_that_hand_on_to_each_other() -> None:
    spool = sealed(fact(client="10.0.3.2", server="10.0.3.3"), fact(client="10.0.3.3", server="10.0.3.2"))
    assert list(spool.relays()) == [("default", "10.0.3.2"), ("default", "10.0.3.3")]


def test_what_another_spool_has_taken_is_the_same() -> None:
    facts = [greeted("10.0.3.17", *WITH), greeted("10.0.3.18", *WITHOUT), fact(client="10.0.3.2", server=EXCHANGE)]
    other, spool = Spool(), Spool()
    for each in facts:
        other.add(each)
    for rows in other.rows():
        spool.add_rows(rows)
    spool.seal()
    whole = sealed(*facts)
    assert list(spool.sessions()) == list(whole.sessions())
    assert list(spool.starttls_offers()) == list(whole.starttls_offers()) != []
    assert list(spool.relays()) == list(whole.relays()) != []


def test_names_can_come_before_the_sessions_and_the_servers_are_known_before_the_end() -> None:
    spool = Spool()
    spool.add_name(name())
    spool.add(fact())
    assert list(spool.servers()) == [EXCHANGE]
    spool.seal()
    assert list(spool.names()) == [name()]


CUTS = st.lists(st.integers(0, 12), max_size=4)


def sealed_in_between(facts: list[SessionFact], cuts: list[int]) -> list[SessionFact]:
    """What comes out of a spool that was sealed now and then."""
    spool = Spool()
    for place, each in enumerate(facts):
        if place in cuts:
            spool.seal()
        spool.add(each)
    spool.seal()
    found = list(spool.sessions())
    spool.close()
    return found


SOME = [fact(session=f"s-{n}", day=n % 3, client=f"10.0.3.{n}") for n in range(4)]


@given(st.permutations([*SOME, *VIEWS[0], *FAR_AND_NEAR]), CUTS)
def test_sealing_in_between_changes_nothing(facts: list[SessionFact], cuts: list[int]) -> None:
    assert sealed_in_between(facts, cuts) == spooled(*facts)


def test_what_is_too_old_is_forgotten() -> None:
    spool = sealed(*(fact(day=n) for n in range(10)))
    days = [each.start for each in spool.sessions()]
    assert spool.forget(days[3], most=100) == 3
    assert spool.forget(0, most=4) == 3
    spool.seal()
    assert [each.start for each in spool.sessions()] == days[6:]


def test_a_full_disk_takes_nothing_away() -> None:
    kept = [fact(day=n) for n in range(3)]
    spool = sealed(*kept)
    spool._database.execute("PRAGMA max_page_count = 1")  # as a full disk would
    more = [session_row(fact(session=f"s-{n:016x}", day=20)) for n in range(1000)]
    with pytest.raises(sqlite3.Error):
        spool.add_rows(more)
    assert list(spool.sessions()) == kept
