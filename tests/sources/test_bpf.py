"""The selection that libpcap makes: never less than what the columns would take, whatever the link type."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Literal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sniffer.decode import decode
from sniffer.model import limits
from sniffer.model.frames import Frames, Origin
from sniffer.pipeline.follower import DISCOVERED
from sniffer.sources import bpf, libpcap
from tests.datagrams import datagram, ends
from tests.discovery import CDP, KINDS, OTHERS, Kind, frame, kind_frame, messages
from tests.mail import session
from tests.wire import LINK_TYPES, Encoding, Extension, Frame, Link, encode

pcapy = pytest.importorskip("pcapy")

PORTS = (25, 465, 587, 2525, 2465, 2587)
SENDERS = (53, 67)
DLT = LINK_TYPES | {"raw": 12}


def selected(frames: Sequence[Frame], link: int, share: bpf.Share = bpf.ALL) -> list[bool]:
    """Which frames libpcap lets through."""
    matches = libpcap.matcher(link, lambda link: bpf.selection(PORTS, link, share, SENDERS))
    return [matches(frame.data) for frame in frames]


def decoded(frames: Sequence[Frame], link: int) -> list[bool]:
    """Which frames the columns take."""
    ports, senders = np.zeros((2, 65_536), np.bool_)
    ports[list(PORTS)] = senders[list(SENDERS)] = True
    taken = []
    for each in frames:
        whole = np.array([len(each.data)])
        batch = Frames.of(each.data, np.array([0]), np.array([0]), whole, link, Origin("test"))
        taken.append(sum(map(len, decode(batch, ports, senders)[:2])) == 1)
    return taken


@pytest.mark.parametrize("link", [1, 0, 12, 108, 113, 228, 276])
@pytest.mark.parametrize("ports", [PORTS, (25,), tuple(range(1, 65_536)), (1, 3, 5, *range(100, 20_000, 3))])
@pytest.mark.parametrize("share", [bpf.ALL, bpf.Share(0, 4), bpf.Share(3, 4)])
def test_the_expression_compiles_for_every_link_type(link: int, ports: tuple[int, ...], share: bpf.Share) -> None:
    for senders in ((), SENDERS):
        assert pcapy.compile(link, 262_144, bpf.selection(ports, link, share, senders), 1, 0) is not None


FORMS: list[tuple[str, Link, Encoding]] = [
    ("plain", "ethernet", Encoding()),
    ("a tag", "ethernet", Encoding(vlan=(10,))),
    ("two tags", "ethernet", Encoding(vlan=(10, 20))),
    ("two tags, 802.1ad outside", "ethernet", Encoding(vlan=(10, 20), tag_types=(0x88A8,))),
    ("two tags, 0x9100 outside", "ethernet", Encoding(vlan=(10, 20), tag_types=(0x9100,))),
    ("a tag of priority", "ethernet", Encoding(vlan=(0,))),
    ("IP options", "ethernet", Encoding(ip_options=b"\x94\x04\x00\x00")),
    ("options behind a tag", "ethernet", Encoding(vlan=(10,), ip_options=b"\x94\x04\x00\x00")),
    ("TSO", "ethernet", Encoding(tso=True)),
    ("cooked", "sll", Encoding(link="sll")),
    ("cooked 2", "sll2", Encoding(link="sll2")),
    ("raw", "raw", Encoding(link="raw")),
    ("null", "null", Encoding(link="null")),
    ("loop", "loop", Encoding(link="loop")),
]
CHAINS: list[tuple[Extension, ...]] = [
    (), ("hop-by-hop",), ("destination",), ("fragment",), ("hop-by-hop", "destination", "fragment"),
]  # fmt: skip


@pytest.mark.parametrize(("link", "form"), [row[1:] for row in FORMS], ids=[row[0] for row in FORMS])
def test_mail_over_ipv4_is_selected(link: Link, form: Encoding) -> None:
    frames = encode(session().segments, form)
    assert all(decoded(frames, DLT[link]))
    assert all(selected(frames, DLT[link]))


@pytest.mark.parametrize("chain", CHAINS, ids=["+".join(chain) or "none" for chain in CHAINS])
@pytest.mark.parametrize(("link", "vlan"), [("ethernet", ()), ("ethernet", (10,)), ("ethernet", (10, 20)),
                                            ("sll", ()), ("sll2", ()), ("raw", ()), ("null", ())])  # fmt: skip
def test_mail_over_ipv6_is_selected(link: Link, vlan: tuple[int, ...], chain: tuple[Extension, ...]) -> None:
    talk = session(client="2001:db8::17", server="2001:db8::2")
    frames = talk.frames(link, vlan=vlan, extensions=chain)
    assert all(decoded(frames, DLT[link]))
    assert all(selected(frames, DLT[link]))


def answers(form: Encoding) -> list[Frame]:
    """Datagrams from the wanted ports, over IPv4 and IPv6."""
    hosts = (("10.0.3.53", "10.0.3.17"), ("2001:db8::35", "2001:db8::17"))
    return [datagram(b"an answer", ends(*each, source_port=port), form) for port in SENDERS for each in hosts]


SHARES = (bpf.ALL, bpf.Share(0, 2), bpf.Share(1, 2))


@pytest.mark.parametrize(("link", "form"), [row[1:] for row in FORMS], ids=[row[0] for row in FORMS])
def test_datagrams_are_selected_for_the_first_share_alone(link: Link, form: Encoding) -> None:
    frames = answers(form)
    assert all(decoded(frames, DLT[link]))
    for share in SHARES:
        chosen = selected(frames, DLT[link], share)
        assert chosen == [share.number == 0 or (DLT[link] in bpf.LOOPBACK and place % 2 == 1) for place in range(4)]


@pytest.mark.parametrize("chain", CHAINS[1:], ids=["+".join(chain) for chain in CHAINS[1:]])
def test_datagrams_behind_extension_headers_are_selected(chain: tuple[Extension, ...]) -> None:
    frames = answers(Encoding(extensions=chain))
    assert all(decoded(frames, 1))
    assert all(selected(frames, 1))


@pytest.mark.parametrize("vlan", [(), (10,), (10, 20)])
def test_datagrams_to_a_wanted_port_or_of_others_stay_out(vlan: tuple[int, ...]) -> None:
    others = [ends(source_port=40_053, port=53), ends("2001:db8::1", "2001:db8::2", source_port=443, port=67)]
    frames = [datagram(b"a question", each, Encoding(vlan=vlan)) for each in others]
    assert not any(selected(frames, 1))
    assert not any(decoded(frames, 1))


def test_later_fragments_stay_out() -> None:
    later = bytearray(datagram(b"an answer", ends()).data)
    later[20:22] = b"\x00\x10"
    frames = [Frame(0, bytes(later))]
    assert not any(selected(frames, 1))
    assert not any(decoded(frames, 1))


@pytest.mark.parametrize("vlan", [(), (10,), (10, 20)])
def test_what_is_no_mail_stays_out(vlan: tuple[int, ...]) -> None:
    frames = (
        session(port=443).frames(vlan=vlan) + session(port=443, client="2001:db8::17", server="2001:db8::2").frames()
    )
    assert not any(selected(frames, 1))
    assert not any(decoded(frames, 1))


@pytest.mark.parametrize("family", [10, 24, 28, 30])
def test_the_loopback_of_any_system_is_selected(family: int) -> None:
    plain = session(client="2001:db8::17", server="2001:db8::2").frames("null")
    orders: list[Literal["little", "big"]] = ["little", "big"]
    for order in orders:
        frames = [Frame(each.time_us, family.to_bytes(4, order) + each.data[4:]) for each in plain]
        assert all(decoded(frames, 0))
        assert all(selected(frames, 0))


@given(st.sets(st.integers(1, 65_535), min_size=1, max_size=200))
def test_scattered_ports_become_ranges_that_hold_them_all(ports: set[int]) -> None:
    ranges = bpf.ranges(ports)
    assert len(ranges) <= limits.FILTER_RANGES
    assert all(any(first <= port <= last for first, last in ranges) for port in ports)
    assert all(one[1] < other[0] for one, other in pairwise(ranges))


def test_neighbouring_ports_become_a_range_and_no_other() -> None:
    assert bpf.ranges((27, 25, 26, 587)) == [(25, 27), (587, 587)]
    assert bpf.ranges(range(1, 65_536)) == [(1, 65_535)]


# -- messages of discovery ----------------------------------------------------------------------

EVERY = {**KINDS, "CDP": CDP}
LISTENS = bpf.Discovery(*DISCOVERED)


def heard(frames: Sequence[Frame], link: int = 1, share: bpf.Share = bpf.ALL) -> list[bool]:
    """Which frames libpcap lets through for discovery alone."""
    matches = libpcap.matcher(link, lambda link: bpf.selection((25,), link, share, (), LISTENS))
    return [matches(frame.data) for frame in frames]


@pytest.mark.parametrize("kind", EVERY.values(), ids=EVERY)
@pytest.mark.parametrize("tags", [(), (10,), (10, 20), (0,)])
def test_every_message_that_the_columns_take_is_selected(kind: Kind, tags: tuple[int, ...]) -> None:
    frames = [kind_frame(kind, tags)]
    assert len(messages(frames)) == 1
    assert heard(frames) == [True]


@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS)
@pytest.mark.parametrize("tags", [(), (10,), (10, 20)])
def test_nothing_else_is_selected(other: Any, tags: tuple[int, ...]) -> None:
    """But for neighbour discovery that was passed on, which the columns leave out."""
    assert heard([frame(other, tags)]) == [other is OTHERS["ND that was passed on"]]


def test_only_the_first_share_listens() -> None:
    frames = [kind_frame(EVERY["mDNS"]), kind_frame(EVERY["LLDP"]), kind_frame(EVERY["HTTP, answer"])]
    assert heard(frames, share=bpf.Share(0, 2)) == [True] * 3
    assert heard(frames, share=bpf.Share(1, 2)) == [False] * 3


@pytest.mark.parametrize("link", [1, 0, 12, 108, 113, 228, 229, 276])
def test_the_expression_with_discovery_compiles_for_every_link_type(link: int) -> None:
    for share in SHARES:
        expression = bpf.selection(PORTS, link, share, SENDERS, LISTENS)
        assert pcapy.compile(link, 262_144, expression, 1, 0) is not None


@pytest.mark.parametrize("link", ["sll", "sll2", "raw"])
@pytest.mark.parametrize("version", [4, 6])
def test_datagrams_of_discovery_on_other_links(link: Link, version: int) -> None:
    hosts = ("10.0.3.17", "224.0.0.251") if version == 4 else ("fe80::17", "ff02::fb")
    frames = [datagram(b"an announcement", ends(*hosts, source_port=5353, port=5353), Encoding(link=link))]
    assert len(messages(frames, link)) == 1
    assert heard(frames, DLT[link]) == [True]
