"""Makers under all their names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sniffer.knowledge.makers import is_neutral_maker, likely_kind, makers, same_maker
from sniffer.model.clues import KINDS


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Fuji Xerox", "FUJIFILM Business Innovation"),
        ("Seiko Epson", "Epson"),
        ("HP Inc", "Hewlett Packard"),
        ("hewlett-packard", "HP"),
        ("Samsung Electronics", "Samsung"),
        ("Brother industries", "BROTHER"),
        ("Savin", "Ricoh Company,Ltd."),
        ("Axis Communications", "Axis"),
        ("KYOCERA Document Solutions", "Kyocera"),
        ("APC by Schneider Electric", "American Power Conversion"),
        ("Zhejiang Dahua Technologyco", "Dahua"),
        ("Nobody in the list", "nobody  in the list"),
    ],
)
def test_one_maker_under_two_names(one: str, other: str) -> None:
    assert same_maker(one, other)
    assert same_maker(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("APCON", "APC"),
        ("HP Tuners", "HP"),
        ("Hewlett Packard Enterprise", "HP"),
        ("Murata Machinery", "Murata Manufacturing"),
        ("Samsung Electro-Mechanics(Thailand)", "Samsung Electronics"),
        ("Brother, Brother & Sons ApS", "Brother"),
        ("Seiko Instruments", "Seiko Epson"),
        ("Zebra Elektronik A.S", "Zebra"),
        ("Xerox", "Fuji Xerox"),
        ("Ricoh", ""),
        ("", ""),
        (" ", " "),
    ],
)
def test_other_makers(one: str, other: str) -> None:
    assert not same_maker(one, other)


@pytest.mark.parametrize(
    "name",
    [
        "Murata Manufacturing",
        "Hon Hai Precision Ind",
        "LITE-ON Technology",
        "Liteon, Mobile",
        "AzureWave Technology",
        "silex technology",
        "Espressif",
        "Foxconn",
    ],
)
def test_makers_of_modules_are_neutral(name: str) -> None:
    assert is_neutral_maker(name)
    assert likely_kind(name) is None


@pytest.mark.parametrize("name", ["Brother", "Ricoh", "Murata Machinery", "Nobody", "Samsung Electronics", ""])
def test_makers_of_boxes_are_not(name: str) -> None:
    assert not is_neutral_maker(name)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Ricoh", "printer"),
        ("Lexmark", "printer"),
        ("Synology", "nas"),
        ("QNAP", "nas"),
        ("Axis", "camera"),
        ("Apc", "ups"),
    ],
)
def test_what_a_maker_mostly_makes(name: str, kind: str) -> None:
    likely = likely_kind(name)
    assert likely
    assert likely.kind == kind
    assert 0 < likely.weight <= 0.5


@pytest.mark.parametrize("name", ["HP", "Samsung Electronics", "Canon", "Sharp", "Panasonic", "Dell", "Nobody"])
def test_makers_of_many_things_say_nothing(name: str) -> None:
    assert likely_kind(name) is None


def test_every_row() -> None:
    names: list[str] = []
    for row in makers():
        assert row.kind is None or row.kind in KINDS
        assert (row.kind is None) == (row.weight is None)
        assert not (row.neutral and row.kind)
        assert row.aliases
        assert all(alias == " ".join(alias.lower().split()) for alias in row.aliases)
        names += {row.name.lower(), *row.aliases}
    assert len(names) == len(set(names))


@given(st.text(max_size=60), st.text(max_size=60))
def test_whatever_the_name(one: str, other: str) -> None:
    assert same_maker(one, other) == same_maker(other, one)
    assert same_maker(one, one) == bool(one.strip())
    is_neutral_maker(one)
    likely_kind(one)
