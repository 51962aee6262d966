"""From what the servers say they served to what the capture must tell.

What went through TLS is not for the reader of the capture to see yet: it moves to `hidden`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from tests.lab.served import Attempt, Handshake, Served

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
    elif told["starttls"] in ("implicit", "established"):
        told["unjudged"] = "tls"
    elif served.mail:
        told["family"] = "none"
    else:
        told["unjudged"] = "no-auth-seen"
    if hidden:
        told["hidden"] = judged(hidden)
    if served.tls:
        told["tls"] = handshake(served.tls)
    return told


def told(seen: Expected, more: Mapping[str, Any]) -> Expected:
    """What a log tells with what the case knows beside, laid over it; what is `...` is left unsaid."""
    inner = {field: told(seen.get(field, {}), value) for field, value in more.items() if isinstance(value, dict)}
    return {field: value for field, value in {**seen, **more, **inner}.items() if value is not ...}


def handshake(seen: Handshake) -> Expected:
    """What can be read of a handshake; who never read the server name does not know that there was none."""
    told = asdict(seen)
    if not told.pop("named"):
        del told["sni"]
    return told


def starttls(served: Served) -> str:
    """What became of STARTTLS, in the words of the session report."""
    if served.implicit:
        return served.starttls or "implicit"
    if served.starttls == "ready" and served.after_ready:
        return "cleartext-after"
    if served.starttls in ("asked", "ready"):
        return "requested"
    if served.starttls:
        return served.starttls
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


def verdict(families: Iterable[str], affected: bool = False) -> str | None:
    """The device's verdict for one service, affected by the date or not; None where the rules say nothing."""
    verdicts = {**VERDICTS, "basic": "affected"} if affected else VERDICTS
    return first(verdicts.get(each) for each in families)


def first(verdicts: Iterable[str | None]) -> str | None:
    """The most urgent of some verdicts."""
    found = set(verdicts)
    return next((each for each in ORDER if each in found), None)


def one_sided(told: Expected) -> Expected:
    """The same session when only what the client sent was recorded: no reply was seen."""
    attempts = [{**each, "outcome": "unknown"} for each in told["attempts"]]
    outcome = "unknown" if attempts else None
    return {**told, "attempts": attempts, "outcome": outcome, "starttls": "unseen"}
