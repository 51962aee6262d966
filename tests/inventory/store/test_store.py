"""What is stored comes back, once, and means what the run said."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec import msgpack
from msgspec.structs import replace

from sniffer.inventory.store import Store
from sniffer.model.facts import HalfTurn, Observation, ShapeFact
from sniffer.model.records import Listening, SensorRecord
from tests.inference.facts import DAY, NOW, attempt, fact, in_tls, judge
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


def test_no_length_of_a_record_is_stored(url: str) -> None:
    """Nor that of an EHLO line, nor when a half-turn came: all of them are in the fact, and none in the file."""
    lengths = (43_210, 54_321)
    shape = ShapeFact((HalfTurn(True, 12_345_678, 12_345_678, lengths), HalfTurn(False, 1, 1, lengths)))
    made = in_tls()
    hidden = replace(made, shape=shape, speech=replace(made.speech, hello_octets=43_210, greeted_octets=54_321))
    found = judge([made])
    judged = replace(found.session, fact=hidden)
    with Store.open(url) as store:
        store.commit(store.begin(start()), [judged], found.devices, end())
        (back,) = store.sessions(only(store).device)
        assert (back.fact.shape, back.fact.speech.hello_octets) == (None, None)
    if "://" not in url:
        beside = Path(f"{url}-wal")
        stored = Path(url).read_bytes() + (beside.read_bytes() if beside.exists() else b"")
        for secret in (*lengths, 12_345_678):
            assert msgpack.encode(secret) not in stored
            assert secret.to_bytes(3) not in stored


def test_a_session_told_twice_in_one_run_is_one(store: Store) -> None:
    """A bundle may hold two views of a session, each another device's; the nearer one is right."""
    near = fact(attempt(), helo=None)
    far = replace(near, client_mac=None, on_link=False, observations=(Observation("wan", None, None, ()),))
    views = [judge([each]) for each in (far, near)]
    run = store.begin(start("default", "wan"))
    sessions = [each.session for each in views]
    outcome = store.commit(run, sessions, [each.device for each in views], end())
    assert outcome.sessions.new == 1
    (back,) = store.sessions(only(store).device)
    assert (back.fact.client_mac, len(back.fact.observations)) == (near.client_mac, 2)


def test_a_run_that_never_began_cannot_be_stored(store: Store) -> None:
    with pytest.raises(LookupError):
        store.commit(7, [], [], end())


def test_a_run_that_failed_or_was_cut_short_is_no_full_one(store: Store) -> None:
    failed, cut = store.begin(start("a")), store.begin(start("b"))
    found = judge([fact(attempt(), sensor="b")])
    store.commit(cut, found.sessions, found.devices, end(complete=False))
    for run in (failed, cut):
        store.fail(run, end(complete=False))  # what is stored stays stored
    assert {each.run: each.status for each in store.runs()} == {failed: "failed", cut: "partial"}


def test_hosts_of_the_internet_are_counted_only(store: Store) -> None:
    guess = fact(attempt(outcome="failure"), client="203.0.113.9", mac=None, on_link=False, server="10.0.0.25")
    outcome = load(store, guess)
    assert (outcome.sessions.remote, outcome.sessions.new, store.devices()) == (1, 0, [])


def test_what_was_listened_to_is_remembered(store: Store) -> None:
    span = Listening("default", NOW, NOW + DAY)
    for _ in range(2):
        load(store, sensors=[SensorRecord("default", "hq")], listening=[span])
    assert store.listening() == [span]
    assert store.listening(since=NOW + 2 * DAY) == []
    assert store.sensors() == [SensorRecord("default", "hq")]
