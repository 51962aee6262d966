"""How long the EHLO line and the reply to it were in clear: inside TLS both are said again, and are as long."""

from __future__ import annotations

import pytest

from tests.protocols.dialogue import hear

BANNER = "S: 220 mail.example.org ESMTP\n"
REPLY = "S: 250-mail.example.org\nS: 250-PIPELINING\nS: 250 AUTH LOGIN\n"
REPLY_OCTETS = len("250-mail.example.org\r\n250-PIPELINING\r\n250 AUTH LOGIN\r\n")


def octets(script: str, *, end: str = "\r\n") -> tuple[int | None, int | None]:
    """The lengths of the EHLO line and of its reply, however the bytes are cut."""
    speech = hear(script, end=end)
    return speech.hello_octets, speech.greeted_octets


@pytest.mark.parametrize("verb", ["EHLO", "HELO", "ehlo", "LHLO"])
def test_a_line_is_as_long_as_it_was_written(verb: str) -> None:
    for name in ("scanner", "[192.0.2.7]", "scanner.example.org ", "x" * 200):
        line = f"{verb} {name}"
        assert octets(BANNER + f"C: {line}\nS: 250 hi") == (len(line) + 2, len("250 hi\r\n"))


def test_a_reply_of_several_lines() -> None:
    assert octets(BANNER + "C: EHLO scanner\n" + REPLY) == (14, REPLY_OCTETS)


@pytest.mark.parametrize(
    "lines", [("250",), ("250-a", "250"), ("250-", "250 "), ("250-a  b ", "250 SIZE 1"), ("250-x",) * 200 + ("250 y",)]
)
def test_a_reply_is_as_long_as_it_was_written(lines: tuple[str, ...]) -> None:
    script = BANNER + "C: EHLO scanner\n" + "".join(f"S: {line}\n" for line in lines)
    assert octets(script) == (14, sum(len(line) + 2 for line in lines))


def test_a_client_that_ends_its_lines_with_a_bare_line_feed() -> None:
    assert octets(BANNER + "C: EHLO scanner\n" + REPLY, end="\n") == (13, REPLY_OCTETS)


def test_the_last_counts() -> None:
    first = BANNER + "C: EHLO scanner\n" + REPLY
    assert octets(first + "C: EHLO scanner.example.org\nS: 250 hi") == (26, 8)
    assert octets(first + "C: EHLO scanner.example.org\n") == (26, REPLY_OCTETS)
    refused = BANNER + "C: EHLO scanner\nS: 502 5.5.1 no\nC: HELO mfp\nS: 250 hi"
    assert octets(refused) == (10, 8)


def test_a_refusal_is_no_greeting() -> None:
    assert octets(BANNER + "C: EHLO scanner\nS: 502 5.5.1 no") == (14, None)


def test_what_is_cut_has_no_length() -> None:
    assert octets(BANNER + "C: EHLO scanner\nS: 250-mail.example.org\nS: <10 missing>\nS: 250 X") == (14, None)
    assert octets(BANNER + "C: EHLO scanner\nS: 250-mail.example.org\n") == (14, None)
    assert octets(BANNER + "C: EHLO sca\\\nC: <3 missing>\nC: r\nS: 250 hi")[0] is None
    assert octets(BANNER + "C: EHLO scanner\\") == (None, None)


def test_without_a_hello_there_is_none() -> None:
    assert octets(BANNER + "C: QUIT\nS: 221 bye") == (None, None)
    assert octets(BANNER + "C: NOOP\nS: 250 hi") == (None, None)
