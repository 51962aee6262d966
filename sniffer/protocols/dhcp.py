"""DHCPv4 (RFC 2131): what a client says of itself, and which address a server gave to which card.

Whoever sent a message, a relay perhaps, it speaks of the card in ``chaddr``.  A client's words are read in its own
messages only: a server may give one host name to all, and the vendor class in its replies is its own (PXE).  What
servers repeat of one client (RFC 6842, 3046, 4702) is read there too.

How sure an address is: an ACK gives it; a client that renews, or asks for parameters only, uses it already; one that
selects an offer or comes back asks for it (``ASKED``), and may be refused.  A DECLINE gives up what another has.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator

from sniffer.model import limits
from sniffer.model.clues import ASKED, Claim, Heard, Said
from sniffer.protocols import dhcp_words
from sniffer.protocols.clue_addresses import ipv4
from sniffer.protocols.clue_text import mac, said

SERVER_PORT, CLIENT_PORT = 67, 68
"""RFC 2131 4.1."""

HEADER = struct.Struct("!3B9x4s4s4x4s6s")
"""op, htype, hlen, ciaddr, yiaddr, giaddr, and the beginning of chaddr (RFC 2131 2)."""

FROM_CLIENT, FROM_SERVER = 1, 2
"""``op``: BOOTREQUEST, BOOTREPLY."""

SERVER_NAME, FILE = (44, 108), (108, 236)
"""The fields ``sname`` and ``file``, which may hold options (RFC 2132 9.3)."""

MAGIC, MAGIC_AT, OPTIONS_AT = b"\x63\x82\x53\x63", 236, 240
"""What tells DHCP from BOOTP (RFC 2131 3)."""

OFFER, REQUEST, DECLINE, ACK, RELEASE, INFORM = b"\2", b"\3", b"\4", b"\5", b"\7", b"\x08"
CLIENT_MESSAGES = frozenset((b"\1", REQUEST, DECLINE, RELEASE, INFORM))
SERVER_MESSAGES = frozenset((OFFER, ACK))
"""Option 53 (RFC 2132 9.6).  A NAK says nothing of anybody, and a lease query asks for others (RFC 4388)."""

PAD, END = 0, 255
ROUTER, HOST_NAME, WANTED, LEASE, OVERLOAD, MESSAGE, SERVER = 3, 12, 50, 51, 52, 53, 54
PARAMETERS, VENDOR_CLASS, CLIENT_ID, FQDN, RELAY_AGENT = 55, 60, 61, 81, 82
"""RFC 2132; RFC 4702 (81), RFC 3046 (82)."""

FILE_USED, SERVER_NAME_USED = 1, 2
"""Bits of option 52."""

FOREVER = 0xFFFFFFFF
"""A lease without end (RFC 2131 3.3)."""

ENCODED = 0x04
"""The bit of option 81 that says: the name is in labels, not in ASCII (RFC 4702 2.1)."""

CIRCUIT, REMOTE, SUBSCRIBER = 1, 2, 6
"""Sub-options of option 82 (RFC 3046 3.1, 3.2; RFC 3993)."""

NUMBERS = limits.CLUE_CHARACTERS // 4
"""Numbers of three digits and a comma that a clue can hold."""

Options = dict[int, bytes]


def heard(message: bytes) -> tuple[Heard, ...]:
    """Return what a message (a datagram's payload) says of the client, of the routers and of the server."""
    if not OPTIONS_AT < len(message) <= limits.DISCOVERY_BYTES or message[MAGIC_AT:OPTIONS_AT] != MAGIC:
        return ()
    sender, hardware, size, used, given, relay, card = HEADER.unpack_from(message)
    options = _options(message)
    kind = options.get(MESSAGE, b"")
    client = mac(card) if hardware == dhcp_words.ETHERNET and size == 6 else None
    if sender == FROM_CLIENT and kind in CLIENT_MESSAGES:
        about = _said(options, client, CLIENT_WORDS), _asks(kind, options, used, client)
        others: tuple[Heard, ...] = ()
    elif sender == FROM_SERVER and kind in SERVER_MESSAGES:
        about = _said(options, client, SERVER_WORDS), _grants(kind, options, given, used, client)
        others = (*_routers(options), *_serves(options.get(SERVER, b""), "dhcp"))
    else:
        return ()
    told = (Heard(*about, mac=client),) if client and any(about) else ()
    return (*told, *others, *_serves(relay, "dhcp-relay"))


def _asks(kind: bytes, options: Options, used: bytes, client: str | None) -> tuple[Claim, ...]:
    """Return what a client's message says of its address (RFC 2131 4.3.2, table 4 in 4.3.6)."""
    wanted, has = ipv4(options.get(WANTED, b"")), ipv4(used)
    if client is None:
        return ()
    if kind == REQUEST and wanted:
        return (Claim(wanted, client, ASKED),)
    if kind in (REQUEST, INFORM) and has:
        return (Claim(has, client),)
    if kind == RELEASE and has:
        return (Claim(has, client, over=True),)
    if kind == DECLINE and wanted:
        return (Claim(wanted, client, over=True),)
    return ()


def _grants(kind: bytes, options: Options, given: bytes, used: bytes, client: str | None) -> tuple[Claim, ...]:
    """Return the address that a server confirms: one it gives, or one that the client has of itself (INFORM)."""
    if client is None or kind != ACK:
        return ()
    address, own = ipv4(given), ipv4(used)
    if address:
        return (Claim(address, client, _lease(options.get(LEASE, b""))),)
    return (Claim(own, client),) if own and not any(given) else ()


def _lease(raw: bytes) -> int | None:
    seconds = int.from_bytes(raw, "big") if len(raw) == 4 else 0
    return seconds if 0 < seconds < FOREVER else None


def _routers(options: Options) -> Iterator[Heard]:
    raw = options.get(ROUTER, b"")
    for at in range(0, min(len(raw), 4 * limits.ADDRESSES_SAID), 4):
        router = ipv4(raw[at : at + 4])
        if router:
            yield Heard((Said("router", router),), ip=router)


def _serves(raw: bytes, service: str) -> tuple[Heard, ...]:
    address = ipv4(raw)
    return (Heard((Said("service", service),), ip=address),) if address else ()


def _options(message: bytes) -> Options:
    """Return all options, those in parts joined in the order of RFC 3396 5: options, ``file``, ``sname``."""
    options: Options = {}
    _gather(message, OPTIONS_AT, len(message), options)
    overload = options.get(OVERLOAD)
    if overload:
        if overload[0] & FILE_USED:
            _gather(message, *FILE, options)
        if overload[0] & SERVER_NAME_USED:
            _gather(message, *SERVER_NAME, options)
    return options


def _gather(message: bytes, place: int, end: int, options: Options) -> None:
    """Add the options of one field; one that is cut, and what follows it, is none."""
    while place + 1 < end:
        code = message[place]
        if code == PAD:
            place += 1
            continue
        behind = place + 2 + message[place + 1]
        if code == END or behind > end:
            return
        value = message[place + 2 : behind]
        options[code] = options[code] + value if code in options else value
        place = behind


Words = dict[int, Callable[[bytes], tuple[Said, ...]]]


def _said(options: Options, client: str | None, words: Words) -> tuple[Said, ...]:
    """Return what is said of the client; that it has the card by which we know it is no news."""
    found: list[Said] = []
    for code, read in words.items():
        if code in options:
            found += read(options[code])
    known = Said("mac", client or "")
    return tuple(each for each in dict.fromkeys(found) if each != known)[: limits.CLUES_SAID]


def _host_name(raw: bytes) -> tuple[Said, ...]:
    return said("name", raw)


def _domain_name(raw: bytes) -> tuple[Said, ...]:
    """Read option 81: flags, two result codes of old, and the name (RFC 4702 2)."""
    if len(raw) <= 3:
        return ()
    return dhcp_words.encoded_name(raw[3:]) if raw[0] & ENCODED else said("name", raw[3:].rstrip(b".\0"))


def _parameters(raw: bytes) -> tuple[Said, ...]:
    return said("parameters", ",".join(map(str, raw[:NUMBERS])))


def _relay_agent(raw: bytes) -> tuple[Said, ...]:
    """Read option 82, whose sub-options are built like options (RFC 3046 2)."""
    parts: Options = {}
    _gather(raw, 0, len(raw), parts)
    return dhcp_words.port(parts.get(CIRCUIT, b""), parts.get(REMOTE, b""), parts.get(SUBSCRIBER, b""))


SERVER_WORDS: Words = {FQDN: _domain_name, CLIENT_ID: dhcp_words.identifier, RELAY_AGENT: _relay_agent}
"""What a server repeats of a client."""

CLIENT_WORDS: Words = {
    HOST_NAME: _host_name,
    VENDOR_CLASS: dhcp_words.vendor_class,
    PARAMETERS: _parameters,
    **SERVER_WORDS,
}
