"""Text from the wire, as a clue may hold it: printable, on one line, of bounded length."""

from __future__ import annotations

import re

from sniffer.model import limits
from sniffer.model.clues import Field, Said

UNKNOWN = frozenset(("", "-", "n/a", "na", "none", "null", "unknown", "not set", "not specified", "default string"))
"""What makers and people write where they have nothing to say."""

MAC = re.compile(r"(?:[0-9a-f]{2}[:-]?){5}[0-9a-f]{2}", re.IGNORECASE)
"""A card's address as people write it, with or without separators."""


def text(raw: bytes | str) -> str:
    """Return text on one line, as long as allowed, without anything that a terminal would obey."""
    words = raw.decode("utf-8", "replace") if isinstance(raw, bytes) else raw
    if len(words) <= limits.CLUE_CHARACTERS and words.isprintable() and "  " not in words:
        return words.strip()  # as nearly all are
    line = " ".join(words[: 4 * limits.CLUE_CHARACTERS].split())
    clean = line if line.isprintable() else "".join(filter(str.isprintable, line))
    return clean[: limits.CLUE_CHARACTERS].strip()


def said(field: Field, raw: bytes | str) -> tuple[Said, ...]:
    """Return what is said of a box, nothing where the words say nothing."""
    words = text(raw)
    return () if words.lower() in UNKNOWN else (Said(field, words),)


def mac(raw: bytes) -> str | None:
    """Return the address of six octets, None for a group's, for zero and for what has another size."""
    return raw.hex(":") if len(raw) == 6 and not raw[0] & 1 and any(raw) else None
