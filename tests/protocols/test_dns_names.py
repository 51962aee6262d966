"""PTR answers of DNS, and LLMNR: names of addresses."""

from __future__ import annotations

import pytest
from hypothesis import given
from scapy.layers.dns import DNS, DNSQR, DNSRR
from scapy.layers.llmnr import LLMNRResponse

from sniffer.model.clues import Heard, Said
from sniffer.protocols import dns_names, llmnr
from tests.protocols.clue_checks import cut_anywhere, hostile, sound
from tests.protocols.dns_bytes import dotted, message, place, pointer, record

ASKED = dotted("51.0.1.10.in-addr.arpa")
HOST = dotted("Printer7.example.org")
SIX = ".".join("2001:0db8:0000:0000:0000:0000:0000:0051".replace(":", "")[::-1]) + ".ip6.arpa"
ANSWER = 0x8180


def question(name: bytes, kind: int = 12) -> bytes:
    """A question."""
    return name + bytes([0, kind, 0, 1])


WHOLE = message(pointer(b"\xc0\x0c", HOST), flags=ANSWER, questions=(question(ASKED),))
NAMED = (Heard((Said("name", "Printer7.example.org"),), ip="10.1.0.51"),)


def test_the_name_of_an_address() -> None:
    assert dns_names.heard(WHOLE) == NAMED
    assert dns_names.heard(WHOLE + b"junk") == NAMED


def test_of_ipv6() -> None:
    said = message(pointer(dotted(SIX), HOST), flags=ANSWER, questions=(question(dotted(SIX)),))
    assert dns_names.heard(said) == (Heard(NAMED[0].said, ip="2001:db8::51"),)


def test_an_alias_on_the_way() -> None:
    """A provider gives a part of its tree away (RFC 2317)."""
    alias = dotted("51.0-63.0.1.10.in-addr.arpa")
    said = message(record(b"\xc0\x0c", 5, alias), pointer(alias, HOST), flags=ANSWER, questions=(question(ASKED),))
    assert dns_names.heard(said) == NAMED


def test_capitals_and_scapy() -> None:
    said = DNS(qr=1, rd=1, ra=1, qd=DNSQR(qname="51.0.1.10.IN-ADDR.arpa", qtype="PTR"),
               an=[DNSRR(rrname="51.0.1.10.IN-ADDR.arpa", type="PTR", rdata="Printer7.example.org")])  # fmt: skip
    assert dns_names.heard(bytes(said)) == NAMED


@pytest.mark.parametrize("tree", ["0.1.10.in-addr.arpa", "256.0.1.10.in-addr.arpa", "a.0.1.10.in-addr.arpa", "arpa",
                                  SIX[2:], "g" + SIX[1:], "1.2.3.4.e164.arpa",
                                  "b._dns-sd._udp.0.1.10.in-addr.arpa"])  # fmt: skip
def test_what_is_no_address(tree: str) -> None:
    said = message(pointer(b"\xc0\x0c", HOST), flags=ANSWER, questions=(question(dotted(tree)),))
    assert dns_names.heard(said) == ()


@pytest.mark.parametrize("flags", [0x0100, 0x8183, 0xA180])
def test_what_is_no_answer(flags: int) -> None:
    assert dns_names.heard(message(pointer(b"\xc0\x0c", HOST), flags=flags, questions=(question(ASKED),))) == ()


def test_another_question() -> None:
    said = message(place(b"\xc0\x0c", "10.1.0.51"), flags=ANSWER, questions=(question(HOST, 1),))
    assert dns_names.heard(said) == ()


def test_ptr_cut_anywhere() -> None:
    cut_anywhere(dns_names.heard, WHOLE)


@given(hostile(WHOLE))
def test_whatever_comes_as_dns(said: bytes) -> None:
    sound(dns_names.heard(said))


PC = dotted("PC7")
LLMNR = message(place(PC, "10.1.0.9"), place(PC, "fe80::9"), flags=0x8000, questions=(question(PC, 255),))


def test_llmnr_tells_the_addresses_of_a_name() -> None:
    said = (Said("name", "PC7"),)
    assert llmnr.heard(LLMNR) == llmnr.heard(LLMNR + b"junk") == (Heard(said, ip="10.1.0.9"), Heard(said, ip="fe80::9"))


def test_llmnr_tells_the_name_of_an_address() -> None:
    said = message(pointer(ASKED, PC), flags=0x8000, questions=(question(ASKED),))
    assert llmnr.heard(said) == (Heard((Said("name", "PC7"),), ip="10.1.0.51"),)


@pytest.mark.parametrize("flags", [0x0000, 0x8400, 0x8100, 0x8003, 0xA000],
                         ids=["query", "conflict", "tentative", "error", "opcode"])  # fmt: skip
def test_llmnr_that_says_nothing(flags: int) -> None:
    assert llmnr.heard(message(place(PC, "10.1.0.9"), flags=flags, questions=(question(PC, 1),))) == ()


def test_llmnr_of_scapy() -> None:
    said = LLMNRResponse(qr=1, qd=DNSQR(qname="PC7"), an=[DNSRR(rrname="PC7", rdata="10.1.0.9", ttl=30)])
    assert llmnr.heard(bytes(said)) == (Heard((Said("name", "PC7"),), ip="10.1.0.9"),)


def test_llmnr_cut_anywhere() -> None:
    cut_anywhere(llmnr.heard, LLMNR)


@given(hostile(LLMNR))
def test_whatever_comes_as_llmnr(said: bytes) -> None:
    sound(llmnr.heard(said))
