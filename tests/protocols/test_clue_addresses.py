"""Addresses that a box can have, and those that none can."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sniffer.protocols.clue_addresses import ipv4, ipv6


@pytest.mark.parametrize("address", ["0.1.2.3", "127.0.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255"])
def test_no_hosts(address: str) -> None:
    assert ipv4(IPv4Address(address).packed) is None


@pytest.mark.parametrize("address", ["::", "::1", "ff02::1", "::ffff:10.0.0.1"])
def test_no_hosts_of_ipv6(address: str) -> None:
    assert ipv6(IPv6Address(address).packed) is None


@pytest.mark.parametrize("raw", [b"", b"\x0a\0\1", b"\x0a\0\0\1\2"])
def test_other_sizes(raw: bytes) -> None:
    assert ipv4(raw) is ipv6(raw) is None


@given(st.ip_addresses(v=4))
def test_hosts(address: Any) -> None:
    first = int(address) >> 24
    assert ipv4(address.packed) == (str(address) if first in range(1, 224) and first != 127 else None)


@given(st.ip_addresses(v=6))
def test_hosts_of_ipv6(address: Any) -> None:
    barred = address.is_multicast or address.is_loopback or address.is_unspecified or address.ipv4_mapped
    assert ipv6(address.packed) == (None if barred else str(address))
