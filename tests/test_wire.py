"""The builder's frames, read back by other people's parsers, say what was said."""

from __future__ import annotations

import io
import shutil
import struct
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import dpkt
import pytest
from scapy.layers.inet import IP, TCP
from scapy.layers.inet6 import IPv6, IPv6ExtHdrDestOpt, IPv6ExtHdrFragment, IPv6ExtHdrHopByHop
from scapy.layers.l2 import Dot1AD, Dot1Q, Ether
from scapy.packet import Packet
from scapy.utils import RawPcapNgReader, RawPcapReader, rdpcap

from tests.capture_files import Interface, encode_pcap, encode_pcapng, write_pcap, write_pcapng
from tests.wire import (
    ACK,
    FIN,
    LINK_TYPES,
    PSH,
    SYN,
    Conversation,
    Extension,
    Frame,
    Link,
    duplicate,
    merge,
    reorder,
    swap,
)

SAID_BY_CLIENT = b"EHLO scanner\r\nQUIT\r\n"
SAID_BY_SERVER = b"220 mail.example.org ESMTP\r\n250-mail.example.org\r\n250 AUTH LOGIN PLAIN\r\n221 Bye\r\n"


def small_talk(
    client: str = "10.0.3.17", server: str = "10.0.3.2", client_port: int = 49152, client_isn: int = 1000
) -> Conversation:
    """A session of five turns."""
    talk = Conversation(client=client, server=server, client_port=client_port, client_isn=client_isn)
    talk.open()
    talk.server("220 mail.example.org ESMTP")
    talk.client("EHLO scanner")
    talk.server("250-mail.example.org", "250 AUTH LOGIN PLAIN")
    talk.client(b"QU", b"IT\r\n")
    talk.server("221 Bye")
    talk.close()
    return talk


def six() -> Conversation:
    """The same session over IPv6."""
    return small_talk(client="2001:db8::17", server="2001:db8::2")


def heard(packets: Sequence[Packet]) -> tuple[bytes, bytes]:
    """What the client and the server said, by scapy."""
    both = [b"".join(bytes(p[TCP].payload) for p in packets if p[TCP].dport == 25)]
    both += [b"".join(bytes(p[TCP].payload) for p in packets if p[TCP].sport == 25)]
    return both[0], both[1]


def test_a_session_is_read_back_by_scapy(tmp_path: Path) -> None:
    write_pcap(tmp_path / "a.pcap", small_talk().frames())
    packets = list(rdpcap(str(tmp_path / "a.pcap")))
    assert heard(packets) == (SAID_BY_CLIENT, SAID_BY_SERVER)
    assert packets[0][Ether].src == "00:26:73:a1:b2:c3"
    assert packets[0][IP].dst == "10.0.3.2"
    assert [int(p[TCP].flags) for p in packets[:3]] == [SYN, SYN | ACK, ACK]
    assert [float(p.time) for p in packets[:2]] == [1_795_000_000.0, 1_795_000_000.001]


def test_sequence_numbers_follow_what_was_said() -> None:
    talk = small_talk()
    opening, reply = talk.segments[0], talk.segments[1]
    assert (opening.seq, opening.ack, reply.seq, reply.ack) == (1000, 0, 5000, 1001)
    last_ack = talk.segments[-1]
    assert last_ack.from_client
    assert last_ack.seq == 1000 + 1 + len(SAID_BY_CLIENT) + 1
    assert last_ack.ack == 5000 + 1 + len(SAID_BY_SERVER) + 1


def test_sequence_numbers_wrap() -> None:
    talk = small_talk(client_isn=2**32 - 3)
    assert talk.segments[-1].seq == (2**32 - 3 + 1 + len(SAID_BY_CLIENT) + 1) % 2**32
    talk.frames()


def test_a_dialogue_groups_lines_into_segments() -> None:
    talk = Conversation()
    talk.dialogue("""
        S: 250-mail.example.org
        S: 250 AUTH LOGIN
        C: MAIL FROM:<a@example.org>
        C| RCPT TO:<b@example.org>
        C:
        S: 250 OK
    """)
    assert [s.payload for s in talk.segments] == [
        b"250-mail.example.org\r\n250 AUTH LOGIN\r\n",
        b"MAIL FROM:<a@example.org>\r\n",
        b"RCPT TO:<b@example.org>\r\n\r\n",
        b"250 OK\r\n",
    ]


def test_a_dialogue_with_a_stray_line_is_refused() -> None:
    with pytest.raises(ValueError, match="begins"):
        Conversation().dialogue("X: what")


def test_lost_bytes_advance_the_numbers_without_a_frame() -> None:
    talk = Conversation()
    talk.client(b"one")
    talk.lose("client", b"two")
    talk.client(b"three")
    talk.server("250 OK")
    assert [s.seq for s in talk.segments[:2]] == [1001, 1007]
    assert talk.segments[2].ack == 1012


def test_acks_retransmissions_and_resets() -> None:
    talk = Conversation(acks=True)
    talk.client("NOOP")
    talk.retransmit(0)
    talk.emit("client", b"\0", seq=talk.next_seq["client"] - 1)
    talk.reset("server")
    assert [s.payload for s in talk.segments] == [b"NOOP\r\n", b"", b"NOOP\r\n", b"\0", b""]
    assert talk.segments[1].ack == talk.segments[0].seq + 6
    assert talk.segments[2].seq == talk.segments[0].seq
    assert talk.next_seq["client"] == 1001 + 6


def test_mss_cuts_payloads_and_keeps_every_byte(tmp_path: Path) -> None:
    frames = small_talk().frames(mss=1)
    write_pcap(tmp_path / "a.pcap", frames)
    packets = list(rdpcap(str(tmp_path / "a.pcap")))
    assert heard(packets) == (SAID_BY_CLIENT, SAID_BY_SERVER)
    assert max(len(p[TCP].payload) for p in packets) == 1
    assert [f.time_us for f in frames] == sorted(f.time_us for f in frames)
    assert sum(bool(p[TCP].flags & PSH) for p in packets) == 5


@pytest.mark.parametrize("talk", [small_talk(), six()], ids=["IPv4", "IPv6"])
@pytest.mark.parametrize("link", [link for link in LINK_TYPES if link not in ("null", "loop")])
def test_link_forms_are_read_back_by_scapy(link: Link, talk: Conversation, tmp_path: Path) -> None:
    path = tmp_path / "a.pcap"
    write_pcap(path, talk.frames(link), LINK_TYPES[link])
    assert heard(list(rdpcap(str(path)))) == (SAID_BY_CLIENT, SAID_BY_SERVER)


@pytest.mark.parametrize(("link", "order"), [("null", "<"), ("loop", ">")])
def test_loopback_forms_begin_with_the_family(link: Link, order: str) -> None:
    for talk, family, network in ((small_talk(), 2, IP), (six(), 30, IPv6)):
        frames = talk.frames(link)
        assert {struct.unpack(order + "I", f.data[:4]) for f in frames} == {(family,)}
        assert heard([network(f.data[4:]) for f in frames]) == (SAID_BY_CLIENT, SAID_BY_SERVER)


def test_vlan_tags() -> None:
    (frame, *_) = small_talk().frames(vlan=(10, 20), tag_types=(0x88A8,))
    packet = Ether(frame.data)
    assert (packet[Dot1AD].vlan, packet[Dot1Q].vlan, packet[TCP].dport) == (10, 20, 25)
    (cooked, *_) = small_talk().frames("sll", vlan=(7,))
    assert cooked.data[14:20] == b"\x81\x00\x00\x07\x08\x00"
    with pytest.raises(ValueError, match="no room"):
        small_talk().frames("raw", vlan=(10,))


def test_duplicates_have_another_tag_and_a_lower_ttl() -> None:
    frames = duplicate(small_talk().frames(vlan=(10,)), vlan=(20,), ttl_minus=1, source_mac="02:00:00:00:00:01")
    first, copy = Ether(frames[0].data), Ether(frames[1].data)
    assert (first[Dot1Q].vlan, copy[Dot1Q].vlan) == (10, 20)
    assert (first[IP].ttl, copy[IP].ttl) == (64, 63)
    assert copy.src == "02:00:00:00:00:01"
    assert bytes(first[TCP]) == bytes(copy[TCP])
    untagged = duplicate(six().frames(vlan=(10,)), vlan=(), ttl_minus=3)
    assert Ether(untagged[1].data)[IPv6].hlim == 61


def test_order_of_segments_and_frames() -> None:
    talk = small_talk()
    swapped = swap(talk.segments, 3, 4)
    assert [s.payload for s in swapped[3:5]] == [talk.segments[4].payload, talk.segments[3].payload]
    assert [s.time_us for s in swapped] == [s.time_us for s in talk.segments]
    frames = talk.frames()
    backwards = reorder(frames, range(len(frames) - 1, -1, -1))
    assert backwards[0].data == frames[-1].data
    other = small_talk(client_port=50000).frames()
    assert [f.data for f in merge(frames, other)[:2]] == [frames[0].data, other[0].data]


def test_ip_options_padding_offload_and_checksums() -> None:
    frames = small_talk().frames(ip_options=b"\x94\x04\x00\x00", tcp_options=b"\x01" * 4, pad=True, checksums=True)
    packets = [Ether(f.data) for f in frames]
    assert all(p[IP].ihl == 6 for p in packets)
    assert {p[TCP].dataofs for p in packets} == {6}
    assert {len(f.data) for f in small_talk().frames(pad=True)[:3]} == {60}
    for packet in packets:
        rebuilt = packet.copy()
        del rebuilt[IP].chksum, rebuilt[TCP].chksum
        again = Ether(bytes(rebuilt))
        assert (packet[IP].chksum, packet[TCP].chksum) == (again[IP].chksum, again[TCP].chksum)
    offloaded = small_talk().frames(tso=True)
    assert {bytes(f.data[16:18]) for f in offloaded} == {b"\0\0"}
    assert {f.data[50:52] for f in offloaded} == {b"\0\0"}


def test_ipv6_extension_headers() -> None:
    chain: tuple[Extension, ...] = ("hop-by-hop", "destination", "fragment")
    packets = [Ether(f.data) for f in six().frames(extensions=chain)]
    for packet in packets:
        assert packet[IPv6].plen == len(packet[IPv6].payload)
        assert all(packet.haslayer(h) for h in (IPv6ExtHdrHopByHop, IPv6ExtHdrDestOpt, IPv6ExtHdrFragment))
    assert heard(packets) == (SAID_BY_CLIENT, SAID_BY_SERVER)


@pytest.mark.parametrize("big_endian", [False, True])
@pytest.mark.parametrize("nanosecond", [False, True])
def test_pcap_files_are_read_by_dpkt(big_endian: bool, nanosecond: bool) -> None:
    talk = small_talk()
    data = encode_pcap(talk.frames(), big_endian=big_endian, nanosecond=nanosecond)
    read = list(dpkt.pcap.Reader(io.BytesIO(data)))
    assert [round(float(t) * 1_000_000) for t, _ in read] == [s.time_us for s in talk.segments]
    said = [dpkt.ethernet.Ethernet(d).data.data for _, d in read]
    assert b"".join(t.data for t in said if t.dport == 25) == SAID_BY_CLIENT
    assert said[-2].flags == FIN | ACK


def test_a_short_snaplen_keeps_the_wire_length(tmp_path: Path) -> None:
    frames = small_talk().frames()
    write_pcap(tmp_path / "a.pcap", frames, snaplen=60)
    read = list(RawPcapReader(str(tmp_path / "a.pcap")))
    assert max(m.caplen for _, m in read) == 60
    assert [m.wirelen for _, m in read] == [len(f.data) for f in frames]


@pytest.mark.parametrize("big_endian", [False, True])
def test_pcapng_files_are_read_by_scapy(big_endian: bool, tmp_path: Path) -> None:
    talk = small_talk()
    interfaces = [Interface(1, 65535, 9, "span0"), Interface(101, 100, None), Interface(1, 100, 0x80 | 20)]
    frames: list[Frame | tuple[int, Frame]] = [
        talk.frames()[0],
        (1, talk.frames("raw")[1]),
        (2, talk.frames()[2]),
    ]
    path = tmp_path / "a.pcapng"
    write_pcapng(path, frames, interfaces, comment="made up", comments={1: "here"}, big_endian=big_endian)
    read: list[tuple[bytes, Any]] = list(RawPcapNgReader(str(path)))
    times = [((m.tshigh << 32) + m.tslow) * 1_000_000 // m.tsresol for _, m in read]
    assert [(m.linktype, m.tsresol) for _, m in read] == [(1, 10**9), (101, 10**6), (1, 2**20)]
    # a power of two cannot hold every microsecond
    assert [abs(t - s.time_us) <= 1 for t, s in zip(times, talk.segments, strict=False)] == [True] * 3
    assert b"made up" in path.read_bytes()


@pytest.mark.skipif(shutil.which("tshark") is None, reason="tshark is not installed")
@pytest.mark.parametrize("suffix", ["pcap", "pcapng"])
def test_tshark_follows_the_dialogue(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"a.{suffix}"
    frames = small_talk().frames(vlan=(10, 20), checksums=True)
    path.write_bytes(encode_pcap(frames) if suffix == "pcap" else encode_pcapng(frames))
    command = ["tshark", "-r", str(path), "-Y", "smtp", "-T", "fields"]
    command += ["-e", "smtp.req.command", "-e", "smtp.response.code", "-e", "vlan.id"]
    out = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split("\n")
    assert out == ["\t220\t10,20", "EHLO\t\t10,20", "\t250\t10,20", "QUIT\t\t10,20", "\t221\t10,20", ""]
