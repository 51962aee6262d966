"""Half-turns of records become turns: where the EHLO is, and what is no text."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from sniffer.inference.turns import began, ended
from sniffer.model import limits
from sniffer.model.facts import Cut, HalfTurn, SessionFact, ShapeFact, TlsFact
from tests.inference.dialogues import (
    CBC,
    GREETED,
    LIST,
    TICKETS,
    constant,
    found,
    perhaps_found,
    session,
    spelled,
    spelled_text,
)
from tests.inference.facts import in_tls

LOGIN = "12>18, 34>18, 54>37, 6>15"
LINES = "22>60+37+60+60+60"
"""An EHLO whose answer comes line by line."""

IMPLICIT: dict[str, Any] = {"starttls": "implicit", "hello": None, "listed": None, "greeted": None, "banner": None}

Case = tuple[SessionFact, str | None, bool, str]
"""A session, its EHLO turn (None without one), whether that surely is one, and the turns behind."""

HELLOS: dict[str, Case] = {
    "again, as in clear": (session(LOGIN), GREETED, True, LOGIN),
    "again, and nothing behind": (session(""), GREETED, True, ""),
    "in TLS 1.3": (session(LOGIN, tls="1.3"), GREETED, True, LOGIN),
    "line by line": (session(LOGIN, greeted=LINES), GREETED, True, LOGIN),
    "twice": (session(f"{GREETED}, {LOGIN}"), GREETED, True, LOGIN),
    "three times": (session(f"{GREETED}, {GREETED}, {LOGIN}"), GREETED, True, LOGIN),
    "late, behind a LOGIN": (session(f"12>18, 34>18, 54>37, {GREETED}, 30>14", greeted=None), GREETED, True,
                             "12>18, 34>18, 54>37, 30>14"),
    "late, behind one turn": (session(f"57>37, {GREETED}, 30>14", greeted=None), GREETED, True, "57>37, 30>14"),
    "too late": (session(f"12>18, 34>18, 54>37, 30>14, {GREETED}", greeted=None), None, False,
                 f"12>18, 34>18, 54>37, 30>14, {GREETED}"),
    "another name": (session(LOGIN, greeted=f"30>{LIST + 8}"), f"30>{LIST + 8}", False, LOGIN),
    "another name, hardly longer a list": (session(LOGIN, greeted="30>184"), "30>184", False, LOGIN),
    "HELO": (session(LOGIN, greeted="22>62"), "22>62", False, LOGIN),
    "HELO of another name": (session(LOGIN, greeted="30>62"), None, False, f"30>62, {LOGIN}"),
    "none": (session(LOGIN, greeted=None), None, False, LOGIN),
    "none, though as long as one": (session("22>18, 54>37, 6>15", greeted=None), "22>18", False, "54>37, 6>15"),
    "not answered": (session("", greeted="22>"), "22>", True, ""),
    "joined late": (session(LOGIN, hello=None, listed=None), GREETED, False, LOGIN),
    "a name too long for one": (session(LOGIN, greeted="300>277"), None, False, f"300>277, {LOGIN}"),
    "TLS from the first byte": (session(f">40, {GREETED}, {LOGIN}", **IMPLICIT), GREETED, False, LOGIN),
    "TLS 1.3 from the first byte": (session(f">40, {GREETED}, {LOGIN}", tls="1.3", **IMPLICIT), GREETED, False, LOGIN),
}  # fmt: skip


@pytest.mark.parametrize("case", HELLOS)
def test_where_the_ehlo_is(case: str) -> None:
    fact, hello, anchored, turns = HELLOS[case]
    inside = found(fact)
    told = inside.hello and ">".join(
        spelled_text(half.text if half else None) for half in (inside.hello.client, inside.hello.server)
    )
    assert (told, inside.anchored, spelled(inside)) == (hello, anchored, turns)


def test_a_block_cipher_tells_ranges_and_finds_the_ehlo_in_its_range() -> None:
    inside = found(session(LOGIN, cipher=CBC))
    assert inside.anchored
    assert not inside.exact
    assert spelled(inside) == "0-15>16-31, 32-47>16-31, 48-63>32-47, 0-15>0-15"


def test_an_ehlo_that_comes_twice_is_told_in_ranges_by_its_long_list() -> None:
    assert spelled(found(session(f"{GREETED}, 12>18, 34>18", cipher=CBC))) == "0-15>16-31, 32-47>16-31"
    short = session("22>60, 34>18", cipher=CBC, listed=60, greeted="22>60")
    assert spelled(found(short)) == "16-31>48-63, 32-47>16-31"


def test_a_late_ehlo_has_to_be_told_to_the_byte() -> None:
    inside = found(session(f"12>18, 34>18, 54>37, {GREETED}", greeted=None, cipher=CBC))
    assert inside.hello is None


def test_of_a_greeting_the_length_is_kept() -> None:
    for tls in ("1.2", "1.3"):
        inside = found(session(f">40, {GREETED}, {LOGIN}", tls=tls, **IMPLICIT))
        assert inside.greeting
        assert inside.greeting.text == (40, 40)
        assert inside.greeting.records == 1


# -- what is no text in TLS 1.3 -------------------------------------------------------------------

NO_TEXT: dict[str, tuple[str, dict[str, Any], str]] = {
    # what is said, how → the turns behind the EHLO
    "tickets in front of the list": (LOGIN, {"tickets": TICKETS}, LOGIN),
    "tickets before the client goes on": (LOGIN, {"tickets": TICKETS, "alone": True}, LOGIN),
    "one small ticket": (LOGIN, {"tickets": (120,)}, LOGIN),
    "tickets in front of a list line by line": (LOGIN, {"tickets": TICKETS, "greeted": LINES}, LOGIN),
    "tickets alone, a list line by line": (LOGIN, {"tickets": TICKETS, "alone": True, "greeted": LINES}, LOGIN),
    "tickets in front of a greeting": (f">40, {GREETED}, {LOGIN}", {"tickets": TICKETS, **IMPLICIT}, LOGIN),
    "tickets, and no EHLO": (LOGIN, {"tickets": TICKETS, "greeted": None}, LOGIN),
    "close_notify of both": ("12>18, 34>18, 54>37, 6>15+2, 2>", {}, LOGIN),
    "close_notify of both, alone": ("12>18, 34>18, 54>37, 6>15, 2>2", {}, LOGIN),
    "close_notify with QUIT": ("12>18, 34>18, 54>37, 6+2>15", {}, LOGIN),
    "close_notify with QUIT, answered in kind": ("12>18, 34>18, 54>37, 6+2>15+2", {}, LOGIN),
    "Java's two alerts": ("12>18, 34>18, 54>37, 6>15, 2+2>", {"pad": constant(16)}, LOGIN),
    "Java's two alerts with QUIT": ("12>18, 34>18, 54>37, 6+2+2>15", {"pad": constant(16)}, LOGIN),
    "close_notify without QUIT": ("12>18, 34>18, 54>37, 2>", {}, "12>18, 34>18, 54>37"),
    "an empty answer that is answered": ("400>90, 2>37, 6>15", {}, "400>90, 2>37, 6>15"),
    "each line's end in a record of its own": ("10+2>18, 32+2>18, 52+2>37, 4+2>15", {}, LOGIN),
    "the same, and an alert": ("10+2>18, 32+2>18, 52+2>37, 4+2>15, 2>", {}, LOGIN),
    "a client's KeyUpdate": ("12>18, 5+34>18, 54>37, 6>15", {}, LOGIN),
    "a client's KeyUpdate alone, answered in kind": ("12>18, 5>5, 34>18, 54>37, 6>15", {}, LOGIN),
    "a server's KeyUpdate beside a reply": ("12>18, 34>5+18, 54>37, 6>15", {}, LOGIN),
    "each verb in a record of its own": (
        "5+7>18, 34>18, 54>37, 5+20>15, 6>15", {"greeted": f"5+17>{LIST + 8}"}, f"{LOGIN[:-6]}, 25>15, 6>15"
    ),
    "an answer in two halves": ("12>18, 5+5>18, 54>37, 6>15", {}, "12>18, 10>18, 54>37, 6>15"),
    "KeyUpdates again and again": ("5+12>18, 5+34>18, 5+54>37, 6>15", {}, LOGIN),
    "a 334 without a blank": ("12>5, 46>37, 6>15", {}, "12>5, 46>37, 6>15"),
}  # fmt: skip


@pytest.mark.parametrize("case", NO_TEXT)
def test_what_is_no_text_is_no_turn(case: str) -> None:
    said, how, turns = NO_TEXT[case]
    assert spelled(found(session(said, tls="1.3", **how))) == turns


def test_in_tls_1_2_alerts_are_told_apart_and_two_bytes_are_a_text() -> None:
    said = "400>90, 2>"
    assert spelled(found(session(said))) == said


# -- records and turns ----------------------------------------------------------------------------

RECORDS: dict[str, tuple[str, dict[str, Any], str]] = {
    "an empty record in front (0/n)": (
        "0+12>18, 0+34>18, 0+54>37", {"tls": "1.0", "cipher": "TLS_RSA_WITH_AES_128_CBC_SHA", "greeted": "0+22>277"},
        "12-28>12-27, 28-44>12-27, 44-60>28-43",
    ),
    "one byte in front (1/n-1)": (
        "1+11>18, 1+33>18, 1+53>37", {"tls": "1.0", "cipher": "TLS_RSA_WITH_AES_128_CBC_SHA", "greeted": "1+21>277"},
        "0-12>12-27, 28-44>12-27, 44-60>28-43",
    ),
    "a reply line by line": ("12>18, 34>18, 54>37, 30>14+20+9", {}, "12>18, 34>18, 54>37, 30>43"),
    "a mail line by line": ("6>37, 70+70+70+3>42", {}, "6>37, 213>42"),
    "a mail of many lines": (f"6>37, {'+'.join(['70'] * 40)}+3>42", {}, "6>37, 2803>42"),
}  # fmt: skip


@pytest.mark.parametrize("case", RECORDS)
def test_records_on_end_are_one_message(case: str) -> None:
    said, how, turns = RECORDS[case]
    inside = found(session(said, **how))
    assert inside.anchored
    assert spelled(inside) == turns


def test_java_pads_each_line_of_a_mail() -> None:
    said = f"6>37, {'+'.join(['70'] * 40)}+3>42, 6>15"
    inside = found(session(said, tls="1.3", pad=constant(16)))
    assert spelled(inside) == "6>37, 2803>42, 6>15"


def test_what_was_captured_stays_beside_the_text() -> None:
    fact = session("10+2>18")
    (turn,) = found(fact).turns
    assert turn.client
    assert fact.shape
    assert (turn.client.records, turn.client.octets, turn.client.text) == (2, 12 + 2 * 24, (12, 12))
    assert began(fact.shape, turn.client) < ended(fact.shape, turn.client)


# -- the end --------------------------------------------------------------------------------------


@pytest.mark.parametrize("cut", ["gap", "limit", "renegotiation"])
def test_why_the_end_is_missing_is_said(cut: Cut) -> None:
    assert found(session(LOGIN, cut=cut)).cut == cut


def test_only_the_first_turns_are_read() -> None:
    inside = found(session(", ".join(["30>14"] * 40)))
    assert len(inside.turns) == limits.TURNS
    assert inside.cut == "limit"
    assert found(session(", ".join(["30>14"] * limits.TURNS))).cut is None


UNREADABLE: dict[str, SessionFact] = {
    "no records": in_tls(),
    "no cipher": replace(session(LOGIN), tls=TlsFact(version="1.2")),
    "no handshake": replace(session(LOGIN), tls=None),
    "a cipher that is not known": replace(session(LOGIN), tls=TlsFact(version="1.2", cipher="0xfefe")),
    "a Finished and nothing else": session("", tls="1.3", greeted=None),
    "half-turns without records": replace(session(LOGIN), shape=ShapeFact((HalfTurn(True, 0, 0, ()),))),
    "no half-turns": replace(session(LOGIN), shape=ShapeFact(())),
}


@pytest.mark.parametrize("case", UNREADABLE)
def test_what_has_no_text_is_no_dialogue(case: str) -> None:
    assert perhaps_found(UNREADABLE[case]) is None


def test_an_alert_behind_the_handshake_is_a_dialogue_without_turns() -> None:
    inside = found(session("2>", tls="1.3", greeted=None))
    assert (inside.turns, inside.hello, inside.anchored) == ((), None, False)
