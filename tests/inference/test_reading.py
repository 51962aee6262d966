"""Reading dialogues: what is odd, what is too little, and what holds of any."""

from __future__ import annotations

import random
from collections.abc import Sequence
from itertools import pairwise
from math import isfinite

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from sniffer.inference.habits import Habits
from sniffer.inference.hidden import Ear, Hidden
from sniffer.inference.plaintext import Length
from sniffer.inference.reading import Reading, Said, in_order
from sniffer.model.facts import Family, SessionFact
from tests.inference.dialogues import CBC, GREETED, MAIL, PLAIN_BANNER, ear, heard, session, told
from tests.inference.facts import EXCHANGE_BANNER
from tests.inference.sequences import SEQUENCES

ODD = [
    "777>999, 1>3, 7000>2, 5>5",
    "4>4, 4>4, 4>4",
    "900>900, 900>900, 900>900",
    "3>500, 3>500, 3>500",
    "5000>1, 5000>1",
    "7>1, 9>1, 11>1, 13>1",
    "250>4000, 250>4000",
    "12>18, 34>18, 4>99",
]


@pytest.mark.parametrize("turns", ODD)
def test_what_nothing_explains_has_no_family(turns: str) -> None:
    auth = told(session(turns))
    assert (auth.family, auth.mechanism, auth.unjudged, auth.confidence) == ("unknown", None, "ambiguous", None)
    assert heard(session(turns)).front[0] is None


ALONE = ["36>", "101>", "1635>", "12>", "57>", "300>"]


@pytest.mark.parametrize("turns", ALONE)
@pytest.mark.parametrize("tls", ["1.2", "1.3"])
def test_a_message_without_a_reply_alone_says_nothing(turns: str, tls: str) -> None:
    auth = told(session(turns, tls=tls))
    assert (auth.family, auth.unjudged, auth.outcome) == ("unknown", "ambiguous", None)


def test_an_exchange_of_which_the_last_word_is_missing_has_no_outcome() -> None:
    auth = told(session("12>18, 34>18, 54>"))
    assert (auth.family, auth.mechanism, auth.outcome, auth.outcome_confidence) == ("basic", "LOGIN", "unknown", None)


MORE = [
    # what shows more → what shows less of the same
    (f"101>37, {MAIL}", "101>37, 6>15"),
    (MAIL, "36>14, 6>15"),
    ("12>18, 34>18, 54>37", "12>18"),
]


@pytest.mark.parametrize(("more", "less"), MORE)
def test_more_turns_make_surer(more: str, less: str) -> None:
    family, probability = heard(session(more)).front
    assert probability >= heard(session(less)).families.get(family or "unknown", 0.0)


RANGES: list[tuple[str, Family]] = [
    ("101>37, 6>15", "basic"), ("14>6, 1622>37, 6>15", "oauth"), ("15>62, 50>37, 6>15", "challenge"),
]  # fmt: skip


def test_a_range_of_lengths_is_never_surer_than_a_length() -> None:
    for turns, family in RANGES:
        exact, ranged = heard(session(turns)), heard(session(turns, cipher=CBC))
        assert (exact.exact, ranged.exact) == (True, False)
        assert exact.front[0] == family
        assert ranged.families.get(family, 0.0) <= exact.families[family]


def test_what_is_offered_counts_for_what_it_is_worth() -> None:
    offers_no_auth = session(f"57>37, {MAIL}", greeted="22>186")  # as long as in clear but for STARTTLS
    assert heard(offers_no_auth).offered is None  # of a server that we do not know it is a hint only
    plain = heard(session(f"57>37, {MAIL}")).families["basic"]
    assert heard(offers_no_auth).families["basic"] <= plain
    assert heard(offers_no_auth).families["basic"] > 0.0


# -- properties -----------------------------------------------------------------------------------

lengths = st.one_of(
    st.sampled_from((2, 3, 5, 6, 12, 14, 15, 18, 20, 22, 30, 34, 36, 37, 54, 57, 101, 186, 200, 277, 1635)),
    st.integers(0, 20_000),
)
turn = st.builds(lambda client, server: f"{client}>{server}", lengths, st.one_of(lengths, st.just("")))
dialogues = st.lists(turn, max_size=12).map(", ".join)
facts = st.builds(
    session,
    dialogues,
    tls=st.sampled_from(("1.2", "1.3")),
    banner=st.sampled_from((None, PLAIN_BANNER, EXCHANGE_BANNER, "220 mail.example.org ESMTP Postfix")),
    greeted=st.sampled_from((GREETED, None, "30>285", "22>62")),
    offered=st.sampled_from((None, (), ("PLAIN", "LOGIN"))),
)


def total(found: Hidden) -> float:
    """What all that it may have been adds up to."""
    return sum(found.families.values()) + found.odd


@given(fact=facts)
def test_probabilities_add_up_to_one(fact: SessionFact) -> None:
    found = ear().hear(fact, "other")
    if found is None:
        return
    assert total(found) == pytest.approx(1.0, abs=1e-6)
    assert all(0.0 <= value <= 1.0 + 1e-9 for value in (*found.families.values(), found.odd, found.front[1]))
    assert sum(value for _, value in found.reading.states) + found.reading.odd == pytest.approx(1.0, abs=1e-2)


@given(fact=facts)
def test_what_each_turn_was_adds_up_too(fact: SessionFact) -> None:
    found = ear().hear(fact, "other")
    if found is None:
        return
    read = ear().meanings(found)
    assert len(read) == len(found.said)
    for meanings in read:
        if sum(meanings.values()):
            assert sum(meanings.values()) + found.reading.odd == pytest.approx(1.0, abs=1e-6)


@given(fact=facts)
def test_a_way_to_an_end_has_a_step_for_each_turn(fact: SessionFact) -> None:
    found = ear().hear(fact, "other")
    if found is None:
        return
    for state, _ in found.reading.states:
        path = ear().path(found, state)
        if path:
            assert len(path) == len(found.said)
            assert path[-1].behind == state
            assert all(step.behind == following.before for step, following in pairwise(path))


@settings(max_examples=20)
@given(earlier=st.lists(facts, max_size=6), fact=facts)
def test_what_was_read_before_changes_nothing(earlier: list[SessionFact], fact: SessionFact) -> None:
    fresh, used = Ear(), Ear()
    for each in (*earlier, replace(fact, speech=replace(fact.speech, hello_octets=30, greeted_octets=100))):
        used.hear(each, "other")
    one, other = fresh.hear(fact, "other"), used.hear(fact, "other")
    assert (one is None) is (other is None)
    if one and other:
        assert (one.families, one.odd, one.reading.states, one.said) == (
            other.families, other.odd, other.reading.states, other.said,
        )  # fmt: skip


CROWD = [
    session(f"{sequence.records}, {MAIL}", day=number, server=f"203.0.113.{number % 3}")
    for number, sequence in enumerate(SEQUENCES[4:44])
]


@settings(max_examples=5)
@given(seed=st.integers(0, 2**32))
def test_the_order_of_sessions_does_not_matter_to_what_is_learnt(seed: int) -> None:
    shuffled = random.Random(seed).sample(CROWD, len(CROWD))
    assert learnt(shuffled).learnt() == learnt(CROWD).learnt() != {}


def learnt(sessions: list[SessionFact]) -> Habits:
    """What sessions teach."""
    habits = Habits()
    for each in sessions:
        ear().teach(habits, replace(each, client_ip=f"client of {each.start}"), heard(each))
    return habits


def test_what_is_learnt_makes_surer() -> None:
    before = heard(session("101>61, 6>15"))
    habits = learnt([session(f"12>18, 34>18, 54>61, {MAIL}", day=day) for day in range(5)])
    knowing = Ear()
    knowing.learn(habits)
    behind = knowing.hear(session("101>61, 6>15"), "other")
    assert behind
    assert behind.families["basic"] > before.families["basic"]
    elsewhere = knowing.hear(session("101>61, 6>15", server="203.0.113.9"), "other")
    assert elsewhere
    assert elsewhere.families == before.families


# -- work -----------------------------------------------------------------------------------------


def read(turns: list[Said]) -> Reading:
    """A reading of turns, whatever they are."""
    heard_before = heard(session(""))
    return ear().reader.read(turns, heard_before.replies)


WIDE = Said(Length(0, 100_000), Length(0, 100_000))
HOSTILE: dict[str, list[Said]] = {
    "everything may be everything": [WIDE] * 16,
    "no replies": [Said(Length(0, 100_000), None)] * 16,
    "AUTH over and over": [Said(Length(12, 12), Length(18, 18)), Said(Length(2, 200), Length(6, 300))] * 8,
    "refusals over and over": [Said(Length(0, 255), Length(9, 255))] * 16,
}


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_turns_keep_no_more_states_than_there_are(case: str) -> None:
    grammar = ear().grammar
    found = read(HOSTILE[case])
    assert all(len(live) <= len(grammar.states) for live in found.trellis)
    assert len(found.trellis) == len(HOSTILE[case]) + 1
    assert len(grammar.states) < 1000
    assert sum(map(len, grammar.edges)) < 40_000


@given(turns=st.lists(st.tuples(lengths, lengths, st.integers(0, 64), st.booleans()), max_size=16))
def test_any_turns_are_read(turns: list[tuple[int, int, int, bool]]) -> None:
    said = [
        Said(Length(client, client + wide), None if silent else Length(server, server + wide), several=wide > 60)
        for client, server, wide, silent in turns
    ]
    found = read(said)
    assert 0.0 <= found.odd <= 1.0
    assert isfinite(found.evidence)


# -- the words of the reply before ----------------------------------------------------------------


def said(*turns: str, width: int = 0) -> tuple[Said, ...]:
    """Turns ``client>server``; ``width`` makes lengths ranges."""
    pairs = ([int(each) for each in turn.split(">")] for turn in turns)
    return tuple(Said(Length(c, c + width), Length(s, s + width)) for c, s in pairs)


def again(turns: Sequence[Said]) -> list[bool]:
    return [turn.again for turn in in_order(turns)]


def test_a_reply_may_be_in_the_words_of_the_one_before() -> None:
    assert again(said("40>14", "36>14", "44>14")) == [False, True, True]
    assert again(said("40>14", "36>24")) == [False, False]
    assert again(said("40>55", "36>51", "44>60")) == [
        False,
        True,
        False,
    ]  # they repeat the address, the last one does not
    assert again(said("36>14", "6>14", "36>14")) == [False, False, False]  # no address, no recipient
    assert again(said("40>16", "32>16", "48>32", "32>64", width=15)) == [False, True, True, False]
    assert in_order(()) == ()
    assert again([*said("40>14"), Said(Length(36, 36), None), *said("36>14")]) == [False, False, False]


def test_recipients_are_told_from_a_login_by_what_is_said_of_them() -> None:
    """The same lengths of commands: a server says of two recipients the same, and of a login something else."""
    mail = heard(session("57>28, 45>26, 41>26, 6>37, 812>42, 6>15"))
    login = heard(session("57>28, 45>19, 41>26, 6>37, 812>42, 6>15"))
    assert mail.families["none"] > 2 * login.families["none"]


def test_relaying_that_is_denied_is_mail_without_a_login() -> None:
    auth = told(session("36>14, 32>58, 6>15"))
    assert (auth.family, auth.mail_accepted) == ("none", False)


def test_auth_behind_a_recipient_is_a_refused_login() -> None:
    auth = told(session("36>14, 32>14, 12>44, 6>15"))
    assert (auth.family, auth.outcome) == ("basic", "failure")


def test_a_mail_in_chunks() -> None:
    assert told(session("36>14, 32>14, 2216>26, 390>54, 6>15")).family == "none"
