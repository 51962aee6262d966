"""Neighbours and switch ports, as the commands of each system print them.

Forms: Cisco's and Juniper's command references, the AOS-CX and ArubaOS-Switch guides, the tests of ntc-templates;
``ip neigh`` and ``arp -an`` from Debian 12.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from sniffer.sources.problems import TableError
from tests.sources.site_tables.tables import CANON, CAPTURED, RICOH, bindings, clues, said, table, who

BOTH = [("10.0.3.17", RICOH), ("10.0.3.18", CANON)]

NEIGHBOURS = {
    "Cisco IOS": """\
core1#show ip arp
Protocol  Address          Age (min)  Hardware Addr   Type   Interface
Internet  10.0.3.17              12   0026.73a1.b2c3  ARPA   Vlan10
Internet  10.0.3.18               -   001e.8f11.2233  ARPA   GigabitEthernet0/0.10
Internet  10.0.3.19               0   Incomplete      ARPA
""",
    "Cisco NX-OS": """\
Flags: * - Adjacencies learnt on non-active FHRP router
       + - Adjacencies synced via CFSoE

IP ARP Table for context default
Total number of entries: 2
Address         Age       MAC Address     Interface       Flags
10.0.3.17       00:12:34  0026.73a1.b2c3  Vlan10
10.0.3.18       00:00:09  001e.8f11.2233  Ethernet1/3     +
10.0.3.19       00:00:01  INCOMPLETE      Vlan10
""",
    "Cisco ASA": """\
\tinside 10.0.3.17 0026.73a1.b2c3 12
\toutside 10.0.3.18 001e.8f11.2233 -
""",
    "Arista EOS": """\
Address         Age (sec)  Hardware Addr   Interface
10.0.3.17         0:12:34  0026.73a1.b2c3  Vlan10, Ethernet1
10.0.3.18             N/A  001e.8f11.2233  Management1
""".replace("N/A", "  -"),
    "ArubaOS-Switch": """\
 IP ARP table

  IP Address       MAC Address       Type    Port
  ---------------  ----------------- ------- ----
  10.0.3.17        002673-a1b2c3     dynamic 12
  10.0.3.18        001e8f-112233     dynamic A2
""",
    "AOS-CX": """\
IPv4 Address     MAC                Port         Physical Port                                            State
----------------------------------------------------------------------------------------------------------------
10.0.3.17        00:26:73:a1:b2:c3  vlan10       1/1/5                                                    reachable
10.0.3.18        00:1e:8f:11:22:33  vlan10       vxlan1(10.9.9.9)                                         stale
""",
    "Juniper": """\
MAC Address       Address         Name                      Interface               Flags
00:26:73:a1:b2:c3 10.0.3.17       ricoh.example.org         ge-0/0/1.0              none
00:1e:8f:11:22:33 10.0.3.18       10.0.3.18                 irb.10 [ge-0/0/2.0]     permanent remote
Total entries: 2
""",
    "Juniper, no-resolve": """\
MAC Address       Address         Interface         Flags
00:26:73:a1:b2:c3 10.0.3.17       ge-0/0/1.0        none
00:1e:8f:11:22:33 10.0.3.18       ae0.10            none
""",
    "ip neigh": """\
10.0.3.17 dev eth0 lladdr 00:26:73:a1:b2:c3 REACHABLE
10.0.3.18 dev eth0 lladdr 00:1e:8f:11:22:33 router STALE
10.0.3.19 dev eth0  FAILED
10.0.3.20 dev eth0  INCOMPLETE
""",
    "arp -an": """\
? (10.0.3.17) at 00:26:73:a1:b2:c3 [ether] on eth0
? (10.0.3.18) at 0:1e:8f:11:22:33 on en0 ifscope [ethernet]
? (10.0.3.19) at <incomplete> on eth0
""",
    "arp -n": """\
Address                  HWtype  HWaddress           Flags Mask            Iface
10.0.3.17                ether   00:26:73:a1:b2:c3   C                     eth0
10.0.3.18                ether   00:1e:8f:11:22:33   CM                    eth0
10.0.3.19                        (incomplete)                              eth0
""",
    "Windows": """\

Interface: 10.0.3.2 --- 0x5
  Internet Address      Physical Address      Type
  10.0.3.17             00-26-73-a1-b2-c3     dynamic
  10.0.3.18             00-1e-8f-11-22-33     static
  10.0.3.255            ff-ff-ff-ff-ff-ff     static
  224.0.0.22            01-00-5e-00-00-16     static
""",
    "Windows, German": """\

Schnittstelle: 10.0.3.2 --- 0x5
  Internetadresse       Physische Adresse     Typ
  10.0.3.17             00-26-73-a1-b2-c3     dynamisch
  10.0.3.18             00-1e-8f-11-22-33     statisch
""",
    "CSV": "IP Address,MAC Address,Interface,Hostname\n10.0.3.17,0026.73a1.b2c3,Vlan10,core1\n"
           "10.0.3.18,001E8F112233,Vlan10,core1\n",
    "CSV of Excel": "sep=;\nMAC;IP\n00-26-73-A1-B2-C3;10.0.3.17\n00-1E-8F-11-22-33;10.0.3.18\n",
    "TSV": "ip\thwaddr\n10.0.3.17\t00:26:73:a1:b2:c3\n10.0.3.18\t00:1e:8f:11:22:33\n",
}  # fmt: skip


@pytest.mark.parametrize("text", NEIGHBOURS.values(), ids=list(NEIGHBOURS))
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_neighbours_are_bindings_at_the_capture(tmp_path: Path, text: str, end: str) -> None:
    neighbours = table(tmp_path, text.replace("\n", end))
    facts = list(neighbours)
    assert who(facts) == BOTH
    assert {(each.source, each.first, each.last, each.until) for each in bindings(facts)} == {
        ("arp-table", CAPTURED, CAPTURED, None)
    }
    assert [text.splitlines()[each.line - 1].lower().count("3.17") for each in bindings(facts) if each.line] == [1, 0]
    assert clues(facts) == []
    assert neighbours.problems == []


def test_neighbours_of_ipv6(tmp_path: Path) -> None:
    text = (
        "fe80::226:73ff:fea1:b2c3 dev eth0 lladdr 00:26:73:a1:b2:c3 STALE\n"
        "2001:DB8:1::5                                 0 001e.8f11.2233  STALE Vl10\n"
    )
    assert who(table(tmp_path, text)) == [("fe80::226:73ff:fea1:b2c3", RICOH), ("2001:db8:1::5", CANON)]


PORTS = {
    "Cisco IOS": ("""\
sw-floor2#show mac address-table
          Mac Address Table
-------------------------------------------

Vlan    Mac Address       Type        Ports
----    -----------       --------    -----
 All    0100.0ccc.cccc    STATIC      CPU
  10    0026.73a1.b2c3    DYNAMIC     Gi1/0/5
  10    001e.8f11.2233    DYNAMIC     Po1
   1    0026.7300.0001    STATIC      CPU
Total Mac Addresses for this criterion: 3
""", "sw-floor2 Gi1/0/5 VLAN 10", "sw-floor2 Po1 VLAN 10"),
    "Cisco Catalyst 6500": ("""\
Legend: * - primary entry
  vlan   mac address     type    learn     age              ports
------+----------------+--------+-----+----------+--------------------------
*   10  0026.73a1.b2c3   dynamic  Yes          5   Gi3/5
  S 10  001e.8f11.2233    static  No           -   Fa0/2
  R 10  0026.7300.0001    static  No           -   Router
""", "switch Gi3/5 VLAN 10", "switch Fa0/2 VLAN 10"),
    "Cisco Catalyst 4500": ("""\
Unicast Entries
 vlan     mac address     type        protocols               port
---------+---------------+--------+---------------------+-------------------------
  10      0026.73a1.b2c3   dynamic ip,ipx,assigned,other GigabitEthernet3/48
  10      001e.8f11.2233   dynamic ip,ipx,assigned,other Port-channel6
2062      0026.7300.0001    static ip,ipx,assigned,other Switch

Multicast Entries
 vlan     mac address     type    ports
---------+---------------+-------+--------------------------------------------
   1      0100.0ccc.ccce   system Po1,Po6,Po8
""", "switch GigabitEthernet3/48 VLAN 10", "switch Port-channel6 VLAN 10"),
    "Cisco NX-OS": ("""\
nx1# show mac address-table
Legend:
        * - primary entry, G - Gateway MAC, (R) - Routed MAC, O - Overlay MAC
   VLAN     MAC Address      Type      age     Secure NTFY Ports
---------+-----------------+--------+---------+------+----+------------------
* 10       0026.73a1.b2c3   dynamic  0         F      F    Eth1/5
+ 10       001e.8f11.2233   dynamic  ~~~       F      F    Eth101/1/3
C 10       0026.7300.0002   dynamic  0         F      F    nve1(10.9.9.9)
G -        0026.7300.0003   static   -         F      F    sup-eth1(R)
""", "nx1 Eth1/5 VLAN 10", "nx1 Eth101/1/3 VLAN 10"),
    "Arista EOS": ("""\
Vlan    Mac Address       Type        Ports      Moves   Last Move
----    -----------       ----        -----      -----   ---------
  10    0026.73a1.b2c3    DYNAMIC     Et5        1       0:01:02 ago
  10    001e.8f11.2233    DYNAMIC     Et49/1     1       7 days, 0:01:02 ago
""", "switch Et5 VLAN 10", "switch Et49/1 VLAN 10"),
    "ArubaOS-Switch": ("""\
 Status and Counters - Port Address Table

  MAC Address   Port     VLAN
  ------------- -------- ----
  002673-a1b2c3 A23      10
  001e8f-112233 Trk1     1
""", "switch A23 VLAN 10", "switch Trk1 VLAN 1"),
    "HP ProCurve": ("""\
  MAC Address   Port
  ------------- ----
  002673-a1b2c3 23
  001e8f-112233 1/24
""", "switch 23", "switch 1/24"),
    "AOS-CX": ("""\
MAC age-time            : 300 seconds
Number of MAC addresses : 2

MAC Address          VLAN     Type                      Port
--------------------------------------------------------------
00:26:73:a1:b2:c3    10       dynamic                   1/1/5
00:1e:8f:11:22:33    10       port-access-security      lag1
""", "switch 1/1/5 VLAN 10", "switch lag1 VLAN 10"),
    "Juniper EX": ("""\
netadmin@ex-floor2> show ethernet-switching table
Ethernet-switching table: 3 entries, 2 learned
  VLAN              MAC address       Type         Age Interfaces
  default           *                 Flood          - All-members
  office            00:26:73:a1:b2:c3 Learn          0 ge-0/0/5.0
  office            00:1e:8f:11:22:33 Learn       1:04 ge-0/0/6.0
  default           00:26:73:00:00:01 Static         - Router
""", "ex-floor2 ge-0/0/5.0 VLAN office", "ex-floor2 ge-0/0/6.0 VLAN office"),
    "Juniper ELS": ("""\
MAC flags (S - static MAC, D - dynamic MAC, L - locally learned, P - Persistent static
           SE - statistics enabled, NM - non configured MAC, R - remote PE MAC, O - ovsdb MAC)

Ethernet switching table : 3 entries, 3 learned
Routing instance : default-switch
   Vlan                MAC                 MAC         Age    Logical                NH        RTR
   name                address             flags              interface              Index     ID
   VLAN10              00:26:73:a1:b2:c3   D             -   ge-0/0/5.0             0         0
   VLAN10              00:1e:8f:11:22:33   DLP           -   ae0.0                  0         0
""", "switch ge-0/0/5.0 VLAN VLAN10", "switch ae0.0 VLAN VLAN10"),
    "CSV": ("Switch,Port,VLAN,MAC,Location\nsw2,Gi1/0/5,10,0026.73a1.b2c3,Attic\nsw2,Gi1/0/6,10,001e.8f11.2233,Attic\n",
            "sw2 Gi1/0/5 VLAN 10", "sw2 Gi1/0/6 VLAN 10"),
    "CSV of LibreNMS": ("Device;MAC Address;Vlan;Port\nsw2;002673a1b2c3;10;Gi1/0/5\nsw2;001e8f112233;;Gi1/0/6\n",
                        "sw2 Gi1/0/5 VLAN 10", "sw2 Gi1/0/6"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "first", "second"), PORTS.values(), ids=list(PORTS))
def test_a_switchs_table_says_where_a_card_is_plugged_in(tmp_path: Path, text: str, first: str, second: str) -> None:
    ports = table(tmp_path, text)
    found = clues(ports)
    assert [(each.mac, each.ip, each.value) for each in found] == [(RICOH, None, first), (CANON, None, second)]
    assert {(each.source, each.field, each.first) for each in found} == {("mac-table", "port", CAPTURED)}
    assert [each.problem for each in ports.problems if "Eth" not in text] == []


def test_both_commands_in_one_file(tmp_path: Path) -> None:
    text = str(NEIGHBOURS["Cisco IOS"]) + PORTS["Cisco IOS"][0]
    facts = list(table(tmp_path, text))
    assert who(facts) == BOTH
    assert said(facts) == [("port", "sw-floor2 Gi1/0/5 VLAN 10"), ("port", "sw-floor2 Po1 VLAN 10")]


def test_a_row_of_unknown_form_is_counted(tmp_path: Path) -> None:
    neighbours = table(
        tmp_path, "10.0.3.17 dev eth0 lladdr 00:26:73:a1:b2:c3 STALE\nCAM entry: 001e.8f11.2233 somewhere\n"
    )
    assert who(neighbours) == BOTH[:1]
    assert [(each.rows, each.line) for each in neighbours.problems] == [(1, 2)]


def test_a_table_without_times_says_nothing_without_a_capture(tmp_path: Path) -> None:
    neighbours = table(tmp_path, NEIGHBOURS["ip neigh"], captured=None)
    with pytest.raises(TableError, match="does not say when it holds; read it together with the capture"):
        list(neighbours)


def test_a_port_with_many_cards_leads_on_and_is_nobodys_place(tmp_path: Path) -> None:
    many = "".join(f"  10    0026.7300.{each:04x}    DYNAMIC     Gi1/0/48\n" for each in range(1, 10))
    text = PORTS["Cisco IOS"][0]
    ports = table(tmp_path, text + many)
    assert len(clues(ports)) == 2
    assert [(each.problem, each.rows) for each in ports.problems] == [
        ("a port with many cards, which leads on to another switch", 9)
    ]
    assert len(clues(table(tmp_path, text + many.replace("9    DYNAMIC", "1    DYNAMIC")))) == 11
    rows = "".join(f"sw2,Gi1/0/48,10,0026.7300.{each:04x}\n" for each in range(1, 10))
    assert len(clues(table(tmp_path, "Switch,Port,VLAN,MAC\nsw2,Gi1/0/5,10,0026.73a1.b2c3\n" + rows))) == 1
