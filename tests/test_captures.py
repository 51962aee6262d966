"""Every labelled capture gives what its label says, in the form of the contract."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from sniffer.pipeline import Settings
from tests.expected import capture_of, cases, compare, compare_devices, expected_of
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
    assert compare(sessions(capture_of(case)), expected) == []
    if "devices" in expected:
        assert compare_devices(devices("--scope", "all", capture_of(case)), expected) == []


@pytest.mark.parametrize("case", CASES, ids=map(named, CASES))
def test_scapy_reads_it_alike(case: Path) -> None:
    capture = capture_of(case)
    assert facts(capture, settings=Settings(scapy=True)) == facts(capture)
