"""Messages of discovery become facts: whatever the batches, the files and the limits, and bounded whatever comes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from functools import partial
from itertools import pairwise
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scapy.asn1.asn1 import ASN1_STRING
from scapy.layers.dhcp import BOOTP, DHCP
from scapy.layers.inet import IP, UDP
from scapy.layers.l2 import ARP
from scapy.layers.snmp import SNMP, SNMPresponse, SNMPvarbind
from scapy.packet import Raw

from sniffer.decode import decode
from sniffer.inventory.spool import Spool
from sniffer.model import limits
from sniffer.model.clues import BindingFact, ClueFact
from sniffer.model.frames import Origin
from sniffer.pipeline.bindings import Bindings, Place
from sniffer.pipeline.clues import Clues
from tests.discovery import WANTED
from tests.frames import HERE, NO_PORTS, batch
from tests.inference.facts import fact
from tests.protocols.dns_bytes import dotted, message, place, server, text
from tests.wire import Frame

CARDS = ("00:26:73:a1:b2:c3", "00:11:32:1a:2b:3c", "3c:d9:2b:2b:1f:2e")
IPS = ("10.0.3.17", "10.0.3.18")
SERVER = "10.0.3.1"
SECOND = 1_000_000
Made = Callable[[int], Frame]


def _octets(mac: str) -> bytes:
    return bytes.fromhex(mac.replace(":", ""))


def ethernet(layers: Any, mac: str, time_us: int, ethertype: int = 0x0800, vlan: int | None = None) -> Frame:
    """A frame from a card."""
    tag = b"" if vlan is None else b"\x81\x00" + vlan.to_bytes(2, "big")
    return Frame(time_us, b"\xff" * 6 + _octets(mac) + tag + ethertype.to_bytes(2, "big") + bytes(layers))


def arp(mac: str, ip: str, time_us: int, vlan: int | None = None) -> Frame:
    """A card claims an address."""
    return ethernet(ARP(op=1, hwsrc=mac, psrc=ip, pdst=SERVER), mac, time_us, 0x0806, vlan)


def dhcp(kind: str, mac: str, ip: str, time_us: int) -> Frame:
    """A card is given an address, asks for it, or gives it up."""
    granted = kind == "ack"
    wish = [("requested_addr", ip)] if kind == "request" else []
    asked = [("message-type", kind), *wish, *([("lease_time", 3600)] if granted else []), "end"]
    fields: dict[str, Any] = {"yiaddr": ip} if granted else {"ciaddr": ip} if kind == "release" else {}
    said = BOOTP(op=2 if granted else 1, chaddr=_octets(mac), **fields) / DHCP(options=asked)
    ends = (SERVER, ip, 67, 68) if granted else (ip, SERVER, 68, 67)
    packet = IP(src=ends[0], dst=ends[1]) / UDP(sport=ends[2], dport=ends[3]) / said
    return ethernet(packet, "00:50:56:00:00:01" if granted else mac, time_us)


def mdns(mac: str, ip: str, name: str, time_us: int, ttl: int = 255) -> Frame:
    """A box announces itself."""
    host = dotted(f"{name}.local")
    printer = dotted(f"{name}._ipp._tcp.local")
    said = message(server(printer, host), text(printer, f"ty={name} model", "note=Floor 2"), place(host, ip))
    return ethernet(IP(src=ip, dst="224.0.0.251", ttl=ttl) / UDP(sport=5353, dport=5353) / Raw(said), mac, time_us)


def spooled(
    batches: Iterable[tuple[Sequence[Frame], str]], sensor: str = "lan", *, asked_in_between: bool = False
) -> Spool:
    """What batches of frames, each of a file, leave in a spool; asked for what is still counted behind each, or not."""
    spool = Spool()
    clues = Clues(spool.boxes.add)
    for ip in IPS:
        spool.add(fact(client=ip))
    for frames, file in batches:
        found = decode(batch(frames, origin=Origin(HERE.sensor, file)), NO_PORTS, NO_PORTS, WANTED).messages
        assert found is not None
        clues.feed(sensor, found)
        if asked_in_between:
            spool.count_now((), clues.counted())
            spool.seal()
    if asked_in_between:
        seen = facts(spool)
    clues.finish()
    spool.count_now((), ())
    spool.seal()
    assert not asked_in_between or facts(spool) == seen
    return spool


def facts(spool: Spool) -> list[ClueFact | BindingFact]:
    """All facts of the cards."""
    boxes = spool.boxes
    return [each for card in CARDS for table in (boxes.of_card, boxes.addresses) for each in table(card)]


def test_an_announcement_says_what_its_card_is() -> None:
    card, ip = CARDS[0], IPS[0]
    spool = spooled([([mdns(card, ip, "scan", second * SECOND) for second in (1, 2, 3)], "one.pcap")])
    clues = list(spool.boxes.of_card(card))
    assert ("name", "scan") in {(each.field, each.value) for each in clues}
    assert {(each.sensor, each.source, each.first, each.last, each.count, each.file) for each in clues} == {
        ("lan", "mdns", SECOND, 3 * SECOND, 3, "one.pcap")
    }


def test_what_comes_through_a_router_is_said_of_an_address_alone() -> None:
    """SNMP's answers travel; the card is the router's."""
    asked = [SNMPvarbind(oid="1.3.6.1.2.1.1.5.0", value=ASN1_STRING(b"printer"))]
    answer = SNMP(community="public", PDU=SNMPresponse(varbindlist=asked))
    for ttl, known in ((64, True), (63, False)):
        packet = IP(src=IPS[0], dst=SERVER, ttl=ttl) / UDP(sport=161, dport=50_000) / answer
        boxes = spooled([([ethernet(packet, CARDS[0], SECOND)], "one.pcap")]).boxes
        assert [each.value for each in boxes.of_card(CARDS[0])] == (["printer"] if known else [])
        assert [each.value for each in boxes.of_address(IPS[0])] == ([] if known else ["printer"])


def test_claims_become_runs_each_until_another_card_claims_the_same() -> None:
    first, second = CARDS[:2]
    frames = [arp(first, IPS[0], 1), arp(first, IPS[0], 5), arp(second, IPS[0], 9), arp(first, IPS[0], 12)]
    found = list(spooled([(frames, "one.pcap")]).boxes.holders())
    assert [(each.mac, each.first, each.last, each.count) for each in found] == [
        (first, 1, 5, 2), (second, 9, 9, 1), (first, 12, 12, 1),
    ]  # fmt: skip


def test_a_lease_is_given_kept_and_given_up() -> None:
    card = CARDS[0]
    given = [dhcp("ack", card, IPS[0], SECOND), dhcp("request", card, IPS[0], 9 * SECOND)]
    (held,) = spooled([(given, "one.pcap")]).boxes.holders()
    assert (held.source, held.last, held.until, held.over) == ("dhcp", 9 * SECOND, 3601 * SECOND, False)
    (held,) = spooled([([*given, dhcp("release", card, IPS[0], 20 * SECOND)], "one.pcap")]).boxes.holders()
    assert (held.last, held.over) == (20 * SECOND, True)


def test_a_wish_and_a_strangers_release_claim_nothing() -> None:
    frames = [
        dhcp("request", CARDS[0], IPS[0], 1),
        dhcp("ack", CARDS[1], IPS[0], 2),
        dhcp("release", CARDS[2], IPS[0], 3),
    ]
    (held,) = spooled([(frames, "one.pcap")]).boxes.holders()
    assert (held.mac, held.over) == (CARDS[1], False)


def test_vlans_and_sensors_are_places_of_their_own() -> None:
    frames = [arp(CARDS[0], IPS[0], 1), arp(CARDS[1], IPS[0], 2, vlan=10), arp(CARDS[0], IPS[0], 3)]
    found = list(spooled([(frames, "one.pcap")]).boxes.holders())
    assert [(each.vlan, each.mac, each.count) for each in found] == [((), CARDS[0], 2), ((10,), CARDS[1], 1)]


def test_a_run_quotes_the_file_in_which_it_begins() -> None:
    """The same message in another file, after somebody else had the address."""
    told = [dhcp("ack", CARDS[0], IPS[0], 1)], [dhcp("ack", CARDS[1], IPS[0], 2)], [dhcp("ack", CARDS[0], IPS[0], 3)]
    files = ("one.pcap", "two.pcap", "three.pcap")
    assert [each.file for each in spooled(zip(told, files, strict=True)).boxes.holders()] == list(files)


# -- neither batches, nor files, nor limits show -------------------------------------------------

MESSAGES: list[Made] = [
    *(partial(arp, mac, ip) for mac in CARDS for ip in IPS),
    *(partial(dhcp, kind, mac, ip) for kind in ("ack", "request", "release") for mac in CARDS[:2] for ip in IPS),
    *(partial(mdns, mac, IPS[0], name) for mac in CARDS[:2] for name in ("scan", "nas")),
    lambda time: arp(CARDS[0], IPS[0], time, vlan=10),
]
SMALL = {"CLUES": 3, "BINDINGS": 2, "MESSAGES_REMEMBERED": 2, "MESSAGE_OCTETS": 300, "SPOOL_ROWS": 3}


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, len(MESSAGES) - 1), st.booleans()), min_size=1, max_size=30),
    st.booleans(),
    st.booleans(),
)
def test_neither_batches_nor_what_memory_holds_nor_asking_in_between_show(
    told: list[tuple[int, bool]], small: bool, asked: bool
) -> None:
    """What is asked for behind the last batch is what there is at the end."""
    frames = [MESSAGES[number]((second + 1) * SECOND) for second, (number, _) in enumerate(told)]
    cuts = [0, *(place for place, (_, cut) in enumerate(told) if cut and place), len(frames)]
    parts = [(frames[a:b], "one.pcap") for a, b in pairwise(cuts)]
    expected = facts(spooled([(frames, "one.pcap")]))
    with ExitStack() as stack:
        for name, value in SMALL.items() if small else ():
            stack.enter_context(patch.object(limits, name, value))
        assert facts(spooled(parts, asked_in_between=asked)) == expected


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, len(MESSAGES) - 1), min_size=2, max_size=20), st.data())
def test_how_a_capture_is_cut_into_files_shows_in_the_files_alone(told: list[int], data: st.DataObject) -> None:
    frames = [MESSAGES[number]((second + 1) * SECOND) for second, number in enumerate(told)]
    cut = data.draw(st.integers(1, len(frames) - 1))
    whole = facts(spooled([(frames, "one.pcap")]))
    parts = facts(spooled([(frames[:cut], "one.pcap"), (frames[cut:], "two.pcap")]))
    assert [_without_file(each) for each in parts] == [_without_file(each) for each in whole]
    for each in parts:
        assert each.file == ("one.pcap" if each.first <= cut * SECOND else "two.pcap")


def _without_file(each: ClueFact | BindingFact) -> tuple[object, ...]:
    return tuple(getattr(each, name) for name in each.__struct_fields__ if name != "file")


# -- bounds -------------------------------------------------------------------------------------


def test_floods_of_names_and_addresses_take_no_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in SMALL.items():
        monkeypatch.setattr(limits, name, value)
    spool = Spool()
    clues = Clues(spool.boxes.add)
    for number in range(200):
        mac, ip = f"00:26:73:00:00:{number:02x}", f"10.0.4.{number}"
        frames = [mdns(mac, ip, f"box-{number}", number), arp(mac, ip, number), dhcp("ack", mac, ip, number)]
        found = decode(batch(frames), NO_PORTS, NO_PORTS, WANTED).messages
        assert found is not None
        clues.feed("lan", found)
        kept = (clues._seen, clues._clues, clues._bindings._runs)
        assert all(len(each) <= 32 for each in kept)  # a message says some things at once
    clues.finish()
    spool.seal()
    assert {each.value for each in spool.boxes.of_card("00:26:73:00:00:07") if each.field == "name"} == {"box-7"}


def test_a_run_that_was_written_already_is_still_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "BINDINGS", 1)
    spool = Spool()
    spool.add(fact(client=IPS[0]))
    bindings, here = Bindings(spool.boxes.add), Place("lan", (), "dhcp", IPS[0])
    bindings.claim(here, CARDS[0], 1, until=500)
    bindings.claim(here._replace(ip=IPS[1]), CARDS[1], 2)
    bindings.ask(here, CARDS[0], 3)
    bindings.give_up(here, CARDS[1], 4)
    bindings.give_up(here, CARDS[0], 5)
    bindings.ask(here, CARDS[0], 6)
    bindings.finish()
    spool.seal()
    (held,) = spool.boxes.holders()
    assert (held.mac, held.first, held.last, held.count, held.until, held.over) == (CARDS[0], 1, 5, 1, 500, True)
