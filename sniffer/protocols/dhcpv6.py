"""DHCPv6 (RFC 8415): what a client says of itself, and which addresses it has.

Its card is known only where the first relay tells it (option 79, RFC 6939).  The one in a DUID may be another card of
the box, or one that it had once: it is said, but no address is claimed for it, and nobody is found by it.
Without option 79 a client's own message speaks of its sender; what was relayed, and a server's reply, speaks of
whoever has the address in it.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import NamedTuple

from sniffer.model import limits
from sniffer.model.clues import ASKED, Claim, Heard, Said
from sniffer.protocols import dhcp_words
from sniffer.protocols.clue_addresses import ipv6
from sniffer.protocols.clue_text import mac

CLIENT_PORT, SERVER_PORT = 546, 547
"""RFC 8415 7.2."""

SOLICIT, ADVERTISE, REQUEST, CONFIRM, RENEW, REBIND, REPLY, RELEASE, DECLINE = range(1, 10)
INFORMATION_REQUEST, RELAY_FORWARD, RELAY_REPLY = 11, 12, 13
"""RFC 8415 7.3."""

SERVER_MESSAGES = frozenset((ADVERTISE, REPLY))
CLIENT_MESSAGES = frozenset((SOLICIT, REQUEST, CONFIRM, RENEW, REBIND, RELEASE, DECLINE, INFORMATION_REQUEST))
RELAYED = frozenset((RELAY_FORWARD, RELAY_REPLY))

ASKS = frozenset((REQUEST, CONFIRM))
"""Messages with addresses that a client would like to have."""

USES = frozenset((RENEW, REBIND, RELEASE))
"""Messages with addresses that it has (a DECLINE's are of somebody else)."""

ENDS = frozenset((RELEASE, DECLINE))

HEADER_BYTES, RELAY_BYTES = 4, 34
"""Type and transaction; type, hop count, link address, peer address (RFC 8415 8, 9)."""

PEER = slice(18, 34)
"""Whom the relay heard."""

CLIENT_ID, SERVER_ID, IA_NA, IA_TA, ADDRESS, RELAY_MESSAGE, STATUS = 1, 2, 3, 4, 5, 9, 13
VENDOR_CLASS, INTERFACE, REMOTE, SUBSCRIBER, FQDN, CLIENT_CARD = 16, 18, 37, 38, 39, 79
"""RFC 8415 21; RFC 4649 (37), RFC 4580 (38), RFC 4704 (39), RFC 6939 (79)."""

ENTERPRISE = 4
"""Octets of an enterprise number, before a vendor class and a remote id."""

ASSOCIATIONS = {IA_NA: 12, IA_TA: 4}
"""Where the options of an identity association begin (RFC 8415 21.4, 21.5)."""

LEASE = struct.Struct("!16s4xI")
"""An address, its preferred and its valid lifetime (RFC 8415 21.6)."""

FOREVER = 0xFFFFFFFF
"""RFC 8415 7.7."""

LINK_LOCAL = b"\xfe\x80"
"""An address that means another box on another link (RFC 4291 2.5.6)."""

Options = dict[int, list[bytes]]


class Relay(NamedTuple):
    """What the relay next to the client says of it."""

    peer: bytes
    options: Options


def heard(message: bytes) -> tuple[Heard, ...]:
    """Return what a message (a datagram's payload) says of the client, and of the server that sent it."""
    if len(message) > limits.DISCOVERY_BYTES:
        return ()
    relay, inner = _unwrapped(message)
    if len(inner) < HEADER_BYTES or inner[0] not in CLIENT_MESSAGES | SERVER_MESSAGES:
        return ()
    kind, options = inner[0], _options(inner, HEADER_BYTES)
    told = _client(kind, options, relay)
    return told if relay or kind in CLIENT_MESSAGES else (*told, _server(options))


def _unwrapped(message: bytes) -> tuple[Relay | None, bytes]:
    """Take relays' envelopes off, down to that of the first relay; nothing is left of what has too many."""
    relay = None
    for _ in range(limits.DHCPV6_RELAYS + 1):
        if not message or message[0] not in RELAYED:
            return relay, message
        relay = Relay(message[PEER], _options(message, RELAY_BYTES))
        message = _first(relay.options, RELAY_MESSAGE)
    return None, b""


def _client(kind: int, options: Options, relay: Relay | None) -> tuple[Heard, ...]:
    """Say it of the card that the relay saw, else of the sender, else of whoever has the address."""
    said = _said(options, relay)
    leases = list(islice(_leases(options), limits.ADDRESSES_SAID))
    card = _card(_first(relay.options, CLIENT_CARD)) if relay else None
    if card:
        claims = tuple(_claims(kind, leases, card))
        return (Heard(said, claims, card),) if said or claims else ()
    if not said:
        return ()
    if not relay and kind in CLIENT_MESSAGES:
        return (Heard(said),)
    has = [ip for ip, seconds in leases if kind in USES or (kind == REPLY and seconds)]
    if not has and relay and kind in CLIENT_MESSAGES and not relay.peer.startswith(LINK_LOCAL):
        has = list(filter(None, [ipv6(relay.peer)]))
    return tuple(Heard(said, ip=ip) for ip in has)


def _server(options: Options) -> Heard:
    return Heard((Said("service", "dhcpv6"), *dhcp_words.duid(_first(options, SERVER_ID))))


def _claims(kind: int, leases: Iterable[tuple[str, int]], card: str) -> Iterator[Claim]:
    """Return what a message says of a card's addresses; a lease of no time tells it to drop one (18.2.10.1)."""
    for ip, seconds in leases:
        if kind in ENDS or (kind == REPLY and not seconds):
            yield Claim(ip, card, over=True)
        elif kind == REPLY:
            yield Claim(ip, card, seconds if seconds < FOREVER else None)
        elif kind in USES:
            yield Claim(ip, card)
        elif kind in ASKS:
            yield Claim(ip, card, ASKED)


def _leases(options: Options) -> Iterator[tuple[str, int]]:
    """Return the addresses in the identity associations and their valid lifetimes, those refused left out."""
    for code, begin in ASSOCIATIONS.items():
        for association in options.get(code, ()):
            inside = _options(association, begin)
            addresses = inside.get(ADDRESS, ()) if _success(inside) else ()
            yield from filter(None, map(_lease, addresses))


def _lease(raw: bytes) -> tuple[str, int] | None:
    if len(raw) < LEASE.size or not _success(_options(raw, LEASE.size)):
        return None
    address, seconds = LEASE.unpack_from(raw)
    ip = ipv6(address)
    return (ip, seconds) if ip else None


def _success(options: Options) -> bool:
    """Say whether there is no status, or one of success (RFC 8415 21.13)."""
    return not any(_first(options, STATUS)[:2])


def _said(options: Options, relay: Relay | None) -> tuple[Said, ...]:
    """Return what is said of the client; that it has the card by which we know it is no news."""
    found = [
        *dhcp_words.encoded_name(_first(options, FQDN)[1:]),
        *dhcp_words.duid(_first(options, CLIENT_ID)),
        *_vendor_class(_first(options, VENDOR_CLASS)),
    ]
    if relay:
        seen = relay.options
        own = _card(_first(seen, CLIENT_CARD))
        found = [each for each in found if each.field != "mac" or each.value != own]
        found += dhcp_words.port(_first(seen, INTERFACE), _first(seen, REMOTE)[ENTERPRISE:], _first(seen, SUBSCRIBER))
    return tuple(dict.fromkeys(found))[: limits.CLUES_SAID]


def _vendor_class(raw: bytes) -> Iterator[Said]:
    """Read the words behind an enterprise's number, each with its size (RFC 8415 21.16)."""
    place = ENTERPRISE
    for _ in range(limits.CLUES_SAID):
        behind = place + 2 + int.from_bytes(raw[place : place + 2], "big")
        if place + 2 > len(raw) or behind > len(raw):
            return
        yield from dhcp_words.vendor_class(raw[place + 2 : behind])
        place = behind


def _card(raw: bytes) -> str | None:
    """Read a client's link-layer address: its hardware type, and what it is (RFC 6939 4)."""
    return mac(raw[2:]) if int.from_bytes(raw[:2], "big") == dhcp_words.ETHERNET else None


def _options(raw: bytes, place: int) -> Options:
    """Return the options from a place on; one that is cut, and what follows it, is none."""
    options: Options = {}
    while place + 4 <= len(raw):
        behind = place + 4 + int.from_bytes(raw[place + 2 : place + 4], "big")
        if behind > len(raw):
            break
        options.setdefault(int.from_bytes(raw[place : place + 2], "big"), []).append(raw[place + 4 : behind])
        place = behind
    return options


def _first(options: Options, code: int) -> bytes:
    found = options.get(code)
    return found[0] if found else b""
