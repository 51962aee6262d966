"""Who reads which message of discovery: a row each, by ``Messages.kind``."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from sniffer.model.clues import Heard, Source
from sniffer.model.packets import ARP, CDP, LLDP, ND, TCP_PORT, UDP_PORT, VRRP
from sniffer.protocols import (
    arp,
    cdp,
    dhcp,
    dhcpv6,
    dns_names,
    http,
    lldp,
    llmnr,
    mdns,
    neighbours,
    netbios,
    snmp,
    ssdp,
    tcp_syn,
    vrrp,
    ws_discovery,
)

SYN = TCP_PORT
"""A segment that opens a connection to a mail port, whichever that is."""

Read = Callable[[bytes, str], tuple[Heard, ...]]
"""Reads a message, told the packet's source address."""


class Observer(NamedTuple):
    """How messages of one kind are read; ``local`` ones no router passes on, whatever their hop count."""

    source: Source
    read: Read
    local: bool = False


def _plain(read: Callable[[bytes], tuple[Heard, ...]]) -> Read:
    return lambda message, _: read(message)


OBSERVERS: dict[int, Observer] = {
    ARP: Observer("arp", _plain(arp.heard), local=True),
    LLDP: Observer("lldp", _plain(lldp.heard), local=True),
    CDP: Observer("cdp", _plain(cdp.heard), local=True),
    ND: Observer("nd", neighbours.heard, local=True),
    VRRP: Observer("vrrp", vrrp.heard, local=True),
    UDP_PORT + 53: Observer("dns", _plain(dns_names.heard)),
    UDP_PORT + 67: Observer("dhcp", _plain(dhcp.heard)),
    UDP_PORT + 68: Observer("dhcp", _plain(dhcp.heard)),
    UDP_PORT + 137: Observer("nbns", _plain(netbios.heard)),
    UDP_PORT + 138: Observer("browser", _plain(netbios.heard_browser)),
    UDP_PORT + 161: Observer("snmp", _plain(snmp.heard)),
    UDP_PORT + 546: Observer("dhcpv6", _plain(dhcpv6.heard)),
    UDP_PORT + 547: Observer("dhcpv6", _plain(dhcpv6.heard)),
    UDP_PORT + 1900: Observer("ssdp", _plain(ssdp.heard), local=True),
    UDP_PORT + 3702: Observer("ws-discovery", _plain(ws_discovery.heard), local=True),
    UDP_PORT + 5353: Observer("mdns", _plain(mdns.heard), local=True),
    UDP_PORT + 5355: Observer("llmnr", _plain(llmnr.heard), local=True),
    SYN: Observer("tcp", _plain(tcp_syn.heard)),
    TCP_PORT + 80: Observer("http", _plain(http.heard)),
}

UDP_FROM = (53, 67, 68, 137, 138, 161, 546, 547, 1900, 3702, 5353, 5355)
"""Ports that answers and announcements come from."""

UDP_TO = (67, 137, 138, 547, 1900, 3702)
"""Ports that some announce to from a port of their own."""

WEB = (80,)
