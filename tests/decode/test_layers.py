"""Every link type, tag, option and oddity: the same columns as scapy and dpkt read."""

from __future__ import annotations

import socket
import struct
from itertools import product

import dpkt
import numpy as np
import pytest
from scapy.layers.inet import TCP
from scapy.layers.l2 import Dot1AD, Dot1Q, Ether
from scapy.packet import Packet

from sniffer.decode import decode, link_is_known
from sniffer.model.packets import NO_MAC, NO_VLAN, Packets
from tests.frames import batch, packets
from tests.wire import LINK_TYPES, Conversation, Encoding, Extension, Frame, Link, Segment, encode, merge

ALL = np.ones(65_536, np.bool_)
LINKS: tuple[Link, ...] = ("ethernet", "sll", "sll2", "raw", "null", "loop")
TAGGED: tuple[Link, ...] = ("ethernet", "sll", "sll2")
ADDRESSES = {4: ("10.0.3.17", "192.0.2.25"), 6: ("2001:db8::17", "2001:db8:1::25")}
EXTENSIONS: tuple[tuple[Extension, ...], ...] = (
    (), ("hop-by-hop",), ("destination",), ("fragment",), ("hop-by-hop", "destination", "fragment", "destination"),
)  # fmt: skip


def talk(version: int = 4) -> list[Segment]:
    """Return a short conversation."""
    client, server = ADDRESSES[version]
    spoken = Conversation(client=client, server=server, client_isn=(1 << 32) - 3)
    spoken.open()
    spoken.server("220 mail.example.org ESMTP")
    spoken.client("EHLO scanner")
    spoken.client(b"x")
    spoken.close()
    return spoken.segments


def mapped(ip: str) -> tuple[int, int]:
    """Return an address as two words."""
    if ":" not in ip:
        ip = f"::ffff:{ip}"
    high, low = struct.unpack("!QQ", socket.inet_pton(socket.AF_INET6, ip))
    return high, low


def says(found: Packets, place: int) -> bytes:
    """Return the captured payload of a segment."""
    start = int(found.start[place])
    return found.data[start : start + int(found.captured[place])]


def check(found: Packets, segments: list[Segment], *, link: Link = "ethernet", vlan: tuple[int, ...] = ()) -> None:
    """Compare columns with what was sent."""
    assert len(found) == len(segments)
    for place, sent in enumerate(segments):
        assert found.time[place] == sent.time_us
        assert tuple(found.source[place].tolist()) == mapped(sent.source.ip)
        assert tuple(found.destination[place].tolist()) == mapped(sent.target.ip)
        assert (found.source_port[place], found.destination_port[place]) == (sent.source.port, sent.target.port)
        assert (found.sequence[place], found.acknowledged[place]) == (sent.seq, sent.ack)
        assert (found.flags[place], found.hops[place]) == (sent.flags, sent.ttl)
        assert (says(found, place), found.length[place]) == (sent.payload, len(sent.payload))
        has_mac = link in TAGGED
        assert found.mac[place] == (int(sent.source.mac.replace(":", ""), 16) if has_mac else NO_MAC)
        assert tuple(tag for tag in found.vlan[place].tolist() if tag != NO_VLAN) == vlan


@pytest.mark.parametrize(("link", "version"), list(product(LINKS, (4, 6))))
def test_every_link_type(link: Link, version: int) -> None:
    segments = talk(version)
    check(packets(encode(segments, Encoding(link=link)), ALL, link), segments, link=link)
    assert link_is_known(LINK_TYPES[link])


@pytest.mark.parametrize(("link", "vlan", "version"), list(product(TAGGED, ((10,), (10, 20), (0,), (4095, 1)), (4, 6))))
def test_one_and_two_tags(link: Link, vlan: tuple[int, ...], version: int) -> None:
    segments = talk(version)
    check(packets(encode(segments, Encoding(link=link, vlan=vlan)), ALL, link), segments, link=link, vlan=vlan)


@pytest.mark.parametrize("types", [(0x88A8,), (0x9100, 0x8100), (0x88A8, 0x88A8)])
def test_tags_of_every_type(types: tuple[int, ...]) -> None:
    segments = talk()
    check(packets(encode(segments, Encoding(vlan=(5, 6), tag_types=types)), ALL), segments, vlan=(5, 6))


def test_of_more_than_two_tags_the_outer_two_are_kept() -> None:
    segments = talk()
    check(packets(encode(segments, Encoding(vlan=(5, 6, 7))), ALL), segments, vlan=(5, 6))


@pytest.mark.parametrize("length", [4, 8, 40])
def test_ipv4_options(length: int) -> None:
    segments = talk()
    check(packets(encode(segments, Encoding(ip_options=b"\x01" * length)), ALL), segments)


@pytest.mark.parametrize("extensions", EXTENSIONS, ids="+".join)
def test_ipv6_extension_headers(extensions: tuple[Extension, ...]) -> None:
    segments = talk(6)
    check(packets(encode(segments, Encoding(extensions=extensions)), ALL), segments)


@pytest.mark.parametrize("length", [4, 12, 40])
def test_tcp_options(length: int) -> None:
    segments = talk()
    check(packets(encode(segments, Encoding(tcp_options=b"\x01" * length)), ALL), segments)


@pytest.mark.parametrize("version", [4, 6])
def test_a_length_of_0_means_that_a_card_will_cut_it(version: int) -> None:
    segments = talk(version)
    check(packets(encode(segments, Encoding(tso=True)), ALL), segments)


def test_padding_is_no_payload() -> None:
    segments = talk()
    check(packets(encode(segments, Encoding(pad=True)), ALL), segments)


@pytest.mark.parametrize("right", [True, False])
def test_checksums_do_not_matter(right: bool) -> None:
    segments = talk()
    check(packets(encode(segments, Encoding(checksums=right)), ALL), segments)


@pytest.mark.parametrize(("version", "kept"), list(product((4, 6), (0, 1, 5))))
def test_what_the_snapshot_length_cut_is_known_to_be_missing(version: int, kept: int) -> None:
    segment = talk(version)[3]
    (frame,) = encode([segment])
    cut = Frame(frame.time_us, frame.data[: len(frame.data) - len(segment.payload) + kept], frame.network)
    found = packets([cut], ALL)
    assert (says(found, 0), found.length[0]) == (segment.payload[:kept], len(segment.payload))


@pytest.mark.parametrize(("link", "version"), list(product(LINKS, (4, 6))))
def test_a_frame_cut_in_its_headers_is_left_out(link: Link, version: int) -> None:
    segment = talk(version)[3]
    (frame,) = encode([segment], Encoding(link=link))
    headers = len(frame.data) - len(segment.payload)
    for length in range(headers):
        found = packets([Frame(0, frame.data[:length]), frame], ALL, link)
        assert [says(found, place) for place in range(len(found))] == [segment.payload]


def test_only_the_wanted_ports_are_decoded() -> None:
    wanted = talk()
    other = Conversation(client="10.0.3.18", port=80)
    other.open()
    found = packets(encode(merge(wanted, other.segments)), np.arange(65_536) == 25)
    check(found, wanted)


def test_other_traffic_is_left_out() -> None:
    segment = talk()[3]
    (frame,) = encode([segment])
    header = frame.data[: frame.network]
    udp = Frame(0, header + frame.data[14:23] + b"\x11" + frame.data[24:])
    arp = Frame(0, frame.data[:12] + b"\x08\x06" + bytes(28))
    llc = Frame(0, frame.data[:12] + b"\x00\x26" + b"\x42\x42\x03" + bytes(35))
    check(packets([udp, arp, frame, llc], ALL), [segment])


def test_later_fragments_are_left_out() -> None:
    segment = talk()[3]
    (frame,) = encode([segment])
    later = bytearray(frame.data)
    later[20:22] = b"\x00\x10"
    first = bytearray(frame.data)
    first[20:22] = b"\x20\x00"
    found = packets([Frame(0, bytes(later)), Frame(segment.time_us, bytes(first))], ALL)
    check(found, [segment])


def test_many_link_types_in_one_batch_keep_their_order() -> None:
    segments = talk()
    frames = [encode([each], Encoding(link=LINKS[place % 6]))[0] for place, each in enumerate(segments)]
    whole = batch(frames)
    mixed = type(whole)(
        whole.data, whole.time, whole.offset, whole.length,
        np.array([LINK_TYPES[LINKS[place % 6]] for place in range(len(frames))]), whole.origin, whole.origins,
    )  # fmt: skip
    found = decode(mixed, ALL, ALL).packets
    assert found.sequence.tolist() == [each.seq for each in segments]
    assert [says(found, place) for place in range(len(found))] == [each.payload for each in segments]


def test_an_unknown_link_type_is_left_out() -> None:
    whole = batch(encode(talk()))
    strange = type(whole)(
        whole.data, whole.time, whole.offset, whole.length, np.full(len(whole), 147), whole.origin, whole.origins
    )
    assert [len(each) for each in decode(strange, ALL, ALL)[:2]] == [0, 0]
    assert not link_is_known(147)


def test_an_empty_batch_gives_nothing() -> None:
    assert [len(each) for each in decode(batch(encode(talk())).part(0, 0), ALL, ALL)[:2]] == [0, 0]


@pytest.mark.parametrize(
    "form",
    [
        Encoding(), Encoding(vlan=(10,)), Encoding(vlan=(10, 20), tag_types=(0x88A8,)),
        Encoding(ip_options=b"\x01" * 8), Encoding(tcp_options=b"\x01" * 12), Encoding(pad=True),
    ],
)  # fmt: skip
def test_scapy_reads_the_same(form: Encoding) -> None:
    frames = encode(talk(), form)
    found = packets(frames, ALL)
    for place, frame in enumerate(frames):
        read: Packet = Ether(frame.data)
        tags = [layer.vlan for layer in read.iterpayloads() if isinstance(layer, Dot1Q | Dot1AD)]
        tcp = read[TCP]
        assert found.mac[place] == int(read.src.replace(":", ""), 16)
        assert [tag for tag in found.vlan[place].tolist() if tag != NO_VLAN] == tags
        assert (found.source_port[place], found.destination_port[place]) == (tcp.sport, tcp.dport)
        assert (found.sequence[place], found.acknowledged[place]) == (tcp.seq, tcp.ack)
        assert found.flags[place] == int(tcp.flags)


@pytest.mark.parametrize(("version", "vlan"), list(product((4, 6), ((), (10,)))))
def test_dpkt_reads_the_same(version: int, vlan: tuple[int, ...]) -> None:
    frames = encode(talk(version), Encoding(vlan=vlan, checksums=True))
    found = packets(frames, ALL)
    for place, frame in enumerate(frames):
        ip = dpkt.ethernet.Ethernet(frame.data).data
        assert (found.sequence[place], found.acknowledged[place]) == (ip.data.seq, ip.data.ack)
        assert says(found, place) == ip.data.data
        assert found.hops[place] == (ip.ttl if version == 4 else ip.hlim)
