"""The selection that libpcap makes in C: mail ports, also behind one and two VLAN tags."""

from __future__ import annotations

from collections.abc import Collection
from itertools import groupby

DLT_EN10MB = 1

EXTENSIONS = (0, 43, 44, 51, 60, 135, 139, 140)
"""IPv6 extension headers: BPF's ``port`` does not look behind them, so they are let through."""


def selection(ports: Collection[int], *, ethernet: bool = True) -> str:
    """Return the filter expression for TCP segments from or to one of ``ports``.

    Tags need the nested form, each ``vlan`` moves the offsets of what follows it
    (pcap-filter(7)); only Ethernet has them.
    """
    plain = f"(tcp and {_either_port(ports)}) or (ip6 and ({_extensions()}))"
    if not ethernet:
        return plain
    return f"{plain} or (vlan and ({plain} or (vlan and ({plain}))))"


def _either_port(ports: Collection[int]) -> str:
    return "(" + " or ".join(_range(first, last) for first, last in _ranges(ports)) + ")"


def _range(first: int, last: int) -> str:
    return f"port {first}" if first == last else f"portrange {first}-{last}"


def _ranges(ports: Collection[int]) -> list[tuple[int, int]]:
    """Join neighbouring ports, so that a thousand of them are not a thousand comparisons."""
    found = []
    for _, run in groupby(enumerate(sorted(set(ports))), key=lambda pair: pair[1] - pair[0]):
        numbers = [number for _, number in run]
        found.append((numbers[0], numbers[-1]))
    return found


def _extensions() -> str:
    return " or ".join(f"ip6[6] = {number}" for number in EXTENSIONS)
