"""What dialogues are read by: of two that differ in the length of a mail the second is known."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sniffer.inference.content import LONG, coarse
from sniffer.inference.habits import Habits
from sniffer.inference.hidden import Ear
from sniffer.inference.inferred import Context, inferred_auth
from sniffer.inference.plaintext import Length, exactly
from sniffer.model.facts import SessionFact
from sniffer.model.findings import AuthFinding
from tests.inference.dialogues import GREETED, LIST, MAIL, ear, session, told

LOGIN = "12>18, 34>18, 54>37, 36>14, 32>14, 6>37"


@given(st.integers(0, 1 << 20))
@example(LONG - 1)
@example(LONG)
@example(LONG + 31)
def test_a_length_keeps_its_class_and_is_at_most_a_sixteenth_too_short(octets: int) -> None:
    read = coarse(exactly(octets))
    assert read.exact
    assert read.least % 4 == octets % 4
    assert read.least <= octets + 3
    assert octets - read.least <= octets / 16
    if octets < LONG:
        assert read.least == octets


@given(st.integers(LONG, 1 << 20), st.integers(1, 256))
def test_a_range_stays_a_range(least: int, width: int) -> None:
    assert coarse(Length(least, least + width)) == Length(least, least + width)


def test_a_mail_of_another_size_is_the_same_dialogue() -> None:
    fresh = Ear()
    first, second = (fresh.hear(session(f"{LOGIN}, {octets}>42, 6>15")) for octets in (1024, 1084))
    assert first is not None
    assert second is not None
    assert second.reading is first.reading
    assert second.judged is first.judged
    assert [turn.client.octets for turn in second.turns if turn.client] != [
        turn.client.octets for turn in first.turns if turn.client
    ]


@pytest.mark.parametrize(
    ("greeted", "turns"),
    [
        (GREETED, f"{LOGIN}, {{}}>42, 6>15"),
        (GREETED, f"{{}}>37, {MAIL}"),
        (f"{{}}>{LIST + 37}", MAIL),  # more behind the EHLO in one message
    ],
)
@given(st.integers(LONG, 6000), st.integers(0, 8).map(lambda times: 4 * times))
def test_which_of_two_came_first_does_not_matter(greeted: str, turns: str, octets: int, more: int) -> None:
    lengths = octets, octets + more
    facts = [session(turns.format(each), greeted=greeted.format(each)) for each in lengths]
    assert [told(each) for each in facts] == judged(facts) == judged(facts[::-1])[::-1]


def judged(facts: Sequence[SessionFact]) -> list[AuthFinding]:
    """What an ear that remembers nothing hears of sessions, in this order."""
    fresh = ear()
    fresh.learn(Habits())
    return [inferred_auth(each, fresh.hear(each), fresh, Context("other")) for each in facts]


@pytest.mark.parametrize(
    "other",
    [
        f"{LOGIN}, 1025>42, 6>15",  # of another class
        f"{LOGIN}, 1200>42, 6>15",  # a sixth longer
        f"{LOGIN}, 1024>43, 6>15",  # another reply
        "12>18, 38>18, 54>37, 36>14, 32>14, 6>37, 1024>42, 6>15",  # another user
    ],
)
def test_what_may_tell_something_is_another_dialogue(other: str) -> None:
    fresh = Ear()
    first, second = fresh.hear(session(f"{LOGIN}, 1024>42, 6>15")), fresh.hear(session(other))
    assert first is not None
    assert second is not None
    assert second.judged is not first.judged
