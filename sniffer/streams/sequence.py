"""Arithmetic of TCP sequence numbers, modulo 2**32 (RFC 9293 3.4)."""

from __future__ import annotations

SPACE = 1 << 32
HALF = 1 << 31


def ahead(sequence: int, of: int) -> int:
    """Return by how many bytes ``sequence`` lies ahead of another; negative when it lies behind."""
    distance = (sequence - of) % SPACE
    return distance if distance < HALF else distance - SPACE


def wrap(sequence: int) -> int:
    """Return a sequence number back in its space."""
    return sequence % SPACE
