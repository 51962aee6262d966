"""Codes in the words that people use."""

from __future__ import annotations

from sniffer.knowledge.services import OTHER, PRIVATE
from sniffer.model.findings import DeviceFinding, Role, State, Unjudged, Verdict

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

TO_DO: tuple[tuple[str, str], ...] = (
    ("fix-relay", "fix its relay"),
    ("fix-", "undo the refusal"),
    ("find-senders", "find the senders"),
    ("way-", "choose a way out"),
    ("settle-", "find out how"),
    ("old-tls", "update its TLS"),
    ("cleartext", "turn on TLS"),
    ("quiet", "is it alive?"),
)
"""What to do in a few words, by the beginning of an advice's code; the first that applies is the most urgent."""

UNJUDGED_WORDS: dict[Unjudged, str] = {
    "tls": "inside TLS, not seen clearly",
    "late": "joined late",
    "gap": "with bytes missing",
    "one-sided": "seen in one direction only",
    "no-auth-seen": "ended before AUTH or MAIL",
    "ambiguous": "not clear enough to tell",
}

UNJUDGED_SHORT: dict[Unjudged, str] = {
    "tls": "inside TLS",
    "late": "joined late",
    "gap": "bytes missing",
    "one-sided": "one direction only",
    "no-auth-seen": "ended before AUTH",
    "ambiguous": "not clear enough",
}


def on_the_date(device: DeviceFinding) -> str:
    """Return whether the date of Exchange Online hits a device."""
    if device.verdict == "affected":
        return "hit by the date"
    if device.affected_through:
        return "hit (its relay)"
    hidden = {each.service for each in device.services if each.verdict == "unknown"}
    if any(each.code == "settle-exchange-online" for each in device.advice):
        return "may be hit"
    if any(each.code == "relay-undecided" for each in device.findings):
        return "may be hit (relay)"
    if OTHER in hidden:
        return "not known"
    return "not hit itself" if any(each.service == PRIVATE for each in device.services) else "not hit"


def to_do(device: DeviceFinding) -> str:
    """Return the most urgent thing to do about a device, in a few words; empty where there is nothing."""
    codes = [each.code for each in device.advice]
    return next((words for start, words in TO_DO if any(code.startswith(start) for code in codes)), "")


def tls_words(version: str) -> str:
    """Return a version of TLS as people say it."""
    return version if version.startswith("SSL") else f"TLS {version}"


def number_of(number: int, what: str) -> str:
    """Return how many there are of something: ``1 session``, ``1,200 sessions``."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"
