"""mDNS: what printers, NAS and computers announce; what is only passed on; and what should not be."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from scapy.layers.dns import DNS, DNSRR, DNSRRSRV

from sniffer.model import limits
from sniffer.model.clues import Heard, Said
from sniffer.protocols.mdns import heard
from tests.protocols.clue_checks import cut_anywhere, hostile, sound, words
from tests.protocols.dns_bytes import dotted, message, name, place, pointer, server, text

HOST = dotted("RNP002673A1B2C3.local")
IP, SIX = "10.1.0.51", "fe80::226:73ff:fea1:b2c3"
INSTANCE = name("RICOH MP C3003 [002673A1B2C3]", "_ipp", "_tcp", "local")
RICOH = (
    "txtvers=1", "rp=ipp/print", "ty=RICOH MP C3003", "product=(RICOH MP C3003)", "note=Floor 2",
    "adminurl=http://RNP002673A1B2C3.local/", "usb_MFG=RICOH", "usb_MDL=MP C3003", "pdl=application/pdf",
    "UUID=4509a320-00a0-008f-00b6-002673a1b2c3", "Color=T",
)  # fmt: skip
PRINTER = message(
    pointer(dotted("_ipp._tcp.local"), INSTANCE), server(INSTANCE, HOST), text(INSTANCE, *RICOH), place(HOST, IP),
    place(HOST, SIX),
)  # fmt: skip
SAID = (
    Said("name", "RNP002673A1B2C3"),
    Said("service", "_ipp._tcp"),
    Said("comment", "RICOH MP C3003 [002673A1B2C3]"),
    Said("model", "RICOH MP C3003"),
    Said("location", "Floor 2"),
    Said("vendor", "RICOH"),
    Said("model", "MP C3003"),
    Said("uuid", "4509a320-00a0-008f-00b6-002673a1b2c3"),
    Said("kind", "printer"),
)


def told(service: str, *pairs: bytes | str, host: bytes = HOST, instance: str = "Thing") -> set[Said]:
    """What an instance of a service with such a TXT record says."""
    owner = name(instance, *service.split("."), "local")
    return words(heard(message(server(owner, host), text(owner, *pairs), place(host, IP))))


def test_a_printer_is_told_by_each_of_its_addresses() -> None:
    assert heard(PRINTER) == (Heard(SAID, ip=IP), Heard(SAID, ip=SIX))


def test_without_an_address_it_is_the_sender() -> None:
    assert heard(message(server(INSTANCE, HOST), text(INSTANCE, *RICOH))) == (Heard(SAID),)
    assert heard(message(text(INSTANCE, *RICOH)))[0].ip is None


def test_junk_behind_the_records_is_not_read() -> None:
    assert heard(PRINTER + b"\xff" * 50) == heard(PRINTER)


def test_cut_anywhere() -> None:
    cut_anywhere(heard, PRINTER)


@pytest.mark.parametrize(
    ("service", "pairs", "expected"),
    [
        ("_printer._tcp", ["product=(Brother HL-L2370DW series)"], ("model", "Brother HL-L2370DW series")),
        ("_pdl-datastream._tcp", ["usb_MFG=Brother"], ("vendor", "Brother")),
        ("_uscan._tcp", ["mfg=Canon", "mdl=MF740"], ("model", "MF740")),
        ("_scanner._tcp", ["ty=EPSON WF-7720"], ("kind", "scanner")),
        ("_http._tcp", ["vendor=Synology", "serial=1750NEN123456"], ("serial", "1750NEN123456")),
        ("_http._tcp", ["mac_address=00:11:32:1A:2B:3C|00:11:32:1a:2b:3d"], ("mac", "00:11:32:1a:2b:3d")),
        ("_axis-video._tcp", ["macaddress=00408C112233"], ("mac", "00:40:8c:11:22:33")),
        ("_axis-video._tcp", ["macaddress=00408C112233"], ("kind", "camera")),
        ("_device-info._tcp", ["model=MacBookPro15,2"], ("model", "MacBookPro15,2")),
        ("_privet._tcp", ["ty=HP Color LaserJet", "note=2nd floor"], ("location", "2nd floor")),
        ("_workstation._tcp", [], ("service", "_workstation._tcp")),
    ],
)
def test_what_services_tell(service: str, pairs: list[str], expected: tuple[str, str]) -> None:
    assert expected in told(service, *pairs)


def test_avahi_tells_the_card() -> None:
    assert ("mac", "00:26:73:a1:b2:c3") in told("_workstation._tcp", instance="vm1 [00:26:73:a1:b2:c3]")


@pytest.mark.parametrize(
    ("pairs", "field"),
    [
        (["ty=", "note=", "usb_MDL= "], "model"),
        (["UUID=00000000-0000-0000-0000-000000000000"], "uuid"),
        (["UUID=none"], "uuid"),
        (["macaddress=000000000000"], "mac"),
        (["adminurl=http://10.1.0.51/"], "model"),
        (["model"], "model"),
    ],
)
def test_what_says_nothing(pairs: list[str], field: str) -> None:
    assert field not in {each.field for each in told("_ipp._tcp", *pairs)}


def test_keys_have_no_case_and_the_first_holds() -> None:
    assert {each.value for each in told("_ipp._tcp", "TY=First", "ty=Second") if each.field == "model"} == {"First"}


def test_a_shared_queue_speaks_of_another_box() -> None:
    """CUPS announces the printers that it prints to; the computer is none of them."""
    said = told("_ipp._tcp", "rp=printers/Office", "ty=HP LaserJet 4250", "note=Floor 1", "UUID=" + "12345678" * 4)
    assert said == {Said("name", "RNP002673A1B2C3"), Said("service", "_ipp._tcp")}


def test_a_name_that_is_only_kept_from_others_is_no_service() -> None:
    owner = name("Office @ pc7", "_printer", "_tcp", "local")
    assert heard(message(server(owner, dotted("pc7.local"), port=0), place(dotted("pc7.local"), IP))) == (
        Heard((Said("name", "pc7"),), ip=IP),
    )


@pytest.mark.parametrize("model", ["MacSamba", "Xserve", "RackMac1,2", "TimeCapsule6,106"])
def test_an_icon_is_no_model(model: str) -> None:
    assert {each.field for each in told("_device-info._tcp", f"model={model}")} == {"name", "service", "comment"}


def test_kinds_come_with_the_text_record_only() -> None:
    """Without it nobody knows whether it is a shared queue."""
    assert "kind" not in {each.field for each in words(heard(message(server(INSTANCE, HOST), place(HOST, IP))))}


def test_instances_may_have_dots_backslashes_and_bad_octets() -> None:
    owner = name(b"Office 2.OG \\ M\xfcller", "_ipp", "_tcp", "local")
    said = words(heard(message(server(owner, HOST), text(owner, b"ty=\xff\xfeX\x1b[2J", b"\xff=\xff"))))
    assert ("comment", "Office 2.OG \\ M\ufffdller") in said
    assert ("model", "\ufffd\ufffdX[2J") in said


def test_goodbye_says_nothing() -> None:
    gone = message(
        pointer(dotted("_ipp._tcp.local"), INSTANCE, seconds=0), server(INSTANCE, HOST, seconds=0),
        text(INSTANCE, *RICOH, seconds=0), place(HOST, IP, seconds=0),
    )  # fmt: skip
    assert heard(gone) == ()


@pytest.mark.parametrize("flags", [0x0000, 0x0100, 0x8C00, 0x8403], ids=["query", "rd", "opcode", "error"])
def test_what_is_no_response_says_nothing(flags: int) -> None:
    assert heard(message(server(INSTANCE, HOST), place(HOST, IP), flags=flags)) == ()


def test_two_hosts_stay_apart() -> None:
    other = dotted("NAS112233.local")
    owner = name("NAS", "_smb", "_tcp", "local")
    both = heard(message(server(INSTANCE, HOST), text(INSTANCE, *RICOH), server(owner, other, port=445),
                         place(HOST, IP), place(other, "10.1.0.60")))  # fmt: skip
    assert [each.ip for each in both] == [IP, "10.1.0.60"]
    assert words(both[1:]) == {("name", "NAS112233"), ("service", "_smb._tcp"), ("comment", "NAS")}


def test_of_two_hosts_without_address_neither_is_the_sender() -> None:
    other = name("NAS", "_smb", "_tcp", "local")
    assert heard(message(server(INSTANCE, HOST), server(other, dotted("NAS112233.local")))) == ()


def test_hosts_are_compared_without_case() -> None:
    assert len(heard(message(server(INSTANCE, dotted("rnp002673a1b2c3.LOCAL")), place(HOST, IP)))) == 1


def test_the_reverse_tree_is_an_address_too() -> None:
    told = heard(message(pointer(dotted("51.0.1.10.in-addr.arpa"), HOST)))
    assert told == (Heard((Said("name", "RNP002673A1B2C3"),), ip=IP),)


def test_names_of_the_moment_are_no_names() -> None:
    """Browsers hide their address behind one in every call."""
    assert heard(message(place(dotted("a1b2c3d4-1111-2222-3333-444455556666.local"), IP))) == ()


@pytest.mark.parametrize("ip", ["127.0.0.1", "0.0.0.0", "224.0.0.251", "::1", "ff02::fb"])  # noqa: S104
def test_addresses_that_no_box_has(ip: str) -> None:
    assert heard(message(place(HOST, ip))) == (Heard((Said("name", "RNP002673A1B2C3"),)),)


def test_pointers_that_go_round() -> None:
    """Two that point past each other, one to itself, one forward, and a chain of thousands."""
    rounds = message(count=1) + b"\x05aaaaa\xc0\x18" + b"\x01a\xc0\x0c" + bytes(10)
    itself = message(count=1) + b"\xc0\x0c" + bytes(10)
    forward = message(count=1) + b"\xc0\x20" + bytes(30)
    chain = message(count=1) + b"\0" * 2 + b"".join(struct.pack("!H", 0xC000 | 12 + 2 * n) for n in range(4000))
    assert heard(rounds) == heard(itself) == heard(forward) == heard(chain) == ()


def test_a_giant_text_record_is_bounded() -> None:
    owner = name("Thing", "_ipp", "_tcp", "local")
    many = message(text(owner, *[f"k{n}={'x' * 200}" for n in range(300)], "ty=late"))
    sound(heard(many[: limits.DISCOVERY_BYTES]))
    assert heard(many) == ()  # a record that ends beyond what is read
    assert ("model", "y" * 252) in words(heard(message(text(owner, *["k=v"] * 2000, "ty=" + "y" * 252))))


def test_counts_that_lie() -> None:
    sound(heard(message(server(INSTANCE, HOST), count=65535)))
    assert heard(struct.pack("!6H", 0, 0x8400, 65535, 65535, 65535, 65535)) == ()


def test_a_reflector_speaks_of_many() -> None:
    hosts = [place(dotted(f"box{n}.local"), f"10.1.1.{n}") for n in range(1, 101)]
    assert len(heard(message(*hosts))) == limits.CLUE_BOXES


def test_scapy_writes_the_same() -> None:
    owner = b"Lobby._axis-video._tcp.local."
    records = [
        DNSRRSRV(rrname=owner, port=80, target=b"axis-00408c112233.local.", ttl=120),
        DNSRR(rrname=owner, type="TXT", rdata=[b"macaddress=00408C112233"], ttl=120),
        DNSRR(rrname=b"axis-00408c112233.local.", rdata="10.1.0.70", ttl=120),
    ]
    assert heard(bytes(DNS(qr=1, aa=1, rd=0, qd=[], an=records))) == (
        Heard(
            (
                Said("name", "axis-00408c112233"), Said("service", "_axis-video._tcp"), Said("comment", "Lobby"),
                Said("mac", "00:40:8c:11:22:33"), Said("kind", "camera"),
            ),
            ip="10.1.0.70",
        ),
    )  # fmt: skip


def test_dnslib_compresses_and_reads_the_same() -> None:
    dnslib = pytest.importorskip("dnslib")
    whole = dnslib.DNSRecord.parse(PRINTER)
    compressed = bytes(whole.pack())
    assert len(compressed) < len(PRINTER)
    assert heard(compressed) == heard(PRINTER)


@given(hostile(PRINTER, message(pointer(dotted("51.0.1.10.in-addr.arpa"), HOST), text(INSTANCE, *RICOH))))
def test_whatever_comes(said: bytes) -> None:
    sound(heard(said))
