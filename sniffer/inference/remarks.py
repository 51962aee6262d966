"""Findings beside the verdict: what an engineer would want to hear about a session, however it authenticated.

A finding is a row of ``REMARKS``: a function that takes what is known of the session and says it, or nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

from sniffer.inference.services import Server, requested
from sniffer.inference.starttls import why_failed
from sniffer.knowledge.catalogue import Catalogue
from sniffer.knowledge.mechanisms import family_of
from sniffer.model import limits
from sniffer.model.events import Anomaly
from sniffer.model.facts import CertificateFact, SessionFact, StartTls

OLD_TLS = ("SSL 2.0", "SSL 3.0", "1.0", "1.1")
"""Versions that must not be used any more (RFC 6176, 7568, 8996)."""

CREDENTIALS = {"basic": "a password", "oauth": "a token"}
"""What an AUTH exchange of a family shows to whoever listens."""


class Seen(NamedTuple):
    """What is known of a session when remarks are made; ``uneven`` as in ``Judge``."""

    fact: SessionFact
    server: Server
    starttls: StartTls
    uneven: bool
    catalogue: Catalogue


def remarks(seen: Seen) -> tuple[Anomaly, ...]:
    """Return the findings of a session."""
    found = [each for remark in REMARKS if (each := remark(seen))]
    return (*seen.server.findings, *found)


def _tls_failed(seen: Seen) -> Anomaly | None:
    if seen.starttls != "failed" or seen.fact.tls is None:
        return None
    return Anomaly("tls-failed", f"the TLS handshake failed: {why_failed(seen.fact.tls)}")


def _tls_old(seen: Seen) -> Anomaly | None:
    version = seen.fact.tls.version if seen.fact.tls else None
    if version not in OLD_TLS:
        return None
    name = version if version.startswith("SSL") else f"TLS {version}"
    return Anomaly("tls-old", f"{name} was agreed on, which must not be used any more (RFC 8996)")


def _starttls_not_used(seen: Seen) -> Anomaly | None:
    speech = seen.fact.speech
    if seen.starttls != "offered" or not (speech.attempts or speech.mail):
        return None
    return Anomaly("starttls-not-used", "the server offers STARTTLS and the client did not use it")


def _credentials_in_clear(seen: Seen) -> Anomaly | None:
    families = {family_of(each.mechanism) for each in seen.fact.speech.attempts if each.credential_sent}
    shown = [what for family, what in CREDENTIALS.items() if family in families] if families else []
    return Anomaly("credentials-in-clear", f"{' and '.join(shown)} crossed the wire in clear text") if shown else None


def _starttls_uneven(seen: Seen) -> Anomaly | None:
    if not seen.uneven or seen.starttls != "not-offered":
        return None
    text = "the server offers STARTTLS in other sessions and not in this one: a rule of its own, or somebody strips it"
    return Anomaly("starttls-uneven", text)


def _certificate_expired(seen: Seen) -> Anomaly | None:
    certificate = _certificate(seen)
    if certificate is None or certificate.not_before <= seen.fact.start <= certificate.not_after:
        return None
    when = "had expired" if seen.fact.start > certificate.not_after else "was not valid yet"
    return Anomaly("certificate-expired", f"the server's certificate {when} ({certificate.subject})")


def _certificate_foreign(seen: Seen) -> Anomaly | None:
    """Note a certificate for other names than the one that the client asked for, or than those of the service."""
    certificate = _certificate(seen)
    if certificate is None or not certificate.names:
        return None
    sni = requested(seen.fact.tls)
    if sni:
        foreign, wanted = not covered(certificate.names, sni), sni
    else:
        foreign, wanted = _is_other_service(seen, certificate), seen.server.service.name
    if not foreign:
        return None
    text = f"the server's certificate is for {', '.join(certificate.names[:3])}, not for {wanted}"
    return Anomaly("certificate-foreign", text)


def _is_other_service(seen: Seen, certificate: CertificateFact) -> bool:
    """Say whether a known service shows a certificate that is not its own."""
    row = seen.server.service
    if seen.server.basis in (None, "certificate", "range") or not row.certificates:
        return False
    by = seen.catalogue.by_certificate(certificate.names)
    return by is None or (row.code not in (by.code, by.within) and by.code != row.within)


def _vendor_extensions(seen: Seen) -> Anomaly | None:
    """Note keywords that begin with X: they are private (RFC 5321 4.1.1.1)."""
    return private(seen.fact.speech.extensions)


@lru_cache(limits.EXTENSIONS_REMEMBERED)
def private(extensions: tuple[str, ...]) -> Anomaly | None:
    """Return what is said of the private ones among a server's keywords; None where there are none."""
    names = [name for name in extensions if name.startswith("X")]
    if not names:
        return None
    return Anomaly("vendor-extensions", f"the server offers extensions of its maker: {', '.join(names)}")


REMARKS: tuple[Callable[[Seen], Anomaly | None], ...] = (
    _tls_failed,
    _tls_old,
    _starttls_not_used,
    _credentials_in_clear,
    _starttls_uneven,
    _certificate_expired,
    _certificate_foreign,
    _vendor_extensions,
)
"""All findings of a session, in the order in which they are told."""


@lru_cache(limits.CERTIFICATES_REMEMBERED)
def covered(names: tuple[str, ...], host: str) -> bool:
    """Say whether one of a certificate's names is that of a host."""
    return any(covers(name, host) for name in names)


def covers(pattern: str, host: str) -> bool:
    """Say whether a name of a certificate is that of a host (RFC 6125 6.4.3: a wildcard stands for one label)."""
    pattern, host = pattern.lower().rstrip("."), host.lower().rstrip(".")
    if pattern.startswith("*."):
        return "." in host and host.partition(".")[2] == pattern[2:]
    return pattern == host


def _certificate(seen: Seen) -> CertificateFact | None:
    return seen.fact.tls.certificate if seen.fact.tls else None
