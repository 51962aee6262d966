"""Relays and shared addresses: who mails through whom, and how many stand behind one address."""

from __future__ import annotations

from typing import Any

import pytest

from sniffer.model.facts import SessionFact
from sniffer.model.findings import DeviceFinding
from tests.inference.facts import attempt, fact, in_tls, judge, no_auth

RELAY, SECOND = "10.0.3.25", "10.0.3.26"
BASIC = attempt("LOGIN")


def to_relay(client: str, *attempts: Any, relay: str = RELAY, **told: Any) -> SessionFact:
    """A session of a client with a relay."""
    banner = "220 relay.example.org ESMTP"
    told.setdefault("starttls", "refused")
    return fact(*attempts, client=client, mac=None, helo=None, server=relay, port=25, banner=banner, mail=True,
                mail_accepted=True, **told)  # fmt: skip


def upstream(relay: str = RELAY, *attempts: Any, **told: Any) -> SessionFact:
    """A session of a relay with Exchange Online."""
    return fact(*attempts, client=relay, mac=None, helo="relay.example.org", day=0.01, **told)


def by_address(facts: list[SessionFact]) -> dict[str, DeviceFinding]:
    return {each.addresses[0].ip: each for each in judge(facts).devices}


def test_clients_of_a_relay_that_logs_in_with_a_password_are_affected_through_it() -> None:
    found = by_address([to_relay("10.0.3.17", attempt("PLAIN")), to_relay("10.0.3.18"), upstream(RELAY, BASIC)])
    relay = found[RELAY]
    assert (relay.role, relay.verdict, relay.affected_through) == ("relay", "affected", None)
    assert [found[ip].affected_through for ip in ("10.0.3.17", "10.0.3.18")] == [relay.device] * 2
    assert [found[ip].verdict for ip in ("10.0.3.17", "10.0.3.18")] == ["basic-elsewhere", "unauthenticated"]
    assert [found[ip].role for ip in ("10.0.3.17", "10.0.3.18")] == ["client"] * 2


def test_a_relay_whose_login_is_hidden_affects_nobody_yet() -> None:
    hidden = in_tls(client=RELAY, mac=None, helo="relay.example.org", day=0.01)
    found = by_address([to_relay("10.0.3.17"), hidden])
    assert (found[RELAY].role, found[RELAY].verdict) == ("relay", "unknown")
    assert found["10.0.3.17"].affected_through is None
    (finding,) = found["10.0.3.17"].findings
    assert finding.code == "relay-undecided"
    assert found[RELAY].device in finding.text


def test_a_relay_that_uses_oauth_spares_its_clients() -> None:
    found = by_address([to_relay("10.0.3.17"), upstream(RELAY, attempt("XOAUTH2"))])
    assert (found["10.0.3.17"].affected_through, found["10.0.3.17"].findings) == (None, ())


@pytest.mark.parametrize("session", [
    no_auth(client="10.0.3.17", mac=None, server=RELAY, port=25, banner="220 relay.example.org ESMTP"),
    to_relay("10.0.3.17", attempt("PLAIN", "failure")),
    fact(client="10.0.3.17", mac=None, server=RELAY, port=25, banner="220 relay.example.org ESMTP", mail=True,
         mail_accepted=False),
])  # fmt: skip
def test_who_leaves_no_mail_with_the_relay_is_not_affected_through_it(session: SessionFact) -> None:
    found = by_address([session, to_relay("10.0.3.18"), upstream(RELAY, BASIC)])
    assert found["10.0.3.17"].affected_through is None
    assert found["10.0.3.18"].affected_through == found[RELAY].device


def test_a_relay_behind_a_relay() -> None:
    found = by_address([to_relay("10.0.3.17"), to_relay(RELAY, relay=SECOND), upstream(SECOND, BASIC)])
    assert found["10.0.3.17"].affected_through == found[SECOND].device
    assert found[RELAY].affected_through == found[SECOND].device


def test_relays_that_mail_each_other_end_somewhere() -> None:
    found = by_address([to_relay(RELAY, relay=SECOND), to_relay(SECOND, relay=RELAY)])
    assert {each.affected_through for each in found.values()} == {None}


def test_a_server_of_ours_that_sends_nothing_on_is_no_relay() -> None:
    (device,) = judge([to_relay("10.0.3.17", BASIC)]).devices
    assert (device.role, device.affected_through) == ("client", None)


def test_a_client_that_serves_nobody_is_no_relay() -> None:
    assert judge([upstream(RELAY, BASIC)]).device.role == "client"


def test_the_same_address_at_another_sensor_is_another_host() -> None:
    found = judge([to_relay("10.0.3.17", sensor="branch"), upstream(RELAY, BASIC, sensor="hq")]).devices
    assert {each.role for each in found} == {"client"}
    assert {each.affected_through for each in found} == {None}


def test_a_server_on_the_internet_is_no_relay_of_ours() -> None:
    outside = "203.0.113.25"
    found = by_address([to_relay("10.0.3.17", relay=outside), upstream(outside, BASIC)])
    assert found["10.0.3.17"].affected_through is None


NAMES: list[tuple[list[tuple[str | None, float]], int]] = [
    # EHLO names and the day of their session → senders at least
    ([("printer-1", 0), ("printer-2", 0.001)], 2),
    ([("printer-1", 0), ("printer-2", 0.001), ("printer-1", 0.002)], 2),
    ([("printer-1", 0), ("printer-2", 0.001), ("nas", 0.002)], 3),
    ([("printer-1", 0), ("printer-2", 1), ("printer-1", 2)], 1),  # it may have come back
    ([("printer-1", 0), ("PRINTER-1.", 0.001)], 1),
    ([("printer-1", 0), ("printer-2", 5)], 1),  # a lease may have changed hands
    ([("printer-1", 0), ("printer-2", 1), ("nas", 1.001), ("printer-1", 3)], 2),
    ([("printer-1", 0), ("localhost", 0.001), ("[10.0.9.1]", 0.002), (None, 0.003)], 1),
    ([("printer-1", 0), ("printer-1", 9)], 1),
]


@pytest.mark.parametrize(("said", "senders"), NAMES)
def test_at_least_so_many_senders_stand_behind_an_address(said: list[tuple[str | None, float]], senders: int) -> None:
    device = judge([fact(BASIC, client="10.0.9.1", mac=None, helo=helo, day=day) for helo, day in said]).device
    assert device.senders_at_least == senders
    assert device.role == ("nat" if senders > 1 else "client")


def test_a_card_of_its_own_is_one_device_under_whatever_names() -> None:
    device = judge([fact(BASIC, helo="scan"), fact(BASIC, helo="backup", day=0.001)]).device
    assert (device.role, device.senders_at_least) == ("client", 1)
