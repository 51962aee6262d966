"""A UPnP device's announcements: IP SERVER TYPE UUID (UPnP Device Architecture 1.1 1.2 and 1.3)."""

from __future__ import annotations

import socket
import struct
import sys
import time

IP, SERVER, KIND, UUID = sys.argv[1:5]
GROUP, PORT = "239.255.255.250", 1900
ALIVE = (
    "NOTIFY * HTTP/1.1\r\nHOST: {group}:{port}\r\nCACHE-CONTROL: max-age=1800\r\n"
    "LOCATION: http://{ip}:80/desc.xml\r\nNT: {target}\r\nNTS: ssdp:alive\r\nSERVER: {server}\r\nUSN: {usn}\r\n\r\n"
)
FOUND = (
    "HTTP/1.1 200 OK\r\nCACHE-CONTROL: max-age=1800\r\nEXT:\r\nLOCATION: http://{ip}:80/desc.xml\r\n"
    "SERVER: {server}\r\nST: {target}\r\nUSN: {usn}\r\n\r\n"
)


def said(form: str, target: str) -> bytes:
    """A message about one target."""
    usn = f"uuid:{UUID}" + ("" if target == f"uuid:{UUID}" else f"::{target}")
    return form.format(group=GROUP, port=PORT, ip=IP, server=SERVER, target=target, usn=usn).encode()


def main() -> None:
    """Announce, then answer whoever searches."""
    heard = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    heard.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    heard.bind(("", PORT))
    member = socket.inet_aton(GROUP) + socket.inet_aton(IP)
    heard.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, member)
    heard.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(IP))
    heard.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, struct.pack("b", 4))
    targets = ("upnp:rootdevice", f"uuid:{UUID}", KIND)
    for target in targets:
        heard.sendto(said(ALIVE, target), (GROUP, PORT))
        time.sleep(0.05)
    while True:
        data, sender = heard.recvfrom(2048)
        if data.startswith(b"M-SEARCH") and (b"ssdp:all" in data or b"rootdevice" in data):
            heard.sendto(said(FOUND, "upnp:rootdevice"), sender)


if __name__ == "__main__":
    main()
