"""The grammar of SMTP lines (RFC 5321 4.1, 4.2), as loose as its speakers are.

Reply-line = *( Reply-code "-" [ textstring ] CRLF ) Reply-code [ SP textstring ] CRLF   (4.2.1)
ehlo       = "EHLO" SP ( Domain / address-literal ) CRLF                                 (4.1.1.1)
auth       = "AUTH" SP mechanism [ SP initial-response ] CRLF                            (RFC 4954 4)
"""

from __future__ import annotations

import re
from typing import NamedTuple

VERBS = frozenset(
    [
        "EHLO", "HELO", "LHLO", "MAIL", "RCPT", "DATA", "BDAT", "BURL", "RSET", "NOOP", "QUIT", "HELP", "VRFY", "EXPN",
        "STARTTLS", "AUTH", "X-EXPS", "TURN", "ATRN", "ETRN", "SEND", "SOML", "SAML", "XCLIENT", "XFORWARD", "XEXCH50",
        "PROXY",
    ]
)  # fmt: skip
"""RFC 5321, 3030 (BDAT), 4468 (BURL), 3207, 4954, 2645 (ATRN), 1985 (ETRN); PROXY is HAProxy's first line;
X-EXPS is what Exchange called AUTH before RFC 4954."""

VERB_NAMES = {verb.encode(): verb for verb in VERBS}

WHOLE_COMMAND = re.compile(
    rb"(?:QUIT|RSET|NOOP|DATA|STARTTLS)\s*$"
    rb"|(?:EHLO|HELO)[ \t]+\S+\s*$"
    rb"|MAIL FROM:|RCPT TO:"
    rb"|BDAT[ \t]+\d+(?:[ \t]+LAST)?\s*$"
    rb"|AUTH[ \t]+[A-Z][A-Z0-9_-]{2,19}(?:[ \t]+[A-Z0-9+/=*]*)?\s*$",
    re.IGNORECASE,
)
"""A line that is a command beyond doubt, where an AUTH answer or a line of a mail is as likely."""

REPLY_LINE = re.compile(rb"([2-5][0-9]{2})(?:([ -])(.*))?$", re.DOTALL)

REPLY_START = re.compile(rb"[2-5][0-9]{2}[ \r\n-]")

ENHANCED = re.compile(rb"[245]\.\d{1,3}\.\d{1,3}\b")
"""An enhanced status code (RFC 3463).  Neither a greeting nor the reply to EHLO has one (RFC 2034 4)."""

SHORTEST_HELLO = 3
"""Bytes that tell a TLS record or an SSLv2 hello from text."""


class Command(NamedTuple):
    """A client's line: the verb in capitals, and what follows it."""

    verb: str
    argument: bytes


NO_COMMAND = Command("", b"")


def command(line: bytes) -> Command:
    """Split a line into verb and argument; ``verb`` is empty when it is no known command."""
    verb, _, argument = line.strip().partition(b" ")
    name = VERB_NAMES.get(verb.upper())
    return Command(name, argument.strip()) if name else NO_COMMAND


def is_masked_command(line: bytes) -> bool:
    """Say whether a firewall has written X over the verb (Cisco PIX 'fixup protocol smtp')."""
    verb = line.partition(b" ")[0].strip()
    return len(verb) >= 4 and not verb.strip(b"Xx")


def is_masked_text(text: bytes) -> bool:
    """Say whether a firewall has blotted out a reply: ``220 ****`` or the keyword ``XXXXXXXA``."""
    visible = text.replace(b" ", b"").strip()
    return len(visible) >= 4 and (not visible.strip(b"*02") or re.fullmatch(rb"X{4,}[A-Z]?", visible) is not None)


def is_tls(data: bytes) -> bool:
    """Say whether bytes begin a TLS record (RFC 8446 5.1) or an SSLv2 hello (RFC 5246 E.2)."""
    if len(data) < SHORTEST_HELLO:
        return False
    return (0x14 <= data[0] <= 0x17 and data[1] == 3 and data[2] <= 4) or (
        data[0] & 0x80 != 0 and data[0] != 0xFF and data[2] == 1
    )


def is_reply(data: bytes) -> bool:
    """Say whether bytes begin a reply."""
    return REPLY_START.match(data) is not None


def may_become_tls(data: bytes) -> bool:
    """Say whether bytes are too few to tell, and could still begin TLS."""
    if len(data) >= SHORTEST_HELLO or not data:
        return not data
    return (0x14 <= data[0] <= 0x17 and data[1:2] in (b"", b"\x03")) or data[0] & 0x80 != 0


def text_of(octets: bytes) -> str:
    """Return octets as text; what is no UTF-8 (RFC 6531) becomes a replacement character."""
    return octets.decode("utf-8", "replace")
