"""How long a reply took says something of Exchange Online on a real link, and nothing anywhere else."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import pytest
from msgspec.structs import replace

from sniffer.inference import delays
from sniffer.inference.delays import AT_ONCE, EARLY, HELD_BACK, LATE, REAL_LINK
from sniffer.inference.plaintext import Length
from sniffer.inference.turns import Half, Turn
from sniffer.model.facts import HalfTurn, Outcome, SessionFact, ShapeFact
from tests.inference.dialogues import session, told
from tests.inference.facts import EXCHANGE_BANNER, in_tls

FAR = 20_000
"""Microseconds to a data centre and back."""


def link(round_trip: int | None = FAR, banner: str | None = EXCHANGE_BANNER) -> SessionFact:
    """A session over a link."""
    return replace(in_tls(banner=banner), round_trip=round_trip)


Times = tuple[int, int]
"""When the first and the last record of a half came."""


def turn(took: int, round_trip: int = FAR) -> tuple[Times, Times]:
    """A turn whose reply took so long beyond the round trip; neither side spoke at once."""
    answered = 700_000 + round_trip + took
    return (0, 700_000), (answered, answered + 900_000)


def shares(fact: SessionFact, times: tuple[Times | None, Times | None]) -> Mapping[Outcome, float]:
    """What is said of a turn at these times."""
    return delays.shares(*placed(fact, times))


def remark(fact: SessionFact, times: tuple[Times | None, Times | None]) -> str:
    """What is remarked of a turn at these times."""
    return delays.remark(*placed(fact, times))


def placed(fact: SessionFact, times: tuple[Times | None, Times | None]) -> tuple[SessionFact, Turn]:
    """A session whose records came at these times, and their turn."""
    halves = [HalfTurn(place == 0, *each, (64,)) for place, each in enumerate(times) if each]
    places = iter(range(len(halves)))
    client, server = (Half(Length(40, 40), 1, 64, *(next(places),) * 2) if each else None for each in times)
    return replace(fact, shape=ShapeFact(tuple(halves))), Turn(client, server)


def test_on_a_real_link_a_reply_that_was_held_back_points_to_a_refusal() -> None:
    late = shares(link(), turn(5_000_000))
    assert late == LATE
    assert late["failure"] > 10 * late["success"]


def test_on_a_real_link_a_reply_at_once_points_to_an_acceptance() -> None:
    early = shares(link(), turn(30_000))
    assert early == EARLY
    assert early["success"] > 10 * early["failure"]


DELAYS = [30_000, AT_ONCE, AT_ONCE + 1, HELD_BACK - 1, HELD_BACK, 5_000_000, 60_000_000]


@pytest.mark.parametrize("took", DELAYS)
@pytest.mark.parametrize("round_trip", [None, 0, 40, REAL_LINK - 1])
def test_on_a_loopback_no_delay_says_anything(round_trip: int | None, took: int) -> None:
    assert shares(link(round_trip), turn(took)) == {}
    assert remark(link(round_trip), turn(took)) == ""


def test_a_link_is_real_from_its_shortest_round_trip_on() -> None:
    assert shares(link(REAL_LINK), turn(5_000_000)) == LATE


def test_the_longer_a_reply_took_the_more_it_points_to_a_refusal() -> None:
    found = [shares(link(), turn(took)) for took in DELAYS]
    odds = [each.get("failure", 1.0) / each.get("success", 1.0) for each in found]
    assert all(low <= high for low, high in pairwise(odds))
    assert odds[0] < 1 < odds[-1]


def test_between_held_back_and_at_once_nothing_is_said() -> None:
    assert [bool(shares(link(), turn(took))) for took in DELAYS] == [True, True, False, False, True, True, True]


def test_the_network_s_share_of_a_delay_is_no_holding_back() -> None:
    slow = 2_000_000
    assert shares(link(slow), turn(HELD_BACK - 1, round_trip=slow)) == {}
    assert shares(link(slow), turn(AT_ONCE, round_trip=slow)) == EARLY
    assert shares(link(slow), turn(HELD_BACK, round_trip=slow)) == LATE


@pytest.mark.parametrize("banner", [None, "", "220 mail.example.org ESMTP Postfix"])
def test_of_a_server_that_is_not_known_to_hold_back_no_delay_says_anything(banner: str | None) -> None:
    assert shares(link(banner=banner), turn(5_000_000)) == {}
    assert remark(link(banner=banner), turn(5_000_000)) == ""


def test_a_reply_that_was_captured_before_its_message_has_no_delay() -> None:
    assert shares(link(), ((9_000_000, 9_000_000), (3_000_000, 3_000_000))) == {}


@pytest.mark.parametrize("alone", [((0, 0), None), (None, (9_000_000, 9_000_000)), (None, None)])
def test_half_a_turn_has_no_delay(alone: tuple[Times | None, Times | None]) -> None:
    assert shares(link(), alone) == {}
    assert remark(link(), alone) == ""


def test_shares_are_those_of_replies_that_are_late_or_early_or_neither() -> None:
    for outcome in ("success", "failure"):
        assert 0 < LATE[outcome] + EARLY[outcome] <= 1
    assert set(LATE) == set(EARLY) == {"success", "failure", "unknown"}


def test_a_delay_speaks_neither_for_nor_against_an_outcome_left_open() -> None:
    for shares_of in (LATE, EARLY):
        assert min(shares_of.values()) < shares_of["unknown"] < max(shares_of.values())


def test_only_a_reply_that_was_held_back_is_remarked() -> None:
    assert remark(link(), turn(5_180_000)) == "; it came after 5.2 s, as Exchange Online holds refusals back"
    assert remark(link(), turn(30_000)) == ""
    assert remark(link(), turn(HELD_BACK - 1)) == ""


# -- in a judgement ---------------------------------------------------------------------------------


LAST_WORD = 7
"""The half-turn of a login's last word, behind the EHLO and three messages."""

LOOPBACK, LATE_BY = 40, 5_000_000


def judged(answer: int, took: int, round_trip: int) -> tuple[str | None, float | None]:
    """What became of a login at Exchange Online whose last word was so long, and came so much later."""
    said = session(f"12>18, 34>18, 54>{answer}, 6>48", banner=EXCHANGE_BANNER)
    assert said.shape
    halves = said.shape.half_turns
    moved = [replace(each, first=each.first + took, last=each.last + took) for each in halves[LAST_WORD:]]
    shape = ShapeFact((*halves[:LAST_WORD], *moved))
    found = told(replace(said, shape=shape, round_trip=round_trip), "exchange-online")
    assert found.family == "basic"
    return found.outcome, found.outcome_confidence


def test_a_delay_decides_what_lengths_leave_open_on_a_real_link_alone() -> None:
    open_length = 45
    assert judged(open_length, LATE_BY, FAR)[0] == "failure"
    assert judged(open_length, 0, FAR)[0] == judged(open_length, LATE_BY, LOOPBACK)[0] == "unknown"


@pytest.mark.parametrize("answer", [37, 60, 103])
def test_on_a_loopback_a_delay_changes_no_judgement(answer: int) -> None:
    assert judged(answer, LATE_BY, LOOPBACK) == judged(answer, 0, LOOPBACK)


def test_a_delay_that_contradicts_a_length_makes_less_sure() -> None:
    (done, sure), (_, less) = judged(37, LATE_BY, LOOPBACK), judged(37, LATE_BY, FAR)
    assert done == judged(37, 0, FAR)[0] == "success"
    assert sure is not None
    assert (less or 0.0) < sure


def test_a_delay_that_agrees_with_a_length_makes_surer() -> None:
    (failed, surer), (still, sure) = judged(103, LATE_BY, FAR), judged(103, LATE_BY, LOOPBACK)
    assert failed == still == "failure"
    assert surer is not None
    assert sure is not None
    assert surer > sure
