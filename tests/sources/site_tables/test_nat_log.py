"""Translations in the logs of firewalls, as their makers' references show them.

Cisco ASA Series Syslog Messages (305011, 305012, 302013) and the ASA FAQ 116149; conntrack(8); FortiOS Log Message
Reference; PAN-OS "Traffic Log Fields"; Junos System Log Explorer; RouterOS' firewall log.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from sniffer.sources.problems import TableError
from tests.sources.site_tables.tables import CAPTURED, CET, at, sides, table, translations

SIDES = [("203.0.113.5", 61234, "10.0.3.17", 51000)]

NOON = at("2026-11-26 12:00:00")

LOGS = {
    "ASA, translation": (
        "Nov 26 2026 12:00:00: %ASA-6-305011: Built dynamic TCP translation from inside:10.0.3.17/51000 to "
        "outside:203.0.113.5/61234", 0),
    "ASA, translation, user and list": (
        "Nov 26 2026 12:00:00 fw1 : %ASA-6-305011: Built dynamic TCP translation from inside:10.0.3.17/51000"
        "(LOCAL\\bob) to outside(acl):203.0.113.5/61234", 0),
    "ASA, its end": (
        "Nov 26 2026 12:00:00: %ASA-6-305012: Teardown dynamic TCP translation from inside:10.0.3.17/51000 to "
        "outside:203.0.113.5/61234 duration 0:00:30", 30),
    "ASA, connection": (
        "<166>Nov 26 12:00:00 fw1 %ASA-6-302013: Built outbound TCP connection 2921 for outside:52.97.1.2/587 "
        "(52.97.1.2/587) to inside:10.0.3.17/51000 (203.0.113.5/61234)", 0),
    "ASA, connection of IPv6 outside": (
        "Nov 26 12:00:00 fw1 %ASA-6-302013: Built outbound TCP connection 2921 for outside:2001:db8::2/587 "
        "(2001:db8::2/587) to inside:10.0.3.17/51000(bob) (203.0.113.5/61234) (bob)", 0),
    "conntrack -E -o timestamp": (
        "[1795694400.000000]\t    [NEW] tcp      6 120 SYN_SENT src=10.0.3.17 dst=52.97.1.2 sport=51000 dport=587 "
        "[UNREPLIED] src=52.97.1.2 dst=203.0.113.5 sport=587 dport=61234", 0),
    "conntrack -L": (
        "tcp      6 431999 ESTABLISHED src=10.0.3.17 dst=52.97.1.2 sport=51000 dport=587 src=52.97.1.2 dst=203.0.113.5 "
        "sport=587 dport=61234 [ASSURED] mark=0 use=1", 0),
    "/proc/net/nf_conntrack, with counters": (
        "ipv4     2 tcp      6 300 ESTABLISHED src=10.0.3.17 dst=52.97.1.2 sport=51000 dport=587 packets=20 bytes=3000 "
        "src=52.97.1.2 dst=203.0.113.5 sport=587 dport=61234 packets=18 bytes=9000 [ASSURED] mark=0 zone=0 use=2", 0),
    "ulogd": (
        "Nov 26 12:00:00 gw [NEW] ORIG: SRC=10.0.3.17 DST=52.97.1.2 PROTO=TCP SPT=51000 DPT=587 PKTS=0 BYTES=0 , "
        "REPLY: SRC=52.97.1.2 DST=203.0.113.5 PROTO=TCP SPT=587 DPT=61234 PKTS=0 BYTES=0", 0),
    "FortiOS": (
        'date=2026-11-26 time=12:00:00 logid="0000000013" type="traffic" subtype="forward" srcip=10.0.3.17 '
        'srcport=51000 dstip=52.97.1.2 dstport=587 proto=6 action="close" service="SMTPS" trandisp="snat" '
        'transip=203.0.113.5 '
        "transport=61234 duration=7 sentbyte=398", 7),
    "FortiOS, nanoseconds and zone": (
        "<189>date=2026-11-26 time=13:00:00 eventtime=1795694400000000000 tz=\"+0100\" srcip=10.0.3.17 srcport=51000 "
        "dstip=52.97.1.2 dstport=587 proto=6 trandisp=snat transip=203.0.113.5 transport=61234 action=start "
        "duration=9", 0),
    "PAN-OS": (
        "<14>Nov 26 12:00:07 pa1 1,2026/11/26 12:00:08,007654321012,TRAFFIC,end,2560,2026/11/26 12:00:07,10.0.3.17,"
        "52.97.1.2,203.0.113.5,52.97.1.2,Allow-Outbound,,,smtp,vsys1,trust,untrust,ethernet1/2,ethernet1/1,Fwd,"
        "2026/11/26 12:00:07,12345,1,51000,587,61234,587,0x400000,tcp,allow,1523,800,723,15,2026/11/26 "
        "12:00:00,5,any,0,123456789", -5),
    "SRX": (
        "<14>Nov 26 12:00:00  srx1 RT_FLOW: RT_FLOW_SESSION_CREATE: session created 10.0.3.17/51000->52.97.1.2/587 "
        "junos-smtps 203.0.113.5/61234->52.97.1.2/587 NAT-OUT None 6 OUT TRUST INTERNET 6316 N/A(N/A) vlan.192", 0),
    "SRX, connection tags": (
        "<14>1 2026-11-26T12:00:00.000Z srx1 RT_FLOW - RT_FLOW_SESSION_CREATE: session created "
        "10.0.3.17/51000->52.97.1.2/587 0x0 None 203.0.113.5/61234->52.97.1.2/587 0x0 source rule N/A N/A 6 out users "
        "servers 4242 N/A(N/A) ge-0/0/1.0 UNKNOWN", 0),
    "SRX, its end": (
        "Nov 26 12:00:00 srx1 RT_FLOW: RT_FLOW_SESSION_CLOSE: session closed TCP FIN: 10.0.3.17/51000->52.97.1.2/587 "
        "junos-smtps 203.0.113.5/61234->52.97.1.2/587 NAT-OUT None 6 OUT TRUST INTERNET 6316 20(3000) 18(9000) 12", 12),
    "SRX, structured": (
        '<14>1 2026-11-26T13:00:00.000+01:00 srx1 RT_FLOW - RT_FLOW_SESSION_CREATE [junos@2636.1.1.1.2.25 '
        'source-address="10.0.3.17" source-port="51000" destination-address="52.97.1.2" destination-port="587" '
        'nat-source-address="203.0.113.5" nat-source-port="61234" nat-destination-address="52.97.1.2" '
        'destination-port="587" '
        'protocol-id="6" policy-name="p1"]', 0),
    "RouterOS": (
        "<134>Nov 26 12:00:00 gw firewall,info forward: in:bridge out:ether1, connection-state:new,snat src-mac "
        "00:26:73:a1:b2:c3, proto TCP (SYN), 10.0.3.17:51000->52.97.1.2:587, NAT (10.0.3.17:51000->203.0.113.5:61234)"
        "->52.97.1.2:587, len 60", 0),
    "RouterOS 6, its own file": (
        "nov/26/2026 12:00:00 firewall,info forward: in:bridge out:ether1, proto TCP (SYN), 10.0.3.17:51000->"
        "52.97.1.2:587, NAT (10.0.3.17:51000->203.0.113.5:61234)->52.97.1.2:587, len 60", 0),
    "RouterOS 7, its own file": (
        "2026-11-26 12:00:00 firewall,info forward: in:bridge out:ether1, proto TCP (SYN), 10.0.3.17:51000->"
        "52.97.1.2:587, NAT (10.0.3.17:51000->203.0.113.5:61234)->52.97.1.2:587, len 60", 0),
}  # fmt: skip
"""A line of each, and the seconds that it tells of: before noon, or (negative) behind."""


@pytest.mark.parametrize(("line", "seconds"), LOGS.values(), ids=list(LOGS))
def test_who_stood_behind_an_address_and_a_port(tmp_path: Path, line: str, seconds: int) -> None:
    log = table(tmp_path, f"Nov 26 11:59:59 fw1 something else\n{line}\n")
    facts = list(log)
    (fact,) = translations(facts)
    assert log.kind == "nat-log"
    assert sides(facts) == SIDES
    assert (fact.first, fact.last) == (NOON - max(seconds, 0) * 10**6, NOON - min(seconds, 0) * 10**6)
    assert (fact.file, fact.line) == (str(tmp_path / "table"), 2)
    assert log.problems == []


def test_a_collectors_log_mixes_them(tmp_path: Path) -> None:
    log = table(tmp_path, "\n".join(line for line, _ in LOGS.values()))
    assert sides(log) == SIDES * len(LOGS)


NOTHING = {
    "UDP": LOGS["ASA, translation"][0].replace("TCP", "UDP"),
    "UDP of conntrack": LOGS["conntrack -L"][0].replace("tcp      6", "udp      17"),
    "UDP of FortiOS": LOGS["FortiOS"][0].replace("proto=6", "proto=17"),
    "UDP of PAN-OS": LOGS["PAN-OS"][0].replace(",tcp,", ",udp,"),
    "UDP of SRX": LOGS["SRX"][0].replace(" 6 ", " 17 "),
    "ASA, not translated": LOGS["ASA, connection"][0].replace("203.0.113.5/61234", "10.0.3.17/51000"),
    "PAN-OS, not translated": LOGS["PAN-OS"][0].replace("203.0.113.5,", "0.0.0.0,"),
    "conntrack, not translated": LOGS["conntrack -L"][0].replace("203.0.113.5", "10.0.3.17").replace("61234", "51000"),
    "a destination of RouterOS": LOGS["RouterOS"][0].replace("(10.0.3.17:51000->203.0.113.5:61234)->52.97.1.2:587",
                                                             "192.0.2.9:5000->(203.0.113.5:25->10.0.3.2:25)"),
}  # fmt: skip


@pytest.mark.parametrize("line", NOTHING.values(), ids=list(NOTHING))
def test_what_is_no_translation_of_tcp_is_passed_over(tmp_path: Path, line: str) -> None:
    log = table(tmp_path, LOGS["ASA, translation"][0] + "\n" + line)
    assert sides(log) == SIDES
    assert log.problems == []


def test_a_server_of_ours_behind_a_translated_destination(tmp_path: Path) -> None:
    asa = (
        "Nov 26 12:00:00 fw1 %ASA-6-302013: Built inbound TCP connection 11 for outside:192.0.2.1/21647 "
        "(192.0.2.1/21647) to inside:10.0.3.2/25 (203.0.113.5/587)\n"
    )
    conntrack = (
        "tcp      6 300 ESTABLISHED src=192.0.2.1 dst=203.0.113.5 sport=21647 dport=587 src=10.0.3.2 dst=192.0.2.1 "
        "sport=25 dport=21647 [ASSURED] use=1\n"
    )
    assert sides(table(tmp_path, asa + conntrack)) == [("203.0.113.5", 587, "10.0.3.2", 25)] * 2


def test_a_time_without_zone_is_of_the_zone_that_was_named(tmp_path: Path) -> None:
    (fact,) = translations(table(tmp_path, LOGS["ASA, translation"][0], CET))
    assert fact.first == at("2026-11-26 11:00:00")


def test_of_two_times_that_with_a_year_is_the_boxs(tmp_path: Path) -> None:
    line = "Nov 26 16:10:24 10.1.2.13 Nov 26 2024 12:00:00 fw1 : " + LOGS["ASA, connection"][0].partition("fw1 ")[2]
    (fact,) = translations(table(tmp_path, line))
    assert fact.first == at("2024-11-26 12:00:00")


@pytest.mark.parametrize(
    ("captured", "stamp", "told"),
    [
        ("2026-11-26 12:00:00", "Nov 26 11:59:00", "2026-11-26 11:59:00"),
        ("2026-11-26 12:00:00", "Nov 26 12:30:00", "2026-11-26 12:30:00"),  # the capture lasts
        ("2026-11-26 12:00:00", "Dec 24 12:00:00", "2025-12-24 12:00:00"),
        ("2026-01-01 00:10:00", "Dec 31 23:59:00", "2025-12-31 23:59:00"),
        ("2026-12-31 23:59:00", "Jan  1 00:10:00", "2027-01-01 00:10:00"),
        ("2026-11-26 12:00:00", "Feb 29 12:00:00", "2024-02-29 12:00:00"),
    ],
)
def test_a_time_without_a_year_is_the_last_before_the_capture(
    tmp_path: Path, captured: str, stamp: str, told: str
) -> None:
    line = LOGS["ASA, connection"][0].replace("Nov 26 12:00:00", stamp)
    (fact,) = translations(table(tmp_path, line, captured=at(captured)))
    assert fact.first == at(told)


@pytest.mark.parametrize("captured", [None, CAPTURED])
def test_no_time_is_no_fact(tmp_path: Path, captured: int | None) -> None:
    line = LOGS["ASA, connection"][0].replace("Nov 26 12:00:00", "yesterday" if captured else "Nov 26 12:00:00")
    with pytest.raises(TableError, match="no time, or none that can be read, the first in line 1"):
        list(table(tmp_path, line, captured=captured))


@pytest.mark.parametrize("name", LOGS)
def test_only_connections_to_the_ports_that_matter_are_told(tmp_path: Path, name: str) -> None:
    line = LOGS[name][0]
    untold = name in ("ASA, translation", "ASA, translation, user and list", "ASA, its end")  # to nobody in particular
    first = LOGS["ASA, translation"][0] + "\n"
    assert len(translations(table(tmp_path, first + line, ports={587}))) == 2
    assert len(translations(table(tmp_path, first + line, ports={25}))) == 1 + untold
