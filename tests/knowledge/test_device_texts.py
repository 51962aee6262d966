"""Makers' words: every row tells what its examples say, and what anybody may say tells nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sniffer.knowledge.device_texts import TOLD, DeviceText, described, device_texts
from sniffer.knowledge.rows import KnowledgeError
from sniffer.model import limits
from sniffer.model.clues import KINDS, Field, Said

ROWS = device_texts().rows
EXAMPLES = [(row, field, example) for row in ROWS for field in row.fields for example in row.examples]


def named(value: object) -> str:
    """What a row is called."""
    return value.code if isinstance(value, DeviceText) else str(value)[:40]


def expected(example: str) -> tuple[str, set[tuple[str, str]]]:
    """An example's text, and what it tells."""
    text, _, told = example.partition(" => ")
    return text, {(field, value) for field, _, value in (each.partition("=") for each in told.split("; "))}


@pytest.mark.parametrize(("row", "field", "example"), EXAMPLES, ids=named)
def test_an_example_tells_what_it_says_and_no_row_before_takes_it(row: DeviceText, field: Field, example: str) -> None:
    text, told = expected(example)
    assert device_texts().row(field, text) is row
    assert {*described(field, text)} == told


@pytest.mark.parametrize("row", ROWS, ids=named)
def test_a_row_tells_something_and_has_an_example(row: DeviceText) -> None:
    assert row.examples
    assert row.vendor or row.kind or row.pattern.groupindex


ANYBODY: list[tuple[Field, str]] = [
    ("vendor-class", "udhcp 1.30.1"),
    ("vendor-class", "dhcpcd-6.11.5:Linux-4.14.78:armv7l:Freescale"),
    ("vendor-class", "dhcpcd-5.5.6"),
    ("vendor-class", "PXEClient:Arch:00000:UNDI:002001"),
    ("system", "Linux nas 5.10.0-8-amd64 #1 SMP Debian 5.10.46-4 (2021-08-03) x86_64"),
    ("system", "Apache/2.4.57 (Debian)"),
    ("system", "nginx/1.24.0"),
    ("system", "lighttpd/1.4.39"),
    ("system", "Microsoft-HTTPAPI/2.0"),
    ("system", "Linux/3.10 UPnP/1.0 MiniUPnPd/1.8"),
    ("system", "silex PocketPro 100s compatible with an HP JETDIRECT EX"),
    ("system", "RICOH NETWORK PRINTER,ROM A.03.15,JETDIRECT,JD24,EEPROM A.08.20"),
    ("system", "HP Onboard Administrator"),
    ("system", "HP StorageWorks MSA2012fc"),
    ("model", "Canon EOS R5"),
    ("model", "Samsung Galaxy S21"),
    ("model", "Dell OptiPlex 7090"),
    ("model", "ET-4850"),
    ("model", "MacBookPro15,2"),
    ("comment", "HP LaserJet 4250"),
    ("agent", "curl/8.5.0"),
    ("agent", "Mozilla/5.0 (X11; Linux x86_64; rv:120.0) Gecko/20100101 Firefox/120.0"),
    ("name", "RNP002673A1B2C3"),
    ("service", "_ipp._tcp"),
]
"""What says nothing of who made a box, or what it is."""


@pytest.mark.parametrize(("field", "text"), ANYBODY)
def test_what_anybody_may_say(field: Field, text: str) -> None:
    assert described(field, text) == ()


WORDS = st.sampled_from([expected(example)[0] for _, _, example in EXAMPLES])
FIELDS = st.sampled_from(sorted({field for row in ROWS for field in row.fields}))


@given(FIELDS, st.one_of(st.text(max_size=limits.CLUE_CHARACTERS), st.tuples(WORDS, st.text(max_size=40)).map("".join)))
def test_whatever_is_said(field: Field, text: str) -> None:
    for told, value in described(field, text):
        assert told in TOLD
        assert value
        assert value in text or value in {row.vendor for row in ROWS} | {*KINDS}


def test_long_texts_are_told_at_once() -> None:
    for field in ("system", "model", "vendor-class"):
        for words in ("APC NetBotz " * 20, "Xerox Phaser " + ";" * 240, "Mfg=" + "x;Typ=" * 40, "RICOH " + "1 " * 120):
            described(field, words[: limits.CLUE_CHARACTERS])


MINE = """[[device-text]]
code = "our-scanner"
fields = ["system"]
pattern = '^ScanBox (?P<model>\\S+) at (?P<location>.+)$'
vendor = "Example"
kind = "scanner"
grade = "sample"
examples = ["ScanBox 7 at Hall => vendor=Example; model=7; kind=scanner; location=Hall"]
source = "our own"
as_of = 2026-11-26

[[device-text]]
code = "class-windows"
kind = "server"
"""


def test_a_users_rows_come_first(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(MINE)
    ours = device_texts(path)
    assert ours.described("system", "ScanBox 7 at Hall") == (
        Said("vendor", "Example"), Said("model", "7"), Said("kind", "scanner"), Said("location", "Hall"),
    )  # fmt: skip
    assert ours.described("vendor-class", "MSFT 5.0") == (Said("kind", "server"),)
    assert described("vendor-class", "MSFT 5.0") == (Said("kind", "computer"),)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('"system"', '"systems"', "there is no 'systems'; write one of name, vendor"),
        ('kind = "scanner"', 'kind = "robot"', "there is no 'robot'; write one of printer, scanner"),
        ("(?P<model>", "(?P<owner>", "there is no 'owner'; write one of vendor, model"),
        ('"sample"', '"sure"', "write one of sample, document, weak"),
        ("(?P<model>", "(?P<model", "a regular expression of Python"),
    ],
)
def test_a_users_mistakes_are_named(tmp_path: Path, old: str, new: str, says: str) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(MINE.replace(old, new))
    with pytest.raises(KnowledgeError, match="our-scanner") as wrong:
        device_texts(path)
    assert says in str(wrong.value)
