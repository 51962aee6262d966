"""AUTH inside TLS behind STARTTLS, at a server of ours."""

from __future__ import annotations

from tests.lab.case import BROTHER, HP, Case, basic
from tests.lab.tls_clients import curl, with_certificate

LOGIN = basic("LOGIN", tls="starttls")
INSIDE = (
    Case(
        "starttls/client-certificate",
        "AUTH LOGIN of a client that shows a certificate, which TLS 1.3 hides.",
        "postfix-asks",
        with_certificate(curl()),
        HP,
        LOGIN,
    ),
    Case(
        "starttls/client-certificate-tls12",
        "The same in TLS 1.2.",
        "postfix-asks",
        with_certificate(curl("--tls-max", "1.2")),
        HP,
        LOGIN,
    ),
    Case(
        "starttls/login-refused",
        "AUTH LOGIN inside TLS with a wrong password.",
        "postfix-strict",
        curl(),
        BROTHER,
        {**LOGIN, "secret": "not-the-password"},
    ),
)
