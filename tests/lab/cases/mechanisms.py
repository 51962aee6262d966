"""AUTH with the mechanisms and prompts that are rarer."""

from __future__ import annotations

from tests.lab import clients
from tests.lab.accounts import SECRETS, WRONG
from tests.lab.case import BROTHER, DELL, MONITOR, PI, RICOH, SCAN, WINDOWS, Case, basic, mail
from tests.lab.clients import script
from tests.lab.servers.sasl import encoded

MECHANISMS = (
    Case(
        "auth/aiosmtpd-login",
        "AUTH LOGIN with the prompts `User Name` and `Password`, a NUL behind each.",
        "aiosmtpd",
        clients.swaks,
        RICOH,
        basic("LOGIN"),
    ),
    Case(
        "auth/aiosmtpd-xoauth2",
        "AUTH XOAUTH2 with initial response, accepted.",
        "aiosmtpd",
        clients.nodemailer,
        DELL,
        basic("XOAUTH2", MONITOR),
    ),
    Case(
        "auth/plain-authzid",
        "AUTH PLAIN that wants to act for somebody else; the user is who gives the password.",
        "isp",
        script(
            "EHLO {helo}",
            "AUTH PLAIN " + encoded(f"boss@example.org\0{SCAN}\0{SECRETS[SCAN]}"),
            *mail("x"),
            "QUIT",
        ),
        RICOH,
    ),
    Case(
        "auth/login-utf8-user",
        "AUTH LOGIN with a user beyond ASCII, refused.",
        "isp",
        script("EHLO {helo}", "AUTH LOGIN", encoded("büro@example.org"), encoded(WRONG), "QUIT"),
        BROTHER,
    ),
    Case(
        "auth/odd-prompts",
        "A two-line banner, and the prompts `username:` and `password:`.",
        "prompts",
        clients.phpmailer,
        BROTHER,
        basic("LOGIN"),
    ),
    Case(
        "auth/xoauth2-inline",
        "AUTH XOAUTH2 with the token in the command line.",
        "xoauth2",
        clients.curl,
        DELL,
        basic("XOAUTH2", MONITOR),
    ),
    Case(
        "auth/xoauth2-continued",
        "AUTH XOAUTH2, then the token as answer.",
        "xoauth2",
        clients.curl,
        DELL,
        basic("XOAUTH2", MONITOR, initial=False),
    ),
    Case(
        "auth/xoauth2-refused-challenge",
        "A wrong token: a challenge with the error, an empty answer, then 535.",
        "oauth",
        clients.smtplib,
        DELL,
        basic("XOAUTH2", MONITOR, secret=WRONG),
    ),
    Case(
        "auth/oauthbearer",
        "AUTH OAUTHBEARER (RFC 7628), accepted.",
        "oauth",
        clients.curl,
        DELL,
        basic("OAUTHBEARER", MONITOR),
    ),
    Case(
        "auth/oauthbearer-refused",
        "OAUTHBEARER with a wrong token: error challenge, then 535.",
        "oauth",
        clients.msmtp,
        DELL,
        basic("OAUTHBEARER", MONITOR, secret=WRONG),
    ),
    Case(
        "auth/ntlm",
        "AUTH NTLM in three messages; user and domain stand in the third.",
        "zoo",
        clients.curl,
        WINDOWS,
        basic("NTLM", "EXAMPLE\\svc-scan", initial=False),
    ),
    Case(
        "auth/gssapi-refused",
        "AUTH GSSAPI with a ticket, refused.",
        "zoo",
        script("EHLO {helo}", "AUTH GSSAPI " + encoded(b"\x60\x28\x06\x09" + bytes(36)), "QUIT"),
        WINDOWS,
    ),
    Case(
        "auth/external",
        "AUTH EXTERNAL with the wished name, accepted.",
        "zoo",
        clients.curl,
        PI,
        basic("EXTERNAL", "printer", secret=""),
    ),
    Case(
        "auth/vendor-dialect",
        "A mechanism of a vendor's own: AUTH XYMCOOKIE.",
        "zoo",
        script("EHLO {helo}", "AUTH XYMCOOKIE " + encoded(b"\x01\x02cookie"), *mail("x"), "QUIT"),
        DELL,
    ),
)
