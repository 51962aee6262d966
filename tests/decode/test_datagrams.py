"""UDP over every link type, tag and oddity: the same columns as were sent and as scapy and dpkt read."""

from __future__ import annotations

from itertools import product

import dpkt
import numpy as np
import pytest
from scapy.layers.inet import UDP
from scapy.layers.l2 import Ether

from sniffer.decode import Exclusion, decode
from sniffer.model.packets import NO_MAC, NO_VLAN, Datagrams
from tests.datagrams import datagram, ends
from tests.decode.test_layers import ADDRESSES, EXTENSIONS, LINKS, TAGGED, mapped
from tests.frames import ALL_PORTS, batch, datagrams, packets
from tests.wire import Conversation, Encoding, Extension, Frame, Link, Segment, encode

SAID = b"an answer"


def sent(version: int = 4, time: int = 7) -> Segment:
    """The ends of a datagram."""
    client, server = ADDRESSES[version]
    return ends(server, client, time)


def payloads(found: Datagrams) -> list[bytes]:
    """What was captured of the datagrams."""
    bounds = zip(found.start.tolist(), (found.start + found.captured).tolist(), strict=True)
    return [found.data[start:stop] for start, stop in bounds]


def check(found: Datagrams, segment: Segment, *, link: Link = "ethernet", vlan: tuple[int, ...] = ()) -> None:
    """Compare columns with the only datagram that was sent."""
    assert (payloads(found), found.length.tolist()) == ([SAID], [len(SAID)])
    assert (found.time.tolist(), found.hops.tolist()) == ([segment.time_us], [segment.ttl])
    assert (found.source_port.tolist(), found.destination_port.tolist()) == ([53], [40_053])
    assert tuple(found.source[0].tolist()) == mapped(segment.source.ip)
    assert tuple(found.destination[0].tolist()) == mapped(segment.target.ip)
    assert found.mac.tolist() == [0x005056000035 if link in TAGGED else NO_MAC]
    assert tuple(tag for tag in found.vlan[0].tolist() if tag != NO_VLAN) == vlan


@pytest.mark.parametrize(("link", "version"), list(product(LINKS, (4, 6))))
def test_every_link_type(link: Link, version: int) -> None:
    check(datagrams([datagram(SAID, sent(version), Encoding(link=link))], link=link), sent(version), link=link)


@pytest.mark.parametrize(("link", "vlan", "version"), list(product(TAGGED, ((10,), (10, 20)), (4, 6))))
def test_one_and_two_tags(link: Link, vlan: tuple[int, ...], version: int) -> None:
    frame = datagram(SAID, sent(version), Encoding(link=link, vlan=vlan))
    check(datagrams([frame], link=link), sent(version), link=link, vlan=vlan)


@pytest.mark.parametrize("extensions", EXTENSIONS, ids="+".join)
def test_ipv6_extension_headers(extensions: tuple[Extension, ...]) -> None:
    check(datagrams([datagram(SAID, sent(6), Encoding(extensions=extensions))]), sent(6))


@pytest.mark.parametrize("form", [Encoding(ip_options=b"\x01" * 8), Encoding(pad=True), Encoding(tso=True)])
def test_options_padding_and_lengths_that_a_card_fills_in(form: Encoding) -> None:
    check(datagrams([datagram(SAID, sent(), form)]), sent())


def test_a_length_of_0_means_all_that_ip_has() -> None:
    check(datagrams([datagram(SAID, sent(), length=0)]), sent())


@pytest.mark.parametrize("length", range(1, 8))
def test_a_length_below_the_headers_own_is_left_out(length: int) -> None:
    assert len(datagrams([datagram(SAID, sent(), length=length)])) == 0


def test_what_is_behind_the_datagrams_length_is_not_its_payload() -> None:
    check(datagrams([datagram(SAID + b"padding", sent(), length=8 + len(SAID))]), sent())


def test_an_empty_datagram() -> None:
    found = datagrams([datagram(b"", sent())])
    assert (found.captured.tolist(), found.length.tolist()) == ([0], [0])


@pytest.mark.parametrize(("link", "version"), list(product(LINKS, (4, 6))))
def test_a_cut_frame_is_left_out_or_known_to_be_cut(link: Link, version: int) -> None:
    frame = datagram(SAID, sent(version), Encoding(link=link))
    headers = len(frame.data) - len(SAID)
    for size in range(len(frame.data)):
        found = datagrams([Frame(0, frame.data[:size])], link=link)
        assert payloads(found) == ([SAID[: size - headers]] if size >= headers else [])
        assert found.length.tolist() == [len(SAID)] * len(found)


def test_only_the_first_fragment_counts_and_lacks_the_rest() -> None:
    whole = bytearray(datagram(SAID, sent(), length=8 + 2 * len(SAID)).data)
    first, later = bytearray(whole), bytearray(whole)
    first[20:22], later[20:22] = b"\x20\x00", b"\x00\x02"
    found = datagrams([Frame(0, bytes(later)), Frame(1, bytes(first))])
    assert (found.time.tolist(), payloads(found), found.length.tolist()) == ([1], [SAID], [2 * len(SAID)])


def test_only_the_wanted_senders_are_decoded() -> None:
    asked = datagram(b"a question", ends(source_port=40_053, port=53))
    found = datagrams([asked, datagram(SAID, sent())], np.arange(65_536) == 53)
    assert payloads(found) == [SAID]


def test_segments_and_datagrams_keep_apart_and_in_order() -> None:
    talk = Conversation(step=0.01)
    talk.open()
    talk.close()
    frames = []
    for number, frame in enumerate(encode(talk.segments)):
        form = Encoding(link="ethernet", vlan=(10,) * (number % 3))
        frames += [frame, datagram(b"%d" % number, sent(4 + number % 2 * 2, frame.time_us), form)]
    found, others, _ = decode(batch(frames), ALL_PORTS, ALL_PORTS)
    assert found.time.tolist() == others.time.tolist() == [each.time_us for each in talk.segments]
    assert payloads(others) == [b"%d" % number for number in range(len(talk.segments))]
    assert found.sequence.tolist() == packets(encode(talk.segments), ALL_PORTS).sequence.tolist()


def test_what_the_user_excludes() -> None:
    frames = [
        datagram(b"in", ends("10.0.3.53", "10.0.3.17")),
        datagram(b"from", ends("192.0.2.53", "10.0.3.17")),
        datagram(b"to", ends("10.0.3.53", "192.0.2.1")),
        datagram(b"tagged", ends(), Encoding(vlan=(5, 9))),
        datagram(b"six", ends("2001:db8::35", "2001:db8::17")),
    ]
    exclusion = Exclusion(("192.0.2.0/24", "2001:db8::/32"), (9,))
    assert payloads(exclusion.apply(datagrams(frames))) == [b"in"]


@pytest.mark.parametrize(("version", "vlan"), list(product((4, 6), ((), (10,)))))
def test_scapy_and_dpkt_read_the_same(version: int, vlan: tuple[int, ...]) -> None:
    frame = datagram(SAID, sent(version), Encoding(vlan=vlan))
    found = datagrams([frame])
    by_scapy, by_dpkt = Ether(frame.data)[UDP], dpkt.ethernet.Ethernet(frame.data).data.data
    for source, port, said in (
        (by_scapy.sport, by_scapy.dport, bytes(by_scapy.payload)),
        (by_dpkt.sport, by_dpkt.dport, by_dpkt.data),
    ):
        assert (found.source_port.tolist(), found.destination_port.tolist()) == ([source], [port])
        assert payloads(found) == [said]
