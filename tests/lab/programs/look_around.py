"""What a computer asks its network: SSDP, WS-Discovery and the metadata of who answers, LLMNR, web pages.

The argument is its own address.
"""

from __future__ import annotations

import re
import socket
import struct
import sys
import time
import urllib.request
import uuid
from contextlib import suppress

IP = sys.argv[1]
SEARCH = (
    b'M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nMAN: "ssdp:discover"\r\nMX: 1\r\nST: upnp:rootdevice\r\n\r\n'
)
AGENT = "Microsoft-Windows/10.0 UPnP/1.0"
ENVELOPE = (
    '<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="http://www.w3.org/2003/05/soap-envelope" '
    'xmlns:wsa="http://schemas.xmlsoap.org/ws/2004/08/addressing" '
    'xmlns:wsd="http://schemas.xmlsoap.org/ws/2005/04/discovery"><soap:Header><wsa:To>{to}</wsa:To>'
    "<wsa:Action>{action}</wsa:Action><wsa:MessageID>urn:uuid:{number}</wsa:MessageID>"
    "<wsa:ReplyTo><wsa:Address>http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous</wsa:Address>"
    "</wsa:ReplyTo></soap:Header><soap:Body>{body}</soap:Body></soap:Envelope>"
)


def asked(data: bytes, group: str, port: int, seconds: float = 1.0) -> list[tuple[bytes, str]]:
    """Ask a group, and hear answers for a while."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind((IP, 0))
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(IP))
        sock.settimeout(0.2)
        sock.sendto(data, (group, port))
        heard, end = [], time.monotonic() + seconds
        while time.monotonic() < end:
            with suppress(TimeoutError):
                answer, (sender, _) = sock.recvfrom(65_535)
                heard.append((answer, sender))
        return heard


def envelope(to: str, action: str, body: str) -> bytes:
    """A SOAP message (WS-Discovery 2005/04)."""
    return ENVELOPE.format(to=to, action=action, body=body, number=uuid.uuid4()).encode()


def get(url: str, data: bytes | None = None) -> None:
    """Fetch a page, or post to it, as Windows calls itself."""
    headers = {"User-Agent": AGENT, **({"Content-Type": "application/soap+xml"} if data else {})}
    with suppress(OSError):
        urllib.request.urlopen(urllib.request.Request(url, data, headers), timeout=3).read()  # noqa: S310 - http alone


def main() -> None:
    """Search in three ways, and ask further of who answered."""
    for answer, _ in asked(SEARCH, "239.255.255.250", 1900):
        if found := re.search(rb"(?im)^LOCATION: *(\S+)", answer):
            get(found[1].decode())
    probe = envelope(
        "urn:schemas-xmlsoap-org:ws:2005:04:discovery",
        "http://schemas.xmlsoap.org/ws/2005/04/discovery/Probe",
        "<wsd:Probe><wsd:Types>wsdp:Device</wsd:Types></wsd:Probe>".replace(
            "<wsd:Types>", '<wsd:Types xmlns:wsdp="http://schemas.xmlsoap.org/ws/2006/02/devprof">'
        ),
    )
    for answer, _ in asked(probe, "239.255.255.250", 3702, 2.0):
        addresses = re.search(rb"XAddrs>\s*(http://\S+?)[\s<]", answer)
        endpoint = re.search(rb"Address>\s*(urn:uuid:[-0-9a-fA-F]+)", answer)
        if addresses and endpoint:
            transfer = envelope(endpoint[1].decode(), "http://schemas.xmlsoap.org/ws/2004/09/transfer/Get", "")
            get(addresses[1].decode(), transfer)
    for name in sys.argv[2:]:
        label = name.encode()
        question = struct.pack("!6H", 0x4C4C, 0, 1, 0, 0, 0) + bytes([len(label)]) + label + b"\0\0\1\0\1"
        asked(question, "224.0.0.252", 5355, 0.5)


if __name__ == "__main__":
    main()
