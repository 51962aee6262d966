"""Captures that carry their TLS keys."""

from __future__ import annotations

from tests.lab import clients
from tests.lab.case import BROTHER, DELL, KONICA, MONITOR, Case, basic
from tests.lab.tls_clients import curl

DECRYPTED = (
    Case(
        "starttls/keylog-dsb",
        "AUTH LOGIN inside TLS 1.3, with the keys in a Decryption Secrets Block.",
        "postfix-strict",
        clients.curl,
        KONICA,
        basic("LOGIN", tls="starttls"),
        view="decrypted",
        told={"tls": {"certificate_names": ["mail.example.org"]}},
    ),
    Case(
        "starttls/keylog-dsb-refused",
        "The Exchange Online dialogue in TLS 1.3: a wrong password, with the keys in the capture.",
        "exchange",
        clients.msmtp,
        DELL,
        basic("LOGIN", MONITOR, secret="wrong", tls="starttls"),
        view="decrypted",
        told={"tls": {"certificate_names": ["outlook.office365.com"]}},
    ),
    Case(
        "starttls/keylog-dsb-implicit",
        "AUTH PLAIN inside TLS 1.2 from the first byte, with the keys in the capture: its name too is told inside.",
        "postfix-implicit",
        curl("--tls-max", "1.2"),
        BROTHER,
        basic("PLAIN", tls="implicit"),
        view="decrypted",
        told_device={"name": BROTHER.name},
    ),
)
