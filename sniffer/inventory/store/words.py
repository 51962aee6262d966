"""The words by which people ask for a device."""

from __future__ import annotations

from sniffer.model import limits
from sniffer.model.findings import DeviceFinding

NAMES = ("name", "ehlo", "workstation")
"""Fields of evidence that name a device."""


def words_of(finding: DeviceFinding) -> frozenset[str]:
    """Return a device's cards, addresses, names, mailboxes and serial number, as ``word_of`` writes them."""
    said = [finding.name, finding.serial]
    said += [each.mac for each in finding.interfaces]
    said += [each.ip for each in finding.addresses]
    said += [user for each in finding.services for user in each.users]
    said += [each.value for each in finding.evidence if each.field in NAMES and each.weight]
    words = {word_of(each) for each in said if each}
    return frozenset(each for each in words if 0 < len(each) <= limits.STORE_WORD)


def word_of(asked: str) -> str:
    """Return a word without case, and a name without the dot at its end; cards are written with colons."""
    word = storable(asked).strip().casefold().rstrip(".")
    digits = word.replace("-", "").replace(":", "").replace(".", "")
    if len(digits) == 12 and len(word) in (12, 14, 17) and all(each in "0123456789abcdef" for each in digits):
        return ":".join(digits[place : place + 2] for place in range(0, 12, 2))
    return word


def storable(text: str) -> str:
    """Return a text without NUL, which no column of PostgreSQL takes; from the wire anything may come."""
    return text.replace("\x00", "")
