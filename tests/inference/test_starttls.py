"""What became of STARTTLS: the stream, the handshake and the quality of the capture together."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from sniffer.model.facts import Quality, TlsFact
from tests.inference.facts import HANDSHAKE, UNREADABLE, WHOLE, attempt, fact, in_tls, judge

HELLO = TlsFact(offered="1.3")
"""A ClientHello and nothing behind it."""

CUT = replace(WHOLE, end_seen=False)
GAP = replace(WHOLE, gap_bytes=100)
HALF = replace(WHOLE, one_sided=True)
ALERT = replace(HELLO, alert="unknown_ca", alert_from="client")

WHAT_BECAME: list[tuple[str, TlsFact | None, Quality, str, str]] = [
    # what the stream told, the handshake, how it was seen → STARTTLS, why its family is unknown
    ("established", HANDSHAKE, WHOLE, "established", "no-auth-seen"),
    ("implicit", HANDSHAKE, WHOLE, "implicit", "no-auth-seen"),
    ("established", HANDSHAKE, GAP, "established", "gap"),
    ("established", UNREADABLE, WHOLE, "established", "tls"),
    ("established", HELLO, WHOLE, "failed", "no-auth-seen"),
    ("implicit", HELLO, WHOLE, "failed", "no-auth-seen"),
    ("established", HELLO, CUT, "established", "tls"),
    ("established", HELLO, GAP, "established", "tls"),
    ("established", HELLO, HALF, "established", "one-sided"),
    ("established", ALERT, WHOLE, "failed", "no-auth-seen"),
    ("established", ALERT, CUT, "failed", "no-auth-seen"),
    ("established", ALERT, HALF, "failed", "no-auth-seen"),
    ("established", replace(HELLO, in_clear=True), CUT, "failed", "no-auth-seen"),
    ("established", TlsFact(), WHOLE, "established", "tls"),
    ("established", None, WHOLE, "established", "tls"),
    ("unseen", TlsFact(), CUT, "unseen", "tls"),
]


@pytest.mark.parametrize(("stream", "tls", "quality", "starttls", "why"), WHAT_BECAME)
def test_what_became_of_it(stream: Any, tls: TlsFact | None, quality: Quality, starttls: str, why: str) -> None:
    finding = judge([in_tls(starttls=stream, tls=tls, quality=quality)]).session
    assert (finding.starttls, finding.auth.unjudged) == (starttls, why)


def test_joined_late_on_a_port_of_implicit_tls() -> None:
    assert judge([in_tls(starttls="unseen", port=465, tls=TlsFact())]).session.starttls == "implicit"


REASONS = [
    (ALERT, "the client ended it with the alert unknown_ca"),
    (replace(ALERT, alert="encrypted"), "with an alert that TLS 1.3 hides"),
    (replace(HELLO, in_clear=True), "answered the ClientHello in clear text"),
    (HELLO, "the connection ended in the middle of it"),
]


@pytest.mark.parametrize(("tls", "words"), REASONS)
def test_the_reason_says_how_it_failed(tls: TlsFact, words: str) -> None:
    finding = judge([in_tls(tls=tls)]).session
    assert words in finding.auth.reason
    assert any(each.code == "tls-failed" and words in each.text for each in finding.findings)


def test_an_attempt_in_clear_keeps_its_outcome_when_tls_failed_behind_it() -> None:
    refused = attempt("LOGIN", "failure", "530 5.7.0 Must issue a STARTTLS command first")
    for tls, outcome in ((ALERT, "failure"), (HANDSHAKE, "unknown")):
        session = fact(refused, encrypted=True, starttls="established", tls=tls)
        assert judge([session]).session.auth.outcome == outcome
