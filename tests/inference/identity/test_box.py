"""What a box is said to be: the best sources agree, a contradiction shows, and nobody's word is another's."""

from __future__ import annotations

import pytest

from sniffer.model import limits
from sniffer.model.clues import Field, Mark, Source, Witness
from sniffer.model.findings import DeviceFinding
from tests.inference.identity.sites import FIREWALL, HP, NAS, RICOH, Box, Site, arp, beyond, mail, said

IP = "10.0.3.17"
HERE = arp(IP, RICOH, 0, 30)


def box(*facts: Box, mac: str = RICOH, helo: str | None = None, witness: Witness | None = None) -> DeviceFinding:
    """What is said of a card that sent mail from its address."""
    return Site([mail(1, mac=mac, helo=helo, witness=witness)], [arp(IP, mac, 0, 30), *facts]).device


def test_what_a_printer_announces() -> None:
    found = box(
        said(RICOH, "name", "RNP002673A1B2C3", "dhcp"), said(RICOH, "model", "RICOH MP C3003"),
        said(RICOH, "location", "Floor 2", "snmp"), said(RICOH, "serial", "W512L500123", "snmp"),
        said(RICOH, "kind", "printer"), said(RICOH, "vendor", "RICOH"),
    )  # fmt: skip
    assert (found.name, found.vendor, found.model) == ("RNP002673A1B2C3", "Ricoh", "MP C3003")
    assert (found.kind, found.location, found.serial) == ("printer", "Floor 2", "W512L500123")
    assert found.identity.type_confidence


def test_a_card_alone_tells_its_maker_and_what_that_mostly_makes() -> None:
    found = box()
    assert (found.name, found.vendor, found.model, found.kind) == (None, "Ricoh", None, "printer")


@pytest.mark.parametrize("maker", ["RICOH", "Ricoh Company, Ltd.", "savin"])
def test_a_maker_under_another_of_its_names_is_no_contradiction(maker: str) -> None:
    found = box(said(RICOH, "vendor", maker))
    assert found.vendor == "Ricoh"
    assert found.anomalies == ()


def test_of_a_box_that_poses_as_anothers_nothing_is_believed() -> None:
    """One source speaks against the card: perhaps a box that imitates."""
    lies = [said(NAS, "vendor", "Canon"), said(NAS, "model", "iR-ADV C5535"), said(NAS, "kind", "printer")]
    found = box(*lies, mac=NAS)
    assert (found.vendor, found.model) == ("Synology", None)
    assert [each.code for each in found.anomalies] == ["identity-conflict"]


def test_two_values_of_equal_worth_are_no_answer() -> None:
    one, other = said(RICOH, "location", "Floor 2"), said(RICOH, "location", "Floor 3")
    assert box(one, other).location is None
    assert box(one, other, said(RICOH, "location", "floor 3", "snmp")).location == "Floor 3"


def test_what_a_source_repeats_is_not_more() -> None:
    often = [said(RICOH, "location", "Floor 2", vlan=(n,)) for n in range(5)]
    assert box(*often, said(RICOH, "location", "Floor 3")).location is None


def test_a_lone_weak_word_is_not_told() -> None:
    assert box(said(RICOH, "location", "Floor 2", "arp")).location is None


NAMES: list[tuple[Source, Source, str]] = [("dhcp", "mdns", "a"), ("mdns", "dhcp", "b"), ("llmnr", "nbns", "b")]


@pytest.mark.parametrize(("one", "other", "expected"), NAMES)
def test_of_names_the_one_that_people_read_first(one: Source, other: Source, expected: str) -> None:
    assert box(said(RICOH, "name", "a", one), said(RICOH, "name", "b", other)).name == expected


def test_a_name_that_more_sources_have_goes_before_and_one_of_the_inventory_before_all() -> None:
    facts = [
        said(RICOH, "name", "a", "dhcp"),
        said(RICOH, "name", "b.example.org", "nbns"),
        said(RICOH, "name", "B", "llmnr"),
    ]
    assert box(*facts).name == "b.example.org"
    assert box(*facts, said(RICOH, "name", "c", "inventory-list", sensor="")).name == "c"


@pytest.mark.parametrize("name", ["localhost", "10.0.3.17", "[10.0.3.17]", "printer.txt"])
def test_names_that_anybody_says_are_none(name: str) -> None:
    assert box(said(RICOH, "name", name, "dhcp")).name is None


def test_a_factory_name_of_another_card_is_not_its_name() -> None:
    found = box(said(NAS, "name", "RNP002673A1B2C3", "dhcp"), said(NAS, "name", "nas", "nbns"), mac=NAS)
    assert (found.name, found.vendor) == ("nas", "Synology")


def test_a_card_that_repeats_what_many_say_says_nothing_of_itself() -> None:
    """A reflector of mDNS; what it says elsewhere is its own."""
    reflected = [said(HP, "name", f"box-{n}") for n in range(4)] + [said(HP, "model", "DS918+")]
    found = box(*reflected, said(HP, "name", "gateway", "dhcp"), mac=HP)
    assert (found.name, found.model) == ("gateway", None)


def test_what_is_said_of_an_address_is_said_of_who_had_it_then() -> None:
    model = said(None, "model", "MP C3003", "snmp", ip=IP, first=5)
    later = said(None, "model", "MP C3003", "snmp", ip=IP, first=300)
    other = said(None, "model", "MP C3003", "snmp", ip="10.0.3.18", first=5)
    assert box(model).model == "MP C3003"
    assert box(later).model is None
    assert box(other).model is None


def test_nor_of_two_who_had_it_in_turn() -> None:
    model = said(None, "model", "MP C3003", "snmp", ip=IP, first=5)
    taken: list[Box] = [arp(IP, HP, 40, 60), said(None, "model", "LaserJet", "snmp", ip=IP, first=45)]
    assert box(model, *taken).model == "MP C3003"


def test_an_address_beyond_a_router_is_what_is_said_of_it_at_about_that_time() -> None:
    def model(minutes: float) -> str | None:
        told = said(None, "model", "MP C3003", "snmp", ip=IP, first=minutes, sensor="lan")
        return Site([beyond(0)], [told]).device.model

    assert [model(minutes) for minutes in (-59, 59, 61)] == ["MP C3003", "MP C3003", None]


def test_marks_of_its_mails_tell_too_but_not_those_of_mail_it_passed_on() -> None:
    maker, model = Mark("ricoh", "vendor", "Ricoh"), Mark("ricoh", "model", "MP C3003")
    assert box(witness=Witness(marks=(maker, model))).model == "MP C3003"
    passed = Witness(marks=(maker, model, Mark("received-from", "name", "scan")))
    found = box(witness=passed)
    assert (found.model, found.role) == (None, "relay")


def test_hosts_of_the_internet_are_nobodys_to_describe() -> None:
    stranger = beyond(ip="198.51.100.7", mac=FIREWALL)
    facts = [said(None, "model", "MP C3003", "snmp", ip="198.51.100.7")]
    for device in Site([stranger], facts).devices:
        assert device.scope == "local" or device.model is None


FIELDS: tuple[Field, ...] = ("model", "location", "serial", "comment")


def test_of_very_much_that_is_said_the_strongest_is_shown() -> None:
    flood = [said(RICOH, field, f"{field}-{n}", "llmnr") for field in FIELDS for n in range(limits.EVIDENCE)]
    found = box(*flood, said(RICOH, "location", "Floor 2", "snmp"))
    shown = [each for each in found.evidence if each.source in ("llmnr", "snmp")]
    assert len(shown) == limits.EVIDENCE
    assert (shown[0].source, shown[0].value) == ("snmp", "Floor 2")
