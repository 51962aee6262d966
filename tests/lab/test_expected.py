"""The comparison finds what differs, and only what a label says is compared (no root needed)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.expected import compare, compare_devices

SESSION: dict[str, Any] = {
    "client": {"ip": "10.0.3.17", "port": 49152},
    "server": {"ip": "52.97.1.2", "port": 587, "service": "exchange-online", "name_basis": "banner"},
    "starttls": "established",
    "public_ip": "203.0.113.9",
    "tls": {"version": "1.2", "sni": None, "certificate": {"names": ["a.example", "b.example"]}},
    "findings": [{"code": "tls-old", "text": "…"}],
    "anomalies": [],
    "auth": {"family": "unknown", "mechanism": None, "outcome": None, "user": None, "unjudged": "tls", "attempts": []},
}
WANTED: dict[str, Any] = {
    "client": "10.0.3.17",
    "client_port": 49152,
    "server": "52.97.1.2",
    "port": 587,
    "starttls": "established",
    **SESSION["auth"],
}
CLIENT: dict[str, Any] = {
    "device": "d-1",
    "verdict": "basic-elsewhere",
    "name": "RNP",
    "state": "working",
    "role": "client",
    "scope": "local",
    "senders_at_least": 1,
    "affected_through": "d-2",
    "addresses": [{"ip": "10.0.3.17"}],
    "interfaces": [{"mac": "00:26:73:a1:b2:c3"}],
    "services": [{"service": "private", "verdict": "basic-elsewhere"}],
}
RELAY = {**CLIENT, "device": "d-2", "affected_through": None, "addresses": [{"ip": "10.0.3.25"}, {"ip": "10.0.4.25"}]}


@pytest.mark.parametrize(
    ("more", "lines"),
    [
        ({}, 0),
        ({"service": "exchange-online", "name_basis": "banner", "public_ip": "203.0.113.9"}, 0),
        ({"service": "gmail", "name_basis": "sni", "public_ip": None}, 3),
        ({"tls": {"version": "1.2", "sni": None, "certificate_names": ["a.example", "b.example"]}}, 0),
        ({"tls": {"version": "1.3", "sni": "a.example", "certificate_names": None, "alert": None}}, 3),
        ({"findings": ["tls-old"], "not_findings": ["starttls-uneven"]}, 0),
        ({"findings": ["starttls-uneven"], "not_findings": ["tls-old"]}, 2),
        ({"anomalies": ["tls-to-smtp"], "not_anomalies": ["sni-address"]}, 1),
        ({"starttls": "failed", "unjudged": "no-auth-seen"}, 2),
    ],
)
def test_a_session_is_compared_by_what_its_label_says(more: dict[str, Any], lines: int) -> None:
    assert len(compare([SESSION], {"sessions": [{**WANTED, **more}]})) == lines


LOGIN = {"mechanism": "LOGIN", "outcome": "success", "user": "scan@example.org"}
HIDDEN: dict[str, Any] = {
    "client": "10.0.3.17",
    "client_port": 49152,
    "server": "52.97.1.2",
    "port": 587,
    "starttls": "established",
    "attempts": [],
    "hidden": {**LOGIN, "family": "basic", "unjudged": None, "attempts": [LOGIN], "likely_refusal": None},
    "demanded": [],
}
NOTHING = {**SESSION["auth"], "basis": "none", "likely_refusal": None, "offered_tls": None}
FOUND = {
    **NOTHING,
    "family": "basic",
    "basis": "inferred",
    "mechanism": "LOGIN",
    "outcome": "success",
    "unjudged": None,
    "attempts": [{**LOGIN, "user": None}],
}
ENDED = {**HIDDEN["hidden"], **dict.fromkeys(LOGIN), "family": "unknown", "unjudged": "no-auth-seen", "attempts": []}


@pytest.mark.parametrize(
    ("told", "label", "lines"),
    [
        (NOTHING, {}, 0),
        (FOUND, {}, 0),
        ({**FOUND, "basis": "decrypted", "user": "scan@example.org"}, {}, 0),
        ({**FOUND, "basis": "clear"}, {}, 1),
        ({**FOUND, "family": "oauth"}, {}, 1),
        ({**FOUND, "family": "none", "mechanism": None, "outcome": None, "attempts": []}, {}, 1),
        ({**FOUND, "mechanism": "PLAIN"}, {}, 1),
        ({**FOUND, "outcome": "failure"}, {}, 1),
        ({**FOUND, "outcome": "unknown"}, {}, 0),
        ({**FOUND, "outcome": "unknown"}, {"demanded": ["outcome"]}, 1),
        ({**FOUND, "user": "nas@example.org"}, {}, 1),
        ({**FOUND, "likely_refusal": "basic-disabled"}, {}, 1),
        ({**FOUND, "offered_tls": ["LOGIN"]}, {}, 0),
        ({**FOUND, "attempts": [{**LOGIN, "mechanism": "PLAIN"}]}, {}, 1),
        ({**FOUND, "attempts": [{**LOGIN, "mechanism": None, "outcome": "unknown"}]}, {}, 0),
        ({**FOUND, "attempts": [{**LOGIN, "outcome": "unknown"}]}, {"demanded": ["attempts"]}, 1),
        ({**FOUND, "attempts": []}, {}, 0),
        ({**FOUND, "attempts": []}, {"demanded": ["attempts"]}, 1),
        ({**FOUND, "attempts": [LOGIN, LOGIN]}, {}, 1),
        (NOTHING, {"demanded": ["family", "mechanism", "outcome"]}, 3),
        (FOUND, {"demanded": ["family", "mechanism", "outcome"]}, 0),
        (FOUND, {"hidden": ENDED}, 4),
        (NOTHING, {"hidden": ENDED}, 0),
        (NOTHING, {"hidden": ENDED, "demanded": ["unjudged"]}, 1),
        ({**NOTHING, "unjudged": "no-auth-seen"}, {"hidden": ENDED, "demanded": ["unjudged"]}, 0),
        (FOUND, {"attempts": [LOGIN]}, 1),
    ],
)
def test_what_tls_hides_is_told_truly_or_not_at_all(told: dict[str, Any], label: dict[str, Any], lines: int) -> None:
    assert len(compare([{**SESSION, "auth": told}], {"sessions": [{**HIDDEN, **label}]})) == lines


def test_attempts_in_clear_stand_before_those_inside_tls() -> None:
    refused = {"mechanism": "PLAIN", "outcome": "failure", "user": "scan@example.org"}
    session = {**SESSION, "auth": {**FOUND, "attempts": [refused, *FOUND["attempts"]]}}
    assert compare([session], {"sessions": [{**HIDDEN, "attempts": [refused]}]}) == []


@pytest.mark.parametrize(
    ("told", "demanded", "lines"),
    [("affected", [], 0), ("unknown", [], 0), ("modern", [], 1), ("unknown", ["verdict"], 1), ("unknown", None, 1)],
)
def test_a_verdict_that_rests_on_tls_may_be_unknown_unless_it_is_demanded(
    told: str, demanded: list[str] | None, lines: int
) -> None:
    label = {"ip": "10.0.3.17", "verdict": "affected", **({} if demanded is None else {"demanded": demanded})}
    assert len(compare_devices([{**CLIENT, "verdict": told}, RELAY], {"devices": [label]})) == lines


def test_no_tls_is_not_a_handshake() -> None:
    wanted = {**WANTED, "tls": {"version": "1.2"}}
    assert len(compare([{**SESSION, "tls": None}], {"sessions": [wanted]})) == 1


@pytest.mark.parametrize(
    ("wanted", "lines"),
    [
        ({"ip": "10.0.3.17"}, 0),
        ({"ip": "10.0.3.99"}, 1),
        ({"ip": "10.0.3.17", "mac": "00:26:73:a1:b2:c3", "name": "RNP", "verdict": "basic-elsewhere"}, 0),
        ({"ip": "10.0.3.17", "mac": "00:00:00:00:00:01", "name": None, "verdict": "affected"}, 3),
        ({"ip": "10.0.3.17", "state": "working", "role": "client", "senders_at_least": 1, "scope": "local"}, 0),
        ({"ip": "10.0.3.17", "state": "gave-up", "role": "nat", "senders_at_least": 3, "scope": "remote"}, 4),
        ({"ip": "10.0.3.17", "affected_through": "10.0.4.25"}, 0),
        ({"ip": "10.0.3.17", "affected_through": "10.0.3.17"}, 1),
        ({"ip": "10.0.3.17", "affected_through": None}, 1),
        ({"ip": "10.0.3.25", "affected_through": None}, 0),
        ({"ip": "10.0.3.25", "affected_through": "10.0.3.25"}, 1),
        ({"ip": "10.0.3.17", "services": {"private": "basic-elsewhere"}}, 0),
        ({"ip": "10.0.3.17", "services": {"private": "affected", "gmail": "modern"}}, 2),
    ],
)
def test_a_device_is_compared_by_what_its_label_says(wanted: dict[str, Any], lines: int) -> None:
    assert len(compare_devices([CLIENT, RELAY], {"devices": [wanted]})) == lines
