"""What Linux tells of its interfaces and their addresses over a netlink socket (rtnetlink(7), RFC 3549).

It tells those of this process's network namespace, as ``/sys`` need not.  Asking the kernel sends nothing to anybody.
"""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator
from ipaddress import ip_address
from typing import NamedTuple

HEADER = struct.Struct("=IHHII")
"""struct nlmsghdr: length, type, flags, sequence number, port."""

LINK = struct.Struct("=BxHiII")
"""struct ifinfomsg: family, ARPHRD_*, index, flags, change mask."""

ADDRESS = struct.Struct("=BBBBI")
"""struct ifaddrmsg: family, prefix length, flags, scope, index."""

ATTRIBUTE = struct.Struct("=HH")
"""struct rtattr: length, type."""

TRAFFIC = struct.Struct("=QQ")
"""The first two of struct rtnl_link_stats64: frames received and sent."""

GETLINK, GETADDR = 18, 22
ERROR, DONE = 2, 3
REQUEST_DUMP = 0x301

IFLA_ADDRESS, IFLA_IFNAME, IFLA_MTU, IFLA_MASTER, IFLA_LINKINFO, IFLA_STATS64, IFLA_PROMISCUITY = (
    1,
    3,
    4,
    10,
    18,
    23,
    30,
)
IFLA_INFO_KIND = 1
IFA_ADDRESS, IFA_LOCAL = 1, 2
TYPE = 0x3FFF
"""Without the flags NLA_F_NESTED and NLA_F_NET_BYTEORDER."""

MESSAGE_BYTES = 256 * 1024
"""Room for a datagram of the answer; the kernel fills at most 32 KiB unless one interface needs more."""


class Link(NamedTuple):
    """An interface.

    ``hardware`` is its ARPHRD_*, ``kind`` what made it ("bridge", "vlan" …), ``master`` the index of the bridge or bond
    that it belongs to, ``promiscuous`` how many want it so, ``received`` and ``sent`` count frames.
    """

    number: int
    name: str
    hardware: int
    flags: int
    mtu: int
    mac: str | None = None
    kind: str | None = None
    master: int | None = None
    promiscuous: int = 0
    received: int = 0
    sent: int = 0


def links() -> list[Link]:
    """Return all interfaces.  Raises ``OSError``."""
    return [_link(body) for body in _dump(GETLINK, LINK.pack(socket.AF_UNSPEC, 0, 0, 0, 0))]


def addresses() -> dict[int, list[str]]:
    """Return the addresses of interfaces by their indexes, each with its prefix length.  Raises ``OSError``."""
    found: dict[int, list[str]] = {}
    for body in _dump(GETADDR, ADDRESS.pack(socket.AF_UNSPEC, 0, 0, 0, 0)):
        _, prefix, _, _, index = ADDRESS.unpack_from(body)
        told = dict(_attributes(body[ADDRESS.size :]))
        if octets := told.get(IFA_LOCAL) or told.get(IFA_ADDRESS):  # ADDRESS is the other end of a point-to-point link
            found.setdefault(index, []).append(f"{ip_address(octets)}/{prefix}")
    return found


def _link(body: bytes) -> Link:
    _, hardware, index, flags, _ = LINK.unpack_from(body)
    told = dict(_attributes(body[LINK.size :]))
    mac = told.get(IFLA_ADDRESS, b"")
    kind = dict(_attributes(told.get(IFLA_LINKINFO, b""))).get(IFLA_INFO_KIND)
    traffic = told.get(IFLA_STATS64, b"")
    received, sent = TRAFFIC.unpack_from(traffic) if len(traffic) >= TRAFFIC.size else (0, 0)
    return Link(
        index,
        _text(told.get(IFLA_IFNAME, b"")),
        hardware,
        flags,
        _number(told.get(IFLA_MTU)) or 0,
        mac.hex(":") if len(mac) == 6 and any(mac) else None,
        _text(kind) if kind else None,
        _number(told.get(IFLA_MASTER)),
        _number(told.get(IFLA_PROMISCUITY)) or 0,
        received,
        sent,
    )


def _dump(asked: int, body: bytes) -> Iterator[bytes]:
    """Ask for all of a kind, and give the body of each message of the answer."""
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE) as kernel:
        kernel.bind((0, 0))
        kernel.send(HEADER.pack(HEADER.size + len(body), asked, REQUEST_DUMP, 1, 0) + body)
        while True:
            answer = kernel.recv(MESSAGE_BYTES)
            while len(answer) >= HEADER.size:
                length, kind, _, _, _ = HEADER.unpack_from(answer)
                if kind == DONE:
                    return
                if kind == ERROR or length < HEADER.size:
                    raise OSError("the kernel does not tell its interfaces")
                yield answer[HEADER.size : length]
                answer = answer[_padded(length) :]


def _attributes(octets: bytes) -> Iterator[tuple[int, bytes]]:
    while len(octets) >= ATTRIBUTE.size:
        length, kind = ATTRIBUTE.unpack_from(octets)
        if length < ATTRIBUTE.size:
            return
        yield kind & TYPE, octets[ATTRIBUTE.size : length]
        octets = octets[_padded(length) :]


def _padded(length: int) -> int:
    return (length + 3) & ~3


def _text(octets: bytes) -> str:
    return octets.rstrip(b"\0").decode("utf-8", "replace")


def _number(octets: bytes | None) -> int | None:
    return int.from_bytes(octets[:4], "little" if struct.pack("=H", 1)[0] else "big") if octets else None
