"""What a server says of itself: its greeting (RFC 5321 4.2), and what its EHLO reply offers (4.1.1.1)."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from sniffer.model import limits
from sniffer.protocols.smtp_grammar import is_masked_text, text_of


class Extensions(NamedTuple):
    """Mechanisms in the order offered, whether STARTTLS is, and whether a firewall blotted anything out."""

    mechanisms: tuple[str, ...]
    starttls: bool
    masked: bool


@lru_cache(1024)
def extensions(lines: tuple[bytes, ...]) -> Extensions:
    """Read the lines behind the first.  A server says the same to all, so they are read once.

    ``AUTH=LOGIN`` is how AUTH was written before RFC 2554; many servers still add it.
    """
    keywords = [line.strip() for line in lines]
    names: dict[str, None] = {}
    for line in keywords:
        if line[:5].upper() in (b"AUTH ", b"AUTH="):
            names |= dict.fromkeys(text_of(line[5:]).upper().split())
    return Extensions(
        mechanisms=tuple(name for name in names if name.isprintable()),
        starttls=any(line.upper() == b"STARTTLS" for line in keywords),
        masked=any(is_masked_text(line) for line in keywords),
    )


@lru_cache(1024)
def greeting(code: int, text: bytes) -> tuple[str, bool, bool]:
    """Return a greeting as it is told, whether a firewall blotted it out, and whether it is printable."""
    banner = f"{code} {text_of(text)}".strip()[: limits.TEXT_CHARACTERS]
    return banner, is_masked_text(text), banner.isprintable()
