"""What a server says of itself: its greeting (RFC 5321 4.2), and what its EHLO reply offers (4.1.1.1)."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from sniffer.model import limits
from sniffer.protocols.smtp_grammar import is_masked_text, text_of


class Extensions(NamedTuple):
    """What an EHLO reply says.

    ``greeted`` is its first line, ``keywords`` are those of the others and ``mechanisms`` those of AUTH, in the order
    offered; ``masked`` says that a firewall blotted something out, ``printable`` that the first line can be shown.
    """

    greeted: str | None
    keywords: tuple[str, ...]
    mechanisms: tuple[str, ...]
    starttls: bool
    masked: bool
    printable: bool


@lru_cache(limits.GREETINGS_REMEMBERED)
def extensions(lines: tuple[bytes, ...]) -> Extensions:
    """Read the lines of an accepted EHLO or HELO.  A server says the same to all, so they are read once.

    ``AUTH=LOGIN`` is how AUTH was written before RFC 2554; many servers still add it.
    """
    first = text_of(lines[0]).strip()[: limits.TEXT_CHARACTERS]
    offers = [line.strip() for line in lines[1:]]
    names: dict[str, None] = {}
    for line in offers:
        if line[:5].upper() in (b"AUTH ", b"AUTH="):
            names |= dict.fromkeys(text_of(line[5:]).upper().split())
    keywords = (text_of(re.split(rb"[ =]", line, maxsplit=1)[0]).upper() for line in offers if line)
    return Extensions(
        greeted=first if first and first.isprintable() else None,
        keywords=tuple(dict.fromkeys(each[: limits.NAME_CHARACTERS] for each in keywords if each.isprintable())),
        mechanisms=tuple(name for name in names if name.isprintable()),
        starttls=any(line.upper() == b"STARTTLS" for line in offers),
        masked=any(is_masked_text(line) for line in offers),
        printable=first.isprintable(),
    )


@lru_cache(limits.GREETINGS_REMEMBERED)
def greeting(code: int, text: bytes) -> tuple[str, bool, bool]:
    """Return a greeting as it is told, whether a firewall blotted it out, and whether it is printable."""
    banner = f"{code} {text_of(text)}".strip()[: limits.TEXT_CHARACTERS]
    return banner, is_masked_text(text), banner.isprintable()
