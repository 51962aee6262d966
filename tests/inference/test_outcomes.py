"""What became of a login: by the length of the last word, by what followed, and by what was learnt of the server."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from sniffer.inference.habits import Habits
from sniffer.inference.hidden import Ear
from sniffer.inference.inferred import Context, inferred_auth
from sniffer.model.facts import Outcome, SessionFact
from tests.inference.dialogues import MAIL, session, told
from tests.inference.facts import EXCHANGE_BANNER

LOGIN = "12>18, 34>18, 54>{}"
LEAVES = "6>15"


def knowing(sessions: list[SessionFact]) -> Ear:
    """An ear that was taught by sessions."""
    ear, habits = Ear(), Habits()
    for each in sessions:
        heard = ear.hear(each, "other")
        assert heard
        ear.teach(habits, each, heard)
    ear.learn(habits)
    return ear


def judged(ear: Ear, fact: SessionFact) -> Outcome | None:
    """What a session's login became, to an ear."""
    return inferred_auth(fact, ear.hear(fact, "other"), ear, Context("other")).outcome


def by(client: int, turns: str) -> SessionFact:
    """A session of one client."""
    return replace(session(turns), client_ip=f"10.0.0.{client}")


@pytest.mark.parametrize("length", range(8, 90))
def test_a_reply_that_mail_always_follows_is_no_refusal(length: int) -> None:
    sessions = [by(number, f"{LOGIN.format(length)}, {MAIL}") for number in range(3)]
    assert told(sessions[0]).outcome != "failure"
    assert judged(knowing(sessions), sessions[0]) != "failure"


@pytest.mark.parametrize("length", [40, 52, 66])
def test_many_sessions_of_one_client_make_no_surer_than_one(length: int) -> None:
    sessions = [by(1, f"{LOGIN.format(length)}, {MAIL}")] * 9
    assert judged(knowing(sessions), sessions[0]) == told(sessions[0]).outcome


@pytest.mark.parametrize("length", [40, 52, 66])
def test_many_clients_make_surer(length: int) -> None:
    sessions = [by(number, f"{LOGIN.format(length)}, {MAIL}") for number in range(20)]
    assert told(sessions[0]).outcome == "unknown"
    assert judged(knowing(sessions), sessions[0]) == "success"


def test_one_length_for_success_and_refusal_is_told_by_neither() -> None:
    """As of a server that says "235 ok" and "535 no"."""
    going_on = [by(number, f"{LOGIN.format(8)}, {MAIL}") for number in range(10)]
    leaving = [by(number + 10, LOGIN.format(8)) for number in range(10)]
    ear = knowing([*going_on, *leaving])
    assert judged(ear, going_on[0]) != "failure"
    assert judged(ear, leaving[0]) != "success"


def test_a_known_text_says_what_became_of_an_earlier_login() -> None:
    """A client that logs in again: the last success counts."""
    found = told(session(f"{LOGIN.format(37)}, 12>18, {MAIL}", banner=EXCHANGE_BANNER), "exchange-online")
    assert [each.outcome for each in found.attempts] == ["success", "failure"]
    assert (found.family, found.mechanism, found.outcome) == ("basic", "LOGIN", "success")
    assert "37" in found.reason


def test_where_an_earlier_login_may_have_succeeded_the_session_is_open() -> None:
    found = told(session(f"{LOGIN.format(37)}, 12>18, {MAIL}"))
    assert found.attempts[0].outcome != "failure"
    assert found.outcome != "failure"


def test_a_refusal_that_the_client_leaves_after_stays_one() -> None:
    assert told(session(f"{LOGIN.format(56)}, {LEAVES}")).outcome == "failure"
