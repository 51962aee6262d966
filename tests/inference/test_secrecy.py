"""No length of a message that may be a credential leaves the program, however its dialogue was read."""

from __future__ import annotations

import re
import traceback
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import astuple, replace

from sniffer.inference.explained import REPLIED
from sniffer.inference.hidden import Hidden
from sniffer.inference.notation import may_be_secret
from sniffer.inference.plaintext import Length
from sniffer.model.facts import SessionFact
from tests.inference.dialogues import CBC, GCM13, GREETED, MAIL, constant, ear, explained, found, session, told
from tests.inference.facts import EXCHANGE_BANNER, judge

FRACTION = re.compile(r"\d+\.\d+(?:e-\d+)?")
NUMBER = re.compile(r"(?<![\w+])(?<!SHA-)\d+(?![\w+])")


def numbers(text: str) -> set[int]:
    """The whole numbers of a text, alone or as the ends of a range."""
    return {int(each) for each in NUMBER.findall(FRACTION.sub("", text))}


CODES = set().union(*map(numbers, REPLIED.values()))
"""Reply codes, which the words for what a turn was hold: ``235 accepted`` tells of no length."""


def shown(fact: SessionFact) -> set[int]:
    """Every number that the findings of a session show, and their ``repr``."""
    auth = told(fact)
    texts = [auth.reason, repr(auth), repr(fact.shape), *(each.reason for each in auth.attempts)]
    if ear().hear(fact, "other"):
        inside = explained(fact)
        texts += [repr(inside), inside.calibration, *strings(inside)]
    return set().union(*map(numbers, texts))


def strings(value: Any) -> Iterator[str]:
    """All words of a finding."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for each in value:
            yield from strings(each)
    elif hasattr(value, "__struct_fields__"):
        yield from strings(astuple(value))


def lengths(text: Length, octets: int) -> set[int]:
    """What would give a message away: its length, its bounds, its record."""
    return {text.least, text.most, octets}


# -- what may be a credential ---------------------------------------------------------------------

HIDDEN = st.integers(1001, 1900)
"""Bytes of a client's message here, and of no other number that is shown."""

SMALL = st.sampled_from((5, 6, 14, 15, 18, 20, 24, 37, 46, 62, 123, 210))
COMMANDS = st.sampled_from((2, 3, 6, 12, 14, 15, 17, 18, 20))
turn = st.one_of(
    st.builds(lambda client, server: f"{client}>{server}", HIDDEN, SMALL),
    st.builds(lambda client, server: f"{client}>{server}", COMMANDS, SMALL),
    st.builds(lambda client: f"{client}>", HIDDEN),
)
WAYS: list[dict[str, Any]] = [
    {}, {"tls": "1.3"}, {"tls": "1.3", "pad": constant(16)}, {"cipher": CBC}, {"banner": EXCHANGE_BANNER},
    {"greeted": None}, {"greeted": "30>285"}, {"greeted": "1500>285"}, {"cut": "renegotiation"},
]  # fmt: skip


@given(turns=st.lists(turn, min_size=1, max_size=8), how=st.sampled_from(WAYS))
def test_what_may_be_a_credential_shows_no_length(turns: list[str], how: dict[str, Any]) -> None:
    fact = session(", ".join(turns), session="s-1", **how)
    read = ear().hear(fact, "other")
    if read is not None:
        assert not shown(fact) & {each for each in secret(read) if each > 400}


def secret(read: Hidden) -> set[int]:
    """The lengths of all turns that may be a credential: by what each may be, or all where nobody knows."""
    turns = [*([read.dialogue.hello] if len(read.said) > len(read.dialogue.turns) else []), *read.dialogue.turns]
    gone: set[int] = set()
    harmless: set[int] = set()
    for each, meanings in zip(turns, ear().meanings(read), strict=True):
        if each and each.client:
            secret = read.front[0] is None or may_be_secret(meanings)
            (gone if secret else harmless).update(lengths(each.client.text, each.client.octets))
    return gone - harmless


# -- what is one ----------------------------------------------------------------------------------


SHORT, LONG, PROOF = st.integers(2, 70), st.integers(60, 1200), st.integers(32, 90)
"""Groups of four characters in Base64: of a user name or a password, of a token, of what proves a password."""

LOGINS: dict[str, tuple[str, tuple[int, ...], st.SearchStrategy[int]]] = {
    # the turns, what in them is a credential by the bytes in front of its Base64, how long that is
    "LOGIN": ("12>18, {}>18, {}>{last}", (2, 2), SHORT),
    "LOGIN with initial response": ("{}>18, {}>{last}", (13, 2), SHORT),
    "PLAIN": ("12>6, {}>{last}", (2,), SHORT),
    "PLAIN with initial response": ("{}>{last}", (13,), SHORT),
    "XOAUTH2": ("14>6, {}>{last}", (2,), LONG),
    "XOAUTH2 with initial response": ("{}>{last}", (15,), LONG),
    "OAUTHBEARER with initial response": ("{}>{last}", (19,), LONG),
    "CRAM-MD5": ("15>62, {}>{last}", (2,), SHORT),
    "NTLM": ("11>20, 58>210, {}>{last}", (2,), PROOF),
    "SCRAM-SHA-256": ("20>6, 90>174, {}>70, 2>{last}", (2,), PROOF),
    "of another mechanism": ("24>90, {}>{last}", (2,), SHORT),
    "PLAIN with two blanks": ("{}>37", (14,), SHORT),
    "LOGIN with initial response and two blanks": ("{}>18, {}>{last}", (14, 2), SHORT),
    "LOGIN all at once": ("{}>73", (12 + 2 + 2,), SHORT),
    "PLAIN and MAIL at once": ("{}>102", (13 + 36,), SHORT),
    "PLAIN and the whole envelope at once": ("{}>140", (13 + 36 + 32 + 6,), SHORT),
    "LOGIN behind a NOOP": ("6>14, 13>18, {}>18, {}>{last}", (2, 2), SHORT),
    "PLAIN, then LOGIN": ("{}>60, 12>18, {}>18, {}>{last}", (13, 2, 2), SHORT),
}
BEHIND = st.sampled_from(("", ", 6>15", f", {MAIL}", ", 36>55, 6>15"))
LAST = st.sampled_from((20, 30, 31, 37, 61, 123))


@pytest.mark.parametrize("login", LOGINS)
@given(data=st.data())
def test_a_credential_shows_no_length(login: str, data: st.DataObject) -> None:
    """What is shown of a session and not of one that differs in its credentials alone is none of their lengths."""
    turns, bases, groups = LOGINS[login]
    behind, last, how = data.draw(BEHIND), data.draw(LAST), data.draw(st.sampled_from(WAYS[:5]))
    facts = []
    for _ in range(2):
        secrets = [base + 4 * data.draw(groups) for base in bases]
        facts.append(session(turns.format(*secrets, last=last) + behind, session="s-1", **how))
    one, other = facts
    secret = [place for place, turn in enumerate(turns.split(",")) if "{}" in turn]
    gone: set[int] = set()
    harmless = set(CODES)  # and a range of a block cipher may be that of a command too
    for place, each in enumerate(found(one).turns):
        if each.client:
            (gone if place in secret else harmless).update(lengths(each.client.text, each.client.octets))
    assert not (shown(one) - shown(other)) & (gone - harmless)


def test_nor_in_a_whole_finding() -> None:
    fact = session(f"12>18, 1702>18, 1806>37, {MAIL}", session="s-1")
    seen = judge([fact])
    told_of = numbers(repr(seen.sessions)) | numbers(repr(seen.devices))
    assert not told_of & {1702, 1806, 1702 + 24, 1806 + 24}
    assert seen.session.auth.mechanism == "LOGIN"


def test_nor_in_an_exception() -> None:
    fact = session("12>18, 1702>18, 1806>37", session="s-1", tls="1.3", cipher=GCM13)
    assert fact.shape
    broken = replace(fact, shape=replace(fact.shape, half_turns=None))
    with pytest.raises(TypeError) as raised:
        told(broken)
    assert not numbers("".join(traceback.format_exception(raised.value))) & {1702, 1806, 1719, 1823}


# -- what is none ---------------------------------------------------------------------------------


def test_what_is_surely_none_is_told() -> None:
    inside = explained(session(f"12>18, 1702>18, 1806>37, {MAIL}"))
    told_of = [(turn.client, turn.client_records, turn.credential) for turn in inside.turns]
    assert told_of[:4] == [("22", "46", False), ("12", "36", False), ("4k+2", "", True), ("4k+2", "", True)]
    assert told_of[4:7] == [("4k+0", "", False), ("4k+0", "", False), ("6", "30", False)]


def test_an_ehlo_that_may_be_something_else_is_masked() -> None:
    again = explained(session(f"12>18, 34>18, 54>37, {MAIL}", greeted="31>285"))
    assert (again.turns[0].client, again.turns[0].client_records) == ("4k+3", "")
    sure = explained(session(f"12>18, 34>18, 54>37, {MAIL}", greeted=GREETED))
    assert (sure.turns[0].client, sure.turns[0].client_records) == ("22", "46")
