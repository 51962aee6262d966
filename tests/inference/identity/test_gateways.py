"""Which cards forward what others send: they are never the sender, but for their own mail."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from sniffer.inference.identity.gateways import Gateways, Link
from sniffer.inference.identity.holders import Holders
from sniffer.inference.identity.records import Nothing
from sniffer.inference.identity.translations import Translations
from sniffer.model import limits
from sniffer.model.clues import BindingFact, ClueFact, TranslationFact
from tests.inference.identity.sites import (
    FIREWALL,
    HP,
    PI,
    RICOH,
    ROUTER,
    Site,
    arp,
    beyond,
    lease,
    mail,
    said,
    translated,
)

INSIDE, OUTSIDE = "10.0.3.1", "192.0.2.1"


class Told(Nothing):
    """Facts of who forwards."""

    def __init__(self, *clues: ClueFact, many: Iterable[str] = ()) -> None:
        self._clues = clues
        self._many = frozenset(many)

    def forwarding(self) -> Iterable[ClueFact]:
        """Give them."""
        return self._clues

    def answering_for_many(self) -> frozenset[str]:
        """Return cards that claim more addresses than a box has."""
        return self._many


def gateways(
    links: Iterable[Link] = (),
    passed: Iterable[str] = (),
    told: Told | None = None,
    claims: Iterable[BindingFact] = (),
    log: Iterable[TranslationFact] = (),
) -> Gateways:
    """What is known of cards."""
    return Gateways(links, passed, Holders(claims), told or Told(), Translations(log))


def test_a_card_whose_frames_lost_a_hop_forwards() -> None:
    assert gateways(passed=[ROUTER]).forwards(ROUTER)
    assert not gateways(passed=[ROUTER]).forwards(RICOH)


@pytest.mark.parametrize("mac", ["00:00:5e:00:01:07", "00:00:5e:00:02:07", "00:00:0c:07:ac:01", "02:bf:0a:00:03:02"])
def test_an_address_that_boxes_share_forwards(mac: str) -> None:
    assert gateways().forwards(mac)


def test_who_says_that_it_forwards_does() -> None:
    assert gateways(told=Told(said(ROUTER, "forwards", "yes", "nd"))).forwards(ROUTER)


def test_who_has_the_address_that_a_server_calls_the_router_forwards() -> None:
    told = Told(said(RICOH, "router", INSIDE, "dhcp"))
    claims = [arp(INSIDE, ROUTER), arp("10.0.3.17", RICOH)]
    found = gateways(told=told, claims=claims)
    assert found.forwards(ROUTER)
    assert not found.forwards(RICOH)
    assert not gateways(told=told, claims=[arp(INSIDE, HP, 600)]).forwards(HP)  # it had the address hours later


def test_who_answers_for_a_subnet_forwards() -> None:
    assert gateways(told=Told(many=[ROUTER])).forwards(ROUTER)
    site = Site(
        [mail(ip="10.0.3.17", mac=ROUTER)], [arp(f"10.0.3.{n}", ROUTER, 0, 9) for n in range(limits.BOX_ADDRESSES + 2)]
    )
    assert site.card == (ROUTER, "likely")  # all hops, and no claim that counts


def test_whose_address_others_are_translated_to_forwards() -> None:
    claims = [arp(OUTSIDE, FIREWALL, 0, 9)]
    assert gateways(claims=claims, log=[translated("10.0.3.17", first=0)]).forwards(FIREWALL)
    assert not gateways(claims=claims, log=[translated(OUTSIDE, first=0)]).forwards(FIREWALL)
    assert not gateways(claims=claims, log=[translated("10.0.3.17", first=600, last=609)]).forwards(FIREWALL)


def test_a_card_of_several_names_at_addresses_it_does_not_claim_mixes() -> None:
    links = [Link(ROUTER, "10.0.4.1", "scan-1"), Link(ROUTER, "10.0.4.2", "scan-2")]
    assert gateways(links).mixes(ROUTER)
    assert not gateways(links, claims=[arp(each.ip, ROUTER) for each in links]).mixes(ROUTER)
    assert not gateways([Link(ROUTER, ip, "scan") for ip in ("10.0.4.1", "10.0.4.2")]).mixes(ROUTER)
    assert not gateways([Link(ROUTER, ip, name) for ip, name in (("2001:db8::1", "a1"), ("2001:db8::2", "b1"))]).mixes(
        ROUTER
    )


REPEATED = [Link(PI, "10.0.3.17", "scan-1"), Link(PI, "10.0.3.18", "scan-2")]
AT_ONCE = [arp("10.0.3.17", PI, 0, 9), arp("10.0.3.18", PI, 0, 9)]


def test_a_card_with_addresses_at_the_same_time_and_a_name_at_each_stands_for_several_boxes() -> None:
    found = gateways(REPEATED, claims=AT_ONCE)
    assert found.several(PI)
    assert found.forwards(PI)


@pytest.mark.parametrize(
    ("links", "claims"),
    [
        ([REPEATED[0], REPEATED[1]._replace(helo="scan-1")], AT_ONCE),
        ([REPEATED[0], REPEATED[1]._replace(helo="SCAN-1.example.org")], AT_ONCE),
        ([*REPEATED, REPEATED[0]._replace(helo="scan-2")], AT_ONCE),
        ([REPEATED[0], REPEATED[1]._replace(helo="localhost")], AT_ONCE),
        (REPEATED, [AT_ONCE[0], arp("10.0.3.18", PI, 300, 309)]),
        (REPEATED, [AT_ONCE[0], arp("10.0.3.18", PI, 0, 9, vlan=(10,))]),
        (REPEATED[:1], AT_ONCE),
    ],
    ids=["same name", "same host", "both names at one", "no name", "one after the other", "two vlans", "one mails"],
)
def test_one_box_with_several_addresses(links: list[Link], claims: list[BindingFact]) -> None:
    assert not gateways(links, claims=claims).several(PI)


# -- what that means for sessions ---------------------------------------------------------------


def test_a_router_that_passes_mail_on_is_not_its_sender() -> None:
    site = Site([beyond(sensor="lan")], [arp(INSIDE, ROUTER)])
    assert site.card == (None, "unknown")
    assert site.device.identity.settles


def test_a_routers_own_mail_is_its_own_but_never_surely() -> None:
    site = Site([beyond(sensor="lan"), mail(1, ip=INSIDE, mac=ROUTER, helo="gw")], [arp(INSIDE, ROUTER)])
    assert site.cards == [(None, "unknown"), (ROUTER, "likely")]


def test_a_client_with_an_odd_hop_count_behind_a_translation_is_never_surely_the_router() -> None:
    """It begins with 65 hops, so that behind the router none seems to have been taken off."""
    odd = mail(1, ip=OUTSIDE, mac=ROUTER, helo="odd-box")
    usual = beyond(2, ip=OUTSIDE, sensor="lan", helo="scan")
    assert Site([odd, usual], [arp(OUTSIDE, ROUTER, 0, 9)]).cards == [(ROUTER, "likely"), (None, "unknown")]


def test_a_router_that_leaves_hops_alone_is_not_the_sender_of_what_it_does_not_claim() -> None:
    assert Site([mail(mac=ROUTER)], [arp(INSIDE, ROUTER)]).card == (None, "unknown")


@pytest.mark.parametrize("ip", ["10.0.3.17", "2001:db8::17"])
def test_nor_surely_where_it_claims_nothing_in_the_capture(ip: str) -> None:
    """A filter let nothing but mail through; a firewall speaks for its only client, who says his name."""
    assert Site([mail(ip=ip, mac=FIREWALL, helo="scan")]).card == (None, "unknown")
    assert Site([mail(ip=ip, mac=RICOH, helo="scan")]).card == (RICOH, "strong")


def test_boxes_behind_a_repeater_are_told_by_their_names_alone() -> None:
    helo = "RNP002673A1B2C3"
    site = Site([mail(1, mac=PI, helo=helo), mail(2, ip="10.0.3.18", mac=PI, helo="scan-2")], AT_ONCE)
    assert site.cards == [(RICOH, "likely"), (None, "unknown")]


def test_who_claims_what_a_server_gave_to_several_others_is_a_repeater() -> None:
    """Its boxes say nothing of themselves; they asked under their own cards, so a lease tells which they are."""
    first, second, third = mail().client_ip, "10.0.3.18", "10.0.3.19"
    given = [lease(ip, card, 0, 60) for ip, card in ((first, RICOH), (second, HP))]
    claims = [arp(ip, PI, 1, 9) for ip in (first, second, third)]
    mails = [mail(5, mac=PI), mail(6, ip=second, mac=PI), mail(7, ip=third, mac=PI)]
    site = Site(mails, [*given, *claims])
    assert site.cards == [(RICOH, "likely"), (HP, "likely"), (None, "unknown")]


def test_one_address_that_was_anothers_makes_no_repeater() -> None:
    first, second = mail().client_ip, "10.0.3.18"
    boxes = [lease(first, RICOH, 0, 60), arp(first, PI, 1, 9), lease(second, PI, 0, 60), arp(second, PI, 1, 9)]
    site = Site([mail(5, mac=PI), mail(6, ip=second, mac=PI)], boxes)
    assert [card for card, _ in site.cards] == [PI, PI]
