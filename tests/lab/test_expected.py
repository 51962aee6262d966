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
