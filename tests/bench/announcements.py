"""What a box says of itself, as frames: one of each kind for each box, told once and sent many times."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from ipaddress import IPv6Address
from uuid import UUID

from tests.datagrams import datagram
from tests.wire import Encoding, Endpoint, Segment, checksum, enclose

CHECKED = Encoding(checksums=True)
ICMP6 = 58
LEASE = 8 * 3600
"""Seconds."""
GATEWAY, GATEWAY_MAC = "10.16.0.1", "00:1e:bd:00:00:01"
RESOLVER, RESOLVER_MAC = "10.16.0.2", "00:50:56:00:00:53"
GATEWAY_6, PREFIX_6 = "fe80::1", "2001:db8:16::"
BROADCAST, EVERYBODY = "ff:ff:ff:ff:ff:ff", "255.255.255.255"
MAKERS = (
    ("RNP", "00:26:73", "RICOH", "MP C3003", "RicohPrinter"),
    ("BRN", "00:80:77", "Brother", "MFC-L8690CDW", "Brother"),
    ("XRX", "9c:93:4e", "Xerox", "VersaLink C405", "Mfg=Xerox;Typ=MFP;Mod=VersaLink C405"),
    ("SEC", "00:15:99", "Samsung", "SCX-4623F", "SAMSUNG Network Printer"),
)
"""The beginning of a factory name, the prefix of its cards, maker, model, vendor class."""
XID = slice(46, 50)
"""Where the number of a DHCP exchange stands in a frame without tags."""


@dataclass(frozen=True, slots=True)
class Box:
    """A box on the network, with what it says of itself."""

    name: str
    mac: str
    ip: str
    maker: str
    model: str
    vendor_class: str

    @property
    def card(self) -> bytes:
        """Its card's address."""
        return bytes.fromhex(self.mac.replace(":", ""))

    @property
    def ip6(self) -> str:
        """Its address in IPv6, made of its card (RFC 4291, appendix A)."""
        card = self.card
        made = bytes([card[0] ^ 2]) + card[1:3] + b"\xff\xfe" + card[3:]
        return str(IPv6Address(IPv6Address(PREFIX_6).packed[:8] + made))

    @property
    def uuid(self) -> str:
        """Its number, that ends with its card."""
        return str(UUID(bytes=b"\x45\x09\xa3\x20\0\0\x40\0\x80\0" + self.card))


def box(number: int, ip: str) -> Box:
    """The box of a number: makers take turns."""
    begins, prefix, maker, model, vendor_class = MAKERS[number % len(MAKERS)]
    mac = prefix + ":" + number.to_bytes(3).hex(":")
    return Box(begins + mac.replace(":", "").upper(), mac, ip, maker, model, vendor_class)


def sent(payload: bytes, mac: str, ip: str, port: int, to: tuple[str, str, int], ttl: int = 64) -> bytes:
    """A datagram; `to` is card, address and port."""
    card, address, target = to
    like = Segment(0, Endpoint(ip, port, mac), Endpoint(address, target, card), from_client=True, seq=0, ack=0,
                   flags=0, ttl=ttl)  # fmt: skip
    return datagram(payload, like, CHECKED).data


# -- addresses -----------------------------------------------------------------------------------------


def dhcp_request(of: Box) -> bytes:
    """A renewal (RFC 2131 4.3.2): the address stands in ciaddr."""
    named = of.name.encode()
    options = b"\x35\1\3" + option(61, b"\1" + of.card) + option(12, named) + option(60, of.vendor_class.encode())
    message = bootp(1, of, ours=True) + options + option(55, bytes((1, 3, 6, 15, 44))) + b"\xff"
    return sent(message.ljust(300, b"\0"), of.mac, of.ip, 68, (GATEWAY_MAC, GATEWAY, 67))


def dhcp_ack(of: Box) -> bytes:
    """Its answer."""
    router = bytes(map(int, GATEWAY.split(".")))
    options = b"\x35\1\5" + option(54, router) + option(51, struct.pack("!I", LEASE)) + option(3, router)
    message = bootp(2, of, ours=False) + options + b"\xff"
    return sent(message.ljust(300, b"\0"), GATEWAY_MAC, GATEWAY, 67, (of.mac, of.ip, 68))


def dhcp_release(of: Box) -> bytes:
    """The box gives its address back."""
    return sent(
        bootp(1, of, ours=True) + b"\x35\1\7" + option(61, b"\1" + of.card) + b"\xff", of.mac, of.ip, 68,
        (GATEWAY_MAC, GATEWAY, 67),
    )  # fmt: skip


def bootp(operation: int, of: Box, *, ours: bool) -> bytes:
    """The fixed part of a message of DHCP, with the cookie."""
    ip = bytes(map(int, of.ip.split(".")))
    head = struct.pack("!BBBBIHH", operation, 1, 6, 0, 0, 0, 0)
    return head + ip + (bytes(4) if ours else ip) + bytes(8) + of.card + bytes(10 + 192) + b"\x63\x82\x53\x63"


def option(code: int, value: bytes) -> bytes:
    """An option of DHCP."""
    return bytes((code, len(value))) + value


def arp_question(of: Box) -> bytes:
    """The box looks for its router."""
    return arp(1, of.card, of.ip, bytes(6), GATEWAY, b"\xff" * 6)


def arp_answer(of: Box) -> bytes:
    """The router looks for the box, and it answers."""
    router = bytes.fromhex(GATEWAY_MAC.replace(":", ""))
    return arp(2, of.card, of.ip, router, GATEWAY, router)


def arp(operation: int, card: bytes, ip: str, other: bytes, target: str, to: bytes) -> bytes:
    """A frame of ARP (RFC 826)."""
    mine, theirs = (bytes(map(int, each.split("."))) for each in (ip, target))
    said = struct.pack("!HHBBH", 1, 0x0800, 6, 4, operation) + card + mine + other + theirs
    return (to + card + b"\x08\x06" + said).ljust(60, b"\0")


def nd_question(of: Box) -> bytes:
    """The box looks for its router in IPv6 (RFC 4861 4.3)."""
    target = IPv6Address(GATEWAY_6).packed
    body = b"\x87\0\0\0" + bytes(4) + target + b"\1\1" + of.card
    return icmp6(body, of, "33:33:ff:00:00:01", "ff02::1:ff00:1")


def nd_answer(of: Box) -> bytes:
    """The box says at which card its address is (RFC 4861 4.4)."""
    body = b"\x88\0\0\0" + b"\x60\0\0\0" + IPv6Address(of.ip6).packed + b"\2\1" + of.card
    return icmp6(body, of, GATEWAY_MAC, GATEWAY_6)


def icmp6(body: bytes, of: Box, mac: str, ip: str) -> bytes:
    """A message of ICMPv6, with the checksum that it must have."""
    ends = IPv6Address(of.ip6).packed + IPv6Address(ip).packed
    total = checksum(ends + struct.pack("!II", len(body), ICMP6) + body)
    like = Segment(0, Endpoint(of.ip6, 0, of.mac), Endpoint(ip, 0, mac), from_client=True, seq=0, ack=0, flags=0,
                   ttl=255)  # fmt: skip
    return enclose(like, body[:2] + struct.pack("!H", total) + body[4:], CHECKED, ICMP6).data


# -- names ---------------------------------------------------------------------------------------------


def mdns(of: Box) -> bytes:
    """A printer's service and address (RFC 6762 8.3)."""
    kind = labels("_ipp", "_tcp", "local")
    instance = labels(f"{of.maker} {of.model} [{of.name[-6:]}]")[:-1] + kind
    host = labels(of.name, "local")
    words = (
        "txtvers=1", "rp=ipp/print", f"ty={of.maker} {of.model}", f"product=({of.maker} {of.model})",
        f"usb_MFG={of.maker}", f"usb_MDL={of.model}", f"UUID={of.uuid}", f"note=Floor {of.card[-1] % 9}",
        f"adminurl=http://{of.name}.local./",
    )  # fmt: skip
    text = b"".join(bytes([len(word)]) + word.encode() for word in words)
    message = struct.pack("!6H", 0, 0x8400, 0, 4, 0, 0)
    message += record(kind, 12, instance, flush=False) + record(instance, 16, text)
    message += record(instance, 33, struct.pack("!HHH", 0, 0, 631) + host)
    message += record(host, 1, bytes(map(int, of.ip.split("."))))
    return sent(message, of.mac, of.ip, 5353, ("01:00:5e:00:00:fb", "224.0.0.251", 5353), 255)


def labels(*parts: str) -> bytes:
    """A name."""
    return b"".join(bytes([len(part)]) + part.encode() for part in parts) + b"\0"


def record(name: bytes, kind: int, data: bytes, *, flush: bool = True) -> bytes:
    """A resource record."""
    return name + struct.pack("!HHIH", kind, 0x8001 if flush else 1, 120, len(data)) + data


def nbns(of: Box) -> bytes:
    """A registration of its name (RFC 1002 4.2.2)."""
    padded = of.name[:15].upper().ljust(15).encode() + b"\0"
    coded = bytes(each for byte in padded for each in (65 + (byte >> 4), 65 + (byte & 15)))
    head = struct.pack("!6H", 0x4E42, 0x2910, 1, 0, 0, 1) + b"\x20" + coded + b"\0" + struct.pack("!HH", 32, 1)
    tail = struct.pack("!HHHIHH", 0xC00C, 32, 1, 300_000, 6, 0) + bytes(map(int, of.ip.split(".")))
    return sent(head + tail, of.mac, of.ip, 137, (BROADCAST, "10.16.255.255", 137))


def ssdp(of: Box) -> bytes:
    """A device that is alive (UPnP Device Architecture 1.1 1.2.2)."""
    said = (
        "NOTIFY * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nCACHE-CONTROL: max-age=1800\r\n"
        f"LOCATION: http://{of.ip}:80/desc.xml\r\nNT: upnp:rootdevice\r\nNTS: ssdp:alive\r\n"
        f"SERVER: Linux/3.10 UPnP/1.0 {of.maker}-{of.model.replace(' ', '-')}/1.0\r\n"
        f"USN: uuid:{of.uuid}::upnp:rootdevice\r\n\r\n"
    )
    return sent(said.encode(), of.mac, of.ip, 1900, ("01:00:5e:7f:ff:fa", "239.255.255.250", 1900), 4)


def wsd_hello(of: Box) -> bytes:
    """A printer comes (WS-Discovery 2005/04 4.1)."""
    said = (
        '<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="http://www.w3.org/2003/05/soap-envelope" '
        'xmlns:wsa="http://schemas.xmlsoap.org/ws/2004/08/addressing" '
        'xmlns:wsd="http://schemas.xmlsoap.org/ws/2005/04/discovery" '
        'xmlns:wprt="http://schemas.microsoft.com/windows/2006/08/wdp/print"><soap:Header>'
        "<wsa:To>urn:schemas-xmlsoap-org:ws:2005:04:discovery</wsa:To>"
        "<wsa:Action>http://schemas.xmlsoap.org/ws/2005/04/discovery/Hello</wsa:Action>"
        f"<wsa:MessageID>urn:uuid:{of.uuid}</wsa:MessageID></soap:Header><soap:Body><wsd:Hello>"
        f"<wsa:EndpointReference><wsa:Address>urn:uuid:{of.uuid}</wsa:Address></wsa:EndpointReference>"
        f"<wsd:Types>wprt:PrintDeviceType</wsd:Types><wsd:XAddrs>http://{of.ip}:5357/</wsd:XAddrs>"
        "<wsd:MetadataVersion>1</wsd:MetadataVersion></wsd:Hello></soap:Body></soap:Envelope>"
    )
    return sent(said.encode(), of.mac, of.ip, 3702, ("01:00:5e:7f:ff:fa", "239.255.255.250", 3702), 1)


def lldp(of: Box) -> bytes:
    """A neighbour of its switch (IEEE 802.1AB 8)."""
    parts = (
        (1, b"\4" + of.card), (2, b"\3" + of.card), (3, b"\0\x78"), (5, of.name.encode()),
        (6, f"{of.maker} {of.model} 1.22".encode()), (7, b"\0\x80\0\x80"), (0, b""),
    )  # fmt: skip
    body = b"".join(struct.pack("!H", kind << 9 | len(value)) + value for kind, value in parts)
    return (bytes.fromhex("0180c200000e") + of.card + b"\x88\xcc" + body).ljust(60, b"\0")


def dns_answer(of: Box) -> bytes:
    """The resolver tells it where its mail server is."""
    name = labels("mail", "example", "org")
    message = struct.pack("!6H", of.card[-1] << 8 | of.card[-2], 0x8180, 1, 1, 0, 0) + name + struct.pack("!HH", 1, 1)
    message += b"\xc0\x0c" + struct.pack("!HHIH", 1, 1, 300, 4) + bytes((10, 16, 0, 25))
    return sent(message, RESOLVER_MAC, RESOLVER, 53, (of.mac, of.ip, 40_000))
