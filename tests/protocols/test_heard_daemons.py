"""What real programs say on a link: udhcpc, dhclient, dnsmasq, keepalived, as captured; tshark reads along."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from scapy.layers.inet import IP, UDP
from scapy.layers.inet6 import IPv6
from scapy.layers.l2 import Ether
from scapy.utils import wrpcap

from sniffer.model.clues import ASKED, Claim, Heard, Said
from sniffer.protocols import arp, dhcp, dhcpv6, neighbours, vrrp

CLIENT, SERVER = "00:26:73:a1:b2:c3", "00:0c:29:00:00:02"
HERE, ROUTER, HERE_6, LOCAL = "10.77.0.85", "10.77.0.1", "fd77::65", "fe80::20c:29ff:fe00:2"


def bootp(head: str, options: str) -> bytes:
    """A DHCP message whose server name and file are empty."""
    return bytes.fromhex(head + CLIENT.replace(":", "")) + bytes(202) + bytes.fromhex("63825363" + options)


UDHCPC = bootp(
    "01010600bd60d71d00030000" + 16 * "00",
    "35010332040a4d005536040a4d00013902024037070103060c0f1c2a0c0f524e503030323637334131423243333c0c5269636f685072696e"
    "7465723d0701002673a1b2c351130100006465736b2e6578616d706c652e6f7267ff",
)
DNSMASQ = bootp(
    "02010600bd60d71d00030000" + "00000000" + "0a4d0055" + "0a4d0001" + "00000000",
    "35010536040a4d00013304000000783a040000003c3b04000000690104ffffff001c040a4d00ff03040a4d00010c046465736b510701ffff"
    "6465736bff",
)
DHCLIENT = bootp(
    "01010600a2351f4d00000000" + 16 * "00",
    "35010336040a4d000132040a4d00550c096e6173313132323333511a040000096e6173313132323333076578616d706c65036f7267003707"
    "011c02030f060c3d0701002673a1b2c3ff",
)
DHCLIENT_6 = bytes.fromhex(
    "036739e90001000e00010001329ac8a3002673a1b2c30002000e00010001329ac896000c2900000200060004001700180027000b01096e61"
    "733131323233330008000200000003002873a1b2c300000e100000151800050018fd77000000000000000000000000006500001c2000001d"
    "4c"
)
DNSMASQ_6 = bytes.fromhex(
    "076739e90001000e00010001329ac8a3002673a1b2c30002000e00010001329ac896000c290000020003002873a1b2c30000012c0000020d"
    "00050018fd7700000000000000000000000000650000025800000258000d00090000737563636573730027000b01096e6173313132323333"
)
DNSMASQ_RA = bytes.fromhex(
    "86005f2940c00708000000000000000003044080000007080000070800000000fd77000000000000000000000000000005010000000005dc"
    "0101000c29000002"
)
KEEPALIVED = bytes.fromhex("2107c80100010bab0a4d00fe0000000000000000")
KEEPALIVED_6 = bytes.fromhex("3108c8020064e129fe800000000000000000000000000099fd770000000000000000000000000099")
LINUX_ARP = bytes.fromhex("0001080006040002002673a1b2c30a4d0033000c290000020a4d0001")

CLIENT_ID = Said("client-id", "01002673a1b2c3")
CLIENT_DUID = Said("client-id", "00010001329ac8a3002673a1b2c3")
SERVER_DUID = Said("client-id", "00010001329ac896000c29000002")
FORWARDS = (Said("forwards", "vrrp"),)


def test_udhcpc() -> None:
    words = (
        Said("name", "RNP002673A1B2C3"), Said("vendor-class", "RicohPrinter"), Said("parameters", "1,3,6,12,15,28,42"),
        Said("name", "desk.example.org"), CLIENT_ID,
    )  # fmt: skip
    assert dhcp.heard(UDHCPC) == (Heard(words, (Claim(HERE, CLIENT, ASKED),), CLIENT),)


def test_dnsmasq() -> None:
    assert dhcp.heard(DNSMASQ) == (
        Heard((Said("name", "desk"),), (Claim(HERE, CLIENT, 120),), CLIENT),
        Heard((Said("router", ROUTER),), ip=ROUTER),
        Heard((Said("service", "dhcp"),), ip=ROUTER),
    )


def test_dhclient() -> None:
    words = (
        Said("name", "nas112233"), Said("parameters", "1,28,2,3,15,6,12"), Said("name", "nas112233.example.org"),
        CLIENT_ID,
    )  # fmt: skip
    assert dhcp.heard(DHCLIENT) == (Heard(words, (Claim(HERE, CLIENT, ASKED),), CLIENT),)


def test_dhclient_and_dnsmasq_of_ipv6() -> None:
    words = Said("name", "nas112233"), CLIENT_DUID, Said("mac", CLIENT)
    server = Said("service", "dhcpv6"), SERVER_DUID, Said("mac", SERVER)
    assert dhcpv6.heard(DHCLIENT_6) == (Heard(words),)
    assert dhcpv6.heard(DNSMASQ_6) == (Heard(words, ip=HERE_6), Heard(server))


def test_a_router_advertised_by_dnsmasq() -> None:
    told = neighbours.heard(DNSMASQ_RA, LOCAL)
    assert told == (Heard((Said("forwards", "ra"),), (Claim(LOCAL, SERVER),), SERVER),)


@pytest.mark.parametrize(
    ("message", "source", "addresses"),
    [(KEEPALIVED, ROUTER, ["10.77.0.254"]), (KEEPALIVED_6, LOCAL, ["fe80::99", "fd77::99"])],
)
def test_keepalived(message: bytes, source: str, addresses: list[str]) -> None:
    assert vrrp.heard(message, source) == (Heard(FORWARDS), *(Heard(FORWARDS, ip=each) for each in addresses))


def udp(four: bool, port: int, message: bytes) -> Any:
    return Ether(src=CLIENT, dst=SERVER) / (IP() if four else IPv6()) / UDP(sport=port, dport=port) / message


def value(told: tuple[Heard, ...], field: str) -> str:
    """The first that is said of a field."""
    return next(one.value for each in told for one in each.said if one.field == field)


def claim(told: tuple[Heard, ...]) -> Claim:
    return told[0].claims[0]


ARP_CLAIM, RA_CLAIM = claim(arp.heard(LINUX_ARP)), claim(neighbours.heard(DNSMASQ_RA, LOCAL))
ASKED_CLAIM, GIVEN = claim(dhcp.heard(UDHCPC)), claim(dhcp.heard(DNSMASQ))

READ_ALIKE = {
    "udhcpc": (
        udp(True, 67, UDHCPC),
        {"dhcp.option.requested_ip_address": ASKED_CLAIM.ip,
         "dhcp.option.hostname": value(dhcp.heard(UDHCPC), "name"),
         "dhcp.option.vendor_class_id": value(dhcp.heard(UDHCPC), "vendor-class"),
         "dhcp.option.request_list_item": value(dhcp.heard(UDHCPC), "parameters")},
    ),
    "dnsmasq": (
        udp(True, 68, DNSMASQ),
        {"dhcp.hw.mac_addr": GIVEN.mac, "dhcp.ip.your": GIVEN.ip, "dhcp.option.router": ROUTER,
         "dhcp.option.ip_address_lease_time": str(GIVEN.seconds), "dhcp.option.dhcp_server_id": ROUTER},
    ),
    "dnsmasq of IPv6": (
        udp(False, 547, DNSMASQ_6),
        {"dhcpv6.iaaddr.ip": HERE_6, "dhcpv6.client_domain": value(dhcpv6.heard(DNSMASQ_6), "name")},
    ),
    "router advertisement": (
        Ether() / IPv6(src=LOCAL, dst="ff02::1", nh=58, hlim=255) / DNSMASQ_RA,
        {"icmpv6.opt.linkaddr": RA_CLAIM.mac, "ipv6.src": RA_CLAIM.ip},
    ),
    "keepalived": (
        Ether() / IP(src=ROUTER, proto=112, ttl=255) / KEEPALIVED,
        {"vrrp.ip_addr": vrrp.heard(KEEPALIVED, ROUTER)[1].ip},
    ),
    "keepalived of IPv6": (
        Ether() / IPv6(src=LOCAL, nh=112, hlim=255) / KEEPALIVED_6,
        {"vrrp.ipv6_addr": ",".join(str(each.ip) for each in vrrp.heard(KEEPALIVED_6, LOCAL)[1:])},
    ),
    "ARP": (
        Ether(type=0x0806) / LINUX_ARP,
        {"arp.src.hw_mac": ARP_CLAIM.mac, "arp.src.proto_ipv4": ARP_CLAIM.ip},
    ),
}  # fmt: skip


@pytest.mark.skipif(shutil.which("tshark") is None, reason="tshark is not installed")
@pytest.mark.parametrize(("frame", "fields"), READ_ALIKE.values(), ids=READ_ALIKE)
def test_tshark_reads_the_same(tmp_path: Path, frame: Any, fields: dict[str, str]) -> None:
    capture = tmp_path / "capture.pcap"
    wrpcap(str(capture), [frame])
    names = [word for name in fields for word in ("-e", name)]
    command = ["tshark", "-r", str(capture), "-T", "fields", *names]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.rstrip("\n").split("\t") == list(fields.values())
