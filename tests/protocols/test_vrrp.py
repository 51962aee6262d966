"""VRRP in both versions, and CARP, which looks like it."""

from __future__ import annotations

import struct
from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scapy.layers.inet import IP
from scapy.layers.inet6 import IPv6
from scapy.layers.vrrp import VRRP, VRRPv3

from sniffer.model import limits
from sniffer.model.clues import Heard, Said
from sniffer.protocols.vrrp import heard
from tests.protocols.heard import anything, sound

FORWARDS = (Said("forwards", "vrrp"),)
SENDER, SENDER_6 = "10.1.0.2", "fe80::2"
FOURS, SIXES = ["10.1.0.1", "10.1.0.254"], ["fe80::1", "2001:db8::1"]
V2 = bytes(VRRP(vrid=1, priority=100, addrlist=FOURS))
V3 = bytes(IP() / VRRPv3(vrid=1, priority=100, addrlist=FOURS))[20:]
V3_6 = bytes(IPv6() / VRRPv3(vrid=1, priority=100, addrlist=SIXES))[40:]


def by_hand(addresses: list[str], version: int = 0x31, count: int | None = None) -> bytes:
    """An advertisement put together by hand."""
    size = len(addresses) if count is None else count
    return struct.pack("!BBBBHH", version, 1, 100, size, 100, 0) + b"".join(
        ip_address(each).packed for each in addresses
    )


@pytest.mark.parametrize(
    ("whole", "sender", "addresses"),
    [(V2, SENDER, FOURS), (V3, SENDER, FOURS), (V3, "", FOURS), (V3_6, SENDER_6, SIXES)],
)
def test_the_sender_forwards_and_so_do_its_addresses(whole: bytes, sender: str, addresses: list[str]) -> None:
    every = (Heard(FORWARDS), *(Heard(FORWARDS, ip=each) for each in addresses))
    assert heard(whole, sender) == every
    assert heard(whole + bytes(20), sender) == every


def test_carp_is_none() -> None:
    """Version 2, type 1, and the length of its authentication where VRRP counts addresses."""
    assert heard(struct.pack("!BBBBBBH", 0x21, 1, 0, 7, 0, 1, 0xABCD) + bytes(range(28)), SENDER) == ()


@pytest.mark.parametrize(
    "whole",
    [by_hand(FOURS, 0x32), by_hand(FOURS, 0x11), by_hand(FOURS, 0x41), by_hand([]), by_hand(FOURS, count=3), b""],
)
def test_what_is_none(whole: bytes) -> None:
    assert heard(whole, SENDER) == ()


def test_version_2_knows_no_ipv6() -> None:
    assert heard(by_hand(SIXES, 0x21) + bytes(8), SENDER_6) == ()


@pytest.mark.parametrize(("whole", "sender"), [(V2, SENDER), (V3, SENDER), (V3_6, SENDER_6)])
def test_cut_anywhere_it_says_nothing(whole: bytes, sender: str) -> None:
    assert not any(heard(whole[:size], sender) for size in range(len(whole)))


def test_of_many_addresses_some() -> None:
    told = heard(by_hand([f"10.1.1.{each}" for each in range(255)]), SENDER)
    assert len(told) == 1 + limits.ADDRESSES_SAID


def test_addresses_that_nobody_has_are_left_out() -> None:
    assert heard(by_hand([".".join("0000"), "224.0.0.18", *FOURS[:1]]), SENDER) == (
        Heard(FORWARDS),
        Heard(FORWARDS, ip=FOURS[0]),
    )


@given(anything([V2, V3, V3_6]), st.sampled_from(["", SENDER, SENDER_6]))
def test_nothing_raises_and_what_is_told_is_bounded(junk: bytes, sender: str) -> None:
    sound(heard(junk, sender))
