"""LLMNR (RFC 4795): which addresses a name has, by the word of who has it.  Questions say nothing of who asks."""

from __future__ import annotations

import struct

from sniffer.model.clues import Heard, Said
from sniffer.protocols.clue_identifiers import address, gathered
from sniffer.protocols.clue_text import said
from sniffer.protocols.dns_names import reverse, spelt
from sniffer.protocols.dns_records import AAAA, PTR, A, Message

RESPONSE, SENSE = 0x8000, 0xFD0F
"""The flags of a response that is meant: to a standard query, neither in conflict (C) nor tentative (T), without error
(RFC 4795 2.1.1); and the bits that tell it."""


def heard(message: bytes) -> tuple[Heard, ...]:
    """Return the names of the addresses that an answer tells."""
    try:
        answer = Message(message)
    except struct.error:
        return ()
    if answer.flags & SENSE != RESPONSE or answer.questions != 1:
        return ()
    told: dict[str, list[Said]] = {}
    for record in answer.records():
        if record.kind in {A, AAAA}:
            ip, name = address(answer.octets(record)), record.name
        elif record.kind == PTR:
            ip, name = reverse(record.name), answer.target(record)
        else:
            continue
        if ip:
            told.setdefault(ip, []).extend(said("name", spelt(name)))
    return tuple(each for ip, names in told.items() for each in gathered(names, [ip]))
