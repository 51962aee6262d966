"""Whose session is it: every rule as a case, and what must hold on any small site."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from sniffer.model.clues import BindingFact, ClueFact, Mark, Witness
from sniffer.model.facts import SessionFact
from tests.inference.identity.sites import (
    FIREWALL,
    HP,
    NAS,
    PI,
    RANDOM,
    RICOH,
    RICOH2,
    ROUTER,
    Box,
    Site,
    arp,
    beyond,
    lease,
    mail,
    row,
    said,
    translated,
)

IP, OUTSIDE = "10.0.3.17", "192.0.2.1"
FACTORY, FACTORY2 = "RNP002673A1B2C3", "RNP002673A1B2C4"
EUI64 = "2001:db8::226:73ff:fea1:b2c3"
UNKNOWN = (None, "unknown")

# -- on the client's link -----------------------------------------------------------------------


def test_a_card_that_claims_the_address_it_sends_from() -> None:
    assert Site([mail()], [arp(IP, RICOH)]).card == (RICOH, "certain")
    assert Site([mail()], [lease(IP, RICOH, -30)]).card == (RICOH, "certain")


def test_before_the_first_claim_a_session_is_its_cards() -> None:
    assert Site([mail(-5)], [arp(IP, RICOH, 0)]).card == (RICOH, "certain")
    assert Site([mail(-60)], [arp(IP, RICOH, 0)]).card == (RICOH, "likely")


def test_a_card_without_a_claim_is_likely_and_with_a_name_of_its_own_strong() -> None:
    assert Site([mail()]).card == (RICOH, "likely")
    assert Site([mail(helo="scan")]).card == (RICOH, "strong")
    assert Site([mail(helo=FACTORY)]).card == (RICOH, "strong")


def test_a_made_up_card_is_known_by_a_name_that_it_has_elsewhere_too() -> None:
    assert Site([mail(mac=RANDOM, helo="phone")]).card == (RANDOM, "likely")
    assert Site([mail(mac=RANDOM, helo="phone")], [said(RANDOM, "name", "phone", "dhcp")]).card == (RANDOM, "strong")


def test_an_address_that_another_card_has_is_nobodys() -> None:
    site = Site([mail(5, mac=HP)], [arp(IP, RICOH, 0, 10)])
    assert site.card == UNKNOWN
    assert site.doubts == {"address-of-another"}
    assert len(site.device.identity.rivals) == 2


def test_an_address_that_cards_fight_over_is_not_sure() -> None:
    site = Site([mail(1.5)], [arp(IP, RICOH, 0), arp(IP, HP, 1), arp(IP, RICOH, 2)])
    assert site.card in (UNKNOWN, (RICOH, "likely"))
    assert site.doubts & {"address-contested", "address-of-another"}


def test_the_factory_name_of_another_card_is_a_doubt() -> None:
    site = Site([mail(mac=PI, helo=FACTORY)], [arp(IP, PI)])
    assert site.card == (PI, "likely")
    assert site.doubts == {"name-of-another"}
    assert site.device.name is None


def test_two_boxes_with_one_factory_name_stay_two() -> None:
    """One was replaced, and the new one was given the old one's name."""
    sessions = [mail(0, helo=FACTORY), mail(1, ip="10.0.3.18", mac=RICOH2, helo=FACTORY)]
    site = Site(sessions, [arp(IP, RICOH, 0, 9), arp("10.0.3.18", RICOH2, 0, 9)])
    assert site.cards == [(RICOH, "certain"), (RICOH2, "likely")]


def test_a_lease_that_changes_hands_under_a_client_that_goes_on() -> None:
    """The old owner sends on from an address that was given to another: nobody's."""
    facts: list[Box] = [lease(IP, RICOH, 0, 30), arp(IP, RICOH, 0, 30), lease(IP, HP, 40, 60), arp(IP, HP, 40, 60)]
    site = Site([mail(10), mail(50, mac=HP), mail(55)], facts)
    assert site.cards == [(RICOH, "certain"), (HP, "certain"), UNKNOWN]


def test_two_sensors_with_the_same_addresses() -> None:
    facts: list[Box] = [arp(IP, RICOH, sensor="hq"), arp(IP, HP, sensor="branch")]
    site = Site([mail(0, sensor="hq"), mail(1, sensor="branch", mac=HP)], facts)
    assert site.cards == [(RICOH, "certain"), (HP, "certain")]


@pytest.mark.parametrize("vlans", [((10,), (20,)), ((10, 20), (11, 20)), ((), (10,))])
def test_two_vlans_with_the_same_addresses(vlans: tuple[tuple[int, ...], tuple[int, ...]]) -> None:
    facts: list[Box] = [arp(IP, card, vlan=vlan) for card, vlan in zip((RICOH, HP), vlans, strict=True)]
    sessions = [mail(0, vlan=vlans[0]), mail(1, vlan=vlans[1], mac=HP)]
    assert Site(sessions, facts).cards == [(RICOH, "certain"), (HP, "certain")]


def test_the_address_of_a_redundancy_protocol_is_nobodys() -> None:
    shared = "00:00:5e:00:01:07"
    assert Site([mail(mac=shared)], [arp(IP, shared)]).card == UNKNOWN


def test_a_repeater_claims_an_address_that_a_server_gave_to_the_box_behind_it() -> None:
    """The box asked under its own card, which is never heard of again: its one name is not the repeater's for sure."""
    site = Site([mail(5, mac=PI, helo="scan")], [lease(IP, RICOH, 0, 60), arp(IP, PI, 1, 9)])
    assert site.card[1] == "likely"
    assert site.doubts == {"address-contested"}


def test_a_printer_that_begins_with_an_odd_hop_count_is_no_router() -> None:
    """Some count down from 60 or 100; nothing stands behind a printer, so its claim of the address tells."""
    odd = mail(5, near=False)
    site = Site([odd, mail(6, near=False)], [arp(IP, RICOH, 0, 9), said(RICOH, "name", "RNP1", "dhcp")])
    assert site.cards == [(RICOH, "likely")] * 2
    assert (site.device.name, site.device.role, site.device.identity.via) == ("RNP1", "client", ())
    assert Site([mail(5, near=False)]).card == UNKNOWN
    assert Site([mail(5, mac=PI, near=False)], [arp(IP, PI, 0, 9)]).card == UNKNOWN


def test_who_says_the_names_of_two_others_may_say_a_thirds() -> None:
    """A load balancer with an address of its own: what it passes on without a factory name is nobody's."""
    mails = [mail(1, mac=PI, helo=FACTORY), mail(2, mac=PI, helo=FACTORY2), mail(3, mac=PI, helo="DiskStation")]
    assert Site(mails, [arp(IP, PI, 0, 9)]).cards[2] == UNKNOWN
    assert Site(mails[::2], [arp(IP, PI, 0, 9)]).cards[1][0] == PI


def test_an_address_made_of_another_card_is_not_its_own() -> None:
    """A repeater passes on what a printer sends, under its own card; it may answer for its address, too."""
    assert Site([mail(ip=EUI64, mac=PI, helo="scan")]).card == UNKNOWN
    assert Site([mail(ip=EUI64, mac=PI, helo="scan")], [arp(EUI64, PI)]).card == (PI, "likely")
    assert Site([mail(ip=EUI64)]).card == (RICOH, "likely")
    assert Site([mail(ip=EUI64)], [arp(EUI64, RICOH)]).card == (RICOH, "certain")


def test_an_address_that_was_taken_by_hand_while_its_owner_is_gone() -> None:
    facts: list[Box] = [lease(IP, RICOH, 0, 60), arp(IP, RICOH, 0, 5), arp(IP, HP, 20, 30)]
    assert Site([mail(25, mac=HP)], facts).card == (HP, "certain")


# -- tables and the wire ------------------------------------------------------------------------


def test_a_table_that_agrees_with_the_card_makes_it_surer_than_likely() -> None:
    assert Site([mail()], [row(IP, RICOH)]).card == (RICOH, "strong")


def test_a_table_that_disagrees_with_the_card_leaves_nobody() -> None:
    site = Site([mail(mac=HP, helo="scan")], [row(IP, RICOH)])
    assert site.card == UNKNOWN
    assert site.doubts == {"address-of-another"}


def test_a_firewall_without_a_claim_of_its_own_sends_in_its_clients_name() -> None:
    assert Site([mail(mac=FIREWALL, helo="scan")], [row(IP, RICOH)]).card == (RICOH, "likely")


@pytest.mark.parametrize("table", [row(IP, HP, -900, -600), row("10.0.3.18", HP), row(IP, HP, source="inventory-list")])
def test_tables_of_other_times_and_addresses_and_what_people_keep_say_nothing_against_the_wire(
    table: BindingFact,
) -> None:
    assert Site([mail()], [table]).card == (RICOH, "likely")


def test_what_was_measured_goes_before_tables() -> None:
    assert Site([mail()], [arp(IP, RICOH), row(IP, HP)]).card == (RICOH, "certain")
    assert Site([beyond()], [arp(IP, RICOH), row(IP, HP)]).card == (RICOH, "likely")


# -- beyond a router ----------------------------------------------------------------------------


@pytest.mark.parametrize("claim", [arp(IP, RICOH), lease(IP, RICOH, -30), row(IP, RICOH)])
def test_beyond_a_router_it_is_who_had_the_address(claim: BindingFact) -> None:
    site = Site([beyond()], [claim])
    assert site.card == (RICOH, "likely")
    assert len(site.device.identity.via) == 1


def test_with_a_name_that_it_has_elsewhere_too_that_is_strong() -> None:
    facts: list[Box] = [arp(IP, RICOH), said(RICOH, "name", "scan.example.org", "dhcp")]
    assert Site([beyond(helo="SCAN")], facts).card == (RICOH, "strong")
    assert Site([beyond(helo="other")], facts).card == (RICOH, "likely")


def test_a_name_that_all_boxes_of_a_kind_have_adds_nothing() -> None:
    """Every second site has 192.168.1.50, and a DiskStation."""
    facts: list[Box] = [arp(IP, NAS, sensor="branch"), said(NAS, "name", "DiskStation", "dhcp", sensor="branch")]
    assert Site([beyond(helo="DiskStation", sensor="branch")], facts).card == (NAS, "likely")
    assert Site([beyond(helo="DiskStation", sensor="hq")], facts).card == UNKNOWN


def test_a_factory_name_and_the_address_it_had_are_certain() -> None:
    assert Site([beyond(helo=FACTORY)], [arp(IP, RICOH)]).card == (RICOH, "certain")


def test_a_factory_name_alone_is_likely() -> None:
    assert Site([beyond(helo=FACTORY)]).card == (RICOH, "likely")


def test_a_factory_name_at_an_address_that_another_had_is_nobodys() -> None:
    site = Site([beyond(helo=FACTORY)], [arp(IP, HP)])
    assert site.card == UNKNOWN
    assert len(site.device.identity.rivals) == 2


def test_a_factory_name_of_a_card_that_was_elsewhere_is_not_believed() -> None:
    assert Site([beyond(5, helo=FACTORY)], [arp("10.0.3.99", RICOH, 0, 10)]).card == UNKNOWN


def test_an_address_made_of_a_card_leads_to_it() -> None:
    assert Site([beyond(ip=EUI64)]).card == (RICOH, "likely")
    assert Site([beyond(ip=EUI64)], [arp(EUI64, RICOH)]).card == (RICOH, "certain")


def test_a_privacy_address_is_one_more_address_of_its_card() -> None:
    privacy = "2001:db8::a1b2:c3d4:e5f6:1234"
    site = Site([mail(0, ip=privacy), mail(1, ip=EUI64)], [arp(privacy, RICOH), arp(EUI64, RICOH)])
    assert site.cards == [(RICOH, "certain")] * 2
    assert len(site.devices) == 1


def test_an_address_that_two_boxes_had_at_the_time_is_nobodys() -> None:
    facts: list[Box] = [arp(IP, RICOH, vlan=(10,)), arp(IP, HP, vlan=(20,))]
    site = Site([beyond()], facts)
    assert site.card == UNKNOWN
    assert len(site.device.identity.rivals) == 2


def test_one_typed_in_by_hand_that_a_server_gave_away_is_nobodys() -> None:
    assert Site([beyond(60)], [arp(IP, RICOH, 0, 100), lease(IP, HP, 50, 120)]).card == UNKNOWN


def test_a_mark_of_another_maker_adds_nothing() -> None:
    def marked(maker: str) -> SessionFact:
        return beyond(witness=Witness(marks=(Mark("x", "vendor", maker),)))

    assert Site([marked("Ricoh")], [arp(IP, RICOH)]).card == (RICOH, "strong")
    assert Site([marked("Canon")], [arp(IP, RICOH)]).card == (RICOH, "likely")


def test_a_host_of_the_internet_is_not_believed_to_be_our_printer() -> None:
    stranger = replace(beyond(ip="8.8.8.8", helo=FACTORY), server_ip="10.0.3.2")
    assert Site([stranger]).device.interfaces == ()
    assert Site([replace(stranger, client_ip="10.0.3.17")]).card == (RICOH, "likely")


def test_what_another_sites_sensor_saw_says_nothing_of_the_same_address_here() -> None:
    """Branches have the same private addresses; a sensor on the box's link would have seen its connection."""
    there, here = mail(0, sensor="hq"), beyond(1, sensor="branch", helo="scan")
    site = Site([there, here], [arp(IP, RICOH, sensor="hq")])
    assert site.cards == [(RICOH, "certain"), UNKNOWN]
    assert len(site.devices) == 2


def test_nor_does_it_hide_what_the_sites_tables_say() -> None:
    facts: list[Box] = [arp(IP, HP, sensor="hq"), row(IP, RICOH)]
    assert Site([beyond(sensor="branch")], facts).card == (RICOH, "likely")


def test_nor_does_it_speak_for_a_factory_name_whose_card_was_elsewhere() -> None:
    facts: list[Box] = [arp(IP, HP, sensor="hq"), arp("10.0.3.99", RICOH, 0, 10, sensor="branch")]
    assert Site([beyond(5, sensor="branch", helo=FACTORY)], facts).card == UNKNOWN


def test_a_card_that_says_the_factory_names_of_two_boxes_is_neither() -> None:
    """A proxy for mail, or a translator that sends with all hops."""
    sessions = [mail(n, mac=HP, helo=name) for n, name in enumerate((FACTORY, "BRN0080774B5C6D"))]
    site = Site(sessions, [arp(IP, HP, 0, 9)])
    assert {mac for mac, _ in site.cards} & {HP} == set()


def test_network_gear_that_claims_a_second_address_is_not_surely_its_owner() -> None:
    """A repeater answers for the box behind it."""
    claims = [arp(IP, ROUTER, 0, 9), arp("10.0.3.2", ROUTER, 0, 9)]
    assert Site([mail(mac=ROUTER, helo="scan")], claims).card == (ROUTER, "likely")


def test_a_contested_card_that_says_anothers_factory_name_leaves_both() -> None:
    site = Site([mail(1, mac=HP, helo=FACTORY)], [arp(IP, HP, 0, 9), lease(IP, RICOH, 0, 60)])
    assert site.card == UNKNOWN
    assert len(site.device.identity.rivals) == 2


# -- behind a translation -----------------------------------------------------------------------


def test_a_firewalls_log_leads_to_who_had_the_inner_address() -> None:
    site = Site([beyond(ip=OUTSIDE)], [translated("10.0.9.9"), arp("10.0.9.9", RICOH)])
    assert site.card == (RICOH, "likely")
    assert any("fw.log, line 1" in words for words in site.device.identity.grounds)


def test_a_firewalls_log_tells_the_inner_address_where_nobody_tells_whose_it_is() -> None:
    device = Site([beyond(ip=OUTSIDE)], [translated("10.0.9.9")]).device
    assert [each.ip for each in device.addresses] == ["10.0.9.9"]
    assert "10.0.9.9" in (device.identity.settles or "")


def test_and_is_surer_with_a_name() -> None:
    facts: list[Box] = [translated("10.0.9.9"), arp("10.0.9.9", RICOH), said(RICOH, "name", "scan", "dhcp")]
    assert Site([beyond(ip=OUTSIDE, helo="scan")], facts).card == (RICOH, "strong")


def test_without_who_had_the_inner_address_it_leads_to_nobody() -> None:
    site = Site([beyond(ip=OUTSIDE)], [translated("10.0.9.9"), arp(OUTSIDE, ROUTER, sensor="wan")])
    assert site.card == UNKNOWN


@pytest.mark.parametrize("session", [mail(ip=OUTSIDE, mac=FIREWALL), beyond(ip=OUTSIDE)], ids=["near", "far"])
def test_rows_that_differ_lead_to_nobody_and_never_to_the_firewall(session: SessionFact) -> None:
    """Also where the firewall sends in others' names with all hops, as one that proxies does."""
    facts: list[Box] = [translated("10.0.9.9"), translated("10.0.9.8"), arp("10.0.9.9", RICOH), arp(OUTSIDE, FIREWALL)]
    assert Site([session], facts).card == UNKNOWN


def test_a_firewall_that_proxies_is_not_the_sender_where_its_log_says_who_was() -> None:
    facts: list[Box] = [translated("10.0.9.9"), arp("10.0.9.9", RICOH, sensor="in"), arp(OUTSIDE, FIREWALL)]
    own = mail(60, ip=OUTSIDE, mac=FIREWALL, port=50_000)
    assert Site([mail(ip=OUTSIDE, mac=FIREWALL), own], facts).cards == [(RICOH, "likely"), (FIREWALL, "likely")]


def test_behind_a_translation_factory_names_tell_their_cards_and_no_more_than_likely() -> None:
    sessions = [beyond(n, ip=OUTSIDE, helo=name, port=50_000 + n) for n, name in enumerate((FACTORY, FACTORY2, "scan"))]
    site = Site(sessions, [arp(OUTSIDE, ROUTER, sensor="wan")])
    assert site.cards == [(RICOH, "likely"), (RICOH2, "likely"), UNKNOWN]


# -- what must hold whatever the site -----------------------------------------------------------

CARDS = (RICOH, RICOH2, HP, NAS, PI, RANDOM)
NAMES = dict(zip(CARDS, (FACTORY, FACTORY2, "NPI2B1F2E", "DiskStation", "pi", "phone"), strict=True))


class Made:
    """A small site made by chance: boxes with leases and names, a router, sessions near and far; who sent what."""

    def __init__(self, seed: int) -> None:
        """Make one."""
        chance = random.Random(seed)
        self.facts: list[Box] = [said(ROUTER, "forwards", "yes", "nd"), arp("10.0.3.1", ROUTER, 0, 600)]
        self.sessions: list[SessionFact] = []
        self.truth: list[str] = []
        boxes = chance.sample(CARDS, chance.randint(2, 5))
        owners = {f"10.0.3.{17 + n}": chance.sample(boxes, 2) for n in range(2)}
        for ip, (early, late) in owners.items():
            if chance.random() < 0.5:
                self._lives(chance, ip, early, 0, 100)
                self._lives(chance, ip, late, 110, 240)
            else:
                self._lives(chance, ip, early, 0, 240)
        claiming = {fact.mac for fact in self.facts if isinstance(fact, BindingFact)}
        for box in sorted(claiming & set(boxes)):
            for source in chance.sample(("dhcp", "mdns", "nbns"), chance.randint(0, 3)):
                self.facts.append(said(box, "name", NAMES[box], source, first=chance.randint(0, 200)))  # type: ignore[arg-type]

    def _lives(self, chance: random.Random, ip: str, box: str, first: int, last: int) -> None:
        """A box has an address, and sends mail from there."""
        if any(isinstance(fact, BindingFact) and fact.mac == box and fact.ip != ip for fact in self.facts):
            return  # it has another one
        if chance.random() < 0.7:
            self.facts.append(lease(ip, box, first, last - first))
        self.facts.append(arp(ip, box, first + 1, last - 1))
        for _ in range(chance.randint(1, 3)):
            minutes = chance.uniform(first + 2, last - 2)
            told: dict[str, Any] = {
                "ip": ip,
                "helo": chance.choice((NAMES[box], None, "localhost")),
                "port": chance.randint(1024, 65_535),
            }
            self.sessions.append(beyond(minutes, **told) if chance.random() < 0.5 else mail(minutes, mac=box, **told))
            self.truth.append(box)

    def judged(self, facts: list[Box]) -> dict[str, tuple[str | None, str, str]]:
        """Return by session the card, the band and the truth."""
        site = Site(self.sessions, facts)
        found = {session.fact.session: card for session, card in zip(site.sessions, site.cards, strict=True)}
        return {
            session.session: (*found[session.session], true)
            for session, true in zip(self.sessions, self.truth, strict=True)
        }


def kept(facts: list[Box], keep: Callable[[Box], bool]) -> list[Box]:
    """Some of the facts."""
    return [fact for fact in facts if keep(fact)]


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 1 << 30), st.randoms(use_true_random=False))
def test_on_any_small_site_nothing_sure_is_wrong_whatever_facts_are_missing(seed: int, chance: random.Random) -> None:
    made = Made(seed)
    share = chance.random()
    for facts in (made.facts, kept(made.facts, lambda _: chance.random() < share), kept(made.facts, _is_clue), []):
        for session, (card, band, true) in made.judged(facts).items():
            assert card == true or band not in ("certain", "strong"), (session, card, band, true)


def _is_clue(fact: Box) -> bool:
    return isinstance(fact, ClueFact)


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 1 << 30), st.randoms(use_true_random=False))
def test_the_order_of_facts_does_not_show(seed: int, chance: random.Random) -> None:
    made = Made(seed)
    shuffled = chance.sample(made.facts, len(made.facts))
    first, again = Site(made.sessions, made.facts), Site(chance.sample(made.sessions, len(made.sessions)), shuffled)
    assert first.devices == again.devices
    assert first.sessions == again.sessions
