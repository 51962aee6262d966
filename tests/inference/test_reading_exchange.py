"""Dialogues of Exchange Online as public logs have them: its own banner, its own lengths."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from sniffer.knowledge.reply_lengths import collisions
from sniffer.model.facts import Family, Outcome, SessionFact
from tests.inference.dialogues import session, told
from tests.inference.facts import EXCHANGE_BANNER
from tests.knowledge.banners import LONG, SHORT, banner

CLEAR, AUTH_LINE, ADDRESS = 179, 10, 12
"""Bytes of its EHLO reply in clear beside its name and the client's address, and what the reply inside TLS has more."""

EHLO = 23
LEAVES = {38: SHORT, 39: LONG, 40: "DB6P18901CA0015", 41: "YQXPR0101CA0058"}
"""Front ends by how long the host is that their refusals end in."""

MAIL = "36>21, 32>24, 6>46, 900>118, 6>48"


Judged = tuple[Family, str | None, Outcome | None, str | None]
"""Family, mechanism, outcome and the cause of a refusal."""


def exchange(turns: str, host: int = 39, *, greets: str | None = None, hello: int = EHLO, **how: object) -> SessionFact:
    """A session with a front end; ``greets`` where its EHLO inside TLS is another."""
    leaf = LEAVES[host]
    listed = CLEAR + len(leaf) + ADDRESS
    return session(
        turns, banner=banner(leaf), hello=hello, listed=listed, greeted=greets or f"{hello}>{listed + AUTH_LINE}",
        server="52.97.1.2", **{"tls": "1.3", "tickets": (222, 222), **how},  # type: ignore[arg-type]
    )  # fmt: skip


def judged(turns: str, host: int = 39, **how: object) -> Judged:
    """How a session with a front end is judged."""
    auth = told(exchange(turns, host, **how), "exchange-online")  # type: ignore[arg-type]
    return auth.family, auth.mechanism, auth.outcome, auth.likely_refusal


LOGGED_IN: Judged = ("basic", "LOGIN", "success", None)
TOKEN_TAKEN: Judged = ("oauth", "XOAUTH2", "success", None)
LISTED = CLEAR + len(LONG) + ADDRESS + AUTH_LINE

TAKEN: dict[str, tuple[str, Judged]] = {
    "LOGIN": (f"12>18, 42>18, 22>37, {MAIL}", LOGGED_IN),
    "LOGIN with initial response": (f"53>18, 22>37, {MAIL}", LOGGED_IN),
    "LOGIN, and the client hangs up": ("12>18, 42>18, 22>37", LOGGED_IN),
    "LOGIN, and QUIT": ("12>18, 42>18, 22>37, 6>48", LOGGED_IN),
    "XOAUTH2 inline": (f"1635>37, {MAIL}", TOKEN_TAKEN),
    "XOAUTH2 inline, a long token": (f"5531>37, {MAIL}", TOKEN_TAKEN),
    "XOAUTH2 in two steps": (f"14>6, 1622>37, {MAIL}", TOKEN_TAKEN),
    "PLAIN is refused, XOAUTH2 is taken": (f"73>{42 + 39 + 47}, 14>6, 1622>37, {MAIL}",
                                           TOKEN_TAKEN),
    "Git, which says EHLO twice": (f"{EHLO}>{LISTED}, 1635>37, {MAIL}", TOKEN_TAKEN),
}  # fmt: skip


@pytest.mark.parametrize("case", TAKEN)
def test_a_login_that_is_taken(case: str) -> None:
    turns, wanted = TAKEN[case]
    assert judged(turns) == wanted
    assert judged(turns, tls="1.2", tickets=()) == wanted


def test_behind_helo() -> None:
    assert judged(f"12>18, 42>18, 22>37, {MAIL}", greets=f"{EHLO}>62")[:3] == ("basic", "LOGIN", "success")


def test_what_it_offers_shows_in_its_list() -> None:
    auth = told(exchange(f"12>18, 42>18, 22>37, {MAIL}"), "exchange-online")
    assert auth.offered_tls == ("LOGIN", "XOAUTH2")


REFUSED: list[tuple[int, str | None]] = [
    # length of the text → cause
    (37, "authentication-unsuccessful"),
    (74, "basic-disabled"),
    (77, "credentials-incorrect"),
    (114, "organization-configuration"),
    (132, "security-defaults"),
    (140, "conditional-access"),
    (155, "tenant-switch"),
    (156, "mailbox-switch"),
    (71, "basic-removed"),
    (42, "mechanism-not-offered"),
    (62, "temporary-server-error"),
    (50, None),
    (180, None),
]
BEHIND = {"QUIT": ", 6>48", "hangs up": ""}


@pytest.mark.parametrize("host", LEAVES)
@pytest.mark.parametrize(("text", "cause"), REFUSED)
@pytest.mark.parametrize("behind", BEHIND)
def test_a_refusal_is_told_by_its_length_and_the_front_ends_name(
    text: int, cause: str | None, host: int, behind: str
) -> None:
    family, mechanism, outcome, refusal = judged(f"12>18, 42>18, 22>{text + host + 47}{BEHIND[behind]}", host)
    assert (family, mechanism) == ("basic", "LOGIN")
    assert outcome == "failure" if cause else outcome in ("failure", "unknown")
    assert refusal == cause


@pytest.mark.parametrize("host", LEAVES)
@pytest.mark.parametrize(("text", "cause"), REFUSED[1:3])
def test_who_goes_on_with_mail_hears_it_again(text: int, cause: str, host: int) -> None:
    """As .NET's SmtpClient does: 530 repeats the 535."""
    refused, again = text + host + 47, 57 + text + host + 47
    assert judged(f"53>18, 22>{refused}, 36>{again}, 6>48", host) == ("basic", "LOGIN", "failure", cause)


@pytest.mark.parametrize("turns", ["1635>{}, 6>48", "14>6, 1622>{}, 6>48", "14>6, 1622>{}"])
def test_a_token_is_refused_without_an_error_to_answer(turns: str) -> None:
    assert judged(turns.format(37 + 39 + 47)) == ("oauth", "XOAUTH2", "failure", "authentication-unsuccessful")


def test_words_about_a_token_are_no_cause_of_a_password() -> None:
    """501 5.5.124 is known by a range, into which anything new would fall."""
    assert judged("14>6, 1622>245, 6>48")[3] == "invalid-oauth"
    assert judged("12>18, 42>18, 22>245, 6>48")[3] is None


@pytest.mark.parametrize("host", LEAVES)
def test_mail_without_auth_is_refused(host: int) -> None:
    auth = told(exchange(f"36>{49 + host + 47}, 6>48", host), "exchange-online")
    assert (auth.family, auth.mail_accepted, auth.likely_refusal) == ("none", False, "not-authenticated")


def test_a_client_that_only_looks() -> None:
    auth = told(exchange("6>48"), "exchange-online")
    assert (auth.family, auth.unjudged, auth.offered_tls) == ("unknown", "no-auth-seen", ("LOGIN", "XOAUTH2"))


class Two(NamedTuple):
    """A length that two refusals of a front end have, where its banner leaves two forms of brackets."""

    length: int
    causes: tuple[str, ...]


COLLIDING = [
    Two(length, causes) for (symbol, length), causes in collisions(EXCHANGE_BANNER).items() if symbol == "auth-refused"
]


def test_there_are_such_lengths() -> None:
    assert COLLIDING
    assert not any(collisions(banner(leaf)) for leaf in LEAVES.values())


@pytest.mark.parametrize("two", COLLIDING, ids=lambda two: str(two.length))
def test_a_length_that_two_refusals_have_names_no_cause(two: Two) -> None:
    turns = f"12>18, 42>18, 22>{two.length}, 6>48"
    auth = told(session(turns, banner=EXCHANGE_BANNER), "exchange-online")
    assert (auth.family, auth.outcome, auth.likely_refusal) == ("basic", "failure", None)


@pytest.mark.parametrize("greeting", ["220 mail.example.org ESMTP Postfix", None])
def test_the_same_length_of_another_server_names_no_cause(greeting: str | None) -> None:
    auth = told(session(f"12>18, 42>18, 22>{74 + 39 + 47}, 6>48", banner=greeting))
    assert (auth.family, auth.likely_refusal) == ("basic", None)
