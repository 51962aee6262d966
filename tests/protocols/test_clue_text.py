"""Hostile text becomes a clue, or nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sniffer.model import limits
from sniffer.model.clues import Said
from sniffer.protocols.clue_text import mac, said, text


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        (b"RNP002673A1B2C3\0", "RNP002673A1B2C3"),
        (b" Office\t 2\r\n MFP ", "Office 2 MFP"),
        (b"\x1b[31mred", "[31mred"),
        ("a\u202eb", "ab"),  # a bidirectional override
        (b"\xff\xfe", "\ufffd\ufffd"),
        (b"x" * 300, "x" * 255),
    ],
)
def test_text(raw: bytes | str, clean: str) -> None:
    assert text(raw) == clean


@given(st.one_of(st.binary(max_size=2000), st.text(max_size=2000)))
def test_whatever_comes(raw: bytes | str) -> None:
    found = text(raw)
    assert found.isprintable()
    assert len(found) <= limits.CLUE_CHARACTERS


def test_nothing_said() -> None:
    assert said("name", b"\0\0") == said("location", "N/A") == ()
    assert said("model", "MP C3003") == (Said("model", "MP C3003"),)


def test_cards() -> None:
    assert mac(bytes.fromhex("002673a1b2c3")) == "00:26:73:a1:b2:c3"
    assert mac(bytes(6)) is mac(b"\x01\0\0\0\0\1") is mac(b"\0") is None
