"""Judging sessions that keys opened."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from msgspec.structs import replace

from sniffer.inference.decrypted import UNDECRYPTABLE, decrypted_auth
from sniffer.model.facts import AttemptFact, SessionFact, Speech
from sniffer.model.findings import AuthFinding
from sniffer.protocols.anomalies import anomaly
from tests.inference.facts import HANDSHAKE, WHOLE, attempt, fact, judge


def opened(
    *inside: AttemptFact,
    clear: tuple[AttemptFact, ...] = (),
    mail: bool = False,
    blind: bool = False,
    failed: bool = False,
    day: float = 0,
    offered: tuple[str, ...] | None = ("LOGIN", "XOAUTH2"),
    accepted: bool | None = None,
    reply: str | None = None,
) -> SessionFact:
    """A session behind STARTTLS, and what was said inside."""
    outer = fact(*clear, day=day, starttls="established", encrypted=True, mail=False)
    said = fact(*inside, mail=mail, blind=blind, banner=None).speech
    said = replace(said, offered=offered, mail_accepted=accepted, mail_reply=reply)
    anomalies = (anomaly(UNDECRYPTABLE),) if failed else ()
    return replace(outer, speech=replace(outer.speech, anomalies=anomalies), inside=said, tls=HANDSHAKE)


def judged(seen: SessionFact) -> AuthFinding:
    """How a session is judged by what was said inside."""
    found = decrypted_auth(seen)
    assert found is not None
    return found


def test_without_keys_nothing_is_said() -> None:
    assert decrypted_auth(fact(encrypted=True)) is None


@dataclass(frozen=True)
class Case:
    """A session, and family, basis, outcome and why it is unjudged."""

    seen: SessionFact
    wanted: tuple[str, str, str | None, str | None]


CASES = {
    "success": Case(opened(attempt()), ("basic", "decrypted", "success", None)),
    "failure": Case(opened(attempt(outcome="failure")), ("basic", "decrypted", "failure", None)),
    "last success": Case(
        opened(attempt("XOAUTH2"), attempt(outcome="failure")), ("oauth", "decrypted", "success", None)
    ),
    "clear, then inside": Case(
        opened(attempt("XOAUTH2"), clear=(attempt("LOGIN", "failure"),)), ("oauth", "decrypted", "success", None)
    ),
    "clear, and nothing inside": Case(
        opened(clear=(attempt("LOGIN", "failure"),)), ("basic", "clear", "failure", None)
    ),
    "unknown mechanism": Case(opened(attempt(None)), ("unknown", "none", "success", "ambiguous")),
    "mail": Case(opened(mail=True), ("none", "decrypted", None, None)),
    "mail, but blind": Case(opened(mail=True, blind=True), ("unknown", "none", None, "gap")),
    "nothing": Case(opened(), ("unknown", "none", None, "no-auth-seen")),
    "failed behind a failure": Case(
        opened(attempt(outcome="failure"), failed=True, blind=True), ("basic", "decrypted", "unknown", None)
    ),
    "failed behind a success": Case(
        opened(attempt(), failed=True, blind=True), ("basic", "decrypted", "success", None)
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_each_way_a_session_can_go(name: str) -> None:
    seen, wanted = CASES[name].seen, CASES[name].wanted
    found = judged(seen)
    assert (found.family, found.basis, found.outcome, found.unjudged) == wanted
    assert found.confidence == (None if found.unjudged else 1.0)
    assert found.offered_tls == ("LOGIN", "XOAUTH2")
    assert seen.server in found.reason


def test_attempts_say_how_each_was_read() -> None:
    found = judged(opened(attempt("XOAUTH2"), clear=(attempt("LOGIN", "failure"),)))
    assert [(each.mechanism, each.basis) for each in found.attempts] == [("LOGIN", "clear"), ("XOAUTH2", "decrypted")]


def test_keys_that_failed_before_anything_was_said_judge_nothing() -> None:
    assert decrypted_auth(opened(failed=True, blind=True)) is None
    assert decrypted_auth(opened(failed=True, mail=True)) is None


def test_one_direction_alone() -> None:
    seen = replace(opened(blind=True), quality=replace(WHOLE, one_sided=True))
    assert judged(seen).unjudged == "one-sided"


def test_one_decrypted_session_is_certain() -> None:
    service = judge([opened(attempt())]).service
    assert (service.verdict, service.band, service.basis, service.cleartext) == (
        "affected", "certain", "decrypted", False,
    )  # fmt: skip


def test_clear_counts_before_decrypted() -> None:
    service = judge([opened(attempt()), fact(attempt(), day=1)]).service
    assert (service.basis, service.cleartext, service.judged) == ("clear", True, 2)


def test_mail_refused_inside_is_a_refusal() -> None:
    refused = opened(mail=True, accepted=False, reply="530 5.7.57 Client not authenticated to send mail", day=1)
    service = judge([opened(attempt()), refused]).service
    assert (service.family, service.state) == ("basic", "refused")


def test_basic_no_longer_offered_inside_is_a_refusal() -> None:
    service = judge([opened(attempt()), opened(offered=("XOAUTH2",), day=1)]).service
    assert service.state == "refused"


def test_speech_is_told_of_either_side() -> None:
    seen = opened(attempt())
    bare = replace(seen, speech=replace(seen.speech, banner=None, helo=None, greeted=None))
    inside = replace(seen.speech, banner="220 inside", helo="inner", greeted="250 Hello", workstation="MFP")
    assert isinstance(inside, Speech)
    told = replace(bare, inside=inside)
    assert (told.banner, told.helo, told.greeted, told.workstation) == ("220 inside", "inner", "250 Hello", "MFP")
    assert (replace(bare, inside=None).banner, replace(bare, inside=None).helo) == (None, None)
