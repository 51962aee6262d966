"""From captures to who a client shows to be: recorded programs under their own names, and inside TLS with keys."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest

from sniffer.knowledge.client_programs import client_program
from sniffer.model.clues import Mark
from sniffer.model.facts import SessionFact
from sniffer.pipeline import Settings
from sniffer.protocols import KeyLog
from tests import keyed
from tests.capture_files import write_pcap
from tests.expected import CAPTURES, capture_of, expected_of
from tests.protocols.dialogue import b64
from tests.sources.facts import facts

ALONE = sorted(
    {*CAPTURES.glob("auth/*"), *CAPTURES.glob("smtp/*"), *CAPTURES.glob("lan/*")} - {CAPTURES / "lan/office"}
)
"""Captures with one client each, whose program the label names."""

PROGRAMS = {
    "smtplib": "Python smtplib",
    "Net::SMTP": "Perl Net::SMTP",
}
"""What a label calls a program that has another name here."""


def listened(path: Path) -> list[SessionFact]:
    """The sessions of a capture, with who their clients show to be."""
    return facts(path, settings=Settings(processes=1, identity=True))


def named(case: Path) -> str | None:
    """The program that the client of a capture shows to be."""
    (fact,) = listened(capture_of(case))
    program = client_program(fact.witness.traits) if fact.witness else None
    return program.name if program else None


@pytest.mark.parametrize("case", ALONE, ids=[case.name for case in ALONE])
def test_no_recorded_program_is_taken_for_another(case: Path) -> None:
    origin = json.dumps(expected_of(case)["origin"])
    called = origin.partition(": ")[2].split()[0]
    assert named(case) in (None, PROGRAMS.get(called, called))


@pytest.mark.parametrize(
    ("case", "name"),
    [
        ("auth/postfix-login", "swaks"),
        ("auth/postfix-plain", "Python smtplib"),
        ("auth/exim-login", "PHPMailer"),
        ("auth/exim-cram-md5", "msmtp"),
        ("auth/postfix-cram-md5", "nodemailer"),
        ("auth/cancelled-with-star", None),
        ("auth/postfix-login-refused", None),
    ],
)
def test_programs_that_show(case: str, name: str | None) -> None:
    assert named(CAPTURES / case) == name


def test_a_relay_shows_whom_it_had_a_mail_from() -> None:
    found = [fact.witness for fact in listened(capture_of(CAPTURES / "relay/affected")) if fact.witness]
    relayed = [each for each in found if "received" in each.traits]
    assert [client_program(each.traits) for each in relayed] == [("mail server", 0.6)] * 2
    assert relayed[0].marks == (
        Mark("received-from", "name", "DiskStation"),
        Mark("received-from", "comment", "10.0.3.20"),
    )


@pytest.mark.parametrize("starttls", [True, False])
def test_inside_tls_with_keys(tmp_path: Path, starttls: bool) -> None:
    mail = """
    C: MAIL FROM:<a@example.org>
    S: 250 Ok
    C: RCPT TO:<b@example.com>
    S: 250 Ok
    C: DATA
    S: 354 go
    C: X-Mailer: HIKMailer
    C:
    C: .
    S: 250 Ok
    C: QUIT
    """
    spoken = keyed.said(keyed.INSIDE.replace("    C: QUIT\n", mail), starttls=starttls)
    path = tmp_path / "office.pcap"
    write_pcap(path, keyed.frames(spoken.said, port=587 if starttls else 465))
    keys = KeyLog(spoken.log.splitlines())
    (off,) = facts(path, settings=Settings(processes=1, keys=keys, identity=False))
    (on,) = facts(path, settings=Settings(processes=1, keys=keys, identity=True))
    (closed,) = facts(path, settings=Settings(processes=1, identity=True))
    assert on.witness
    assert on.witness.marks[0] == Mark("hikvision-mailer", "vendor", "Hikvision")
    assert {"auth:LOGIN+asked", "mailer:HIKMailer", "quit:sent", "case:upper"} <= set(on.witness.traits)
    assert msgspec.structs.replace(on, witness=None) == off
    assert closed.witness is None or not closed.witness.marks
    assert keyed.PASSWORD not in repr(on.witness)
    assert b64(keyed.PASSWORD) not in repr(on.witness)
