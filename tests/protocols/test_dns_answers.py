"""DNS answers: read as dpkt and scapy wrote them, refused when they are anything else, and never a surprise."""

from __future__ import annotations

import struct
from ipaddress import ip_address
from itertools import product

import dpkt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scapy.layers.dns import DNS, DNSQR, DNSRR, dns_compress

from sniffer.model import limits
from sniffer.protocols.dns_answers import answer, promising
from tests.datagrams import AAAA, ANSWER, datagram, ends, message
from tests.frames import datagrams

NAME = "smtp.office365.com"
FOUR = ("52.97.1.2", "52.97.1.34")
SIX = ("2603:1026::2", "2603:1026::22")
ALIASES = ("outlook.ms-acdc.office.com", "fra-efz.ms-acdc.office.com")
QUESTION = b"\4smtp\7example\3org\0\0\1\0\1"
RECORD = b"\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4\xc0\0\2\x19"


def packed(addresses: tuple[str, ...] | list[str]) -> list[bytes]:
    """Addresses as messages have them."""
    return [ip_address(each).packed for each in addresses]


def raw(
    question: bytes = QUESTION, records: bytes = RECORD, *, flags: int = ANSWER, questions: int = 1, count: int = 1
) -> bytes:
    """A message put together by hand."""
    return struct.pack("!HHHHHH", 7, flags, questions, count, 0, 0) + question + records


@pytest.mark.parametrize(("addresses", "aliases"), list(product((FOUR, SIX, FOUR[:1]), ((), ALIASES[:1], ALIASES))))
def test_what_was_asked_has_the_addresses(addresses: tuple[str, ...], aliases: tuple[str, ...]) -> None:
    assert answer(message(NAME, addresses, aliases=aliases)) == (NAME, packed(addresses))


@pytest.mark.parametrize("compress", [False, True])
def test_scapy_writes_the_same(compress: bool) -> None:
    records = [DNSRR(rrname=NAME, type="CNAME", rdata=ALIASES[0])]
    records += [DNSRR(rrname=ALIASES[0], rdata=each) for each in FOUR]
    said = DNS(id=7, qr=1, qd=DNSQR(qname=NAME), an=records)
    if compress:
        said = dns_compress(said)  # type: ignore[no-untyped-call]
    assert answer(bytes(said)) == (NAME, packed(FOUR))


def test_a_message_by_hand() -> None:
    assert answer(raw()) == ("smtp.example.org", [b"\xc0\0\2\x19"])


def test_capital_letters_do_not_matter() -> None:
    """Resolvers mix them at random, so that nobody can forge answers."""
    assert answer(message("SmTp.oFFice365.CoM", FOUR)) == (NAME, packed(FOUR))


@pytest.mark.parametrize(
    "flags",
    [0x0100, 0x8183, 0x8182, 0x8980, 0xA180, ANSWER | 1],
    ids=["query", "no such name", "failure", "inverse query", "notify", "format error"],
)
def test_what_is_no_answer_is_refused(flags: int) -> None:
    assert answer(raw(flags=flags)) is None


@pytest.mark.parametrize("flags", [0x8000, 0x8580, 0x8380, 0x81B0], ids=["plain", "authoritative", "cut", "validated"])
def test_flags_that_change_nothing(flags: int) -> None:
    assert answer(raw(flags=flags)) is not None


def test_other_questions_are_refused() -> None:
    for kind in (2, 5, 12, 15, 16, 33, 65, 255):
        assert answer(raw(QUESTION[:-4] + struct.pack("!HH", kind, 1))) is None
    assert answer(raw(QUESTION[:-4] + b"\0\1\0\3")) is None  # CHAOS
    assert answer(raw(questions=0)) is None
    assert answer(raw(questions=2)) is None
    assert answer(raw(count=0)) is None


def test_addresses_of_the_other_kind_tell_nothing() -> None:
    assert answer(message(NAME, FOUR, kind=AAAA)) is None
    assert answer(message(NAME, (*FOUR, *SIX))) == (NAME, packed(FOUR))


@pytest.mark.parametrize("size", [3, 5, 16, 0])
def test_an_address_of_a_wrong_size_is_none(size: int) -> None:
    wrong = RECORD[:10] + struct.pack("!H", size) + bytes(size)
    assert answer(raw(records=wrong + RECORD, count=2)) == ("smtp.example.org", [b"\xc0\0\2\x19"])
    assert answer(raw(records=RECORD[:10] + struct.pack("!H", size) + RECORD[12:])) is None


@pytest.mark.parametrize(
    "labels",
    [
        b"\0", b"\4sm\0p\3org\0", b"\4sm.p\3org\0", b"\4sm p\3org\0", b"\4sm\x1bp\3org\0", b"\4sm\xffp\3org\0",
        b"\x0amedium\3org\0", b"\4smtp\7exam\0", b"\xc0\x0c\0", b"\x40" + b"a" * 64 + b"\0",
        b"\x3f" + b"a" * 63 + b"\x80abc\0",
        (b"\x3f" + b"a" * 63) * 4 + b"\0",
    ],
)  # fmt: skip
def test_names_that_no_host_has_are_refused(labels: bytes) -> None:
    assert answer(raw(labels + b"\0\1\0\1")) is None


def test_the_longest_name_is_read() -> None:
    name = ".".join(["a" * 63, "b" * 63, "_c" + "-" * 61, "d" * 61])
    labels = b"".join(bytes([len(each)]) + each.encode() for each in name.split("."))
    assert len(labels) + 1 == limits.NAME_OCTETS
    assert answer(raw(labels + b"\0\0\1\0\1")) == (name, [b"\xc0\0\2\x19"])


OWNERS = {
    "root": b"\0",
    "spelt out": b"\4smtp\7example\3org\0",
    "spelt out in part": b"\3mx1\xc0\x11",
    "pointer": b"\xc0\x0c",
    "pointer beyond everything": b"\xff\xff",
}


@pytest.mark.parametrize("owner", OWNERS.values(), ids=OWNERS)
def test_names_before_records_are_passed_over(owner: bytes) -> None:
    records = (owner + RECORD[2:]) * 2
    assert answer(raw(records=records, count=2)) == ("smtp.example.org", [b"\xc0\0\2\x19"] * 2)


@pytest.mark.parametrize(
    "owner", [b"\x40" + b"a" * 64 + b"\0", b"\x80" + b"a" * 128 + b"\0", (b"\x3f" + b"a" * 63) * 4 + b"\0", b"\x05abc"]
)
def test_behind_a_broken_name_nothing_is_read(owner: bytes) -> None:
    assert answer(raw(records=RECORD + owner + RECORD[2:], count=2)) == ("smtp.example.org", [b"\xc0\0\2\x19"])


def test_what_is_behind_the_counted_records_is_not_read() -> None:
    assert answer(raw(records=RECORD * 3, count=2)) == ("smtp.example.org", [b"\xc0\0\2\x19"] * 2)
    assert answer(raw() + b"\0" * 50) == answer(raw())


def test_a_message_longer_than_resolvers_send_is_refused() -> None:
    count = (limits.NAME_MESSAGE - len(raw(records=b""))) // len(RECORD)
    assert answer(raw(records=RECORD * count, count=count)) is not None
    assert answer(raw(records=RECORD * (count + 1), count=count + 1)) is None


def test_cut_anywhere_it_tells_the_addresses_it_still_has() -> None:
    """Every length of a message of a chain and four addresses: a prefix of them, or nothing."""
    for addresses in (FOUR + FOUR, SIX + SIX):
        whole = message(NAME, addresses, aliases=ALIASES)
        told = [answer(whole[:size]) for size in range(len(whole) + 1)]
        counts = [len(each[1]) if each else 0 for each in told]
        assert counts == sorted(counts)
        assert set(counts) == {0, 1, 2, 3, 4}
        assert all(each == (NAME, packed(addresses)[: len(each[1])]) for each in told if each)


LABELS = st.text("abcdefghijklmnopqrstuvwxyz0123456789-_", min_size=1, max_size=20)
NAMES = st.lists(LABELS, min_size=1, max_size=6).map(".".join)


@given(NAMES, st.lists(NAMES, max_size=4), st.lists(st.ip_addresses(v=4), min_size=1, max_size=9))
def test_any_name_chain_and_addresses(name: str, aliases: list[str], addresses: list[object]) -> None:
    told = [str(each) for each in addresses]
    said = message(name, told, aliases=aliases)
    assert answer(said) == (name, packed(told))
    assert [each.ip for each in dpkt.dns.DNS(said).an if each.type == dpkt.dns.DNS_A] == packed(told)


@st.composite
def mutilated(draw: st.DrawFn) -> bytes:
    """An answer that was whole once."""
    said = bytearray(message(NAME, draw(st.sampled_from([FOUR, SIX])), aliases=draw(st.sampled_from([(), ALIASES]))))
    for at, new in draw(st.lists(st.tuples(st.integers(0, len(said) - 1), st.integers(0, 255)), max_size=5)):
        said[at] = new
    return bytes(said[: draw(st.integers(0, len(said)))]) + draw(st.binary(max_size=20))


ANYTHING = st.one_of(mutilated(), st.binary(max_size=80), st.binary(max_size=80).map(lambda junk: raw(junk, b"")))


@given(ANYTHING)
def test_nothing_raises_and_only_what_the_message_has_is_told(said: bytes) -> None:
    told = answer(said)
    if told is None:
        return
    name, addresses = told
    assert name.isascii()
    assert name.isprintable()
    assert name == name.lower()
    assert addresses
    assert all(len(each) in (4, 16) and each in said for each in addresses)


@given(st.lists(ANYTHING, max_size=8))
def test_the_sieve_keeps_what_would_be_told(messages: list[bytes]) -> None:
    if not messages:
        return
    found = datagrams([datagram(each, ends()) for each in messages])
    kept = promising(found).tolist()
    assert all(kept[place] for place, each in enumerate(messages) if answer(each))


def test_the_sieve_refuses_by_the_header() -> None:
    messages = [raw(), raw(flags=0x0100), raw(flags=0x8183), raw(questions=2), raw(count=0), b"", raw()[:12], raw()]
    found = datagrams([datagram(each, ends()) for each in messages])
    assert promising(found).tolist() == [True] + [False] * 6 + [True]
