"""``--redact-users`` hides hosts that are called after persons, wherever a box or a table says the name."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scapy.layers.dhcp import BOOTP, DHCP
from scapy.layers.dns import DNS, DNSRR
from scapy.layers.inet import IP, UDP
from scapy.layers.l2 import ARP, Ether
from scapy.layers.snmp import SNMP, SNMPresponse, SNMPvarbind
from scapy.packet import Packet

from sniffer.reports.redaction import Redactor
from tests.capture_files import write_pcap
from tests.program import sniffer
from tests.wire import Conversation, Frame

MAC, ADDRESS, HOST = "00:26:73:a1:b2:c3", "10.0.3.17", "alices-laptop"
NOBODY = ".".join("0000")
"""The source of who has no address yet (RFC 2131 4.1)."""

START = 1_795_000_000
MAIL = f"From: Alice Miller <alice@example.org>\r\nMessage-ID: <20261123180000.4711@{HOST}>\r\n\r\nHello\r\n."


def said(packet: Packet, second: int) -> Frame:
    """A frame of the box, so many seconds after the start."""
    return Frame((START + second) * 1_000_000, bytes(Ether(src=MAC, dst="ff:ff:ff:ff:ff:ff") / packet))


def announced() -> list[Frame]:
    """What the box says of itself before it mails: DHCP, ARP, mDNS, SNMP."""
    chaddr = bytes.fromhex(MAC.replace(":", "")) + bytes(10)
    options = [("message-type", "request"), ("hostname", HOST), ("client_id", b"\x00" + HOST.encode()),
               ("requested_addr", ADDRESS), "end"]  # fmt: skip
    request = IP(src=NOBODY, dst="255.255.255.255") / UDP(sport=68, dport=67) / BOOTP(chaddr=chaddr)
    text = [b"ty=RICOH MP C3003", b"note=Alice Miller's room", b"product=(RICOH MP C3003)"]
    name = f"{HOST}._ipp._tcp.local."
    records = [
        DNSRR(rrname="_ipp._tcp.local.", type="PTR", ttl=120, rdata=name),
        DNSRR(rrname=name, type="TXT", ttl=120, rdata=text),
        DNSRR(rrname=f"{HOST}.local.", type="A", ttl=120, rdata=ADDRESS),
    ]
    mdns = DNS(qr=1, aa=1, qd=[], an=records)
    system = SNMPvarbind(oid="1.3.6.1.2.1.1.1.0", value=f"Linux {HOST.upper()} 6.1.0 x86_64")
    place = SNMPvarbind(oid="1.3.6.1.2.1.1.6.0", value="Desk of Alice")
    answer = SNMP(community="public", PDU=SNMPresponse(varbindlist=[system, place]))
    return [
        said(request / DHCP(options=options), 0),
        said(ARP(op=1, hwsrc=MAC, psrc=ADDRESS, pdst=ADDRESS), 1),
        said(IP(src=ADDRESS, dst="224.0.0.251", ttl=255) / UDP(sport=5353, dport=5353) / mdns, 2),
        said(IP(src=ADDRESS, dst="10.0.3.2", ttl=64) / UDP(sport=161, dport=40_161) / answer, 3),
    ]


def mailed() -> list[Frame]:
    """Its session: a server that repeats the client's name, with and without a domain."""
    talk = Conversation(client=ADDRESS, client_mac=MAC, server="10.0.3.2", port=25, start=START + 10)
    talk.open()
    talk.dialogue(f"""
        S: 220 mail.example.org ESMTP
        C: EHLO {HOST}.example.org
        S: 250 mail.example.org Hello {HOST}.example.org
        C: MAIL FROM:<alice@example.org>
        S: 250 OK
        C: RCPT TO:<bob@example.org>
        S: 250 OK
        C: DATA
        S: 354 Go on
    """)
    talk.client(MAIL)
    talk.server(f"550 5.7.1 <{HOST.upper()}>: Client host rejected")
    talk.client("QUIT")
    talk.server("221 Bye")
    talk.close()
    return talk.frames()


@pytest.fixture
def site(tmp_path: Path) -> list[Path | str]:
    """A capture of a person's box, and an inventory that says whose it is."""
    capture, table = tmp_path / "a.pcap", tmp_path / "inventory.csv"
    write_pcap(capture, [*announced(), *mailed()])
    table.write_text(f"name,ip,mac,owner,location\n{HOST},{ADDRESS},{MAC},Alice Miller,Alice's corner\n")
    return [capture, "--facts", table]


WORDS = [
    ("triage", "--view", view, "--format", form)
    for view in ("devices", "sessions")
    for form in ("table", "json", "jsonl", "csv")
] + [("explain", "--device", ADDRESS), ("explain", "--client", ADDRESS)]


@pytest.mark.parametrize("words", WORDS, ids=" ".join)
def test_the_name_is_nowhere(tmp_path: Path, site: list[Path | str], words: tuple[str, ...]) -> None:
    verb, *more = words
    home = {"XDG_DATA_HOME": str(tmp_path / "home")}
    hidden = sniffer(verb, *more, "--redact-users", *site, env=home)
    plain = sniffer(verb, *more, *site)
    assert plain.status == hidden.status
    assert "alice" in plain.out.casefold()
    told = "".join((hidden.out + hidden.err).casefold().split())
    leaks = ("alice", "miller", HOST.encode().hex())
    assert [word for word in leaks if word in told] == []


def test_what_names_nobody_stays(tmp_path: Path, site: list[Path | str]) -> None:
    home = {"XDG_DATA_HOME": str(tmp_path / "home")}
    (row,) = sniffer("triage", "--format", "jsonl", "--redact-users", *site, env=home).rows
    assert (row["vendor"], row["model"]) == ("Ricoh", "MP C3003")
    assert row["name"].startswith("host-")
    assert row["owner"].startswith("user-")
    places = [each["value"] for each in row["evidence"] if each["field"] == "location"]
    assert all(each.startswith("place-") for each in places)
    assert len(places) == 3
    assert {each["source"] for each in row["evidence"]} >= {"dhcp", "arp", "mdns", "snmp", "smtp", "inventory-list"}


PLAIN = ["Floor 2", "2nd floor, room 214", "Server Room", "Reception", "Print room B", "HQ / Building 4", "3"]


@pytest.mark.parametrize("place", PLAIN)
def test_a_plain_place_is_told(place: str) -> None:
    assert Redactor(b"k" * 32).place(place) == place


@pytest.mark.parametrize("place", ["Bob's office", "Dr. Miller", "Room of O'Neil", "Büro Jürgen"])
def test_a_place_that_may_be_a_persons_is_not(place: str) -> None:
    assert str(Redactor(b"k" * 32).place(place)).startswith("place-")
    assert Redactor().place(place) == place


HOSTS = st.text(st.characters(codec="utf-8", categories=("L", "N")), min_size=4, max_size=20)


@given(HOSTS)
@example("straße-pc")
@example("ǅungla")
@example("00ß\u1f88")
def test_no_text_repeats_the_name(host: str) -> None:
    redact = Redactor(b"k" * 32)
    if redact.host(host) == host:
        return  # one from the factory
    for spelling in (host, host.upper(), host.lower(), host.swapcase(), host.casefold()):
        told = redact.named(f"<{spelling}>: rejected, {spelling.encode().hex()}", [f"{host}.example.org"])
        assert f"<{spelling}>" not in told
        assert spelling.encode().hex() not in told


def test_a_name_is_found_in_any_case_and_in_hex_but_not_inside_other_words() -> None:
    told = Redactor(b"k" * 32).named("ANNA-PC, anna-pc.example.org, 00616e6e612d7063, hanna-pcx", ["anna-pc"])
    assert "hanna-pcx" in told
    assert told.count("host-") == 3
    assert "616e6e61" not in told
