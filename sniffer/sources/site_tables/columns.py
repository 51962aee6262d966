"""What a CSV's columns mean: roles, the names by which programs and people call them, and the table that they make."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from sniffer.model import limits
from sniffer.sources.problems import TableError
from sniffer.sources.site_tables.csv_rows import Header, plain

Role = Literal[
    "ip", "mac", "vlan", "port", "switch",
    "name", "vendor", "model", "kind", "serial", "asset", "owner", "site", "location", "comment", "uuid", "status",
    "time", "seconds", "began", "outside_ip", "outside_port", "inside_ip", "inside_port", "asked", "protocol",
]  # fmt: skip
"""What a column may hold."""

SYNONYMS: dict[Role, tuple[str, ...]] = {
    "ip": ("ip", "ipaddress", "ipaddresses", "ipv4address", "ipv4", "primaryip", "primaryipv4", "primaryip4", "ipaddr",
           "address", "networkaddress", "internetaddress", "primaryipaddress", "managementip", "ips", "ipv6address",
           "primaryipv6", "hostip"),
    "mac": ("mac", "macaddress", "macaddresses", "macaddr", "hardwareaddress", "hwaddress", "hwaddr",
            "physicaladdress", "ethernetaddress", "hardwareaddr",
            "linklayeraddress", "lladdr", "primarymacaddress", "macs", "ethernetmac", "mac1"),
    "vlan": ("vlan", "vlanid", "vlanname", "vid"),
    "port": ("port", "switchport", "interface", "ifname", "portname", "interfacename", "destinationport", "ports",
             "logicalinterface"),
    "switch": ("switch", "switchname", "node", "device", "devicename", "hostname", "sysname"),
    "name": ("name", "hostname", "devicename", "assetname", "computername", "dnsname", "fqdn", "host", "displayname",
             "systemname", "netbiosname", "device", "label", "equipmentname", "ciname", "printername"),
    "vendor": ("manufacturer", "vendor", "make", "maker", "brand", "devicemanufacturer", "hardwarevendor", "oem"),
    "model": ("model", "devicemodel", "modelname", "product", "productname", "modelnumber",
              "hardwaremodel", "modelid"),
    "kind": ("role", "devicerole", "kind", "type", "devicetype", "category", "assettype", "class", "assetcategory",
             "equipmenttype",
             "ciclass", "devicecategory", "cltype", "citype", "assetclass"),
    "serial": ("serial", "serialnumber", "serialno", "sn", "servicetag"),
    "asset": ("assettag", "asset", "assetnumber", "assetid", "inventorynumber", "assetno", "inventoryno",
              "inventoryid"),
    "owner": ("owner", "assignedto", "tenant", "contact", "user", "department", "responsible", "ownedby", "managedby",
              "custodian", "costcenter", "supportgroup", "team"),
    "site": ("site", "campus", "branch", "office", "sitename", "building"),
    "location": ("location", "room", "floor", "place", "locationname", "roomnumber", "position", "rack"),
    "comment": ("description", "comments", "comment", "notes", "note", "remarks"),
    "uuid": ("uuid", "deviceuuid", "systemuuid", "smbiosuuid"),
    "status": ("status", "state", "lifecycle", "lifecyclestatus", "installstatus", "assetstatus", "operationalstatus"),
    "time": ("time", "timestamp", "datetime", "generatetime", "generatedtime", "eventtime", "logtime", "receivetime",
             "date", "created", "start", "starttime", "begin"),
    "began": ("starttime", "start", "begin", "sessionstart", "first"),
    "seconds": ("elapsedtimesec", "elapsedtime", "duration", "elapsed", "durationsec", "durationseconds"),
    "outside_ip": ("outsideip", "natsourceip", "translatedip", "publicip", "natip", "externalip", "mappedip",
                   "natsrcip", "transip", "postnatsourceip", "xlatesrc", "natsource", "outsideaddress", "globalip",
                   "translatedsourceip", "natsourceaddress", "natsrc", "publicaddress", "translatedaddress"),
    "outside_port": ("outsideport", "natsourceport", "translatedport", "publicport", "natport", "externalport",
                     "mappedport", "natsrcport", "transport", "postnatsourceport", "xlatesport", "globalport",
                     "translatedsourceport", "natsport"),
    "inside_ip": ("insideip", "sourceaddress", "sourceip", "srcip", "privateip", "internalip", "realip", "src",
                  "source", "localip", "insideaddress", "clientip", "originalsourceip", "privateaddress"),
    "inside_port": ("insideport", "sourceport", "srcport", "privateport", "internalport", "realport", "sport",
                    "localport", "clientport", "spt", "originalsourceport"),
    "asked": ("destinationport", "dstport", "dport", "dpt", "serverport", "remoteport"),
    "protocol": ("ipprotocol", "protocol", "proto", "transportprotocol"),
}  # fmt: skip
"""The names of columns, most telling first, in small letters without spaces: NetBox, ServiceNow, Lansweeper, phpIPAM,
Snipe-IT, LibreNMS, PAN-OS ("NAT Source IP"), FortiOS, and what people write.  A table has one column of a role."""

CsvKind = Literal["kea", "windows-leases", "nat-csv", "inventory", "mac-csv", "arp-csv"]
"""Tables that a CSV may be."""

KEA = frozenset(("address", "validlifetime", "expire", "subnetid"))
"""Columns that Kea's lease files have, of either version."""

EQUIPMENT: tuple[Role, ...] = ("serial", "asset", "model", "owner")
"""Columns by which a list is one of equipment.  Where there are none, a name beside a card and an interface may be the
switch's or the router's that has it, and so is the place."""

PLACES: tuple[Role, ...] = ("name", "site", "location")
"""Columns that make a list of addresses an inventory."""

NEEDED = (
    "known are leases (ISC, Kea, dnsmasq, Windows), 'show arp', 'ip neigh', 'arp -a', 'show mac address-table', "
    "firewalls' translations (ASA, conntrack, FortiOS, PAN-OS, SRX, RouterOS) and CSV with columns such as IP and MAC "
    "(neighbours), MAC and Port (switch), Name and IP or MAC (inventory), IPAddress, ClientId and LeaseExpiryTime "
    "(leases), or Time, Outside IP, Outside Port and Inside IP (translations)"
)
"""What is read, for a person whose file is not."""


class Columns:
    """The roles of a table's columns."""

    def __init__(self, header: Header) -> None:
        self.header = header
        self._names = [plain(name) for name in header.names]
        self.place: dict[Role, int] = {}
        for role, names in SYNONYMS.items():
            place = self.named(*names)
            if place is not None:
                self.place[role] = place
        if "vendor" in self.place and "model" not in self.place and {"role", "devicerole"} & set(self._names):
            self._netbox()

    def named(self, *names: str) -> int | None:
        """Return the place of the first of these columns that is there."""
        return next((self._names.index(name) for name in names if name in self._names), None)

    def has(self, *roles: Role) -> bool:
        """Say whether there are columns of all these roles."""
        return all(role in self.place for role in roles)

    def kind(self) -> CsvKind | None:
        """Return the table that these columns make."""
        names = set(self._names)
        if names >= KEA:
            return "kea"
        if "leaseexpirytime" in names and {"clientid", "clientduid"} & names and "ipaddress" in names:
            return "windows-leases"
        if self.has("outside_ip", "inside_ip"):
            return "nat-csv"
        return self._list()

    def _list(self) -> CsvKind | None:
        equipment = any(map(self.has, EQUIPMENT))
        if self.has("mac", "port") and (not equipment or (self.has("vlan") and not self.has("ip"))):
            return "arp-csv" if self.has("ip") else "mac-csv"
        if (self.has("ip") or self.has("mac")) and (equipment or any(map(self.has, PLACES))):
            return "inventory"
        return "arp-csv" if self.has("ip", "mac") else None

    def _netbox(self) -> None:
        """NetBox calls the model "Type" or "device_type", and what a box does "Role" (its device list's exports)."""
        model = self.named("type", "devicetype")
        if model is not None:
            self.place["model"] = model

    def require(self, file: str, *roles: Role) -> None:
        """Raise ``TableError`` where columns are missing."""
        missing = [role.replace("_", " ") for role in roles if role not in self.place]
        if missing:
            raise TableError(
                file, f"has no column for {', '.join(missing)}; it has {shown(self.header.names)}",
                "export those too, or name the columns so",
            )  # fmt: skip


def shown(names: Iterable[str]) -> str:
    """Return the names of columns as an error repeats them."""
    words = [name.strip()[:40] for name in names if name.strip()]
    more = len(words) - limits.TABLE_COLUMNS_SHOWN
    line = ", ".join(words[: limits.TABLE_COLUMNS_SHOWN]) + (f" and {more} more" if more > 0 else "")
    return "".join(filter(str.isprintable, line))
