"""SMTP around AUTH: no AUTH, HELO, pipelining, BDAT, bodies that look like AUTH."""

from __future__ import annotations

from tests.lab import clients
from tests.lab.accounts import WRONG
from tests.lab.case import (
    APC,
    BROTHER,
    DELL,
    NAS,
    RICOH,
    SCAN,
    SYNOLOGY,
    WINDOWS,
    Case,
    basic,
    login_answers,
    mail,
    plain_answer,
)
from tests.lab.clients import script
from tests.lab.servers.sasl import encoded

TRAP = (
    "AUTH LOGIN",
    "334 VXNlcm5hbWU6",
    *login_answers(SCAN, WRONG),
    "235 ok",
    "AUTH PLAIN " + plain_answer(SCAN, WRONG),
)
CHUNK = "Subject: x\r\n\r\nAUTH LOGIN\r\n" + encoded(SCAN)
LETTER = "Subject: report\r\nMIME-Version: 1.0\r\nContent-Transfer-Encoding: base64\r\n\r\n"
ATTACHMENT = LETTER + (encoded("user@example.org:x" * 3) + "\r\n") * 900

SMTP = (
    Case("smtp/unauthenticated", "Mail without AUTH on port 25.", "postfix-open", clients.net_smtp, APC),
    Case(
        "smtp/helo-only",
        "HELO in place of EHLO, mail without AUTH.",
        "postfix-open",
        script("HELO {helo}", *mail("x"), "QUIT"),
        APC,
    ),
    Case("smtp/ehlo-refused-helo", "EHLO answered 502, then HELO.", "helo-only", clients.swaks, APC),
    Case(
        "smtp/ehlo-quit",
        "EHLO and QUIT: ended before AUTH or MAIL.",
        "postfix",
        clients.swaks,
        WINDOWS,
        {"body": None},
    ),
    Case(
        "smtp/mail-refused-530",
        "Mail without AUTH, refused with 530 5.7.57.",
        "mail-needs-auth",
        clients.net_smtp,
        APC,
    ),
    Case(
        "smtp/pipelined",
        "AUTH, then MAIL, RCPT and DATA in one segment.",
        "postfix",
        clients.swaks_pipelined,
        RICOH,
        basic("LOGIN"),
    ),
    Case(
        "smtp/bdat",
        "AUTH PLAIN, then a mail in BDAT chunks that talks of AUTH LOGIN.",
        "postfix",
        script(
            "EHLO {helo}",
            "AUTH PLAIN " + plain_answer(SCAN),
            "MAIL FROM:<scan@example.org>",
            "RCPT TO:<office@example.com>",
            f"BDAT {len(CHUNK) + 2}\r\n{CHUNK}",
            "BDAT 6 LAST\r\nbye!",
            "QUIT",
        ),
        DELL,
    ),
    Case(
        "smtp/masked-banner",
        "A firewall masks the banner and one EHLO line.",
        "masked",
        clients.swaks,
        BROTHER,
        basic("LOGIN"),
    ),
    Case(
        "smtp/mail-about-auth",
        "A mail without AUTH whose lines look like AUTH LOGIN.",
        "postfix-open",
        script("EHLO {helo}", *mail(*TRAP), "QUIT"),
        SYNOLOGY,
    ),
    Case(
        "smtp/base64-body",
        "AUTH PLAIN, then a large base64 body; the card cuts the frames.",
        "postfix",
        clients.smtplib,
        RICOH,
        basic("PLAIN", body=ATTACHMENT),
        offload=True,
    ),
    Case(
        "smtp/ipv6",
        "AUTH PLAIN over IPv6.",
        "postfix-v6",
        clients.smtplib,
        SYNOLOGY,
        basic("PLAIN", NAS),
        ipv6=True,
    ),
)
