"""Mails are passed over: nothing in them is a command, and no base64 in them a credential."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sniffer.model.facts import Speech
from tests.protocols.dialogue import CLIENT_HELLO, Turn, Turns, attempts, b64, codes, dialogue, hear, overheard
from tests.protocols.holes import LATE, noticed_late, without_part
from tests.protocols.labelled import OPENING, QUIT, USER, plain

ENVELOPE = """
    C: MAIL FROM:<scanner@example.org>
    S: 250 Ok
    C: RCPT TO:<office@example.org>
    S: 250 Ok
"""
QUOTED = f"""
    C: Subject: how our scanner logs in
    C:
    C: {b64("someone@example.net")}
    C: 220 mail.example.net ESMTP
    C: EHLO quoted
    C: 250-mail.example.net
    C: 250 AUTH LOGIN PLAIN
    C: AUTH LOGIN
    C: 334 VXNlcm5hbWU6
    C: {b64("quoted@example.net")}
    C: 334 UGFzc3dvcmQ6
    C: {b64("quoted-secret")}
    C: 235 2.7.0 Authentication successful
    C: AUTH PLAIN {b64(f"{chr(0)}quoted@example.net{chr(0)}quoted-secret")}
    C: STARTTLS
    C: MAIL FROM:<quoted@example.net>
    C: DATA
    C: QUIT
    C: {b64(f"{chr(0)}quoted@example.net{chr(0)}quoted-secret")}
"""
AFTER = plain() + ENVELOPE + "C: DATA\nS: 354 go\nC: .\nS: 250 queued" + QUIT


def says_nothing_of_the_quotation(speech: Speech) -> None:
    assert speech.attempts in ((), tuple(each for each in speech.attempts if each.user in (USER, None)))
    assert "quoted" not in repr(speech)
    assert speech.starttls in ("not-offered", "unseen")


def test_a_mail_that_quotes_a_whole_session_says_nothing() -> None:
    speech = hear(OPENING + ENVELOPE + "C: DATA\nS: 354 go" + QUOTED + "C: .\nS: 250 queued" + AFTER)
    assert attempts(speech) == [("PLAIN", USER, "success")]
    assert (speech.helo, speech.mail, speech.mail_accepted, codes(speech)) == ("scanner", True, True, [])
    says_nothing_of_the_quotation(speech)


def test_a_mail_without_its_354_says_nothing() -> None:
    speech = hear(OPENING + ENVELOPE + "C: DATA" + QUOTED + "C: .\nS: 354 go\nS: 250 queued" + AFTER)
    assert attempts(speech) == [("PLAIN", USER, "success")]
    says_nothing_of_the_quotation(speech)


def test_a_mail_of_a_client_that_only_sends_line_feeds() -> None:
    speech = hear(OPENING + ENVELOPE + "C: DATA\nS: 354 go" + QUOTED + "C: .\nS: 250 queued" + AFTER, end="\n")
    assert attempts(speech) == [("PLAIN", USER, "success")]
    says_nothing_of_the_quotation(speech)


def test_a_line_feed_and_a_dot_in_a_mail_do_not_end_it() -> None:
    """SMTP smuggling: only CRLF.CRLF ends a mail of a client that ends its lines with CRLF."""
    said = [*dialogue(OPENING + ENVELOPE + "C: DATA\nS: 354 go"), Turn(True, b"hello\n.\nAUTH PLAIN AHgAeQ==\r\n.\r\n")]
    speech = overheard([*said, *dialogue("S: 250 queued" + QUIT)])
    assert (speech.attempts, codes(speech)) == ((), [])


def test_an_empty_mail() -> None:
    assert attempts(hear(OPENING + ENVELOPE + "C: DATA\nS: 354 go\nC: .\nS: 250 queued" + plain())) == [
        ("PLAIN", USER, "success")
    ]


def test_dots_at_the_beginning_of_lines_are_stuffed_and_end_nothing() -> None:
    speech = hear(OPENING + ENVELOPE + "C: DATA\nS: 354 go\nC: ..\nC: AUTH LOGIN\nC: .x\nC: .\nS: 250 queued" + QUIT)
    assert (speech.attempts, codes(speech)) == ((), [])


def test_data_refused_is_followed_by_commands() -> None:
    speech = hear(OPENING + ENVELOPE + "C: DATA\nS: 554 no valid recipients" + AFTER)
    assert attempts(speech) == [("PLAIN", USER, "success")]


def test_data_refused_without_its_reply_is_followed_by_commands() -> None:
    speech = hear(OPENING + ENVELOPE + "C: DATA\nC: RSET\nS: 554 no\nS: 250 ok" + AFTER)
    assert attempts(speech) == [("PLAIN", USER, "success")]


def test_chunks_are_passed_over_by_their_length() -> None:
    chunk = "AUTH PLAIN AHgAeQ==\r\n.\r\nQUIT\r\n"
    speech = hear(
        OPENING
        + ENVELOPE
        + f"""
        C: BDAT {len(chunk)}
        C: AUTH PLAIN AHgAeQ==
        C: .
        C: QUIT
        S: 250 ok
        C: BDAT {len(chunk)} LAST
        C: AUTH PLAIN AHgAeQ==
        C: .
        C: QUIT
        S: 250 queued
    """
        + AFTER
    )
    assert attempts(speech) == [("PLAIN", USER, "success")]
    assert codes(speech) == []


def test_an_empty_last_chunk() -> None:
    speech = hear(OPENING + ENVELOPE + "C: BDAT 0 LAST\nS: 250 queued" + AFTER)
    assert attempts(speech) == [("PLAIN", USER, "success")]


@pytest.mark.parametrize("missing", [1, 20, 100])
def test_a_gap_within_a_chunk_costs_nothing(missing: int) -> None:
    chunk = f"C: BDAT 100 LAST\nC: <{missing} missing>\nC: {'x' * (100 - missing)}\\\n"
    speech = hear(OPENING + ENVELOPE + chunk + "S: 250 queued" + AFTER)
    assert attempts(speech) == [("PLAIN", USER, "success")]
    assert codes(speech) == []


def mail_with_session_around() -> tuple[Turns, int]:
    """Return a dialogue with the quoting mail, and the place of the mail in it."""
    before = dialogue(OPENING + ENVELOPE + "C: DATA\nS: 354 go")
    return [*before, *dialogue(QUOTED + "C: ."), *dialogue("S: 250 queued" + AFTER)], len(before)


@given(st.data())
def test_a_gap_anywhere_in_a_quoting_mail(data: st.DataObject) -> None:
    said, place = mail_with_session_around()
    length = len(said[place].data)
    first = data.draw(st.integers(0, length - 1))
    last = data.draw(st.integers(first + 1, length))
    holed = without_part(said, place, first, last)
    for variant in (holed, noticed_late(holed)):
        says_nothing_of_the_quotation(overheard(variant))


@pytest.mark.parametrize("answered", [True, False], ids=["answered", "unanswered"])
def test_joined_late_anywhere_in_a_quoting_mail(answered: bool) -> None:
    said, place = mail_with_session_around()
    mail = said[place].data
    for at in range(len(mail)):
        rest = [*LATE, Turn(True, mail[at:]), *(said[place + 1 :] if answered else [])]
        speech = overheard(rest)
        says_nothing_of_the_quotation(speech)
        assert speech.blind


def test_a_gap_behind_data_and_the_mail_goes_on() -> None:
    said, place = mail_with_session_around()
    for first in range(0, len(said[place].data), 7):
        pieces = [*said[: place - 1], Turn(False, b"", 8), *without_part(said, place, 0, first + 1)[place:]]
        says_nothing_of_the_quotation(overheard(pieces))


def test_a_mail_of_tls_bytes_is_passed_over() -> None:
    said, place = mail_with_session_around()
    said[place] = Turn(True, CLIENT_HELLO + b"\r\n.\r\n")
    assert overheard(said).encrypted is False


UNAUTHENTICATED = "530 5.7.57 Client not authenticated to send mail. [host]"


def test_the_words_of_a_refused_mail_are_kept_until_one_is_accepted() -> None:
    refused = "S: 220 hi\nC: EHLO scanner\nS: 250 hi\nC: MAIL FROM:<a@example.org>\nS: " + UNAUTHENTICATED
    assert hear(refused).mail_reply == UNAUTHENTICATED
    accepted = refused + "\nC: MAIL FROM:<a@example.org>\nS: 250 ok\nC: QUIT"
    assert hear(accepted).mail_reply is None


def test_a_refused_mail_repeats_no_secret() -> None:
    """Exchange Online repeats the error of an earlier AUTH here; others might repeat more."""
    speech = hear(f"""
        S: 220 hi
        C: EHLO scanner
        S: 250 AUTH PLAIN
        C: AUTH PLAIN {b64(chr(0) + "scan" + chr(0) + "hunter-2-secret")}
        S: 535 5.7.8 no
        C: MAIL FROM:<a@example.org>
        S: 530 5.7.57 not authenticated. Error: hunter-2-secret is wrong
    """)
    assert speech.mail_reply == "530 5.7.57 not authenticated. Error: […] is wrong"


def test_nor_one_that_was_not_heard() -> None:
    speech = hear("C: <late>\nC: hunter-2\nS: 535 no\nC: MAIL FROM:<a@b>\nS: 530 5.7.57 hunter-2 is wrong\nC: QUIT")
    assert "hunter" not in str(speech)


TRANSACTION = "S: 220 hi\nC: EHLO scanner\nS: 250 hi\nC: MAIL FROM:<a@example.org>\nS: 250 ok\n"
RECIPIENT = "C: RCPT TO:<b@example.org>\nS: "
HOW_FAR: list[tuple[str, bool]] = [
    ("", True),
    (RECIPIENT + "250 ok", True),
    (RECIPIENT + "554 5.7.1 Relay access denied", False),
    (RECIPIENT + "554 no\n" + RECIPIENT + "250 ok", True),
    (RECIPIENT + "250 ok\n" + RECIPIENT + "554 no", True),
    (RECIPIENT + "250 ok\nC: DATA\nS: 554 no", False),
    (RECIPIENT + "250 ok\nC: DATA\nS: 354 go\nC: hello\nC: .\nS: 250 ok", True),
    (RECIPIENT + "250 ok\nC: DATA\nS: 354 go\nC: hello\nC: .\nS: 550 spam", False),
]


@pytest.mark.parametrize(("rest", "accepted"), HOW_FAR)
def test_how_far_a_mail_came(rest: str, *, accepted: bool) -> None:
    speech = hear(TRANSACTION + rest + "\nC: QUIT")
    assert speech.mail_accepted is accepted
    assert (speech.mail_reply is None) is accepted


@pytest.mark.parametrize(("reply", "accepted"), [("250 queued", True), ("554 5.7.1 no", False), ("452 full", False)])
@pytest.mark.parametrize(
    "holes", ["C: <500 missing>", "C: Subject: a\nC: <500 missing>\nC: text\nC: <9 missing>\nC: ."]
)
def test_the_reply_behind_a_mail_with_holes_is_the_mails(holes: str, reply: str, accepted: bool) -> None:
    speech = hear(OPENING + ENVELOPE + f"C: DATA\nS: 354 go\n{holes}\nS: {reply}" + QUIT)
    assert (speech.mail, speech.mail_accepted, speech.blind) == (True, accepted, False)


@pytest.mark.parametrize("answers", ["S: 354 go\nS: 250 queued", "S: 354 go\nC: text\nC: .\nS: 250 queued"])
def test_a_354_that_comes_late_does_not_begin_the_mail_that_is_over(answers: str) -> None:
    """Both directions come out of step, and of the mail behind DATA bytes are missing."""
    speech = hear(OPENING + ENVELOPE + f"C: DATA\nC: <500 missing>\n{answers}" + AFTER)
    assert attempts(speech) == [("PLAIN", USER, "success")]
    assert (speech.mail_accepted, speech.blind) == (True, False)


@pytest.mark.parametrize("before", ["S: 354 go\nC: <500 missing>", "C: <500 missing>\nS: 354 go", "C: <500 missing>"])
def test_a_dot_ends_a_mail_with_holes_before_its_answer_comes(before: str) -> None:
    late = "" if "354" in before else "S: 354 go\n"
    going_on = f"C: text\nC: .\nC: AUTH PLAIN {b64(chr(0) + USER + chr(0) + 'hunter-2')}\n"
    speech = hear(OPENING + ENVELOPE + f"C: DATA\n{before}\n" + going_on + late + "S: 250 queued\nS: 235 hello")
    assert attempts(speech) == [("PLAIN", USER, "success")]


@pytest.mark.parametrize("dot", [b"a\n.\n", b"a\r\n.\n", b"a\n.\r\n"])
def test_but_none_that_does_not_stand_between_two_line_ends(dot: bytes) -> None:
    said = [*dialogue(OPENING + ENVELOPE + "C: DATA\nS: 354 go\nC: <9 missing>"), Turn(True, b"text\r\n" + dot)]
    speech = overheard([*said, *dialogue("C: AUTH PLAIN AHgAeQ==\nS: 250 queued" + QUIT)])
    assert speech.attempts == ()


@pytest.mark.parametrize("place", [1, 9, 16, 20, 27, 28, 29])
def test_a_354_in_the_middle_of_the_mail_changes_nothing(place: int) -> None:
    mail = b"Subject: hello\r\n\r\nhello\r\n.\r\n"
    late = [Turn(True, mail[:place]), *dialogue("S: 354 go"), Turn(True, mail[place:])]
    said = [*dialogue(OPENING + ENVELOPE + "C: DATA"), *late, *dialogue("S: 250 queued" + AFTER)]
    speech = overheard(said)
    assert attempts(speech) == [("PLAIN", USER, "success")]
    assert codes(speech) == []


def test_unless_replies_are_missing_too() -> None:
    speech = hear(OPENING + ENVELOPE + "C: DATA\nS: 354 go\nC: <500 missing>\nS: <9 missing>\nS: 554 no" + QUIT)
    assert speech.mail_accepted is True  # as far as the recipients


def test_a_mail_with_two_holes_is_believed_no_more_than_one_with_one() -> None:
    speech = hear(OPENING + ENVELOPE + "C: DATA\nS: 354 go\nC: a\nC: <9 missing>\nC: b\nC: <9 missing>" + QUOTED)
    says_nothing_of_the_quotation(speech)
