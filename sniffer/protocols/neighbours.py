"""IPv6 Neighbor Discovery (RFC 4861): which card an address is at, and who routes.

The caller has checked that the hop limit is 255: such a message was sent on this link (RFC 4861 3.1).
Duplicate address detection asks from ``::`` and claims nothing yet (RFC 4862 5.4.2).  Whether an advertisement may
override what others know (its O bit) makes no difference to what it says.
"""

from __future__ import annotations

from sniffer.model import limits
from sniffer.model.clues import Claim, Heard, Said
from sniffer.protocols.clue_addresses import ipv6
from sniffer.protocols.clue_text import mac

ROUTER_SOLICITATION, ROUTER_ADVERTISEMENT, SOLICITATION, ADVERTISEMENT = 133, 134, 135, 136

OPTIONS_AT = {ROUTER_SOLICITATION: 8, ROUTER_ADVERTISEMENT: 16, SOLICITATION: 24, ADVERTISEMENT: 24}
"""Where the options begin in each message (RFC 4861 4.1 to 4.4)."""

TARGET = slice(8, 24)
"""The address that a solicitation asks for and an advertisement tells."""

LIFETIME = slice(6, 8)
"""How many seconds a router is a default router; 0 is none (RFC 4861 4.2)."""

SOURCE_CARD, TARGET_CARD = 1, 2
"""Options with a link-layer address (RFC 4861 4.6.1); of Ethernet they have one unit of 8 octets (RFC 2464 6)."""


def heard(message: bytes, source: str = "") -> tuple[Heard, ...]:
    """Return what an ICMPv6 message says of its sender, or of the target it advertises; ``source`` is IPv6's."""
    kind, code = message[:1], message[1:2]
    begin = OPTIONS_AT.get(kind[0]) if kind and code == b"\0" else None
    if begin is None or not begin <= len(message) <= limits.DISCOVERY_BYTES:
        return ()
    cards = _cards(message, begin)
    if cards is None or (message[0] in (SOLICITATION, ADVERTISEMENT) and message[8] == 0xFF):
        return ()
    if message[0] == ADVERTISEMENT:
        return _holds(cards.get(TARGET_CARD), ipv6(message[TARGET]))
    card = cards.get(SOURCE_CARD)
    if message[0] == ROUTER_ADVERTISEMENT and any(message[LIFETIME]):
        return (Heard((Said("forwards", "ra"),), _claims(card, _own(source)), card),)
    return _holds(card, _own(source))


def _holds(card: str | None, address: str | None) -> tuple[Heard, ...]:
    claims = _claims(card, address)
    return (Heard(claims=claims, mac=card),) if claims else ()


def _claims(card: str | None, address: str | None) -> tuple[Claim, ...]:
    return (Claim(address, card),) if card and address else ()


def _own(source: str) -> str | None:
    """Return the source where it is somebody's: not ``::``, not a group's."""
    return source if source not in ("", "::") and not source.startswith("ff") else None


def _cards(message: bytes, place: int) -> dict[int, str] | None:
    """Return the cards in the options, by their type; None where one has length 0: then the message is void (4.6)."""
    cards: dict[int, str] = {}
    while place + 2 <= len(message):
        kind, units = message[place], message[place + 1]
        if not units:
            return None
        card = mac(message[place + 2 : place + 8]) if units == 1 else None
        if card and kind in (SOURCE_CARD, TARGET_CARD):
            cards.setdefault(kind, card)
        place += 8 * units
    return cards
