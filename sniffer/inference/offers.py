"""What a server offers inside TLS, told from how long its two EHLO replies are: that in clear, and that inside."""

from __future__ import annotations

from sniffer.inference.plaintext import Length
from sniffer.inference.turns import Dialogue
from sniffer.knowledge.auth_lines import STARTTLS_OCTETS, offered_inside
from sniffer.model.facts import SessionFact


def offered_by(fact: SessionFact, found: Dialogue, service: str | None = None) -> tuple[str, ...] | None:
    """Return the mechanisms that a server lists inside TLS, None where the two EHLO replies do not tell."""
    text = listed_inside(found)
    return _offered(fact, text.least, service) if text and text.exact else None


def may_offer(fact: SessionFact, found: Dialogue, service: str) -> tuple[str, ...] | None:
    """Return all mechanisms that a service may list where its EHLO reply is known to a range, None where none fits."""
    text = listed_inside(found)
    if text is None or text.exact:
        return None
    offers = [_offered(fact, octets, service) or () for octets in range(text.least, text.most + 1)]
    return tuple(sorted({name for offer in offers for name in offer})) or None


def listed_inside(found: Dialogue) -> Length | None:
    """Return the length of the list inside TLS, None where no reply surely is one."""
    return found.hello.server.text if found.anchored and found.hello and found.hello.server else None


def _offered(fact: SessionFact, octets: int, service: str | None) -> tuple[str, ...] | None:
    clear = fact.speech.greeted_octets
    return None if clear is None else offered_inside(clear, octets, fact.speech.offered or (), service)


def may_be_same_list(fact: SessionFact, found: Dialogue) -> bool:
    """Say whether the list inside TLS may be the one in clear, without STARTTLS."""
    text, clear = listed_inside(found), fact.speech.greeted_octets
    return text is not None and clear is not None and text.least <= clear - STARTTLS_OCTETS <= text.most
