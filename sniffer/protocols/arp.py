"""ARP (RFC 826, 5227): which card says that an address is its own.

Requests and replies are alike in that: the sender tells its own pair.  A probe does not claim the address it asks for,
and its sender's is 0.0.0.0 (RFC 5227 2.1.1).  What a reply says of the one who asked is only repeated.
Proxy ARP looks the same (RFC 1027): one card that claims a whole subnet is for the judgement to see.
"""

from __future__ import annotations

import struct

import numpy as np
import numpy.typing as npt

from sniffer.model.clues import Claim, Heard
from sniffer.model.frames import Ints
from sniffer.protocols.clue_addresses import LOOPBACK, MULTICAST, ipv4
from sniffer.protocols.clue_text import mac

ETHERNET_IPV4 = b"\0\1\x08\0\6\4"
"""Hardware type, protocol type and the sizes of their addresses."""

REQUEST, REPLY = 1, 2

MESSAGE = struct.Struct("!6sH6s4s10x")
"""Kinds and sizes, operation, the sender's card and address; the target's are not read."""

FIELDS = np.dtype(
    [("kinds", ">u4"), ("sizes", ">u2"), ("operation", ">u2"), ("card", ">u2", 3), ("ip", ">u4"), ("_", "V10")]
)
"""The same for many messages."""


def heard(message: bytes) -> tuple[Heard, ...]:
    """Return the sender's claim to its address."""
    if len(message) < MESSAGE.size:
        return ()
    kinds, operation, card, address = MESSAGE.unpack_from(message)
    if kinds != ETHERNET_IPV4 or operation not in (REQUEST, REPLY):
        return ()
    sender, ip = mac(card), ipv4(address)
    return (Heard(claims=(Claim(ip, sender),), mac=sender),) if sender and ip else ()


def claims(data: bytes, start: Ints, captured: Ints) -> tuple[npt.NDArray[np.bool_], Ints, npt.NDArray[np.uint32]]:
    """Read many messages at once, an ARP storm perhaps; number *i* is ``data[start[i]:start[i] + captured[i]]``.

    Return for each whether ``heard`` would tell a claim, and the card as a 48-bit number and the address of those
    that do (0 elsewhere).
    """
    size = FIELDS.itemsize
    valid: npt.NDArray[np.bool_] = captured >= size
    cards, addresses = np.zeros(len(start), np.int64), np.zeros(len(start), np.uint32)
    places = start[valid]
    if not len(places):
        return valid, cards, addresses
    # Gathered as plain bytes and read as fields afterwards: ten times as fast as gathering fields.
    everywhere = np.ndarray((len(data) - size + 1,), f"V{size}", buffer=data, strides=(1,))
    message = everywhere[places].view(FIELDS)
    words = message["card"].astype(np.int64)
    card = words[:, 0] << 32 | words[:, 1] << 16 | words[:, 2]
    ip = message["ip"].astype(np.uint32)
    told = _ours(message) & (card != 0) & (words[:, 0] & 0x0100 == 0) & _of_a_host(ip)
    valid[valid] = told
    cards[valid], addresses[valid] = card[told], ip[told]
    return valid, cards, addresses


def _ours(message: npt.NDArray[np.void]) -> npt.NDArray[np.bool_]:
    """Say which messages are requests or replies between Ethernet and IPv4."""
    kinds, sizes = int.from_bytes(ETHERNET_IPV4[:4], "big"), int.from_bytes(ETHERNET_IPV4[4:], "big")
    operation = message["operation"]
    ours: npt.NDArray[np.bool_] = (message["kinds"] == kinds) & (message["sizes"] == sizes)
    ours &= (operation == REQUEST) | (operation == REPLY)
    return ours


def _of_a_host(ip: npt.NDArray[np.uint32]) -> npt.NDArray[np.bool_]:
    """Say which addresses a single host can have, as ``clue_addresses.ipv4`` does."""
    first = ip >> 24
    alone: npt.NDArray[np.bool_] = (first > 0) & (first < MULTICAST) & (first != LOOPBACK)
    return alone
