"""Tables and CSV of what was inferred: how surely, what is probable, and what was never checked."""

from __future__ import annotations

import csv
import io

import pytest
from msgspec.structs import replace
from rich.cells import cell_len
from rich.table import Table

from sniffer.model.findings import AuthFinding, Rival, SessionFinding
from sniffer.reports.explain import explain
from sniffer.reports.known import Known
from sniffer.reports.machine import SESSION_COLUMNS, write_sessions_csv
from sniffer.reports.page import Page
from sniffer.reports.redaction import Redactor
from sniffer.reports.rows import session_row
from sniffer.reports.summary import Summary
from sniffer.reports.table import console, devices_table, sessions_table
from tests.inference.facts import attempt, fact, judge
from tests.reports.dialogues import auth, finding, refused, unknown


def printed(table: Table) -> str:
    """A table as a file gets it."""
    stream = io.StringIO()
    console(stream).print(table)
    return stream.getvalue()


CELLS: list[tuple[AuthFinding, str]] = [
    (auth(), "LOGIN success inferred, very likely very likely"),
    (auth(mechanism=None, confidence=0.99), "basic success inferred, almost certain very likely"),
    (refused(), "LOGIN failure inferred, very likely almost certain"),
    (unknown(), "unknown – probably basic"),
    (unknown(rivals=(Rival("oauth", 0.45),)), "unknown – perhaps basic"),
    (unknown(likely=None, rivals=()), "unknown – inside TLS"),
    (auth(basis="decrypted", confidence=1.0, outcome_confidence=1.0, user="scan@example.org"),
     "LOGIN success decrypted, scan@example.org"),
]  # fmt: skip


@pytest.mark.parametrize(("found", "cells"), CELLS, ids=[cells for _, cells in CELLS])
def test_a_session_shows_how_surely_it_was_inferred(found: AuthFinding, cells: str) -> None:
    text = printed(sessions_table([finding(found)], Redactor()))
    _, _, *rows = (line for line in text.splitlines() if line.strip())
    start = text.index("AUTH ")
    column = len(text[:start].splitlines()[-1])
    assert " ".join(" ".join(line[column:] for line in rows).split()) == cells
    assert all(cell_len(line) <= 100 for line in text.splitlines())


def test_devices_tell_how_they_are_known() -> None:
    device = judge([fact(attempt("LOGIN"))]).device
    service = replace(device.services[0], basis="inferred", band="strong", confidence=0.95)
    text = " ".join(printed(devices_table([replace(device, services=(service,))], Redactor(), Known())).split())
    assert "LOGIN inferred, strong" in text


def summed(*found: SessionFinding) -> str:
    """The foot of a table of sessions."""
    summary = Summary(all_scopes=False)
    for each in found:
        summary.session(each)
    return " ".join(summary.lines((25,)))


def test_the_foot_counts_what_was_judged_by_how_it_was() -> None:
    clear = judge([fact(attempt("LOGIN"))]).session
    decrypted = finding(auth(basis="decrypted", confidence=1.0, unverified_service=False))
    text = summed(clear, finding(), finding(), decrypted, finding(unknown()))
    assert (
        "4 of 5 could be judged: 1 in clear, 1 decrypted, 2 inferred. Not judged: 1 inside TLS, not seen clearly."
        in text
    )
    assert text.count("not yet checked") == 1
    assert "Inferred for Exchange Online: not yet checked against a real session of this service." in text
    assert "All of them could be judged: 1 in clear." in summed(clear)
    assert "not yet checked" not in summed(clear, decrypted)


def test_services_never_checked_are_named_once_each() -> None:
    gmail = replace(finding(), title="Gmail")
    assert "Inferred for Exchange Online, Gmail: not yet checked against a real session of these services." in summed(
        finding(), gmail, finding()
    )


def test_a_device_names_its_sessions_and_how_surely_each_was_inferred() -> None:
    stream = io.StringIO()
    found = finding()
    explain(Page(console(stream)), judge([found.fact]).device, [found], Known(), Redactor())
    text = " ".join(stream.getvalue().split())
    assert found.fact.session in text
    assert "STARTTLS established; LOGIN inferred, very likely; success, very likely" in text
    assert "--session ID" in text
    assert text.count("not yet checked against a real session") == 1


def test_csv_has_the_new_columns_at_its_end() -> None:
    stream = io.StringIO()
    found = [finding(refused()), finding(unknown())]
    write_sessions_csv(stream, [session_row(each, Redactor()) for each in found])
    header, known, open_ = csv.reader(io.StringIO(stream.getvalue()))
    assert tuple(header) == SESSION_COLUMNS
    assert header[-6:] == [
        "findings", "auth.likely", "auth.outcome_confidence", "auth.likely_refusal", "auth.unverified_service",
        "auth.offered_tls",
    ]  # fmt: skip
    assert known[-5:] == ["", "0.99", "basic-disabled", "True", "LOGIN XOAUTH2"]
    assert open_[-5:] == ["basic", "", "", "False", ""]
