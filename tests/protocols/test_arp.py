"""ARP: who claims his address, one by one and by the thousand."""

from __future__ import annotations

import struct
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scapy.layers.l2 import ARP

from sniffer.model.clues import Claim, Heard
from sniffer.protocols import arp
from tests.protocols.heard import anything, sound

CARD, OTHER = "00:26:73:a1:b2:c3", "00:21:5a:11:22:33"
HERE, THERE = "10.1.0.51", "10.1.0.1"
NOBODY = ".".join("0000")
CLAIM = (Heard(claims=(Claim(HERE, CARD),), mac=CARD),)


def message(operation: int = 1, card: str = CARD, ip: str = HERE, target: str = THERE, **fields: Any) -> bytes:
    """A message as scapy writes it."""
    return bytes(ARP(op=operation, hwsrc=card, psrc=ip, hwdst=OTHER, pdst=target, **fields))


REQUEST = message()


@pytest.mark.parametrize(
    "whole",
    [REQUEST, message(2), message(1, target=HERE), message(2, target=HERE)],
    ids=["request", "reply", "announcement", "gratuitous reply"],
)
def test_a_sender_claims_its_address(whole: bytes) -> None:
    assert arp.heard(whole) == CLAIM
    assert arp.heard(whole + bytes(18)) == CLAIM  # padded to Ethernet's least


@pytest.mark.parametrize(
    "whole",
    [
        message(ip=NOBODY),  # a probe
        message(ip="127.0.0.1"),
        message(ip="224.0.0.251"),
        message(ip="255.255.255.255"),
        message(card="00:00:00:00:00:00"),
        message(card="ff:ff:ff:ff:ff:ff"),
        message(card="01:00:5e:00:00:01"),
        message(3),  # reverse ARP
        message(8),  # inverse ARP
        message(hwtype=6),
        message(ptype=0x86DD),
        struct.pack("!HHBBH", 1, 0x0800, 8, 4, 1) + bytes(24),
        b"",
    ],
)
def test_what_claims_nothing(whole: bytes) -> None:
    assert arp.heard(whole) == ()
    assert [each.tolist() for each in together([whole])] == [[False], [0], [0]]


def test_cut_anywhere_it_says_nothing() -> None:
    assert not any(arp.heard(REQUEST[:size]) for size in range(len(REQUEST)))


def together(messages: list[bytes], gap: bytes = b"") -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """All messages in one buffer, as a batch has them."""
    captured = np.array([len(each) for each in messages], np.int64)
    start = np.cumsum(captured + len(gap)) - captured
    return arp.claims(b"".join(gap + each for each in messages), start, captured)


def test_many_at_once() -> None:
    messages = [REQUEST, message(ip=NOBODY), message(2, OTHER, THERE), REQUEST[:27], message(9)]
    valid, cards, addresses = together(messages, b"frame")
    assert valid.tolist() == [True, False, True, False, False]
    assert cards.tolist() == [0x002673A1B2C3, 0, 0x00215A112233, 0, 0]
    assert addresses.tolist() == [0x0A010033, 0, 0x0A010001, 0, 0]
    assert cards.dtype == np.int64
    assert addresses.dtype == np.uint32


def test_none_at_all() -> None:
    assert [each.tolist() for each in together([])] == [[], [], []]
    assert [each.tolist() for each in together([b"", b"abc"])] == [[False] * 2, [0] * 2, [0] * 2]


ANYTHING = anything([REQUEST, message(2), message(ip=NOBODY), message(ip="127.0.0.1"), message(2, OTHER, THERE)])


@given(ANYTHING)
def test_nothing_raises_and_what_is_told_is_bounded(junk: bytes) -> None:
    sound(arp.heard(junk))


@st.composite
def pairs(draw: st.DrawFn) -> bytes:
    """A good message of any sender."""
    kinds = draw(st.sampled_from([arp.ETHERNET_IPV4, arp.ETHERNET_IPV4, b"\0\6\x08\0\6\4"]))
    operation = draw(st.sampled_from([1, 2, 2, 3, 0, 0x0100]))
    edges = st.sampled_from([bytes(4), b"\x7f\0\0\1", b"\xdf\xff\xff\xff", b"\xe0\0\0\0", b"\1\0\0\0", b"\0\xff\0\1"])
    card = draw(st.one_of(st.binary(min_size=6, max_size=6), st.just(bytes(6))))
    ip = draw(st.one_of(st.binary(min_size=4, max_size=4), edges))
    return kinds + struct.pack("!H", operation) + card + ip + bytes(10)


@given(st.lists(st.one_of(ANYTHING, pairs()), max_size=12), st.binary(max_size=3))
def test_both_readers_agree(messages: list[bytes], gap: bytes) -> None:
    valid, cards, addresses = together(messages, gap)
    for place, each in enumerate(messages):
        told = arp.heard(each)
        assert bool(valid[place]) == bool(told)
        claim = told[0].claims[0] if told else Claim(NOBODY, "00:00:00:00:00:00")
        assert int(cards[place]).to_bytes(6, "big").hex(":") == claim.mac
        assert ".".join(map(str, int(addresses[place]).to_bytes(4, "big"))) == claim.ip
