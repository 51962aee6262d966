"""Packets: decoded TCP segments and UDP datagrams, as columns."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Self

import numpy as np
import numpy.typing as npt

from sniffer.model.frames import Ints, Origin

Words = npt.NDArray[np.uint64]

FIN, SYN, RST, PSH, ACK = 0x01, 0x02, 0x04, 0x08, 0x10
"""TCP control bits (RFC 9293 3.1)."""

NO_MAC = -1
"""A frame without a link-layer source address."""

NO_VLAN = -1
"""No tag at this place."""


@dataclass(frozen=True, slots=True)
class Transport:
    """What segments and datagrams of one batch have in common, in capture order; every array has one entry for each.

    ``frame`` is the number of the frame in its batch.  Addresses are two 64-bit words, IPv4 in its IPv6-mapped form
    (RFC 4291 2.5.5.2).  The payload of number *i* is ``data[start[i]:start[i] + captured[i]]``; ``length`` is what it
    had on the wire, more than ``captured`` where the snapshot length, or a fragment's end, cut it.
    """

    data: bytes
    frame: Ints
    time: Ints
    origin: Ints
    origins: tuple[Origin, ...]
    mac: Ints
    vlan: npt.NDArray[np.int32]
    hops: Ints
    source: Words
    destination: Words
    source_port: Ints
    destination_port: Ints
    start: Ints
    captured: Ints
    length: Ints

    def __len__(self) -> int:
        return len(self.time)

    def take(self, chosen: npt.NDArray[np.bool_]) -> Self:
        """Return the chosen ones."""
        if chosen.all():
            return self
        arrays = [each.name for each in fields(self) if each.name not in ("data", "origins")]
        return replace(self, **{name: getattr(self, name)[chosen] for name in arrays})


@dataclass(frozen=True, slots=True)
class Packets(Transport):
    """TCP segments (RFC 9293 3.1)."""

    sequence: Ints
    acknowledged: Ints
    flags: Ints


@dataclass(frozen=True, slots=True)
class Datagrams(Transport):
    """UDP datagrams (RFC 768); of a fragmented one the first fragment, which alone has the ports."""


UDP_PORT, TCP_PORT, IP_PROTOCOL = 0x2_0000, 0x3_0000, 0x1_0000
"""Of a message's ``kind``: what the number below says.  Without any of them it is an ethertype."""


ARP, LLDP, CDP = 0x0806, 0x88CC, 0x2000
"""Kinds of messages: ethertypes (RFC 826; IEEE 802.1AB 7.3), and a SNAP protocol of Cisco's."""

ND, VRRP = IP_PROTOCOL + 58, IP_PROTOCOL + 112
"""Kinds by the protocol of IP: neighbour discovery is part of ICMPv6 (RFC 4861), VRRP has its own (RFC 9568)."""


@dataclass(frozen=True, slots=True)
class Messages(Transport):
    """Messages of discovery: what boxes say of themselves and of each other, below and above IP.

    ``kind`` says what one is: an ethertype (ARP, LLDP; CDP by its SNAP number), or a port of UDP or TCP, or a protocol
    of IP, with ``UDP_PORT``, ``TCP_PORT`` or ``IP_PROTOCOL``.  Below IP addresses,
    hops and ports are 0.
    """

    kind: Ints
