"""Boxes: what there is to know of each, with cards of the makers' real prefixes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Box:
    """A box: `name` is what it calls itself, `vendor_class` what it tells a DHCP server of itself (option 60).

    `more_macs` are cards it has beside the first, or addresses that it makes up.
    """

    key: str
    name: str
    mac: str
    vendor: str | None
    model: str | None
    kind: str
    location: str | None = None
    serial: str | None = None
    vendor_class: str | None = None
    more_macs: tuple[str, ...] = ()

    @property
    def macs(self) -> tuple[str, ...]:
        """All its cards."""
        return (self.mac, *self.more_macs)

    def told(self) -> dict[str, Any]:
        """Its row in the truth."""
        return {
            "name": self.name,
            "macs": list(self.macs),
            "vendor": self.vendor,
            "model": self.model,
            "kind": self.kind,
            "location": self.location,
            "serial": self.serial,
        }


RICOH = Box(
    "ricoh",
    "RNP002673A1B2C3",
    "00:26:73:a1:b2:c3",
    "Ricoh",
    "MP C3003",
    "printer",
    "Floor 2",
    "W512L500123",
    "RicohPrinter",
)
HP = Box(
    "hp",
    "NPI2B1F2E",
    "3c:d9:2b:2b:1f:2e",
    "HP",
    "LaserJet M607",
    "printer",
    "Accounting",
    "CNBVL1P0Q7",
    "Hewlett-Packard JetDirect",
)
BROTHER = Box(
    "brother", "BRN0080774B5C6D", "00:80:77:4b:5c:6d", "Brother", "MFC-L8690CDW", "printer", "Reception", "E76543K8N"
)
XEROX = Box(
    "xerox",
    "XRX9C934E2CF72C",
    "9c:93:4e:2c:f7:2c",
    "Xerox",
    "VersaLink C405",
    "printer",
    "Print Room",
    "ABC123456",
    "Mfg=Xerox;Typ=MFP;Mod=VersaLink C405;Ser=ABC123456;Loc=Print Room",
)
KONICA = Box("konica", "KMBT112233", "00:20:6b:11:22:33", "Konica Minolta", "bizhub C364", "printer")
NAS = Box("nas", "DiskStation", "00:11:32:1a:2b:3c", "Synology", "DS918+", "nas", serial="1780PDN123456")
UPS = Box(
    "ups",
    "apcD4E5F6",
    "00:c0:b7:d4:e5:f6",
    "APC",
    "AP9630",
    "ups",
    "Server Room",
    "5A1234T56789",
    "APC",
)
CAMERA = Box(
    "camera",
    "axis-00408c112233",
    "00:40:8c:11:22:33",
    "Axis",
    "P3343",
    "camera",
    serial="00408C112233",
    vendor_class="AXIS,Network Camera,P3343,5.20.3",
)
PC = Box("pc", "DESKTOP-4F7K2QP", "98:90:96:0a:0b:0c", "Dell", None, "computer", vendor_class="MSFT 5.0")
PI = Box("pi", "raspberrypi", "b8:27:eb:12:34:56", "Raspberry Pi", None, "computer")
HIKVISION = Box(
    "hikvision",
    "IPC",
    "44:19:b6:77:88:99",
    "Hikvision",
    "DS-2CD2032-I",
    "camera",
    serial="DS-2CD2032-I20150107CCCH497875383",
)
OLD_LASER = Box("laser", "localhost", "00:21:b7:33:44:55", "Lexmark", None, "printer")
"""A box with a fixed address that says nothing of itself."""
ROUTER = Box("r1", "gateway", "4c:5e:0c:12:34:56", "MikroTik", None, "router")
FIREWALL = Box("fw", "firewall", "00:09:0f:aa:bb:01", "Fortinet", None, "firewall")
RELAY = Box("relay", "relay.example.org", "00:50:56:9a:bc:de", "VMware", None, "computer")
