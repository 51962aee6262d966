"""What client programs say when they log in is read as what it was: recorded sequences, and what usually follows."""

from __future__ import annotations

import pytest

from sniffer.knowledge.mechanisms import family_of
from sniffer.model.facts import SessionFact
from tests.inference.dialogues import CBC, GREETED, MAIL, constant, session, told
from tests.inference.sequences import BEARER, PLAIN, SEQUENCES, XOAUTH2, Sequence
from tests.knowledge.banners import LONG, banner

OFFERS = ("LOGIN", "PLAIN", "XOAUTH2")
"""What a server of today takes; PLAIN is what Exchange Online does not."""
ALIKE = {XOAUTH2: BEARER, BEARER: XOAUTH2}
"""With initial response no length tells these two apart."""

QUIT = {False: "6>15", True: "4+2>15"}
"""By whether each line's end is a record of its own."""

names = [sequence.name for sequence in SEQUENCES]


def said(sequence: Sequence, behind: str, **how: object) -> SessionFact:
    """A session of a program."""
    padded = {"tls": "1.3", "pad": constant(16)} if sequence.client.java else {}
    greeted = None if sequence.client.silent else GREETED
    return session(f"{sequence.records}, {behind}", greeted=greeted, **{**padded, **how})  # type: ignore[arg-type]


def short(sequence: Sequence) -> bool:
    """Whether it is one turn, which may as well be a MAIL: PLAIN with initial response."""
    return sequence.mechanism == PLAIN and "," not in sequence.turns


def tiny(sequence: Sequence) -> bool:
    """Whether a MAIL is hardly ever so short."""
    return short(sequence) and int(sequence.turns.partition(">")[0]) <= 30


def one_turn(sequence: Sequence) -> bool:
    """Whether the first message has all."""
    return "," not in sequence.turns


@pytest.mark.parametrize("sequence", SEQUENCES, ids=names)
def test_followed_by_a_mail(sequence: Sequence) -> None:
    auth = told(said(sequence, MAIL))
    family = family_of(sequence.mechanism)
    assert (auth.family if auth.family != "unknown" else auth.likely) == family
    if not tiny(sequence):
        assert (auth.family, auth.basis) == (family, "inferred")
        assert auth.mechanism in _possible(sequence)
        assert auth.outcome == "success"


@pytest.mark.parametrize("sequence", SEQUENCES, ids=names)
def test_followed_by_quit(sequence: Sequence) -> None:
    auth = told(said(sequence, QUIT[sequence.client.split]))
    family = family_of(sequence.mechanism)
    assert (auth.family if auth.family != "unknown" else auth.likely) == family
    if not short(sequence):
        assert auth.family == family
        assert auth.mechanism in _possible(sequence)
    assert auth.outcome in ("success", "unknown", None)


TAKEN = [each for each in SEQUENCES if each.mechanism in OFFERS and ">37" in each.turns]


@pytest.mark.parametrize("sequence", TAKEN, ids=[each.name for each in TAKEN])
def test_with_a_server_that_greets_as_exchange_online(sequence: Sequence) -> None:
    """Its 235 has 37 bytes."""
    mail = "36>21, 32>24, 6>46, 812>118, 6>48"
    auth = told(said(sequence, mail, banner=banner(LONG)), "exchange-online")
    assert (auth.family, auth.outcome) == (family_of(sequence.mechanism), "success")


def _possible(sequence: Sequence) -> set[str | None]:
    """The mechanisms that a way may be told to be."""
    alike = ALIKE.get(sequence.mechanism)
    if sequence.turns.startswith("16>"):
        return {sequence.mechanism, None}  # a command that nobody else writes so, with two blanks
    return {sequence.mechanism, None} if alike and one_turn(sequence) else {sequence.mechanism}


IN_BLOCKS = [
    each for each in SEQUENCES if not (each.client.java or each.client.silent or each.client.split or tiny(each))
]
"""Not the shortest of PLAIN, of which a block leaves as much as of a MAIL."""


@pytest.mark.parametrize("sequence", IN_BLOCKS, ids=[each.name for each in IN_BLOCKS])
def test_a_block_cipher_never_makes_it_another_family(sequence: Sequence) -> None:
    auth = told(said(sequence, MAIL, cipher=CBC))
    assert auth.family in (family_of(sequence.mechanism), "unknown")
