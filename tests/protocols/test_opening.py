"""How sessions begin: greetings, EHLO, HELO, and what firewalls do to them."""

from __future__ import annotations

import pytest

from tests.protocols.dialogue import codes, hear
from tests.protocols.labelled import OPENING, login


def test_a_greeting_of_several_lines_is_one_banner() -> None:
    speech = hear("""
        S: 220-mail.example.org ESMTP
        S: 220 no spam
        C: QUIT
        S: 221 Bye
    """)
    assert speech.banner == "220 mail.example.org ESMTP no spam"
    assert codes(speech) == []


def test_ehlo_tells_the_name_and_its_reply_what_is_offered() -> None:
    speech = hear("""
        S: 220 mail.example.org ESMTP
        C: EHLO scanner-2
        S: 250-mail.example.org greets you
        S: 250-SIZE 1000
        S: 250-AUTH LOGIN plain
        S: 250-AUTH=LOGIN NTLM
        S: 250 8BITMIME
    """)
    assert speech.helo == "scanner-2"
    assert speech.offered == ("LOGIN", "PLAIN", "NTLM")
    assert speech.starttls == "not-offered"


def test_lower_case_means_the_same() -> None:
    speech = hear(
        """
        s: 220 mail.example.org ESMTP
        c: ehlo scanner
        s: 250-mail.example.org
        s: 250-auth login
        s: 250 starttls
        c: mail from:<a@example.org>
        s: 250 ok
    """.replace("s:", "S:").replace("c:", "C:")
    )
    assert (speech.helo, speech.offered, speech.starttls, speech.mail) == ("scanner", ("LOGIN",), "offered", True)


@pytest.mark.parametrize("end", ["\r\n", "\n"], ids=["CRLF", "LF"])
def test_line_feeds_alone_end_lines_too(end: str) -> None:
    speech = hear(OPENING + login(), end=end)
    assert [each.outcome for each in speech.attempts] == ["success"]
    assert speech.helo == "scanner"


def test_pipelined_commands_get_their_own_replies() -> None:
    speech = hear("""
        S: 220 mail.example.org ESMTP
        C: EHLO scanner
        S: 250-mail.example.org
        S: 250-PIPELINING
        S: 250 AUTH PLAIN
        C: MAIL FROM:<a@example.org>
        C: RCPT TO:<b@example.org>
        C: RCPT TO:<c@example.org>
        C: DATA
        S: 250 sender ok
        S: 550 no such user
        S: 250 recipient ok
        S: 354 go ahead
        C: AUTH PLAIN AHVzZXIAcGFzc3dvcmQ=
        C: .
        C: QUIT
        S: 250 queued
        S: 221 bye
    """)
    assert speech.mail_accepted is True
    assert (speech.attempts, codes(speech)) == ((), [])


def test_a_greeting_without_line_end_counts_once_the_client_goes_on() -> None:
    speech = hear("""
        S: 220 mail.example.org ESMTP\\
        C: EHLO scanner
        S: 250 mail.example.org
    """)
    assert speech.banner == "220 mail.example.org ESMTP"
    assert (speech.helo, speech.blind, codes(speech)) == ("scanner", False, ["banner-unfinished"])


def test_a_greeting_without_line_end_counts_at_the_close() -> None:
    assert hear("S: 220 mail.example.org ESMTP\\").banner == "220 mail.example.org ESMTP"


def test_a_firewall_blots_out_the_banner_and_the_offers() -> None:
    speech = hear("""
        S: 220 ********************************
        C: EHLO scanner
        S: 250-mail.example.org
        S: 250-SIZE 1000
        S: 250-XXXXXXXA
        S: 250 8BITMIME
    """)
    assert speech.starttls == "not-offered"
    assert codes(speech) == ["reply-masked"]


def test_a_firewall_blots_out_ehlo_itself() -> None:
    speech = hear("""
        S: 220 **************
        C: XXXX scanner
        S: 500 5.5.1 unrecognized
        C: HELO scanner
        S: 250 mail.example.org
    """)
    assert speech.helo == "scanner"
    assert {"reply-masked", "command-masked"} <= set(codes(speech))


def test_ehlo_refused_then_helo() -> None:
    speech = hear("""
        S: 220 old.example.org SMTP
        C: EHLO scanner
        S: 502 what?
        C: HELO scanner.example.org
        S: 250 hello
        C: MAIL FROM:<a@example.org>
        S: 250 ok
    """)
    assert (speech.helo, speech.starttls, speech.mail, speech.blind) == (
        "scanner.example.org",
        "not-offered",
        True,
        False,
    )
    assert codes(speech) == []


def test_helo_alone_shows_no_offers() -> None:
    speech = hear("""
        S: 220 mail.example.org
        C: HELO scanner
        S: 250 mail.example.org
    """)
    assert (speech.helo, speech.offered, speech.starttls) == ("scanner", None, "unseen")


def test_the_newest_ehlo_reply_counts() -> None:
    speech = hear("""
        S: 220 mail.example.org
        C: EHLO scanner
        S: 250-mail.example.org
        S: 250 AUTH LOGIN
        C: EHLO scanner
        S: 250-mail.example.org
        S: 250 AUTH XOAUTH2
    """)
    assert speech.offered == ("XOAUTH2",)


def test_a_refused_connection_is_smtp_without_anything() -> None:
    speech = hear("S: 554 5.7.1 You are blocked")
    assert (speech.smtp, speech.banner, speech.helo) == (True, "554 5.7.1 You are blocked", None)
    assert codes(speech) == ["client-silent"]


def test_another_protocol_is_not_smtp() -> None:
    speech = hear("""
        C: GET / HTTP/1.1
        C: Host: mail.example.org
        C:
        S: HTTP/1.1 400 Bad Request
    """)
    assert (speech.smtp, speech.mail, speech.attempts) == (False, False, ())
    assert "not-smtp" in codes(speech)


def test_a_name_with_control_characters_is_kept_and_noted() -> None:
    speech = hear("S: 220 hi\nC: EHLO scan\x1b[31mner\nS: 250 ok")
    assert speech.helo == "scan\x1b[31mner"
    assert codes(speech) == ["control-characters"]


def test_a_name_too_long_is_cut_and_noted() -> None:
    speech = hear(f"S: 220 hi\nC: EHLO {'n' * 300}\nS: 250 ok")
    assert speech.helo == "n" * 255
    assert codes(speech) == ["name-too-long"]


def test_a_reply_that_fits_nothing_is_noted() -> None:
    speech = hear("S: 220 hi\nC: EHLO scanner\nS: 354 go on\nS: 250 ok")
    assert "reply-unexpected" in codes(speech)


def test_a_line_that_is_no_reply_is_noted() -> None:
    assert "reply-malformed" in codes(hear("S: 220 hi\nC: EHLO scanner\nS: hello there\nS: 250 ok"))


def test_a_command_that_nobody_knows_is_noted() -> None:
    assert codes(hear("S: 220 hi\nC: FROB\nS: 500 what?\nC: QUIT\nS: 221 bye")) == ["command-unknown"]


def test_a_proxy_header_comes_before_ehlo() -> None:
    speech = hear("""
        C: PROXY TCP4 10.0.3.17 10.0.3.2 49152 25
        S: 220 mail.example.org
        C: EHLO scanner
        S: 250 mail.example.org
    """)
    assert (speech.banner, speech.helo, speech.blind) == ("220 mail.example.org", "scanner", False)


def test_nobody_answers_a_proxy_header() -> None:
    """Else each reply would be the one to the command before."""
    speech = hear("""
        C: PROXY TCP4 10.0.3.17 10.0.3.2 49152 587
        S: 220 mail.example.org
        C: EHLO scanner
        S: 250-mail.example.org
        S: 250 AUTH PLAIN
        C: AUTH PLAIN AHNjYW5AZXhhbXBsZS5vcmcAbm90LWEtc2VjcmV0
        S: 235 2.7.0 ok
        C: QUIT
        S: 221 bye
    """)
    assert [(each.mechanism, each.outcome) for each in speech.attempts] == [("PLAIN", "success")]
    assert speech.offered == ("PLAIN",)
    assert codes(speech) == []


def test_the_server_may_leave_at_any_time() -> None:
    speech = hear(OPENING + "C: NOOP\nS: 421 4.4.2 timeout")
    assert codes(speech) == []
