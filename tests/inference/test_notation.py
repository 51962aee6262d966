"""Lengths as they may be told to a person."""

from __future__ import annotations

import pytest

from sniffer.inference.notation import CREDENTIALS, FIXED, masked, may_be_secret, said, told
from sniffer.inference.plaintext import Length
from sniffer.inference.reading import Said
from sniffer.inference.reading_turns import Meaning

TURNS = [
    # client, server, as what it was read, doubtful → as it is told
    ((12, 12), (18, 18), "auth-login", False, "12>18"),
    ((34, 34), (18, 18), "user", False, "4k+2>18"),
    ((54, 54), (37, 37), "password", False, "4k+2>37"),
    ((57, 57), (37, 37), "auth-plain-initial", False, "13+4k>37"),
    ((1635, 1635), (37, 37), "auth-xoauth2-initial", False, "15+4k>37"),
    ((36, 36), (14, 14), "mail", False, "4k+0>14"),
    ((14, 14), (14, 14), "mail", False, "4k+2>14"),
    ((13, 13), (18, 18), "auth-login", False, "4k+1>18"),
    ((26, 26), (18, 18), "auth-other", False, "4k+2>18"),
    ((14, 14), (6, 6), "auth-xoauth2", False, "14>6"),
    ((14, 14), (6, 6), "auth-xoauth2", True, "4k+2>6"),
    ((6, 6), (37, 37), "data", False, "6>37"),
    ((8, 8), (15, 15), "quit", False, "4k+0>15"),
    ((9, 9), (15, 15), "a symbol that is new", False, "4k+1>15"),
    ((36, 36), (14, 14), "mail", True, "4k+0>14"),
    ((57, 57), (14, 14), "mail", True, "4k+1>14"),
    ((0, 15), (16, 31), "auth-login", False, "…>16–31"),
    ((32, 47), (16, 31), "user", False, "4k+2>16–31"),
    ((32, 47), (0, 15), "mail", True, "…>0–15"),
    ((12, 12), None, "auth-login", False, "12>–"),
    ((54, 54), None, "password", True, "4k+2>–"),
]  # fmt: skip


@pytest.mark.parametrize(("client", "server", "symbol", "doubtful", "text"), TURNS)
def test_a_turn(
    client: tuple[int, int], server: tuple[int, int] | None, symbol: str, text: str, *, doubtful: bool
) -> None:
    assert said(Said(Length(*client), server and Length(*server)), symbol, doubtful=doubtful) == text


@pytest.mark.parametrize("symbol", CREDENTIALS)
def test_a_credential_is_told_by_its_class_whatever_its_length(symbol: str) -> None:
    texts = [said(Said(Length(length, length), None), symbol) for length in range(300)]
    assert f"{CREDENTIALS[symbol]}>–" in texts
    for rest in range(4):  # of one that does not fit, behind two blanks, its own class
        assert len({*texts[rest::4]}) == 1
        assert texts[rest] in (f"{CREDENTIALS[symbol]}>–", f"4k+{rest}>–")


def test_no_credential_has_a_fixed_length() -> None:
    assert not FIXED.keys() & CREDENTIALS.keys()


def test_a_length_and_a_range() -> None:
    assert (told(Length(12, 12)), told(Length(0, 15))) == ("12", "0–15")
    assert (masked(Length(302, 302)), masked(Length(300, 315))) == ("4k+2", "…")


MEANINGS: list[tuple[dict[Meaning, float], bool]] = [
    # what a turn may be → whether it may be a credential
    ({("mail", "mail-accepted"): 1.0}, False),
    ({("password", "accepted"): 1.0}, True),
    ({("mail", "mail-accepted"): 0.99, ("auth-plain-initial", "accepted"): 0.01}, True),
    ({("mail", "mail-accepted"): 0.9999, ("auth-plain-initial", "accepted"): 0.0001}, False),
    ({("mail", "mail-accepted"): 0.0001, ("auth-plain-initial", "accepted"): 0.00001}, True),  # odd, else
    ({("mail", "mail-accepted"): 0.0}, True),
    ({}, True),
]


@pytest.mark.parametrize(("meanings", "secret"), MEANINGS)
def test_what_may_be_a_credential(meanings: dict[Meaning, float], *, secret: bool) -> None:
    assert may_be_secret(meanings) is secret
