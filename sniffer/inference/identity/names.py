"""Names that name somebody."""

from __future__ import annotations

import re
from functools import lru_cache

from sniffer.model import limits

GENERIC_NAME = re.compile(
    r"\[.*\]|localhost.*|(?:\d{1,3}\.){3}\d{1,3}|[^.]*\.(?:txt|eml|msg)|(?:host|client|smtp|mail|test|unknown|workstation)?",
    re.IGNORECASE,
)
"""EHLO names that say nothing about who speaks: literals, defaults of libraries, curl's file names."""


@lru_cache(limits.TEXTS_REMEMBERED)
def telling(name: str | None) -> str | None:
    """Return a name that names somebody, None for those that anybody says."""
    return name if name and name.isprintable() and not GENERIC_NAME.fullmatch(name) else None


def host(name: str) -> str:
    """Return a name's first label, in small letters: names have no case (RFC 1035 2.3.3), domains come and go."""
    return name.rstrip(".").partition(".")[0].casefold()
