"""A Windows DHCP server's leases: PowerShell's Export-Csv, and netsh's text."""

from __future__ import annotations

from pathlib import Path

import pytest

from sniffer.sources.problems import TableError
from tests.sources.site_tables.tables import CANON, CAPTURED, CET, RICOH, at, bindings, said, table, who

TYPE = "#TYPE Microsoft.Management.Infrastructure.CimInstance#root/Microsoft/Windows/DHCP/DhcpServerv4Lease\r\n"
NAMES = (
    '"IPAddress","ScopeId","AddressState","ClientId","ClientType","Description","DnsRegistration","DnsRR","HostName",'
    '"LeaseExpiryTime","NapCapable","NapStatus","PolicyName","ProbationEnds","ServerIP","PSComputerName"\r\n'
)


def row(ip: str, client: str, until: str, name: str = "", state: str = "Active", words: str = "") -> str:
    """A row as Export-Csv writes it."""
    cells = (ip, "10.0.3.0", state, client, "Dhcp", words, "Complete", "A", name, until, "False", "FullAccess", "", "",
             "10.0.3.2", "")  # fmt: skip
    return ",".join(f'"{cell}"' for cell in cells) + "\r\n"


def test_a_lease_was_seen_at_the_capture_and_ends_when_it_says(tmp_path: Path) -> None:
    lease = row("10.0.3.17", "00-26-73-a1-b2-c3", "11/27/2026 6:00:00 PM", "RNP002673A1B2C3.example.org")
    windows = table(tmp_path, TYPE + NAMES + lease, CET)
    facts = list(windows)
    (binding,) = bindings(facts)
    assert windows.kind == "windows-leases"
    assert (binding.ip, binding.mac, binding.line) == ("10.0.3.17", RICOH, 3)
    assert (binding.first, binding.last, binding.until) == (CAPTURED, CAPTURED, at("2026-11-27 18:00:00", CET))
    assert said(facts) == [("name", "RNP002673A1B2C3.example.org"), ("client-id", "002673a1b2c3")]


def test_a_lease_that_ended_before_the_capture_was_seen_before(tmp_path: Path) -> None:
    (binding,) = bindings(table(tmp_path, NAMES + row("10.0.3.17", "00-26-73-a1-b2-c3", "2026-11-20T08:00:00.0000000")))
    assert binding.last == binding.until == at("2026-11-20 08:00:00")


@pytest.mark.parametrize(
    ("cell", "told"),
    [
        ("26.11.2026 18:00:00", "2026-11-26 18:00:00"),  # German
        ("27/11/2026 18:00:00", "2026-11-27 18:00:00"),  # British
        ("11/27/2026 6:00:00 PM", "2026-11-27 18:00:00"),
        ("11/27/2026 12:05:00 AM", "2026-11-27 00:05:00"),
        ("11/27/2026 6:00:00\u202fPM", "2026-11-27 18:00:00"),  # ICU 72
        ("2026-11-27 18:00:00", "2026-11-27 18:00:00"),  # Swedish
        ("27-11-2026 18:00:00", "2026-11-27 18:00:00"),  # Dutch
        ("27. 11. 2026 18:00:00", "2026-11-27 18:00:00"),  # Czech
    ],
)
def test_a_local_time_is_read_where_it_can_mean_one_thing(tmp_path: Path, cell: str, told: str) -> None:
    (binding,) = bindings(table(tmp_path, NAMES + row("10.0.3.17", "00-26-73-a1-b2-c3", cell)))
    assert binding.until == at(told)


def test_other_rows_show_the_order_of_a_date(tmp_path: Path) -> None:
    rows = row("10.0.3.17", "00-26-73-a1-b2-c3", "03/04/2027 08:00:00") + row(
        "10.0.3.18", "00-1e-8f-11-22-33", "13/04/2027 08:00:00"
    )
    assert [each.until for each in bindings(table(tmp_path, NAMES + rows))] == [
        at("2027-04-03 08:00:00"), at("2027-04-13 08:00:00"),
    ]  # fmt: skip


def test_a_row_of_another_form_is_not_believed(tmp_path: Path) -> None:
    first, second = "00-26-73-a1-b2-c3", "00-1e-8f-11-22-33"
    rows = row("10.0.3.17", first, "2027-04-13") * 1001 + row("10.0.3.18", second, "03/04/2027 08:00")
    windows = table(tmp_path, NAMES + rows)
    assert who(windows) == [("10.0.3.17", RICOH)] * 1001
    assert [(each.problem, each.line) for each in windows.problems] == [("a time that cannot be read", 1003)]


def test_a_file_of_two_orders_is_refused(tmp_path: Path) -> None:
    rows = row("10.0.3.17", "00-26-73-a1-b2-c3", "13/04/2027") + row("10.0.3.18", "00-1e-8f-11-22-33", "04/13/2027")
    with pytest.raises(TableError, match="begin with the day and dates that begin with the month; export them as"):
        list(table(tmp_path, NAMES + rows))


def test_dates_that_mean_two_things_are_refused(tmp_path: Path) -> None:
    windows = table(tmp_path, NAMES + row("10.0.3.17", "00-26-73-a1-b2-c3", "03/04/2027 08:00:00"))
    with pytest.raises(TableError, match=r"two ways.*export them as 2026-04-03"):
        list(windows)


def test_states_in_which_nobody_has_the_address(tmp_path: Path) -> None:
    rows = (
        row("10.0.3.17", "00-26-73-a1-b2-c3", "", "ricoh", "InactiveReservation", "second floor")
        + row("10.0.3.18", "00-1e-8f-11-22-33", "", "BAD_ADDRESS", "Declined")
        + row("10.0.3.19", "00-1e-8f-11-22-33", "", "canon", "ActiveReservation")
        + row("10.0.3.20", "00-1e-8f-11-22-33", "2026-11-25 08:00", "canon", "Expired")
    )
    facts = list(table(tmp_path, NAMES + rows))
    assert [(each.ip, each.over) for each in bindings(facts)] == [("10.0.3.19", False), ("10.0.3.20", True)]
    assert ("name", "ricoh") in said(facts)
    assert ("name", "BAD_ADDRESS") not in said(facts)


def test_a_reservation_in_netshs_dump(tmp_path: Path) -> None:
    dump = (
        "\r\n# ====\r\n#  Changed Scope\r\nDhcp Server \\\\dhcp1 Scope 10.0.3.0 Add iprange 10.0.3.1 10.0.3.254\r\n"
        'Dhcp Server \\\\dhcp1 Scope 10.0.3.0 Add reservedip 10.0.3.17 002673a1b2c3 "ricoh-2" "second floor" "BOTH"\r\n'
    )
    netsh = table(tmp_path, dump)
    facts = list(netsh)
    assert netsh.kind == "netsh-leases"
    assert who(facts) == [("10.0.3.17", RICOH)]
    assert said(facts) == [("name", "ricoh-2"), ("client-id", "002673a1b2c3"), ("comment", "second floor")]


def test_netshs_list_of_clients(tmp_path: Path) -> None:
    text = (
        "IP Address      - Subnet Mask    - Unique ID           - Lease Expires        -Type -Name\n"
        "10.0.3.17       - 255.255.255.0  - 00-26-73-a1-b2-c3   -11/27/2026 3:32:22 PM    -D-  ricoh.example.org\n"
        "10.0.3.18       - 255.255.255.0  - 00-1e-8f-11-22-33   - NEVER EXPIRES        -U-  canon\n"
        "10.0.3.19       - 255.255.255.0  - 00-1e-8f-11-22-34   - INACTIVE        -D-  gone\n"
    )
    facts = list(table(tmp_path, text))
    assert who(facts) == [("10.0.3.17", RICOH), ("10.0.3.18", CANON)]
    assert [each.until for each in bindings(facts)] == [at("2026-11-27 15:32:22"), None]
    assert [value for field, value in said(facts) if field == "name"] == ["ricoh.example.org", "canon", "gone"]
