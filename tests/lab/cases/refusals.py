"""AUTH that ends badly, or goes on after a bad end."""

from __future__ import annotations

from tests.lab import clients
from tests.lab.accounts import SECRETS, WRONG
from tests.lab.case import (
    AXIS,
    BROTHER,
    CAMERA,
    HP,
    KONICA,
    NAS,
    PI,
    RICOH,
    SCAN,
    SYNOLOGY,
    WINDOWS,
    XEROX,
    Case,
    basic,
    login_answers,
    mail,
    plain_answer,
)
from tests.lab.clients import script
from tests.lab.servers.sasl import encoded

REFUSALS = (
    Case(
        "auth/cancelled-with-star",
        "AUTH LOGIN cancelled with `*` when asked for the user; then QUIT.",
        "postfix",
        script("EHLO {helo}", "AUTH LOGIN", "*", "QUIT"),
        BROTHER,
    ),
    Case(
        "auth/quit-in-place-of-answer",
        "QUIT where the password was due; the server says goodbye.",
        "zoo",
        script("EHLO {helo}", "AUTH LOGIN", encoded(SCAN), "QUIT"),
        AXIS,
    ),
    Case(
        "auth/mail-in-place-of-answer",
        "MAIL where the answer was due: Postfix calls it bad base64.",
        "postfix",
        script("EHLO {helo}", "AUTH LOGIN", "MAIL FROM:<scan@example.org>", "QUIT"),
        AXIS,
    ),
    Case(
        "auth/closed-in-auth",
        "The client goes away when asked for the password.",
        "zoo",
        script("EHLO {helo}", "AUTH LOGIN", encoded(SCAN), "leave"),
        KONICA,
    ),
    Case(
        "auth/refused-535-5.7.139",
        "Basic authentication is disabled: 535 5.7.139 to the right password.",
        "disabled",
        clients.phpmailer,
        RICOH,
        basic("LOGIN"),
    ),
    Case(
        "auth/refused-then-mail",
        "As .NET does: `AUTH login` with the user, 535 5.7.139, and MAIL all the same: 530.",
        "disabled",
        script(
            "EHLO {helo}",
            "AUTH login " + encoded(SCAN),
            encoded(SECRETS[SCAN]),
            "MAIL FROM:<scan@example.org>",
            "QUIT",
        ),
        WINDOWS,
    ),
    Case(
        "auth/temporary-454",
        "454: a temporary authentication failure.",
        "temporary",
        clients.smtplib,
        SYNOLOGY,
        basic("PLAIN", NAS),
    ),
    Case(
        "auth/encryption-required-538",
        "AUTH LOGIN in clear, answered 538.",
        "needs-tls",
        clients.swaks,
        HP,
        basic("LOGIN"),
    ),
    Case(
        "auth/not-offered-503",
        "AUTH though the server lists none: 503.",
        "not-offered",
        script("EHLO {helo}", "AUTH LOGIN", "QUIT"),
        XEROX,
    ),
    Case(
        "auth/unoffered-504-then-login",
        "AUTH CRAM-MD5 gets 504, AUTH LOGIN then succeeds.",
        "isp",
        script("EHLO {helo}", "AUTH CRAM-MD5", "AUTH LOGIN", *login_answers(SCAN), *mail("x"), "QUIT"),
        KONICA,
    ),
    Case(
        "auth/retry-other-mechanism",
        "CRAM-MD5 refused, then LOGIN accepted, in one session.",
        "hashed",
        clients.swaks,
        HP,
        basic("CRAM-MD5,LOGIN"),
    ),
    Case(
        "auth/three-guesses",
        "Three users guessed in one session, all refused.",
        "postfix",
        script(
            "EHLO {helo}",
            *(line for user in (SCAN, NAS, CAMERA) for line in ("AUTH PLAIN " + plain_answer(user, WRONG),)),
            "QUIT",
        ),
        PI,
    ),
)
