"""A server's certificate, where TLS 1.2 or older shows it (RFC 5246 7.4.2, RFC 5280 4.1)."""

from __future__ import annotations

import warnings
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from sniffer.model import limits
from sniffer.model.facts import CertificateFact

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

LENGTH_BYTES = 3
"""Bytes of the length of a list of certificates, and of each."""

UNREADABLE = "certificate-unreadable"
CUT = "certificate-cut"

Read = tuple[CertificateFact | None, tuple[str, ...]]
"""The fact, and the codes of what was odd about the certificate."""


def first_certificate(body: bytes) -> Read:
    """Read the server's own certificate, the first of a Certificate message."""
    start = 2 * LENGTH_BYTES
    end = start + int.from_bytes(body[LENGTH_BYTES:start], "big")
    return _certificate(body[start:end]) if start < end <= len(body) else (None, (UNREADABLE,))


@lru_cache(limits.CERTIFICATES)
def _certificate(der: bytes) -> Read:
    """Read a certificate.  A server shows the same to all, so it is read once."""
    from cryptography.x509 import load_der_x509_certificate  # noqa: PLC0415, where a capture shows one

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what RFC 5280 forbids, and devices do
            return _fact(load_der_x509_certificate(der))
    except Exception:  # whatever a library makes of a stranger's bytes
        return None, (UNREADABLE,)


def _fact(certificate: Certificate) -> Read:
    names = _names(certificate)
    subject, issuer = certificate.subject.rfc4514_string(), certificate.issuer.rfc4514_string()
    kept = tuple(name for name in names if name.isprintable() and len(name) <= limits.NAME_CHARACTERS)
    kept = kept[: limits.CERTIFICATE_NAMES]
    fact = CertificateFact(
        subject=_text(subject),
        issuer=_text(issuer),
        names=kept,
        not_before=_microseconds(certificate.not_valid_before_utc),
        not_after=_microseconds(certificate.not_valid_after_utc),
    )
    whole = len(kept) == len(names) and (fact.subject, fact.issuer) == (subject, issuer)
    return fact, () if whole else (CUT,)


def _names(certificate: Certificate) -> list[str]:
    """Return the DNS names, without one the common name (RFC 6125 6.4.4)."""
    from cryptography.x509 import DNSName, ExtensionNotFound, SubjectAlternativeName  # noqa: PLC0415
    from cryptography.x509.oid import NameOID  # noqa: PLC0415

    try:
        found = certificate.extensions.get_extension_for_class(SubjectAlternativeName)
        names = found.value.get_values_for_type(DNSName)
    except ExtensionNotFound:
        names = []
    return names or [str(each.value) for each in certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)][-1:]


def _text(text: str) -> str:
    """Return text without control characters, no longer than what is kept."""
    shown = "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text)
    return shown[: limits.TEXT_CHARACTERS]


def _microseconds(moment: datetime) -> int:
    return int(moment.timestamp()) * 1_000_000
