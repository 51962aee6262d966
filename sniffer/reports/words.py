"""Codes in the words that people use."""

from __future__ import annotations

from sniffer.knowledge.mechanisms import family_of
from sniffer.model.findings import Role, ServiceFinding, State, Unjudged, Verdict

VERDICT_WORDS: dict[Verdict, str] = {
    "affected": "Basic to Exchange Online",
    "mixed": "Basic and OAuth",
    "basic-elsewhere": "Basic elsewhere",
    "challenge": "Challenge",
    "unknown": "Unknown",
    "modern": "OAuth",
    "unauthenticated": "No AUTH",
}

VERDICT_STYLES: dict[Verdict, str] = {
    "affected": "bold red",
    "mixed": "yellow",
    "basic-elsewhere": "yellow",
    "challenge": "cyan",
    "unknown": "magenta",
    "modern": "green",
    "unauthenticated": "",
}

STATE_WORDS: dict[State, str] = {
    "working": "works",
    "failing": "fails",
    "refused": "refused",
    "gave-up": "gave up",
    "migrated": "moved to OAuth",
    "quiet": "quiet",
    "unjudged": "not known",
}

ROLE_WORDS: dict[Role, str] = {
    "client": "a client",
    "relay": "a relay for others",
    "nat": "an address that several share",
    "router": "a router",
}

UNJUDGED_WORDS: dict[Unjudged, str] = {
    "tls": "inside TLS, where the mechanism cannot be read",
    "late": "joined late",
    "gap": "with bytes missing",
    "one-sided": "seen in one direction only",
    "no-auth-seen": "ended before AUTH or MAIL",
    "ambiguous": "not readable as SMTP",
}

UNJUDGED_SHORT: dict[Unjudged, str] = {
    "tls": "inside TLS",
    "late": "joined late",
    "gap": "bytes missing",
    "one-sided": "one direction only",
    "no-auth-seen": "ended before AUTH",
    "ambiguous": "unreadable",
}


def tls_words(version: str) -> str:
    """Return a version of TLS as people say it."""
    return version if version.startswith("SSL") else f"TLS {version}"


def known_by(finding: ServiceFinding) -> tuple[str, str]:
    """Return how a verdict is known: what was read, and in how many of the sessions."""
    sessions = finding.judged + finding.unjudged
    counted = f"{finding.judged} of {sessions} judged"
    if finding.family == "unknown":
        return "nothing in clear", counted
    if finding.family == "none":
        return "MAIL without AUTH", counted
    families = {"basic", "oauth"} if finding.verdict == "mixed" else {finding.family}
    told = [name for name in finding.mechanisms if family_of(name) in families]
    return f"{'/'.join(told)} in clear", counted
