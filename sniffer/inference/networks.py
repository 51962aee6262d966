"""What is our side."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from sniffer.model import limits

Network = IPv4Network | IPv6Network
OURS = (
    "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16",  # RFC 1918
    "100.64.0.0/10",  # RFC 6598, behind a carrier's NAT
    "169.254.0.0/16", "fe80::/10",  # link-local
    "fc00::/7",  # RFC 4193
    "127.0.0.0/8", "::1/128",  # the capturing host itself
)  # fmt: skip
"""Ours by default.  Python's ``is_private`` also counts documentation and benchmark ranges: not these."""


class Networks:
    """Our side's networks: the defaults, and those that the user names."""

    def __init__(self, named: Iterable[str] = ()) -> None:
        """Raise ``ValueError`` for a name that is no network."""
        self._networks: tuple[Network, ...] = tuple(ip_network(each, strict=False) for each in (*OURS, *named))
        self.holds = lru_cache(limits.HOSTS_REMEMBERED)(self._holds)

    def _holds(self, address: str) -> bool:
        ip = ip_address(address)
        return any(ip in network for network in self._networks if network.version == ip.version)
