"""What the last EHLO reply in clear says: its first line, and the keywords of the others."""

from __future__ import annotations

import pytest

from sniffer.model import limits
from sniffer.model.facts import Speech
from tests.protocols.dialogue import Turn as Said
from tests.protocols.dialogue import codes, hear, overheard

BANNER = "S: 220 mail.example.org ESMTP\n"


def said(*lines: str, verb: str = "EHLO") -> Speech:
    """What a session means in which EHLO is answered with these lines."""
    replies = [f"S: 250-{line}\n" for line in lines[:-1]] + [f"S: 250 {lines[-1]}\n"]
    return hear(BANNER + f"C: {verb} scanner\n" + "".join(replies))


def test_the_first_line_and_the_keywords() -> None:
    speech = said(
        "mail.example.org Hello [192.0.2.7]", "SIZE 157286400", "pipelining", "AUTH LOGIN PLAIN", "AUTH=LOGIN",
        "X-EXPS GSSAPI NTLM", "XCLIENT NAME ADDR", "XFORWARD NAME", "STARTTLS",
    )  # fmt: skip
    assert speech.greeted == "mail.example.org Hello [192.0.2.7]"
    assert speech.extensions == ("SIZE", "PIPELINING", "AUTH", "X-EXPS", "XCLIENT", "XFORWARD", "STARTTLS")
    assert speech.offered == ("LOGIN", "PLAIN")


def test_one_line_has_no_keywords() -> None:
    speech = said("mail.example.org")
    assert (speech.greeted, speech.extensions, speech.offered) == ("mail.example.org", (), ())


def test_helo_is_answered_with_a_line_too() -> None:
    speech = said("mail.example.org hello", verb="HELO")
    assert (speech.greeted, speech.extensions, speech.offered) == ("mail.example.org hello", (), None)


def test_nothing_heard_nothing_known() -> None:
    for script in (BANNER, BANNER + "C: EHLO scanner", BANNER + "C: EHLO scanner\nS: 502 what?"):
        assert (hear(script).greeted, hear(script).extensions) == (None, ())


def test_the_last_reply_counts_and_a_refusal_is_none() -> None:
    speech = hear(
        BANNER + "C: EHLO a\nS: 250-one\nS: 250 SIZE\nC: EHLO b\nS: 250-two\nS: 250 DSN\nC: EHLO c\nS: 501 no"
    )
    assert (speech.greeted, speech.extensions) == ("two", ("DSN",))


def test_a_torn_reply_is_not_believed() -> None:
    for before in ("", "C: NOOP\n"):
        speech = hear(BANNER + before + "C: EHLO a\nS: <30 missing>\nS: 250-SIZE\nS: 250 DSN")
        assert (speech.greeted, speech.extensions) == (None, ())


@pytest.mark.parametrize("line", ["mail\x1b[2J.example.org", "mail\x07"])
def test_what_cannot_be_shown_is_not_kept(line: str) -> None:
    speech = said(line, "S\x1bIZE 3", "DSN")
    assert (speech.greeted, speech.extensions, codes(speech)) == (None, ("DSN",), ["control-characters"])


def test_it_is_cut_at_the_limits() -> None:
    reply = b"250-" + b"x" * 2000 + b"\r\n250 " + b"y" * 2000 + b"\r\n"
    speech = overheard([Said(False, b"220 hi\r\n"), Said(True, b"EHLO a\r\n"), Said(False, reply)])
    assert speech.greeted == "x" * limits.TEXT_CHARACTERS
    assert speech.extensions == ("Y" * limits.NAME_CHARACTERS,)
