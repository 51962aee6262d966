"""What sessions teach of a server's replies, and what they do not."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from sniffer.inference.grammar import State
from sniffer.inference.habits import CERTAIN, Habits, taught
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
PATHS: dict[str, tuple[tuple[Step, ...], bool, set[str]]] = {
    # the path, whether the login's outcome is certain → the replies that teach
    "a login that is certain": (LOGIN, True, {"prompt", "accepted"}),
    "one that is not": (LOGIN, False, {"prompt"}),
    "that MAIL follows is no proof": ((*LOGIN, *ENVELOPE), False, {"prompt", "mail-accepted", "recipient-accepted"}),
    "nor is 354": ((*LOGIN, *ENVELOPE, TEXT[0]), False, {"prompt", "mail-accepted", "recipient-accepted", "go-ahead"}),
    "a mail that was taken is": (
        (*LOGIN, *ENVELOPE, *TEXT), False, {"prompt", "accepted", "mail-accepted", "recipient-accepted", "go-ahead"},
    ),
    "a refusal": ((*LOGIN[:2], step("password", "refused")), True, {"prompt", "refused"}),
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


def counted(times: int, *, outcome: float = 1.0, server: tuple[str, int] = SERVER) -> dict[tuple[str, int], Learnt]:
    """What the same session teaches so many times."""
    habits = Habits()
    for _ in range(times):
        habits.add(server, LOGIN, [18, 18, 37], outcome)
    return habits.learnt()


def test_one_session_proves_nothing_about_itself() -> None:
    assert counted(0) == {}
    assert counted(1) == {}  # though the prompt came twice
    assert counted(2) == {SERVER: Learnt((("accepted", 37, 1), ("prompt", 18, 1)))}
    assert counted(3) == {SERVER: Learnt((("accepted", 37, 2), ("prompt", 18, 2)))}


@pytest.mark.parametrize(("outcome", "learnt"), [(CERTAIN, True), (CERTAIN - 0.01, False)])
def test_what_became_of_the_login_has_to_be_certain(outcome: float, *, learnt: bool) -> None:
    symbols = {symbol for symbol, _, _ in counted(5, outcome=outcome)[SERVER].counts}
    assert ("accepted" in symbols) is learnt


def test_a_count_is_bounded() -> None:
    assert ("accepted", 37, limits.LEARNT_TIMES) in counted(limits.LEARNT_TIMES + 9)[SERVER].counts


def test_servers_and_lengths_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "LEARNT_SERVERS", 3)
    monkeypatch.setattr(limits, "LEARNT_LENGTHS", 4)
    habits = Habits()
    for number in range(9):
        for length in range(30, 50):
            habits.add((f"192.0.2.{number}", 25), LOGIN[2:], [length], 1.0)
            habits.add((f"192.0.2.{number}", 25), LOGIN[2:], [length], 1.0)
    learnt = habits.learnt()
    assert len(learnt) == 3
    assert all(len(each.counts) == 4 for each in learnt.values())


@given(order=st.permutations(list(range(12))))
def test_the_order_does_not_matter(order: list[int]) -> None:
    def learnt(numbers: Iterable[int]) -> dict[tuple[str, int], Learnt]:
        habits = Habits()
        for number in numbers:
            habits.add((f"192.0.2.{number % 2}", 25), LOGIN, [18, 18, 30 + number % 3], 1.0)
        return habits.learnt()

    assert learnt(order) == learnt(range(12))


# -- sessions -------------------------------------------------------------------------------------

LOGGED_IN = "12>18, 34>18, 54>61"
CUT = replace(WHOLE, end_seen=False)
"""The capture ends before the connection."""

TEACHING: dict[str, tuple[SessionFact, set[str]]] = {
    # a session, seen three times → of which replies something is learnt
    "a login and a mail": (
        session(f"{LOGGED_IN}, {MAIL}"),
        {"prompt", "accepted", "mail-accepted", "recipient-accepted", "go-ahead", "bye"},
    ),
    "a login of which nobody knows how it went": (session(LOGGED_IN, quality=CUT), {"prompt"}),
    "no login": (session(MAIL), {"mail-accepted", "recipient-accepted", "go-ahead", "bye"}),
    "what is not clear": (session("25>20, 6>15"), set()),
    "what nothing explains": (session("777>999, 1>3"), set()),
    "ranges": (session(f"{LOGGED_IN}, {MAIL}", cipher=CBC), set()),
}


@pytest.mark.parametrize("case", TEACHING)
def test_what_sessions_teach(case: str) -> None:
    fact, wanted = TEACHING[case]
    habits = Habits()
    for _ in range(3):
        ear().teach(habits, fact, heard(fact))
    learnt = habits.learnt()
    assert set(learnt) <= {SERVER}
    assert {symbol for symbol, _, _ in learnt.get(SERVER, Learnt()).counts} == wanted


def test_nothing_is_learnt_of_another_server() -> None:
    habits = Habits()
    for day in range(3):
        fact = session(f"{LOGGED_IN}, {MAIL}", day=day, server=f"203.0.113.{day}", banner=PLAIN_BANNER)
        ear().teach(habits, fact, heard(fact))
    assert not any(row[:2] == ("accepted", 61) for each in habits.learnt().values() for row in each.counts)
