"""A path becomes attempts; and attempts, findings of their own."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from msgspec.structs import replace

from sniffer.inference.attempts import mail_accepted, says_mail, tried
from sniffer.inference.reading import Step
from sniffer.model.facts import AttemptFact, SessionFact
from sniffer.model.findings import AuthFinding
from tests.inference.dialogues import MAIL, ear, heard, session, told
from tests.inference.facts import attempt, judge
from tests.inference.test_reading_exchange import exchange


def path(fact: SessionFact) -> tuple[Step, ...]:
    """The most probable way through a session."""
    inside = heard(fact)
    family, _ = inside.front
    assert family
    return ear().path(inside, ear().ends(inside, family)[0][0])


@dataclass(frozen=True)
class Case:
    """A dialogue, its attempts (mechanism, first turn, end, result, whether a secret was sent), and its mail."""

    turns: str
    attempts: list[tuple[str, int, int, str, bool]]
    mail: bool | None
    said: bool = False


CASES = {
    "a login": Case("12>18, 34>18, 54>37, 6>15", [("LOGIN", 0, 3, "accepted", True)], None),
    "a login and a mail": Case(f"12>18, 34>18, 54>37, {MAIL}", [("LOGIN", 0, 3, "accepted", True)], True, True),
    "a refused one": Case("12>18, 34>18, 54>60, 6>15", [("LOGIN", 0, 3, "refused", True)], None),
    "a user name alone": Case("12>18, 34>", [("LOGIN", 0, 2, "open", False)], None),
    "an initial user name alone": Case("53>18", [("LOGIN", 0, 1, "open", False)], None),
    "an answer of which nobody heard": Case("12>18, 34>18, 54>", [("LOGIN", 0, 3, "open", True)], None),
    "a fall-back": Case(
        f"15>55, 12>18, 34>18, 54>37, {MAIL}",
        [("CRAM-MD5", 0, 1, "refused", False), ("LOGIN", 1, 4, "accepted", True)],
        True,
        True,
    ),
    "a token": Case(f"1635>37, {MAIL}", [("XOAUTH2", 0, 1, "accepted", True)], True, True),
    "no login": Case(MAIL, [], True, True),
    "no login, refused": Case("36>60, 6>15", [], False, True),
    "nothing": Case("6>15", [], None),
}


@pytest.mark.parametrize("name", CASES)
def test_attempts_of_a_path(name: str) -> None:
    case = CASES[name]
    steps = path(session(case.turns))
    found = [
        (each.form.mechanism, each.first, each.end, each.result, each.credential_sent)
        for each in tried(steps, ear().grammar.forms)
    ]
    assert found == case.attempts
    assert mail_accepted(steps) is case.mail
    assert says_mail(steps) is case.said


# -- attempts as findings -------------------------------------------------------------------------


def test_earlier_attempts_of_a_chain_have_their_own_confidence() -> None:
    auth = told(session(f"15>62, 74>55, 12>6, 74>55, 12>18, 34>18, 54>37, {MAIL}"))
    assert [(each.mechanism, each.family, each.outcome) for each in auth.attempts] == [
        ("CRAM-MD5", "challenge", "failure"), ("PLAIN", "basic", "failure"), ("LOGIN", "basic", "success"),
    ]  # fmt: skip
    assert (auth.mechanism, auth.family, auth.outcome) == ("LOGIN", "basic", "success")
    assert all(each.confidence is not None and each.confidence >= 0.9 for each in auth.attempts)
    assert all(each.basis == "inferred" for each in auth.attempts)
    assert [each.reason.partition(":")[0] for each in auth.attempts] == [
        "15>62, 4k+2>55", "12>6, 4k+2>55", "12>18, 4k+2>18, 4k+2>37",
    ]  # fmt: skip


def test_what_an_earlier_one_was_may_stay_open() -> None:
    """One command of a length that nobody knows, refused: the last one tells the session all the same."""
    auth = told(session(f"56>55, 12>18, 34>18, 54>37, {MAIL}"))
    assert (auth.family, auth.mechanism, auth.outcome) == ("basic", "LOGIN", "success")
    for each in auth.attempts[:-1]:
        named = each.family != "unknown"
        assert (each.confidence is not None, each.unjudged is None, each.likely is None) == (named, named, named)


def test_each_refusal_has_its_own_cause() -> None:
    refused, wrong = 74 + 39 + 47, 42 + 39 + 47
    auth = told(exchange(f"73>{wrong}, 12>18, 42>18, 22>{refused}, 6>48"), "exchange-online")
    assert [(each.mechanism, each.likely_refusal) for each in auth.attempts] == [
        (None, "mechanism-not-offered"), ("LOGIN", "basic-disabled"),
    ]  # fmt: skip
    assert [each.family for each in auth.attempts] == ["basic", "basic"]
    assert "most likely AUTH" in auth.attempts[0].reason  # a LOGIN with initial response is as long
    assert "most likely AUTH" not in auth.attempts[1].reason
    assert auth.likely_refusal == "basic-disabled"


# -- attempts in clear before TLS -----------------------------------------------------------------

EARLIER = attempt("PLAIN", "failure", "530 5.7.0 Must issue a STARTTLS command first")


def joined(turns: str, *clear: AttemptFact) -> AuthFinding:
    """How a session is judged that tried something in clear before."""
    seen = session(turns)
    return judge([replace(seen, speech=replace(seen.speech, attempts=clear))]).session.auth


def test_attempts_in_clear_come_first() -> None:
    auth = joined(f"12>18, 34>18, 54>37, {MAIL}", EARLIER)
    assert [(each.mechanism, each.basis, each.outcome) for each in auth.attempts] == [
        ("PLAIN", "clear", "failure"), ("LOGIN", "inferred", "success"),
    ]  # fmt: skip
    assert (auth.family, auth.mechanism, auth.basis, auth.outcome) == ("basic", "LOGIN", "inferred", "success")


def test_what_was_tried_in_clear_stays_where_nothing_is_heard_inside() -> None:
    for turns in ("", "6>15", "777>999, 1>3, 7000>2, 5>5"):
        auth = joined(turns, EARLIER)
        assert (auth.family, auth.mechanism, auth.basis, auth.outcome) == ("basic", "PLAIN", "clear", "unknown")


def test_a_login_that_was_taken_in_clear_is_the_last() -> None:
    auth = joined(MAIL, attempt("LOGIN", "success"))
    assert (auth.mechanism, auth.basis, auth.outcome, len(auth.attempts)) == ("LOGIN", "clear", "success", 1)
