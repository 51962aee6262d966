"""A printer's WS-Discovery: IP UUID MAKER MODEL SERIAL (WS-Discovery 2005/04, DPWS 2006/02, WS-Print 1.0).

It says Hello, answers probes, and gives its metadata to whoever asks on port 5357.
"""

from __future__ import annotations

import re
import socket
import struct
import sys
import threading
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

IP, UUID, MAKER, MODEL, SERIAL = sys.argv[1:6]
GROUP, PORT, PAGES = "239.255.255.250", 3702, 5357
DISCOVERY = "http://schemas.xmlsoap.org/ws/2005/04/discovery"
TRANSFER = "http://schemas.xmlsoap.org/ws/2004/09/transfer"
PROFILE = "http://schemas.xmlsoap.org/ws/2006/02/devprof"
ENVELOPE = (
    '<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="http://www.w3.org/2003/05/soap-envelope" '
    'xmlns:wsa="http://schemas.xmlsoap.org/ws/2004/08/addressing" '
    f'xmlns:wsd="{DISCOVERY}" xmlns:wsdp="{PROFILE}" '
    'xmlns:wprt="http://schemas.microsoft.com/windows/2006/08/wdp/print" '
    'xmlns:wsx="http://schemas.xmlsoap.org/ws/2004/09/mex"><soap:Header><wsa:To>{to}</wsa:To>'
    "<wsa:Action>{action}</wsa:Action><wsa:MessageID>urn:uuid:{number}</wsa:MessageID>{more}</soap:Header>"
    "<soap:Body>{body}</soap:Body></soap:Envelope>"
)
SELF = (
    f"<wsa:EndpointReference><wsa:Address>urn:uuid:{UUID}</wsa:Address></wsa:EndpointReference>"
    "<wsd:Types>wsdp:Device wprt:PrintDeviceType</wsd:Types>"
    f"<wsd:XAddrs>http://{IP}:{PAGES}/{UUID}</wsd:XAddrs><wsd:MetadataVersion>1</wsd:MetadataVersion>"
)
METADATA = (
    f'<wsx:Metadata><wsx:MetadataSection Dialect="{PROFILE}/ThisModel"><wsdp:ThisModel>'
    f"<wsdp:Manufacturer>{MAKER}</wsdp:Manufacturer><wsdp:ModelName>{MODEL}</wsdp:ModelName></wsdp:ThisModel>"
    f'</wsx:MetadataSection><wsx:MetadataSection Dialect="{PROFILE}/ThisDevice"><wsdp:ThisDevice>'
    f"<wsdp:FriendlyName>{MAKER} {MODEL}</wsdp:FriendlyName><wsdp:SerialNumber>{SERIAL}</wsdp:SerialNumber>"
    "</wsdp:ThisDevice></wsx:MetadataSection></wsx:Metadata>"
)


def said(action: str, body: str, to: str, about: str | None = None) -> bytes:
    """A message, perhaps in answer to another."""
    more = f"<wsa:RelatesTo>{about}</wsa:RelatesTo>" if about else ""
    return ENVELOPE.format(to=to, action=action, body=body, more=more, number=uuid.uuid4()).encode()


class Pages(BaseHTTPRequestHandler):
    """The metadata."""

    protocol_version = "HTTP/1.1"

    def version_string(self) -> str:
        """What the box calls its server."""
        return "debut/1.30"

    def do_POST(self) -> None:
        """Whatever is asked, it is the metadata."""
        self.rfile.read(int(self.headers["Content-Length"]))
        body = said(
            TRANSFER + "/GetResponse", METADATA, "http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous"
        )
        self.send_response(200)
        self.send_header("Content-Type", "application/soap+xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def main() -> None:
    """Say Hello, then answer."""
    threading.Thread(target=ThreadingHTTPServer(("", PAGES), Pages).serve_forever, daemon=True).start()
    heard = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    heard.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    heard.bind(("", PORT))
    heard.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, socket.inet_aton(GROUP) + socket.inet_aton(IP))
    heard.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(IP))
    heard.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, struct.pack("b", 1))
    group = "urn:schemas-xmlsoap-org:ws:2005:04:discovery"
    heard.sendto(said(DISCOVERY + "/Hello", f"<wsd:Hello>{SELF}</wsd:Hello>", group), (GROUP, PORT))
    while True:
        data, sender = heard.recvfrom(65_535)
        asked = re.search(rb"MessageID>\s*([^<\s]+)", data)
        if b"/Probe<" in data and asked:
            body = f"<wsd:ProbeMatches><wsd:ProbeMatch>{SELF}</wsd:ProbeMatch></wsd:ProbeMatches>"
            anyone = "http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous"
            heard.sendto(said(DISCOVERY + "/ProbeMatches", body, anyone, asked[1].decode()), sender)


if __name__ == "__main__":
    main()
