"""What the sessions of all runs together mean, as time goes on."""

from __future__ import annotations

from typing import NamedTuple

from msgspec import Struct

from sniffer.inventory.store import DeviceFilter, Store
from sniffer.model.findings import DeviceFinding
from sniffer.model.records import Exemption, Listening
from tests.inference.facts import DAY, NOW, attempt, fact, in_tls, judge
from tests.inventory.store.stored import end, load, only, start


class Said(Struct):
    """A change, as a comparison may tell it."""

    kind: str
    device: str


class Told(NamedTuple):
    """A device's verdict and state."""

    verdict: str
    state: str


def told(store: Store) -> Told:
    finding = only(store).finding
    return Told(finding.verdict, finding.state)


def verdict_changed(before: DeviceFinding | None, after: DeviceFinding) -> list[Said]:
    if before and before.verdict == after.verdict:
        return []
    return [Said(f"{before.verdict if before else None}>{after.verdict}", after.device)]


def test_a_device_that_leaves_basic_for_oauth_has_migrated(store: Store) -> None:
    for day in range(3):
        load(store, fact(attempt(), day=day))
    assert told(store) == ("affected", "working")
    for day in range(3, 6):
        load(store, fact(attempt("XOAUTH2"), day=day), day=day, compare=verdict_changed)
    assert told(store) == ("modern", "migrated")
    changes = store.changes(NOW, Said)
    assert [(each.kind, silenced) for each, _, silenced in changes] == [("affected>modern", False)]


def test_frames_with_a_time_in_the_future_make_nobody_quiet(store: Store) -> None:
    load(store, *(fact(attempt(), day=n) for n in range(3)))
    found = judge([fact(attempt(), day=9999, mac="00:80:77:4b:5c:6d", client="10.0.3.18", helo=None)])
    store.commit(store.begin(start()), found.sessions, found.devices, end(3))
    (record,) = store.device("00:26:73:a1:b2:c3")
    assert (record.finding.verdict, record.finding.state) == ("affected", "working")


def test_whatever_comes_from_the_wire_is_stored(store: Store) -> None:
    odd = "nul\x00 \u202e\U0001f5a8 " + "x" * 5000
    load(store, fact(attempt(user=odd, reply=odd), helo=odd))
    assert [each.fact.helo for each in store.sessions(only(store).device)] == [odd]


def test_history_has_a_row_when_something_changes(store: Store) -> None:
    for day, mechanism in enumerate(("LOGIN", "LOGIN", "XOAUTH2", "XOAUTH2")):
        load(store, fact(attempt(mechanism), day=day))
    rows = [(each.service, each.verdict, each.state) for each in store.history(only(store).device)]
    assert [row for row in rows if not row[0]] == [("", "affected", "working"), ("", "modern", "migrated")]


def test_a_device_goes_quiet_when_its_sensor_listened_and_heard_nothing(store: Store) -> None:
    load(store, *(fact(attempt(), day=n) for n in range(3)))
    later = Listening("default", NOW, NOW + 40 * DAY)
    load(store, listening=[later], sensors=["default"], day=40)
    assert told(store) == ("unknown", "quiet")
    load(store, fact(attempt(), day=41), day=41)
    assert told(store) == ("affected", "working")


def test_where_nobody_listened_nobody_goes_quiet(store: Store) -> None:
    load(store, *(fact(attempt(), day=n) for n in range(3)))
    load(store, listening=[Listening("branch", NOW, NOW + 40 * DAY)], sensors=["branch"], day=40)
    assert told(store) == ("affected", "working")


def test_who_mails_once_a_month_is_not_quiet_between(store: Store) -> None:
    for month in range(3):
        load(store, fact(attempt(), day=month * 30))
    load(store, listening=[Listening("default", NOW, NOW + 95 * DAY)], sensors=["default"], day=95)
    assert told(store).state != "quiet"


def test_the_first_time_is_told_however_long_ago(store: Store) -> None:
    for day in range(0, 120, 2):
        load(store, *(fact(attempt(), day=day + n / 10) for n in range(4)))
    (service,) = only(store).finding.services
    assert (service.first_seen, service.judged, service.succeeded) == (NOW, 240, 240)


def test_an_older_capture_that_comes_later_changes_nothing_of_the_present(store: Store) -> None:
    load(store, *(fact(attempt("XOAUTH2"), day=100 + n) for n in range(3)))
    load(store, *(fact(attempt(), day=n) for n in range(3)))
    assert told(store).verdict == "modern"
    assert only(store).first_seen == NOW


def test_an_exemption_silences_and_ends(store: Store) -> None:
    load(store, fact(attempt()), compare=verdict_changed)
    device = only(store).device
    store.exempt(device, Exemption("replaced in June", NOW + 2 * DAY), NOW)
    load(store, *(fact(attempt("XOAUTH2"), day=1 + n / 10) for n in range(2)), day=1, compare=verdict_changed)
    load(store, *(fact(attempt(), day=3 + n / 10) for n in range(2)), day=3, compare=verdict_changed)
    silenced = [(each.kind, silent) for each, _, silent in store.changes(0, Said)]
    assert silenced == [("None>affected", False), ("affected>modern", True), ("modern>affected", False)]


def test_what_people_said_survives(store: Store) -> None:
    load(store, fact(attempt()))
    device = only(store).device
    store.set_fact(device, "owner", "Print team", NOW)
    store.set_fact(device, "ticket", "CHG-1", NOW)
    load(store, fact(attempt(), day=1))
    store.set_fact(device, "ticket", None, NOW)
    assert only(store).facts == {"owner": "Print team"}


def test_devices_are_found_by_what_they_are(store: Store) -> None:
    load(store, fact(attempt()), sensors=["default"])
    load(store, in_tls(3, mac="00:80:77:4b:5c:6d", client="10.0.3.18", server="10.0.0.1", sensor="b"), sensors=["b"])
    wanted = {
        "affected": DeviceFilter(verdicts=("affected",)),
        "ricoh": DeviceFilter(vendor="ricoh"),
        "service": DeviceFilter(service="exchange-online"),
        "sensor": DeviceFilter(sensor="default"),
    }
    (ricoh,) = store.device("00:26:73:a1:b2:c3")
    for name, each in wanted.items():
        assert [record.device for record in store.devices(each)] == [ricoh.device], name
    assert [record.device for record in store.devices(DeviceFilter(since=NOW + DAY))] != [ricoh.device]
