"""Every labelled capture gives what its label says, in the form of the contract."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from sniffer.pipeline import Settings
from tests.expected import CAPTURES, Key, capture_of, cases, compare, compare_devices, expected_of, key_of
from tests.program import devices, sessions
from tests.sources.facts import facts

CASES = cases()


def named(case: Path) -> str:
    """The topic and the name of a case."""
    return f"{case.parent.name}/{case.name}"


def test_there_are_captures() -> None:
    assert len(CASES) >= 20


@pytest.mark.parametrize(
    ("field", "wanted"),
    [
        (
            "service",
            "exchange-online exchange-online-legacy-tls exchange-online-21vianet exchange-online-mx "
            "exchange-online-hve outlook-consumer azure-communication-services gmail yahoo amazon-ses sendgrid "
            "private other",
        ),
        ("name_basis", "banner sni dns certificate range"),
        (
            "starttls",
            "not-offered offered requested refused failed established implicit cleartext-after unseen",
        ),
        ("tls.version", "1.0 1.1 1.2 1.3"),
        ("tls.alert", "protocol_version handshake_failure unknown_ca bad_certificate encrypted"),
        ("tls.resumed", "True False"),
        (
            "findings",
            "claims-service outside-known-ranges vendor-extensions starttls-not-used credentials-in-clear "
            "starttls-uneven tls-old certificate-expired certificate-foreign",
        ),
        ("hidden.family", "basic oauth none unknown"),
        ("hidden.mechanism", "LOGIN PLAIN XOAUTH2 OAUTHBEARER None"),
        ("hidden.outcome", "success failure None"),
        (
            "hidden.likely_refusal",
            "basic-disabled basic-removed tenant-switch mailbox-switch security-defaults conditional-access "
            "organization-configuration credentials-incorrect authentication-unsuccessful mechanism-not-offered "
            "not-authenticated",
        ),
        ("demanded", "family mechanism outcome offered_tls likely_refusal attempts unjudged"),
    ],
)
def test_some_session_is_labelled_with_each(field: str, wanted: str) -> None:
    labels = [session for case in CASES for session in expected_of(case)["sessions"]]
    assert set(wanted.split()) - values(labels, field) == set()


@pytest.mark.parametrize(
    ("field", "wanted"),
    [
        ("verdict", "affected basic-elsewhere challenge unknown modern unauthenticated"),
        ("state", "working failing refused gave-up"),
        ("role", "client relay nat"),
        ("affected_through", "10.0.3.25 None"),
    ],
)
def test_some_device_is_labelled_with_each(field: str, wanted: str) -> None:
    labels = [device for case in CASES for device in expected_of(case).get("devices", ())]
    assert set(wanted.split()) - values(labels, field) == set()


def values(labels: Iterable[Mapping[str, Any]], field: str) -> set[str]:
    """What labels say of a field, ``a.b`` one inside another, as words."""
    outer, _, inner = field.rpartition(".")
    tables = [label.get(outer, {}) if outer else label for label in labels]
    said = [table[inner] for table in tables if inner in table]
    return {str(word) for value in said for word in (value if isinstance(value, list) else [value])}


@pytest.mark.parametrize("case", CASES, ids=map(named, CASES))
def test_a_capture_gives_what_its_label_says(case: Path) -> None:
    expected = expected_of(case)
    assert compare(told(case), expected) == []
    if "devices" in expected:
        assert compare_devices(devices("--scope", "all", capture_of(case)), expected) == []


@pytest.mark.parametrize("case", CASES, ids=map(named, CASES))
def test_scapy_reads_it_alike(case: Path) -> None:
    capture = capture_of(case)
    assert facts(capture, settings=Settings(scapy=True)) == facts(capture)


# -- what goes on inside TLS ---------------------------------------------------------------------------


@cache
def told(case: Path) -> list[dict[str, Any]]:
    """The sessions that the program reports."""
    return sessions(capture_of(case))


Inside = tuple[dict[str, Any], dict[str, Any]]


@cache
def inside() -> list[Inside]:
    """All sessions of all captures that go into TLS: what is reported of AUTH, and the label."""
    found = []
    for case in CASES:
        reported = {key_of(each): each["auth"] for each in told(case)}
        labels = [each for each in expected_of(case)["sessions"] if "hidden" in each]
        found += [(reported[connection(each)], each) for each in labels]
    return found


def connection(label: Mapping[str, Any]) -> Key:
    """The connection that a label speaks of."""
    return label["client"], label["client_port"], label["server"], label["port"]


def test_no_family_inside_tls_is_ever_wrong() -> None:
    told = [(auth["family"], label["hidden"]["family"]) for auth, label in inside()]
    assert len(told) >= 120
    assert [pair for pair in told if pair[0] not in ("unknown", pair[1])] == []


def test_no_outcome_inside_tls_is_ever_wrong() -> None:
    told = [(auth["outcome"], label["hidden"]["outcome"]) for auth, label in inside()]
    assert [pair for pair in told if pair[0] not in (None, "unknown", pair[1])] == []


def test_what_is_demanded_inside_tls_is_found() -> None:
    demanded = [(auth, label["hidden"], field) for auth, label in inside() for field in label["demanded"]]
    simple = [each for each in demanded if each[2] != "attempts"]
    assert len(simple) >= 250
    assert [(field, hidden) for auth, hidden, field in simple if auth[field] != hidden[field]] == []


@pytest.mark.parametrize("family", ["basic", "oauth", "none"])
def test_each_family_is_demanded_somewhere(family: str) -> None:
    found = [label for _, label in inside() if label["hidden"]["family"] == family and "family" in label["demanded"]]
    assert len(found) >= 3


def test_the_office_is_judged_inside_tls_with_confidence_and_reasons() -> None:
    office = CAPTURES / "lan" / "office"
    labels = {connection(each) for each in expected_of(office)["sessions"] if "hidden" in each}
    judged = [each["auth"] for each in told(office) if key_of(each) in labels]
    assert len(judged) == len(labels) == 9
    for auth in judged:
        assert (auth["basis"], auth["unjudged"]) == ("inferred", None)
        assert auth["confidence"] >= 0.9
        assert re.match(r"\S+>\d+[,:]", auth["reason"])
    affected = {each["ip"] for each in expected_of(office)["devices"] if each["verdict"] == "affected"}
    assert affected == {"10.0.3.17", "10.0.3.25"}
