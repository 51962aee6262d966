"""Lists of equipment: NetBox's exports, and what a CMDB or a person writes."""

from __future__ import annotations

from pathlib import Path

import pytest

from sniffer.model.clues import KINDS
from sniffer.sources.problems import TableError
from sniffer.sources.site_tables import inventory_list
from tests.sources.site_tables.tables import CANON, CAPTURED, RICOH, bindings, clues, said, table

NETBOX = (
    "Name,Status,Tenant,Site,Location,Rack,Role,Manufacturer,Type,IP Address,Serial number,Asset tag\n"
    "ricoh-2,Active,Accounting,Vienna,Floor 2,—,Network Printer,Ricoh,MP C3003,10.0.3.17/24,E174M210012,A-4711\n"
    "canon-1,Decommissioning,Sales,Vienna,Floor 1,—,Network Printer,Canon,iR-ADV C5535,10.0.3.18/24,,\n"
)


def test_netboxs_devices(tmp_path: Path) -> None:
    netbox = table(tmp_path, NETBOX)
    facts = list(netbox)
    assert netbox.kind == "inventory-list"
    assert bindings(facts) == []
    assert said(facts) == [
        ("name", "ricoh-2"), ("vendor", "Ricoh"), ("model", "MP C3003"), ("serial", "E174M210012"), ("asset", "A-4711"),
        ("location", "Floor 2"), ("site", "Vienna"), ("owner", "Accounting"), ("kind", "printer"),
    ]  # fmt: skip
    assert {(each.mac, each.ip, each.source, each.first, each.last, each.line) for each in clues(facts)} == {
        (None, "10.0.3.17", "inventory-list", CAPTURED, CAPTURED, 2)
    }


def test_the_type_of_a_device_is_its_model_where_the_role_is_told_and_else_its_kind(tmp_path: Path) -> None:
    netbox = "name,role,manufacturer,device_type,ip\nricoh,printer,Ricoh,MP C3003,10.0.3.17\n"
    assert ("model", "MP C3003") in said(table(tmp_path, netbox))
    assert said(table(tmp_path, "Host Name,Device Type,IP\nricoh,Printer,10.0.3.17\n")) == [
        ("name", "ricoh"),
        ("kind", "printer"),
    ]


def test_netboxs_addresses(tmp_path: Path) -> None:
    text = (
        "IP Address,VRF,Status,Role,Tenant,Assigned,DNS Name,Description\n10.0.3.17/24,,Active,,,✔,ricoh.example.org,\n"
    )
    assert said(table(tmp_path, text)) == [("name", "ricoh.example.org")]


def test_a_spreadsheet_with_a_title_and_semicolons(tmp_path: Path) -> None:
    text = (
        "Printers of the Vienna office;;;;\n;;;;\n"
        'Asset Name;IP-Address;MAC;Category;"Assigned To"\n'
        '"ricoh; second floor";10.0.3.17;00-26-73-A1-B2-C3;MFP;"Accounting\nThird row"\n'
    )
    facts = list(table(tmp_path, text))
    assert said(facts) == [("name", "ricoh; second floor"), ("owner", "Accounting Third row"), ("kind", "printer")]
    assert {(each.mac, each.ip, each.line) for each in clues(facts)} == {(RICOH, "10.0.3.17", 4)}


def test_a_box_with_two_cards_is_known_by_each(tmp_path: Path) -> None:
    text = f"name,mac,ip\nricoh,{RICOH} {CANON},10.0.3.17\n"
    assert [(each.mac, each.ip) for each in clues(table(tmp_path, text))] == [(RICOH, None), (CANON, None)]


def test_a_row_without_address_and_card_is_counted(tmp_path: Path) -> None:
    inventory = table(tmp_path, "name,ip\nricoh,10.0.3.17\ncanon,DHCP\nbrother,\n")
    assert [each.ip for each in clues(inventory)] == ["10.0.3.17"]
    assert [(each.problem, each.rows, each.line) for each in inventory.problems] == [
        ("no address and no card of a host", 2, 3)
    ]


def test_what_says_nothing_is_no_clue(tmp_path: Path) -> None:
    assert said(table(tmp_path, "name,ip,serial,location\nricoh,10.0.3.17,N/A,-\n")) == [("name", "ricoh")]


@pytest.mark.parametrize("state", ["Retired", "In Stock", "planned", "Disposed of", "Decommissioned"])
def test_the_address_of_a_box_that_is_gone_may_be_anothers(tmp_path: Path, state: str) -> None:
    with pytest.raises(TableError, match="holds nothing that can be used"):
        list(table(tmp_path, f"name,ip,status\nricoh,10.0.3.17,{state}\n"))


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("Network Printer", "printer"), ("MFP", "printer"), ("Laser printer", "printer"), ("Print Server", "server"),
        ("Access Switch", "switch"), ("Core Router", "router"), ("Wireless Access Point", "access-point"),
        ("AP", "access-point"), ("IP Phone", "phone"), ("IP Camera", "camera"), ("NVR", "recorder"), ("NAS", "nas"),
        ("UPS", "ups"), ("PDU", "ups"),
        ("Laptop", "computer"), ("Windows Server", "server"), ("Document Scanner", "scanner"), ("Firewall", "firewall"),
        ("Firewall/Router", None), ("Printer/Scanner", "printer"),
        ("Network storage server", "nas"), ("Switch room printer", None), ("Coffee machine", None), ("", None),
        ("Nasal", None), ("Upstairs", None),
    ],
)  # fmt: skip
def test_kinds(words: str, kind: str | None) -> None:
    assert inventory_list.kind(words) == kind


def test_all_kinds_are_kinds() -> None:
    assert {kind for _, kind in inventory_list.KINDS} <= set(KINDS)
