"""What tells boxes apart: addresses, hosts of URLs, cards, UUIDs.  What belongs to no one box is none."""

from __future__ import annotations

import re
from functools import lru_cache
from ipaddress import IPv6Address, ip_address

from sniffer.model import limits
from sniffer.model.clues import Heard, Said
from sniffer.protocols.clue_text import MAC, mac, said, text

HOST = re.compile(r"[a-z][a-z0-9+.-]*://(?:[^/?#@\s]*@)?(\[[0-9a-f:.%\w]+\]|[^/:?#\s\[\]]+)", re.IGNORECASE)
"""The host of a URL (RFC 3986 3.2.2); who logs in there is passed over."""

LOCAL = ".local"
"""The domain of mDNS (RFC 6762 3), which is no part of a name."""

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
"""RFC 9562 4."""


@lru_cache(limits.CLUE_ADDRESSES)
def address(packed: bytes) -> str | None:
    """Return the address of four or sixteen octets, None where no one box can have it.

    That is a group's, a loopback's, none at all, and what nobody is given (RFC 6890; RFC 4291 2.4).
    """
    first = packed[0] if packed else 0
    if len(packed) == 4:
        return ".".join(map(str, packed)) if 0 < first < 0xE0 and first != 0x7F else None
    given = first >> 5 == 1 or first >> 1 == 0xFC >> 1 or (first == 0xFE and packed[1:2] >= b"\x80")
    return str(IPv6Address(packed)) if given and len(packed) == 16 else None


@lru_cache(limits.CLUE_ADDRESSES)
def spelt_address(words: str) -> str | None:
    """Return the address that is spelt out, without brackets and zone; None for anything else."""
    try:
        return address(ip_address(words.strip("[]").partition("%")[0]).packed)
    except ValueError:
        return None


def url_host(raw: bytes | str) -> str | None:
    """Return the host of a URL: a name or an address."""
    found = HOST.match(text(raw))
    return found[1] if found else None


def host_name(host: str) -> tuple[Said, ...]:
    """Return the name that a host has, nothing where it is an address; without mDNS' domain."""
    name = host.rstrip(".")
    name = name[: -len(LOCAL)] if name.lower().endswith(LOCAL) else name
    return () if ":" in name or name.replace(".", "").isdigit() or name == "localhost" else said("name", name)


def macs(raw: bytes | str) -> tuple[Said, ...]:
    """Return the cards that are spelt out, with or without separators."""
    found = (mac(bytes.fromhex(re.sub("[:-]", "", each[0]))) for each in MAC.finditer(text(raw)))
    return tuple(Said("mac", each) for each in found if each)


def uuid(raw: bytes | str) -> tuple[Said, ...]:
    """Return the UUID that is spelt out somewhere; one of a single digit (nil, all ones) is nobody's."""
    found = UUID.search(text(raw))
    return (Said("uuid", found[0].lower()),) if found and len({*found[0]}) > len("0-") else ()


def gathered(told: list[Said], ips: tuple[str, ...] | list[str] = ()) -> tuple[Heard, ...]:
    """Return what was said, once each, of whoever has the addresses; of the sender where there are none."""
    words = tuple(dict.fromkeys(told))[: limits.CLUES_SAID]
    if not words:
        return ()
    boxes = dict.fromkeys(ips)
    return tuple(Heard(words, ip=each) for each in list(boxes)[: limits.CLUE_BOXES]) if boxes else (Heard(words),)
