"""From what the servers logged to the labels: one object per session, as the package describes them."""

from __future__ import annotations

from typing import Any

from tests.lab.served import Attempt, Served
from tests.lab.truth import family

NOT_BEGUN = {"500", "502", "503", "504", "530", "538"}
"""Codes that refuse the command, not the credentials that came along with it (RFC 4954 4)."""

Label = dict[str, Any]


def outcome(attempt: Attempt) -> str | None:
    """`ok`, `fail` after the credentials were given, `rejected` at once, None without an answer."""
    if attempt.outcome == "success":
        return "ok"
    if attempt.outcome != "failure":
        return None
    given = attempt.challenged or (attempt.initial and attempt.code not in NOT_BEGUN)
    return "fail" if given else "rejected"


def attempts(served: Served) -> list[Label]:
    """The attempts inside TLS, in order."""
    return [
        {"mechanism": each.mechanism, "initial_response": each.initial, "outcome": outcome(each)}
        for each in served.attempts
        if each.tls
    ]


def judged(served: Served) -> Label | None:
    """Family, mechanism, attempts and outcome of a session; None where it had neither AUTH nor MAIL inside TLS."""
    made = attempts(served)
    if not made:
        return {"family": "none", "mechanism": None, "attempts": [], "outcome": None} if served.mail_tls else None
    good = [each for each in made if each["outcome"] == "ok"]
    top = good[-1] if good else made[-1]
    ended = "success" if good else "failure"
    return {"family": family(top["mechanism"]), "mechanism": top["mechanism"], "attempts": made, "outcome": ended}
