"""Messages of discovery as frames, one of every kind that the program listens to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from scapy.layers.inet import IP, TCP, UDP
from scapy.layers.inet6 import ICMPv6ND_NA, IPv6, IPv6ExtHdrHopByHop
from scapy.layers.l2 import ARP, LLC, SNAP
from scapy.packet import Raw

from sniffer.decode import Discovery, decode
from sniffer.model.packets import IP_PROTOCOL, TCP_PORT, UDP_PORT, Messages
from sniffer.pipeline.follower import DISCOVERED, ports_of
from tests.frames import NO_PORTS, batch
from tests.wire import Frame, Link

CARD, GROUP = "00:26:73:a1:b2:c3", "33:33:00:00:00:01"
CDP_GROUP = "01:00:0c:cc:cc:cc"
IP4, IP6 = ("10.0.3.17", "10.0.3.1"), ("fe80::226:73ff:fea1:b2c3", "fe80::1")
BODY = b"what is said, and some more of it"
WANTED = Discovery(*map(ports_of, DISCOVERED))


class Kind(NamedTuple):
    """A kind of message: its number, the layers above the link, and the message."""

    kind: int
    layers: Any
    message: bytes
    ethertype: int


def _ip4(layer: Any, ttl: int = 64) -> Any:
    return IP(src=IP4[0], dst=IP4[1], ttl=ttl) / layer


def _ip6(layer: Any, hops: int = 64) -> Any:
    return IPv6(src=IP6[0], dst=IP6[1], hlim=hops) / layer


def _udp(source: int, target: int, ip: Any = _ip4) -> Any:
    return ip(UDP(sport=source, dport=target) / Raw(BODY))


def _web(source: int, target: int, said: bytes, ip: Any = _ip4) -> Any:
    return ip(TCP(sport=source, dport=target, flags="PA", options=[("NOP", None)] * 4) / Raw(said))


ANSWER, QUESTION = b"HTTP/1.1 200 OK\r\nServer: nginx\r\n\r\n", b"GET / HTTP/1.1\r\nHost: nas\r\n\r\n"
CLAIM = bytes(ARP(op=2, hwsrc=CARD, psrc=IP4[0], hwdst=CARD, pdst=IP4[1]))
NEIGHBOUR = ICMPv6ND_NA(tgt=IP6[0])
ND = bytes(_ip6(NEIGHBOUR, 255))[40:]

KINDS: dict[str, Kind] = {
    "ARP": Kind(0x0806, Raw(CLAIM), CLAIM, 0x0806),
    "LLDP": Kind(0x88CC, Raw(BODY), BODY, 0x88CC),
    "ND": Kind(IP_PROTOCOL + 58, _ip6(NEIGHBOUR, 255), ND, 0x86DD),
    "ND behind options": Kind(
        IP_PROTOCOL + 58, IPv6(src=IP6[0], dst=IP6[1], hlim=255, nh=0) / IPv6ExtHdrHopByHop(nh=58) / Raw(ND), ND, 0x86DD
    ),
    "VRRP": Kind(IP_PROTOCOL + 112, IP(src=IP4[0], dst="224.0.0.18", ttl=255, proto=112) / Raw(BODY), BODY, 0x0800),
    "VRRP over IPv6": Kind(IP_PROTOCOL + 112, IPv6(src=IP6[0], hlim=255, nh=112) / Raw(BODY), BODY, 0x86DD),
    "DHCP, client": Kind(UDP_PORT + 68, _udp(68, 67), BODY, 0x0800),
    "DHCP, server": Kind(UDP_PORT + 67, _udp(67, 68), BODY, 0x0800),
    "DHCP, relayed": Kind(UDP_PORT + 67, _udp(40_000, 67), BODY, 0x0800),
    "DHCPv6": Kind(UDP_PORT + 546, _udp(546, 547, _ip6), BODY, 0x86DD),
    "mDNS": Kind(UDP_PORT + 5353, _udp(5353, 5353), BODY, 0x0800),
    "mDNS over IPv6": Kind(UDP_PORT + 5353, _udp(5353, 5353, _ip6), BODY, 0x86DD),
    "NBNS": Kind(UDP_PORT + 137, _udp(137, 137), BODY, 0x0800),
    "browser": Kind(UDP_PORT + 138, _udp(138, 138), BODY, 0x0800),
    "LLMNR": Kind(UDP_PORT + 5355, _udp(5355, 50_000), BODY, 0x0800),
    "SSDP, notice": Kind(UDP_PORT + 1900, _udp(50_000, 1900), BODY, 0x0800),
    "SSDP, answer": Kind(UDP_PORT + 1900, _udp(1900, 50_000), BODY, 0x0800),
    "WS-Discovery": Kind(UDP_PORT + 3702, _udp(3702, 50_000), BODY, 0x0800),
    "SNMP": Kind(UDP_PORT + 161, _udp(161, 50_000), BODY, 0x0800),
    "DNS": Kind(UDP_PORT + 53, _udp(53, 50_000), BODY, 0x0800),
    "HTTP, answer": Kind(TCP_PORT + 80, _web(80, 50_000, ANSWER), ANSWER, 0x0800),
    "HTTP, question": Kind(TCP_PORT + 80, _web(50_000, 80, QUESTION), QUESTION, 0x0800),
    "HTTP over IPv6": Kind(TCP_PORT + 80, _web(80, 50_000, ANSWER, _ip6), ANSWER, 0x86DD),
}

CDP = Kind(0x2000, LLC(dsap=0xAA, ssap=0xAA, ctrl=3) / SNAP(OUI=0x0C, code=0x2000) / Raw(BODY), BODY, 0)

OTHERS: dict[str, Any] = {
    "ping": _ip4(Raw(b"\x08\x00" + bytes(20))),
    "ping of IPv6": IPv6(src=IP6[0], dst=IP6[1], nh=58) / Raw(b"\x80\x00" + bytes(20)),
    "ND that was passed on": _ip6(NEIGHBOUR, 254),
    "a question of DNS": _udp(50_000, 53),
    "a question of SNMP": _udp(50_000, 161),
    "a question of LLMNR": _udp(50_000, 5355),
    "NTP": _udp(123, 123),
    "the middle of a web page": _web(80, 50_000, b"<html>" + bytes(90)),
    "a web page's acknowledgement": _ip4(TCP(sport=80, dport=50_000, flags="A")),
    "TLS": _web(443, 50_000, ANSWER),
}  # fmt: skip
"""What is no message of discovery."""


def frame(layers: Any, tags: Sequence[int] = (), ethertype: int | None = None, time_us: int = 7) -> Frame:
    """A frame of Ethernet, behind tags; the ethertype is IP's unless it is given."""
    inner = bytes(layers)
    number = {4: 0x0800, 6: 0x86DD}[inner[0] >> 4] if ethertype is None else ethertype
    return Frame(time_us, _link(tags, GROUP, number) + inner)


def kind_frame(kind: Kind, tags: Sequence[int] = (), time_us: int = 7) -> Frame:
    """The frame of a message; that of CDP has a length in place of the ethertype."""
    if kind is not CDP:
        return frame(kind.layers, tags, kind.ethertype, time_us)
    inner = bytes(kind.layers)
    return Frame(time_us, _link(tags, CDP_GROUP, len(inner)) + inner)


def _link(tags: Sequence[int], target: str, number: int) -> bytes:
    words = [word for tag in tags for word in (0x8100, tag)]
    ends = (bytes.fromhex(each.replace(":", "")) for each in (target, CARD))
    return b"".join([*ends, *(word.to_bytes(2, "big") for word in (*words, number))])


def messages(frames: Sequence[Frame], link: Link = "ethernet") -> Messages:
    """The messages of frames."""
    found = decode(batch(frames, link), NO_PORTS, NO_PORTS, WANTED).messages
    assert found is not None
    return found
