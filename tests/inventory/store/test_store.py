"""What is stored comes back, once, and means what the run said."""

from __future__ import annotations

from sniffer.inventory.store import Store
from tests.inference.facts import attempt, fact, judge
from tests.inventory.store.stored import end, load, only, plain, start

PRINTER = "00:26:73:a1:b2:c3"


def test_a_run_comes_back_as_it_was_judged(store: Store) -> None:
    facts = [fact(attempt(), day=n) for n in range(3)]
    found = judge(facts)
    outcome = load(store, *facts)
    assert (outcome.sessions.new, outcome.sessions.known) == (3, 0)
    record = only(store)
    assert record.device == found.device.device
    assert record.finding.services == found.device.services
    assert record.finding.verdict == "affected"
    assert record.finding.evidence == tuple(sorted(found.device.evidence, key=lambda each: (-each.weight, each.source)))


def test_a_second_import_adds_nothing(store: Store) -> None:
    facts = [fact(attempt(), day=n) for n in range(3)]
    load(store, *facts)
    before = only(store)
    outcome = load(store, *facts)
    assert (outcome.sessions.new, outcome.sessions.known, outcome.devices) == (0, 3, ())
    assert only(store) == before


def test_sessions_come_back(store: Store) -> None:
    facts = [fact(attempt(), day=n) for n in range(3)]
    load(store, *facts)
    back = list(store.sessions(only(store).device))
    judged = judge(facts).sessions
    assert [each.fact.session for each in back] == [each.fact.session for each in judged]
    assert [each.auth for each in back] == [each.auth for each in judged]
    assert [each.fact.observations for each in back] == [each.fact.observations for each in judged]
    assert [each.fact.client_ip for each in back] == [each.fact.client_ip for each in judged]


def test_a_card_is_the_same_device_wherever_it_is(store: Store) -> None:
    load(store, fact(attempt()))
    load(store, fact(attempt(), day=1, client="10.7.0.9", sensor="branch"), sensors=["branch"])
    record = only(store)
    assert record.sensors == ("branch", "default")
    assert {each.ip for each in record.finding.addresses} == {"10.0.3.17", "10.7.0.9"}


def test_words_name_a_device(store: Store) -> None:
    load(store, fact(attempt()))
    device = only(store).device
    written = PRINTER, PRINTER.upper().replace(":", "-"), "0026.73a1.b2c3"
    for word in (device, *written, "10.0.3.17", "rnp002673a1b2c3", "scan@example.org"):
        assert [each.device for each in store.device(word)] == [device]
    assert store.device("10.9.9.9") == []


def test_the_same_address_at_two_sites_is_two_devices(store: Store) -> None:
    for day, sensor in enumerate(("hq", "branch")):
        load(store, fact(attempt(), day=day, mac=None, on_link=False, sensor=sensor, helo=None), sensors=[sensor])
    assert len(store.devices()) == 2


def test_a_run_that_nobody_ended_is_interrupted(store: Store) -> None:
    first = store.begin(start())
    second = store.begin(start())
    found = judge([fact(attempt())])
    store.commit(second, found.sessions, found.devices, end())
    assert {each.run: each.status for each in store.runs()} == {first: "interrupted", second: "full"}
    assert plain(only(store).finding) == ("affected", "working", "exchange-online")
