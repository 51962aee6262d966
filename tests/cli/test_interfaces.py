"""``sniffer interfaces``: a table that fits any terminal, and a list for programs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from unittest.mock import patch

import pytest
from jsonschema import Draft202012Validator

from sniffer.cli import interfaces as verb
from sniffer.sources import interfaces as machine
from sniffer.sources.interfaces import Interface
from tests.program import sniffer

SCHEMA = json.loads((resources.files("sniffer.reports.schemas") / "interfaces.schema.json").read_text("utf-8"))

SIX = "2001:db8:1234:5678:9abc:def0:1234:5678/128"
FOUND = [
    Interface("lo", "loopback", up=True, running=True, addresses=("127.0.0.1/8",), mtu=65536),
    Interface(
        "enp130s0f1np1v9", "ethernet", up=True, running=True, speed=25_000, promiscuous=True, mtu=1500,
        mac="00:26:73:a1:b2:c3", hint="may be a span port: up without an address, hears far more than it says",
    ),
    Interface(
        "eth1", "ethernet", up=True, running=False, speed=100,
        addresses=(SIX, "10.0.0.9/8", "10.0.0.8/8", "10.0.0.7/8"),
    ),
    Interface("eth\x1b[31m", "ethernet", up=False, running=False),
    Interface("can0", "other", up=True, running=True, openable=False, why_not="its frames are not decoded"),
    Interface("any", "pseudo", up=True, running=True),
]  # fmt: skip


@pytest.fixture
def ours() -> Iterator[None]:
    """A machine of our own, on which we may capture."""
    with patch.object(machine, "interfaces", lambda: FOUND), patch.object(verb, "may_capture", lambda: True):
        yield


@pytest.mark.usefixtures("ours")
def test_a_table_fits_80_columns() -> None:
    outcome = sniffer("interfaces")
    assert (outcome.status, outcome.err) == (0, "")
    assert max(map(len, outcome.out.splitlines())) <= 80
    words = " ".join(outcome.out.split())
    for each in (
        "enp130s0f1np1v9",
        "25 Gbit/s",
        "promiscuous",
        "no carrier",
        "100 Mbit/s",
        "and 1 more",
        "down",
        "any",
    ):
        assert each in words
    assert "hears it when it comes up" in words
    assert "\x1b" not in outcome.out
    assert "eth\\x1b[31m" in words


@pytest.mark.usefixtures("ours")
def test_json_has_everything(tmp_path: Path) -> None:
    path = tmp_path / "interfaces.json"
    outcome = sniffer("interfaces", "--format", "json", "--output", path)
    assert (outcome.status, outcome.out, outcome.err) == (0, "", "")
    found = json.loads(path.read_text("utf-8"))
    Draft202012Validator.check_schema(SCHEMA)
    assert [error.message for error in Draft202012Validator(SCHEMA).iter_errors(found)] == []
    assert (found["type"], found["schema"]) == ("interfaces", 1)
    assert [Interface(**row | {"addresses": tuple(row["addresses"])}) for row in found["interfaces"]] == FOUND


def test_this_machine_can_be_listed(tmp_path: Path) -> None:
    path = tmp_path / "interfaces.json"
    assert sniffer("interfaces", "--format", "json", "--output", path).status == 0
    assert [error.message for error in Draft202012Validator(SCHEMA).iter_errors(json.loads(path.read_text()))] == []
    assert sniffer("interfaces").status == 0


def test_who_may_not_capture_is_told_how_to() -> None:
    with (
        patch.object(machine, "may_capture", lambda: False),
        patch.object(verb, "may_capture", lambda: False),
        patch.object(verb, "permission_advice", lambda: "call the one who has sudo"),
    ):
        outcome = sniffer("interfaces")
    assert outcome.status == 0
    assert "no" in outcome.out.split()
    assert outcome.err == "sniffer: we may not capture here; call the one who has sudo\n"


def test_wrong_usage_is_told() -> None:
    outcome = sniffer("interfaces", "--format", "csv")
    assert (outcome.status, outcome.out) == (2, "")
    assert "table" in outcome.err
