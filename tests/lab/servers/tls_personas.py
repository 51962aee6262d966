"""Personas that differ in their TLS: versions, groups, suites, certificates, and one that has none."""

from __future__ import annotations

from typing import Any

from tests.lab.servers.certificates import EXPIRED
from tests.lab.servers.personas import Persona
from tests.lab.servers.tls import ANYTHING, Policy


def persona(name: str, certificate: str = "mail.example.net", **policy: Any) -> Persona:
    """A plain mail server with a TLS policy."""
    extensions = ("SIZE 35882577", "8BITMIME")
    return Persona(
        name,
        banner="220 mail.example.net ESMTP",
        ehlo=("mail.example.net", "STARTTLS", *extensions),
        ehlo_tls=("mail.example.net", "AUTH LOGIN PLAIN", *extensions),
        certificate=certificate,
        tls=Policy(**policy),
    )


OLD = {"lowest": "TLSv1", "ciphers": ANYTHING}
TLS = (
    persona("tls"),
    persona("tls10", highest="TLSv1", **OLD),
    persona("tls11", highest="TLSv1_1", **OLD),
    persona("tls12", highest="TLSv1_2"),
    persona("tls13", lowest="TLSv1_3"),
    persona("tls12-cbc", highest="TLSv1_2", ciphers="ECDHE-RSA-AES256-SHA384:AES128-SHA"),
    persona("tls12-gcm", highest="TLSv1_2", ciphers="ECDHE-RSA-AES256-GCM-SHA384"),
    persona("tls-p384", group="secp384r1"),
    persona("tls-asks", asks_certificate=True),
    persona("tls12-asks", highest="TLSv1_2", asks_certificate=True),
    persona("tls-alpn", alpn=("smtp",)),
    persona("tls-expired", certificate="old.example.net", days=EXPIRED),
    persona("tls-names", certificate="shared.example.net", names=("mail.example.net", "mail.example.org")),
    Persona(
        "tls-answered-in-clear",
        banner="220 broken.example.net ESMTP",
        ehlo=("broken.example.net", "STARTTLS"),
        in_place_of_tls="454 4.7.0 TLS not available due to local problem",
    ),
)
