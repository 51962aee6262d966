"""Layers that carry packets in packets: tunnels, and mirrors that come through one.

What is inside writes over what the outside said: addresses, hop count, and behind Ethernet the card and the tags, so a
box is seen as it was where the tunnel began.  Where only IP packets are carried the card of the frame is that of a
tunnel's end, which is nobody's: there is none.  Fragments of a tunnel's packets are not put together.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sniffer.decode import headers, layers
from sniffer.decode.layers import Batch, Next, Places
from sniffer.model.packets import NO_MAC, NO_VLAN

UDP_TUNNELS = {
    4789: ((0x7B000000, 0x08000000), (0x000000FF, 0)),  # VXLAN, RFC 7348 5: a flag, and what is reserved
    4790: ((0x7B000000, 0x08000000), (0x000000FF, 0)),  # the same, generic (draft-ietf-nvo3-vxlan-gpe)
    8472: ((0x7B000000, 0x08000000), (0x000000FF, 0)),  # the same, as Linux had it before
    6081: ((0xC03F0000, 0x00000000), (0x000000FF, 0)),  # GENEVE, RFC 8926 3.4: version 0, and what is reserved
    37008: ((0xFFFEFFFF, 0x01000001), (0xFF000000, 0x01000000)),  # TZSP: Ethernet, without tags (MikroTik's sniffer)
}
"""Ports that tunnels are sent to, and what their first two words must be: (mask, value).  A client may
have such a port."""

ETHERNET_CARRIED = 0x6558
"""The ethertype of Ethernet within GRE."""

VXLAN_NAMES, VXLAN_ETHERNET = 0x04000000, 3
"""draft-ietf-nvo3-vxlan-gpe 3: the flag P, and the number of Ethernet."""

PSEUDOWIRE, MORE_LABELS = 0, 16
"""Numbers of the table ``mpls`` beside versions of IP."""

GRE_CHECKSUM, GRE_ROUTING, GRE_KEY, GRE_SEQUENCE, GRE_VERSION = 0x8000, 0x4000, 0x2000, 0x1000, 0x0007
"""RFC 2784 2.1, RFC 2890 2."""


def carried(batch: Batch, places: Places) -> Next:
    """Ethernet within a packet: the tags in front of the tunnel are not its own."""
    batch.vlan[places.frame] = NO_VLAN
    return layers.ethernet(batch, places)


def bare_ipv4(batch: Batch, places: Places) -> Next:
    """IPv4 within a packet (RFC 2003): which card sent it first is not known."""
    batch.mac[places.frame] = NO_MAC
    return layers.ipv4(batch, places)


def bare_ipv6(batch: Batch, places: Places) -> Next:
    """IPv6 within a packet (RFC 2473, RFC 4213)."""
    batch.mac[places.frame] = NO_MAC
    return layers.ipv6(batch, places)


def datagram(batch: Batch, places: Places) -> Next | None:
    """UDP, and the tunnels that use it."""
    header, whole = batch.read(headers.UDP, places)
    tunnel = np.zeros(len(header), np.bool_)
    for port in UDP_TUNNELS:
        to_port = header["destination"] == port
        if to_port.any():
            tunnel[to_port] = _begins(batch, whole.take(to_port), port)
    layers.udp(batch, whole.take(~tunnel))
    inside = whole.take(tunnel).behind(headers.UDP.itemsize)
    return Next("udp", header["destination"][tunnel].astype(np.int64), inside) if tunnel.any() else None


def _begins(batch: Batch, places: Places, port: int) -> npt.NDArray[np.bool_]:
    """Say which datagrams to a tunnel's port begin as the tunnel does."""
    head, whole = batch.read(headers.TUNNEL, places.behind(headers.UDP.itemsize))
    found = np.isin(places.frame, whole.frame)
    (mask, value), (mask2, value2) = UDP_TUNNELS[port]
    found[found] = (head["first"] & mask == value) & (head["second"] & mask2 == value2)
    return found


def vxlan(batch: Batch, places: Places) -> Next:
    """VXLAN (RFC 7348 5); a flag of the generic one says that its last octet names what it carries."""
    head, places = batch.read(headers.TUNNEL, places)
    first = head["first"].astype(np.int64)
    kind = np.where(first & VXLAN_NAMES != 0, first & 0xFF, VXLAN_ETHERNET)
    return Next("vxlan", kind, places.behind(headers.TUNNEL.itemsize))


def geneve(batch: Batch, places: Places) -> Next:
    """GENEVE (RFC 8926 3.4): options in units of four octets, and an ethertype as in GRE."""
    head, places = batch.read(headers.TUNNEL, places)
    first = head["first"].astype(np.int64)
    return Next("gre", first & 0xFFFF, places.behind(headers.TUNNEL.itemsize + (first >> 24 & 0x3F) * 4))


def tzsp(batch: Batch, places: Places) -> Next:
    """TaZmen Sniffer Protocol: four octets and the tag that ends tags."""
    return carried(batch, places.behind(5))


def gre(batch: Batch, places: Places) -> Next:
    """GRE, version 0, without source routes."""
    head, places = batch.read(headers.GRE, places)
    flags, kind = head["flags"].astype(np.int64), head["type"].astype(np.int64)
    size = 4 + sum((flags & flag != 0) * 4 for flag in (GRE_CHECKSUM, GRE_KEY, GRE_SEQUENCE))
    # Without a sequence number it is ERSPAN of type I, which has no header (draft-foschiano-erspan 4.1).
    kind = np.where((kind == 0x88BE) & (flags & GRE_SEQUENCE == 0), ETHERNET_CARRIED, kind)
    sane = flags & (GRE_ROUTING | GRE_VERSION) == 0
    return Next("gre", kind[sane], places.behind(size).take(sane))


def erspan(batch: Batch, places: Places) -> Next:
    """ERSPAN, type II (draft-foschiano-erspan 4.2)."""
    return carried(batch, places.behind(headers.TUNNEL.itemsize))


def erspan3(batch: Batch, places: Places) -> Next:
    """ERSPAN, type III (draft-foschiano-erspan 4.3); its last bit says that eight more octets follow."""
    head, places = batch.read(headers.ERSPAN3, places)
    more = (head["last"] & 1).astype(np.int64) * 8
    return carried(batch, places.behind(headers.ERSPAN3.itemsize + more))


def ether_ip(batch: Batch, places: Places) -> Next:
    """Ethernet within IP (RFC 3378): a version, and what is reserved."""
    return carried(batch, places.behind(2))


def mpls(batch: Batch, places: Places) -> Next:
    """One label (RFC 3032 2.1); behind the last nothing says what follows but its first four bits (RFC 4928 2)."""
    head, places = batch.read(headers.LABEL, places)
    last = head["entry"] & 0x100 != 0
    version = (head["first"] >> 4).astype(np.int64)
    version = np.where((version == 4) | (version == 6), version, PSEUDOWIRE)
    return Next("mpls", np.where(last, version, MORE_LABELS), places.behind(4))


def pseudowire(batch: Batch, places: Places) -> Next:
    """Ethernet behind a label (RFC 4448 4.6), after a control word if there are four octets of nothing."""
    head, places = batch.read(headers.WORD, places)
    return carried(batch, places.behind((head["word"] == 0).astype(np.int64) * 4))


def pppoe(batch: Batch, places: Places) -> Next:
    """A session of PPP over Ethernet (RFC 2516 4): the card is that of the one who dialled."""
    head, places = batch.read(headers.PPPOE, places)
    return Next("ppp", head["protocol"].astype(np.int64), places.behind(headers.PPPOE.itemsize))


def serial(batch: Batch, places: Places) -> Next:
    """PPP in HDLC's framing (RFC 1662 3.1)."""
    head, places = batch.read(headers.SERIAL, places)
    return Next("ppp", head["type"].astype(np.int64), places.behind(headers.SERIAL.itemsize))


def hdlc(batch: Batch, places: Places) -> Next:
    """Cisco's HDLC: two octets, and an ethertype."""
    head, places = batch.read(headers.SERIAL, places)
    return Next("ethertype", head["type"].astype(np.int64), places.behind(headers.SERIAL.itemsize))
