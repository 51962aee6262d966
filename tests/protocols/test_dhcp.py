"""DHCPv4: read as scapy wrote it and dpkt reads it; who has an address, who only asks; hostile options."""

from __future__ import annotations

import struct
from typing import Any

import dpkt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scapy.layers.dhcp import BOOTP, DHCP

from sniffer.model import limits
from sniffer.model.clues import ASKED, Claim, Heard, Said
from sniffer.protocols.dhcp import heard
from tests.protocols.heard import anything, claims, cut_anywhere, said, sound

CARD = "00:26:73:a1:b2:c3"
OTHER = "00:21:5a:11:22:33"
HERE, SERVER, RELAY = "10.1.0.51", "10.1.0.1", "10.2.0.1"
XEROX = b"Mfg=Xerox;Typ=MFP;Mod=VersaLink C405;Ser=ABC123456;Loc=Print Room"
Option = tuple[int, bytes]


def octets(text: str) -> bytes:
    return bytes(map(int, text.split(".")))


def card(text: str) -> bytes:
    return bytes.fromhex(text.replace(":", ""))


def message(kind: str, *options: Option, op: int | None = None, chaddr: str = CARD, **fields: Any) -> bytes:
    """A message as scapy writes it, with options given as octets."""
    from_server = kind in ("offer", "ack", "nak")
    head = BOOTP(op=op or (2 if from_server else 1), chaddr=card(chaddr), xid=7, **fields)
    return bytes(head / DHCP(options=[("message-type", kind), *options, "end"]))


def raw(options: bytes, *, sname: bytes = b"", file: bytes = b"", op: int = 1) -> bytes:
    """A message put together by hand."""
    head = struct.pack("!4B8x16x6s10x64s128s", op, 1, 6, 0, card(CARD), sname, file)
    return head + b"\x63\x82\x53\x63" + options


REQUEST = message(
    "request", (12, b"RNP002673A1B2C3"), (60, b"RicohPrinter"), (55, bytes((1, 3, 6, 15))),
    (61, b"\1" + card(CARD)), (50, octets(HERE)), (54, octets(SERVER)),
)  # fmt: skip
ACK = message(
    "ack", (51, struct.pack("!I", 3600)), (54, octets(SERVER)), (3, octets(SERVER)), (15, b"example.org"), yiaddr=HERE
)
RENEWAL = message("request", (12, b"nas"), ciaddr=HERE)


def test_a_client_says_who_it_is_and_asks_for_an_address() -> None:
    words = (
        Said("name", "RNP002673A1B2C3"),
        Said("vendor-class", "RicohPrinter"),
        Said("parameters", "1,3,6,15"),
        Said("client-id", "01002673a1b2c3"),
    )
    assert heard(REQUEST) == (Heard(words, (Claim(HERE, CARD, ASKED),), CARD),)


def test_a_server_gives_the_address_and_tells_the_router() -> None:
    assert heard(ACK) == (
        Heard((), (Claim(HERE, CARD, 3600),), CARD),
        Heard((Said("router", SERVER),), ip=SERVER),
        Heard((Said("service", "dhcp"),), ip=SERVER),
    )


LEASE = (51, struct.pack("!I", 600))
WANTED = (50, octets(HERE))


@pytest.mark.parametrize(
    ("whole", "claim"),
    [
        (message("discover", WANTED), None),
        (message("offer", LEASE, yiaddr=HERE), None),
        (message("request", WANTED), Claim(HERE, CARD, ASKED)),  # comes back (INIT-REBOOT)
        (message("request", WANTED, ciaddr="10.1.0.99"), Claim(HERE, CARD, ASKED)),
        (RENEWAL, Claim(HERE, CARD)),
        (message("inform", ciaddr=HERE), Claim(HERE, CARD)),
        (message("ack", LEASE, yiaddr=HERE), Claim(HERE, CARD, 600)),
        (message("ack", LEASE, yiaddr=HERE, ciaddr="10.1.0.99"), Claim(HERE, CARD, 600)),
        (message("ack", ciaddr=HERE), Claim(HERE, CARD)),  # answers INFORM
        (message("ack", yiaddr=HERE), Claim(HERE, CARD)),
        (message("ack", (51, b"\xff" * 4), yiaddr=HERE), Claim(HERE, CARD)),  # for ever
        (message("ack", (51, bytes(4)), yiaddr=HERE), Claim(HERE, CARD)),  # nonsense, and not what ASKED means
        (message("ack", (51, b"\1\2"), yiaddr=HERE), Claim(HERE, CARD)),
        (message("nak", WANTED, ciaddr=HERE), None),
        (message("release", ciaddr=HERE), Claim(HERE, CARD, over=True)),
        (message("decline", WANTED), Claim(HERE, CARD, over=True)),
        (message("ack", yiaddr="224.0.0.1", ciaddr=HERE), None),
        (message("ack", yiaddr="127.0.0.1"), None),
        (message("request", (50, b"\x0a\1")), None),
    ],
)
def test_who_has_an_address(whole: bytes, claim: Claim | None) -> None:
    assert claims(heard(whole)) == ([claim] if claim else [])


def test_a_refusal_says_nothing_of_anybody() -> None:
    assert heard(message("nak", (54, octets(SERVER)), giaddr=RELAY)) == ()


@pytest.mark.parametrize("kind", ["force_renew", "lease_query", "lease_active"])
def test_other_messages_are_not_read(kind: str) -> None:
    """A lease query asks for somebody else's card (RFC 4388)."""
    assert heard(message(kind, (12, b"name"), yiaddr=HERE, ciaddr=HERE)) == ()


def test_a_message_in_the_wrong_direction_is_not_read() -> None:
    assert heard(message("ack", (54, octets(SERVER)), op=1, yiaddr=HERE)) == ()
    assert heard(message("request", (12, b"name"), op=2)) == ()


def test_bootp_is_not_read() -> None:
    assert heard(bytes(BOOTP(op=2, chaddr=card(CARD), yiaddr=HERE)) + bytes(64)) == ()
    assert heard(raw(b"\x0c\4name\xff")) == ()


def test_through_a_relay_it_is_still_the_client_that_is_meant() -> None:
    agent = (82, b"\1\6\0\4\0\x0a\1\3" + b"\2\x08\0\6" + card(OTHER) + b"\6\7room 12")
    told = heard(message("discover", (12, b"mfp"), agent, giaddr=RELAY, hops=1))
    assert told == (
        Heard((Said("name", "mfp"), Said("port", f"circuit 000a0103, remote {OTHER}, subscriber room 12")), mac=CARD),
        Heard((Said("service", "dhcp-relay"),), ip=RELAY),
    )


@pytest.mark.parametrize(
    ("parts", "port"),
    [
        (b"\1\x09Gi1/0/5.1\2\6switch", "circuit Gi1/0/5.1, remote switch"),
        (b"\1\7\1\5Gi1/5", "circuit Gi1/5"),
        (b"\2\6" + card(OTHER), f"remote {OTHER}"),
        (b"\2\4\x1b[2J", "remote 1b5b324a"),
        (b"\1\x40short", None),
        (b"\x97\3vpn", None),
    ],
)
def test_where_it_is_plugged_in(parts: bytes, port: str | None) -> None:
    told = said(heard(message("ack", (82, parts), yiaddr=HERE)))
    assert told == ({Said("port", port)} if port else set())


def test_what_printers_say_in_their_vendor_class() -> None:
    assert said(heard(message("discover", (60, XEROX)))) == {
        Said("vendor-class", XEROX.decode()),
        Said("vendor", "Xerox"),
        Said("kind", "printer"),
        Said("model", "VersaLink C405"),
        Said("serial", "ABC123456"),
        Said("location", "Print Room"),
    }


@pytest.mark.parametrize(
    ("words", "more"),
    [
        (b"mfg=Xerox;typ=MFP;mod=WorkCentre 3220;ser=ABC012345;loc=",
         {("vendor", "Xerox"), ("kind", "printer"), ("model", "WorkCentre 3220"), ("serial", "ABC012345")}),
        (b"Mfg=FujiXerox;Typ=AIO;Mod=WorkCentre 6027", {("vendor", "FujiXerox"), ("kind", "printer"),
                                                        ("model", "WorkCentre 6027")}),
        (b"Mfg=X;Typ=Toaster;Mod=;Ser=n/a;=;;==", {("vendor", "X")}),
        (b"MSFT 5.0", set()),
        (b"AXIS,Network Camera,P3343,5.20.3", set()),
        (b"note Mfg=Xerox;Mod=No", set()),
    ],
)  # fmt: skip
def test_vendor_classes(words: bytes, more: set[tuple[str, str]]) -> None:
    assert said(heard(message("discover", (60, words)))) == {("vendor-class", words.decode()), *more}


def test_a_servers_words_are_not_the_clients() -> None:
    """A host name for all, and the class of a PXE server."""
    assert said(heard(message("ack", (12, b"guest"), (60, b"PXEClient"), (55, b"\1\2"), yiaddr=HERE))) == set()


def test_what_a_server_repeats_of_a_client_is() -> None:
    whole = message("ack", (61, b"\0nas-7"), (81, b"\3\xff\xffnas.example.org"), yiaddr=HERE)
    assert said(heard(whole)) == {Said("client-id", b"\0nas-7".hex()), Said("name", "nas.example.org")}


@pytest.mark.parametrize(
    ("option", "name"),
    [
        (b"\0\0\0desk.example.org", "desk.example.org"),
        (b"\1\0\0desk.example.org.\0", "desk.example.org"),
        (b"\4\0\0\4desk\7example\3org\0", "desk.example.org"),
        (b"\5\0\0\4desk", "desk"),  # a part of a name has no root
        (b"\4\0\0\4desk\xc0\x0c", None),  # nobody may compress here
        (b"\4\0\0\4de", None),
        (b"\4\0\0\6de.e\3ab\0", None),
        (b"\4\0\0\0", None),
        (b"\0\0\0", None),
        (b"\0", None),
    ],
)
def test_domain_names(option: bytes, name: str | None) -> None:
    assert said(heard(message("request", (81, option)))) == ({Said("name", name)} if name else set())


LL = b"\0\3\0\1" + card(OTHER)
LLT = b"\0\1\0\1\x2b\0\0\0" + card(OTHER)
UUID = b"\0\4" + bytes(range(16))


@pytest.mark.parametrize(
    ("option", "words"),
    [
        (b"\1" + card(CARD), [("client-id", "01" + card(CARD).hex())]),
        (b"\1" + card(OTHER), [("client-id", "01" + card(OTHER).hex()), ("mac", OTHER)]),
        (b"\1\1\0\x5e\0\0\1", [("client-id", "0101005e000001")]),
        (b"\xff\0\0\0\7" + LL, [("client-id", "ff00000007" + LL.hex()), ("client-id", LL.hex()), ("mac", OTHER)]),
        (b"\xff\0\0\0\7" + LLT, [("client-id", "ff00000007" + LLT.hex()), ("client-id", LLT.hex()), ("mac", OTHER)]),
        (b"\xff\0\0\0\7" + UUID, [("client-id", "ff00000007" + UUID.hex()), ("client-id", UUID.hex())]),
        (b"\xff\0\0", []),  # all zero
        (b"\1" + bytes(6), []),  # what boxes send that have none
        (b"\1", []),
        (b"\0" + b"x" * 127, []),  # does not fit, and a part of it may be another's
    ],
)
def test_client_identifiers(option: bytes, words: list[tuple[str, str]]) -> None:
    told = heard(message("request", (61, option)))
    assert [one for each in told for one in each.said] == words


@pytest.mark.parametrize(("hardware", "size"), [(6, 6), (1, 8), (1, 0), (32, 0)])
def test_other_hardware_has_no_card(hardware: int, size: int) -> None:
    assert heard(message("request", (12, b"name"), WANTED, htype=hardware, hlen=size)) == ()


@pytest.mark.parametrize("bad", ["00:00:00:00:00:00", "01:00:5e:00:00:01", "ff:ff:ff:ff:ff:ff"])
def test_a_groups_card_is_nobodys(bad: str) -> None:
    assert heard(message("request", (12, b"name"), WANTED, chaddr=bad)) == ()


def test_options_in_parts_are_joined() -> None:
    whole = raw(b"\x35\1\1\x0c\3RNP\x37\2\1\3\x0c\x0c002673A1B2C3\x37\1\6\xff")
    assert said(heard(whole)) == {Said("name", "RNP002673A1B2C3"), Said("parameters", "1,3,6")}


def test_options_go_on_in_file_and_sname() -> None:
    """First ``file``, then ``sname`` (RFC 3396 5)."""
    whole = raw(b"\x35\1\1\x34\1\3\x0c\3RNP\xff", file=b"\x0c\x06002673\xff", sname=b"\x0c\6A1B2C3\xff")
    assert said(heard(whole)) == {Said("name", "RNP002673A1B2C3")}


@pytest.mark.parametrize(("used", "name"), [(0, "a"), (1, "ab"), (2, "ac"), (3, "abc"), (4, "a")])
def test_which_field_holds_options(used: int, name: str) -> None:
    whole = raw(b"\x35\1\1\x0c\1a\x34\1" + bytes([used]) + b"\xff", file=b"\x0c\1b\xff", sname=b"\x0c\1c\xff")
    assert said(heard(whole)) == {Said("name", name)}


def test_padding_and_what_is_behind_the_end() -> None:
    assert said(heard(raw(b"\0\0\x35\1\1\0\x0c\1a\xff\x0c\1b"))) == {Said("name", "a")}
    assert heard(REQUEST + bytes(60)) == heard(REQUEST + b"\xff" * 60) == heard(REQUEST)


def test_an_option_longer_than_the_message_is_none() -> None:
    assert said(heard(raw(b"\x35\1\1\x0c\1a\x3c\xffabc"))) == {Said("name", "a")}


def test_hostile_words_lose_their_teeth() -> None:
    name = b"\x1b[2Jprint\xff\xe2\x80\xae\r\ner\0"
    assert said(heard(message("request", (12, name)))) == {Said("name", "[2Jprint\ufffd er")}


def test_a_long_message_is_bounded() -> None:
    many = raw(b"\x35\1\1" + (b"\x0c\xff" + b"x" * 255) * 30 + b"\x37\xff" + b"\xfe" * 255 + b"\xff")
    sound(heard(many))
    numbers = next(each.value for each in said(heard(many)) if each.field == "parameters")
    assert set(numbers.split(",")) == {"254"}
    assert heard(raw(b"\x35\1\1\x0c\1a" + bytes(limits.DISCOVERY_BYTES))) == ()


def test_a_vendor_class_without_end_is_bounded() -> None:
    words = b"Mfg=X;" + b"".join(b"Loc=%04d;" % each for each in range(700))
    parts = (words[at : at + 255] for at in range(0, len(words), 255))
    whole = raw(b"\x35\1\1\x0c\1a" + b"".join(b"\x3c" + bytes([len(each)]) + each for each in parts) + b"\xff")
    told = heard(whole)
    sound(told)
    assert len(told[0].said) == limits.CLUES_SAID


def test_of_many_routers_some() -> None:
    many = b"".join(octets(f"10.0.0.{each}") for each in range(1, 61))
    told = heard(message("offer", (3, many + b"\x0a"), yiaddr=HERE))
    assert 0 < len(told) <= limits.ADDRESSES_SAID
    assert told[0] == Heard((Said("router", "10.0.0.1"),), ip="10.0.0.1")


MESSAGES = [
    REQUEST, ACK, RENEWAL,
    message("discover", (60, XEROX), (81, b"\4\0\0\4desk\0"), (61, b"\xff\0\0\0\7" + LLT), giaddr=RELAY),
    message("ack", (82, b"\1\2ab\2\6" + card(OTHER)), LEASE, (3, octets(SERVER) * 3), yiaddr=HERE, giaddr=RELAY),
    message("release", (54, octets(SERVER)), ciaddr=HERE),
    raw(b"\x35\1\1\x34\1\3\x0c\3RNP\xff", file=b"\x0c\x06002673\xff", sname=b"\x0c\6A1B2C3\xff"),
]  # fmt: skip


@pytest.mark.parametrize("whole", MESSAGES[:5])
def test_cut_anywhere_it_says_a_part_of_it(whole: bytes) -> None:
    cut_anywhere(heard, whole)


@given(anything(MESSAGES))
def test_nothing_raises_and_what_is_told_is_bounded(junk: bytes) -> None:
    sound(heard(junk))


@given(st.binary(max_size=400))
def test_any_options(junk: bytes) -> None:
    for op, kind in ((1, b"\x35\1\1"), (1, b"\x35\1\3"), (2, b"\x35\1\5")):
        sound(heard(raw(kind + junk, op=op)))


NAMES = st.text("abcdefghijklmnopqrstuvwxyz0123456789-_ ", min_size=1, max_size=60).map("n{}x".format)


@given(
    NAMES,
    st.lists(st.integers(1, 254), min_size=1, max_size=60),
    st.ip_addresses(v=4),
    st.binary(min_size=6, max_size=6),
)
def test_dpkt_reads_the_same(name: str, wanted: list[int], address: object, hardware: bytes) -> None:
    chaddr = (bytes([hardware[0] & 0xFE]) + hardware[1:5] + b"\1").hex(":")
    whole = message("request", (12, name.encode()), (55, bytes(wanted)), chaddr=chaddr, ciaddr=str(address))
    theirs = dpkt.dhcp.DHCP(whole)
    told = heard(whole)
    assert told[0].mac == theirs.chaddr[:6].hex(":")
    options = dict(theirs.opts)
    values = dict(told[0].said)
    assert values["name"].encode() == b" ".join(options[12].split())
    assert values["parameters"] == ",".join(map(str, options[55]))
    assert [octets(each.ip) for each in told[0].claims] in ([theirs.ciaddr.to_bytes(4, "big")], [])
