"""The schemas themselves: valid, strict, and what they must refuse."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from sniffer.model.findings import AuthFinding, SessionFinding
from sniffer.reports import rows
from sniffer.reports.machine import encoded
from sniffer.reports.redaction import Redactor
from sniffer.reports.schemas import KINDS, Kind, schema
from tests import contract
from tests.capture_files import write_pcap
from tests.mail import session
from tests.program import devices, sessions
from tests.reports.dialogues import auth, finding, refused, unknown


def objects(part: Any) -> Iterator[dict[str, Any]]:
    """All schemas of objects with named properties."""
    if isinstance(part, dict):
        if "properties" in part and "required" in part:
            yield part
        for each in part.values():
            yield from objects(each)
    elif isinstance(part, list):
        for each in part:
            yield from objects(each)


@pytest.mark.parametrize("kind", KINDS)
def test_a_schema_is_valid_and_strict(kind: Kind) -> None:
    told = schema(kind)
    Draft202012Validator.check_schema(told)
    found = list(objects(told))
    assert found
    assert all(each["additionalProperties"] is False for each in found)
    assert all(sorted(each["required"]) == sorted(each["properties"]) for each in found)


@pytest.fixture
def session_row(tmp_path: Path) -> dict[str, Any]:
    """A session as the program writes it."""
    write_pcap(tmp_path / "one.pcap", session().frames())
    return sessions(tmp_path)[0]


@pytest.fixture
def device_row(tmp_path: Path) -> dict[str, Any]:
    """A device as the program writes it."""
    write_pcap(tmp_path / "one.pcap", session().frames())
    return devices(tmp_path)[0]


SESSION_FAULTS: list[tuple[tuple[str | int, ...], Any]] = [
    (("start",), "2026-11-23T18:00:00Z"),
    (("start",), "2026-13-23T18:00:00.000000Z"),
    (("session",), "1"),
    (("direction",), "sideways"),
    (("client", "mac"), "00-26-73-A1-B2-C3"),
    (("client", "ip"), "10.0.3.256"),
    (("client", "port"), 70_000),
    (("server", "name_basis"), "guess"),
    (("starttls",), None),
    (("tls",), []),
    (("auth", "family"), "legacy"),
    (("auth", "confidence"), 1.5),
    (("auth", "confidence"), None),
    (("auth", "unjudged"), "tls"),
    (("auth", "basis"), "none"),
    (("auth", "attempts", 0, "password"), "secret"),
    (("auth", "attempts"), []),
    (("observations",), []),
    (("quality", "gap_bytes"), -1),
    (("evidence", "frame"), 0),
    (("schema",), 2),
]


@pytest.mark.parametrize(("path", "value"), SESSION_FAULTS)
def test_a_session_that_breaks_the_contract_is_refused(
    session_row: dict[str, Any], path: tuple[str | int, ...], value: object
) -> None:
    assert contract.violations(session_row) == []
    assert contract.violations(changed(session_row, path, value))


INFERRED_FAULTS: list[tuple[tuple[str | int, ...], Any]] = [
    (("auth", "confidence"), 1.01),
    (("auth", "confidence"), 0.89),
    (("auth", "confidence"), None),
    (("auth", "basis"), "decrypted"),
    (("auth", "likely"), "basic"),
    (("auth", "unjudged"), "tls"),
    (("auth", "rivals", 0), {"label": "oauth"}),
    (("auth", "outcome"), None),
    (("auth", "outcome_confidence"), 1.5),
    (("auth", "likely_refusal"), "535 5.7.139"),
    (("auth", "offered_tls"), "LOGIN"),
    (("auth", "unverified_service"), None),
    (("auth", "attempts", 0, "confidence"), 0.5),
    (("auth", "attempts", 0, "likely"), "basic"),
]


@pytest.mark.parametrize(("path", "value"), INFERRED_FAULTS)
def test_what_is_inferred_keeps_to_the_contract_too(path: tuple[str | int, ...], value: object) -> None:
    row = row_of(finding(refused()))
    assert contract.violations(row) == []
    assert contract.violations(changed(row, path, value))


def row_of(found: SessionFinding) -> dict[str, Any]:
    """A session's row, as a program reads it."""
    told: dict[str, Any] = json.loads(encoded(rows.session_row(found, Redactor())))
    return told


@pytest.mark.parametrize("found", [auth(), unknown(), unknown(likely=None, rivals=()), auth(family="none", outcome=None,
                                   mechanism=None, outcome_confidence=None, attempts=()),
                                   auth(basis="decrypted", confidence=1.0, outcome_confidence=1.0)])  # fmt: skip
def test_whatever_is_found_inside_tls_has_its_row(found: AuthFinding) -> None:
    assert contract.violations(row_of(finding(found))) == []


DEVICE_FAULTS: list[tuple[tuple[str | int, ...], Any]] = [
    (("device",), "RNP002673A1B2C3"),
    (("verdict",), "legacy"),
    (("verdict",), "unknown"),
    (("band",), None),
    (("band",), "weak"),
    (("state",), "fine"),
    (("scope",), "ours"),
    (("role",), "printer"),
    (("senders_at_least",), 0),
    (("services",), []),
    (("services", 0, "family"), "legacy"),
    (("services", 0, "judged"), -1),
    (("services", 0, "last_success"), "yesterday"),
    (("interfaces", 0, "kind"), "fake"),
    (("addresses", 0, "from"), None),
    (("evidence", 0, "weight"), 2),
    (("identity", "band"), "sure"),
    (("password",), "secret"),
]


@pytest.mark.parametrize(("path", "value"), DEVICE_FAULTS)
def test_a_device_that_breaks_the_contract_is_refused(
    device_row: dict[str, Any], path: tuple[str | int, ...], value: object
) -> None:
    assert contract.violations(device_row) == []
    assert contract.violations(changed(device_row, path, value))


def changed(row: dict[str, Any], path: tuple[str | int, ...], value: object) -> dict[str, Any]:
    """The row with one value another."""
    told = copy.deepcopy(row)
    place: Any = told
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return told


def test_a_missing_key_is_refused(session_row: dict[str, Any], device_row: dict[str, Any]) -> None:
    for row in (session_row, device_row):
        assert all(contract.violations({k: v for k, v in row.items() if k != key}) for key in row)
