"""From what the servers say they served to what the capture must tell.

What went through TLS is not for the reader of the capture to see yet: it moves to `hidden`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from tests.lab.served import Attempt, Served

FAMILIES = {
    "LOGIN": "basic",
    "PLAIN": "basic",
    "XOAUTH2": "oauth",
    "OAUTHBEARER": "oauth",
    "EXTERNAL": "external",
}
VERDICTS = {
    "basic": "basic-elsewhere",
    "challenge": "challenge",
    "unknown": "unknown",
    "oauth": "modern",
    "none": "unauthenticated",
}
ORDER = ("affected", "mixed", "basic-elsewhere", "challenge", "unknown", "modern", "unauthenticated")
NOTHING: dict[str, Any] = {"family": "unknown", "mechanism": None, "outcome": None, "user": None}

Expected = dict[str, Any]


def session(served: Served) -> Expected:
    """One session as it must be reported."""
    clear = [each for each in served.attempts if not each.tls]
    hidden = [each for each in served.attempts if each.tls]
    told: Expected = {
        "client": served.client,
        "client_port": served.client_port,
        "server": served.server,
        "port": served.port,
        **NOTHING,
        "starttls": starttls(served),
        "unjudged": None,
        "attempts": [plain(each) for each in clear],
    }
    if clear:
        told.update(judged(clear))
    elif served.implicit or told["starttls"] == "established":
        told["unjudged"] = "tls"
    elif served.mail:
        told["family"] = "none"
    else:
        told["unjudged"] = "no-auth-seen"
    if hidden:
        told["hidden"] = judged(hidden)
    elif served.starttls == "failed":
        told["hidden"] = {"starttls": "failed", "unjudged": "no-auth-seen"}
    return told


def starttls(served: Served) -> str:
    """What became of STARTTLS, in the words of the session report.

    A handshake that failed counts as established: TLS bytes came, and they are not read yet.
    """
    if served.implicit:
        return "implicit"
    if served.starttls == "ready" and served.after_ready:
        return "cleartext-after"
    if served.starttls in ("asked", "ready"):
        return "requested"
    if served.starttls:
        return "refused" if served.starttls == "refused" else "established"
    if not served.ehlo:
        return "unseen"
    return "offered" if served.offered else "not-offered"


def judged(attempts: Sequence[Attempt]) -> Expected:
    """Family, mechanism, outcome and user of the last success, else of the last attempt."""
    good = [each for each in attempts if each.outcome == "success"]
    top = good[-1] if good else attempts[-1]
    return {"family": family(top.mechanism), **plain(top)}


def plain(attempt: Attempt) -> Expected:
    """An attempt without where it was made."""
    return {"mechanism": attempt.mechanism, "outcome": attempt.outcome, "user": attempt.user}


def family(mechanism: str) -> str:
    """The family of a mechanism; what is not listed is a challenge of some kind."""
    return FAMILIES.get(mechanism, "challenge")


def verdict(families: Iterable[str]) -> str | None:
    """The device's verdict when no service is one we know; None where the rules say nothing."""
    found = {VERDICTS[each] for each in families if each in VERDICTS}
    return next((each for each in ORDER if each in found), None)


def one_sided(told: Expected) -> Expected:
    """The same session when only what the client sent was recorded: no reply was seen."""
    attempts = [{**each, "outcome": "unknown"} for each in told["attempts"]]
    outcome = "unknown" if attempts else None
    return {**told, "attempts": attempts, "outcome": outcome, "starttls": "unseen"}
