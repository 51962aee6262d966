"""The selection that libpcap makes in C: mail ports, also behind one and two VLAN tags."""

from __future__ import annotations

from collections.abc import Collection
from itertools import pairwise

from sniffer.model import limits

DLT_EN10MB = 1

LOOPBACK = (0, 108)
"""DLT_NULL and DLT_LOOP.  BPF's ``ip6`` looks for this system's number of the family, files have those of others
(10 on Linux, 24, 28 or 30 on the BSDs and macOS): all that is not IPv4 is let through."""

EXTENSIONS = (0, 43, 44, 51, 60, 135, 139, 140)
"""IPv6 extension headers: BPF's ``port`` does not look behind them, so they are let through."""


def selection(ports: Collection[int], link: int = DLT_EN10MB) -> str:
    """Return the filter expression for TCP segments from or to one of ``ports``, for a link type.

    Tags need the nested form, each ``vlan`` moves the offsets of what follows it
    (pcap-filter(7)); only Ethernet has them.
    """
    plain = f"(tcp and {_either_port(ports)}) or (ip6 and ({_extensions()}))"
    if link in LOOPBACK:
        return f"{plain} or not ip"
    if link != DLT_EN10MB:
        return plain
    return f"{plain} or (vlan and ({plain} or (vlan and ({plain}))))"


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
