"""A session tells its ledger which bytes are what, however they come."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sniffer.protocols import SmtpSession
from sniffer.protocols.smtp_ledger import Ledger
from tests.protocols.dialogue import CLIENT_HELLO, SERVER_HELLO, Turns, b64, byte_by_byte, cut, dialogue, feed

SCRIPT = f"""
    S: 220 mail.example.org ESMTP
    C: EHLO scanner
    S: 250-mail.example.org
    S: 250 AUTH LOGIN
    C: AUTH LOGIN
    S: 334 VXNlcm5hbWU6
    C: {b64("scan")}
    S: 334 UGFzc3dvcmQ6
    C: {b64("secret")}
    S: 535 no
    C: MAIL FROM:<a@b.c>
    S: 250 ok
    C: RCPT TO:<b@b.c>
    S: 250 ok
    C: DATA
    S: 354 go on
    C: Subject: a mail
    C: .
    S: 250 ok
    C: FOO bar
    S: 500 what
    C: STARTTLS
    S: 220 go on
    C: <hello>
    S: <server hello>
"""


def ledger_of(said: Turns) -> Ledger:
    ledger = Ledger()
    feed(SmtpSession(ledger=ledger), said)
    return ledger


def side(said: Turns, *, client: bool) -> bytes:
    return b"".join(turn.data for turn in said if turn.from_client is client)


def entries(ledger: Ledger) -> tuple[object, ...]:
    return ledger.lines, ledger.mails, ledger.tls, ledger.heard, ledger.unknown


def test_lines_stand_where_they_were_said() -> None:
    said = dialogue(SCRIPT)
    client, ledger = side(said, client=True), ledger_of(said)
    assert [line.said for line in ledger.lines] == [
        b"EHLO scanner", b"AUTH LOGIN", b64("scan").encode(), b64("secret").encode(), b"MAIL FROM:<a@b.c>",
        b"RCPT TO:<b@b.c>", b"DATA", b"STARTTLS",
    ]  # fmt: skip
    for line in ledger.lines:
        assert client[: line.end].endswith(line.said + b"\r")
        assert client[line.end : line.end + 1] == b"\n"
    assert [client[first:last] for first, last in ledger.mails] == [b"Subject: a mail\r\n.\r\n"]
    assert client[ledger.tls[True] :] == CLIENT_HELLO
    assert side(said, client=False)[ledger.tls[False] :] == SERVER_HELLO


@given(st.integers(0, 600))
def test_wherever_it_is_cut(place: int) -> None:
    said = dialogue(SCRIPT)
    whole = entries(ledger_of(said))
    assert entries(ledger_of(byte_by_byte(said))) == whole
    assert entries(ledger_of(cut(said, place % sum(len(turn.data) for turn in said)))) == whole


@pytest.mark.parametrize(
    ("script", "unknown"),
    [
        ("S: 220 hi\nC: EHLO a\nS: 250 hi", None),
        ("S: 220 hi\nC: EHLO a\nS: 250 hi\nC: <9 missing>\nC: QUIT", 8),
        ("C: <late>\nC: EHLO a", 0),
        ("S: <late>\nS: 250 hi\nC: EHLO a", None),
    ],
)
def test_it_knows_up_to_where_all_was_heard(script: str, unknown: int | None) -> None:
    assert ledger_of(dialogue(script)).unknown == unknown


def test_a_command_that_only_its_reply_proves_is_shown() -> None:
    said = dialogue("C: <late>\nC: dear all\nC: AUTH LOGIN\nS: 334 VXNlcm5hbWU6")
    assert [line.said for line in ledger_of(said).lines] == [b"AUTH LOGIN"]


def test_a_mail_with_a_hole_ends_with_its_reply() -> None:
    said = dialogue("S: 220 a\nC: HELO a\nS: 250 a\nC: MAIL FROM:<a@b>\nS: 250 a\nC: DATA\nS: 354 a")
    before = len(side(said, client=True))
    rest = dialogue("C: text\nC: <9 missing>\nC: text\nC: .\nS: 250 a\nC: QUIT")
    assert ledger_of([*said, *rest]).mails == [(before, before + 6 + 9 + 6 + 3)]


BEFORE = "S: 220 a\nC: HELO a\nS: 250 a\nC: MAIL FROM:<a@b>\nS: 250 a\nC: DATA\n"


@pytest.mark.parametrize(
    ("rest", "tangled"),
    [
        ("S: 354 a\nC: text\nC: .\nS: 250 a\nC: QUIT", set()),
        ("S: 354 a\nC: text\nC: .\nC| QUIT\nS: 250 a", {0}),
        ("S: 354 a\nC: text\nC: .\nC: QUIT\nS: 250 a", {0}),
        ("C: text\nS: 354 a\nC: .\nS: 250 a\nC: QUIT", {0}),
        ("C: te\\\nS: 354 a\nC: xt\nC: .\nS: 250 a\nC: QUIT", {0}),
        ("S: 354 a\nS: 250 a\nC: text\nC: .\nC| QUIT", {0}),
        ("S: 354 a\nC: text\nS: <6 missing>\nC: .\nC: QUIT", {0}),
        ("S: 354 a\nC: text\nC: <9 missing>\nC: text\nC: .\nS: 250 a\nC: QUIT", set()),
    ],
)
def test_it_knows_of_which_mails_the_order_does_not_tell_the_end(rest: str, tangled: set[int]) -> None:
    ledger = ledger_of(dialogue(BEFORE + rest))
    assert len(ledger.mails) == 1
    assert ledger.tangled == tangled
    client = side(dialogue(BEFORE + rest), client=True)
    first, last = ledger.mails[0]
    if "missing" not in rest:
        assert client[first:last] == b"text\r\n.\r\n"


def test_a_command_behind_a_mail_with_a_hole_is_not_of_it() -> None:
    said = dialogue(BEFORE + "S: 354 a\nC: text\nC: <9 missing>\nC: AUTH PLAIN AHgAeQ==\nS: 235 a")
    ledger = ledger_of(said)
    (mail,) = ledger.mails
    assert mail[1] <= ledger.lines[-1].end - len(ledger.lines[-1].said)


def test_what_comes_behind_the_end_is_not_heard() -> None:
    said = dialogue(f"S: 220 a\nC: EHLO a\nS: 250 AUTH PLAIN\nC: AUTH PLAIN {b64('secret')}\nS: 235 ok\nC: more")
    ledger = ledger_of(said)
    assert ledger.heard[True] == len(side(said[:-1], client=True))
