"""Advice: the date first, never a day that nobody announced, and no all-clear for what is not known."""

from __future__ import annotations

import re
from datetime import date, timedelta
from itertools import product
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sniffer.inference.advice import advice
from sniffer.knowledge.catalogue import Catalogue, catalogue
from sniffer.model.facts import Family
from sniffer.model.findings import Advice, DeviceFinding, Identity, Role, ServiceFinding, State, Verdict

KNOWN = catalogue()
BEFORE, LAST_DAY, AFTER = date(2026, 11, 23), date(2026, 12, 31), date(2027, 1, 1)
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
STATES: tuple[State, ...] = get_args(State)
FAMILY: dict[Verdict, Family] = {
    "affected": "basic", "mixed": "basic", "basic-elsewhere": "basic", "challenge": "challenge", "unknown": "unknown",
    "modern": "oauth", "unauthenticated": "none",
}  # fmt: skip
TOLD_APART = ["exchange-online", "outlook-consumer", "gmail", "private"]
CODES = [row.code for row in KNOWN.services] + ["private", "other"]


def uses(
    service: str = "exchange-online",
    verdict: Verdict = "affected",
    state: State = "working",
    *,
    tls: tuple[str, ...] = ("1.2",),
    cleartext: bool = False,
    refusal: str | None = None,
) -> ServiceFinding:
    """What a device does with one service."""
    return ServiceFinding(
        service=service, family=FAMILY[verdict], verdict=verdict, band=None, state=state, servers=("192.0.2.1:587",),
        mechanisms=(), basis="clear", confidence=None, judged=1, unjudged=0, dissent=0, succeeded=0, failed=0,
        unknown_outcome=0, users=(), cleartext=cleartext, first_seen=0, last_seen=0, last_success=None,
        first_failure=None, reason="", reason_names=(), title=service, tls_versions=tls, refusal=refusal,
    )  # fmt: skip


def device(*services: ServiceFinding, role: Role = "client", through: str | None = None) -> DeviceFinding:
    """A device, its first service the most urgent."""
    first = services[0]
    return DeviceFinding(
        device="d-1", scope="local", verdict=first.verdict, band=None, state=first.state, reason="", name=None,
        vendor=None, identity=Identity("weak", None), interfaces=(), addresses=(), services=services, findings=(),
        anomalies=(), evidence=(), role=role, affected_through=through,
    )  # fmt: skip


def given_to(finding: DeviceFinding, day: date = BEFORE, known: Catalogue = KNOWN) -> dict[str, str]:
    """The advice by code; each code once, each with its source."""
    found = advice(finding, known, day)
    assert all(
        isinstance(each, Advice) and each.source and re.fullmatch(r"\d{4}-\d\d-\d\d", each.as_of) for each in found
    )
    texts = {each.code: each.text for each in found}
    assert len(texts) == len(found)
    return texts


# -- every combination -------------------------------------------------------------------------


@pytest.mark.parametrize(("verdict", "state"), list(product(VERDICTS, STATES)))
@pytest.mark.parametrize("day", [BEFORE, LAST_DAY, AFTER, date(2029, 1, 1)])
def test_every_text_is_short_and_names_no_day_of_december(verdict: Verdict, state: State, day: date) -> None:
    roles: list[Role] = ["client", "relay", "nat"]
    plain = [(uses(each, verdict, state, tls=("1.0",), cleartext=True), role) for each in CODES for role in roles]
    refused = [(uses(each, verdict, state, refusal=row.code), roles[0]) for each in TOLD_APART for row in KNOWN.replies]
    for service, role in plain + refused:
        texts = given_to(device(service, role=role), day)
        assert texts or verdict not in ("affected", "mixed", "basic-elsewhere", "unknown")
        for code, text in texts.items():
            assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", code)
            assert 20 < len(text) < 520
            assert text[0].isupper()
            assert text[-1] in ".)"
            assert text.isprintable()
            assert not re.search(r"31(st)? Dec|Dec\w* 31|2026-12-31|None|\.\.|  | \.", text)


@pytest.mark.parametrize(("service", "verdict"), list(product(CODES, ["modern", "challenge", "unauthenticated"])))
def test_who_sends_no_password_has_nothing_to_do(service: str, verdict: Verdict) -> None:
    assert given_to(device(uses(service, verdict))) == {}
    assert given_to(device(uses(service, verdict, "migrated"))) == {}


# -- the date ----------------------------------------------------------------------------------


def test_the_date_comes_first_and_turns_with_the_year() -> None:
    before, last, after = (next(iter(given_to(device(uses()), day).items())) for day in (BEFORE, LAST_DAY, AFTER))
    assert before[0] == last[0] == after[0] == "date-exchange-online"
    assert before[1].startswith("At the end of December 2026 Exchange Online turns Basic authentication")
    assert "this device stops sending unless it has moved" in before[1]
    assert last[1] == before[1]
    assert after[1].startswith("Exchange Online has turned Basic authentication for SMTP AUTH off by default")
    assert "Basic was turned on again, or the capture is older" in after[1]


@pytest.mark.parametrize(("state", "before", "after"), [
    ("refused", "is refused already", "is refused."),
    ("gave-up", "has given up already", "has given up."),
    ("failing", "for another reason", "logs in no more unless"),
    ("quiet", "this device stops sending unless", "logs in no more unless"),
])  # fmt: skip
def test_what_follows_depends_on_how_it_goes_today(state: State, before: str, after: str) -> None:
    assert before in given_to(device(uses(state=state)), BEFORE)["date-exchange-online"]
    assert after in given_to(device(uses(state=state)), AFTER)["date-exchange-online"]


@pytest.mark.parametrize("code", ["exchange-online", "exchange-online-legacy-tls", "exchange-online-21vianet"])
def test_the_date_is_about_every_client_submission_of_exchange_online(code: str) -> None:
    assert "date-exchange-online" in given_to(device(uses(code)))


@pytest.mark.parametrize(("service", "code", "says"), [
    ("exchange-online-hve", "date-exchange-online-hve", "until September 2028"),
    ("outlook-consumer", "date-outlook-consumer", "only OAuth is left"),
    ("gmail", "date-gmail", "App passwords remain"),
    ("azure-communication-services", "date-azure-communication-services", "still looks like a password"),
    ("smtp2go", "date-others", "Not concerned by Microsoft's date"),
    ("other", "not-concerned", "Not concerned by Microsoft's date"),
    ("private", "not-concerned-private", "Look where that server sends on to"),
])  # fmt: skip
def test_basic_elsewhere_has_its_own_date_if_any(service: str, code: str, says: str) -> None:
    texts = given_to(device(uses(service, "basic-elsewhere")))
    assert says in texts[code]
    assert next(iter(texts)) == code
    assert "date-exchange-online" not in texts


def test_of_several_dates_the_most_urgent_comes_first() -> None:
    codes = list(given_to(device(uses("gmail", "basic-elsewhere"), uses())))
    assert codes[:2] == ["date-exchange-online", "date-gmail"]


def test_old_knowledge_says_what_to_check() -> None:
    row = KNOWN.deadline("exchange-online")
    assert row
    fresh = given_to(device(uses()), row.as_of + timedelta(days=60))["date-exchange-online"]
    old = given_to(device(uses()), row.as_of + timedelta(days=61))["date-exchange-online"]
    assert old == fresh + " (as of 2026-01-29, more than 60 days old: check MC786329)"


def test_a_users_date_is_believed(tmp_path: Path) -> None:
    ours = tmp_path / "ours.toml"
    ours.write_text('[[deadline]]\ncode = "exchange-online"\nbegins = 2027-04-01\nbefore = "Not before spring."\n')
    assert given_to(device(uses()), AFTER, catalogue(ours))["date-exchange-online"].startswith(
        "Not before spring. Once"
    )


# -- refusals ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("refusal", "says"), [
    ("mailbox-switch", "Reversible, by a tenant admin: Set-CASMailbox"),
    ("tenant-switch", "Reversible, by a tenant admin: turn it on for this mailbox alone"),
    ("security-defaults", "Reversible, by an Entra admin"),
    ("conditional-access", "Reversible, by an Entra admin"),
])  # fmt: skip
def test_what_a_setting_undoes_is_said_before_any_way_out(refusal: str, says: str) -> None:
    codes = list(texts := given_to(device(uses(state="refused", refusal=refusal))))
    assert codes[:2] == ["date-exchange-online", f"fix-{refusal}"]
    assert codes[2].startswith("way-")
    assert says in texts[f"fix-{refusal}"]


def test_a_wrong_password_is_no_policy() -> None:
    texts = given_to(device(uses(state="failing", refusal="credentials-incorrect")))
    assert texts["fix-credentials-incorrect"].startswith("The user name or the password is wrong: set it again")


def test_a_refusal_is_advised_on_for_oauth_too_and_forgotten_once_it_works() -> None:
    refused = uses(verdict="modern", state="refused", refusal="mailbox-switch")
    assert list(given_to(device(refused))) == ["fix-mailbox-switch"]
    assert given_to(device(uses(verdict="modern", refusal="mailbox-switch"))) == {}
    assert given_to(device(uses(verdict="modern", state="refused", refusal="unheard-of"))) == {}


def test_what_nobody_can_undo_at_outlook_com_is_not_called_reversible() -> None:
    finding = uses("outlook-consumer", "basic-elsewhere", "refused", refusal="basic-disabled")
    assert next(iter(given_to(device(finding)))) == "date-outlook-consumer"
    assert not any("Reversible" in text for text in given_to(device(finding)).values())


def test_nobody_is_told_to_turn_on_what_is_gone_for_good() -> None:
    assert "way-re-enable" in given_to(device(uses(state="refused", refusal="basic-disabled")), AFTER)
    gone = given_to(device(uses(state="refused", refusal="basic-removed")), AFTER)
    assert "way-re-enable" not in gone
    assert "Reversible" not in gone["fix-basic-removed"]


# -- ways out ----------------------------------------------------------------------------------


def ways(finding: DeviceFinding, day: date = BEFORE) -> list[str]:
    """The ways out, in order."""
    return [code.removeprefix("way-") for code in given_to(finding, day) if code.startswith("way-")]


def test_ways_out_come_in_order_with_host_limits_and_catch() -> None:
    assert ways(device(uses())) == [
        "oauth", "high-volume-email", "on-premises-relay", "relay-connector", "azure-communication-services",
        "direct-send", "third-party", "re-enable",
    ]  # fmt: skip
    text = given_to(device(uses()))["way-high-volume-email"]
    assert text.startswith("High Volume Email: smtp.hve.mx.microsoft:587, Basic until September 2028, or OAuth. Fits ")
    assert "Limits: internal recipients only" in text
    assert "Catch: billed" in text


def test_a_device_with_old_tls_is_sent_to_a_relay_first() -> None:
    finding = device(uses(tls=("1.0", "1.2")))
    assert (ways(finding)[0], ways(finding)[-1]) == ("on-premises-relay", "re-enable")
    assert set(ways(finding)) == set(ways(device(uses())))
    assert "smtp-legacy.office365.com" in given_to(finding)["old-tls-exchange-online"]
    assert "old-tls" in given_to(device(uses("gmail", "basic-elsewhere", tls=("SSL 3.0",))))
    assert not any(code.startswith("old-tls") for code in given_to(device(uses(tls=("1.2", "1.3")))))


def test_turning_on_again_is_worded_for_the_day() -> None:
    assert "again from the end of December 2026;" in given_to(device(uses()), BEFORE)["way-re-enable"]
    assert "a tenant admin can turn Basic on again for now" in given_to(device(uses()), AFTER)["way-re-enable"]


def test_a_consumer_mailbox_has_no_tenant() -> None:
    found = ways(device(uses("outlook-consumer", "basic-elsewhere")))
    assert found[0] == "oauth"
    assert set(found).isdisjoint({"high-volume-email", "relay-connector", "direct-send", "re-enable"})


def test_what_is_not_concerned_gets_no_ways_out() -> None:
    for service in ("gmail", "private", "other", "sendgrid", "exchange-online-hve"):
        assert ways(device(uses(service, "basic-elsewhere"))) == []


# -- relays, shared addresses ------------------------------------------------------------------


def test_a_relay_is_fixed_once_for_all_and_not_by_another_relay() -> None:
    finding = device(uses(), role="relay")
    codes = list(given_to(finding))
    assert codes[:2] == ["date-exchange-online", "relay-once"]
    assert ways(finding) == [
        "oauth", "high-volume-email", "relay-connector", "azure-communication-services", "third-party", "re-enable",
    ]  # fmt: skip


def test_behind_a_relay_there_is_nothing_to_do() -> None:
    texts = given_to(device(uses("private", "basic-elsewhere"), through="d-relay"))
    assert list(texts) == ["fix-relay"]
    assert "nothing to do here, fix the relay" in texts["fix-relay"]
    assert list(given_to(device(uses("private", "unauthenticated"), through="d-relay"))) == ["fix-relay"]


@pytest.mark.parametrize("role", ["nat", "router"])
def test_a_shared_address_is_listened_behind(role: Role) -> None:
    assert "find-senders" in given_to(device(uses(), role=role))
    assert given_to(device(uses(verdict="modern"), role=role)) == {}


# -- what is not known, and what else is wrong -------------------------------------------------


@pytest.mark.parametrize(("service", "code", "says"), [
    ("exchange-online", "settle-exchange-online", "if it uses Basic, the end of December 2026 stops it"),
    ("private", "settle-private", "the server's own log"),
    ("other", "settle-other", "Not known how it logs in"),
    ("gmail", "settle-gmail", "Not known how it logs in: its own mail settings say so. Google has taken no account"),
    ("exchange-online-hve", "settle-exchange-online-hve", "takes Basic authentication until September 2028"),
])  # fmt: skip
def test_what_is_not_known_is_no_all_clear(service: str, code: str, says: str) -> None:
    texts = given_to(device(uses(service, "unknown", "unjudged")))
    assert list(texts) == [code]
    assert says in texts[code]


def test_what_is_not_known_is_worded_for_the_day() -> None:
    text = given_to(device(uses(verdict="unknown", state="unjudged")), AFTER)["settle-exchange-online"]
    assert "stops unless Basic was turned on again" in text


def test_an_unknown_service_beside_a_known_one_is_settled_too() -> None:
    codes = list(given_to(device(uses("gmail", "unknown"), uses())))
    assert codes[0] == "date-exchange-online"
    assert codes[-1] == "settle-gmail"


def test_a_password_in_clear_and_a_quiet_device_are_told() -> None:
    assert "cleartext" in given_to(device(uses("private", "basic-elsewhere", cleartext=True)))
    assert "quiet" in given_to(device(uses(state="quiet")))
    assert "quiet" not in given_to(device(uses(verdict="modern", state="quiet")))


@given(st.lists(st.builds(uses, st.sampled_from(CODES) | st.text(), st.sampled_from(VERDICTS), st.sampled_from(STATES),
                          refusal=st.none() | st.text() | st.sampled_from([row.code for row in KNOWN.replies])),
                min_size=1, max_size=4),
       st.sampled_from(get_args(Role)), st.none() | st.just("d-2"), st.dates())  # fmt: skip
def test_no_finding_and_no_day_breaks_advice(
    services: list[ServiceFinding], role: Role, through: str | None, day: date
) -> None:
    given_to(device(*services, role=role, through=through), day)
