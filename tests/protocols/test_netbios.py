"""NetBIOS: what is registered and answered is a name, what is asked for is none; and what browsers announce."""

from __future__ import annotations

import struct
from ipaddress import ip_address

import dpkt
import pytest
from hypothesis import given
from scapy.layers.netbios import NBNSHeader, NBNSRegistrationRequest

from sniffer.model.clues import Heard, Said
from sniffer.protocols.netbios import heard, heard_browser
from tests.protocols.clue_checks import cut_anywhere, hostile, sound, words

IP = "10.1.0.60"
NAMED = (Said("name", "NAS112233"),)
REGISTER, REFRESH, MULTI, ANSWERED, STATUS = 0x2910, 0x4000, 0x7900, 0x8580, 0x8400


def half(name: str, suffix: int = 0, scope: bytes = b"\0") -> bytes:
    """A name in half-ASCII."""
    whole = name.encode().ljust(15)[:15] + bytes([suffix])
    return b"\x20" + bytes(each for octet in whole for each in (65 + (octet >> 4), 65 + (octet & 15))) + scope


def registration(
    name: str = "NAS112233", suffix: int = 0, *, flags: int = REGISTER, group: int = 0, ip: str = IP
) -> bytes:
    """A request for a name."""
    record = struct.pack("!HHHIHH", 0xC00C, 0x20, 1, 300000, 6, group) + ip_address(ip).packed
    return struct.pack("!6H", 7, flags, 1, 0, 0, 1) + half(name, suffix) + b"\0\x20\0\1" + record


def answer(*entries: tuple[int, str], name: str = "NAS112233", suffix: int = 0x20, flags: int = ANSWERED) -> bytes:
    """An answer to a query."""
    data = b"".join(struct.pack("!H", each) + ip_address(ip).packed for each, ip in entries)
    return (
        struct.pack("!6H", 7, flags, 0, 1, 0, 0)
        + half(name, suffix)
        + struct.pack("!HHIH", 0x20, 1, 0, len(data))
        + data
    )


def status(*names: tuple[str, int, int], card: str = "001132112233") -> bytes:
    """An answer to the question for all names."""
    listed = b"".join(name.encode().ljust(15) + struct.pack("!BH", suffix, flags) for name, suffix, flags in names)
    data = bytes([len(names)]) + listed + bytes.fromhex(card) + bytes(40)
    return struct.pack("!6H", 7, STATUS, 0, 1, 0, 0) + half("*") + struct.pack("!HHIH", 0x21, 1, 0, len(data)) + data


NODE = status(("NAS112233", 0x00, 0x0400), ("NAS112233", 0x20, 0x0400), ("OFFICE", 0x00, 0x8400),
              ("OFFICE", 0x1D, 0x0400),
              ("\1\2__MSBROWSE__\2", 0x01, 0x8400), ("OLD", 0x00, 0x1400))  # fmt: skip


@pytest.mark.parametrize("flags", [REGISTER, REFRESH, REFRESH | 0x800, MULTI])
@pytest.mark.parametrize("suffix", [0x00, 0x20])
def test_who_registers_a_name_has_it(flags: int, suffix: int) -> None:
    assert heard(registration(suffix=suffix, flags=flags)) == (Heard(NAMED), Heard(NAMED, ip=IP))


@pytest.mark.parametrize(
    ("suffix", "group"), [(0x1B, 0), (0x1D, 0), (0x03, 0), (0x00, 0x8000), (0x1E, 0x8000), (0x20, 0xE000)]
)
def test_names_of_groups_and_roles_are_nobodys(suffix: int, group: int) -> None:
    assert heard(registration(suffix=suffix, group=group)) == ()


@pytest.mark.parametrize(
    "flags", [0x0110, 0x3000, 0x3800, 0xAD80, 0x8583], ids=["query", "release", "wait", "ack", "error"]
)
def test_what_proves_no_name(flags: int) -> None:
    said = heard(registration(flags=flags))
    assert said == ((Heard(NAMED, ip=IP),) if flags == 0xAD80 else ())


def test_an_answer_tells_whose_the_address_is() -> None:
    """A WINS server answers for others."""
    assert heard(answer((0x6000, IP), (0x6000, "10.2.0.60"))) == (Heard(NAMED, ip=IP), Heard(NAMED, ip="10.2.0.60"))
    assert heard(answer((0xE000, IP))) == heard(answer((0x6000, IP), flags=0x8583)) == ()


def test_a_node_tells_its_names_and_its_card() -> None:
    assert heard(NODE) == (Heard((*NAMED, Said("mac", "00:11:32:11:22:33"))),)


def test_samba_has_no_card_to_tell() -> None:
    assert heard(status(("NAS112233", 0x20, 0x0400), card="000000000000")) == (Heard(NAMED),)


def test_a_scope_is_no_part_of_a_name() -> None:
    whole = registration()
    assert heard(whole.replace(half("NAS112233"), half("NAS112233", scope=b"\6office\0"))) == heard(whole)


def test_a_scope_without_end_is_given_up_at_once() -> None:
    assert heard(registration()[:45] + b"1" * 9000) == ()


def test_junk_behind() -> None:
    for whole in (registration(), answer((0x6000, IP)), NODE):
        assert heard(whole + b"\xff" * 40) == heard(whole)


@pytest.mark.parametrize("whole", [registration(), answer((0x6000, IP)), NODE])
def test_names_cut_anywhere(whole: bytes) -> None:
    cut_anywhere(heard, whole)


def test_scapy_registers_the_same() -> None:
    said = NBNSHeader() / NBNSRegistrationRequest(QUESTION_NAME=b"NAS112233", SUFFIX=0x4141, NB_ADDRESS=IP)
    assert heard(bytes(said)) == (Heard(NAMED), Heard(NAMED, ip=IP))


def test_dpkt_reads_the_same_name() -> None:
    read = dpkt.netbios.NS(registration())
    assert dpkt.netbios.decode_name(read.qd[0].name).strip() == "NAS112233"


@given(hostile(registration(), answer((0x6000, IP)), NODE))
def test_whatever_comes_to_the_name_service(said: bytes) -> None:
    sound(heard(said))


def datagram(written: bytes, slot: bytes = b"\\MAILSLOT\\BROWSE\0", command: int = 0x25, kind: int = 0x11) -> bytes:
    """A transaction of SMB to a mailslot, in a datagram."""
    start = 32 + 1 + 34 + 2 + len(slot)
    words = struct.pack(
        "<4H2BHI2x4H2B3H", 0, len(written), 0, 0, 0, 0, 0, 1000, 0, 0, len(written), start, 3, 0, 1, 1, 2
    )
    smb = b"\xffSMB" + bytes([command]) + bytes(27) + bytes([17]) + words + struct.pack("<H", len(slot) + len(written))
    inside = half("NAS112233") + half("OFFICE", 0x1D) + smb + slot + written
    return struct.pack("!BBH4sHHH", kind, 0x1A, 7, ip_address(IP).packed, 138, len(inside), 0) + inside


def announcement(code: int = 1, name: str = "NAS112233", serves: int = 0x9A03, comment: str = "Office NAS") -> bytes:
    """A browser's frame."""
    head = struct.pack("<BBI16sBBIBBH", code, 0, 720000, name.encode(), 6, 1, serves, 15, 1, 0xAA55)
    return head + comment.encode() + b"\0"


ANNOUNCED = (Said("name", "NAS112233"), Said("comment", "Office NAS"), Said("system", "NT 6.1"))


@pytest.mark.parametrize("code", [0x01, 0x0F])
def test_a_host_announces_itself(code: int) -> None:
    assert heard_browser(datagram(announcement(code))) == (Heard(ANNOUNCED),)
    assert heard_browser(datagram(announcement(code)) + b"junk") == (Heard(ANNOUNCED),)


def test_a_domain_is_announced_by_its_master() -> None:
    said = announcement(0x0C, name="OFFICE", comment="NAS112233")
    assert heard_browser(datagram(said)) == (Heard(NAMED),)


def test_only_a_controller_is_surely_a_server() -> None:
    assert ("kind", "server") in words(heard_browser(datagram(announcement(serves=0x0010_9A0B | 8))))
    assert "kind" not in {each.field for each in words(heard_browser(datagram(announcement(serves=0x9A03 | 0x200))))}


@pytest.mark.parametrize(
    "said",
    [
        datagram(announcement(0x08)),
        datagram(announcement(), slot=b"\\MAILSLOT\\NET\\NETLOGON\0"),
        datagram(announcement(), command=0x32),
        datagram(announcement(), kind=0x13),
        datagram(b"\x01"),
    ],
    ids=["election", "logon", "no transaction", "error datagram", "short"],
)
def test_what_is_no_announcement(said: bytes) -> None:
    assert heard_browser(said) == ()


def test_announcements_cut_anywhere() -> None:
    cut_anywhere(heard_browser, datagram(announcement()))


@given(hostile(datagram(announcement()), datagram(announcement(0x0C))))
def test_whatever_comes_to_the_browser(said: bytes) -> None:
    sound(heard_browser(said))
