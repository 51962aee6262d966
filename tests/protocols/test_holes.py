"""Bytes missing: what is claimed may become less, never wrong."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.protocols.dialogue import Turns, attempts, overheard
from tests.protocols.holes import joined_late, noticed_late, one_side, without, without_part
from tests.protocols.labelled import DIALOGUES, Labelled
from tests.protocols.truth import wrong_claims

every_dialogue = pytest.mark.parametrize("labelled", DIALOGUES, ids=lambda each: each.name)


def claims_nothing_wrong(said: Turns, labelled: Labelled) -> None:
    for variant in (said, noticed_late(said)):
        speech = overheard(variant)
        assert wrong_claims(speech, labelled) == [], (variant, speech)


@every_dialogue
def test_heard_whole_it_is_told_whole(labelled: Labelled) -> None:
    speech = overheard(labelled.turns)
    assert [(each.mechanism, each.user, each.outcome) for each in speech.attempts] == list(labelled.attempts)
    authenticated = any(each.outcome == "success" for each in speech.attempts)
    assert (speech.blind, speech.starttls) == (False, labelled.starttls)
    assert speech.mail == labelled.sends_mail or authenticated  # behind a success nothing more is looked for
    assert wrong_claims(speech, labelled) == []


@every_dialogue
def test_one_turn_missing(labelled: Labelled) -> None:
    for place in range(len(labelled.turns)):
        claims_nothing_wrong(without(labelled.turns, {place}), labelled)


@every_dialogue
def test_two_turns_missing(labelled: Labelled) -> None:
    for pair in combinations(range(len(labelled.turns)), 2):
        claims_nothing_wrong(without(labelled.turns, pair), labelled)


@every_dialogue
def test_neighbouring_turns_missing(labelled: Labelled) -> None:
    count = len(labelled.turns)
    for first, last in combinations(range(count + 1), 2):
        claims_nothing_wrong(without(labelled.turns, range(first, last)), labelled)


@given(st.sampled_from(DIALOGUES), st.sets(st.integers(0, 40)))
def test_any_turns_missing(labelled: Labelled, places: set[int]) -> None:
    claims_nothing_wrong(without(labelled.turns, places), labelled)


@every_dialogue
def test_the_first_or_the_last_bytes_of_a_turn_missing(labelled: Labelled) -> None:
    for place, turn in enumerate(labelled.turns):
        for at in range(1, len(turn.data)):
            claims_nothing_wrong(without_part(labelled.turns, place, 0, at), labelled)
            claims_nothing_wrong(without_part(labelled.turns, place, at, len(turn.data)), labelled)


@every_dialogue
def test_joined_late_at_every_turn(labelled: Labelled) -> None:
    for place in range(1, len(labelled.turns)):
        speech = overheard(joined_late(labelled.turns, place))
        assert wrong_claims(speech, labelled) == [], (place, speech)


@every_dialogue
def test_joined_late_at_every_byte(labelled: Labelled) -> None:
    for place, turn in enumerate(labelled.turns):
        for at in range(1, len(turn.data)):
            rest = [turn._replace(data=turn.data[at:]), *labelled.turns[place + 1 :]]
            speech = overheard(joined_late(rest, 0))
            assert wrong_claims(speech, labelled) == [], (place, at, speech)


@every_dialogue
def test_ended_early_at_every_turn(labelled: Labelled) -> None:
    for place in range(len(labelled.turns)):
        speech = overheard(labelled.turns[:place])
        assert wrong_claims(speech, labelled) == [], (place, speech)


@every_dialogue
def test_two_turns_in_the_wrong_order_change_no_attempt(labelled: Labelled) -> None:
    """A tap shows the two directions out of step now and then."""
    for place in range(len(labelled.turns) - 1):
        said = [*labelled.turns]
        said[place], said[place + 1] = said[place + 1], said[place]
        speech = overheard(said)
        assert wrong_claims(speech, labelled) == [], (place, speech)
        assert attempts(speech) == list(labelled.attempts), (place, speech)


@every_dialogue
@pytest.mark.parametrize("client", [True, False], ids=["client", "server"])
def test_one_side_only(labelled: Labelled, client: bool) -> None:
    speech = overheard(one_side(labelled.turns, client=client))
    assert wrong_claims(speech, labelled) == []
