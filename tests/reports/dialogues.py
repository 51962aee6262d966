"""Findings as the inference gives them, made by hand: a printer that logs in inside TLS, and its page."""

from __future__ import annotations

import io
from typing import Any

from msgspec.structs import replace

from sniffer.knowledge.catalogue import catalogue
from sniffer.model.facts import TlsFact
from sniffer.model.findings import (
    AttemptFinding,
    AuthFinding,
    DialogueFinding,
    Rival,
    SessionFinding,
    TurnFinding,
)
from sniffer.reports.dialogue_svg import drawing
from sniffer.reports.explain_session import explain_session
from sniffer.reports.page import Page
from sniffer.reports.redaction import Redactor
from sniffer.reports.session_words import Story
from sniffer.reports.table import console
from tests.inference.facts import in_tls, judge

TLS = TlsFact(
    offered="1.3", version="1.2", cipher="TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", sni="smtp.office365.com",
    ja4="t12d090500_a1b2c3d4e5f6_0123456789ab", complete=True,
)  # fmt: skip

REASON = (
    "what follows STARTTLS reads as AUTH LOGIN: 12 bytes were answered by 18 (334 VXNlcm5hbWU6), a record of 4k+2 by 18"
    " (334 UGFzc3dvcmQ6), another of 4k+2 by 37 (235 2.7.0 Authentication successful), then MAIL"
)


FIXED = ("EHLO again", "AUTH LOGIN", "DATA", "QUIT")


def turn(
    first: int, client: str, server: str, what: str, reply: str, probability: float = 0.998, **more: Any
) -> TurnFinding:
    """A turn; records are 29 bytes longer than what is in them."""
    told: dict[str, Any] = {
        "answered": 31_400,
        "client_records": str(int(client) + 29) if client.isdigit() else "",
        "server_records": str(int(server) + 29) if server.isdigit() else "",
        "credential": False,
        "fixed": what in FIXED,
    }
    return TurnFinding(
        first=first, client=client, server=server, what=what, reply=reply, probability=probability, **told | more
    )


TURNS = (
    turn(161_200, "22", "187", "EHLO again", "250 and the list of extensions", server_records="3 records, 274"),
    turn(194_000, "12", "18", "AUTH LOGIN", "334 asks for the user name", 0.97,
         rivals=(Rival("AUTH PLAIN", 0.021), Rival("AUTH CRAM-MD5", 0.004))),
    turn(226_100, "4k+2", "18", "the user name", "334 asks for the password", 0.96, credential=True,
         rivals=(Rival("an answer to another challenge", 0.03),)),
    turn(258_900, "4k+2", "37", "the password", "235 Authentication successful", 0.96, answered=2_412_000,
         credential=True),
    turn(2_702_300, "4k+1", "24", "MAIL FROM", "250 2.1.0 Sender OK"),
    turn(2_735_000, "…", "26", "RCPT TO", "250 2.1.5 Recipient OK", 0.93,
         rivals=(Rival("RSET and what follows it, pipelined", 0.04), Rival("MAIL FROM", 0.02))),
    turn(2_768_000, "6", "46", "DATA", "354 Start mail input"),
    turn(2_801_000, "4k+1", "104", "the mail", "250 2.6.0 Queued mail for delivery"),
    turn(3_211_000, "6", "", "QUIT", "", 0.99, answered=None),
)  # fmt: skip

FAMILIES = (Rival("basic", 0.962), Rival("oauth", 0.021), Rival("challenge", 0.012), Rival("none", 0.004))
CALIBRATION = "A record is 29 bytes longer than what is in it: EHLO, said in clear with 22 bytes, came again in 51."
DIALOGUE = DialogueFinding(turns=TURNS, families=FAMILIES, calibration=CALIBRATION)


def auth(**more: Any) -> AuthFinding:
    """LOGIN, inferred, accepted."""
    told: dict[str, Any] = {
        "family": "basic", "mechanism": "LOGIN", "basis": "inferred", "confidence": 0.95, "outcome": "success",
        "outcome_confidence": 0.97, "reason": REASON, "rivals": FAMILIES[1:], "credential_sent": True,
        "offered_tls": ("LOGIN", "XOAUTH2"), "unverified_service": True,
    } | more  # fmt: skip
    if told["outcome"] and "attempts" not in told:
        once = {name: value for name, value in told.items() if name in AttemptFinding.__struct_fields__}
        told["attempts"] = (AttemptFinding(**once),)
    return AuthFinding(**told)


def unknown(**more: Any) -> AuthFinding:
    """Nothing that could be judged, with Basic in front."""
    told: dict[str, Any] = {
        "family": "unknown", "mechanism": None, "basis": "none", "confidence": None, "outcome": None,
        "outcome_confidence": None, "unjudged": "tls", "likely": "basic", "offered_tls": None,
        "unverified_service": False, "rivals": (Rival("oauth", 0.2), Rival("challenge", 0.08)),
        "reason": "what follows STARTTLS may be two things",
    }  # fmt: skip
    return auth(**told | more)


def refused(**more: Any) -> AuthFinding:
    """LOGIN, refused for a cause that the reply's length tells."""
    told: dict[str, Any] = {"outcome": "failure", "outcome_confidence": 0.99, "likely_refusal": "basic-disabled"}
    return auth(**told | more)


def finding(found: AuthFinding | None = None, **told: Any) -> SessionFinding:
    """A session that went into TLS, with what was found of it; ``told`` are of the fact."""
    one = judge([in_tls(**{"tls": TLS, "lasts": 3_312_000, "session": "s-4f0c2a9d1e7b5a60", **told})]).session
    return replace(one, auth=found or auth())


def story(
    found: SessionFinding | None = None, dialogue: DialogueFinding | None = DIALOGUE, key: bytes | None = None
) -> Story:
    """What is told of it."""
    return Story(found or finding(), dialogue, catalogue(), Redactor(key))


def page(told: Story) -> str:
    """The page of a session, as a file gets it."""
    stream = io.StringIO()
    explain_session(Page(console(stream)), told)
    return stream.getvalue()


def picture(told: Story) -> str:
    """Its picture."""
    return drawing(told)
