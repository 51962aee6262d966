"""What became of STARTTLS: what the stream told, corrected by the handshake and by what was seen of the connection."""

from __future__ import annotations

from sniffer.model.facts import SessionFact, StartTls, TlsFact

IMPLICIT_TLS = (465, 2465)
"""Ports on which TLS begins with the first byte (RFC 8314 3.3; 2465 is Amazon's)."""


def starttls_of(fact: SessionFact) -> StartTls:
    """Return what became of STARTTLS; a handshake that failed was none, implicit or not."""
    speech = fact.speech
    if handshake_failed(fact):
        return "failed"
    if speech.encrypted and speech.starttls == "unseen" and fact.server_port in IMPLICIT_TLS:
        return "implicit"  # joined late
    return speech.starttls


def handshake_failed(fact: SessionFact) -> bool:
    """Say whether TLS was tried and did not come to be, so that nothing can have been said inside it."""
    tls, quality = fact.tls, fact.quality
    if tls is None or tls.complete:
        return False
    if tls.alert or tls.in_clear:
        return True
    whole = quality.start_seen and quality.end_seen and not (quality.gap_bytes or quality.one_sided)
    return whole and tls.offered is not None


def why_failed(tls: TlsFact) -> str:
    """Return why a handshake failed, in words."""
    if tls.in_clear:
        return "the server answered the ClientHello in clear text"
    if tls.alert == "encrypted":
        return f"the {tls.alert_from} ended it with an alert that TLS 1.3 hides"
    if tls.alert:
        return f"the {tls.alert_from} ended it with the alert {tls.alert}"
    return "the connection ended in the middle of it"
