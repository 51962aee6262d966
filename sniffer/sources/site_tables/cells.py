"""What stands in a table's cell: text, an address, a card, a number."""

from __future__ import annotations

import ipaddress
import re
from functools import lru_cache

from sniffer.model import limits

EMPTY = frozenset((
    "", "-", "--", "—", "*", "n/a", "na", "none", "null", "nil", "unknown", "not set", "undefined", "tbd", "?",
))  # fmt: skip
"""What people and programs write where they have nothing to say."""

MAC = (
    r"(?:[0-9A-Fa-f]{2}(?:[:-][0-9A-Fa-f]{2}){5}"  # IEEE 802, most vendors
    r"|[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}"  # Cisco
    r"|[0-9A-Fa-f]{6}-[0-9A-Fa-f]{6}"  # HP ProVision
    r"|[0-9A-Fa-f]{1,2}(?::[0-9A-Fa-f]{1,2}){5})"  # BSD and macOS leave zeros out
)
"""A card's address as tables write it, with separators: twelve bare digits may be anything."""

IPV4 = r"\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}"

IP = rf"(?:{IPV4}|[0-9A-Fa-f]{{0,4}}:[0-9A-Fa-f:.]{{1,41}}(?:%\S{{1,32}})?)"
"""What may be an address: ``ip`` decides."""

PORT = re.compile(r"[0-9]{1,5}", re.ASCII)


def text(raw: str) -> str:
    """Return a cell on one line, as long as a clue may be, without anything that a terminal would obey."""
    line = " ".join(raw[: 4 * limits.CLUE_CHARACTERS].split())
    if not line.isprintable():
        line = "".join(filter(str.isprintable, line))
    line = line[: limits.CLUE_CHARACTERS].strip()
    return "" if line.lower() in EMPTY else line


def ip(raw: str) -> str | None:
    """Return a host's address in its canonical form, without prefix length and zone; None for all else."""
    return _ip(raw) if len(raw) <= limits.CELL_CHARACTERS else None


def mac(raw: str) -> str | None:
    """Return a card's address with colons, in small letters; None for a group's, for zero and for what is none."""
    return _mac(raw) if len(raw) <= limits.CELL_CHARACTERS else None


@lru_cache(limits.NAMES_CACHED)
def _ip(raw: str) -> str | None:
    try:
        address = ipaddress.ip_address(raw.strip().partition("/")[0].partition("%")[0])
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    nobody = address.is_unspecified or address.is_multicast or address.is_loopback or str(address) == "255.255.255.255"
    return None if nobody else str(address)


@lru_cache(limits.NAMES_CACHED)
def _mac(raw: str) -> str | None:
    raw = raw.strip()
    if len(raw) > 17 or not raw.isascii():
        return None
    parts = raw.split(":")
    digits = "".join(part.zfill(2) for part in parts) if len(parts) == 6 else re.sub(r"[:.-]", "", raw)
    if len(digits) != 12:
        return None
    try:
        octets = bytes.fromhex(digits)
    except ValueError:
        return None
    return None if len(octets) != 6 or octets[0] & 1 or not any(octets) else octets.hex(":")


def port(raw: str) -> int | None:
    """Return the number of a TCP port, None for what is none."""
    raw = raw.strip()
    number = int(raw) if PORT.fullmatch(raw) else 0
    return number if 0 < number < 65_536 else None


def number(raw: str) -> int | None:
    """Return a whole number that is not negative, None for what is none or has more digits than a time."""
    raw = raw.strip()
    return int(raw) if raw.isascii() and raw.isdigit() and len(raw) <= 19 else None


def hexadecimal(raw: str) -> str:
    """Return an identifier's octets in hex, without separators; nothing where they are none."""
    digits = re.sub(r"[:.\s-]", "", raw[: 4 * limits.CLUE_CHARACTERS]).lower()
    return digits[: limits.CLUE_CHARACTERS - 1] if re.fullmatch(r"(?:[0-9a-f]{2})+", digits) else ""


def addresses(raw: str) -> tuple[list[str], list[str]]:
    """Return the addresses and the cards that a cell names: people put several into one."""
    words = re.split(r"[,;|\s]+", raw[: 64 * limits.TABLE_ADDRESSES])[: limits.TABLE_ADDRESSES]
    ips, macs = (list(dict.fromkeys(filter(None, map(read, words)))) for read in (ip, mac))
    return ips, macs
