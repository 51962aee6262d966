"""Bytes that a capture lost, as they may be told: all that was lost may be one password, whose length is a secret."""

from __future__ import annotations

GRAIN = 100
"""Bytes to a multiple of which a loss is rounded up."""


def rounded(octets: int) -> int:
    """Return how many bytes are missing at the most: 0 for none, else hundreds."""
    return -(-octets // GRAIN) * GRAIN
