"""A dialogue turn by turn, for a reader who has Wireshark open beside it."""

from __future__ import annotations

from typing import Any

import pytest

from sniffer.model.findings import DialogueFinding
from tests.inference.dialogues import CBC, GCM13, GREETED, MAIL, constant, explained, session, to_blocks
from tests.inference.test_reading_exchange import exchange

LOGIN = "12>18, 34>18, 54>37"


def rows(inside: DialogueFinding) -> list[str]:
    """A dialogue as a person reads it."""
    return [
        f"{turn.client}>{turn.server} {turn.what}{' > ' if turn.reply else ''}{turn.reply}" for turn in inside.turns
    ]


def test_a_login_and_a_mail() -> None:
    inside = explained(session(f"{LOGIN}, {MAIL}"))
    assert rows(inside) == [
        "22>277 EHLO again > 250 list",
        "12>18 AUTH LOGIN > 334 prompt",
        "4k+2>18 user name > 334 prompt",
        "4k+2>37 password > 235 accepted",
        "4k+0>14 MAIL FROM > 250",
        "4k+0>14 RCPT TO > 250",
        "6>37 DATA > 354",
        "4k+0>42 the mail's text > 250 taken",
        "6>15 QUIT > 221",
    ]
    assert [turn.credential for turn in inside.turns[:4]] == [False, False, True, True]
    assert inside.families[0].label == "basic"
    assert inside.cut is None


def test_records_are_told_but_those_of_credentials() -> None:
    inside = explained(session("10+2>18, 32+2>18, 52+2>18+19"))
    told = [(turn.client_records, turn.server_records) for turn in inside.turns]
    assert told == [("46", "301"), ("2 records, 60", "42"), ("", "42"), ("", "2 records, 85")]


def test_times() -> None:
    turn = explained(session(LOGIN)).turns[1]
    assert (turn.first, turn.answered) == (260_000, 30_000 - 100)
    (last,) = explained(session(f"{LOGIN}, 36>")).turns[-1:]
    assert (last.answered, last.server, last.server_records, last.reply) == (None, "", "", "")


@pytest.mark.parametrize(
    ("turns", "what"),
    [
        (f"53>18, 22>37, {MAIL}", "AUTH LOGIN with initial response"),
        (f"57>37, {MAIL}", "AUTH PLAIN with initial response"),
        (f"14>6, 1622>37, {MAIL}", "AUTH XOAUTH2"),
        (f"15>62, 74>37, {MAIL}", "AUTH CRAM-MD5"),
        (f"17>126, 274>62, 2>37, {MAIL}", "AUTH DIGEST-MD5"),
        (f"11>20, 46>210, 334>37, {MAIL}", "AUTH NTLM"),
        (f"20>6, 66>174, 194>70, 2>37, {MAIL}", "AUTH SCRAM-SHA-256"),
        ("36>60, 6>15", "MAIL FROM"),
    ],
)
def test_what_a_command_is_called(turns: str, what: str) -> None:
    assert explained(session(turns)).turns[1].what == what


def test_what_else_a_turn_may_be_is_said_too() -> None:
    turn = explained(session("57>37, 6>15")).turns[1]
    assert turn.rivals
    assert all(" > " in rival.label for rival in turn.rivals)
    assert [rival.probability for rival in turn.rivals] == sorted(
        (rival.probability for rival in turn.rivals), reverse=True
    )
    assert turn.probability + sum(rival.probability for rival in turn.rivals) <= 1.001


def test_an_odd_dialogue_is_nothing_known_and_masked() -> None:
    inside = explained(session("777>999, 1>3, 7000>2, 5>5"))
    assert inside.families[0].label == "none of these"
    assert all(turn.credential and not turn.client_records for turn in inside.turns[1:])
    assert {turn.client for turn in inside.turns[1:]} == {"4k+0", "4k+1"}


def test_families_come_with_the_most_probable_first() -> None:
    families = explained(session("57>37, 6>15")).families
    assert [each.probability for each in families] == sorted((each.probability for each in families), reverse=True)
    assert sum(each.probability for each in families) <= 1.001


def test_a_token_is_told_by_its_class() -> None:
    assert rows(explained(exchange("1635>37, 6>48"), "exchange-online"))[1].startswith("15+4k>37 AUTH XOAUTH2")


@pytest.mark.parametrize("cut", ["gap", "limit", "renegotiation"])
def test_why_the_end_is_missing_is_said(cut: Any) -> None:
    assert explained(session(LOGIN, cut=cut)).cut == cut


IMPLICIT: dict[str, Any] = {"starttls": "implicit", "hello": None, "listed": None, "greeted": None, "banner": None}
CALIBRATIONS: list[tuple[str, dict[str, Any], tuple[str, ...]]] = [
    (LOGIN, {}, ("a record is 24 bytes longer than its text", "as the EHLO in clear (22)")),
    (LOGIN, {"tls": "1.3"}, (GCM13, "17 bytes longer")),
    (LOGIN, {"cipher": CBC}, (CBC, "64 bytes and up to 16 of padding")),
    (LOGIN, {"tls": "1.3", "pad": constant(16)}, ("the client adds 16 bytes",)),
    (LOGIN, {"tls": "1.3", "pad": to_blocks(64)}, ("to a multiple of 64",)),
    (LOGIN, {"tls": "1.3", "server_pad": constant(16)}, ("the server 16",)),
    (LOGIN, {"greeted": "30>285"}, ("did not come again",)),
    (LOGIN, {"greeted": None}, ("did not come again",)),
    (f"12>18, 34>18, 54>37, {GREETED}, 36>14", {"greeted": None}, ("came again inside TLS",)),
    (f">40, {GREETED}, {LOGIN}", IMPLICIT, ("The server greets inside TLS",)),
]


@pytest.mark.parametrize(("turns", "how", "words"), CALIBRATIONS)
def test_how_lengths_were_worked_out_is_said(turns: str, how: dict[str, Any], words: tuple[str, ...]) -> None:
    text = explained(session(turns, **how)).calibration
    assert all(each in text for each in words)
    assert "None" not in text


def test_a_greeting_inside_tls_is_a_turn() -> None:
    inside = explained(session(f">40, {GREETED}, {LOGIN}, {MAIL}", **IMPLICIT))
    assert rows(inside)[:2] == [">40  > 220 greeting", "4k+2>277 EHLO > 250 list"]


def test_a_first_turn_that_was_read_as_a_command_is_no_ehlo() -> None:
    inside = explained(session(f"12>18, 34>18, 54>37, {MAIL}", greeted=None))
    assert rows(inside)[0] == "12>18 AUTH LOGIN > 334 prompt"
