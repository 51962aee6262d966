"""The field check: what was inferred against what is true, and what is learnt from it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from sniffer.inference import Judge, Names, Networks, Owners, Site
from sniffer.inference.field_check import Agreement, Checked, profile
from sniffer.inference.field_lessons import Truth
from sniffer.inference.replies import NOTHING_LEARNT, Learnt
from sniffer.inference.site_replies import SiteReplies
from sniffer.inventory.spool import Spool
from sniffer.knowledge.catalogue import catalogue
from sniffer.knowledge.site_profile import ReplyLength, SiteProfile, decoded, encoded
from sniffer.model import limits
from sniffer.model.facts import SessionFact
from sniffer.model.findings import SessionFinding
from sniffer.pipeline import Judgement
from tests.inference.facts import EXCHANGE_BANNER, NOW, attempt, fact, judge
from tests.inference.hidden_dialogues import AUTH_LINE, BEHIND, DELAY, HOST, ROUND_TRIP, hidden, login, plain, xoauth2
from tests.knowledge.test_site_profile import PROFILE

BASIC, OAUTH = Truth("basic"), Truth("oauth")
OTHER_BANNER = EXCHANGE_BANNER.replace("AM0PR02CA0001", "FR3P281CA0016")
REFUSED = 84 + HOST


@cache
def judge_alone() -> Judge:
    """A judge who has learnt nothing, made once."""
    return Judge(Site(Networks(()), Owners(), Names(())), catalogue())


def check(*known: tuple[SessionFact, Truth]) -> list[Checked]:
    """Check sessions, each alone."""
    return [judge_alone().checked(each, truth) for each, truth in known]


def learnt(*known: tuple[SessionFact, Truth]) -> SiteProfile:
    """The profile that these sessions make."""
    return profile("exchange-online", check(*known), "0.1.0")


CASES: dict[str, tuple[SessionFact, Truth, Agreement]] = {
    "a password": (hidden(login()), BASIC, "agreed"),
    "a token": (hidden(xoauth2()), OAUTH, "agreed"),
    "a token that is told to be a password": (hidden(xoauth2()), BASIC, "disagreed"),
    "a password that is told to be none": (hidden(login()), Truth("none"), "disagreed"),
    "a mail without AUTH": (hidden(BEHIND), Truth("none"), "agreed"),
    "nothing behind the EHLO": (hidden(()), BASIC, "could-not-tell"),
    "a QUIT": (hidden(((6, 48),)), BASIC, "could-not-tell"),
    "the outcome too": (hidden(login()), Truth("basic", "success"), "agreed"),
    "another outcome": (hidden(login()), Truth("basic", "failure"), "disagreed"),
    "an outcome that nobody knows": (hidden(login()), Truth("basic", "unknown"), "agreed"),
    "a refusal": (hidden(login(answer=REFUSED, behind=((6, 48),))), Truth("basic", "failure"), "agreed"),
}


@pytest.mark.parametrize("case", CASES)
def test_what_was_inferred_is_held_against_the_truth(case: str) -> None:
    seen, truth, wanted = CASES[case]
    (found,) = check((seen, truth))
    assert found.agreement == wanted
    assert found.truth == truth


def test_a_check_is_blind_to_what_keys_show() -> None:
    lie = fact(attempt("XOAUTH2")).speech
    (found,) = check((hidden(login(), inside=lie), OAUTH))
    assert found.agreement == "disagreed"
    assert found.finding.auth.basis == "inferred"
    assert found.finding.fact.inside is None


def test_and_does_not_know_what_an_earlier_one_taught() -> None:
    knowing = Judge(Site(Networks(()), Owners(), Names(()), profiles=stored()), catalogue())
    with pytest.raises(ValueError, match="blind"):
        knowing.checked(hidden(login()), BASIC)


def test_only_sessions_of_known_truth_are_checked() -> None:
    spool = Spool()
    for each in (hidden(login(), session="s-1"), hidden(xoauth2(), day=1, session="s-2")):
        spool.add(each)
    spool.seal()
    found = list(Judgement(spool).checked({"s-2": OAUTH, "s-3": BASIC}))
    assert [each.finding.fact.session for each in found] == ["s-2"]


def test_turns_are_told_by_their_classes() -> None:
    (found,) = check((hidden(login()), BASIC))
    assert found.turns[:3] == ("12>18", "4k+2>18", "4k+2>37")


@pytest.mark.parametrize("case", [case for case, (*_, wanted) in CASES.items() if wanted != "agreed"])
def test_where_it_does_not_agree_any_message_may_be_the_credential(case: str) -> None:
    seen, truth, _ = CASES[case]
    (found,) = check((seen, truth))
    assert all(re.fullmatch(r"4k\+[0-3]>(\d+|–)", turn) for turn in found.turns)


def test_what_is_learnt_is_what_the_server_says() -> None:
    found = learnt((hidden(login(), splits=2), BASIC), (hidden(xoauth2(), day=1), OAUTH))
    assert {(each.symbol, each.octets, each.times) for each in found.replies} >= {
        ("accepted", 37, 2), ("prompt", 18, 2), ("mail-accepted", 21, 2), ("go-ahead", 46, 2), ("bye", 48, 2),
    }  # fmt: skip
    assert [(each.octets, each.times) for each in found.hello] == [(AUTH_LINE, 2)]
    assert [(each.records, each.times) for each in found.hello_records] == [(1, 1), (2, 1)]
    assert found.tickets == ()  # those of TLS 1.2 come in clear
    (delay,) = found.delays
    assert (delay.answer, delay.times, delay.median) == ("accepted", 2, DELAY - ROUND_TRIP)
    assert [(each.family, each.sessions, each.agreed) for each in found.families] == [("basic", 1, 1), ("oauth", 1, 1)]
    assert round(found.newest.timestamp() * 1_000_000) == NOW + 24 * 3600 * 1_000_000
    assert (found.agreed, found.disagreed, found.could_not_tell) == (2, 0, 0)
    assert decoded(encoded(found)) == found


def test_a_refusal_of_exchange_online_is_kept_without_its_front_end() -> None:
    one = hidden(login(answer=REFUSED, behind=((6, 48),)))
    other = hidden(login(answer=REFUSED - 1, behind=((6, 48),)), day=1, banner=OTHER_BANNER)
    (refused,) = (each for each in learnt((one, BASIC), (other, BASIC)).replies if each.symbol == "refused")
    assert (refused.octets, refused.times, refused.beyond_host) == (84, 2, True)


def test_nothing_is_learnt_of_replies_where_something_else_was_inferred() -> None:
    (found,) = check((hidden(xoauth2()), BASIC))
    assert (found.lesson.replies, found.lesson.answers) == ((), ())
    assert found.lesson.hello == AUTH_LINE


def test_a_known_outcome_is_learnt_where_no_length_tells_it() -> None:
    strange = login(answer=61, behind=((6, 48),))
    (guessed,) = check((hidden(strange), BASIC))
    (known,) = check((hidden(strange), Truth("basic", "success")))
    assert "accepted" not in {each.symbol for each in guessed.lesson.replies}
    assert ("accepted", 61, False) in known.lesson.replies


@settings(max_examples=40, deadline=None)
@given(user=st.integers(6, 60), password=st.integers(3, 60), token=st.integers(300, 4000))
def test_no_length_of_a_credential_is_in_a_profile(user: int, password: int, token: int) -> None:
    def sessions(turns: object, other: object) -> bytes:
        return encoded(learnt((hidden(turns), BASIC), (hidden(other, day=1), OAUTH)))  # type: ignore[arg-type]

    assert sessions(login(user, password), xoauth2(token)) == sessions(login(), xoauth2())


@settings(max_examples=40, deadline=None)
@given(secret=st.integers(8, 200), answer=st.sampled_from((37, 21, REFUSED)), truth=st.sampled_from(("basic", "oauth")))
def test_nor_on_the_page_if_it_was_misread(secret: int, answer: int, truth: str) -> None:
    (found,) = check((hidden(plain(secret, answer)), Truth(truth)))  # type: ignore[arg-type]
    first = found.turns[0].partition(">")[0]
    assert "k" in first


# -- what a profile does --------------------------------------------------------------------------


def stored(*replies: ReplyLength, disagreed: int = 0) -> dict[str, SiteProfile]:
    """A profile of Exchange Online with these replies."""
    return {"exchange-online": replace(PROFILE, replies=replies, disagreed=disagreed)}


def verified(profiles: Mapping[str, SiteProfile], seen: SessionFact) -> bool:
    """Whether a session's service counts as checked."""
    return not judge([seen], profiles=profiles).session.auth.unverified_service


def test_a_passed_check_makes_a_service_one_that_was_checked() -> None:
    assert not verified({}, hidden(login()))
    assert verified(stored(), hidden(login()))
    assert not verified(stored(disagreed=1), hidden(login()))


def test_a_session_without_auth_has_tested_nothing_about_auth() -> None:
    without = {"exchange-online": learnt((hidden(BEHIND), Truth("none")))}
    assert without["exchange-online"].agrees
    assert without["exchange-online"].checked == {"none"}
    assert verified(without, hidden(BEHIND))
    assert not verified(without, hidden(login()))
    assert not verified(without, hidden(xoauth2()))


def test_a_check_speaks_of_its_own_family_only() -> None:
    known = {"exchange-online": learnt((hidden(login()), BASIC), (hidden(()), OAUTH))}
    assert (known["exchange-online"].agreed, known["exchange-online"].could_not_tell) == (1, 1)
    assert verified(known, hidden(login()))
    assert not verified(known, hidden(xoauth2()))


def test_it_speaks_of_its_own_service_only() -> None:
    assert verified({}, hidden(login(), server="203.0.113.9", banner="220 mail.example.org ESMTP"))
    assert not verified({"gmail": replace(PROFILE, service="gmail")}, hidden(login()))


def outcome(seen: SessionFinding) -> tuple[str, str | None]:
    """How a session ended."""
    return seen.auth.family, seen.auth.outcome


def test_reply_lengths_of_a_profile_are_expected_of_all_servers_of_the_service() -> None:
    strange = login(answer=61, behind=((6, 48),))
    for server in ("52.97.1.2", "52.97.1.3"):
        seen = hidden(strange, server=server)
        known = stored(ReplyLength(symbol="accepted", octets=61, times=20))
        assert outcome(judge([seen]).session) in (("basic", "unknown"), ("basic", "failure"))
        assert outcome(judge([seen], profiles=known).session) == ("basic", "success")


def test_a_refusal_gets_the_length_of_the_front_end_that_greets() -> None:
    site = SiteReplies(stored(ReplyLength(symbol="refused", octets=84, times=2, beyond_host=True)))
    assert site.beside(NOTHING_LEARNT, "exchange-online", EXCHANGE_BANNER) == Learnt((("refused", 84 + HOST, 2),))
    assert site.beside(NOTHING_LEARNT, "exchange-online", OTHER_BANNER) == Learnt((("refused", 84 + HOST - 1, 2),))
    assert site.beside(NOTHING_LEARNT, "exchange-online", None) == NOTHING_LEARNT
    assert site.beside(NOTHING_LEARNT, "exchange-online", "220 ****") == NOTHING_LEARNT


def test_counts_are_added_up_within_their_bounds() -> None:
    site = SiteReplies(stored(ReplyLength(symbol="accepted", octets=37, times=1_000_000)))
    both = site.beside(Learnt((("accepted", 37, 3), ("bye", 48, 2))), "exchange-online", None)
    assert both == Learnt((("accepted", 37, limits.LEARNT_TIMES), ("bye", 48, 2)))
    for service in ("gmail", None):
        assert site.beside(both, service, None) is both
