"""Clues: who a box says it is, and which card an address was seen at.  Facts like sessions, judged by nobody.

An observer (``protocols``) reads one message and returns what it *heard*; the pipeline says who sent the message, where
and when, and compacts what repeats itself to intervals: clues and bindings, the facts that phase B reads.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from msgspec import Struct

Field = Literal[
    "name",  # what the box calls itself, as it says it: ``RNP002673A1B2C3``, ``printer.example.org``
    "vendor",  # who made the box
    "model",  # ``MP C3003``, with or without the maker's name in front
    "kind",  # one of ``KINDS``
    "serial",
    "asset",  # the owner's inventory number
    "location",  # ``Floor 2``
    "uuid",  # lower case, with hyphens
    "mac",  # a card of the box by its own word: lower case, colons
    "client-id",  # DHCP option 61, or a DUID, in hex
    "vendor-class",  # DHCP option 60 or its DHCPv6 kin, as sent
    "parameters",  # DHCP option 55 in its order: ``1,3,6,15``
    "stack",  # how it opens a TCP connection: ``win64240 mss1460,sok,ts,nop,ws7``
    "system",  # what runs there, in its maker's words: sysDescr, Server, LLDP's description
    "agent",  # a User-Agent: what runs there as a client
    "comment",  # words that people typed: NetBIOS' comment, a UPnP friendly name
    "service",  # what is offered there: ``_ipp._tcp``, ``wprt:PrintDeviceType``
    "port",  # where it is plugged in: option 82's circuit, a switch's port
    "router",  # an address (of the subject's subnet) that forwards, by the word of a server
    "forwards",  # the subject says itself that it forwards: RA, LLDP's capability, VRRP
    "owner",
    "site",
    "reflects",  # the subject repeats what others say: an mDNS reflector
]
"""What may be said of a box."""

KINDS = (
    "printer", "scanner", "nas", "ups", "camera", "recorder", "phone", "computer", "server", "router", "switch",
    "access-point", "firewall", "monitor", "other",
)  # fmt: skip
"""What a box may be, as ``kind`` says it; a ``printer`` may scan too, a ``recorder`` is one of video."""

Source = Literal[
    "dhcp", "dhcpv6", "arp", "nd", "vrrp", "mdns", "nbns", "browser", "llmnr", "ssdp", "ws-discovery",
    "lldp", "cdp", "snmp", "http", "dns", "smtp", "ntlm", "mail", "ethernet", "ip", "tcp",
    "leases", "arp-table", "mac-table", "nat-log", "inventory-list",
]  # fmt: skip
"""Where it was said.  The last five are tables that the site has: they come with a file and a line."""


class Said(NamedTuple):
    """One thing said of a box: printable, without control characters, of at most ``limits.CLUE_CHARACTERS``."""

    field: Field
    value: str


ASKED = 0
"""The ``seconds`` of an address that was asked for and not granted yet; no lease is as short."""


class Claim(NamedTuple):
    """An address that a card has, or gives up.

    ``seconds`` is how long that is said to hold from now on (a lease), None where nobody says.  ``ASKED`` says that the
    address was only asked for: it counts where something else confirms it.  ``over`` says that it ended now: a
    RELEASE, a DECLINE.
    """

    ip: str
    mac: str
    seconds: int | None = None
    over: bool = False


class Heard(NamedTuple):
    """What one message says of one box.

    ``mac`` and ``ip`` say whom it speaks of; where both are None that is who sent it: the frame's card and the
    packet's source.  ``ip`` alone is somebody by his address, whoever sent the message.
    """

    said: tuple[Said, ...] = ()
    claims: tuple[Claim, ...] = ()
    mac: str | None = None
    ip: str | None = None


class ClueFact(Struct, frozen=True, gc=False):
    """One thing said of a box over an interval.  Times are microseconds since 1970, UTC.

    ``mac`` is the box's card where the message came from it without a router between, or names it; else None and the
    box is whoever had ``ip`` then.  ``sensor`` is empty for what the site's own tables say, which hold everywhere.
    ``line`` is that of a table.
    """

    sensor: str
    vlan: tuple[int, ...]
    mac: str | None
    ip: str | None
    source: Source
    field: Field
    value: str
    first: int
    last: int
    count: int
    file: str | None = None
    line: int | None = None


class BindingFact(Struct, frozen=True, gc=False):
    """An address that a card had over an interval, by one source.  Times are microseconds since 1970, UTC.

    From ``first`` to ``last`` nobody else claimed it there by the same source.  ``until`` is the end of the lease, as
    far as it is known; ``over`` that it was given up at ``last``.
    """

    sensor: str
    vlan: tuple[int, ...]
    ip: str
    mac: str
    source: Source
    first: int
    last: int
    count: int
    until: int | None = None
    over: bool = False
    file: str | None = None
    line: int | None = None


class HeardCard(NamedTuple):
    """A card that was heard and is no session's client: from when to when (microseconds).

    ``told`` says that more was said of it than an address.
    """

    mac: str
    sensor: str
    first: int
    last: int
    told: bool


class TranslationFact(Struct, frozen=True, gc=False):
    """A row of a firewall's log: who stood behind an address and port, from when to when (microseconds)."""

    outside_ip: str
    outside_port: int
    inside_ip: str
    inside_port: int | None
    first: int
    last: int
    file: str
    line: int


class Mark(Struct, frozen=True, gc=False):
    """What a maker's mark in a mail gave away: the rule that matched, and what it extracted."""

    rule: str
    field: Field
    value: str


class Witness(Struct, frozen=True):
    """How a client speaks SMTP in clear, beside its logins.

    ``traits`` are habits by which client programs differ, sorted, as ``knowledge/client_programs.toml`` names them;
    ``marks`` are of its mails.
    """

    traits: tuple[str, ...] = ()
    marks: tuple[Mark, ...] = ()
