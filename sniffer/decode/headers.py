"""The fixed parts of the headers, as numpy record types in network byte order."""

from __future__ import annotations

import numpy as np

ETHERNET = np.dtype([("destination", "V6"), ("source", "u1", 6), ("type", ">u2")])
"""IEEE 802.3 3.1."""

VLAN = np.dtype([("tci", ">u2"), ("type", ">u2")])
"""IEEE 802.1Q 9.6, from behind the tag's own type on: control information, next type."""

SNAP = np.dtype([("llc", "V3"), ("organization", "V3"), ("protocol", ">u2")])
"""IEEE 802.2 behind an 802.3 length: LLC with SNAP (RFC 1042), and the protocol of an organization."""

SLL = np.dtype(
    [
        ("packet", ">u2"),
        ("hardware", ">u2"),
        ("size", ">u2"),
        ("source", "u1", 6),
        ("_", "V2"),
        ("type", ">u2"),
    ]
)
"""LINKTYPE_LINUX_SLL: cooked capture, version 1."""

SLL2 = np.dtype(
    [
        ("type", ">u2"), ("_", "V2"), ("interface", ">u4"), ("hardware", ">u2"), ("packet", "u1"),
        ("size", "u1"), ("source", "u1", 6), ("__", "V2"),
    ]
)  # fmt: skip
"""LINKTYPE_LINUX_SLL2: cooked capture, version 2."""

FAMILY = np.dtype([("little", "<u4")])
"""LINKTYPE_NULL and LINKTYPE_LOOP: an address family, in the byte order of the capturing host."""

VERSION = np.dtype([("first", "u1")])
"""LINKTYPE_RAW: the first octet of an IP header."""

IPV4 = np.dtype(
    [
        ("first", "u1"), ("service", "u1"), ("total", ">u2"), ("id", ">u2"), ("fragment", ">u2"),
        ("ttl", "u1"), ("protocol", "u1"), ("checksum", ">u2"), ("source", ">u4"), ("destination", ">u4"),
    ]
)  # fmt: skip
"""RFC 791 3.1."""

IPV6 = np.dtype(
    [
        ("first", ">u4"), ("payload", ">u2"), ("next", "u1"), ("hops", "u1"),
        ("source", ">u8", 2), ("destination", ">u8", 2),
    ]
)  # fmt: skip
"""RFC 8200 3."""

EXTENSION = np.dtype([("next", "u1"), ("size", "u1")])
"""RFC 8200 4.2 and RFC 6564: every extension header begins so."""

FRAGMENT = np.dtype([("next", "u1"), ("_", "V1"), ("offset", ">u2"), ("id", ">u4")])
"""RFC 8200 4.5."""

TCP = np.dtype(
    [
        ("source", ">u2"), ("destination", ">u2"), ("sequence", ">u4"), ("acknowledged", ">u4"),
        ("offset_flags", ">u2"), ("window", ">u2"), ("checksum", ">u2"), ("urgent", ">u2"),
    ]
)  # fmt: skip
"""RFC 9293 3.1."""

ICMP = np.dtype([("type", "u1"), ("code", "u1"), ("checksum", ">u2")])
"""RFC 4443 2.1."""

UDP = np.dtype([("source", ">u2"), ("destination", ">u2"), ("length", ">u2"), ("checksum", ">u2")])
"""RFC 768."""

TUNNEL = np.dtype([("first", ">u4"), ("second", ">u4")])
"""RFC 7348 5, RFC 8926 3.4, draft-foschiano-erspan 4.2: headers of eight octets, or the first eight of more."""

GRE = np.dtype([("flags", ">u2"), ("type", ">u2")])
"""RFC 2784 2.1."""

ERSPAN3 = np.dtype([("first", ">u4"), ("second", ">u4"), ("last", ">u4")])
"""draft-foschiano-erspan 4.3."""

LABEL = np.dtype([("entry", ">u4"), ("first", "u1")])
"""RFC 3032 2.1, and the first octet of what follows."""

WORD = np.dtype([("word", ">u4")])
"""RFC 4448 4.6: a control word, or the beginning of a card's address."""

PPPOE = np.dtype([("version_code", ">u2"), ("session", ">u2"), ("length", ">u2"), ("protocol", ">u2")])
"""RFC 2516 4, and the protocol of PPP behind it."""

SERIAL = np.dtype([("address_control", ">u2"), ("type", ">u2")])
"""RFC 1662 3.1; Cisco's HDLC has the same form."""
