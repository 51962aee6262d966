"""What became of a device: records before and after, as judgement makes them."""

from __future__ import annotations

from datetime import date
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from sniffer.inference.changes import TROUBLE, cause, changes, ended, matched, sorted_out
from sniffer.knowledge.catalogue import catalogue
from sniffer.model.changes import CHANGES, Change, ChangeKind, Excepted, urgency
from sniffer.model.facts import Family, SessionFact
from sniffer.model.findings import VERDICTS, Address, DeviceFinding, Identity, ServiceFinding, State, Verdict
from tests.inference.facts import DAY, NOW, attempt, fact, judge, no_auth

KNOWN = catalogue()
BEFORE, AFTER = date(2026, 12, 1), date(2027, 1, 4)
FAMILIES: dict[Verdict, Family] = {
    "affected": "basic", "mixed": "basic", "basic-elsewhere": "basic", "challenge": "challenge", "unknown": "unknown",
    "modern": "oauth", "unauthenticated": "none",
}  # fmt: skip
STATES: tuple[State, ...] = ("working", "failing", "refused", "gave-up", "migrated", "quiet", "unjudged")
OFF = "535 5.7.139 Authentication unsuccessful, basic authentication is disabled. [AM0PR02CA0001]"


def used(
    verdict: Verdict = "affected", state: State = "working", service: str = "exchange-online", seen: int = NOW
) -> ServiceFinding:
    """A service as a device uses it."""
    return ServiceFinding(
        service=service, family=FAMILIES[verdict], verdict=verdict, band="certain", state=state, servers=(),
        mechanisms=(), basis="clear", confidence=1.0, judged=1, unjudged=0, dissent=0, succeeded=1, failed=0,
        unknown_outcome=0, users=(), cleartext=False, first_seen=seen, last_seen=seen, last_success=seen - DAY,
        first_failure=None, reason="", reason_names=(), title=KNOWN.service(service).name,
    )  # fmt: skip


def device(
    *services: ServiceFinding, ip: str = "10.0.3.17", seen: int = NOW, name: str | None = "RNP002673A1B2C3"
) -> DeviceFinding:
    """A device with some services."""
    first = min(services, key=lambda each: VERDICTS.index(each.verdict)) if services else used()
    return DeviceFinding(
        device="d-1", scope="local", verdict=first.verdict, band=first.band, state=first.state, reason="", name=name,
        vendor="Ricoh", identity=Identity("strong", 0.95), interfaces=(), services=services, findings=(), anomalies=(),
        addresses=(Address(ip, "hq", seen, seen),), evidence=(), kind="printer",
    )  # fmt: skip


def kinds(
    before: DeviceFinding | None,
    after: DeviceFinding | None,
    day: date = BEFORE,
    past: dict[str, Verdict] | None = None,
) -> list[ChangeKind]:
    """The kinds of what changed."""
    return [each.kind for each in changes(before, after, KNOWN, day, past)]


def judged(*facts: SessionFact) -> DeviceFinding:
    """The device of some sessions, as the program judges it."""
    return judge(list(facts)).device


def one(before: DeviceFinding | None, after: DeviceFinding | None, day: date = BEFORE) -> Change:
    """The only change."""
    (found,) = changes(before, after, KNOWN, day)
    return found


# -- as judgement has it ------------------------------------------------------------------------


def test_a_device_that_was_never_seen_and_uses_basic_is_newly_affected() -> None:
    found = one(None, judged(fact(attempt())))
    assert (found.kind, found.before, found.after, found.service) == (
        "new-affected",
        None,
        "affected",
        "exchange-online",
    )
    assert found.subject.ip == "10.0.3.17"
    assert found.time == NOW


def test_the_day_basic_ends_is_told_with_its_cause() -> None:
    before = judged(fact(attempt()), fact(attempt(), day=1))
    after = judged(fact(attempt()), fact(attempt(), day=1), fact(attempt(outcome="failure", reply=OFF), day=2))
    found = one(before, after, AFTER)
    assert (found.kind, found.before, found.after, found.refusal) == ("refused", "working", "refused", "basic-disabled")
    assert found.cause.startswith("Basic authentication is switched off for this account or its organization.")
    assert "Reversible, by a tenant admin" in found.cause
    assert found.last_success == NOW + DAY


def test_basic_left_for_oauth_is_a_migration() -> None:
    basic = fact(attempt())
    moved = [fact(attempt("XOAUTH2"), day=day) for day in (1, 2)]
    found = one(judged(basic), judged(basic, *moved))
    assert (found.kind, found.before, found.after) == ("migrated", "affected", "modern")


def test_a_wrong_password_is_a_failure_and_its_end_is_good_news() -> None:
    works, wrong = fact(attempt()), fact(attempt(outcome="failure", reply="535 5.7.8 Error"), day=1)
    assert kinds(judged(works), judged(works, wrong)) == ["started-failing"]
    assert kinds(judged(works, wrong), judged(works, wrong, fact(attempt(), day=2))) == ["works-again"]


def test_ending_before_auth_again_and_again_is_giving_up() -> None:
    works, gone = fact(attempt()), [no_auth(day=day) for day in (1, 2)]
    assert kinds(judged(works), judged(works, *gone)) == ["gave-up"]


@pytest.mark.parametrize("record", [device(used()), device(used("unknown", "unjudged")), device(used("modern"))])
def test_nothing_changed_is_nothing(record: DeviceFinding) -> None:
    assert kinds(record, record) == []


# -- rules one by one ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("was", "now", "kind"),
    [
        ("modern", "affected", "new-affected"),
        ("unknown", "affected", "new-affected"),
        ("unauthenticated", "affected", "new-affected"),
        ("affected", "modern", "migrated"),
        ("affected", "unauthenticated", "left-basic"),
        ("affected", "unknown", "unknown-now"),
        ("modern", "unknown", "unknown-now"),
        ("unknown", "modern", "settled"),
        ("challenge", "modern", "login-changed"),
        ("modern", "basic-elsewhere", "newly-basic"),
        ("modern", "mixed", "newly-basic"),
        ("mixed", "modern", "migrated"),
    ],
)
def test_a_verdict_that_changed(was: Verdict, now: Verdict, kind: ChangeKind) -> None:
    found = one(device(used(was)), device(used(now, seen=NOW + 1)))
    assert (found.kind, found.before, found.after) == (kind, was, now)


@pytest.mark.parametrize(("was", "now"), [("mixed", "basic-elsewhere"), ("basic-elsewhere", "mixed")])
def test_oauth_beside_basic_is_no_news(was: Verdict, now: Verdict) -> None:
    assert kinds(device(used(was)), device(used(now))) == []


def test_mail_that_is_turned_away_has_not_left_basic() -> None:
    refused, away = device(used(state="refused")), device(used("unauthenticated", "refused"))
    assert kinds(refused, away) == []
    assert kinds(device(used()), away) == ["refused"]


def test_what_is_new_and_fails_is_one_change() -> None:
    assert kinds(None, device(used(state="refused"))) == ["new-affected"]
    assert kinds(
        device(used("modern", service="gmail")), device(used("modern", service="gmail"), used(state="failing"))
    ) == ["new-affected"]


def test_a_device_without_basic_is_just_new() -> None:
    assert kinds(None, device(used("modern"))) == kinds(None, device(used("unknown", "unjudged"))) == ["new-device"]


def test_who_mails_once_a_month_comes_back_and_is_not_new() -> None:
    """Its verdict was forgotten with the sessions of more than thirty days ago."""
    quiet = device(used("unknown", "quiet"))
    again = device(used(seen=NOW + 31 * DAY), seen=NOW + 31 * DAY)
    past: dict[str, Verdict] = {"exchange-online": "affected"}
    assert kinds(device(used()), quiet, past=past) == ["quiet"]
    assert kinds(device(used()), device()) == kinds(device(used()), None) == ["quiet"]
    assert kinds(quiet, again, past=past) == kinds(device(), again, past=past) == ["came-back"]
    assert kinds(device(used()), again) == ["came-back"]
    assert kinds(quiet, again) == ["new-affected"]  # nobody remembers: better told twice than never


def test_who_comes_back_and_is_refused_is_told_as_refused_too() -> None:
    quiet, past = device(used("unknown", "quiet")), {"exchange-online": VERDICTS[0]}
    assert kinds(quiet, device(used(state="refused", seen=NOW + 40 * DAY)), past=past) == ["refused", "came-back"]


def test_a_lease_is_no_move_and_another_network_is() -> None:
    home = device(used())
    assert kinds(home, device(used(), ip="10.0.3.99", seen=NOW + 1)) == ["readdressed"]
    assert kinds(home, device(used(), ip="10.0.9.17", seen=NOW + 1)) == ["moved"]
    elsewhere = replace(home, addresses=(Address("10.0.3.17", "branch", NOW + 1, NOW + 1),))
    found = one(home, elsewhere)
    assert (found.kind, found.before, found.after) == ("moved", "10.0.3.17 at hq", "10.0.3.17 at branch")
    both = replace(home, addresses=(*replace(home).addresses, Address("10.0.9.17", "hq", NOW, NOW)))
    assert kinds(both, replace(both, addresses=both.addresses[::-1])) == []
    assert kinds(device(used(), ip="fd00::1"), device(used(), ip="fd00:9::2", seen=NOW + 1)) == []


def test_who_guesses_passwords_from_the_internet_is_no_change() -> None:
    stranger = replace(device(used("basic-elsewhere", "failing", "private")), scope="remote")
    assert kinds(None, stranger) == kinds(stranger, None) == kinds(None, None) == []


def test_a_domain_makes_no_other_name() -> None:
    assert kinds(device(used(), name="RNP1"), device(used(), name="rnp1.example.org")) == []
    assert kinds(device(used(), name="RNP1"), device(used(), name="localhost")) == []
    assert kinds(device(used(), name=None), device(used(), name="RNP1")) == []
    found = one(device(used(), name="RNP1"), device(used(), name="copier-2"))
    assert (found.kind, found.before, found.after) == ("renamed", "RNP1", "copier-2")


def test_a_relay_that_is_hit_hits_those_behind_it() -> None:
    behind = device(used("unauthenticated", service="private"))
    assert kinds(behind, replace(behind, affected_through="d-2")) == ["relay-affected"]


def test_after_the_date_the_likely_cause_is_said_as_likely() -> None:
    silent = used(state="gave-up")
    assert "Most likely the date: Exchange Online has turned Basic" in cause(silent, KNOWN, AFTER)
    assert "date" not in cause(silent, KNOWN, BEFORE)
    assert "date" not in cause(used("basic-elsewhere", "failing", "private"), KNOWN, AFTER)


# -- exceptions and exit status ------------------------------------------------------------------


def test_an_exception_silences_until_its_last_day_and_good_news_pass() -> None:
    alarm = changes(device(used()), device(used(state="refused")), KNOWN, AFTER)
    good = changes(device(used()), device(used("modern")), KNOWN, AFTER)
    excepted = {"d-1": Excepted("replaced in January", date(2027, 1, 4))}
    told = sorted_out([*alarm, *good], excepted, date(2027, 1, 4))
    assert [each.kind for each in told.loud] == ["migrated"]
    assert [(each.kind, each.exception) for each in told.silenced] == [("refused", excepted["d-1"])]
    assert [each.kind for each in sorted_out(alarm, excepted, date(2027, 1, 5)).loud] == ["refused"]


@pytest.mark.parametrize(("day", "count"), [(4, 0), (5, 1), (6, 1), (7, 0)])
def test_an_exception_that_ended_is_told_once(day: int, count: int) -> None:
    """Its last day is the 4th; no report was made on the 5th when the 6th's is."""
    excepted = {"d-1": Excepted("replaced in January", date(2027, 1, 4))}
    since = {4: 3, 5: 4, 6: 4, 7: 6}[day]
    found = list(ended([device(used())], excepted, date(2027, 1, since), date(2027, 1, day)))
    assert len(found) == count
    assert not list(ended([device(used("modern"))], excepted, date(2027, 1, 4), date(2027, 1, 5)))


def test_what_nobody_wants_to_hear_of_fails_no_run() -> None:
    record, words = device(used()), ("affected", "new-affected", "unknown")
    loud = changes(None, record, KNOWN, BEFORE)
    excepted = {"d-1": Excepted("known", date(2026, 12, 31))}
    assert matched(words, [record], loud, {}, BEFORE) == ["affected", "new-affected"]
    assert matched(words, [record], (), excepted, BEFORE) == []
    assert matched(words, [record], (), excepted, AFTER) == ["affected"]


# -- whatever happens -----------------------------------------------------------------------------

services = st.builds(used, st.sampled_from(VERDICTS), st.sampled_from(STATES))
devices = st.one_of(st.none(), st.builds(device, services))


@given(devices, devices, st.sampled_from([BEFORE, AFTER]))
def test_the_day_changes_words_only_and_the_order_is_that_of_urgency(
    before: DeviceFinding | None, after: DeviceFinding | None, day: date
) -> None:
    found = kinds(before, after, day)
    assert found == kinds(before, after, BEFORE)
    assert found == sorted(found, key=CHANGES.index)
    assert len(found) == len(set(found))


def test_whoever_fails_anew_is_told_so_whatever_the_verdict() -> None:
    for verdict, state in product(VERDICTS, TROUBLE):
        found = kinds(device(used(verdict)), device(used(verdict, state)))
        assert len(found) == 1
        assert urgency(found[0]) == "act"
