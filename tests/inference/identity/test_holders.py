"""Who had an address, and when."""

from __future__ import annotations

from itertools import permutations

import pytest
from msgspec.structs import replace

from sniffer.inference.identity.holders import Holders
from sniffer.model.clues import BindingFact
from tests.inference.identity.sites import HP, NAS, RICOH, arp, at, lease, row

IP = "10.0.3.17"
LAN = ("lan", ())


def who(facts: list[BindingFact], minutes: float, ip: str = IP) -> set[str]:
    """The cards that had an address at a time, whatever the order of the facts."""
    found = {frozenset(hold.mac for hold in Holders(order).at(ip, at(minutes))) for order in permutations(facts)}
    (cards,) = found
    return set(cards)


@pytest.mark.parametrize(("minutes", "had"), [(-11, False), (-9, True), (0, True), (35, True), (89, True), (91, False)])
def test_a_claim_of_its_own_holds_from_a_little_before_to_an_hour_after(minutes: float, had: bool) -> None:
    assert who([arp(IP, RICOH, 0, 30)], minutes) == ({RICOH} if had else set())


@pytest.mark.parametrize(("minutes", "had"), [(-1, False), (0, True), (119, True), (121, False)])
def test_a_lease_holds_from_when_it_was_given_to_its_end(minutes: float, had: bool) -> None:
    assert who([lease(IP, RICOH, 0, 120)], minutes) == ({RICOH} if had else set())


def test_what_was_given_up_is_nobodys() -> None:
    facts = [replace(lease(IP, RICOH, 0, 120), last=at(10), over=True)]
    assert who(facts, 9) == {RICOH}
    assert who(facts, 11) == set()


def test_an_address_that_changes_hands() -> None:
    """Between the last claim of the one and the first of the other it may have been either's."""
    facts = [lease(IP, RICOH, 0, 120), arp(IP, RICOH, 0, 20), arp(IP, HP, 60, 70)]
    assert [who(facts, minutes) for minutes in (10, 55, 61, 100)] == [{RICOH}, {RICOH, HP}, {HP}, {HP}]
    assert who(facts, 130) == {HP}
    assert who(facts, 131) == set()


def test_a_new_owner_had_it_not_before_the_old_one_was_last_heard() -> None:
    facts = [arp(IP, RICOH, 0, 55), arp(IP, HP, 60)]
    assert who(facts, 54) == {RICOH}
    assert who(facts, 57) == {RICOH, HP}


def test_who_still_claims_an_address_that_another_was_given_still_may_have_it() -> None:
    """One typed in by hand: the server gives it away, and its owner goes on."""
    facts = [arp(IP, RICOH, 0, 100), lease(IP, HP, 50, 120)]
    assert [who(facts, minutes) for minutes in (10, 60, 110)] == [{RICOH}, {RICOH, HP}, {RICOH}]


def test_a_lease_that_is_renewed_outlives_a_strangers_claim() -> None:
    renewed = replace(lease(IP, RICOH, 0), last=at(140), until=at(260))
    facts = [renewed, arp(IP, HP, 50, 60)]
    assert [who(facts, minutes) for minutes in (30, 70, 150)] == [{RICOH}, {RICOH, HP}, {RICOH}]


def test_sensors_and_vlans_are_places_of_their_own() -> None:
    holders = Holders([arp(IP, RICOH), arp(IP, HP, sensor="branch"), arp(IP, NAS, vlan=(10,))])
    found = {hold.domain: hold.mac for hold in holders.at(IP, at(0))}
    assert found == {LAN: RICOH, ("branch", ()): HP, ("lan", (10,)): NAS}
    assert not any(holders.contested(domain, IP, at(0)) for domain in found)


def test_what_was_measured_goes_before_what_tables_say() -> None:
    facts = [arp(IP, RICOH), row(IP, HP, -600, 600)]
    assert who(facts, 0) == {RICOH}
    assert who(facts, 300) == {HP}


def test_an_address_that_goes_back_and_forth_is_contested_at_about_that_time() -> None:
    facts = [arp(IP, RICOH, 0), arp(IP, HP, 1), arp(IP, RICOH, 2)]
    for order in permutations(facts):
        holders = Holders(order)
        assert [holders.contested(LAN, IP, at(minutes)) for minutes in (-11, -9, 1, 11, 13)] == [
            False, True, True, True, False,
        ]  # fmt: skip
        assert not holders.contested(("branch", ()), IP, at(1))


def test_one_that_comes_back_after_a_lease_is_not_contested() -> None:
    assert not Holders([arp(IP, RICOH, 0), arp(IP, HP, 60), arp(IP, RICOH, 120)]).contested(LAN, IP, at(60))


def test_two_addresses_of_a_card_at_the_same_time() -> None:
    holders = Holders([arp(IP, RICOH, 0, 10), arp("10.0.3.18", RICOH, 5, 15), arp("10.0.3.19", RICOH, 500)])
    assert holders.together(RICOH, IP, "10.0.3.18")
    assert not holders.together(RICOH, IP, "10.0.3.19")
    assert not holders.together(HP, IP, "10.0.3.18")
    assert holders.claimed(RICOH, IP)
    assert not holders.claimed(HP, IP)


def test_nobody_had_what_nobody_claimed() -> None:
    assert Holders().at(IP, at(0)) == []
