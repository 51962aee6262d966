"""SNMP: what printers and UPS answer, as scapy encodes it; and what is none of our business."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from scapy.asn1.asn1 import ASN1_OID, ASN1_STRING
from scapy.layers.snmp import SNMP, SNMPget, SNMPresponse, SNMPtrapv2, SNMPvarbind

from sniffer.model import limits
from sniffer.model.clues import Heard, Said
from sniffer.protocols.snmp import heard
from tests.protocols.clue_checks import cut_anywhere, hostile, sound, words

COMMUNITY = b"s3cr3t-community"


def variables(**values: Any) -> list[Any]:
    """Variables by their numbers below MIB-2, written with underscores."""
    return [
        SNMPvarbind(oid=ASN1_OID("1.3.6.1.2.1" + number.replace("_", ".")), value=ASN1_STRING(value))
        for number, value in values.items()
    ]


def response(version: int = 1, kind: Any = SNMPresponse, error: int = 0, **values: Any) -> bytes:
    """A message of SNMP."""
    return bytes(SNMP(version=version, community=COMMUNITY, PDU=kind(error=error, varbindlist=variables(**values))))


PRINTER = response(
    _1_1_0="RICOH MP C3003 1.14 / RICOH Network Printer C model", _1_5_0="RNP002673A1B2C3", _1_6_0="Floor 2",
    _25_3_2_1_3_1="RICOH MP C3003", _43_5_1_1_16_1="Office", _43_5_1_1_17_1="E154MA50123",
    _2_2_1_6_1=bytes.fromhex("002673a1b2c3"),
)  # fmt: skip
SAID = (
    Said("system", "RICOH MP C3003 1.14 / RICOH Network Printer C model"),
    Said("name", "RNP002673A1B2C3"),
    Said("location", "Floor 2"),
    Said("model", "RICOH MP C3003"),
    Said("comment", "Office"),
    Said("kind", "printer"),
    Said("serial", "E154MA50123"),
    Said("mac", "00:26:73:a1:b2:c3"),
)


@pytest.mark.parametrize("version", [0, 1])
def test_a_printer(version: int) -> None:
    said = response(version, _1_5_0="RNP002673A1B2C3", _43_5_1_1_17_1="E154MA50123")
    assert heard(said) == (Heard((SAID[1], SAID[6], SAID[5])),)
    assert heard(PRINTER) == heard(PRINTER + b"junk") == (Heard(SAID),)


def test_a_ups() -> None:
    said = words(heard(response(_33_1_1_1_0="EATON", _33_1_1_2_0="5PX 1500")))
    assert said == {("vendor", "EATON"), ("model", "5PX 1500"), ("kind", "ups")}


def test_a_chassis_and_not_its_parts() -> None:
    said = response(_47_1_1_1_1_11_1="FOC1234", _47_1_1_1_1_11_1005="PSU99", _47_1_1_1_1_13_1="WS-C2960X")
    assert words(heard(said)) == {("serial", "FOC1234"), ("model", "WS-C2960X")}


@pytest.mark.parametrize(
    "part", ["GenuineIntel: Intel(R) Xeon(R)", "Unknown Processor Type", "Microsoft XPS Document Writer"]
)
def test_a_computers_parts_are_no_model(part: str) -> None:
    assert heard(response(_25_3_2_1_3_1=part)) == heard(response(_25_3_2_1_3_196608="HP LaserJet")) == ()


def test_other_objects_say_nothing() -> None:
    assert heard(response(_1_4_0="admin@example.org", _1_1="x", _1_1_0_1="x", _2_2_1_2_1="eth0", _2_2_1_6_1=b"")) == ()


@pytest.mark.parametrize(
    "said",
    [
        response(3, _1_5_0="name"),
        response(kind=SNMPget, _1_5_0="name"),
        response(kind=SNMPtrapv2, _1_5_0="name"),
        response(error=2, _1_5_0="name"),
        b"",
        b"\x30\x80",
        b"\x30\x84\xff\xff\xff\xff",
        b"\x30\x03\x02\x01\x01",
    ],
    ids=["version 3", "get", "trap", "error", "empty", "indefinite", "huge", "short"],
)
def test_what_is_no_answer(said: bytes) -> None:
    assert heard(said) == ()


def test_the_community_is_never_told() -> None:
    assert COMMUNITY.decode() not in repr(heard(PRINTER))
    assert COMMUNITY.decode() not in repr(words(heard(response(_1_5_0="x" * 40))))


def test_many_cards_are_bounded() -> None:
    cards: dict[str, Any] = {
        f"_2_2_1_6_{place}": bytes([0, 1, 2, 3, place // 256, place % 256]) for place in range(1, 300)
    }
    assert len(heard(response(**cards))[0].said) == limits.CLUES_SAID


def test_cut_anywhere() -> None:
    cut_anywhere(heard, PRINTER)


@given(hostile(PRINTER, response(0, _33_1_1_1_0="APC")))
def test_whatever_comes(said: bytes) -> None:
    sound(heard(said))
