"""Labelled sessions and predictions, made by hand."""

from __future__ import annotations

from typing import Any

from sniffer.inference.inferred import SURE
from sniffer.model.facts import Family
from tests.accuracy.corpora import Attempt, Label, Sample
from tests.accuracy.predictions import Prediction
from tests.inference.dialogues import MAIL, session

LOGIN = "12>18, 34>18, 54>37"
REFUSED = "12>18, 34>18, 54>60, 6>15"
TOKEN = f"1635>37, {MAIL}"


def label(
    client: str = "curl",
    server: str = "postfix",
    tls: str = "12",
    family: Family = "basic",
    attempts: tuple[Attempt, ...] = (Attempt("LOGIN", False, "ok"),),
    outcome: str | None = "success",
) -> Label:
    """The truth of a login that was accepted."""
    return Label(client, server, tls, family, attempts[-1].mechanism if attempts else None, attempts, outcome)


def login(client: str = "curl", server: str = "postfix", turns: str = f"{LOGIN}, {MAIL}") -> Sample:
    """A login that was accepted, and a mail."""
    return Sample(session(turns), label(client, server))


def refused(client: str = "curl", server: str = "postfix") -> Sample:
    """A login that was refused."""
    truth = label(client, server, attempts=(Attempt("LOGIN", False, "fail"),), outcome="failure")
    return Sample(session(REFUSED), truth)


def token(client: str = "curl", server: str = "postfix") -> Sample:
    """A login with a token."""
    truth = label(client, server, family="oauth", attempts=(Attempt("XOAUTH2", True, "ok"),))
    return Sample(session(TOKEN), truth)


def prediction(probability: float = 0.999, family: Family | None = "basic", **told: Any) -> Prediction:
    """A prediction of a login with a password that was accepted; ``sample`` and the like as in ``Prediction``."""
    usual: dict[str, Any] = {
        "sample": login(), "outcome": "success", "outcome_probability": 0.99, "turns": 4, "exact": True,
        "needed": SURE,
    }  # fmt: skip
    return Prediction(family=family, probability=probability, **{**usual, **told})
