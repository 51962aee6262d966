"""Mechanisms and their families."""

from __future__ import annotations

from sniffer.model.facts import Family

FAMILIES: dict[str, Family] = {
    "LOGIN": "basic",
    "PLAIN": "basic",
    "XOAUTH2": "oauth",
    "OAUTHBEARER": "oauth",
    "EXTERNAL": "external",
}
"""What is not listed is a challenge: CRAM-MD5, DIGEST-MD5, SCRAM-*, NTLM, GSSAPI, XOAUTH 1.0, vendors' own."""


def family_of(mechanism: str | None) -> Family:
    """Return the family of a mechanism; ``unknown`` when the mechanism is."""
    return FAMILIES.get(mechanism, "challenge") if mechanism else "unknown"
