"""Waiting for a device's test: who is meant, what counts, when there is a verdict, and how the program ends."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sniffer.cli.called import canonical, is_called
from sniffer.cli.signs import Signs
from sniffer.cli.waiting import DONE, MATCHED, NOT_JUDGED, Waiting, WaitingLine, status
from sniffer.knowledge.catalogue import catalogue
from sniffer.model import limits
from sniffer.model.clues import BindingFact, ClueFact
from sniffer.model.facts import NameFact, SessionFact
from sniffer.reports.redaction import Redactor
from sniffer.reports.verified import Verified
from tests.inference.facts import NOW, attempt, fact, judge, no_auth
from tests.reports.test_verified import SECOND, after

MAC, IP = "00:26:73:a1:b2:c3", "10.0.3.17"
OTHER: dict[str, Any] = {"client": "10.0.3.99", "mac": "00:26:73:00:00:99", "helo": "RNP002673000099"}
LATER = NOW + 300 * SECOND


def waiting(word: str = IP, began: int = NOW) -> Waiting:
    """Somebody who waits for a device."""
    return Waiting(word, began, catalogue(), Redactor())


def hear(one: Waiting, facts: Iterable[SessionFact], now: int = LATER, *, last: bool = False) -> Verified | None:
    """What is decided after a judgement of these facts."""
    judged = judge(facts)
    for each in judged.sessions:
        one.look(each)
    return one.decided(judged.devices, now, last=last)


@pytest.mark.parametrize(
    "word", [IP, MAC, "00-26-73-A1-B2-C3", "RNP002673A1B2C3", "rnp002673a1b2c3", "scan@example.org"]
)
def test_whatever_the_device_is_called_its_test_is_told(word: str) -> None:
    one = waiting(word)
    assert (
        hear(
            one,
            [
                after(
                    2,
                    attempt(),
                    **OTHER,
                )
                if word != "scan@example.org"
                else no_auth(**OTHER)
            ],
        )
        is None
    )
    told = hear(one, [after(1, attempt()), no_auth(day=0.001, **OTHER)])
    assert told is not None
    assert told.finding.fact.client_ip == IP
    assert one.others == 1


def test_one_waits_until_the_device_is_quiet() -> None:
    one, test = waiting(), [after(1, attempt(outcome="failure"))]
    end = test[0].end
    assert hear(one, test, end + limits.VERIFY_QUIET - 1) is None
    assert "1 session heard" in one.line(end)
    test.append(after(8, attempt("XOAUTH2")))
    assert hear(one, test, end + limits.VERIFY_QUIET) is None
    told = hear(one, test, test[1].end + limits.VERIFY_QUIET)
    assert told is not None
    assert (told.verdict, len(told.sessions)) == ("modern", 2)


def test_time_alone_ends_a_test_though_nothing_is_judged_again() -> None:
    one, test = waiting(), [after(1, attempt())]
    assert hear(one, test, test[0].end) is None
    assert one.again(test[0].end + limits.VERIFY_QUIET - 1) is None
    told = one.again(test[0].end + limits.VERIFY_QUIET)
    assert told is not None
    assert told.verdict == "affected"


def test_a_judgement_that_was_given_up_counts_nothing_twice() -> None:
    one, facts = waiting(), [after(1, attempt()), after(2, attempt(), **OTHER), after(3, attempt())]
    for each in judge(facts).sessions[:2]:
        one.look(each)
    told = hear(one, facts)
    assert told is not None
    assert (len(told.sessions), one.others) == (2, 1)


def test_where_nothing_more_will_come_what_there_is_must_do() -> None:
    one, test = waiting(), [after(1, attempt())]
    told = hear(one, test, test[0].end, last=True)
    assert told is not None
    assert told.verdict == "affected"
    assert hear(waiting(), [], last=True) is None


def test_what_was_before_does_not_count() -> None:
    one = waiting(began=NOW + 60 * SECOND)
    assert hear(one, [fact(attempt())], last=True) is None
    told = hear(one, [fact(attempt()), after(61, attempt("XOAUTH2"))])
    assert told is not None
    assert [each.auth.mechanism for each in told.sessions] == ["XOAUTH2"]


def test_an_address_means_the_sessions_from_there() -> None:
    """The device may have had another address an hour ago."""
    moved = [after(1, attempt(), client="10.0.3.50"), after(2, attempt("XOAUTH2"))]
    assert {each.device for each in judge(moved).devices} == {judge(moved).device.device}
    told = hear(waiting("10.0.3.50"), moved)
    assert told is not None
    assert told.verdict == "affected"


def test_many_devices_and_sessions_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "VERIFIED_DEVICES", 5)
    monkeypatch.setattr(limits, "VERIFIED_SESSIONS", 3)
    one = waiting()
    facts = [
        after(number, attempt(), client=f"10.0.4.{number}", mac=f"00:26:73:00:01:{number:02x}") for number in range(20)
    ]
    judged = judge([*facts, *(after(100 + number, attempt()) for number in range(9))])
    for each in judged.sessions:
        one.look(each)
    assert len(one._heard) == 5
    told = one.decided(judged.devices, LATER)
    assert told is not None
    assert len(told.sessions) == 3


def test_the_statuses() -> None:
    basic = hear(waiting(), [after(1, attempt())])
    unread = hear(waiting(), [no_auth()])
    assert basic is not None
    assert unread is not None
    assert status(basic, ()) == DONE
    assert status(basic, ("affected",)) == MATCHED
    assert status(unread, ("affected",)) == NOT_JUDGED
    assert status(unread, ("affected", "unknown")) == MATCHED


def test_at_the_end_of_a_wait_for_nothing_one_hears_of_others() -> None:
    one = waiting("10.0.3.200")
    assert hear(one, [after(1, attempt())]) is None
    assert one.others == 1
    assert "right span" not in " ".join(one.nothing(LATER, (25,)))
    assert one.nothing(LATER, (25,))[0] == "No session of 10.0.3.200 was seen in 00:05:00."


# -- signs -------------------------------------------------------------------------------------------


def bound(ip: str = IP, mac: str = MAC, last: int = NOW) -> BindingFact:
    """A claim of an address by ARP."""
    return BindingFact("hq", (), ip, mac, "arp", NOW, last, 1)


def said(value: str, field: str = "name", *, ip: str | None = IP, mac: str | None = MAC) -> ClueFact:
    """What a box says of itself by DHCP."""
    return ClueFact("hq", (), mac, ip, "dhcp", field, value, NOW, NOW, 1)  # type: ignore[arg-type]


def asked(name: str, client: str = IP, last: int = NOW) -> NameFact:
    """A DNS answer."""
    return NameFact("hq", client, name, "52.97.1.2", NOW, last, 1)


def test_an_address_is_known_at_once() -> None:
    signs = Signs(IP)
    signs.name(asked("smtp.office365.com", last=NOW + 5))
    signs.name(asked("elsewhere.example.org", "10.0.3.18"))
    told = signs.told((IP, "10.0.3.18"))
    assert (told.asked, told.seen, told.open) == (("smtp.office365.com",), NOW + 5, 1)


@pytest.mark.parametrize("word", [MAC, "0026.73A1.B2C3"])
def test_a_card_leads_to_its_address(word: str) -> None:
    signs = Signs(word)
    signs.name(asked("too.early.example.org"))
    signs.box(bound())
    signs.box(bound("10.0.3.18", "00:26:73:00:00:01"))
    signs.name(asked("smtp.office365.com"))
    assert signs.told().asked == ("smtp.office365.com",)
    assert signs.told().addresses == (IP,)


def test_a_name_leads_to_both() -> None:
    signs = Signs("scanner")
    signs.box(said("other", ip="10.0.3.18", mac="00:26:73:00:00:01"))
    assert signs.told().seen is None
    signs.box(said("SCANNER.example.org"))
    signs.name(asked("smtp.office365.com"))
    assert (signs.told().addresses, signs.told().cards) == ((IP,), (MAC,))
    assert signs.told().asked == ("smtp.office365.com",)


def test_a_mere_model_is_no_name() -> None:
    signs = Signs("MP C3003")
    signs.box(said("MP C3003", "model"))
    assert signs.told().seen is None


@given(st.lists(st.tuples(st.integers(0, 255), st.integers(0, 40))))
def test_signs_are_bounded(claims: list[tuple[int, int]]) -> None:
    signs = Signs(MAC)
    for host, name in claims:
        signs.box(bound(f"10.0.3.{host}"))
        signs.name(asked(f"{name}.example.org", f"10.0.3.{host}"))
    told = signs.told()
    assert len(told.addresses) <= limits.CALLED_ADDRESSES
    assert len(told.asked) <= limits.SIGNS_ASKED


# -- words and lines -----------------------------------------------------------------------------------


def test_addresses_are_compared_as_captures_show_them() -> None:
    assert canonical(" 2001:DB8:0:0::1 ") == canonical("[2001:db8::1]") == "2001:db8::1"
    one = judge([fact(attempt(), client="2001:db8::1", server="2603:1026::1")], ["2001:db8::/32"]).device
    assert is_called(one, "2001:0DB8::0:1")
    assert not is_called(one, "")


class Screen(io.StringIO):
    """Standard error, as a terminal."""

    def isatty(self) -> bool:
        """Say so."""
        return True


def test_on_a_terminal_the_line_is_written_over_and_taken_away(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Screen()
    monkeypatch.setattr(sys, "stderr", screen)
    time = iter([0.0, 0.0, 0.0, 0.5, 1.5, 1.5])
    line = WaitingLine(lambda: next(time))
    line.show("waiting 00:00:01 for x: nothing\x1b")
    line.show("waiting 00:00:02 for x: too early")
    line.show("waiting 00:00:03 for x: something")
    line.clear()
    assert screen.getvalue() == (
        "\rwaiting 00:00:01 for x: nothing\\x1b\x1b[K\rwaiting 00:00:03 for x: something\x1b[K\r\x1b[K"
    )


def test_elsewhere_each_change_of_words_has_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    log = io.StringIO()
    monkeypatch.setattr(sys, "stderr", log)
    time = iter(range(100))
    line = WaitingLine(lambda: float(next(time)))
    for second, text in enumerate(["nothing", "nothing", "something"]):
        line.show(f"waiting 00:00:{second:02} for x: {text}")
    line.clear()
    assert log.getvalue().splitlines() == [
        "sniffer: waiting 00:00:00 for x: nothing", "sniffer: waiting 00:00:02 for x: something",
    ]  # fmt: skip
