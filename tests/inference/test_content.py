"""What dialogues are read by: of two that differ in the length of a mail the second is known."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sniffer.inference.content import LONG, coarse
from sniffer.inference.hidden import Ear
from sniffer.inference.plaintext import Length, exactly
from tests.inference.dialogues import session

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
    ear = Ear()
    first, second = (ear.hear(session(f"{LOGIN}, {octets}>42, 6>15")) for octets in (1024, 1084))
    assert first is not None
    assert second is not None
    assert second.reading is first.reading
    assert second.judged is first.judged
    assert [turn.client.octets for turn in second.turns if turn.client] != [
        turn.client.octets for turn in first.turns if turn.client
    ]


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
    ear = Ear()
    first, second = ear.hear(session(f"{LOGIN}, 1024>42, 6>15")), ear.hear(session(other))
    assert first is not None
    assert second is not None
    assert second.judged is not first.judged
