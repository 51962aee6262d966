"""The selection that libpcap makes in C: mail ports, and senders of datagrams, also behind one and two VLAN tags."""

from __future__ import annotations

from collections.abc import Collection
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sniffer.model import limits
from sniffer.model.frames import Ints

DLT_EN10MB = 1

LOOPBACK = (0, 108)
"""DLT_NULL and DLT_LOOP.  BPF's ``ip6`` looks for this system's number of the family, files have those of others
(10 on Linux, 24, 28 or 30 on the BSDs and macOS): all that is not IPv4 is let through."""

IPV6_BYTES = 40
"""Where TCP begins behind an IPv6 header without extensions; ``tcp[…]`` knows IPv4 only (pcap-filter(7))."""

LLDP, CDP_GROUP = "0x88cc", "01:00:0c:cc:cc:cc"
"""IEEE 802.1AB 7.3; the group that Cisco's discovery protocol is sent to."""

ND = f"ip6[{IPV6_BYTES}] >= 133 and ip6[{IPV6_BYTES}] <= 136"
"""Neighbour discovery among ICMPv6 messages (RFC 4861 4)."""

WEB = ("tcp[((tcp[12] & 0xf0) >> 2):4]", f"ip6[{IPV6_BYTES} + ((ip6[{IPV6_BYTES + 12}] & 0xf0) >> 2):4]")
"""The first word of a segment's payload, as pcap-filter(7) writes it; and behind an IPv6 header."""

EXTENSIONS = (0, 43, 44, 51, 60, 135, 139, 140)
"""IPv6 extension headers: BPF's ``port`` does not look behind them, so they are let through."""


IP_TUNNELS = (4, 41, 47, 51, 97)
"""Protocols of IP that carry packets: IPv4, IPv6, GRE, what IPsec authenticates and does not hide, Ethernet.
BPF does not look into them: they are let through."""

UDP_TUNNELS = (4789, 4790, 6081, 8472, 37008)
"""Ports that packets in UDP are sent to: VXLAN, its generic form, GENEVE, VXLAN as Linux had it, TZSP."""

LINK_TUNNELS = (0x8847, 0x8848, 0x8864)
"""Ethertypes behind which there is more: MPLS, PPPoE."""

TAG_TYPES = (0x8100, 0x88A8)
"""Tags that Linux' cooked captures show as an ethertype: there BPF does not look behind them."""

COOKED = (113, 276)
"""DLT_LINUX_SLL, DLT_LINUX_SLL2."""

BARE = (12, 14, 101, 228, 229, *LOOPBACK)
"""Link types without ethertypes."""


class Share(NamedTuple):
    """One of ``of`` shares of all connections, ``of`` a power of two.

    A connection's share is its two ports' sum without the lowest bit: the same in both directions, and
    spread evenly, while the lowest bit is not (Linux gives clients even ports).
    """

    number: int = 0
    of: int = 1

    def holds(self, sums: Ints) -> npt.NDArray[np.bool_]:
        """Say of sums of two ports whether their connections belong to this share."""
        mine: npt.NDArray[np.bool_] = (sums >> 1) & (self.of - 1) == self.number
        return mine

    def expression(self, header: str, at: int) -> str:
        """Return the same question for BPF, of a TCP header at a place of another header."""
        if self.of == 1:
            return ""
        return f" and ((({header}[{at}:2] + {header}[{at + 2}:2]) >> 1) & {self.of - 1}) = {self.number}"


ALL = Share()


class Discovery(NamedTuple):
    """Messages of discovery to let through: UDP from and to ports, and HTTP from and to ports of TCP."""

    udp_from: tuple[int, ...]
    udp_to: tuple[int, ...]
    web: tuple[int, ...]

    def expressions(self, link: int) -> list[str]:
        """Return what selects them: also ARP, neighbour discovery, VRRP, LLDP and CDP."""
        found = ["arp", f"ether proto {LLDP}", "ip proto 112", "ip6 proto 112", f"(icmp6 and {ND})"]
        found += [f"ether dst {CDP_GROUP}"] if link == DLT_EN10MB else []
        found += [f"(udp and ({_ports('src', self.udp_from)} or {_ports('dst', self.udp_to)}))"]
        found += [_web("src", port, b"HTTP") for port in self.web]
        return found + [_web("dst", port, b"GET ") for port in self.web]


def selection(
    ports: Collection[int],
    link: int = DLT_EN10MB,
    share: Share = ALL,
    senders: Collection[int] = (),
    discovery: Discovery | None = None,
) -> str:
    """Return the filter expression for TCP segments from or to one of ``ports``, for a link type.

    Datagrams from one of the UDP ports ``senders``, and messages of discovery, belong to share 0 alone: no connection
    tells whose they are.
    Tags need the nested form, each ``vlan`` moves the offsets of what follows it
    (pcap-filter(7)); only Ethernet has them.  Of a share, what BPF cannot tell is let through.
    """
    either = _either_port(ports)
    plain = f"(tcp and {either}) or (ip6 and ({_extensions()}))"
    if share != ALL:
        ipv4 = f"ip and tcp and {either}{share.expression('tcp', 0)}"
        ipv6 = f"ip6 and tcp and {either}{share.expression('ip6', IPV6_BYTES)}"
        plain = f"({ipv4}) or ({ipv6}) or (ip6 and ({_extensions()}))"
    if senders and share.number == 0:
        plain = f"{plain} or (udp and ({' or '.join(f'src port {port}' for port in senders)}))"
    if discovery and share.number == 0:
        plain = " or ".join([plain, *discovery.expressions(link), *(_openings(either) if share != ALL else ())])
    plain += f" or {_carriers(link)}"
    if link in LOOPBACK:
        return f"{plain} or not ip"
    if link != DLT_EN10MB:
        return plain
    return f"{plain} or (vlan and ({plain} or (vlan and ({plain}))))"


def _carriers(link: int) -> str:
    """Return what selects tunnels, and tags where BPF does not follow them."""
    found = [f"ip proto {each} or ip6 proto {each}" for each in IP_TUNNELS]
    found.append(f"(udp and ({_ports('dst', UDP_TUNNELS)}))")
    kinds = [*(() if link in BARE else LINK_TUNNELS), *(TAG_TYPES if link in COOKED else ())]
    return " or ".join([*found, *(f"ether proto {each:#x}" for each in kinds)])


def _openings(either: str) -> tuple[str, str]:
    """Return what selects the segments that open connections of all shares: they tell of boxes, too."""
    opens = "& 0x12 = 2"  # SYN without ACK (RFC 9293 3.1)
    return (
        f"(ip and tcp and {either} and tcp[13] {opens})",
        f"(ip6 and tcp and {either} and ip6[{IPV6_BYTES + 13}] {opens})",
    )


def _ports(side: str, ports: Collection[int]) -> str:
    return " or ".join(f"{side} port {port}" for port in ports)


def _web(side: str, port: int, word: bytes) -> str:
    """Return what selects segments that begin with a word."""
    plain, behind_ipv6 = (f"{place} = {_number(word)}" for place in WEB)
    return f"(tcp {side} port {port} and ((ip and {plain}) or (ip6 and {behind_ipv6})))"


def _number(word: bytes) -> str:
    return f"0x{word.hex()}"


def _either_port(ports: Collection[int]) -> str:
    return "(" + " or ".join(_range(first, last) for first, last in ranges(ports)) + ")"


def _range(first: int, last: int) -> str:
    return f"port {first}" if first == last else f"portrange {first}-{last}"


def ranges(ports: Collection[int]) -> list[tuple[int, int]]:
    """Join neighbouring ports; where they are too scattered also those with the least between them.

    What is selected too much the columns leave out.
    """
    ordered = sorted(set(ports))
    gaps = sorted((last - first for first, last in pairwise(ordered)), reverse=True)
    widest = max([1, *gaps[limits.FILTER_RANGES - 1 : limits.FILTER_RANGES]])
    starts = [ordered[0], *(last for first, last in pairwise(ordered) if last - first > widest)]
    ends = [*(first for first, last in pairwise(ordered) if last - first > widest), ordered[-1]]
    return list(zip(starts, ends, strict=True))


def _extensions() -> str:
    return " or ".join(f"ip6[6] = {number}" for number in EXTENSIONS)
