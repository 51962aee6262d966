"""Times and sizes as people write them on a command line."""

from __future__ import annotations

import re

import typer

from sniffer.model import limits

SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
OCTETS = {"k": 1 << 10, "m": 1 << 20, "g": 1 << 30}

AMOUNT = re.compile(r"(?P<number>[0-9]{1,9}(?:\.[0-9]{1,3})?)\s*(?P<unit>[a-z]?)i?b?", re.IGNORECASE)


def seconds(text: str | None) -> float | None:
    """Return the seconds in ``30``, ``30s``, ``10m``, ``8h`` or ``2d``; None for None."""
    return None if text is None else _amount(text, SECONDS, "a time; write it like 30s, 10m, 8h or 2d")


def octets(text: str | None) -> int | None:
    """Return the octets in ``65536``, ``100M`` or ``2G`` (powers of 1,024); None for None."""
    return None if text is None else int(_amount(text, OCTETS, "a size; write it like 64M or 2G", least=1))


def buffer(text: str) -> int:
    """Return the octets of a kernel's buffer."""
    size = octets(text) or limits.KERNEL_BUFFER
    if size > limits.KERNEL_BUFFER_MOST:
        raise typer.BadParameter(f"{text!r} is more than a kernel's buffer can have; write less than 2G, like 1G")
    return size


def _amount(text: str, units: dict[str, int], what: str, least: float = 0) -> float:
    found = AMOUNT.fullmatch(text.strip())
    unit = found["unit"].lower() if found else ""
    amount = float(found["number"]) * units.get(unit, 1) if found else 0.0
    if (unit and unit not in units) or amount <= 0 or amount < least:
        raise typer.BadParameter(f"{text!r} is not {what}")
    return amount
