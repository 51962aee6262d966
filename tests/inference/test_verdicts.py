"""The verdict rule, walked as tables: what a device's sessions with a service add up to."""

from __future__ import annotations

from typing import Any

import pytest

from sniffer.inference.verdicts import FamilyTally, ServiceLedger, current_families, verdict_of
from sniffer.knowledge.catalogue import catalogue
from sniffer.model.facts import Family, SessionFact, TlsFact
from sniffer.model.findings import VERDICTS, Band, State, Verdict
from tests.inference.facts import DAY, EXCHANGE_BANNER, NOW, attempt, fact, in_tls, judge, no_auth, unreadable

BASIC, OAUTH, CRAM = attempt("LOGIN"), attempt("XOAUTH2"), attempt("CRAM-MD5")
BANDS: list[tuple[int, int, int, Band | None]] = [
    # clear, inferred, judged of all families → band
    (1, 0, 1, "certain"),
    (1, 0, 1000, "certain"),
    (1, 5, 6, "certain"),
    (0, 1, 1, "likely"),
    (0, 1, 2, None),
    (0, 2, 2, "strong"),
    (0, 2, 20, "strong"),
    (0, 2, 21, None),
    (0, 3, 30, "strong"),
    (0, 0, 5, None),
]


@pytest.mark.parametrize(("clear", "inferred", "judged", "band"), BANDS)
def test_how_surely_a_family_is_decided(clear: int, inferred: int, judged: int, band: Band | None) -> None:
    assert FamilyTally(clear=clear, inferred=inferred).band(judged) == band


CURRENT: list[tuple[dict[Family, tuple[int, int]], set[Family]]] = [
    # family: first and last day → those that are current
    ({"basic": (0, 5)}, {"basic"}),
    ({"basic": (0, 5), "oauth": (6, 9)}, {"oauth"}),
    ({"basic": (6, 9), "oauth": (0, 5)}, {"basic"}),
    ({"basic": (0, 7), "oauth": (6, 9)}, {"basic", "oauth"}),
    ({"basic": (0, 6), "oauth": (6, 9)}, {"basic", "oauth"}),
    ({"basic": (0, 1), "challenge": (2, 3), "oauth": (4, 5)}, {"oauth"}),
    ({"basic": (0, 9), "challenge": (2, 3), "oauth": (5, 9)}, {"basic", "oauth"}),
]


@pytest.mark.parametrize(("spans", "current"), CURRENT)
def test_what_ended_before_another_began_is_left_behind(
    spans: dict[Family, tuple[int, int]], current: set[Family]
) -> None:
    tallies = {family: FamilyTally(clear=1, first=first, last=last) for family, (first, last) in spans.items()}
    assert set(current_families(tallies)) == current


def test_a_session_that_still_runs_is_not_over() -> None:
    long = fact(BASIC, day=0, lasts=3 * DAY)
    assert judge([long, fact(OAUTH, day=2)]).service.family == "basic"
    assert judge([long, fact(OAUTH, day=4)]).service.family == "oauth"


FAMILIES: list[tuple[set[Family], Verdict, Verdict]] = [
    # current families → verdict with Exchange Online, verdict elsewhere
    ({"basic"}, "affected", "basic-elsewhere"),
    ({"basic", "oauth"}, "affected", "mixed"),
    ({"basic", "challenge"}, "affected", "basic-elsewhere"),
    ({"basic", "none", "external"}, "affected", "basic-elsewhere"),
    ({"challenge"}, "challenge", "challenge"),
    ({"challenge", "oauth"}, "challenge", "challenge"),
    ({"oauth"}, "modern", "modern"),
    ({"external"}, "modern", "modern"),
    ({"oauth", "none"}, "modern", "modern"),
    ({"none"}, "unauthenticated", "unauthenticated"),
    (set(), "unknown", "unknown"),
]


@pytest.mark.parametrize(("current", "exchange", "elsewhere"), FAMILIES)
def test_verdict_of_the_families_that_are_current(current: set[Family], exchange: Verdict, elsewhere: Verdict) -> None:
    assert verdict_of(current, affected=True)[0] == exchange
    assert verdict_of(current, affected=False)[0] == elsewhere


def test_only_exchange_online_client_submission_is_affected() -> None:
    codes = {row.code for row in catalogue().services if row.affected}
    assert codes <= {"exchange-online", "exchange-online-legacy-tls", "exchange-online-21vianet"}
    assert "exchange-online" in codes
    assert all(row.submission for row in catalogue().services if row.affected)
    assert not {"exchange-online-mx", "exchange-online-hve", "outlook-consumer"} & codes


SERVERS: list[tuple[str, int, str | None, str, Verdict]] = [
    ("52.97.1.2", 587, EXCHANGE_BANNER, "exchange-online", "affected"),
    ("52.97.1.2", 587, None, "exchange-online", "affected"),
    ("203.0.113.5", 587, EXCHANGE_BANNER, "exchange-online", "affected"),
    ("52.101.1.2", 25, None, "exchange-online-mx", "basic-elsewhere"),
    ("104.47.1.2", 25, "220 example-org.mail.protection.outlook.com Microsoft ESMTP MAIL Service ready",
     "exchange-online-mx", "basic-elsewhere"),
    ("10.0.3.2", 587, EXCHANGE_BANNER, "private", "basic-elsewhere"),
    ("203.0.113.5", 587, "220 mail.example.org ESMTP", "other", "basic-elsewhere"),
    ("52.97.1.2", 443, None, "other", "basic-elsewhere"),
]  # fmt: skip


@pytest.mark.parametrize(("ip", "port", "banner", "service", "verdict"), SERVERS)
def test_which_servers_make_basic_affected(
    ip: str, port: int, banner: str | None, service: str, verdict: Verdict
) -> None:
    judged = judge([fact(BASIC, server=ip, port=port, banner=banner)])
    assert judged.session.service == service
    assert judged.device.verdict == verdict


def test_basic_that_only_fails_is_still_basic() -> None:
    refused = judge([fact(attempt("LOGIN", "failure"), day=day) for day in range(3)])
    assert (refused.device.verdict, refused.device.state) == ("affected", "failing")
    assert (refused.service.succeeded, refused.service.failed) == (0, 3)


def test_sessions_that_could_not_be_judged_never_outweigh_one_that_was() -> None:
    judged = judge([fact(BASIC), *(unreadable(day) for day in range(1, 20))])
    assert (judged.device.verdict, judged.device.band) == ("affected", "certain")
    assert (judged.service.judged, judged.service.unjudged) == (1, 19)


def test_nothing_but_unjudged_is_unknown_and_no_all_clear() -> None:
    judged = judge([unreadable(day) for day in range(5)])
    assert (judged.device.verdict, judged.device.band, judged.device.state) == ("unknown", None, "unjudged")
    assert "makes of a record is not known" in judged.device.reason


def test_a_device_has_the_most_urgent_of_its_services() -> None:
    judged = judge([
        fact(OAUTH),
        fact(BASIC, day=1, server="203.0.113.5", banner="220 mail.example.org ESMTP"),
        fact(day=2, server="10.0.3.2", port=25, banner="220 relay.example.org ESMTP", mail=True, mail_accepted=True),
    ])  # fmt: skip
    assert judged.device.verdict == "basic-elsewhere"
    assert {each.service: each.verdict for each in judged.device.services} == {
        "exchange-online": "modern", "other": "basic-elsewhere", "private": "unauthenticated",
    }  # fmt: skip


def test_devices_come_by_verdict_then_id() -> None:
    kinds = {"affected": BASIC, "modern": OAUTH, "challenge": CRAM}
    facts = [
        fact(each, day=number, client=f"10.0.3.{number}", mac=None)
        for number, each in enumerate([*kinds.values()] * 3, start=1)
    ]
    devices = judge(facts).devices
    assert [device.verdict for device in devices] == sorted((d.verdict for d in devices), key=VERDICTS.index)
    assert [(VERDICTS.index(d.verdict), d.device) for d in devices] == sorted(
        (VERDICTS.index(d.verdict), d.device) for d in devices
    )


ONLY_OAUTH: dict[str, Any] = {"offered": ("XOAUTH2",), "starttls": "not-offered"}
"""A whole list of mechanisms, without Basic."""


def turned_away(day: float) -> SessionFact:
    """A mail without AUTH that was refused for want of it."""
    return fact(day=day, mail=True, mail_accepted=False, mail_reply="530 5.7.57 Client not authenticated to send mail.")


def failed_tls(day: float) -> SessionFact:
    """A session whose handshake failed."""
    return in_tls(day, tls=TlsFact(offered="1.2", alert="protocol_version", alert_from="server"))


POLICY = "535 5.7.139 Authentication unsuccessful, basic authentication is disabled"
STATES: list[tuple[str, list[SessionFact], State, Verdict]] = [
    ("works", [fact(BASIC)], "working", "affected"),
    ("fails", [fact(BASIC), fact(attempt("LOGIN", "failure"), day=1)], "failing", "affected"),
    ("works again", [fact(attempt("LOGIN", "failure")), fact(BASIC, day=1)], "working", "affected"),
    ("refused", [fact(BASIC), fact(attempt("LOGIN", "failure", POLICY), day=1)], "refused", "affected"),
    ("refused, tenant switch", [fact(attempt("PLAIN", "failure",
        "535 5.7.139 SmtpClientAuthentication is disabled for the Tenant"))], "refused", "affected"),
    ("a wrong password is no policy", [fact(attempt("LOGIN", "failure", "535 5.7.3 Authentication unsuccessful"))],
     "failing", "affected"),
    ("gave up", [fact(BASIC), no_auth(1), no_auth(2)], "gave-up", "affected"),
    ("one early end is chance", [fact(BASIC), no_auth(1)], "working", "affected"),
    ("early ends without earlier success", [no_auth(0), no_auth(1)], "unjudged", "unknown"),
    ("early ends, then works", [fact(BASIC), no_auth(1), no_auth(2), fact(BASIC, day=3)], "working", "affected"),
    ("migrated", [fact(BASIC), fact(BASIC, day=1), fact(OAUTH, day=2)], "migrated", "modern"),
    ("both", [fact(BASIC), fact(OAUTH, day=1), fact(BASIC, day=2)], "working", "affected"),
    ("back to Basic", [fact(OAUTH), fact(BASIC, day=1)], "working", "affected"),
    ("outcome not seen", [fact(attempt("LOGIN", "unknown"))], "unjudged", "affected"),
    ("mail accepted", [fact(mail=True, mail_accepted=True)], "working", "unauthenticated"),
    ("mail refused", [fact(mail=True, mail_accepted=False)], "failing", "unauthenticated"),
    ("inside TLS", [unreadable()], "unjudged", "unknown"),
    ("behind the handshake nothing", [in_tls()], "unjudged", "unknown"),
    ("Basic not offered any more", [fact(BASIC), no_auth(1, **ONLY_OAUTH)], "refused", "affected"),
    ("again and again", [fact(BASIC), *(no_auth(n, **ONLY_OAUTH) for n in (1, 2, 3))], "refused", "affected"),
    ("not offered, but then it works", [fact(BASIC), no_auth(1, **ONLY_OAUTH), fact(BASIC, day=2)],
     "working", "affected"),
    ("not offered to who never used it", [no_auth(1, **ONLY_OAUTH)], "unjudged", "unknown"),
    ("not offered to who uses OAuth", [fact(OAUTH), no_auth(1, **ONLY_OAUTH)], "working", "modern"),
    ("what is listed before STARTTLS is not the whole list", [fact(BASIC), no_auth(1, offered=("NTLM",))],
     "working", "affected"),
    ("not in a row", [fact(BASIC), no_auth(1), unreadable(2), no_auth(3), unreadable(4)], "working", "affected"),
    ("turned away once, and hidden since", [fact(BASIC), no_auth(1, **ONLY_OAUTH),
                                            unreadable(2)], "working", "affected"),
    ("gave up inside TLS", [fact(BASIC), in_tls(1), in_tls(2)], "gave-up", "affected"),
    ("refused, then gave up", [fact(BASIC), fact(attempt("LOGIN", "failure", POLICY), day=1), no_auth(2), no_auth(3)],
     "gave-up", "affected"),
    ("mails without AUTH now, in vain", [fact(BASIC), turned_away(1), turned_away(2)], "refused", "affected"),
    ("mails without AUTH now", [fact(BASIC), fact(day=1, mail=True, mail_accepted=True)], "working", "unauthenticated"),
    ("migrated, and OAuth fails", [fact(BASIC), fact(OAUTH, day=1), fact(attempt("XOAUTH2", "failure"), day=2)],
     "failing", "modern"),
    ("TLS fails, twice", [fact(BASIC), failed_tls(1), failed_tls(2)], "gave-up", "affected"),
]  # fmt: skip


@pytest.mark.parametrize(("facts", "state", "verdict"), [row[1:] for row in STATES], ids=[row[0] for row in STATES])
def test_state(facts: list[SessionFact], state: State, verdict: Verdict) -> None:
    device = judge(facts).device
    assert (device.state, device.verdict) == (state, verdict)


def test_another_server_of_ours_that_lists_no_basic_refuses_nobody() -> None:
    ours = {"port": 25, "banner": "220 relay.example.org ESMTP", "starttls": "not-offered"}
    other_one = no_auth(1, server="10.0.3.9", offered=("NTLM",), **ours)
    assert judge([fact(BASIC, server="10.0.3.2", **ours), other_one]).service.state == "working"  # type: ignore[arg-type]


def test_what_was_said_of_a_refusal_is_kept_until_it_works_again() -> None:
    refused = fact(attempt("LOGIN", "failure", POLICY), day=1)
    assert judge([fact(BASIC), refused]).service.refusal == "basic-disabled"
    assert judge([refused, fact(BASIC, day=2)]).service.refusal is None


def test_behind_an_address_of_several_nothing_is_left_behind() -> None:
    """One of them may have migrated; the other has not."""
    shared = {"client": "10.0.9.1", "mac": None}
    one = fact(BASIC, helo="printer-1", **shared)  # type: ignore[arg-type]
    other_one = fact(OAUTH, helo="printer-2", day=0.001, **shared)  # type: ignore[arg-type]
    device = judge([one, other_one]).device
    assert (device.verdict, device.state, device.role, device.senders_at_least) == ("affected", "working", "nat", 2)


def other(day: float) -> SessionFact:
    """A session of another device, which says how long the data go on."""
    return fact(CRAM, day=day, client="10.0.3.99", mac="00:11:32:00:00:99", helo="nas")


QUIET: list[tuple[list[float], float, bool]] = [
    # days of its sessions, day of the data's end → quiet
    ([0], 29, False),
    ([0], 31, True),
    ([0, 1, 2], 31, False),
    ([0, 1, 2], 33, True),
    ([0, 20, 40], 75, False),  # every twenty days: three of its intervals are sixty
    ([0, 20, 40], 99, False),
    ([0, 20, 40], 101, True),
]


@pytest.mark.parametrize(("days", "ends", "quiet"), QUIET)
def test_quiet_is_three_of_its_intervals_and_at_least_thirty_days(
    days: list[float], ends: float, *, quiet: bool
) -> None:
    devices = judge([*(fact(BASIC, day=day) for day in days), other(ends)]).devices
    (device,) = (each for each in devices if each.name == "RNP002673A1B2C3")
    assert (device.state == "quiet") is quiet


def test_only_the_last_thirty_days_speak_of_the_present() -> None:
    judged = judge([fact(BASIC), fact(OAUTH, day=40), fact(OAUTH, day=41)])
    assert judged.service.family == "oauth"
    overlapping = judge([fact(OAUTH), fact(BASIC, day=1), fact(OAUTH, day=40)])
    assert overlapping.service.verdict == "modern"


def test_a_family_that_is_not_decided_is_dissent() -> None:
    ledger = ServiceLedger("exchange-online", NOW + DAY, catalogue())
    ledger.families = {"basic": FamilyTally(clear=1, first=NOW, last=NOW), "oauth": FamilyTally(inferred=1, first=NOW)}
    ledger.judged, ledger.servers = 2, {"52.97.1.2:587": None}
    finding = ledger.finding()
    assert (finding.verdict, finding.dissent) == ("affected", 1)


def test_users_servers_and_outcomes_are_gathered() -> None:
    judged = judge([
        fact(attempt(user="a@example.org")), fact(attempt(user="b@example.org"), day=1, server="52.97.1.3"),
        fact(attempt("PLAIN", "failure", user="a@example.org"), day=2), fact(attempt("LOGIN", "unknown"), day=3),
    ])  # fmt: skip
    service = judged.service
    assert service.users == ("a@example.org", "b@example.org", "scan@example.org")
    assert service.servers == ("52.97.1.2:587", "52.97.1.3:587")
    assert service.mechanisms == ("LOGIN", "PLAIN")
    assert (service.succeeded, service.failed, service.unknown_outcome) == (2, 1, 1)
    assert (service.first_seen, service.last_seen) == (NOW, NOW + 3 * DAY)
    assert (service.last_success, service.first_failure) == (NOW + DAY, NOW + 2 * DAY)
    assert service.cleartext


def test_the_reason_is_that_of_the_verdict_and_not_of_the_last_session() -> None:
    judged = judge([fact(OAUTH), fact(BASIC, day=1), fact(OAUTH, day=2)])
    assert judged.device.verdict == "affected"
    assert "AUTH LOGIN was read in clear" in judged.device.reason


def test_what_is_older_than_the_present_is_said_to_be() -> None:
    devices = judge([fact(BASIC), other(40)]).devices
    (device,) = (each for each in devices if each.name == "RNP002673A1B2C3")
    assert (device.verdict, device.state) == ("unknown", "quiet")
    assert "nothing of the last 30 days" in device.reason
    assert "AUTH LOGIN was read in clear" in device.reason
