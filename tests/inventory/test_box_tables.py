"""The spool of boxes: facts in parts, in any order; out comes what was said, in one order and bounded."""

from __future__ import annotations

from itertools import permutations
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from sniffer.inventory.spool import Spool
from sniffer.model import limits
from sniffer.model.clues import BindingFact, ClueFact, HeardCard, TranslationFact
from tests.inference.facts import fact

CARD, OTHER, THIRD = "00:26:73:a1:b2:c3", "00:11:32:1a:2b:3c", "3c:d9:2b:2b:1f:2e"
NAME = ClueFact("lan", (), CARD, None, "mdns", "name", "RNP002673A1B2C3", 10, 20, 2, "one.pcap")
ARP = BindingFact("lan", (), "10.0.3.17", CARD, "arp", 10, 20, 2, file="one.pcap")
ROW = TranslationFact("203.0.113.9", 40_000, "10.0.3.17", 49_152, 10, 20, "fw.log", 7)

Fact = ClueFact | BindingFact | TranslationFact


def sealed(*facts: Fact, client: str = "10.0.3.17") -> Spool:
    """A spool with facts of boxes, and a session of one client."""
    spool = Spool()
    spool.add(fact(client=client))
    for each in facts:
        spool.boxes.add(each)
    spool.seal()
    return spool


def test_facts_come_back_as_they_were() -> None:
    tagged = replace(NAME, vlan=(10, 20), line=3, value="other")
    boxes = sealed(NAME, tagged, ARP).boxes
    assert list(boxes.of_card(CARD)) == [NAME, tagged]
    assert list(boxes.holders()) == list(boxes.addresses(CARD)) == [ARP]


def test_what_was_said_in_parts_is_one_thing_from_the_first_to_the_last_time() -> None:
    """File and line are those of the first time, in whatever order the parts come, and whichever of them ends last."""
    parts = [NAME, replace(NAME, first=5, last=7, count=1, file="zero.pcap"), replace(NAME, first=30, last=40, count=4,
             file="two.pcap")]  # fmt: skip
    for order in permutations(parts):
        (whole,) = sealed(*order).boxes.of_card(CARD)
        assert whole == replace(NAME, first=5, last=40, count=7, file="zero.pcap")


def test_claims_that_were_written_in_parts_are_one_run() -> None:
    """What memory could not hold was written and begun anew; nobody else had the address between."""
    parts = [replace(ARP, until=99), replace(ARP, first=5_000, last=6_000, count=3, until=7_000, file="two.pcap")]
    for order in permutations(parts):
        assert list(sealed(*order).boxes.holders()) == [replace(ARP, last=6_000, count=5, until=7_000)]


@pytest.mark.parametrize(
    "other",
    [
        replace(ARP, first=30, last=40, vlan=(10,)),
        replace(ARP, first=30, last=40, sensor="wan"),
        replace(ARP, first=30, last=40, source="dhcp"),
        replace(ARP, first=30, last=40, mac=OTHER),
        replace(ARP, first=30, last=40, file="arp.txt", line=4),
    ],
)
def test_claims_at_other_places_by_other_sources_or_of_others_stay_apart(other: BindingFact) -> None:
    assert len(list(sealed(ARP, other).boxes.holders())) == 2


def test_what_was_given_up_is_over() -> None:
    ended, again = replace(ARP, over=True), replace(ARP, first=30, last=40)
    assert list(sealed(ended, again).boxes.holders()) == [ended, again]
    assert list(sealed(ARP, replace(again, over=True)).boxes.holders()) == [replace(ARP, last=40, count=4, over=True)]


def test_between_two_runs_of_a_card_another_one_had_the_address() -> None:
    runs = [ARP, replace(ARP, mac=OTHER, first=30, last=40), replace(ARP, first=50, last=60)]
    for order in permutations(runs):
        assert list(sealed(*order).boxes.holders()) == runs


def test_only_the_addresses_of_sessions_and_of_routers_are_asked_for() -> None:
    router = ClueFact("lan", (), OTHER, None, "dhcp", "router", "10.0.3.1", 10, 20, 1)
    others = [replace(ARP, ip=ip, mac=THIRD) for ip in ("10.0.3.1", "10.0.3.99")]
    assert {each.ip for each in sealed(ARP, router, *others).boxes.holders()} == {"10.0.3.17", "10.0.3.1"}


def test_who_stood_behind_a_sessions_address_is_asked_for_too() -> None:
    inner, other = replace(ARP, ip="10.9.9.9"), replace(ARP, ip="10.9.9.8")
    logged = [replace(ROW, inside_ip="10.9.9.9"), replace(ROW, inside_ip="10.9.9.8", outside_ip="203.0.113.10")]
    assert list(sealed(inner, other, *logged, client="203.0.113.9").boxes.holders()) == [inner]


def test_of_a_firewalls_log_only_so_much_is_given() -> None:
    rows = [replace(ROW, outside_port=port) for port in range(20)]
    with patch.object(limits, "HOLDERS", 5):
        assert len(list(sealed(*rows, client="203.0.113.9").boxes.translations())) == 5


def test_what_is_said_of_an_address_is_not_said_of_a_card() -> None:
    beyond = replace(NAME, mac=None, ip="10.0.3.17", source="snmp")
    boxes = sealed(NAME, beyond, replace(NAME, ip="10.0.3.17", value="with both")).boxes
    assert list(boxes.of_address("10.0.3.17")) == [beyond]
    assert len(list(boxes.of_card(CARD))) == 2


def test_marks_of_one_box_that_a_few_cards_say_are_shared_and_those_of_very_many_are_nobodys() -> None:
    serial = replace(NAME, field="serial", value="W512L500123")
    default = [replace(serial, mac=f"00:26:73:00:00:{n:02x}", value="DEFAULT") for n in range(limits.BOX_CARDS + 1)]
    boxes = sealed(serial, replace(serial, mac=OTHER), replace(NAME, mac=OTHER), *default).boxes
    assert list(boxes.shared()) == [("serial", "W512L500123", OTHER), ("serial", "W512L500123", CARD)]


def test_a_card_that_claims_very_many_addresses_answers_for_others() -> None:
    def claims(mac: str, count: int, **more: object) -> list[BindingFact]:
        return [replace(ARP, mac=mac, ip=f"10.0.4.{n}", **more) for n in range(count)]

    most = limits.BOX_ADDRESSES
    many = sealed(*claims(CARD, most), *claims(OTHER, most + 1), *claims(THIRD, most + 1, source="nd")).boxes
    assert many.answering_for_many() == {OTHER}


def test_of_a_firewalls_log_only_rows_about_a_sessions_address_are_given() -> None:
    other = replace(ROW, outside_ip="203.0.113.10")
    assert list(sealed(ROW, other, client="203.0.113.9").boxes.translations()) == [ROW]


def test_a_flood_in_a_boxs_voice_is_cut() -> None:
    flood = [replace(NAME, value=f"name-{n}") for n in range(limits.BOX_CLUES + 50)]
    claims = [replace(ARP, ip=f"10.{n // 250}.0.{n % 250}") for n in range(limits.BOX_CLUES + 50)]
    boxes = sealed(*flood, *claims).boxes
    assert len(list(boxes.of_card(CARD))) == len(list(boxes.addresses(CARD))) == limits.BOX_CLUES


PIECES: list[Fact] = [
    replace(ARP, mac=mac, first=first, last=first + 5, over=over, source=source, vlan=vlan)
    for mac in (CARD, OTHER) for first in (10, 30) for over in (False, True) for source in ("arp", "dhcp")
    for vlan in ((), (10,))
]  # fmt: skip
PIECES += [replace(NAME, first=first, file=file) for first in (10, 15) for file in ("one.pcap", "two.pcap")]


@given(st.permutations(PIECES), st.integers(1, 40))
def test_order_and_how_much_is_written_at_once_do_not_show(facts: list[Fact], rows: int) -> None:
    with patch.object(limits, "SPOOL_ROWS", rows):
        boxes, expected = sealed(*facts).boxes, sealed(*PIECES).boxes
    for mac in (CARD, OTHER):
        assert list(boxes.of_card(mac)) == list(expected.of_card(mac))
        assert list(boxes.addresses(mac)) == list(expected.addresses(mac))
    assert list(boxes.holders()) == list(expected.holders())


def test_cards_that_were_heard_and_did_not_mail() -> None:
    """Those of which something was said first; what stands in a site's table only was not heard."""
    session, said, silent, listed = CARD, OTHER, THIRD, "00:00:74:00:00:01"
    facts: list[Fact] = [
        replace(NAME, mac=said, first=5), replace(NAME, mac=said, source="dhcp", first=7, last=90),
        replace(ARP, mac=silent), replace(NAME, mac=session), replace(NAME, mac=listed, sensor="", line=3),
    ]  # fmt: skip
    for order in permutations(facts):
        found = list(sealed(*order).boxes.others())
        assert found == [HeardCard(said, "lan", 5, 90, True), HeardCard(silent, "lan", 10, 20, False)]


def test_who_had_an_address_is_told_whether_it_mailed_or_not() -> None:
    other = replace(ARP, ip="10.0.9.9")
    assert list(sealed(ARP, other).boxes.claims("10.0.9.9")) == [other]


def test_who_only_knocked_is_forgotten_and_what_a_client_is_like_is_not() -> None:
    """A capture of weeks: of a flood of connections that say nothing, nothing stays."""
    hour = 3600 * 1_000_000
    knock = ClueFact("lan", (), None, "198.51.100.7", "tcp", "stack", "win1024 none", 10, 20, 1, None)
    mailing = replace(knock, ip="10.0.3.17")
    new = replace(knock, ip="198.51.100.8", first=hour, last=hour)
    spool = sealed(knock, mailing, new, NAME, ARP, replace(ARP, ip="10.0.3.18", first=hour, last=hour))
    spool.boxes.compact(before=1000)
    spool.seal()
    assert [list(spool.boxes.of_address(each.ip or "")) for each in (knock, mailing, new)] == [[], [mailing], [new]]
    assert list(spool.boxes.of_card(CARD)) == [NAME]
    assert [each.ip for each in spool.boxes.addresses(CARD)] == ["10.0.3.18"]


def test_adding_up_the_parts_changes_nothing() -> None:
    parts = [NAME, replace(NAME, first=30, last=40, count=4, file="two.pcap")]
    once, again = sealed(*parts), sealed(*parts)
    again.boxes.compact(before=0)
    again.seal()
    assert list(again.boxes.of_card(CARD)) == list(once.boxes.of_card(CARD))
