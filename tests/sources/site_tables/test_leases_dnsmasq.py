"""dnsmasq's leases: the first line is what dnsmasq 2.90 wrote for udhcpc 1.35 in a network namespace."""

from __future__ import annotations

from pathlib import Path

import pytest

from sniffer.sources.problems import TableError
from tests.sources.site_tables.tables import CANON, CAPTURED, RICOH, bindings, clues, said, table, who

REAL = "1795693106 00:26:73:a1:b2:c3 10.99.0.59 RNP002673A1B2C3 01:00:26:73:a1:b2:c3\n"
ENDS = 1_795_693_106_000_000


def test_a_lease_was_seen_to_hold_at_the_capture(tmp_path: Path) -> None:
    dnsmasq = table(tmp_path, REAL, captured=ENDS - 60_000_000)
    facts = list(dnsmasq)
    (binding,) = bindings(facts)
    assert dnsmasq.kind == "dnsmasq-leases"
    assert (binding.ip, binding.mac, binding.until, binding.line) == ("10.99.0.59", RICOH, ENDS, 1)
    assert binding.first == binding.last == ENDS - 60_000_000
    assert said(facts) == [("name", "RNP002673A1B2C3"), ("client-id", "01002673a1b2c3")]


def test_a_lease_that_ended_before_the_capture_was_seen_before(tmp_path: Path) -> None:
    (binding,) = bindings(table(tmp_path, REAL, captured=ENDS + 1))
    assert binding.last == ENDS


def test_without_a_capture_it_held_when_it_ended(tmp_path: Path) -> None:
    (binding,) = bindings(table(tmp_path, REAL, captured=None))
    assert binding.last == ENDS


def test_a_lease_without_end(tmp_path: Path) -> None:
    (binding,) = bindings(table(tmp_path, "0 00:1e:8f:11:22:33 10.0.3.18 * *\n"))
    assert (binding.mac, binding.last, binding.until) == (CANON, CAPTURED, None)


def test_leases_of_ipv6_behind_the_servers_duid(tmp_path: Path) -> None:
    six = (
        "duid 00:01:00:01:2c:eb:51:15:00:0c:29:01:02:03\n"
        "1795693106 7512963 2001:db8:1::5 ricoh 00:03:00:01:00:26:73:a1:b2:c3\n"
    )
    dnsmasq = table(tmp_path, REAL + six)
    facts = list(dnsmasq)
    assert who(facts) == [("10.99.0.59", RICOH)]
    assert [(each.mac, each.field, each.value) for each in clues(facts) if each.ip == "2001:db8:1::5"] == [
        (None, "name", "ricoh"), (None, "client-id", "00030001002673a1b2c3"),
    ]  # fmt: skip
    assert dnsmasq.problems == []


def test_a_box_without_a_clock_tells_no_time(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="1 rows have no time since 1970, the first in line 1"):
        list(table(tmp_path, REAL.replace("1795693106", "3600")))
