"""The dates and the ways out: worded for a day, and none missing."""

from __future__ import annotations

from datetime import date

import pytest

from sniffer.knowledge.catalogue import catalogue
from sniffer.knowledge.deadlines import Deadline
from sniffer.knowledge.ways import Way

KNOWN = catalogue()
CODES = {row.code for row in KNOWN.services}
LAST_DAY, FIRST_AFTER = date(2026, 12, 31), date(2027, 1, 1)


@pytest.mark.parametrize("row", KNOWN.deadlines, ids=[row.code for row in KNOWN.deadlines])
def test_a_date_is_about_services_that_devices_log_in_to(row: Deadline) -> None:
    assert set(row.services) <= CODES
    assert all(KNOWN.service(code).submission for code in row.services)
    assert (row.begins is None) == (row.certainty == "none")
    assert row.certainty != "in-force" or row.passed(row.as_of)


def test_every_service_that_devices_log_in_to_has_its_word() -> None:
    told = [code for row in KNOWN.deadlines for code in row.services]
    assert sorted(told) == sorted(row.code for row in KNOWN.services if row.submission)


def test_exchange_online_turns_basic_off_behind_the_last_day_of_2026() -> None:
    row = KNOWN.deadline("exchange-online")
    assert row
    assert row.when == "end of December 2026"
    assert (row.check, row.as_of) == ("MC786329", date(2026, 1, 29))
    assert "turns Basic" in row.says(LAST_DAY)
    assert "has turned Basic" in row.says(FIRST_AFTER)
    assert (KNOWN.passed(LAST_DAY), KNOWN.passed(FIRST_AFTER)) == (False, True)
    assert set(row.services) == {each.code for each in KNOWN.services if each.affected}


def test_what_has_no_row_has_no_date() -> None:
    assert KNOWN.deadline("private") is None
    assert KNOWN.deadline("exchange-online-mx") is None


@pytest.mark.parametrize("row", KNOWN.ways, ids=[row.code for row in KNOWN.ways])
def test_a_way_leads_out_of_services_that_there_are(row: Way) -> None:
    assert set(row.services) <= CODES
    assert row.services or row.code == "fix-setting"
    assert row.fits_when(passed=True)


def test_a_way_has_a_host_that_is_a_known_service_or_the_readers_own() -> None:
    hosts = {row.code: row.host for row in KNOWN.ways}
    named = {code: KNOWN.by_name((host or "").replace("<tenant>", "example")) for code, host in hosts.items()}
    assert {code: row.code for code, row in named.items() if row} == {
        "high-volume-email": "exchange-online-hve",
        "relay-connector": "exchange-online-mx",
        "direct-send": "exchange-online-mx",
        "azure-communication-services": "azure-communication-services",
    }


def test_ways_come_in_the_order_in_which_to_try_them() -> None:
    codes = [row.code for row in KNOWN.ways_out_of("exchange-online")]
    assert codes[0] == "oauth"
    assert codes[-1] == "re-enable"
    assert codes.index("high-volume-email") < codes.index("direct-send")
    assert KNOWN.ways_out_of("private") == ()


@pytest.mark.parametrize(("host", "ports", "server"), [(None, (), None), ("a", (), "a"), ("a", (25,), "a:25"),
                                                       ("a", (25, 587), "a, port 25 or 587")])  # fmt: skip
def test_a_server_is_named_with_its_ports(host: str | None, ports: tuple[int, ...], server: str | None) -> None:
    row = Way(
        code="a", source="b", as_of=FIRST_AFTER, name="c", services=(), host=host, ports=ports, auth="d", fits="e"
    )
    assert row.server == server
