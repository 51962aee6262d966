"""STARTTLS and what is known of it: offered, requested, refused, established, or never seen."""

from __future__ import annotations

import pytest

from sniffer.model.facts import TlsFact
from sniffer.protocols import SmtpSession
from tests.protocols.dialogue import CLIENT_HELLO, attempts, codes, dialogue, feed, hear, overheard
from tests.protocols.labelled import USER, plain

OFFERED = """
    S: 220 mail.example.org ESMTP
    C: EHLO scanner
    S: 250-mail.example.org
    S: 250 STARTTLS
"""
REQUESTED = OFFERED + "C: STARTTLS\n"


def test_not_offered() -> None:
    speech = hear("S: 220 hi\nC: EHLO scanner\nS: 250-hi\nS: 250 SIZE\nC: QUIT\nS: 221 bye")
    assert (speech.starttls, speech.encrypted, speech.offered) == ("not-offered", False, ())


def test_offered_and_not_used() -> None:
    assert hear(OFFERED + "C: MAIL FROM:<a@example.org>\nS: 250 ok").starttls == "offered"


def test_requested_and_nothing_more() -> None:
    assert hear(REQUESTED).starttls == "requested"


@pytest.mark.parametrize("reply", ["454 4.7.0 TLS not available", "502 5.5.1 no", "503 already"])
def test_refused_and_gone_on_in_clear(reply: str) -> None:
    speech = hear(REQUESTED + f"S: {reply}\n" + plain())
    assert (speech.starttls, speech.encrypted) == ("refused", False)
    assert attempts(speech) == [("PLAIN", USER, "success")]


def test_established() -> None:
    speech = hear(REQUESTED + "S: 220 2.0.0 Ready\nC: <hello>\nS: <server hello>")
    assert (speech.starttls, speech.encrypted, speech.banner) == ("established", True, "220 mail.example.org ESMTP")
    assert (speech.helo, speech.blind, codes(speech)) == ("scanner", False, [])


def test_the_handshake_is_followed_once_it_is_established() -> None:
    assert feed(SmtpSession(), dialogue(REQUESTED + "S: 220 2.0.0 Ready\nC: <hello>")) is True


def test_established_as_the_server_tells_it() -> None:
    speech = hear(REQUESTED + "S: 220 2.0.0 Ready\nC: <69 missing>\nS: <server hello>")
    assert (speech.starttls, speech.encrypted) == ("established", True)


def test_established_though_its_reply_is_missing() -> None:
    speech = hear(REQUESTED + "S: <16 missing>\nC: <hello>")
    assert (speech.starttls, speech.encrypted) == ("established", True)


def test_established_though_the_first_record_is_missing() -> None:
    speech = hear(REQUESTED + "S: 220 2.0.0 Ready\nC: <300 missing>\nC: <hello>")
    assert (speech.starttls, speech.encrypted) == ("established", True)


def test_established_in_the_old_hello_of_ssl_2() -> None:
    session = SmtpSession()
    feed(session, dialogue(REQUESTED + "S: 220 2.0.0 Ready"))
    session.receive(True, b"\x80\x2e\x01\x03\x01" + bytes(43))
    assert session.speech().starttls == "established"
    assert session.tls() == TlsFact(offered="1.0")


def test_clear_text_after_it() -> None:
    """A mirror of decrypted traffic shows STARTTLS, and then the rest in clear."""
    speech = hear(
        REQUESTED
        + """
        S: 220 2.0.0 Ready
        C: EHLO scanner
        S: 250-mail.example.org
        S: 250 AUTH PLAIN
    """
        + plain()
    )
    assert (speech.starttls, speech.encrypted, speech.offered) == ("cleartext-after", False, ("PLAIN",))
    assert attempts(speech) == [("PLAIN", USER, "success")]


def test_commands_sent_along_with_it_are_read() -> None:
    speech = hear(OFFERED + "C: STARTTLS\nC: EHLO again\nS: 454 no\nS: 250 hi")
    assert (speech.starttls, speech.helo) == ("refused", "again")


def test_bytes_after_it_that_nobody_can_read() -> None:
    speech = overheard([*dialogue(REQUESTED + "S: 220 Ready"), dialogue("C: \x01\x02\x03\x04\x05")[0]])
    assert (speech.encrypted, speech.blind, codes(speech)) == (False, True, ["tls-unreadable"])


def test_tls_from_the_first_byte() -> None:
    speech = hear("C: <hello>\nS: <server hello>")
    assert (speech.starttls, speech.encrypted, speech.smtp, speech.banner) == ("implicit", True, False, None)


def test_tls_from_the_first_byte_of_the_server_alone() -> None:
    assert hear("S: <server hello>").starttls == "implicit"


def test_tls_joined_in_the_middle_is_not_called_implicit() -> None:
    for side in ("C", "S"):
        speech = hear(f"{side}: <late>\n{side}: <{'hello' if side == 'C' else 'server hello'}>")
        assert (speech.starttls, speech.encrypted) == ("unseen", True)


def test_joined_between_starttls_and_tls() -> None:
    speech = hear("C: <late>\nS: <late>\nS: 220 2.0.0 Ready\nC: <hello>")
    assert (speech.starttls, speech.encrypted, speech.banner) == ("established", True, None)


def test_the_server_alone_shows_starttls_too() -> None:
    speech = hear(
        "S: 220 mail.example.org ESMTP\nS: 250-mail.example.org\nS: 250 STARTTLS\nS: 220 Ready\nS: <server hello>"
    )
    assert (speech.starttls, speech.encrypted, speech.banner) == ("established", True, "220 mail.example.org ESMTP")


def test_a_mail_that_contains_tls_records_stays_a_mail() -> None:
    body = [*dialogue(OFFERED + "C: MAIL FROM:<a@example.org>\nS: 250 ok\nC: DATA\nS: 354 go"), *dialogue("C: <hello>")]
    speech = overheard([*body, *dialogue("C:\nC: .\nS: 250 ok\nC: QUIT\nS: 221 bye")])
    assert (speech.encrypted, speech.starttls, speech.mail) == (False, "offered", True)
    assert CLIENT_HELLO not in repr(speech).encode()
