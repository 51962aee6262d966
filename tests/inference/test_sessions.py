"""One session: how it authenticated, and why that is unknown where it is."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from sniffer.model.facts import AttemptFact, Family, Outcome, SessionFact
from sniffer.model.findings import Unjudged
from tests.inference.dialogues import session as spoken
from tests.inference.facts import WHOLE, attempt, fact, in_tls, judge, no_auth, unreadable

UNJUDGED: list[tuple[str, SessionFact, Unjudged, str]] = [
    ("inside TLS, nothing said", in_tls(), "no-auth-seen", "ended behind the TLS handshake, before AUTH or MAIL"),
    ("inside TLS, a strange cipher", unreadable(), "tls", "TLS_GOSTR341112_256_WITH_28147_CNT_IMIT"),
    ("implicit TLS", fact(encrypted=True, starttls="implicit", smtp=False, banner=None, port=465), "tls",
     "the TLS handshake was not seen whole"),
    ("late, implicit TLS by its port", fact(encrypted=True, starttls="unseen", smtp=False, banner=None, port=465,
                                            quality=replace(WHOLE, start_seen=False)),
     "late", "joined this connection late, and the cipher"),
    ("inside TLS, more than one thing", spoken("101>"), "ambiguous", "may be more than one thing"),
    ("inside TLS, nothing we know", spoken("777>999, 1>3"), "ambiguous", "may be more than one thing"),
    ("inside TLS, a client that only looks", spoken("6>15"), "no-auth-seen", "left behind its EHLO inside TLS"),
    ("inside TLS, a gap", spoken("", cut="gap"), "gap", "bytes are missing behind the EHLO"),
    ("ended early", no_auth(), "no-auth-seen", "ended before AUTH or MAIL"),
    ("joined late", fact(blind=True, mail=True), "late", "joined this connection late"),
    ("a gap", fact(blind=True, quality=replace(WHOLE, gap_bytes=9)), "gap", "bytes are missing"),
    ("one side", fact(blind=True, quality=replace(WHOLE, one_sided=True)), "one-sided", "only one direction"),
    ("not SMTP", fact(smtp=False, banner=None), "ambiguous", "cannot be read as SMTP"),
    ("mail after TLS", fact(encrypted=True, mail=True), "tls", "the TLS handshake was not seen whole"),
]  # fmt: skip


@pytest.mark.parametrize(("session", "why", "says"), [row[1:] for row in UNJUDGED], ids=[row[0] for row in UNJUDGED])
def test_why_a_session_cannot_be_judged(session: SessionFact, why: Unjudged, says: str) -> None:
    auth = judge([session]).session.auth
    assert (auth.family, auth.unjudged, auth.basis, auth.confidence, auth.outcome) == (
        "unknown",
        why,
        "none",
        None,
        None,
    )
    assert says in auth.reason


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({"quality": replace(WHOLE, one_sided=True)}, "one-sided"),
        ({"quality": replace(WHOLE, gap_bytes=9), "blind": True}, "gap"),
        ({"blind": True}, "late"),
        ({}, "ambiguous"),
    ],
    ids=["one side", "a gap", "joined late", "AUTH without a mechanism"],
)
def test_why_the_mechanism_of_an_auth_is_not_known(told: dict[str, Any], why: Unjudged) -> None:
    auth = judge([fact(attempt(None), **told)]).session.auth
    assert (auth.family, auth.unjudged, auth.outcome, len(auth.attempts)) == ("unknown", why, "success", 1)


FAMILIES: list[tuple[str, Family]] = [
    ("LOGIN", "basic"), ("PLAIN", "basic"), ("XOAUTH2", "oauth"), ("OAUTHBEARER", "oauth"), ("CRAM-MD5", "challenge"),
    ("DIGEST-MD5", "challenge"), ("SCRAM-SHA-256", "challenge"), ("SCRAM-SHA-1-PLUS", "challenge"),
    ("NTLM", "challenge"),
    ("GSSAPI", "challenge"), ("XOAUTH", "challenge"), ("EXTERNAL", "external"), ("XYMCOOKIE", "challenge"),
]  # fmt: skip


@pytest.mark.parametrize(("mechanism", "family"), FAMILIES)
def test_family_of_a_mechanism(mechanism: str, family: Family) -> None:
    auth = judge([fact(attempt(mechanism))]).session.auth
    assert (auth.family, auth.mechanism, auth.basis, auth.confidence) == (family, mechanism, "clear", 1.0)


CHOICES: list[tuple[list[AttemptFact], str, Outcome]] = [
    ([attempt("CRAM-MD5", "failure"), attempt("LOGIN")], "LOGIN", "success"),
    ([attempt("LOGIN"), attempt("XOAUTH2", "failure")], "LOGIN", "success"),
    ([attempt("LOGIN"), attempt("PLAIN")], "PLAIN", "success"),
    ([attempt("XOAUTH2", "failure"), attempt("LOGIN", "failure")], "LOGIN", "failure"),
    ([attempt("LOGIN", "failure"), attempt("LOGIN", "unknown")], "LOGIN", "unknown"),
]


@pytest.mark.parametrize(("attempts", "mechanism", "outcome"), CHOICES)
def test_the_last_success_counts_else_the_last_attempt(
    attempts: list[AttemptFact], mechanism: str, outcome: Outcome
) -> None:
    auth = judge([fact(*attempts)]).session.auth
    assert (auth.mechanism, auth.outcome) == (mechanism, outcome)
    told = [(each.mechanism, each.outcome, each.user, each.reply, each.credential_sent) for each in auth.attempts]
    assert told == [(each.mechanism, each.outcome, each.user, each.reply, each.credential_sent) for each in attempts]


def test_mail_that_was_refused_for_want_of_auth_is_not_called_sent() -> None:
    refusal = "530 5.7.57 Client not authenticated to send mail."
    refused = judge([fact(mail=True, mail_accepted=False, mail_reply=refusal)]).session.auth
    assert refused.family == "none"
    assert "was refused" in refused.reason
    assert refusal in refused.reason
    assert "sent without" not in refused.reason
    assert "mail was sent without AUTH" in judge([fact(mail=True, mail_accepted=True)]).session.auth.reason
    assert "mail was begun without AUTH" in judge([fact(mail=True)]).session.auth.reason


def test_mail_without_auth_is_none() -> None:
    auth = judge([fact(mail=True, mail_accepted=True)]).session.auth
    assert (auth.family, auth.basis, auth.confidence, auth.outcome) == ("none", "clear", 1.0, None)


def test_a_refusal_before_tls_leaves_the_outcome_open() -> None:
    auth = judge([fact(attempt("LOGIN", "failure"), encrypted=True, starttls="established")]).session.auth
    assert (auth.family, auth.outcome) == ("basic", "unknown")
    assert "may have succeeded" in auth.reason


@pytest.mark.parametrize("blind", [False, True])
def test_an_exchange_of_unknown_mechanism_is_no_family(*, blind: bool) -> None:
    auth = judge([fact(attempt(None), blind=blind)]).session.auth
    assert (auth.family, auth.unjudged) == ("unknown", "late" if blind else "ambiguous")


def test_every_reason_names_the_server() -> None:
    facts = [row[1] for row in UNJUDGED] + [fact(attempt()), fact(mail=True)]
    for each in facts:
        assert f"{each.server_ip}:{each.server_port}" in judge([each]).session.auth.reason


def test_an_ipv6_server_is_written_so_that_its_port_can_be_told() -> None:
    judged = judge([fact(attempt(), client="fd00::17", server="2603:1026::2")])
    assert judged.service.servers == ("[2603:1026::2]:587",)
    assert "[2603:1026::2]:587" in judged.session.auth.reason
