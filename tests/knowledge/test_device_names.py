"""Names from the factory: what they say, and that an address is only believed where it is the maker's."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sniffer.knowledge.catalogue import catalogue
from sniffer.knowledge.device_names import DeviceName, device_names, factory_name, fullmatch
from sniffer.knowledge.makers import same_maker
from sniffer.knowledge.vendors import vendor
from sniffer.model.clues import KINDS

ROWS = device_names()
EXAMPLES = [(row, name) for row in ROWS for name in row.examples]
COUNTER = [(row, name) for row in ROWS for name in row.counter]


@pytest.mark.parametrize(("row", "name"), EXAMPLES, ids=[f"{row.code}-{name}" for row, name in EXAMPLES])
def test_examples_are_of_their_row(row: DeviceName, name: str) -> None:
    said = factory_name(name)
    assert said
    assert (said.rule, said.vendor, said.kind, said.grade) == (row.code, row.vendor, row.kind, row.grade)
    assert (said.mac is not None, said.tail is not None) == (row.mac == "full", row.mac == "tail")
    for spelled in (name.upper(), name.lower()):
        assert (factory_name(spelled) or said)._replace(model=said.model) == said
        assert factory_name(spelled)


@pytest.mark.parametrize(("row", "name"), COUNTER, ids=[f"{row.code}-{name}" for row, name in COUNTER])
def test_counter_examples_are_not(row: DeviceName, name: str) -> None:
    assert fullmatch(row.pattern, name.partition(".")[0]) is None


@pytest.mark.parametrize("row", ROWS, ids=[row.code for row in ROWS])
def test_every_row(row: DeviceName) -> None:
    assert row.kind in KINDS
    assert row.examples
    assert ("mac" in row.pattern.groupindex) == (row.mac != "none")
    assert set(row.pattern.groupindex) <= {"mac", "model"}
    assert row.weight <= (0.4 if row.grade == "unverified" else 0.8)


@pytest.mark.parametrize(
    "name", ["RNP002673A1B2C3", "rnp002673a1b2c3.example.org", "RNP002673A1B2C3.local", " RNP002673A1B2C3."]
)
def test_whatever_the_domain(name: str) -> None:
    said = factory_name(name)
    assert said
    assert (said.vendor, said.mac, said.tail, said.weight) == ("Ricoh", "00:26:73:a1:b2:c3", None, 0.8)


@pytest.mark.parametrize(
    "name",
    [
        "RNP246989000000",  # nobody's prefix
        "RNP00408CA1B2C3",  # Axis'
        "RNPDAA119A1B2C3",  # made up: the bit of local addresses
        "RNP008092A1B2C3",  # a maker of modules, and Ricoh uses none
    ],
)
def test_an_address_that_is_not_the_makers_is_not_believed(name: str) -> None:
    said = factory_name(name)
    assert said
    assert (said.vendor, said.mac, said.tail) == ("Ricoh", None, None)
    assert said.weight < 0.3


def test_a_wireless_card_may_be_a_module() -> None:
    module, own = factory_name("BRW008092A1B2C3"), factory_name("BRW30055CA1B2C3")
    assert module
    assert own
    assert (module.mac, own.mac) == ("00:80:92:a1:b2:c3", "30:05:5c:a1:b2:c3")
    assert module.weight < own.weight
    wired = factory_name("BRN008092A1B2C3")
    assert wired
    assert wired.mac is None


def test_who_builds_for_another() -> None:
    said = factory_name("XRX080037A1B2C3")  # Fuji Xerox
    assert said
    assert said.mac == "08:00:37:a1:b2:c3"


def test_words_of_an_instance_name() -> None:
    said = factory_name("Samsung C48x Series (SEC001599A1B2C3)")
    assert said
    assert (said.vendor, said.mac) == ("Samsung", "00:15:99:a1:b2:c3")
    assert factory_name("Reception HPA1B2C3 (upstairs)") is None  # a tail in words proves nothing


@pytest.mark.parametrize(
    "name",
    [
        "",
        ".",
        "scanner",
        "printer.example.org",
        "ET-4850",
        "ET-4850.local",
        "246989000000.local",
        "192.0.2.7",
        "mail.example.org",
        "RNP",
        "SECRETARY",
        "\0",
        "xRNP002673A1B2C3",
    ],
)
def test_other_names_say_nothing(name: str) -> None:
    assert factory_name(name) is None


def test_a_user_s_rows_come_first(tmp_path: Path) -> None:
    path = tmp_path / "ours.toml"
    path.write_text(
        """
[[device-name]]
code = "our-cash-registers"
pattern = 'KASSE-(?P<mac>[0-9A-F]{12})'
vendor = "Epson"
kind = "other"
mac = "full"
grade = "verified"
weight = 0.7
prose = "Ours."
examples = ["KASSE-64EB8CA1B2C3"]
source = "our own"
as_of = 2026-11-01
""",
        "utf-8",
    )
    said = catalogue(path).factory_name("kasse-64eb8ca1b2c3.example.org")
    assert said
    assert (said.rule, said.kind) == ("our-cash-registers", "other")
    assert catalogue(path).factory_name("RNP002673A1B2C3") == factory_name("RNP002673A1B2C3")
    assert catalogue().factory_name("kasse-64eb8ca1b2c3") is None


HEX = st.text("0123456789abcdefABCDEF", min_size=6, max_size=12)
PREFIX = st.sampled_from(["RNP", "BRN", "BRW", "XRX", "SEC", "ET", "axis-", "NPI", "KM", "HP", "KMBT", ""])


@given(st.one_of(st.text(max_size=300), st.builds(str.__add__, PREFIX, HEX)))
def test_whatever_the_name(name: str) -> None:
    said = factory_name(name)
    if said and said.mac:
        maker = vendor(said.mac)
        row = next(row for row in ROWS if row.code == said.rule)
        assert maker
        assert row.modules or any(same_maker(maker, each) for each in (row.vendor or "", *row.cards))
    assert said is None or not (said.mac and said.tail)
