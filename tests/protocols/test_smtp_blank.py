"""What is shown of a client's lines, and that the rest is read alike and says nothing."""

from __future__ import annotations

from base64 import b64encode

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sniffer.protocols.smtp_auth import Attempt, decoded, recognised
from sniffer.protocols.smtp_blank import blank, shown_answer, shown_command, shown_mask
from sniffer.protocols.smtp_grammar import command
from sniffer.protocols.smtp_lost import _like_dialogue
from tests.protocols.labelled import DIALOGUES, OAUTHBEARER, XOAUTH2

SHOWN = """
EHLO scanner.example.org              | EHLO scanner.example.org
EHLO my scanner                       | EHLO my scanner
helo x                                | helo x
MAIL FROM:<a@b.c>                     | MAIL FROM:<a@b.c>
MAIL FROM: <a@b.c> SIZE=12 BODY=8BITMIME | MAIL FROM: <a@b.c> SIZE=12 BODY=8BITMIME
MAIL FROM:<a@b.c> AUTH=<>             | MAIL FROM:<a@b.c> AUTH=<>
MAIL FROM:<a@b.c> AUTH=secret         | MAIL FROM:<a@b.c> AAAAAAAAAAA
MAIL FROM:<a@b.c> SIZE=12x            | MAIL FROM:<a@b.c> AAAAAAAA
MAIL secret                           | MAIL AAAAAA
RCPT TO:<a@b.c> NOTIFY=NEVER          | RCPT TO:<a@b.c> NOTIFY=NEVER
RCPT TO:<a@b.c> ORCPT=rfc822;x        | RCPT TO:<a@b.c> AAAAAAAAAAAAAA
BDAT 12 LAST                          | BDAT 12 LAST
BDAT secret                           | BDAT AAAAAA
NOOP secret                           | NOOP AAAAAA
QUIT                                  | QUIT
VRFY scan                             | VRFY AAAA
XCLIENT LOGIN=scan                    | XCLIENT AAAAAAAAAA
AUTH LOGIN                            | AUTH LOGIN
auth login                            | auth login
AUTH PLAIN AHNjYW4Ac2VjcmV0           | AUTH PLAIN AAEAAQEBAQEBAQEB
AUTH LOGIN c2Nhbg==                   | AUTH LOGIN AAAAAAAA
AUTH EXTERNAL =                       | AUTH EXTERNAL =
AUTH secret                           | AUTH AAAAAA
AUTH X-OFFERED abcd                   | AUTH X-OFFERED AAAA
AUTH                                  | AUTH
STARTTLS                              | STARTTLS
"""


@pytest.mark.parametrize("row", SHOWN.strip().splitlines())
def test_of_a_command_what_can_be_no_secret_is_shown(row: str) -> None:
    line, shown = (each.strip().encode() for each in row.split("|"))
    assert shown_command(line, command(line), ("X-OFFERED",)) == shown


@pytest.mark.parametrize("line", [b"", b"*", b"=", b"  ", b"."])
def test_what_says_nothing_is_shown(line: bytes) -> None:
    assert shown_answer(line) == line
    assert blank(line) == line


def test_a_masked_command_keeps_its_mask() -> None:
    assert shown_mask(b"XXXX scan") == b"XXXX AAAA"


FORMS = {
    "PLAIN": b"\0scan@example.org\0secret",
    "XOAUTH2": XOAUTH2.encode(),
    "OAUTHBEARER": OAUTHBEARER.encode(),
    "CRAM-MD5": b"scan@example.org " + b"0123456789abcdef" * 2,
    "DIGEST-MD5": b'username="scan",realm="example.org",response=' + b"a" * 32,
    "NTLM": b"NTLMSSP\0\3\0\0\0" + bytes(range(80)),
}


@pytest.mark.parametrize("mechanism", FORMS)
def test_an_answer_that_gives_away_its_mechanism_still_does(mechanism: str) -> None:
    said = FORMS[mechanism]
    shown = decoded(shown_answer(b64encode(said)))
    assert shown is not None
    assert recognised(shown) == mechanism
    windows = [said[at : at + 4] for at in range(len(said) - 3)]
    kept = {each for each in windows if each in shown}
    assert b"".join(sorted(kept)).isascii()
    assert not any(word in each for each in kept for word in (b"scan", b"secr", b"eyJ0", b"1234"))


@pytest.mark.parametrize(
    "mechanism", [None, "LOGIN", "PLAIN", "XOAUTH2", "CRAM-MD5", "DIGEST-MD5", "NTLM", "SCRAM-SHA-1"]
)
@given(said=st.binary(min_size=1, max_size=120) | st.sampled_from(sorted(FORMS.values())))
@example(said=b'username=""')
@example(said=b"n,,\x01")
@example(said=b"user=\x01auth=")
def test_no_user_is_told_of_a_blank_answer(mechanism: str | None, said: bytes) -> None:
    line = b64encode(said)
    shown = shown_answer(line)
    true, left = Attempt(mechanism), Attempt(mechanism)
    true.answer(line)
    left.answer(shown)
    assert (left.user, left.workstation) == (None, None)
    assert (left.mechanism, left.credential_sent) == (true.mechanism, true.credential_sent)
    assert len(shown) == len(line)


@given(st.binary(max_size=80).filter(lambda line: b"\n" not in line))
def test_a_blank_line_is_as_long_and_as_much_of_a_dialogue(line: bytes) -> None:
    shown = blank(line)
    assert len(shown) == len(line)
    assert set(shown) <= set(b"A \xff*=.") | set((line.strip() in (b"", b"*", b"=", b".") and line) or b"")
    if line.strip(b"\r .*"):
        binary = any(byte > 0x7E or byte < 0x09 for byte in line[:3])
        assert binary or _like_dialogue(shown) == _like_dialogue(line)


def test_no_answer_of_the_labelled_dialogues_is_left() -> None:
    for labelled in DIALOGUES:
        for turn in labelled.turns:
            for line in turn.data.split(b"\r\n") if turn.from_client else []:
                said = command(line)
                shown = shown_command(line, said, ()) if said.verb else shown_answer(line)
                assert not any(secret.encode() in shown for secret in labelled.secrets)
