"""What sessions teach of a server's replies, and what they do not."""

from __future__ import annotations

import random
from collections.abc import Iterable
from math import log

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from sniffer.inference.grammar import State
from sniffer.inference.habits import Habits, taught
from sniffer.inference.outcomes import MOST, Word
from sniffer.inference.plaintext import Length
from sniffer.inference.reading import Step
from sniffer.inference.replies import Learnt
from sniffer.model import limits
from sniffer.model.facts import SessionFact
from tests.inference.dialogues import CBC, MAIL, PLAIN_BANNER, ear, heard, session
from tests.inference.facts import WHOLE

SERVER = ("203.0.113.5", 587)
PLACE = State("ready", -1, None, -1)


def step(client: str, server: str, phase: str = "ready") -> Step:
    """A step of a path that leads to a phase."""
    return Step(PLACE, State(phase, -1, None, -1), client, server)


LOGIN = (step("auth-login", "prompt"), step("user", "prompt"), step("password", "accepted"))
ENVELOPE = (step("mail", "mail-accepted", "mail"), step("recipient", "recipient-accepted", "recipients"))
TEXT = (step("data", "go-ahead", "text"), step("text", "queued", "sent"))
REFUSED = step("password", "refused")
MAILED = ("mail-accepted", "recipient-accepted", "go-ahead")
PATHS: dict[str, tuple[tuple[Step, ...], bool, set[str]]] = {
    # the path, whether the login's outcome is certain → the replies that teach
    "a login that is certain": (LOGIN, True, {"prompt", "accepted"}),
    "one that is not": (LOGIN, False, {"prompt"}),
    "that MAIL follows is no proof": ((*LOGIN, *ENVELOPE), False, {"prompt", "mail-accepted", "recipient-accepted"}),
    "nor of a refusal, if the way says so": ((*LOGIN[:2], REFUSED, *ENVELOPE, *TEXT), False, {"prompt", *MAILED}),
    "nor is 354": ((*LOGIN, *ENVELOPE, TEXT[0]), False, {"prompt", "mail-accepted", "recipient-accepted", "go-ahead"}),
    "a mail that was taken is": (
        (*LOGIN, *ENVELOPE, *TEXT), False, {"prompt", "accepted", "mail-accepted", "recipient-accepted", "go-ahead"},
    ),
    "a refusal": ((*LOGIN[:2], REFUSED), True, {"prompt", "refused"}),
    "a refusal of the mechanism": ((step("auth-login", "unknown-mechanism"),), True, {"unknown-mechanism"}),
    "a list and a queue id vary": ((step("hello", "list"), *TEXT), True, {"go-ahead"}),
}  # fmt: skip


@pytest.mark.parametrize("case", PATHS)
def test_what_a_path_teaches(case: str) -> None:
    path, certain, wanted = PATHS[case]
    assert {symbol for symbol, _ in taught(path, [20] * len(path), certain=certain)} == wanted


def test_a_length_that_is_not_known_to_the_byte_teaches_nothing() -> None:
    assert list(taught(LOGIN, [18, None, 37], certain=True)) == [("prompt", 18), ("accepted", 37)]


# -- counting -------------------------------------------------------------------------------------


def word(followed: float, *, said: float = 0.0, symbol: str = "accepted", either: bool = True) -> Word:
    """The last word of a login, of 37 bytes."""
    return Word(2, symbol, Length(37, 37), 0.0, said, followed, either)


def counted(words: Iterable[tuple[str, Word]], server: tuple[str, int] = SERVER) -> dict[str, float]:
    """What logins of some clients teach of the length of their last word."""
    habits = Habits()
    for client, each in words:
        habits.add(server, client, LOGIN, [18, 18, 37], [each])
    learnt = habits.learnt().get(server, Learnt())
    return {symbol: times for symbol, length, times in learnt.counts if length == 37}


def clients(*followed: float, said: float = 0.0) -> list[tuple[str, Word]]:
    """One login each of so many clients."""
    return [(f"10.0.0.{number}", word(each, said=said)) for number, each in enumerate(followed)]


def test_one_client_proves_nothing_about_itself() -> None:
    habits = Habits()
    for times in range(9):
        assert habits.learnt() == {}, times
        habits.add(SERVER, "10.0.0.1", LOGIN, [18, 18, 37], [word(1.0, said=9.0)])
    habits.add(SERVER, "10.0.0.2", LOGIN, [18, 18, 37], [word(1.0, said=9.0)])
    assert ("prompt", 18, 1) in habits.learnt()[SERVER].counts


def test_many_sessions_of_one_client_are_worth_one() -> None:
    once = [("10.0.0.1", word(1.0)), ("10.0.0.2", word(1.0))]
    assert counted(once * 20) == counted(once)


@pytest.mark.parametrize("followed", [1.0, MOST])
def test_what_is_always_followed_by_mail_is_no_refusal(followed: float) -> None:
    for many in range(2, 60):
        found = counted(clients(*[followed] * many, said=-1.0))
        assert found["accepted"] + found["refused"] <= many
        before = counted(clients(*[0.0] * many, said=-1.0))
        assert found["refused"] <= before["refused"] * 1.1


def test_more_clients_make_surer() -> None:
    shares = [round(counted(clients(*[1.2] * many))["accepted"] / (many - 1), 5) for many in range(2, 40)]
    assert shares == sorted(shares)
    assert shares[0] < 0.7
    assert shares[-1] > 0.97


@pytest.mark.parametrize("said", [-2.0, 0.0, 2.0])
def test_a_length_of_both_says_nothing(said: float) -> None:
    """Some clients log in and mail, others are turned down and leave; the server says as much to both."""
    found = counted(clients(*[3.0] * 20, *[-3.0] * 20, said=said))
    assert found["accepted"] / found["refused"] == pytest.approx(1.0, rel=0.3)


def test_a_known_text_is_not_overruled_by_what_followed() -> None:
    found = counted(clients(*[-MOST] * 30, said=log(2000.0)))
    assert found["accepted"] > 0.5 * found["refused"]


def test_a_refusal_of_the_mechanism_is_one_of_that() -> None:
    told = word(-MOST, said=-1.0, symbol="unknown-mechanism", either=False)
    found = counted([("10.0.0.1", told), ("10.0.0.2", told)])
    assert found["unknown-mechanism"] > 10 * found["accepted"]
    assert "refused" not in found


def test_a_count_is_bounded() -> None:
    many = limits.LEARNT_TIMES + 9
    assert counted(clients(*[MOST] * many, said=MOST))["accepted"] == limits.LEARNT_TIMES


def test_servers_and_lengths_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "LEARNT_SERVERS", 3)
    monkeypatch.setattr(limits, "LEARNT_LENGTHS", 4)
    habits = Habits()
    for number in range(9):
        for length in range(30, 50):
            for client in ("10.0.0.1", "10.0.0.2"):
                habits.add((f"192.0.2.{number}", 25), client, LOGIN, [length, length, length], [word(1.0)])
    learnt = habits.learnt()
    assert len(learnt) == 3
    assert all(len({length for _, length, _ in each.counts}) <= 4 for each in learnt.values())


seen = st.tuples(st.integers(0, 3), st.integers(30, 32), st.floats(-MOST, MOST), st.floats(-9, 9), st.booleans())


@given(sessions=st.lists(seen, max_size=12), dice=st.randoms(use_true_random=False))
def test_the_order_does_not_matter(sessions: list[tuple[int, int, float, float, bool]], dice: random.Random) -> None:
    def learnt(sessions: Iterable[tuple[int, int, float, float, bool]]) -> dict[tuple[str, int], Learnt]:
        habits = Habits()
        for client, length, followed, said, either in sessions:
            last = word(followed, said=said, symbol="refused", either=either)
            habits.add(SERVER, f"10.0.0.{client}", LOGIN, [18, 18, length], [last])
        return habits.learnt()

    assert learnt(dice.sample(sessions, len(sessions))) == learnt(sessions)


# -- sessions -------------------------------------------------------------------------------------

LOGGED_IN = "12>18, 34>18, 54>61"
CUT = replace(WHOLE, end_seen=False)
"""The capture ends before the connection."""

TEACHING: dict[str, tuple[SessionFact, set[str]]] = {
    # a session, seen of three clients → of which replies something is learnt
    "a login and a mail": (
        session(f"{LOGGED_IN}, {MAIL}"),
        {"prompt", "accepted", "refused", "mail-accepted", "recipient-accepted", "go-ahead", "bye"},
    ),
    "a login of which nobody knows how it went": (session(LOGGED_IN, quality=CUT), {"prompt", "accepted", "refused"}),
    "no login": (session(MAIL), {"mail-accepted", "recipient-accepted", "go-ahead", "bye"}),
    "what is not clear": (session("25>20, 6>15"), set()),
    "what nothing explains": (session("777>999, 1>3"), set()),
    "ranges": (session(f"{LOGGED_IN}, {MAIL}", cipher=CBC), set()),
}


@pytest.mark.parametrize("case", TEACHING)
def test_what_sessions_teach(case: str) -> None:
    fact, wanted = TEACHING[case]
    habits = Habits()
    for number in range(3):
        ear().teach(habits, replace(fact, client_ip=f"10.0.0.{number}"), heard(fact))
    learnt = habits.learnt()
    assert set(learnt) <= {SERVER}
    assert {symbol for symbol, _, _ in learnt.get(SERVER, Learnt()).counts} == wanted


def test_nothing_is_learnt_of_another_server() -> None:
    habits = Habits()
    for day in range(3):
        fact = session(f"{LOGGED_IN}, {MAIL}", day=day, server=f"203.0.113.{day}", banner=PLAIN_BANNER)
        ear().teach(habits, replace(fact, client_ip=f"10.0.0.{day}"), heard(fact))
    assert not any(row[:2] == ("accepted", 61) for each in habits.learnt().values() for row in each.counts)
