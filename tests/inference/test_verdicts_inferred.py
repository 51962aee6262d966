"""The verdict rule on sessions inside TLS: how surely they decide, and in what state they leave a device."""

from __future__ import annotations

import pytest

from sniffer.model.facts import SessionFact
from sniffer.model.findings import Band, State, Verdict
from tests.inference.dialogues import session
from tests.inference.facts import attempt, fact, judge, no_auth, unreadable
from tests.inference.test_reading_exchange import EHLO, exchange

MAIL = "36>21, 32>24, 6>46, 900>118, 6>48"
PASSWORD = f"12>18, 42>18, 22>37, {MAIL}"
TOKEN = f"1635>37, {MAIL}"
CRAM = f"15>62, 74>37, {MAIL}"
ONLY_XOAUTH2 = f"{EHLO}>{179 + 13 + 12 + 4}"
"""An EHLO whose answer lists AUTH XOAUTH2, and LOGIN no more."""


def inside(turns: str, day: float = 0, **how: object) -> SessionFact:
    """A session with Exchange Online."""
    return exchange(turns, day=day, session=f"s-{day}", **how)  # type: ignore[arg-type]


def refused(text: int, day: float = 0) -> SessionFact:
    """A login that is refused with words of this length."""
    return inside(f"12>18, 42>18, 22>{text + 39 + 47}, 6>48", day)


def turned_away(day: float, text: int = 49) -> SessionFact:
    """A mail without AUTH that is refused for want of it."""
    return inside(f"36>{text + 39 + 47}, 6>48", day)


def looks(day: float, **how: object) -> SessionFact:
    """A client that leaves behind its EHLO."""
    return inside("6>48", day, **how)


BANDS: dict[str, tuple[list[SessionFact], Verdict, Band | None, int]] = {
    # sessions → verdict, band, dissenting sessions
    "one": ([inside(PASSWORD)], "affected", "likely", 0),
    "two": ([inside(PASSWORD), inside(PASSWORD, 1)], "affected", "strong", 0),
    "one in clear makes it certain": ([inside(PASSWORD), fact(attempt("LOGIN"), day=1)], "affected", "certain", 0),
    "one and another family": ([inside(PASSWORD), inside(TOKEN, 1)], "unknown", None, 2),
    "two and one of another": (
        [inside(PASSWORD), inside(PASSWORD, 1), inside(CRAM, 2)], "affected", "strong", 1,
    ),
    "one in clear and one of another": ([fact(attempt("LOGIN")), inside(TOKEN, 1)], "affected", "certain", 1),
    "two of twenty": (
        [*(inside(TOKEN, day) for day in range(18)), inside(PASSWORD, 18), inside(PASSWORD, 19), inside(TOKEN, 20)][1:],
        "affected", "strong", 0,
    ),
    "two of more": (
        [*(inside(TOKEN, day) for day in range(19)), inside(PASSWORD, 19), inside(PASSWORD, 20)], "modern", "strong", 2,
    ),
    "those that nobody can read do not count": (
        [inside(PASSWORD), *(unreadable(day) for day in range(1, 5))], "affected", "likely", 0,
    ),
    "those that end early do not count": ([inside(PASSWORD), looks(1)], "affected", "likely", 0),
    "no login": ([inside(MAIL), inside(MAIL, 1)], "unauthenticated", "strong", 0),
    "a token": ([inside(TOKEN)], "modern", "likely", 0),
    "a digest": ([inside(CRAM)], "challenge", "likely", 0),
}  # fmt: skip


@pytest.mark.parametrize("case", BANDS)
def test_how_surely_inferred_sessions_decide(case: str) -> None:
    facts, verdict, band, dissent = BANDS[case]
    service = judge(facts).service
    assert (service.verdict, service.band, service.dissent) == (verdict, band, dissent)


def test_what_is_inferred_says_how_sure_it_is() -> None:
    service = judge([inside(PASSWORD), inside(PASSWORD, 1)]).service
    assert service.basis == "inferred"
    assert service.confidence is not None
    assert 0.9 <= service.confidence <= 1.0
    assert "AUTH LOGIN in three turns" in service.reason
    assert judge([inside(PASSWORD), fact(attempt("LOGIN"), day=1)]).service.basis == "clear"


STATES: dict[str, tuple[list[SessionFact], State, str | None]] = {
    # sessions → state, cause of the refusal
    "works": ([inside(PASSWORD)], "working", None),
    "basic is disabled": ([inside(PASSWORD), refused(74, 1)], "refused", "basic-disabled"),
    "the tenant's switch": ([refused(155)], "refused", "tenant-switch"),
    "the mailbox's switch": ([refused(156)], "refused", "mailbox-switch"),
    "security defaults": ([refused(132)], "refused", "security-defaults"),
    "a wrong password": ([refused(77)], "failing", "credentials-incorrect"),
    "no reason given": ([refused(37)], "failing", "authentication-unsuccessful"),
    "and works again": ([refused(74), inside(PASSWORD, 1)], "working", None),
    "migrated": ([inside(PASSWORD), inside(PASSWORD, 1), inside(TOKEN, 2), inside(TOKEN, 3)], "migrated", None),
    "turned away at MAIL": (
        [inside(PASSWORD), inside(PASSWORD, 1), turned_away(2), turned_away(3)], "refused", "not-authenticated",
    ),
    "turned away, and never logged in": ([turned_away(0)], "refused", "not-authenticated"),
    "gave up": ([inside(PASSWORD), looks(1), looks(2)], "gave-up", None),
    "one early end is chance": ([inside(PASSWORD), looks(1)], "working", None),
    "a gap is no early end": ([inside(PASSWORD), *(inside("", day, cut="gap") for day in (1, 2))], "working", None),
    "hidden in between": ([inside(PASSWORD), looks(1), unreadable(2), looks(3)], "working", None),
    "basic is not offered any more": ([inside(PASSWORD), looks(1, greets=ONLY_XOAUTH2)], "refused", None),
    "not offered, but it works": (
        [inside(PASSWORD), looks(1, greets=ONLY_XOAUTH2), inside(PASSWORD, 2)], "working", None,
    ),
    "not offered to who never used it": ([looks(0, greets=ONLY_XOAUTH2)], "unjudged", None),
}  # fmt: skip


@pytest.mark.parametrize("case", STATES)
def test_states(case: str) -> None:
    facts, state, refusal = STATES[case]
    service = judge(facts).service
    assert (service.state, service.refusal) == (state, refusal)


def test_mail_that_was_turned_away_leaves_basic_in_force() -> None:
    seen = judge([inside(PASSWORD), inside(PASSWORD, 1), turned_away(2), turned_away(3)])
    assert seen.sessions[-1].auth.mail_accepted is False
    assert (seen.service.verdict, seen.service.family, seen.service.dissent) == ("affected", "basic", 2)


def test_mail_that_is_taken_without_auth_leaves_it_behind() -> None:
    seen = judge([inside(PASSWORD), inside(PASSWORD, 1), inside(MAIL, 2), inside(MAIL, 3)])
    assert (seen.service.verdict, seen.service.family) == ("unauthenticated", "none")


def test_what_is_listed_before_tls_is_not_the_whole_list() -> None:
    seen = judge([inside(PASSWORD), looks(1, offered=("XOAUTH2",), greets=f"{EHLO}>331")])
    assert seen.sessions[-1].auth.offered_tls is None
    assert seen.service.state == "working"


def test_elsewhere_it_is_basic_elsewhere() -> None:
    seen = judge([session(f"12>18, 42>18, 22>37, {MAIL}", session="s-1")])
    assert (seen.service.verdict, seen.service.band) == ("basic-elsewhere", "likely")


def test_who_ends_early_before_tls_and_inside_gave_up_too() -> None:
    assert judge([inside(PASSWORD), no_auth(1), looks(2)]).service.state == "gave-up"


def test_learning_does_not_depend_on_the_order() -> None:
    facts = [inside(PASSWORD), refused(37, 1), refused(50, 2), inside(TOKEN, 3), looks(4)]
    one, other = judge(facts), judge(reversed(facts))
    assert one.devices == other.devices
