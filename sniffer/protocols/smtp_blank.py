"""What may be shown of the client's lines, and what stands in place of the rest: as many octets, read alike.

By what is allowed, not by what is forbidden: a verb, and an argument only in a form that cannot be a secret's.  An
answer in AUTH becomes base64 of nothing, in a form that gives away its mechanism where the answer's own did: from that
``smtp_auth`` tells the mechanism where the command was not seen.  No form has a name that could be taken for a user's.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Collection

from sniffer.protocols.smtp_auth import decoded, recognised
from sniffer.protocols.smtp_grammar import Command, text_of

NAME = re.compile(rb"[ -~\x80-\xff]{1,255}$")
MAILBOX = rb"[ \t]*(?:<[^<>\r\n]*>|[^\s<>]+)"

SHOWN: dict[str, re.Pattern[bytes]] = {
    "EHLO": NAME,
    "HELO": NAME,
    "LHLO": NAME,
    "MAIL": re.compile(
        rb"FROM:" + MAILBOX + rb"(?:[ \t]+(?:SIZE=\d+|BODY=[A-Z0-9]+|SMTPUTF8|RET=[A-Z]+|AUTH=<>)(?!\S))*",
        re.IGNORECASE,
    ),
    "RCPT": re.compile(rb"TO:" + MAILBOX + rb"(?:[ \t]+NOTIFY=[A-Z,]+(?!\S))*", re.IGNORECASE),
    "BDAT": re.compile(rb"\d{1,12}(?:[ \t]+LAST)?$", re.IGNORECASE),
}
"""How an argument begins that is shown.  Of verbs without a row none is, and of AUTH the mechanism's name alone.
Parameters that may hold anything (ENVID=, ORCPT=) are not among them."""

AUTH_VERBS = ("AUTH", "X-EXPS")

MECHANISMS = frozenset(
    [
        "LOGIN", "PLAIN", "XOAUTH2", "OAUTHBEARER", "XOAUTH", "OAUTH10A", "CRAM-MD5", "DIGEST-MD5", "NTLM", "GSSAPI",
        "GS2-KRB5", "GSS-SPNEGO", "EXTERNAL", "ANONYMOUS", "SCRAM-SHA-1", "SCRAM-SHA-1-PLUS", "SCRAM-SHA-256",
        "SCRAM-SHA-256-PLUS", "SCRAM-SHA-512", "SCRAM-SHA-512-PLUS", "KERBEROS_V4", "OTP", "SKEY", "SECURID", "MSN",
        "XYMCOOKIE", "PLAIN-CLIENTTOKEN",
    ]
)  # fmt: skip
"""Names of mechanisms (IANA, SASL Mechanisms) that are shown; any other only where the server has offered it."""

HARMLESS = frozenset((b"", b"*", b"=", b"."))
"""Lines that say nothing: of AUTH its cancellation and an empty answer (RFC 4954 4), of a mail its end."""

BLANK = ord("A")
"""Base64 of zero bits, in place of each octet of text."""

BINARY = 0xFF
"""In place of each octet of what begins as no text can: it begins neither a TLS record nor a command."""

ARGUMENT = re.compile(rb"(\s*\S+\s*)(.*?)(\s*)", re.DOTALL)
"""A line: its verb with what is around it, the argument, and what is behind it."""

FORMS: dict[str, tuple[bytes, bytes]] = {
    "NTLM": (b"NTLMSSP\0", b"\0"),
    "XOAUTH2": (b"user=\x01auth=", b"\x01"),
    "OAUTHBEARER": (b"n,,\x01", b"\x01"),
    "DIGEST-MD5": (b'username=""', b"\x01"),
    "PLAIN": (b"\0\x01\0", b"\x01"),
}
"""How answers begin that give away their mechanism, and what fills them up, which no name can hold.  Of NTLM the
message's type stays."""

CRAM_DIGEST = b" " + b"0" * 32
"""How an answer to CRAM-MD5 ends (RFC 2195 2)."""

NTLM_TYPE = slice(8, 12)


def shown_command(line: bytes, said: Command, offered: Collection[str]) -> bytes:
    """Return what may be shown of a command: its verb, and an argument that can be no secret.

    ``offered`` are the mechanisms that the server has named.
    """
    parts = ARGUMENT.fullmatch(line)
    if parts is None:
        return blank(line)
    head, argument, tail = parts[1], parts[2], parts[3]
    if said.verb in AUTH_VERBS:
        return head + _shown_auth(argument, offered) + tail
    row = SHOWN.get(said.verb)
    found = row.match(argument) if row is not None else None
    place = found.end() if found is not None else 0
    return head + argument[:place] + _blank_words(argument[place:]) + tail


def shown_answer(line: bytes) -> bytes:
    """Return what may be shown of an AUTH answer: as many octets in base64, which say nothing."""
    answer = line.strip()
    if answer in HARMLESS:
        return line
    before = line.index(answer)
    return line[:before] + _empty_answer(answer) + line[before + len(answer) :]


def shown_mask(line: bytes) -> bytes:
    """Return a verb that a firewall has written X over, and nothing of what follows."""
    verb, space, argument = line.partition(b" ")
    return verb + space + bytes((BLANK,)) * len(argument)


def blank(line: bytes) -> bytes:
    """Return what stands in place of a line that is not understood: what could be part of a dialogue stays so."""
    if line.strip() in HARMLESS:
        return line
    if any(byte > 0x7E or byte < 0x09 for byte in line[:3]):
        return bytes((BINARY,)) * len(line)
    if b" " in line and len(line) % 4 == 0:  # as ``smtp_lost`` tells a mail's text from an answer
        return b"A " + bytes((BLANK,)) * (len(line) - 2)
    return bytes((BLANK,)) * len(line)


def _blank_words(words: bytes) -> bytes:
    """Return what stands in place of words that follow others."""
    return words[:1] + bytes((BLANK,)) * (len(words) - 1) if words[:1].isspace() else blank(words)


def _shown_auth(argument: bytes, offered: Collection[str]) -> bytes:
    """Return a mechanism's name and an empty initial response."""
    found = re.fullmatch(rb"(\S*)( +)(\S.*)", argument, re.DOTALL)
    mechanism = found[1] if found else argument
    known = text_of(mechanism).upper()
    name = mechanism if known in MECHANISMS or known in offered else blank(mechanism)
    return name + found[2] + shown_answer(found[3]) if found else name


def _empty_answer(answer: bytes) -> bytes:
    """Return base64 of nothing, in the form of the answer's mechanism where it has one of its own."""
    said = decoded(answer)
    form = _form(said) if said else None
    if form is None:
        return bytes((BLANK,)) * len(answer)
    return base64.b64encode(form)[: len(answer)].ljust(len(answer), b"=")


def _form(said: bytes) -> bytes | None:
    """Return a message of as many octets that gives away the same mechanism, None where none has room."""
    mechanism = recognised(said)
    if mechanism == "CRAM-MD5":
        return b"\x01" * (len(said) - len(CRAM_DIGEST)) + CRAM_DIGEST
    if mechanism is None:
        return None
    begins, filler = FORMS[mechanism]
    if mechanism == "NTLM":
        begins += said[NTLM_TYPE] if said[NTLM_TYPE] in (b"\1\0\0\0", b"\2\0\0\0", b"\3\0\0\0") else b""
    form = begins.ljust(len(said), filler)[: len(said)]
    room = len(said) > len(begins) or mechanism != "PLAIN"  # of which the shortest form would be a name
    return form if recognised(form) == mechanism and room else None
