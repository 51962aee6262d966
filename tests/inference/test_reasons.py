"""Why a session was judged as it was, and why another could not be."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from sniffer.inference.reasons import reason_of, why_not
from sniffer.model.facts import Quality, SessionFact, TlsFact
from sniffer.model.findings import Unjudged
from tests.inference.dialogues import MAIL, constant, ear, heard, random, session, told
from tests.inference.facts import WHOLE, in_tls
from tests.inference.test_reading_exchange import exchange

SERVER = "203.0.113.5:587"

REASONS: dict[str, tuple[SessionFact, str]] = {
    "a mail was taken": (
        session(f"12>18, 34>18, 54>37, {MAIL}"),
        f"12>18, 4k+2>18, 4k+2>37: AUTH LOGIN in three turns after EHLO inside TLS ({SERVER}); "
        "a mail was taken after the reply of 37, so that was most likely a 235",
    ),
    "nothing but the login": (
        session("12>18, 34>18, 54>37, 6>15"),
        f"12>18, 4k+2>18, 4k+2>37: AUTH LOGIN in three turns after EHLO inside TLS ({SERVER}); "
        "37 was most likely a 235",
    ),
    "the words of a known server": (
        exchange("12>18, 42>18, 22>160, 6>48"),
        "12>18, 4k+2>18, 4k+2>160: AUTH LOGIN in three turns after EHLO inside TLS (52.97.1.2:587), and 160 is the "
        "length of Exchange Online's "
        "'535 5.7.139 Authentication unsuccessful, basic authentication is disabled.'",
    ),
    "an acceptance of a known server": (
        exchange(f"14>6, 1622>37, {MAIL}"),
        "14>6, 4k+2>37: AUTH XOAUTH2 in two turns after EHLO inside TLS (52.97.1.2:587), and 37 is the length of "
        "Exchange Online's '235 2.7.0 Authentication successful'",
    ),
    "the last word is missing": (
        session("12>18, 34>18, 54>"),
        f"12>18, 4k+2>18, 4k+2>–: AUTH LOGIN in three turns after EHLO inside TLS ({SERVER}); "
        "its last word was not seen",
    ),
    "of two that are as long the mechanism is not told": (
        session(f"1635>37, {MAIL}"),
        f"15+4k>37: most likely AUTH XOAUTH2 with initial response in one turn after EHLO inside TLS ({SERVER}); "
        "a mail was taken after the reply of 37, so that was most likely a 235",
    ),
    "no login": (
        session(MAIL),
        "4k+0>14, 4k+0>14, 6>37, 4k+0>42, 6>15: MAIL follows EHLO inside TLS, and nothing that could be AUTH "
        f"({SERVER})",
    ),
    "more than one thing": (
        session("777>999, 1>3"),
        f"4k+1>999, 4k+1>3 ({SERVER}): these turns inside TLS may be more than one thing",
    ),
    "renegotiated": (
        session("12>18, 34>18, 54>37", cut="renegotiation"),
        f"{SERVER}: TLS was renegotiated, and what followed cannot be told apart",
    ),
    "renegotiated before anything was said": (
        session("", cut="renegotiation"),
        f"{SERVER}: TLS was renegotiated, and what followed cannot be told apart",
    ),
    "nothing behind the EHLO": (
        session(""),
        f"{SERVER}: the client left behind its EHLO inside TLS, before AUTH or MAIL",
    ),
    "bytes are missing behind the EHLO": (
        session("", cut="gap"),
        f"{SERVER}: bytes are missing behind the EHLO inside TLS, before AUTH or MAIL",
    ),
}


@pytest.mark.parametrize("case", REASONS)
def test_the_words_of_a_reason(case: str) -> None:
    fact, words = REASONS[case]
    assert told(fact, "exchange-online" if "52.97" in words else "other").reason == words


def test_an_attempt_says_what_came_before_it() -> None:
    auth = told(session(f"15>62, 74>55, 12>18, 34>18, 54>37, {MAIL}"))
    assert [each.reason.partition(" inside")[0] for each in auth.attempts] == [
        "15>62, 4k+2>55: AUTH CRAM-MD5 in two turns after EHLO",
        "12>18, 4k+2>18, 4k+2>37: AUTH LOGIN in three turns after two turns",
    ]


def test_where_the_outcome_is_open_no_reply_is_called_one() -> None:
    fact = session("12>18, 34>18, 54>37")
    inside = heard(fact)
    path = ear().path(inside, ear().ends(inside, "basic")[0][0])
    text = reason_of(fact, inside, ear(), path, settled=False)
    assert text.endswith("; whether 37 was a 235 or a refusal is open")


def test_every_reason_says_where() -> None:
    for fact, _ in REASONS.values():
        auth = told(fact)
        assert all(fact.server in each.reason for each in (auth, *auth.attempts))


# -- what could not be read -----------------------------------------------------------------------

RANDOM: dict[str, Any] = {"tls": "1.3", "pad": random()}
LATE = replace(WHOLE, start_seen=False)
LOGIN = "12>18, 34>18, 54>37"

WHY_NOT: dict[str, tuple[SessionFact, Unjudged, str]] = {
    "one direction": (
        replace(session(LOGIN), quality=replace(WHOLE, one_sided=True)), "one-sided", "only one direction was captured"
    ),
    "no handshake": (replace(session(LOGIN), tls=None), "tls", "the TLS handshake was not seen whole"),
    "no ServerHello": (replace(session(LOGIN), tls=TlsFact(offered="1.3")), "tls", "handshake was not seen whole"),
    "joined late": (
        replace(session(LOGIN), tls=None, quality=LATE), "late", "the cipher that TLS agreed on is not known"
    ),
    "an unknown cipher": (
        replace(session(LOGIN), tls=TlsFact(version="1.2", cipher="TLS_GOST")), "tls", "TLS_GOST"
    ),
    "no records": (in_tls(), "no-auth-seen", "ended behind the TLS handshake"),
    "no records, bytes missing": (in_tls(quality=replace(WHOLE, gap_bytes=9)), "gap", "where the records"),
    "a gap in the handshake": (session("", tls="1.3", greeted=None, cut="gap"), "gap", "before AUTH or MAIL"),
    "padded at random": (session(LOGIN, **RANDOM), "tls", "not readable"),
    "padded, and no EHLO": (session(LOGIN, tls="1.3", greeted=None, pad=constant(16)), "tls", "not readable"),
    "a Finished and nothing else": (session("", tls="1.3", greeted=None), "no-auth-seen", "ended behind"),
    "a Finished and an alert": (session("2>", tls="1.3", greeted=None), "no-auth-seen", "ended behind"),
    "the server's part of the handshake": (
        replace(session(LOGIN, tls="1.3"), shape=None), "no-auth-seen", "ended behind"
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", WHY_NOT)
def test_why_a_session_could_not_be_read(case: str) -> None:
    fact, code, words = WHY_NOT[case]
    why = why_not(fact)
    assert why.code == code
    assert words in why.text
    assert why.text.startswith(fact.server)
    if case != "one direction":  # a shape has both
        assert (told(fact).family, told(fact).unjudged, told(fact).reason) == ("unknown", code, why.text)


@pytest.mark.parametrize("ended", [True, False])
def test_what_was_said_counts_whether_the_end_was_seen_or_not(*, ended: bool) -> None:
    quality = Quality(start_seen=True, end_seen=ended, one_sided=False, gap_bytes=0, duplicates=0, snaplen_cut=False)
    auth = told(replace(session(f"12>18, 34>18, 54>37, {MAIL}"), quality=quality))
    assert (auth.family, auth.mechanism, auth.outcome) == ("basic", "LOGIN", "success")
