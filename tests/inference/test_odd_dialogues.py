"""What few clients say, and servers take all the same: it is no all-clear, no other mechanism, and no refusal."""

from __future__ import annotations

import pytest

from tests.inference.dialogues import CBC, HELLO, LISTED, MAIL, session, told
from tests.inference.facts import EXCHANGE_BANNER

EXCHANGE = "exchange-online"
EXCHANGE_MAIL = "38>21, 36>25, 6>46, 700>138, 6>48"


def at_exchange(turns: str, *, family: str) -> bool:
    """Whether a session with Exchange Online is of a family, or of none that could be told."""
    found = told(session(turns, banner=EXCHANGE_BANNER), EXCHANGE)
    return found.family in (family, "unknown")


def test_a_blank_behind_auth_login_makes_it_no_other_mechanism() -> None:
    assert told(session(f"13>18, 34>18, 54>37, {EXCHANGE_MAIL}", banner=EXCHANGE_BANNER), EXCHANGE).family == "basic"
    assert told(session(f"13>18, 34>18, 54>37, {MAIL}")).family == "basic"


def test_a_service_that_lists_what_it_takes_takes_nothing_else() -> None:
    """AUTH LOGIN XOAUTH2 in place of STARTTLS makes the list ten bytes longer: a challenge would not be accepted."""
    said = f"16>26, 66>37, {EXCHANGE_MAIL}"
    listing = session(said, banner=EXCHANGE_BANNER, greeted=f"{HELLO}>{LISTED + 10}")
    found, without = told(listing, EXCHANGE), told(session(said, banner=EXCHANGE_BANNER), EXCHANGE)
    assert found.offered_tls == ("LOGIN", "XOAUTH2")
    assert without.family == "challenge"
    assert found.family != "challenge" or (found.confidence or 0.0) < (without.confidence or 0.0)


@pytest.mark.parametrize("mails", range(1, 7))
def test_further_mails_speak_for_no_refusal(mails: int) -> None:
    more = ", ".join(["38>14, 36>14, 6>37, 700>42"] * mails)
    found = told(session(f"12>18, 34>18, 54>37, {more}, 6>15"))
    assert (found.family, found.outcome) == ("basic", "success")
    doubtful = told(session(f"12>18, 34>18, 54>66, {more}, 6>15"))
    assert doubtful.outcome != "failure"


@pytest.mark.parametrize("reply", [20, 32, 45, 119])
@pytest.mark.parametrize("asks", ["12>{}", "11>{}", "13>{}", "12>{}, 12>{}"])
def test_a_question_is_no_login(asks: str, reply: int) -> None:
    """VRFY, EXPN, HELP, of any length, and what is no command."""
    asked = asks.replace("{}", str(reply))
    assert told(session(f"{asked}, 6>15")).family == "unknown"
    assert at_exchange(f"{asked}, 6>48", family="unknown")


@pytest.mark.parametrize("first", [58, 62, 74])
def test_an_odd_login_is_no_mail(first: int) -> None:
    """AUTH PLAIN with two blanks, at a server whose words for a sender are known."""
    assert first % 4 == 2
    assert told(session(f"{first}>37, {MAIL}")).family in ("basic", "unknown")


def test_mail_without_auth_is_doubted_where_auth_is_demanded() -> None:
    turns = f"58>21, 36>25, {EXCHANGE_MAIL.partition(', ')[2]}"
    there = told(session(turns, banner=EXCHANGE_BANNER), EXCHANGE)
    elsewhere = told(session(turns, banner=EXCHANGE_BANNER), "other")
    assert elsewhere.family == "none"
    assert (there.confidence or 0.0) < (elsewhere.confidence or 0.0)


@pytest.mark.parametrize("answers", ["34>18, 54>37", "18>18, 18>31", "14>18, 22>37"])
@pytest.mark.parametrize("listed", [LISTED, LISTED + 10, LISTED + 18])
def test_auth_in_one_message_with_the_ehlo_is_no_other_mechanism(answers: str, listed: int) -> None:
    """Programs that do not wait for the list, as if they spoke to a modem."""
    found = told(session(f"{answers}, {MAIL}", greeted=f"{HELLO + 12}>{listed + 18}"))
    assert (found.family, found.mechanism, found.outcome) == ("basic", "LOGIN", "success")


def test_who_says_another_name_said_no_more_than_that() -> None:
    """A name that is longer by a command's length."""
    found = told(session(f"12>18, 34>18, 54>37, {MAIL}", greeted=f"{HELLO + 12}>{LISTED + 10}"))
    assert (found.family, found.mechanism) == ("basic", "LOGIN")
    assert [each.mechanism for each in found.attempts] == ["LOGIN"]


@pytest.mark.parametrize("odd", ["9>44, 9>44", "444>7, 31>8", "11>300, 11>300", "900>3"])
def test_what_follows_a_login_does_not_make_it_a_riddle(odd: str) -> None:
    """Commands and replies that no rule knows, behind the sender of a mail."""
    for login in ("12>18, 34>18, 54>37", "13>6, 62>37"):
        assert told(session(f"{login}, 36>14, {odd}, 36>14, 6>37, 700>42, 6>15")).family == "basic"


def test_the_next_mail_is_sent_like_the_first() -> None:
    """Sender and recipient at once, which a text in between does not turn into AUTH."""
    mail = "83>46, 6>50, 4000>57"
    for length in range(604, 616):
        turns = ", ".join([mail.replace("4000", str(length))] * 3)
        found = told(session(f"{turns}, 6>15"))
        assert (found.family, found.attempts) == ("none", ())


@pytest.mark.parametrize("token", [186, 242, 290])
def test_a_service_takes_nothing_that_its_list_cannot_name_where_a_block_cipher_hides_its_length(token: int) -> None:
    """AUTH XOAUTH2 in two steps is as long as AUTH PLAIN then, but no list of the service's has PLAIN."""
    said = f"14>6, {token}>37, {EXCHANGE_MAIL}"
    found = told(session(said, banner=EXCHANGE_BANNER, cipher=CBC, greeted=f"{HELLO}>{LISTED + 10}"), EXCHANGE)
    assert (found.family, found.mechanism, found.outcome) == ("oauth", "XOAUTH2", "success")
    assert found.offered_tls is None
