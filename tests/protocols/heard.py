"""What holds of anything that an observer heard, and messages that were whole once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from ipaddress import ip_address
from typing import get_args

from hypothesis import strategies as st

from sniffer.model import limits
from sniffer.model.clues import Claim, Field, Heard, Said

CARD = re.compile("(?:[0-9a-f]{2}:){5}[0-9a-f]{2}")
FIELDS = frozenset(get_args(Field))
HEARD = 3 + limits.ADDRESSES_SAID
"""Boxes that one message speaks of, at most: a client, a server, a relay, and as many addresses."""


def sound(told: Sequence[Heard]) -> None:
    """Bounded, printable, and of addresses that a host can have."""
    assert len(told) <= HEARD
    for each in told:
        assert each.said or each.claims
        assert len(each.said) <= limits.CLUES_SAID
        assert len(each.claims) <= limits.ADDRESSES_SAID
        assert each.mac is None or card(each.mac)
        assert each.ip is None or host(each.ip)
        for field, value in each.said:
            assert field in FIELDS
            assert value.isprintable()
            assert 0 < len(value) <= limits.CLUE_CHARACTERS
        for claim in each.claims:
            assert host(claim.ip)
            assert card(claim.mac)
            assert claim.mac == each.mac
            assert claim.seconds is None or 0 <= claim.seconds < 2**32


def card(text: str) -> bool:
    """Whether it is one card's address."""
    return CARD.fullmatch(text) is not None and not int(text[:2], 16) & 1 and text != "00:00:00:00:00:00"


def host(text: str) -> bool:
    """Whether one box can have the address, and it is written as the standard library writes it."""
    address = ip_address(text)
    barred = address.is_multicast or address.is_unspecified or address.is_loopback
    return str(address) == text and not barred


def said(told: Iterable[Heard]) -> set[Said]:
    """All that is said."""
    return {one for each in told for one in each.said}


def claims(told: Iterable[Heard]) -> list[Claim]:
    """All that is claimed."""
    return [one for each in told for one in each.claims]


def cut_anywhere(heard: Callable[[bytes], tuple[Heard, ...]], whole: bytes) -> None:
    """Every prefix says nothing but what the whole message says."""
    everything = said(heard(whole))
    assert everything
    for size in range(len(whole)):
        told = heard(whole[:size])
        sound(told)
        assert said(told) <= everything


@st.composite
def mutilated(draw: st.DrawFn, messages: Sequence[bytes]) -> bytes:
    """A message that was whole once: octets changed, cut, lengthened."""
    message = bytearray(draw(st.sampled_from(messages)))
    for at, new in draw(st.lists(st.tuples(st.integers(0, len(message) - 1), st.integers(0, 255)), max_size=6)):
        message[at] = new
    return bytes(message[: draw(st.integers(0, len(message)))]) + draw(st.binary(max_size=20))


def anything(messages: Sequence[bytes]) -> st.SearchStrategy[bytes]:
    """Messages that were whole, some of them still are, and noise."""
    return st.one_of(st.sampled_from(messages), mutilated(messages), st.binary(max_size=300))
