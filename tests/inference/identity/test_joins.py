"""Cards that are one box's, and those that are not, whatever they say."""

from __future__ import annotations

import pytest

from tests.inference.identity.sites import HP, OTHER_RANDOM, RANDOM, RICOH, RICOH2, Box, Site, arp, mail, said

IPS = {RICOH: "10.0.3.17", RICOH2: "10.0.3.18", HP: "10.0.3.19", RANDOM: "10.0.3.20", OTHER_RANDOM: "10.0.3.21"}


def boxes(*cards: str, facts: list[Box]) -> int:
    """How many devices these cards' sessions are."""
    sessions = [mail(minutes, ip=IPS[card], mac=card) for minutes, card in enumerate(cards)]
    site = Site(sessions, facts)
    assert all(band == "certain" for _, band in site.cards)
    return len(site.devices)


def claims(*cards: str, first: float = 0, last: float = 9) -> list[Box]:
    """Cards claim their addresses."""
    return [arp(IPS[card], card, first, last) for card in cards]


def test_a_serial_number_joins_the_cards_of_one_maker() -> None:
    serial = [said(card, "serial", "W512L500123", "snmp") for card in (RICOH, RICOH2)]
    assert boxes(RICOH, RICOH2, facts=[*claims(RICOH, RICOH2), *serial]) == 1


def test_a_serial_number_joins_no_cards_of_different_makers() -> None:
    serial = [said(card, "serial", "W512L500123", "snmp") for card in (RICOH, HP)]
    assert boxes(RICOH, HP, facts=[*claims(RICOH, HP), *serial]) == 2


@pytest.mark.parametrize(
    "value",
    ["0000000000", "XXXXXXXX", "123456789", "0123456789", "12345678", "None", "Default string", "unknown", "N/A",
     "To be filled by O.E.M.", "System Serial Number", "Not Specified", "A1"],
)  # fmt: skip
def test_a_makers_default_serial_number_joins_nothing(value: str) -> None:
    serial = [said(card, "serial", value, "snmp") for card in (RICOH, RICOH2)]
    assert boxes(RICOH, RICOH2, facts=[*claims(RICOH, RICOH2), *serial]) == 2


@pytest.mark.parametrize("field", ["client-id", "uuid"])
def test_an_identifier_joins_made_up_addresses_that_follow_each_other(field: str) -> None:
    marks: list[Box] = [
        said(RANDOM, field, "4d2", "dhcp", first=0),  # type: ignore[arg-type]
        said(OTHER_RANDOM, field, "4d2", "dhcp", first=10),  # type: ignore[arg-type]
    ]
    facts = [*claims(RANDOM, first=0, last=0), *claims(OTHER_RANDOM, first=10, last=12), *marks]
    assert boxes(RANDOM, OTHER_RANDOM, facts=facts) == 1


def test_copies_of_a_machine_that_speak_by_turns_are_two() -> None:
    """The identifier was copied with the disk; neither ever claims anything at the very time of the other."""
    marks = [said(card, "client-id", "4d2", "dhcpv6", first=first) for card, first in
             ((RANDOM, 0), (OTHER_RANDOM, 1), (RANDOM, 2))]  # fmt: skip
    facts = [*claims(RANDOM, first=0, last=0), *claims(OTHER_RANDOM, first=1, last=1), *marks]
    assert boxes(RANDOM, OTHER_RANDOM, facts=facts) == 2


def test_an_identifier_joins_no_two_cards_from_the_factory() -> None:
    marks = [said(RICOH, "uuid", "4d2"), said(RICOH2, "uuid", "4d2", first=10)]
    facts = [*claims(RICOH, last=0), *claims(RICOH2, first=10), *marks]
    assert boxes(RICOH, RICOH2, facts=facts) == 2


def test_a_name_joins_nothing() -> None:
    names = [said(card, "name", "scan", source) for card in (RICOH, RICOH2) for source in ("dhcp", "mdns")]
    assert boxes(RICOH, RICOH2, facts=[*claims(RICOH, RICOH2), *names]) == 2
