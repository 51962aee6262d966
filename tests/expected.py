"""Comparing what the program reports with what a capture's expected.json says."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

Key = tuple[str, int, str, int]

CAPTURES = Path(__file__).resolve().parents[1] / "captures"
TOP = ("family", "mechanism", "outcome", "user", "unjudged")
EACH = ("mechanism", "outcome", "user")


def cases(captures: Path = CAPTURES) -> list[Path]:
    """The folders that hold a capture and what must come out of it."""
    return sorted(path.parent for path in captures.glob("*/*/expected.json"))


def capture_of(case: Path) -> Path:
    """The capture of a case, whatever its format."""
    return next(path for path in sorted(case.glob("capture.pcap*")))


def expected_of(case: Path) -> dict[str, Any]:
    """What must come out of a case."""
    told: dict[str, Any] = json.loads((case / "expected.json").read_text())
    return told


def compare(sessions: Sequence[Mapping[str, Any]], expected: Mapping[str, Any]) -> list[str]:
    """All differences between reported and expected sessions, one line each; empty is good."""
    reported = {key_of(each): each for each in sessions}
    wanted = {
        (each["client"], each["client_port"], each["server"], each["port"]): each for each in expected["sessions"]
    }
    found = [f"{shown(key)}: not reported" for key in wanted if key not in reported]
    found += [f"{shown(key)}: reported, though nobody served it" for key in reported if key not in wanted]
    if len(reported) != len(sessions):
        found.append(f"{len(sessions)} sessions on {len(reported)} connections")
    for key in wanted.keys() & reported.keys():
        found += [f"{shown(key)}: {line}" for line in differences(reported[key], wanted[key])]
    return sorted(found)


def compare_devices(devices: Sequence[Mapping[str, Any]], expected: Mapping[str, Any]) -> list[str]:
    """All differences between reported and expected devices: address, MAC, name, verdict."""
    reported = {address["ip"]: each for each in devices for address in each["addresses"]}
    found = []
    for wanted in expected["devices"]:
        device = reported.get(wanted["ip"])
        if device is None:
            found.append(f"{wanted['ip']}: no such device")
            continue
        macs = {interface["mac"] for interface in device["interfaces"]}
        if wanted["mac"] and wanted["mac"] not in macs:
            found.append(f"{wanted['ip']}: MAC {wanted['mac']} is not among {sorted(macs)}")
        found += [
            f"{wanted['ip']}: {field} is {device[field]!r}, not {wanted[field]!r}"
            for field in ("verdict", "name")
            if wanted[field] != device[field]
        ]
    return found


def differences(session: Mapping[str, Any], wanted: Mapping[str, Any]) -> list[str]:
    """In what a session differs from its expectation."""
    auth = session["auth"]
    pairs = [(field, auth[field], wanted[field]) for field in TOP]
    pairs.append(("starttls", session["starttls"], wanted["starttls"]))
    attempts = [{field: each[field] for field in EACH} for each in auth["attempts"]]
    pairs.append(("attempts", attempts, wanted["attempts"]))
    return [f"{field} is {got!r}, not {want!r}" for field, got, want in pairs if got != want]


def key_of(session: Mapping[str, Any]) -> Key:
    """The connection of a reported session."""
    client, server = session["client"], session["server"]
    return client["ip"], client["port"], server["ip"], server["port"]


def shown(key: Key) -> str:
    """A connection for a person."""
    return f"{key[0]}:{key[1]} to {key[2]}:{key[3]}"
