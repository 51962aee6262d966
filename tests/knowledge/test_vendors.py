"""Who made a network card, and which cards are nobody's."""

from __future__ import annotations

import re

import pytest

from sniffer.knowledge import vendors
from sniffer.knowledge.vendors import is_shared, mac_kind, short_name, vendor

MAKERS = [
    ("00:26:73:a1:b2:c3", "Ricoh"),
    ("00:80:77:4b:5c:6d", "Brother industries"),
    ("00:11:32:1a:2b:3c", "Synology"),
    ("00:40:8c:11:22:33", "Axis Communications"),
    ("00:50:56:00:00:02", "VMware"),
    ("08:00:27:00:00:01", "VirtualBox"),
    ("da:a1:19:00:00:01", None),
    ("00:00:5e:00:01:07", None),
]


@pytest.mark.parametrize(("mac", "maker"), MAKERS)
def test_maker_of_a_card(mac: str, maker: str | None) -> None:
    assert vendor(mac) == maker


KINDS = [("00:26:73:a1:b2:c3", "global"), ("da:a1:19:00:00:01", "random"), ("02:42:ac:11:00:02", "virtual"),
         ("52:54:00:12:34:56", "virtual"), ("00:00:5e:00:01:01", "virtual")]  # fmt: skip


@pytest.mark.parametrize(("mac", "kind"), KINDS)
def test_kind_of_a_card(mac: str, kind: str) -> None:
    assert mac_kind(mac) == kind


@pytest.mark.parametrize("mac", ["00:00:5e:00:01:ff", "00:00:0c:07:ac:00", "00:00:0c:9f:f1:23", "00:07:b4:00:00:01"])
def test_cards_of_redundancy_protocols_are_shared(mac: str) -> None:
    assert is_shared(mac)


@pytest.mark.parametrize("mac", ["00:26:73:a1:b2:c3", "00:00:5e:00:52:13", "00:00:0c:11:22:33"])
def test_other_cards_are_not(mac: str) -> None:
    assert not is_shared(mac)


NAMES = [("Ricoh Company,Ltd.", "Ricoh"), ("Hewlett Packard", "Hewlett Packard"),
         ("Axis Communications AB", "Axis Communications"),
         ("Brother industries, LTD.", "Brother industries"), ("AG", "AG")]  # fmt: skip


@pytest.mark.parametrize(("name", "short"), NAMES)
def test_a_name_loses_its_legal_form(name: str, short: str) -> None:
    assert short_name(name) == short


ROWS = [row.split("\t") for row in vendors._table().decode().splitlines() if re.match(r"[0-9A-F]{2}:", row)]


def first_of(prefix: str) -> str:
    """The first card of a block."""
    digits = prefix.partition("/")[0].strip().lower()
    return digits + ":00" * ((17 - len(digits)) // 3)


@pytest.mark.parametrize("row", ROWS[::401], ids=[row[0].strip() for row in ROWS[::401]])
def test_any_row_of_the_table_is_found_whatever_the_length_of_its_prefix(row: list[str]) -> None:
    mac, name = first_of(row[0]), row[-1].strip()
    if mac_kind(mac) == "global" and "registration authority" not in name.lower():
        assert vendor(mac) == short_name(name)


def test_all_lengths_of_prefixes_are_among_them() -> None:
    assert len(ROWS) > 50_000
    assert {row[0].strip().partition("/")[2] for row in ROWS[::401]} >= {"", "28", "36"}
