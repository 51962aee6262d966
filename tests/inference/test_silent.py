"""Silent suspects: what can mail, or asked where mail goes, and was not seen mailing."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from sniffer.inventory.spool import Spool
from sniffer.model.clues import BindingFact, ClueFact
from sniffer.model.facts import NameFact, SessionFact
from sniffer.model.suspects import Suspect, Suspects
from sniffer.pipeline import Judgement, Settings, gather
from tests.inference.facts import DAY, EXCHANGE, NOW, attempt, fact
from tests.program import ROOT

RICOH, SYNOLOGY, APC, DELL, VIRTUAL = (
    "00:26:73:a1:b2:c3", "00:11:32:1a:2b:3c", "00:c0:b7:11:22:33", "00:14:22:aa:bb:cc", "00:00:5e:00:01:0a",
)  # fmt: skip
HOST = "smtp.office365.com"
Fact = ClueFact | BindingFact
MAILS = fact(attempt(), client="10.0.3.99", mac=DELL, helo="scan-server")


def said(mac: str, field: str, value: str, sensor: str = "default", source: str = "mdns") -> ClueFact:
    """Something said of a card's box."""
    return ClueFact(sensor, (), mac, None, source, field, value, NOW, NOW + DAY, 3)  # type: ignore[arg-type]


def claim(mac: str, ip: str, sensor: str = "default", first: int = NOW, last: int = NOW + DAY) -> BindingFact:
    """An address that a card had."""
    return BindingFact(sensor, (), ip, mac, "arp", first, last, 9)


def told(client: str, name: str = HOST, sensor: str = "default") -> NameFact:
    """Somebody asked for a host."""
    return NameFact(sensor, client, name, EXCHANGE, NOW + 10, NOW + 20, 2)


def silent(
    *boxes: Fact,
    sessions: Iterable[SessionFact] = (MAILS,),
    names: Iterable[NameFact] = (),
    elsewhere: Iterable[SessionFact] = (),
) -> Suspects:
    """The suspects; ``elsewhere`` are sessions that an inventory has of before."""
    before, spool = Spool(), Spool()
    for each in elsewhere:
        before.add(each)
    before.seal()
    for each in sessions:
        spool.add(each)
    for name in names:
        spool.add_name(name)
    for box in boxes:
        spool.boxes.add(box)
    spool.seal()
    judgement = Judgement(spool)
    return judgement.silent([*judgement.devices(), *Judgement(before).devices()])


def only(found: Suspects) -> Suspect:
    """The only suspect."""
    (each,) = found.found
    return each


def test_a_printer_that_was_heard_and_did_not_mail() -> None:
    found = only(silent(said(RICOH, "name", "RNP002673A1B2C3"), claim(RICOH, "10.0.3.17"), claim(RICOH, "fe80::1")))
    assert (found.kind, found.vendor, found.name, found.ip) == ("printer", "Ricoh", "RNP002673A1B2C3", "10.0.3.17")
    assert (found.asked, found.for_others) == ((), False)


def test_its_card_alone_tells_of_who_mostly_makes_what_mails() -> None:
    assert only(silent(claim(APC, "10.0.3.40"))).kind == "ups"
    assert silent(claim(DELL, "10.0.3.41"), claim(VIRTUAL, "10.0.3.1"), sessions=()).found == ()


def test_who_mails_is_none_by_any_of_its_cards_or_addresses() -> None:
    mails = fact(attempt())
    wireless = "00:26:73:00:00:01"
    assert silent(said(RICOH, "name", "RNP002673A1B2C3"), sessions=[mails]).found == ()
    same: list[Fact] = [
        said(RICOH, "serial", "C86123456"),
        said(wireless, "serial", "C86123456"),
        said(wireless, "kind", "printer"),
    ]
    assert silent(*same, sessions=[mails]).found == ()
    routed = fact(attempt(), mac="00:1b:17:00:00:01", on_link=False, helo="scan")
    heard: list[Fact] = [said(RICOH, "kind", "printer"), claim(RICOH, "10.0.3.17")]
    assert silent(*heard, sessions=[routed]).found == ()
    assert len(silent(*heard, sessions=[replace(routed, client_ip="10.0.3.18")]).found) == 1


def test_who_mailed_before_is_none_today() -> None:
    heard: list[Fact] = [said(RICOH, "kind", "printer"), claim(RICOH, "10.0.3.17")]
    assert silent(*heard, elsewhere=[fact(attempt())]).found == ()


def test_the_same_address_at_another_site_is_another_box() -> None:
    heard: list[Fact] = [said(RICOH, "kind", "printer", "branch"), claim(RICOH, "10.0.3.99", "branch")]
    assert only(silent(*heard)).sensor == "branch"


def test_two_cards_of_one_box_are_one_suspect() -> None:
    cards: list[Fact] = [said(mac, "serial", "C86123456") for mac in (RICOH, "00:26:73:00:00:01")]
    assert only(silent(*cards, said(RICOH, "kind", "printer"))).mac == "00:26:73:00:00:01"


def test_a_list_alone_makes_no_suspect() -> None:
    assert silent(said(RICOH, "kind", "printer", sensor="", source="inventory-list")).found == ()


def test_who_asked_for_exchange_online_and_was_not_seen_there() -> None:
    names = [told("10.0.3.77"), told("10.0.3.77", "SMTP-legacy.office365.com"), told("10.0.3.78", "smtp.gmail.com")]
    found = only(silent(claim(SYNOLOGY, "10.0.3.77"), names=names))
    assert (found.ip, found.mac, found.kind) == ("10.0.3.77", SYNOLOGY, "nas")
    assert found.asked == ("smtp-legacy.office365.com", HOST)


def test_who_asked_and_went_there_is_none_and_outlook_is_none() -> None:
    names = [told("10.0.3.99"), told("10.0.3.50", "outlook.office365.com")]
    assert silent(names=names).found == ()
    elsewhere = fact(attempt(), client="10.0.3.99", mac=DELL, server="10.0.0.25", banner="220 mail.example.org ESMTP")
    assert only(silent(names=names, sessions=[elsewhere])).ip == "10.0.3.99"


def test_an_address_that_two_had_is_nobodys() -> None:
    found = silent(claim(SYNOLOGY, "10.0.3.77"), claim(DELL, "10.0.3.77"), names=[told("10.0.3.77")], sessions=())
    asked = next(each for each in found.found if each.asked)
    assert (asked.mac, asked.kind) == (None, None)


def test_a_router_asks_for_others() -> None:
    router: list[Fact] = [said(RICOH, "forwards", "ra"), claim(RICOH, "10.0.3.1")]
    found = only(silent(*router, names=[told("10.0.3.1")]))
    assert found.for_others
    server: list[Fact] = [said(DELL, "kind", "server"), claim(DELL, "10.0.3.2")]
    assert only(silent(*server, names=[told("10.0.3.2")], sessions=())).for_others


def test_who_asks_for_several_providers_asks_for_others() -> None:
    hosts = [HOST, "smtp-legacy.office365.com", "smtp.gmail.com", "smtp.example.org"]
    few, many = ([told("10.0.3.53", host) for host in hosts[:count]] for count in (3, 4))
    assert not only(silent(names=few)).for_others
    assert only(silent(names=many)).for_others


def test_a_stranger_who_asks_is_nobody_of_ours() -> None:
    assert silent(names=[told("198.51.100.7")]).found == ()


def test_who_asked_comes_first_and_the_order_of_facts_does_not_matter() -> None:
    facts: list[Fact] = [said(RICOH, "kind", "printer"), claim(APC, "10.0.3.40"), claim(SYNOLOGY, "10.0.3.77")]
    found = silent(*facts, names=[told("10.0.3.77")])
    assert [each.kind for each in found.found] == ["nas", "printer", "ups"]
    assert silent(*reversed(facts), names=[told("10.0.3.77")]) == found
    assert (found.looked_at, found.cut) == (3, False)


def test_parts_of_an_answer_are_one_question() -> None:
    parts = [told("10.0.3.77"), replace(told("10.0.3.77"), address="52.97.1.3", first=NOW, last=NOW + 5)]
    found = only(silent(names=parts))
    assert (found.first_seen, found.last_seen) == (NOW, NOW + 20)


def test_a_captures_silent_boxes() -> None:
    """From the lab: a NAS that takes mail and was not seen sending any, beside those that mail."""
    gathered = gather([("default", ROOT / "captures" / "devices" / "s08-relay")], Settings())
    judgement = Judgement(gathered.spool)
    found = judgement.silent(judgement.devices())
    gathered.spool.close()
    assert [(each.kind, each.name, each.ip) for each in found.found] == [("nas", "DiskStation", "10.1.0.54")]
