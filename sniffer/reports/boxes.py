"""Boxes in the words that people use: how one is called, and how many of which kinds there are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from sniffer.reports.redaction import Redactor

KIND_WORDS: dict[str, tuple[str, str]] = {
    "printer": ("printer", "printers"),
    "scanner": ("scanner", "scanners"),
    "nas": ("NAS", "NAS"),
    "ups": ("UPS", "UPSs"),
    "camera": ("camera", "cameras"),
    "recorder": ("video recorder", "video recorders"),
    "phone": ("telephone", "telephones"),
    "computer": ("computer", "computers"),
    "server": ("server", "servers"),
    "router": ("router", "routers"),
    "switch": ("switch", "switches"),
    "access-point": ("access point", "access points"),
    "firewall": ("firewall", "firewalls"),
    "monitor": ("monitor", "monitors"),
}
"""A kind (``model.clues.KINDS``) as one, and as several."""

DEVICE = ("device", "devices")


def counted(kinds: Iterable[str | None]) -> str:
    """Return how many of which kinds there are, the most first: ``12 printers, 1 NAS and 3 other devices``."""
    numbers = Counter(KIND_WORDS.get(kind or "", DEVICE) for kind in kinds)
    unknown = numbers.pop(DEVICE, 0)
    told = [_many(number, words) for words, number in sorted(numbers.items(), key=lambda item: (-item[1], item[0]))]
    if unknown:
        told.append(_many(unknown, ("other device", "other devices") if told else DEVICE))
    return together(told)


def together(words: list[str]) -> str:
    """Return a list as a sentence has it: ``a, b and c``."""
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)


def called(
    name: str | None,
    made: Iterable[str | None],
    ip: str | None,
    mac: str | None,
    location: str | None,
    redact: Redactor,
) -> str:
    """Return how people find a box: its name, maker and model, address and place; its card where it has no name."""
    who = redact.host(name)
    what = " ".join(part for part in made if part)
    told = [who, what, ip, None if who and ip else mac, redact.place(location)]
    return ", ".join(each for each in told if each) or "a device without a name"


def _many(number: int, words: tuple[str, str]) -> str:
    return f"{number:,} {words[number != 1]}"
