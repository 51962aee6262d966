"""However wrong a dialogue is read, nothing that is told of it depends on the length of a message, but on its class.

Any turn may be the credential, and any reading may be the wrong one.  So a reading is drawn at random, and a length;
then the length is changed within its class while the reading stays: not a letter of what is told may change.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from sniffer.inference.explained import SAID, dialogue_of
from sniffer.inference.grammar import State
from sniffer.inference.hidden import Ear, Hidden
from sniffer.inference.plaintext import exactly
from sniffer.inference.reading import Step
from sniffer.inference.reading_turns import Meaning
from sniffer.inference.reasons import reason_of
from sniffer.model.facts import SessionFact
from sniffer.reports.machine import encoded
from sniffer.reports.redaction import Redactor
from sniffer.reports.rows import session_row
from tests.inference.dialogues import GCM13, ear, heard, session
from tests.reports.dialogues import auth, finding, page, picture, story

COMMANDS: dict[str, bytes] = {
    **{f"AUTH {name}": b"AUTH %s\r\n" % name.encode() for name in (
        "LOGIN", "PLAIN", "XOAUTH2", "OAUTHBEARER", "CRAM-MD5", "DIGEST-MD5", "NTLM", "SCRAM-SHA-1", "GSSAPI",
        "EXTERNAL", "XOAUTH",
    )},
    "AUTH SCRAM-SHA-256": b"AUTH SCRAM-SHA-256\r\n", "DATA": b"DATA\r\n", "QUIT": b"QUIT\r\n", "RSET": b"RSET\r\n",
    "RSET, QUIT": b"RSET\r\nQUIT\r\n", "* (cancel)": b"*\r\n", "empty answer": b"\r\n", "close_notify": b"\x01\x00",
}  # fmt: skip
"""What says by its name how long it is."""

SYMBOLS: tuple[str, ...] = tuple(symbol for symbol in ear().grammar.model.client if symbol != "hello")
REPLIES: tuple[str, ...] = ("mail-accepted", "go-ahead", "prompt", "accepted", "refused", "queued", "bye")
FORMS = range(len(ear().grammar.forms))

meaning: st.SearchStrategy[Meaning] = st.tuples(st.sampled_from(SYMBOLS), st.sampled_from(REPLIES))
meanings = st.dictionaries(meaning, st.floats(0.0001, 0.3), min_size=0, max_size=3)
length = st.one_of(st.integers(2, 30), st.integers(2, 400), st.integers(1000, 6000))
turns = st.lists(st.tuples(length, st.sampled_from((6, 14, 18, 37, 102))), min_size=1, max_size=9)


class Mishears(Ear):
    """An ear that takes turns for what it is told to."""

    def __init__(self, claimed: Sequence[dict[Meaning, float]]) -> None:
        self.__dict__.update(ear().__dict__)
        self._claimed = list(claimed)

    def meanings(self, heard: Hidden) -> list[dict[Meaning, float]]:  # noqa: ARG002 - whatever was heard
        """Return what it was told."""
        return self._claimed

    def claimed(self, form: int) -> list[Step]:
        """The path of its claims: the most probable of each, with an attempt of a form or, below 0, without."""
        best = [max(each, key=each.__getitem__, default=("mail", "mail-accepted")) for each in self._claimed]
        behind = State("ready", form, "accepted" if form >= 0 else None, -1)
        if form < 0:
            best = [("mail", reply) if client.startswith("auth-") else (client, reply) for client, reply in best]
        return [Step(behind, behind, client, reply) for client, reply in best]


def fact_of(said: Sequence[tuple[int, int]], tls: str) -> SessionFact:
    """A session that says these turns."""
    cipher = {"cipher": GCM13} if tls == "1.3" else {}
    spelled = ", ".join(f"{client}>{server}" for client, server in said)
    return session(spelled, session="s-4f0c2a9d1e7b5a60", tls=tls, **cipher)  # type: ignore[arg-type]


def everything(fact: SessionFact, model: Hidden, ear: Mishears, form: int) -> list[str]:
    """All that is told of a session that was read as a model was: its reason, its row, its page and its picture."""
    mine = heard(fact)._replace(reading=model.reading, families=model.families, odd=model.odd)
    dialogue = dialogue_of(fact, mine, ear)
    reason = reason_of(fact, mine, ear, tuple(ear.claimed(form)))
    row = encoded(session_row(replace(finding(auth(reason=reason)), fact=fact), Redactor()))
    told = story(replace(finding(auth(reason=reason)), fact=fact), dialogue)
    return [reason, reason_of(fact, mine, ear, None), repr(dialogue), row, page(told), picture(told)]


def names_its_length(what: str, octets: int) -> bool:
    """Whether the words for a turn say how long it is."""
    return what in COMMANDS and len(COMMANDS[what]) == octets


@settings(max_examples=60, deadline=None)
@given(data=st.data(), said=turns, form=st.sampled_from((-1, *FORMS)), tls=st.sampled_from(("1.2", "1.3")))
def test_nothing_that_is_told_depends_on_a_length_within_its_class(
    data: st.DataObject, said: list[tuple[int, int]], form: int, tls: str
) -> None:
    secret = data.draw(st.integers(0, len(said) - 1))
    other = said[secret][0] + 4 * data.draw(st.integers(1, 300))
    first = fact_of(said, tls)
    second = fact_of([(other, each[1]) if at == secret else each for at, each in enumerate(said)], tls)
    one = heard(first)
    replies = [exactly(reply) for _, reply in said]
    for each in (one, heard(second)):  # the start was found in both; five bytes, as a KeyUpdate has, are no turn
        assume([turn.server for turn in each.said] == replies)
    ear = Mishears([data.draw(meanings) for _ in said])
    dialogue = dialogue_of(first, one, ear).turns[-len(said) :]
    assume(not any(names_its_length(dialogue[secret].what, octets) for octets in (said[secret][0], other)))
    assert everything(first, one, ear, form) == everything(second, one, ear, form)


@settings(max_examples=100, deadline=None)
@given(data=st.data(), said=turns)
def test_a_number_stands_only_where_the_words_say_it(data: st.DataObject, said: list[tuple[int, int]]) -> None:
    fact = fact_of(said, "1.2")
    one = heard(fact)
    assume(len(one.said) == len(said))
    ear = Mishears([data.draw(meanings) for _ in said])
    for turn, (octets, _) in zip(dialogue_of(fact, one, ear).turns[-len(said) :], said, strict=True):
        shown = turn.client.isdigit()
        assert shown == turn.fixed == bool(turn.client_records)
        assert not shown or names_its_length(turn.what, octets)
        assert shown or re.fullmatch(r"4k\+[0-3]|\d\d\+4k|…", turn.client)


def test_every_word_for_a_fixed_command_has_been_thought_of() -> None:
    """A session that says a command and nothing else shows its length."""
    for what, text in COMMANDS.items():
        symbol = next((each for each, word in SAID.items() if word == what), None)
        if symbol is not None:
            ear = Mishears([{(symbol, "bye"): 1.0}])
            fact = fact_of([(len(text), 15)], "1.2")
            model = heard(fact)
            if len(model.said) == 1 and model.odd < 0.1:
                assert dialogue_of(fact, model, ear).turns[-1].client == str(len(text)), what
