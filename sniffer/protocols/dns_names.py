"""Names of addresses, as DNS answers for ``in-addr.arpa`` (RFC 1035 3.5) and ``ip6.arpa`` (RFC 3596 2.5) tell them."""

from __future__ import annotations

import struct

from sniffer.model import limits
from sniffer.model.clues import Heard
from sniffer.protocols.clue_identifiers import address, gathered
from sniffer.protocols.clue_text import said
from sniffer.protocols.dns_answers import GOOD, KIND
from sniffer.protocols.dns_records import PTR, Labels, Message

FOUR, SIX = (b"in-addr", b"arpa"), (b"ip6", b"arpa")

PTR_QUESTION = b"arpa\0\0\x0c\0\1"
"""What the question about an address ends with; told at a glance, since most answers on a wire are about names."""


def heard(message: bytes) -> tuple[Heard, ...]:
    """Return the names of the address that was asked about, whatever aliases led to them (RFC 2317)."""
    if message.lower().find(PTR_QUESTION, 12, 12 + limits.NAME_OCTETS + len(PTR_QUESTION)) < 0:
        return ()
    try:
        answer = Message(message)
    except struct.error:
        return ()
    asked = answer.question()
    ip = reverse(asked[0]) if asked and answer.questions == 1 and answer.flags & KIND == GOOD else None
    if not ip:
        return ()
    names = (answer.target(record) for record in answer.records() if record.kind == PTR)
    return gathered([each for name in names for each in said("name", spelt(name))], [ip])


def reverse(labels: Labels) -> str | None:
    """Return the address that a name of the reverse tree stands for, None for a part of one and anything else."""
    *digits, top, tree = (each.lower() for each in labels[-34:]) if len(labels) > 5 else (b"", b"")
    packed = b""
    if (top, tree) == FOUR and len(digits) == 4 and all(each.isdigit() and int(each) < 256 for each in digits):
        packed = bytes(map(int, reversed(digits)))
    elif (top, tree) == SIX and len(digits) == 32 and all(len(each) == 1 for each in digits):
        try:
            packed = bytes.fromhex(b"".join(reversed(digits)).decode("ascii"))
        except ValueError:
            return None
    return address(packed)


def spelt(labels: Labels) -> bytes:
    """Return a host's name with dots, without the ``local`` of mDNS (RFC 6762 3)."""
    host = labels[:-1] if len(labels) > 1 and labels[-1].lower() == b"local" else labels
    return b".".join(host)
