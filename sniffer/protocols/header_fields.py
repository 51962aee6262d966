"""Header fields of HTTP (RFC 9110 5) and of what speaks like it (SSDP)."""

from __future__ import annotations

import re

FIELD = re.compile(rb"^([A-Za-z][A-Za-z-]*+)[ \t]*+:[ \t]*+([^\r\n]*+)\r?\n", re.MULTILINE)
"""A whole line: of one that was cut nobody knows how it goes on.  Nothing is tried twice, whatever blanks it has."""

END = re.compile(rb"\r?\n(\r?\n)")


def parted(message: bytes) -> tuple[bytes, bytes]:
    """Return a message's head and its body; a head that was cut is all of it."""
    end = END.search(message)
    return (message[: end.start(1)], message[end.end() :]) if end else (message, b"")


def fields(head: bytes) -> dict[bytes, bytes]:
    """Return the fields of a head, by their names in small letters; of several the first."""
    found: dict[bytes, bytes] = {}
    for name, value in FIELD.findall(head):
        found.setdefault(name.lower(), value)
    return found
