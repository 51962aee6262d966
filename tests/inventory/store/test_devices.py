"""Lasting ids: who is who again, who turns out to be one, and who is several."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from msgspec.structs import replace

from sniffer.inventory.store import Store
from sniffer.model import limits
from sniffer.model.clues import ClueFact
from sniffer.model.facts import Observation, SessionFact
from sniffer.model.records import Exemption, SensorRecord
from tests.inference.facts import DAY, NOW, attempt, fact, judge
from tests.inventory.store.stored import end, load, only, start

RICOH, SECOND = "00:26:73:a1:b2:c3", "00:26:73:00:00:02"
MADE_UP = "02:42:0a:00:03:11"


def by_address(day: float = 0, **more: Any) -> SessionFact:
    """A session of which the card is not known."""
    return fact(attempt(), day=day, **{"mac": None, "on_link": False, "helo": None, **more})


def two_cards(day: float = 0) -> list[ClueFact]:
    """What says that two cards are one box's."""
    when = NOW + round(day * DAY)
    return [
        ClueFact("default", (), mac, None, "snmp", "serial", "W512P300123", when, when, 1) for mac in (RICOH, SECOND)
    ]


def test_an_address_is_the_same_device_while_it_mails(store: Store) -> None:
    for day in (0, 31, 62):
        load(store, by_address(day))
    assert len(store.devices()) == 1


def test_an_address_that_was_silent_for_long_is_another_device(store: Store) -> None:
    held = limits.ADDRESS_HELD // DAY
    load(store, by_address(0))
    load(store, by_address(held + 1))
    old, new = sorted(store.devices(), key=lambda each: each.first_seen)
    assert old.device != new.device
    assert len(store.device("10.0.3.17")) == 2


def test_what_bridges_a_silence_makes_two_devices_one_again(store: Store) -> None:
    held = limits.ADDRESS_HELD // DAY
    load(store, by_address(0))
    first = only(store).device
    load(store, by_address(held + 30))
    (second,) = [each.device for each in store.devices() if each.device != first]
    store.set_fact(second, "owner", "print team", NOW)
    outcome = load(store, by_address(held - 10))
    assert outcome.merged == ((second, first),)
    record = only(store)
    assert (record.device, record.formerly, record.facts) == (first, (second,), {"owner": "print team"})
    assert store.device(second) == [record]
    store.set_fact(second, "ticket", "CHG-7", NOW)
    assert only(store).facts == {"owner": "print team", "ticket": "CHG-7"}
    with pytest.raises(LookupError):
        store.set_fact("d-000000000000", "ticket", "CHG-8", NOW)
    assert len(list(store.sessions(first))) == len(list(store.sessions(second))) == 3
    assert store.history(second) == store.history(first) != []


def test_cards_that_turn_out_to_be_one_box_are_one_device(store: Store) -> None:
    load(store, fact(attempt()), fact(attempt(), mac=SECOND, client="10.0.3.18", helo=None))
    first, second = (store.device(mac)[0].device for mac in (RICOH, SECOND))
    store.exempt(second, Exemption("test device", NOW + DAY), NOW)
    later = fact(attempt(), day=1), fact(attempt(), day=1, mac=SECOND, client="10.0.3.18", helo=None)
    outcome = load(store, *later, boxes=two_cards())
    ((gone, stays),) = outcome.merged
    assert {gone, stays} == {first, second}
    record = only(store)
    assert {each.mac for each in record.finding.interfaces} == {RICOH, SECOND}
    assert record.exemption == Exemption("test device", NOW + DAY)
    assert len(list(store.sessions(stays))) == 4
    assert record.finding.services[0].judged == 4


def test_an_address_whose_sessions_are_all_a_cards_was_that_card(store: Store) -> None:
    near = fact(attempt(), helo=None)
    far = replace(near, client_mac=None, on_link=False, observations=(Observation("wan", None, "wan.pcap", ()),))
    load(store, far, sensors=["wan"])
    first = only(store).device
    store.set_fact(first, "owner", "print team", NOW)
    store.exempt(first, Exemption("test device", NOW + DAY), NOW)
    outcome = load(store, near)
    assert [each.before is None for each in outcome.devices] == [False]
    record = only(store)
    assert (record.formerly, store.device(first), store.device("10.0.3.17")) == ((first,), [record], [record])
    assert (record.facts, record.exemption) == ({"owner": "print team"}, Exemption("test device", NOW + DAY))
    assert [each.device for each in store.spoken_of()] == [record.device]
    assert [each.mac for each in record.finding.interfaces] == [RICOH]
    assert record.sensors == ("default", "wan")
    assert {each.verdict for each in store.history(first)} == {"affected"}
    store.set_fact(first, "owner", "Ann", NOW + 1)
    load(store, fact(attempt(), day=5))
    assert (only(store).device, only(store).facts) == (record.device, {"owner": "Ann"})


def test_an_address_is_back_with_the_first_session_that_is_its_own(store: Store) -> None:
    near = fact(attempt(), day=1, helo=None)
    load(store, replace(near, client_mac=None, on_link=False))
    first = only(store).device
    store.set_fact(first, "owner", "print team", NOW)
    load(store, near)
    card = only(store).device
    load(store, by_address(2))
    assert {each.device: (each.formerly, each.facts) for each in store.devices()} == {
        first: ((), {"owner": "print team"}), card: ((), {}),
    }  # fmt: skip
    assert [each.device for each in store.device(first)] == [first]


def test_an_address_of_two_cards_is_neither_of_them(store: Store) -> None:
    """Of whom it was each time is known, and it is not told of any more; its id and its history are still there."""
    near = [fact(attempt(), day=day, mac=mac, helo=None) for day, mac in ((0, RICOH), (9, SECOND))]
    load(store, *(replace(each, client_mac=None, on_link=False) for each in near))
    first = only(store).device
    store.set_fact(first, "ticket", "CHG-7", NOW)
    for each in near:
        load(store, each)
    assert sorted(each.finding.interfaces[0].mac for each in store.devices()) == [SECOND, RICOH]
    assert all(not each.formerly and not each.facts for each in store.devices())
    ((record,), (ticket,)) = store.device(first), store.device("CHG-7")
    assert record.device == ticket.device == first
    assert store.history(first)
    assert "another device's" in record.finding.reason


def test_an_address_seen_by_two_sensors_in_one_session_is_one_device(store: Store) -> None:
    """Each also saw a session that the other one did not; the one hop between them changes nothing."""
    seen = {
        sensor: replace(by_address(), hops=hops, observations=(Observation(sensor, None, None, ()),))
        for sensor, hops in (("core", 62), ("wan", 61))
    }
    for sensor, day in (("wan", 1), ("core", 2)):
        load(store, seen[sensor], by_address(day, sensor=sensor), sensors=[sensor])
    record = only(store)
    assert (record.sensors, record.finding.services[0].judged) == (("core", "wan"), 3)


def test_an_address_that_keeps_sessions_keeps_its_history(store: Store) -> None:
    near = fact(attempt(), day=1, helo=None)
    far = replace(near, client_mac=None, on_link=False)
    load(store, far, by_address(0))
    first = only(store).device
    load(store, near)
    assert {each.device: len(list(store.sessions(each.device))) for each in store.devices()}[first] == 1
    assert len(store.devices()) == 2


def test_a_made_up_card_is_known_within_its_site_only(store: Store) -> None:
    for day, sensor in enumerate(("hq-1", "hq-2", "branch")):
        sites = SensorRecord(sensor, sensor.partition("-")[0])
        load(store, fact(attempt(), day=day, mac=MADE_UP, sensor=sensor), sensors=[sites])
    assert sorted(each.sensors for each in store.devices()) == [("branch",), ("hq-1", "hq-2")]


def test_an_address_is_known_at_all_sensors_of_a_site(store: Store) -> None:
    for day, sensor in enumerate(("hq-1", "hq-2")):
        load(store, by_address(day, sensor=sensor), sensors=[SensorRecord(sensor, "hq")])
    assert len(store.devices()) == 1


def test_ids_of_the_run_within_a_device_become_lasting_ones(store: Store) -> None:
    outcome = load(store, fact(attempt()))
    assert outcome.ids == {only(store).device: only(store).device}


@pytest.mark.parametrize("writers", [4])
def test_writers_who_meet_a_card_at_the_same_time_meet_one_device(store: Store, url: str, writers: int) -> None:
    """Each with its own sensor and connection; the card is the same, and so are some sessions."""
    barrier, problems = threading.Barrier(writers), []

    def write(number: int) -> None:
        try:
            facts = [
                replace(
                    fact(attempt(), day=day, session=f"s-{day:016x}"),
                    observations=(Observation(f"s{number}", None, None, ()),),
                )
                for day in range(number, number + 5)
            ]
            found = judge(facts)
            with Store.open(url) as mine:
                barrier.wait(30)
                mine.commit(mine.begin(start(f"s{number}")), found.sessions, found.devices, end())
        except Exception as error:  # told by the test
            problems.append(error)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(writers)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(60)
    assert problems == []
    record = only(store)
    assert len(list(store.sessions(record.device))) == 4 + writers
    assert record.sensors == tuple(f"s{number}" for number in range(writers))
