"""Words of the server that repeat what its client said are struck out; others stay."""

from __future__ import annotations

from base64 import b64encode

import pytest

from sniffer.model import limits
from sniffer.protocols.smtp_echo import Echo

LATER = 1000
PLAIN = b64encode(b"\0scan@example.org\0zebra-crossing")


def heard(*answers: bytes, users: tuple[str, ...] = ()) -> Echo:
    """An echo of answers, one behind the other."""
    echo = Echo(users)
    for place, each in enumerate(answers):
        echo.blanked(place * 100, each)
    return echo


@pytest.mark.parametrize(
    ("words", "left"),
    [
        (b"5.7.8 authentication failed", b"5.7.8 authentication failed"),
        (b"no zebra-crossing here", b"no .............. here"),
        (b"no ZEBRA-CROSSING here", b"no .............. here"),
        (b"no <zebra-x> here", b"no <.......> here"),
        (b"bad " + PLAIN, b"bad " + b"." * len(PLAIN)),
        (b"bad " + b64encode(b"zebra-crossing"), b"bad " + b"." * 20),
        (b"no scan@example.org here", b"no scan@example.org here"),
    ],
)
def test_what_repeats_an_answer_is_struck_out_but_for_the_name(words: bytes, left: bytes) -> None:
    assert heard(PLAIN, users=("scan@example.org",)).without(words, LATER) == left


def test_a_name_that_was_told_of_nobody_may_be_a_secret() -> None:
    assert heard(PLAIN).without(b"no scan@example.org", LATER) == b"no ................"


def test_a_password_that_is_the_name_again_is_struck_out() -> None:
    echo = heard(b64encode(b"admin"), b64encode(b"admin"), users=("admin",))
    assert echo.without(b"no admin", LATER) == b"no ....."


def test_a_short_password_is_struck_out_too() -> None:
    assert heard(b64encode(b"abc")).without(b"not abc", LATER) == b"not ..."


def test_one_of_several_words_is_struck_out() -> None:
    assert heard(b64encode(b"feed me paper")).without(b"no feed me paper", LATER) == b"no ............."


def test_of_two_octets_each_letter_is_looked_for() -> None:
    assert heard(b64encode("zebra-crossing".encode("utf-16-le"))).without(b"zebra?", LATER) == b"......"


def test_what_was_said_before_can_repeat_nothing() -> None:
    echo = Echo(())
    echo.blanked(50, b64encode(b"example"))
    assert echo.without(b"mail.example.org", 50) == b"mail.example.org"
    assert echo.without(b"mail.example.org", 51) == b"." * 16


def test_of_too_much_nothing_is_looked_for_and_nothing_told() -> None:
    echo = heard(b"x y" * limits.SECRETS)
    assert echo.without(b"5.7.8 Error: no", LATER) == b"5.7.8 ...... .."


@pytest.mark.parametrize("left", [1, 3, 7])
def test_of_words_that_were_cut_off_only_the_codes_are_told(left: int) -> None:
    token = b64encode(b"zebra-crossing")
    echo = heard(token)
    assert echo.without(b"5.7.8 no " + token[:left], LATER, ended=False) == b"5.7.8 .. " + b"." * left
    assert echo.without(b"mail.exam", 0, ended=False) == b"mail.exam"


@pytest.mark.parametrize("words", [b"", b"VXNlcm5hbWU6", b"UGFzc3dvcmQ6", b"Username:"])
def test_a_prompt_is_shown(words: bytes) -> None:
    assert Echo(()).prompt(words) == words


@pytest.mark.parametrize("words", [b"PDEyMzQuNTY3OEBtYWlsLmV4YW1wbGUub3JnPg==", b"eyJzdGF0dXMiOiI0MDAifQ=="])
def test_a_challenge_is_not(words: bytes) -> None:
    assert Echo(()).prompt(words) == b"." * len(words)
