"""STARTTLS: not offered, unused, refused, established, and what is odd."""

from __future__ import annotations

from tests.lab import clients
from tests.lab.case import (
    BROTHER,
    DELL,
    HP,
    KONICA,
    MONITOR,
    RICOH,
    SCAN,
    WINDOWS,
    XEROX,
    Case,
    basic,
    login_answers,
    mail,
    plain_answer,
)
from tests.lab.clients import script
from tests.lab.tls_clients import s_client

STARTTLS = (
    Case(
        "starttls/not-offered",
        "The EHLO reply lists no STARTTLS; AUTH LOGIN in clear.",
        "isp",
        clients.msmtp,
        BROTHER,
        basic("LOGIN"),
    ),
    Case(
        "starttls/offered-unused",
        "STARTTLS is listed, the client logs in without it.",
        "postfix-starttls",
        clients.phpmailer,
        KONICA,
        basic("LOGIN"),
    ),
    Case(
        "starttls/refused-454",
        "STARTTLS answered 454, the client gives up.",
        "tls-refused",
        clients.msmtp,
        XEROX,
        basic("LOGIN", tls="starttls"),
    ),
    Case(
        "starttls/refused-then-clear",
        "STARTTLS answered 454, the client logs in in clear.",
        "tls-refused",
        script("EHLO {helo}", "STARTTLS", "AUTH PLAIN " + plain_answer(SCAN), *mail("x"), "QUIT"),
        KONICA,
    ),
    Case(
        "starttls/requested",
        "The client leaves after the 220, without TLS.",
        "exchange",
        script("EHLO {helo}", "STARTTLS", "leave"),
        WINDOWS,
    ),
    Case(
        "starttls/cleartext-after",
        "220, and then SMTP goes on in clear, AUTH included.",
        "tls-pretended",
        script("EHLO {helo}", "STARTTLS", "EHLO {helo}", "AUTH LOGIN", *login_answers(SCAN), *mail("x"), "QUIT"),
        BROTHER,
    ),
    Case(
        "starttls/failed-handshake",
        "TLS 1.2 offered, TLS 1.3 wanted: an alert.",
        "postfix-tls13",
        s_client("-tls1_2"),
        XEROX,
    ),
    Case(
        "starttls/established-postfix",
        "STARTTLS, then AUTH LOGIN inside TLS 1.3.",
        "postfix-strict",
        clients.swaks,
        RICOH,
        basic("LOGIN", tls="starttls"),
    ),
    Case(
        "starttls/established-exchange",
        "The Exchange Online dialogue: AUTH LOGIN inside TLS.",
        "exchange",
        clients.phpmailer,
        RICOH,
        basic("LOGIN", tls="starttls"),
    ),
    Case(
        "starttls/established-xoauth2",
        "The Exchange Online dialogue: XOAUTH2 inside TLS.",
        "exchange",
        clients.nodemailer,
        DELL,
        basic("XOAUTH2", MONITOR, tls="starttls"),
    ),
    Case(
        "starttls/established-tls12",
        "STARTTLS with TLS 1.2, EHLO and QUIT inside.",
        "postfix-strict",
        s_client("-tls1_2"),
        XEROX,
    ),
    Case(
        "starttls/530-then-starttls",
        "MAIL in clear gets 530; then STARTTLS, AUTH and MAIL.",
        "postfix-encrypt",
        script(
            "EHLO {helo}",
            "MAIL FROM:<scan@example.org>",
            "STARTTLS",
            "tls",
            "EHLO {helo}",
            "AUTH PLAIN " + plain_answer(SCAN),
            *mail("x"),
            "QUIT",
        ),
        HP,
    ),
    Case(
        "starttls/implicit-465",
        "TLS from the first byte on port 465.",
        "postfix-implicit",
        clients.curl,
        XEROX,
        basic("PLAIN", tls="implicit"),
    ),
)
