"""LLDP and CDP: what neighbours say that they are, as scapy writes it and by hand."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from scapy.contrib import cdp as scapy_cdp
from scapy.contrib import lldp as scapy_lldp
from scapy.layers.l2 import Ether

from sniffer.model.clues import Heard, Said
from sniffer.protocols import cdp, lldp
from tests.protocols.clue_checks import cut_anywhere, hostile, sound, words

MAC = bytes.fromhex("002673a1b2c3")


def tlv(kind: int, value: bytes) -> bytes:
    """A TLV of LLDP."""
    return struct.pack("!H", kind << 9 | len(value)) + value


def med(kind: int, value: bytes) -> bytes:
    """A TLV of LLDP-MED."""
    return tlv(127, b"\x00\x12\xbb" + bytes([kind]) + value)


def unit(*more: bytes, seconds: int = 120, chassis: bytes = b"\4" + MAC, port: bytes = b"\5eth0") -> bytes:
    """An LLDPDU."""
    return tlv(1, chassis) + tlv(2, port) + tlv(3, struct.pack("!H", seconds)) + b"".join(more) + b"\0\0"


def capable(enabled: int) -> bytes:
    """The TLV of capabilities: what could be, what is."""
    return tlv(7, struct.pack("!HH", 0xFF, enabled))


MANAGED = tlv(8, b"\5\1\x0a\1\0\x33" + b"\2" + struct.pack("!I", 1) + b"\0")
PHONE = unit(
    tlv(5, b"SEP00267"), tlv(6, b"Linux 4.4"), capable(0x24), MANAGED, med(8, b"SN42"), med(9, b"Snom"),
    med(10, b"D785"), med(11, b"IT-0815"), med(5, b"rev 3"),
)  # fmt: skip
PHONE_SAID = (
    Said("mac", "00:26:73:a1:b2:c3"), Said("port", "eth0"), Said("name", "SEP00267"), Said("system", "Linux 4.4"),
    Said("kind", "phone"), Said("serial", "SN42"), Said("vendor", "Snom"), Said("model", "D785"),
    Said("asset", "IT-0815"),
)  # fmt: skip


def test_a_phone_and_its_inventory() -> None:
    assert lldp.heard(PHONE) == (Heard(PHONE_SAID), Heard((Said("name", "SEP00267"),), ip="10.1.0.51"))


def test_padding_behind_the_end_is_not_read() -> None:
    assert lldp.heard(PHONE + tlv(5, b"other")) == lldp.heard(PHONE)


@pytest.mark.parametrize(
    ("enabled", "said"),
    [
        (0x80, set()),
        (0x04, {("kind", "switch")}),
        (0x0C, {("kind", "access-point")}),
        (0x24, {("kind", "phone")}),
        (0x14, {("kind", "switch"), ("forwards", "lldp")}),
        (0x10, {("forwards", "lldp")}),
    ],
)
def test_what_is_enabled_makes_the_kind(enabled: int, said: set[tuple[str, str]]) -> None:
    told = words(lldp.heard(unit(capable(enabled))))
    assert {each for each in told if each.field in {"kind", "forwards"}} == said


def test_a_card_may_be_the_port_and_a_name_the_chassis() -> None:
    said = words(lldp.heard(unit(chassis=b"\7box", port=b"\3" + MAC)))
    assert said == {("mac", "00:26:73:a1:b2:c3")}


def test_who_leaves_says_nothing() -> None:
    assert lldp.heard(unit(tlv(5, b"printer"), seconds=0)) == ()


@pytest.mark.parametrize("said", [tlv(5, b"printer") + PHONE, tlv(1, b"\4" + MAC) + PHONE, b"", b"\0\0", b"\xff" * 60])
def test_what_is_no_lldp(said: bytes) -> None:
    assert lldp.heard(said) == ()


def test_lldp_of_scapy() -> None:
    said = (
        Ether(dst="01:80:c2:00:00:0e", src="00:26:73:a1:b2:c3")
        / scapy_lldp.LLDPDUChassisID(subtype=4, id="00:26:73:a1:b2:c3")
        / scapy_lldp.LLDPDUPortID(subtype=5, id=b"Gi1/0/7")
        / scapy_lldp.LLDPDUTimeToLive(ttl=120)
        / scapy_lldp.LLDPDUSystemName(system_name=b"sw-floor2")
        / scapy_lldp.LLDPDUSystemDescription(description=b"Cisco IOS Software, C2960X")
        / scapy_lldp.LLDPDUSystemCapabilities(mac_bridge_available=1, mac_bridge_enabled=1)
        / scapy_lldp.LLDPDUEndOfLLDPDU()
    )
    assert words(lldp.heard(bytes(said)[14:])) == {
        ("mac", "00:26:73:a1:b2:c3"), ("port", "Gi1/0/7"), ("name", "sw-floor2"), ("kind", "switch"),
        ("system", "Cisco IOS Software, C2960X"),
    }  # fmt: skip


def test_lldp_cut_anywhere() -> None:
    cut_anywhere(lldp.heard, PHONE)


@given(hostile(PHONE))
def test_whatever_comes_as_lldp(said: bytes) -> None:
    sound(lldp.heard(said))


def field(kind: int, value: bytes) -> bytes:
    """A field of CDP."""
    return struct.pack("!HH", kind, 4 + len(value)) + value


FOUR = b"\1\1\xcc\0\4\x0a\1\0\2"
SIX = b"\2\x08\xaa\xaa\3\0\0\0\x86\xdd\0\x10\xfe\x80" + bytes(13) + b"\7"
SWITCH = b"\2\xb4\0\0" + b"".join([
    field(1, b"sw-floor2.example.org"), field(2, struct.pack("!I", 2) + FOUR + SIX), field(3, b"GigabitEthernet1/0/7"),
    field(4, struct.pack("!I", 0x29)), field(5, b"Cisco IOS Software, C2960X\nCompiled"),
    field(6, b"cisco WS-C2960X-48FPD-L"),
])  # fmt: skip
NAME = Said("name", "sw-floor2.example.org")


def test_a_switch() -> None:
    assert cdp.heard(SWITCH) == (
        Heard(
            (
                NAME, Said("port", "GigabitEthernet1/0/7"), Said("system", "Cisco IOS Software, C2960X Compiled"),
                Said("model", "cisco WS-C2960X-48FPD-L"), Said("kind", "switch"), Said("forwards", "cdp"),
            )
        ),
        Heard((NAME,), ip="10.1.0.2"),
        Heard((NAME,), ip="fe80::7"),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("bits", "platform", "kind"),
    [(0x490, b"Cisco IP Phone 8841", "phone"), (0x01, b"cisco 2911", "router"), (0x02, b"cisco AIR-AP2802I-E-K9", None),
     (0x08, b"VMware ESX", None), (0x10, b"Linux", None)],
)  # fmt: skip
def test_kinds_of_cdp(bits: int, platform: bytes, kind: str | None) -> None:
    said = words(cdp.heard(b"\2\xb4\0\0" + field(6, platform) + field(4, struct.pack("!I", bits))))
    assert {each.value for each in said if each.field == "kind"} == ({kind} if kind else set())


@pytest.mark.parametrize("said", [b"", b"\2\xb4\0\0", b"\2\0\0\0" + SWITCH[4:], b"\x09" + SWITCH[1:]])
def test_what_is_no_cdp(said: bytes) -> None:
    assert cdp.heard(said) == ()


@pytest.mark.parametrize("device", [b"nx5.example.org(SSI162305LL)", b"SSI162305LL(nx5.example.org)"])
def test_a_serial_number_beside_the_name(device: bytes) -> None:
    said = words(cdp.heard(b"\2\xb4\0\0" + field(1, device)))
    assert said == {("name", "nx5.example.org"), ("serial", "SSI162305LL")}


def test_addresses_that_lie() -> None:
    for value in (b"\xff\xff\xff\xff" + FOUR, struct.pack("!I", 3) + FOUR[:-2], b"\0\0\0\1\1\xff", b""):
        sound(cdp.heard(b"\2\xb4\0\0" + field(1, b"sw") + field(2, value)))


def test_cdp_of_scapy() -> None:
    said = scapy_cdp.CDPv2_HDR(vers=2, ttl=180, msg=[
        scapy_cdp.CDPMsgDeviceID(val=b"SEP002673A1B2C3"), scapy_cdp.CDPMsgPortID(iface=b"Port 1"),
        scapy_cdp.CDPMsgPlatform(val=b"Cisco IP Phone 8841"), scapy_cdp.CDPMsgCapabilities(cap=0x490),
    ])  # fmt: skip
    assert words(cdp.heard(bytes(said))) == {
        ("name", "SEP002673A1B2C3"), ("port", "Port 1"), ("model", "Cisco IP Phone 8841"), ("kind", "phone"),
    }  # fmt: skip


def test_cdp_cut_anywhere() -> None:
    cut_anywhere(cdp.heard, SWITCH)


@given(hostile(SWITCH))
def test_whatever_comes_as_cdp(said: bytes) -> None:
    sound(cdp.heard(said))
