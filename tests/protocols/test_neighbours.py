"""Neighbour discovery: read as scapy wrote it, void where the RFC says so."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scapy.layers.inet6 import (
    ICMPv6EchoRequest,
    ICMPv6ND_NA,
    ICMPv6ND_NS,
    ICMPv6ND_RA,
    ICMPv6ND_RS,
    ICMPv6NDOptDstLLAddr,
    ICMPv6NDOptMTU,
    ICMPv6NDOptPrefixInfo,
    ICMPv6NDOptSrcLLAddr,
)

from sniffer.model.clues import Claim, Heard, Said
from sniffer.protocols.neighbours import heard
from tests.protocols.heard import anything, sound

CARD, OTHER = "00:26:73:a1:b2:c3", "00:21:5a:11:22:33"
HERE, THERE, ROUTER = "2001:db8::51", "2001:db8::1", "fe80::221:5aff:fe11:2233"
FORWARDS = (Said("forwards", "ra"),)
HAS = (Heard(claims=(Claim(HERE, CARD),), mac=CARD),)


def source(card: str = CARD) -> Any:
    return ICMPv6NDOptSrcLLAddr(lladdr=card)


def target(card: str = CARD) -> Any:
    return ICMPv6NDOptDstLLAddr(lladdr=card)


ASKS = bytes(ICMPv6ND_NS(tgt=THERE) / source())
TELLS = bytes(ICMPv6ND_NA(tgt=HERE, R=0, S=1, O=1) / target())
BEGINS = bytes(ICMPv6ND_RS() / source())
ROUTES = bytes(
    ICMPv6ND_RA(routerlifetime=1800) / ICMPv6NDOptMTU() / ICMPv6NDOptPrefixInfo(prefix="2001:db8::") / source(OTHER)
)


def test_who_asks_has_his_address() -> None:
    assert heard(ASKS, HERE) == HAS
    assert heard(BEGINS, HERE) == HAS


def test_who_is_asked_says_so() -> None:
    assert heard(TELLS, HERE) == HAS
    assert heard(TELLS) == HAS
    assert heard(bytes(ICMPv6ND_NA(tgt=HERE, S=0, O=0) / target()), "::") == HAS


@pytest.mark.parametrize("asker", ["", "::", "ff02::1"])
def test_who_still_looks_for_an_address_claims_none(asker: str) -> None:
    assert heard(bytes(ICMPv6ND_NS(tgt=HERE)), asker) == ()
    assert heard(ASKS, asker) == heard(BEGINS, asker) == ()


def test_a_router_forwards() -> None:
    assert heard(ROUTES, ROUTER) == (Heard(FORWARDS, (Claim(ROUTER, OTHER),), OTHER),)


def test_a_router_without_a_card_is_whoever_sent_it() -> None:
    assert heard(bytes(ICMPv6ND_RA(routerlifetime=1)), ROUTER) == (Heard(FORWARDS),)


def test_a_router_that_is_none_has_its_address() -> None:
    none = bytes(ICMPv6ND_RA(routerlifetime=0) / source(OTHER))
    assert heard(none, ROUTER) == (Heard(claims=(Claim(ROUTER, OTHER),), mac=OTHER),)


@pytest.mark.parametrize(
    "whole",
    [
        bytes(ICMPv6ND_NS(tgt=THERE)),  # an answer needs no card
        bytes(ICMPv6ND_NA(tgt=HERE)),
        bytes(ICMPv6ND_NA(tgt=HERE) / source()),  # the wrong option
        bytes(ICMPv6ND_NS(tgt=THERE) / target()),
        bytes(ICMPv6ND_NA(tgt="ff02::1") / target()),
        bytes(ICMPv6ND_NS(tgt="ff02::1") / source()),
        bytes(ICMPv6ND_NA(tgt="::") / target()),
        bytes(ICMPv6ND_NA(tgt=HERE) / target("ff:ff:ff:ff:ff:ff")),
        bytes(ICMPv6ND_NA(tgt=HERE) / target("00:00:00:00:00:00")),
        bytes(ICMPv6ND_NA(tgt=HERE, code=1) / target()),
        bytes(ICMPv6EchoRequest()) + ASKS[8:],
        TELLS + bytes(8),  # an option of length 0
        ASKS + b"\1\0",
        ROUTES + b"\5\0",
        TELLS[:24] + b"\2\2" + TELLS[26:] + bytes(8),  # a card of another kind of link
        b"",
        b"\x88",
    ],
)
def test_what_claims_nothing(whole: bytes) -> None:
    assert heard(whole, HERE) == ()


def test_the_first_of_two_cards_counts() -> None:
    assert heard(bytes(ICMPv6ND_NA(tgt=HERE) / target() / target(OTHER))) == HAS


def test_junk_behind_does_not_matter() -> None:
    assert heard(TELLS + b"\x18\xff\0\0") == HAS
    assert heard(TELLS + b"\0") == HAS


@pytest.mark.parametrize("whole", [ASKS, TELLS, BEGINS, ROUTES])
def test_cut_anywhere_it_claims_all_or_nothing(whole: bytes) -> None:
    every = heard(whole, HERE)
    for size in range(len(whole)):
        told = heard(whole[:size], HERE)
        sound(told)
        assert told in ((), every, (Heard(FORWARDS),))


@given(anything([ASKS, TELLS, BEGINS, ROUTES]), st.sampled_from(["", "::", HERE, ROUTER, "ff02::1"]))
def test_nothing_raises_and_what_is_told_is_bounded(junk: bytes, sender: str) -> None:
    sound(heard(junk, sender))


@given(st.ip_addresses(v=6), st.binary(min_size=6, max_size=6))
def test_any_target(address: Any, card: bytes) -> None:
    told = heard(bytes(ICMPv6ND_NA(tgt=str(address)) / target(card.hex(":"))))
    sound(told)
    if told:
        assert told[0].claims == (Claim(str(address), card.hex(":")),)
    else:
        barred = address.is_multicast or address.is_unspecified or address.is_loopback or address.ipv4_mapped
        assert barred or card[0] & 1 or not any(card)
