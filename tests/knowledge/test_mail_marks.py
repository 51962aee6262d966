"""Makers' marks: each rule finds its examples, extracts what may be kept, and passes over what only looks like it."""

from __future__ import annotations

import pytest

from sniffer.knowledge.catalogue import catalogue
from sniffer.knowledge.mail_marks import MailMark, mail_marks, shipped_marks
from sniffer.model.clues import KINDS

ROWS = mail_marks()


@pytest.mark.parametrize("row", ROWS, ids=[row.code for row in ROWS])
def test_every_row(row: MailMark) -> None:
    assert row.examples
    for example in row.examples:
        assert row.needs in example
        assert row.pattern.search(example)
    for other in row.counter:
        assert not (row.needs in other and row.pattern.search(other))
    assert row.needs
    assert row.kind is None or row.kind in KINDS
    assert row.vendor or "name" in row.pattern.groupindex
    assert set(row.pattern.groupindex) <= {"name", "model", "serial", "mac", "ip"}
    assert row.where == row.where.lower()
    assert set(row.also) <= {each.code for each in ROWS}


@pytest.mark.parametrize(
    ("code", "text", "kept"),
    [
        ("konica-minolta-file", "SKMBT_C36414021715140.pdf", {"model": "C364"}),
        ("konica-minolta-file", "SKMBT_42314021715140.pdf", {"model": "423"}),
        ("hikvision-camera", "IPC S/N: DS-2CD2032-I20150107CCCH497875383",
         {"model": "DS-2CD2032", "serial": "DS-2CD2032-I20150107CCCH497875383"}),
        ("sharp-subject", "Scanned image from MX-C301W", {"model": "MX-C301W"}),
        ("ricoh-text", 'sent from "RNP002673A1B2C3" (MP C3003).', {"name": "RNP002673A1B2C3", "model": "MP C3003"}),
    ],
)  # fmt: skip
def test_what_is_extracted(code: str, text: str, kept: dict[str, str]) -> None:
    row = next((each for each in catalogue().mail_marks if each.code == code), None)
    assert row
    match = row.pattern.search(text)
    assert match
    assert match.groupdict() == kept


def test_marks_that_hang_on_others_come_behind_them() -> None:
    for rows in shipped_marks().places.values():
        assert [bool(row.also) for row in rows] == sorted(bool(row.also) for row in rows)
