"""Which program a client shows to be: what was recorded of real ones, and never by one trait alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from sniffer.knowledge.catalogue import catalogue
from sniffer.knowledge.client_programs import ClientProgram, Program, client_program, client_programs, kind

ROWS = client_programs()
RECORDED = {
    "curl": "auth:PLAIN+asked case:upper ehlo:file from:upper headers:From,To,Subject mail:SIZE message-id:none",
    "msmtp": "auth:LOGIN+asked case:upper ehlo:localhost mail:none message-id:hex32.word quit:sent zone:number",
    "swaks": "auth:LOGIN+asked boundary:swaks case:upper mailer:swaks_v20201014.0 message-id:stamp.pid",
    "sendEmail": "auth:LOGIN+asked boundary:sendemail case:upper mailer:sendEmail-1.56 message-id:sendemail",
    "Python smtplib": "auth:PLAIN+initial case:mixed ehlo:127.0.0.1 from:upper lower:DATA lower:EHLO mail:size",
    "Perl Net::SMTP": "auth:LOGIN+asked case:upper date:none ehlo:localhost.localdomain mail:none message-id:none",
    "PHPMailer": "auth:LOGIN+asked boundary:phpmailer case:upper mailer:PHPMailer_6.6.3 message-id:word40",
    "nodemailer": "auth:PLAIN+initial boundary:nodemailer case:upper ehlo:127.0.0.1 message-id:uuid pipelining "
    "quit:none",
    "Go net/smtp": "auth:PLAIN+initial case:upper ehlo:localhost mail:BODY=8BITMIME mail:SMTPUTF8 message-id:none",
    "Ruby Mail": "auth:PLAIN+initial boundary:ruby case:upper mail:none message-id:ruby spelling:Mime-Version",
    "S-nail": "auth:LOGIN+asked boundary:s-nail case:upper mailer:s-nail_v14.9.24 message-id:stamp.word",
    "Mutt": "boundary:mutt case:upper message-id:mutt "
    "headers:Date,From,To,Subject,Message-Id,Mime-Version,Content-Type,Content-Disposition",
    "JavaMail": "auth:LOGIN+asked boundary:java case:upper ehlo:localhost message-id:java zone:comment zone:number",
    "Mono SmtpClient": "auth:LOGIN+asked boundary:dotnet case:upper headers:Date,From,To,Subject,Priority,Mime-Version",
    "libESMTP": "auth:LOGIN+initial case:upper ehlo:name message-id:digits spelling:Message-Id zone:number",
    ".NET SmtpClient": "auth:LOGIN+initial auth:lower case:upper date:no-weekday ehlo:name mail:none message-id:none",
    "mail server": "case:upper ehlo:fqdn headers:Received,Subject mail:SIZE pipelining received",
}
"""Traits as ``protocols`` told them of real programs, but for .NET, which follows its source; _ stands for a blank."""


def traits(line: str) -> tuple[str, ...]:
    """Read a line of traits."""
    return tuple(word.replace("_", " ") if word.startswith("mailer:") else word for word in line.split())


@pytest.mark.parametrize("name", RECORDED)
def test_what_was_recorded(name: str) -> None:
    program = client_program(traits(RECORDED[name]))
    assert program
    assert program.name == name


@pytest.mark.parametrize("name", RECORDED)
def test_one_trait_is_never_enough(name: str) -> None:
    for trait in traits(RECORDED[name]):
        assert client_program((trait,)) is None


@pytest.mark.parametrize(
    "line",
    [
        "",
        "case:upper ehlo:name auth:LOGIN+asked mail:none quit:sent",
        "case:upper ehlo:127.0.1.1 auth:LOGIN+asked mail:none",  # ESP8266 firmware, copied from smtplib's dialogue
        "case:upper ehlo:localhost auth:LOGIN+asked mail:none",  # Ruby, JavaMail, msmtp …
        "case:lower lower:EHLO auth:lower auth:LOGIN+asked",
        "boundary:python message-id:python case:upper auth:LOGIN+asked",  # written by Python, sent by something else
    ],
)
def test_what_many_do_names_nobody(line: str) -> None:
    assert client_program(traits(line)) is None


def test_two_programs_with_as_much_are_none() -> None:
    assert client_program(traits("mailer:swaks_1 message-id:stamp.pid")) == Program("swaks", 0.9)
    both = "mailer:swaks_1 message-id:stamp.pid boundary:phpmailer message-id:word40"
    assert client_program(traits(both)) is None


@pytest.mark.parametrize("row", ROWS, ids=[row.code for row in ROWS])
def test_every_row_needs_two_kinds_of_traits(row: ClientProgram) -> None:
    assert row.needs >= 2
    assert len(set(map(kind, row.traits))) >= row.needs
    assert not set(row.never) & {*row.traits, *row.must}


def test_a_user_s_program(tmp_path: Path) -> None:
    path = tmp_path / "ours.toml"
    path.write_text(
        """
[[client-program]]
code = "our-scanner"
name = "Our scanner"
traits = ["case:lower", "ehlo:odd"]
weight = 0.5
prose = "Ours."
source = "our own"
as_of = 2026-11-01
""",
        "utf-8",
    )
    assert catalogue(path).client_program(("case:lower", "ehlo:odd")) == Program("Our scanner", 0.5)
    assert catalogue().client_program(("case:lower", "ehlo:odd")) is None
