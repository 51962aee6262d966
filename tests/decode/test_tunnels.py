"""Mail in tunnels: the columns are those of what is inside, and the filter lets it through."""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from sniffer.decode import decode
from sniffer.model.packets import NO_MAC, NO_VLAN
from sniffer.sources import bpf, libpcap
from tests.frames import ALL_PORTS, NO_PORTS, batch, packets
from tests.mail import session
from tests.wire import LINK_TYPES, Encoding, Frame, Link, encode

Wrap = Callable[[bytes], bytes]

OUTER_MAC = bytes.fromhex("005056000001")
INNER = {4: {}, 6: {"client": "fd00:3::17", "server": "fd00:9::25"}}


def ethernet(kind: int, body: bytes) -> bytes:
    """The frame that carries."""
    return bytes.fromhex("005056000002") + OUTER_MAC + struct.pack("!H", kind) + body


def ipv4(protocol: int, body: bytes) -> bytes:
    """The packet that carries."""
    head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(body), 1, 0, 64, protocol, 0)
    return ethernet(0x0800, head + bytes((192, 0, 2, 1)) + bytes((192, 0, 2, 2)) + body)


def ipv6(protocol: int, body: bytes) -> bytes:
    """The same of the other version."""
    ends = bytes.fromhex("20010db8") + bytes(11) + b"\1", bytes.fromhex("20010db8") + bytes(11) + b"\2"
    return ethernet(0x86DD, struct.pack("!IHBB", 6 << 28, len(body), protocol, 64) + b"".join(ends) + body)


def udp(port: int, body: bytes, source: int = 49_152) -> bytes:
    """The datagram that carries."""
    return ipv4(17, struct.pack("!HHHH", source, port, 8 + len(body), 0) + body)


def vxlan(flags: int = 8, names: int = 0) -> bytes:
    """Its header."""
    return bytes((flags, 0, 0, names, 0, 0, 42, 0))


FRAMES: dict[str, Wrap] = {
    "GRE": lambda inner: ipv4(47, b"\0\0\x65\x58" + inner),
    "GRE with key and sequence": lambda inner: ipv4(47, b"\x30\0\x65\x58" + bytes(8) + inner),
    "ERSPAN I": lambda inner: ipv4(47, b"\0\0\x88\xbe" + inner),
    "ERSPAN II": lambda inner: ipv4(47, b"\x10\0\x88\xbe" + bytes(4) + b"\x10\x0a" + bytes(6) + inner),
    "ERSPAN II over IPv6": lambda inner: ipv6(47, b"\x10\0\x88\xbe" + bytes(12) + inner),
    "ERSPAN III": lambda inner: ipv4(47, b"\x10\0\x22\xeb" + bytes(16) + inner),
    "ERSPAN III with more": lambda inner: ipv4(47, b"\x10\0\x22\xeb" + bytes(15) + b"\1" + bytes(8) + inner),
    "VXLAN": lambda inner: udp(4789, vxlan() + inner),
    "VXLAN of Linux": lambda inner: udp(8472, vxlan() + inner),
    "VXLAN that names Ethernet": lambda inner: udp(4790, vxlan(0x0C, 3) + inner),
    "GENEVE": lambda inner: udp(6081, bytes.fromhex("0000655800002a00") + inner),
    "GENEVE with an option": lambda inner: udp(6081, bytes.fromhex("0200655800002a00") + bytes(8) + inner),
    "TZSP": lambda inner: udp(37008, bytes.fromhex("0100000101") + inner),
    "MPLS": lambda inner: ethernet(0x8847, bytes.fromhex("0006403f000c91ff") + inner),
    "MPLS with a control word": lambda inner: ethernet(0x8847, bytes.fromhex("000641ff") + bytes(4) + inner),
    "EtherIP": lambda inner: ipv4(97, b"\x30\0" + inner),
}
"""Tunnels of Ethernet."""

PACKETS: dict[str, Wrap] = {
    "GRE": lambda inner: ipv4(47, b"\0\0" + ethertype(inner) + inner),
    "IP in IPv4": lambda inner: ipv4(4 if inner[0] >> 4 == 4 else 41, inner),
    "IP in IPv6": lambda inner: ipv6(4 if inner[0] >> 4 == 4 else 41, inner),
    "MPLS": lambda inner: ethernet(0x8847, bytes.fromhex("0006403f000c91ff") + inner),
    "VXLAN that names IP": lambda inner: udp(4790, vxlan(0x0C, 1 if inner[0] >> 4 == 4 else 2) + inner),
    "GENEVE": lambda inner: udp(6081, b"\0\0" + ethertype(inner) + bytes.fromhex("00002a00") + inner),
}
"""Tunnels of IP."""


def ethertype(packet: bytes) -> bytes:
    """What a packet is."""
    return b"\x08\x00" if packet[0] >> 4 == 4 else b"\x86\xdd"


def wrapped(around: Wrap, link: Link, version: int) -> tuple[list[Frame], list[Frame]]:
    """A login, and the same in a tunnel."""
    plain = encode(session(**INNER[version]).segments, Encoding(link=link))
    return plain, [replace(frame, data=around(frame.data)) for frame in plain]


def check(plain: list[Frame], carried: list[Frame], link: Link, *, card: bool) -> None:
    """Compare what is read in the tunnel with what is read without it; libpcap's filter lets all of it through."""
    expected, found = packets(plain, ALL_PORTS, link), packets(carried, ALL_PORTS)
    assert len(found) == len(expected) == len(plain)
    for name in ("source", "destination", "source_port", "sequence", "hops", "captured", "length"):
        assert np.array_equal(getattr(found, name), getattr(expected, name)), name
    assert np.array_equal(found.mac, expected.mac if card else np.full(len(plain), NO_MAC))
    assert (found.vlan == NO_VLAN).all()
    for share in (bpf.ALL, bpf.Share(1, 2)):
        matches = libpcap.matcher(1, partial(bpf.selection, (25, 587), share=share))
        assert all(matches(frame.data) for frame in carried)
        tagged = [frame.data[:12] + b"\x81\0\0\x07" + frame.data[12:] for frame in carried]
        assert all(map(matches, tagged))


@pytest.mark.parametrize("version", [4, 6])
@pytest.mark.parametrize("name", FRAMES)
def test_ethernet_in_a_tunnel(name: str, version: int) -> None:
    pytest.importorskip("pcapy")
    check(*wrapped(FRAMES[name], "ethernet", version), "ethernet", card=True)


@pytest.mark.parametrize("version", [4, 6])
@pytest.mark.parametrize("name", PACKETS)
def test_a_packet_in_a_tunnel_has_no_card(name: str, version: int) -> None:
    pytest.importorskip("pcapy")
    check(*wrapped(PACKETS[name], "raw", version), "raw", card=False)


def test_of_pppoe_the_card_is_that_of_who_dialled() -> None:
    plain, carried = wrapped(
        lambda inner: ethernet(0x8864, b"\x11\0\0\1" + struct.pack("!H", len(inner) + 2) + b"\0\x21" + inner), "raw", 4
    )
    found = packets(carried, ALL_PORTS)
    assert len(found) == len(plain)
    assert set(found.mac.tolist()) == {int.from_bytes(OUTER_MAC)}


@pytest.mark.parametrize(("link", "head"), [(9, "ff030021"), (50, "ff030021"), (104, "0f000800")])
def test_packets_of_serial_lines(link: int, head: str) -> None:
    plain = encode(session().segments, Encoding(link="raw"))
    framed = [replace(frame, data=bytes.fromhex(head) + frame.data) for frame in plain]
    taken = replace(batch(framed), link=np.full(len(framed), link))
    assert len(decode(taken, ALL_PORTS, NO_PORTS)[0]) == len(plain)


def test_what_ipsec_only_authenticates_is_selected_and_read() -> None:
    pytest.importorskip("pcapy")
    plain = encode(session().segments, Encoding(link="raw"))
    head = bytes.fromhex("06040000") + bytes(20)
    frames = [replace(frame, data=ipv4(51, head + frame.data[20:])) for frame in plain]
    matches = libpcap.matcher(1, partial(bpf.selection, (25, 587)))
    assert all(matches(frame.data) for frame in frames)
    assert len(packets(frames, ALL_PORTS)) == len(plain)


def test_tags_in_a_tunnel_are_kept_and_those_in_front_of_it_are_not() -> None:
    plain = encode(session().segments, Encoding(vlan=(10,)))
    carried = [replace(frame, data=FRAMES["VXLAN"](frame.data)) for frame in plain]
    tagged = [replace(frame, data=frame.data[:12] + b"\x81\0\0\x07" + frame.data[12:]) for frame in carried]
    assert np.array_equal(packets(tagged, ALL_PORTS).vlan, packets(plain, ALL_PORTS).vlan)


@pytest.mark.parametrize("port", [4789, 4790, 6081, 8472, 37008])
def test_a_clients_port_makes_no_tunnel(port: int) -> None:
    """An answer of DNS to a port that is a tunnel's elsewhere."""
    answer = bytes.fromhex("08008180000100010000000003777777076578616d706c65036f7267")
    frames = [Frame(1, udp(port, answer, source=53)), Frame(2, udp(port, b"", source=53))]
    found = decode(batch(frames), NO_PORTS, ALL_PORTS)[1]
    assert found.destination_port.tolist() == [port, port]
    assert found.source[0].tolist() == [0, 0xFFFF << 32 | 0xC0000201]


@pytest.mark.parametrize("link", ["sll", "sll2"])
def test_tags_of_cooked_captures_are_let_through(link: Link) -> None:
    pytest.importorskip("pcapy")
    frames = encode(session().segments, Encoding(link=link, vlan=(10,)))
    matches = libpcap.matcher(LINK_TYPES[link], lambda kind: bpf.selection((25, 587), kind))
    assert all(matches(frame.data) for frame in frames)


@pytest.mark.parametrize("name", FRAMES)
def test_a_tunnel_that_was_cut_never_fails(name: str) -> None:
    _, carried = wrapped(FRAMES[name], "ethernet", 4)
    for kept in range(0, len(carried[3].data), 3):
        packets([Frame(1, carried[3].data[:kept])], ALL_PORTS)
