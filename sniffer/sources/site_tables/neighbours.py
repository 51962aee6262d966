"""Who a router or a host has as neighbours (ARP, IPv6 ND), and on which port a switch has seen a card: text and CSV.

The text is what the commands print, of one box or of several behind each other.  A row is told by its form, since
headings differ with every release: where an address, a card and the words around them stand.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC
from typing import NamedTuple

from sniffer.model import limits
from sniffer.sources.site_tables import cells
from sniffer.sources.site_tables.columns import Columns, Role
from sniffer.sources.site_tables.csv_rows import rows
from sniffer.sources.site_tables.table import SiteFact, Table, before_damage

_IP, _MAC = rf"(?P<ip>{cells.IP})", rf"(?P<mac>{cells.MAC})"

ARP = tuple(re.compile(form, re.ASCII) for form in (
    rf"\s*Internet\s+{_IP}\s+(?:\d+|-)?\s*{_MAC}\s+\S+",  # Cisco IOS "show ip arp"; Aruba controllers "show arp"
    rf"\s*{_IP}\s+(?:[\d:.]+|-|\d+[dwy]\d+[hdw])\s+{_MAC}\s+\S+",  # Cisco NX-OS, IPv6 of IOS; Arista EOS
    rf"\s*\S+\s+{_IP}\s+{_MAC}\s+(?:\d+|-|alias)\s*$",  # Cisco ASA "show arp"
    rf"\s*{_MAC}\s+{_IP}\s+\S+\s+[\w./:-]+",  # Juniper "show arp", with and without names
    rf"{_IP} dev \S+ lladdr {_MAC}(?: \w+)* (?!FAILED|INCOMPLETE)[A-Z]+\s*$",  # iproute2 "ip neigh"
    rf"\S+ \({_IP}\) at {_MAC}\b",  # net-tools and BSD "arp -an"
    rf"\s*{_IP}\s+ether\s+{_MAC}\s+\S+",  # net-tools "arp -n"
    rf"\s*{_IP}\s+{_MAC}\s+\S+",  # Windows "arp -a" in any language, ArubaOS-Switch and AOS-CX "show arp"
))  # fmt: skip
"""Forms of a row of neighbours."""

_PORT = r"(?P<port>[A-Za-z]{2,}(?:-[a-z]+)?\s?\d+(?:/\d+)*(?:[.:]\d+)?|\d+(?:/\d+){0,3}|[A-Z]\d{1,2})"

MAC_TABLE = tuple(re.compile(form, re.ASCII) for form in (
    # Cisco IOS "show mac address-table", NX-OS (marks in front, ages and flags between), Arista EOS
    rf"[\s*+~#GROCSD()]*(?P<vlan>\d+|-)\s+{_MAC}\s+[A-Za-z]\w*(?:\s+(?:\d+|Yes|No|[FTYN]|-|~~~|NA|n/a|~|ip|[a-z]{{2,9}}(?:,[a-z]{{2,9}})+)(?=\s))*\s+"
    rf"(?P<port>[A-Za-z]{{2,}}(?:-[a-z]+)?\d+(?:/\d+)*(?:\.\d+)?)(?=\s|,|$)",
    # AOS-CX "show mac-address-table"
    rf"\s*{_MAC}\s+(?P<vlan>\d+)\s+[a-z][\w-]*\s+{_PORT}\s*$",
    # Juniper "show ethernet-switching table", with and without ELS
    rf"\s*(?P<vlan>\S+)\s+{_MAC}\s+[A-Z]\w*(?:,\w+)*\s+(?:[\d:-]+\s+)?"
    rf"(?P<port>(?:[a-z]{{2}}-\d+/\d+/\d+|ae\d+)(?:\.\d+)?)(?=\s|$)",
    # ArubaOS-Switch, HP ProVision "show mac-address"
    rf"\s+{_MAC}\s+{_PORT}(?:\s+(?P<vlan>\d+))?\s*$",
))  # fmt: skip
"""Forms of a row of a switch's table."""

PROMPT = re.compile(r"(?:[\w-]+@)?([A-Za-z][\w.-]{0,62})(?:\([\w-]+\))?[#>]\s*(?:sh|dis)\w*\s")
"""A command at a switch's prompt, with its name in front."""

NO_PORT = re.compile(r"(?:nve|vxlan|vtep|sup|cpu|router|vl(?:an)?\d|lo|tunnel|irb|esi)", re.IGNORECASE)
"""What stands in place of a port where the card is behind a tunnel, or the switch's own."""

CARD = re.compile(rf"(?<![\w:.-]){cells.MAC}(?![\w:.-])", re.ASCII)

OWN = re.compile(r"\b(?:CPU|Router|Switch|Drop|self|sup-eth\d)\b", re.IGNORECASE)
"""What stands in place of a port where the card is the switch's own."""

OPTIONAL: tuple[Role, ...] = ("switch", "vlan")

STRANGE = "a card in a row of unknown form"

CROWDED = "a port with many cards, which leads on to another switch"


class Port(NamedTuple):
    """A card on a switch's port; the switch has no name where none was told."""

    switch: str
    mac: str
    port: str
    vlan: str


def neighbour(line: str) -> tuple[str, str] | None:
    """Return the address and the card of a row of neighbours."""
    for form in ARP:
        found = form.match(line)
        if found:
            ip, mac = cells.ip(found["ip"]), cells.mac(found["mac"])
            if ip and mac:
                return ip, mac
    return None


def learnt(line: str) -> tuple[str, str, str] | None:
    """Return card, port and VLAN (or nothing) of a row of a switch's table."""
    for form in MAC_TABLE:
        found = form.match(line)
        if found:
            mac, port = cells.mac(found["mac"]), found["port"]
            if mac and not NO_PORT.match(port):
                return mac, port, (found["vlan"] or "").strip("-")
            return None
    return None


def read(lines: Iterable[str], table: Table) -> Iterator[SiteFact]:
    """Give what the commands' text says, of either kind: they are often kept in one file."""
    crowded = _crowded(port for _, _, port in _rows(lines) if port)
    for number, line, port in _rows(lines):
        if port:
            yield from _port(port, crowded, number, table)
        elif binding := neighbour(line):
            yield table.binding("arp-table", *binding, number, table.moment, table.moment)
        elif _unused(line):
            table.complain(STRANGE, number)


def _rows(lines: Iterable[str]) -> Iterator[tuple[int, str, Port | None]]:
    """Give the lines of commands' text, and what they say of a port of the switch at whose prompt they were asked."""
    switch = ""
    for number, line in enumerate(lines, start=1):
        if len(line) > limits.TABLE_ROW_CHARACTERS:
            continue
        if prompt := PROMPT.match(line):
            switch = prompt[1]
        place = learnt(line)
        yield number, line, Port(switch, *place) if place else None


def _unused(line: str) -> bool:
    """Say whether a row that was not understood has a card of a host."""
    found = CARD.search(line)
    known = OWN.search(line) or any(form.match(line) for form in MAC_TABLE)
    return bool(found and cells.mac(found[0])) and not known


def _crowded(ports: Iterable[Port]) -> set[tuple[str, str]]:
    """Return the ports that lead on to another switch: so many cards are plugged in nowhere."""
    cards: dict[tuple[str, str], set[str]] = {}
    for each in before_damage(ports):
        if (each.switch, each.port) in cards or len(cards) < limits.SWITCH_PORTS:
            seen = cards.setdefault((each.switch, each.port), set())
            if len(seen) <= limits.PORT_CARDS:
                seen.add(each.mac)
    return {port for port, seen in cards.items() if len(seen) > limits.PORT_CARDS}


def _port(port: Port, crowded: set[tuple[str, str]], line: int, table: Table) -> Iterator[SiteFact]:
    if (port.switch, port.port) in crowded:
        table.complain(CROWDED, line)
        return
    where = f"{port.switch or 'switch'} {port.port}" + (f" VLAN {port.vlan}" if port.vlan else "")
    yield from table.clues("mac-table", port.mac, None, line, [("port", where)], first=table.moment, last=table.moment)


def read_arp_csv(lines: Iterable[str], table: Table, columns: Columns) -> Iterator[SiteFact]:
    """Give the bindings of a CSV of addresses and cards."""
    at, on = columns.place["ip"], columns.place["mac"]
    for line, row in rows(lines, columns.header, table, max(at, on)):
        ip, mac = cells.ip(row[at]), cells.mac(row[on])
        if ip and mac:
            yield table.binding("arp-table", ip, mac, line, table.moment, table.moment)
        else:
            table.complain("no address or no card of a host", line)


def read_mac_csv(lines: Iterable[str], table: Table, columns: Columns) -> Iterator[SiteFact]:
    """Give the ports of a CSV of cards and ports."""
    crowded = _crowded(port for _, port in _csv_ports(lines, columns, Table("", UTC, None)))
    for line, port in _csv_ports(lines, columns, table):
        yield from _port(port, crowded, line, table)


def _csv_ports(lines: Iterable[str], columns: Columns, table: Table) -> Iterator[tuple[int, Port]]:
    place = columns.place
    for line, row in rows(lines, columns.header, table, max(place["mac"], place["port"])):
        mac, port = cells.mac(row[place["mac"]]), cells.text(row[place["port"]])
        if not mac or not port or NO_PORT.match(port):
            table.complain("no card of a host, or no port", line)
            continue
        switch, vlan = (
            cells.text(row[place[role]]) if role in place and place[role] < len(row) else "" for role in OPTIONAL
        )
        yield line, Port(switch, mac, port, vlan)
