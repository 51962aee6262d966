"""DNS answers: which addresses a name has, as somebody was told (RFC 1035 4).

Read here and not by a library because it runs for every answer on a span port: dpkt takes twelve times as long.
What is asked is the question of one name's A or AAAA records; all else is none of our business.
"""

from __future__ import annotations

import struct
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from sniffer.model import limits
from sniffer.model.packets import Datagrams

PORT = 53
"""Where servers answer from (RFC 1035 4.2.1)."""

HEADER = np.dtype([("id", ">u2"), ("flags", ">u2"), ("questions", ">u2"), ("answers", ">u2"), ("_", "V4")])
"""RFC 1035 4.1.1."""

HEADER_BYTES = HEADER.itemsize

COUNTS = struct.Struct("!2xHHH")
"""Flags, questions and answers, for one message."""

KIND, GOOD = 0xF80F, 0x8000
"""Bits of the flags that say what a message is: a response (QR), to a standard query (opcode 0), without error."""

ADDRESS_BYTES = {b"\0\1\0\1": 4, b"\0\x1c\0\1": 16}
"""Type and class in a question, and the size of an address: A (RFC 1035 3.4.1), AAAA (RFC 3596 2.2)."""

RECORD = struct.Struct("!4s4xH")
"""A record behind its name: type and class, time to live, size (RFC 1035 4.1.3)."""

RECORD_BYTES = RECORD.size

POINTER = 0xC0
"""The first octet of a pointer to a name that the message has already (RFC 1035 4.1.4)."""

LABEL_BYTES = 63
"""RFC 1035 2.3.4."""

LETTERS = b"abcdefghijklmnopqrstuvwxyz0123456789-_"
"""What names of hosts are made of (RFC 1123 2.1), and the underscore of services (RFC 8552)."""

Answer = tuple[str, list[bytes]]
"""A name, in small letters and without the last dot, and its addresses: 4 or 16 octets each, in network order."""


def promising(datagrams: Datagrams) -> npt.NDArray[np.bool_]:
    """Say which datagrams are worth a call of ``answer``, by their headers: the rest it would refuse."""
    worth: npt.NDArray[np.bool_] = datagrams.captured > HEADER_BYTES
    starts, data = datagrams.start[worth], datagrams.data
    if len(starts):
        everywhere = np.ndarray((len(data) - HEADER_BYTES + 1,), f"V{HEADER_BYTES}", buffer=data, strides=(1,))
        header = everywhere[starts].view(HEADER)
        worth[worth] = (header["flags"] & KIND == GOOD) & (header["questions"] == 1) & (header["answers"] > 0)
    return worth


def answer(message: bytes) -> Answer | None:
    """Return the name that was asked for and the addresses that it has, whatever names it has besides (CNAME).

    None for what is no answer, tells no address, or speaks of a name that no host has.
    """
    if not HEADER_BYTES < len(message) <= limits.NAME_MESSAGE:
        return None
    flags, questions, records = COUNTS.unpack_from(message)
    end = message.find(0, HEADER_BYTES, HEADER_BYTES + limits.NAME_OCTETS)
    asked = message[end + 1 : end + 5]  # of a name without end the flags of a response, which are no question
    size = ADDRESS_BYTES.get(asked)
    if size is None or flags & KIND != GOOD or questions != 1:
        return None
    name = _name(message[HEADER_BYTES:end].lower())  # no length of a label is a letter
    if name is None:
        return None
    addresses, place, last = [], end + 5, len(message) - RECORD_BYTES
    while records and place <= last:
        records -= 1
        place = place + 2 if message[place] >= POINTER else _behind_name(message, place)
        if place > last:
            break
        kind, length = RECORD.unpack_from(message, place)
        place += RECORD_BYTES
        data = message[place : place + length]
        if kind == asked and length == len(data) == size:
            addresses.append(data)
        place += length
    return (name, addresses) if addresses else None


@lru_cache(limits.NAMES_CACHED)
def _name(labels: bytes) -> str | None:
    """Return the name of a question, None for the root and for what no host is called."""
    words: list[bytes] = []
    place = 0
    while place < len(labels):
        size = labels[place]
        words.append(labels[place + 1 : place + 1 + size])
        place += 1 + size
        if size > LABEL_BYTES:
            return None
    if not labels or place != len(labels) or b"".join(words).translate(None, LETTERS):
        return None
    return b".".join(words).decode("ascii")


def _behind_name(message: bytes, place: int) -> int:
    """Return where a name ends that is spelt out; the message's end if it does not end properly."""
    last = min(len(message), place + limits.NAME_OCTETS)
    while place < last:
        size = message[place]
        if size >= POINTER:
            return place + 2
        if not size:
            return place + 1
        if size > LABEL_BYTES:
            break
        place += 1 + size
    return len(message)
