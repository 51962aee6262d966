"""From what the servers say they served to what the capture must tell.

What went through TLS stands under `hidden`, unless the keys came with the capture: it may stay unknown, and nothing
else may be told in its place.  `demanded` names what of it must be found all the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
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
REFUSALS = {
    "basic authentication is disabled": "basic-disabled",
    "550 5.7.30 ": "basic-removed",
    "disabled for the Tenant": "tenant-switch",
    "disabled for the Mailbox": "mailbox-switch",
    "security defaults policy": "security-defaults",
    "did not meet the criteria": "conditional-access",
    "organization configuration doesn't allow": "organization-configuration",
    "the user credentials were incorrect": "credentials-incorrect",
    "535 5.7.3 Authentication unsuccessful": "authentication-unsuccessful",
    "504 5.7.4 Unrecognized authentication type": "mechanism-not-offered",
    "530 5.7.57 Client not authenticated": "not-authenticated",
    "535 5.7.8 Username and Password not accepted": "google-bad-credentials",
    "535 5.7.8 ": "bad-credentials",
}
"""Words of refusals, and what they are called; the first that stand in a reply count."""
PADDED = "_CBC_"
"""What stands in the name of a cipher suite that hides how long a text is, up to a block."""
ORDER = ("affected", "mixed", "basic-elsewhere", "challenge", "unknown", "modern", "unauthenticated")
NOTHING: dict[str, Any] = {"family": "unknown", "mechanism": None, "outcome": None, "user": None}

Expected = dict[str, Any]


def session(served: Served, *, keyed: bool = False) -> Expected:
    """One session as it must be reported; `keyed` when the capture holds its TLS keys."""
    clear = [each for each in served.attempts if keyed or not each.tls]
    became = starttls(served)
    told: Expected = {
        "client": served.client,
        "client_port": served.client_port,
        "server": served.server,
        "port": served.port,
        "starttls": became,
        "attempts": [plain(each) for each in clear],
    }
    if became in ("implicit", "established") and not keyed:
        told["hidden"] = hidden(served)
        told["demanded"] = demanded(told["hidden"], served)
    else:
        mail = served.mail or (keyed and served.mail_tls)
        told.update(judged(clear) if clear else without(mail=mail))
    if served.tls:
        told["tls"] = handshake(served.tls)
    return told


def hidden(served: Served) -> Expected:
    """What went on inside TLS, or before it."""
    made = [each for each in served.attempts if each.tls]
    mail = served.mail or served.mail_tls
    seen = {**(judged(served.attempts) if served.attempts else without(mail=mail))}
    seen["attempts"] = [plain(each) for each in made]
    refusal = last(served.attempts).refusal if served.attempts else served.mail_refusal
    code = next((code for words, code in REFUSALS.items() if words in (refusal or "")), None)
    if code or not refusal:
        seen["likely_refusal"] = code
    if served.offered_tls is not None:
        seen["offered_tls"] = served.offered_tls
    return seen


def demanded(seen: Expected, served: Served) -> list[str]:
    """What must be found of a session inside TLS: what is plain where lengths are known to the byte.

    That a server said no is plain only where its words are known: such a case says so itself.
    """
    if served.tls and PADDED in (served.tls.cipher or ""):
        return []
    mailed = served.mail_tls and seen["outcome"] == "success"
    if seen["family"] == "unknown":
        return ["unjudged"]
    if seen["family"] == "none":
        return ["family"]
    if seen["mechanism"] == "LOGIN" and seen["outcome"] != "unknown":
        return ["family", "mechanism", *(["outcome"] if mailed else [])]
    if seen["mechanism"] == "PLAIN" and mailed:
        return ["family", "mechanism", "outcome"]
    return ["family", "outcome"] if seen["family"] == "oauth" and mailed else []


def without(*, mail: bool) -> Expected:
    """A session without AUTH."""
    ended = {"family": "none"} if mail else {"unjudged": "no-auth-seen"}
    return {**NOTHING, "unjudged": None, **ended}


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
    top = last(attempts)
    return {"family": family(top.mechanism), **plain(top), "unjudged": None}


def last(attempts: Sequence[Attempt]) -> Attempt:
    """The last success, else the last attempt."""
    good = [each for each in attempts if each.outcome == "success"]
    return good[-1] if good else attempts[-1]


def plain(attempt: Attempt) -> Expected:
    """An attempt without where it was made."""
    return {"mechanism": attempt.mechanism, "outcome": attempt.outcome, "user": attempt.user}


def family(mechanism: str) -> str:
    """The family of a mechanism; what is not listed is a challenge of some kind."""
    return FAMILIES.get(mechanism, "challenge")


def verdict(families: Iterable[str], affected: bool = False) -> str | None:
    """The device's verdict for one service, affected by the date or not; None where the rules say nothing.

    Sessions that ended early say nothing beside others.
    """
    verdicts = {**VERDICTS, "basic": "affected"} if affected else VERDICTS
    known = set(families)
    return first(verdicts.get(each) for each in known - {"unknown"} or known)


def family_of(told: Expected, *, found: bool = False) -> str:
    """The family of a session; with `found`, unknown where it need not be found."""
    if "hidden" not in told:
        return str(told["family"])
    return str(told["hidden"]["family"]) if not found or "family" in told["demanded"] else "unknown"


def verdict_told(sessions: Sequence[Expected], over_all: Callable[[Sequence[Expected], bool], str | None]) -> Expected:
    """The verdict of a device, and, where TLS hides something, whether it must be found."""
    true = over_all(sessions, False)
    if not any("hidden" in each for each in sessions):
        return {"verdict": true}
    return {"verdict": true, "demanded": ["verdict"] if over_all(sessions, True) == true else []}


def first(verdicts: Iterable[str | None]) -> str | None:
    """The most urgent of some verdicts."""
    found = set(verdicts)
    return next((each for each in ORDER if each in found), None)


def one_sided(told: Expected) -> Expected:
    """The same session when only what the client sent was recorded: no reply was seen."""
    attempts = [{**each, "outcome": "unknown"} for each in told["attempts"]]
    outcome = "unknown" if attempts else None
    return {**told, "attempts": attempts, "outcome": outcome, "starttls": "unseen"}
