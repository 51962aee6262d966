"""S1: one flat LAN, on which everybody says who he is."""

from __future__ import annotations

import time

from tests.lab import clients
from tests.lab.case import CAMERA as CAMERA_USER
from tests.lab.case import NAS as NAS_USER
from tests.lab.devices import daemons
from tests.lab.devices.box import BROTHER, CAMERA, FIREWALL, HP, NAS, PC, RELAY, RICOH, ROUTER, UPS, Box
from tests.lab.devices.scenario import Case, Notes, Scenario
from tests.lab.devices.site import Site

SWITCH = Box("switch", "sw-floor2", "00:1e:bd:10:20:30", "Cisco", "WS-C2960X-24TS-L", "switch", "Floor 2")
ADDRESSES = {
    RICOH: "10.1.0.51",
    HP: "10.1.0.52",
    BROTHER: "10.1.0.53",
    NAS: "10.1.0.54",
    UPS: "10.1.0.55",
    CAMERA: "10.1.0.56",
    PC: "10.1.0.57",
}
EXCHANGE = "52.97.1.2"
PROGRAMS = (
    "dnsmasq", "udhcpc", "Avahi", "Samba", "lldpd", "wsdd2", "Net-SNMP", "smtplib of Python", "swaks", "curl", "msmtp",
)  # fmt: skip
PRINTER_SERIAL = "override .1.3.6.1.2.1.43.5.1.1.17.1 octet_str {}"
"""prtGeneralSerialNumber (RFC 3805)."""
RICOH_MAIL = (
    'From: <scan@example.org>\r\nTo: <office@example.com>\r\nSubject: Message from "RNP002673A1B2C3"\r\n'
    "MIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\n"
    'This E-mail was sent from "RNP002673A1B2C3" (MP C3003).\r\n\r\nScan Date: 26.11.2026 10:31:02 (+0100)\r\n'
    "Queries to: scan@example.org\r\n"
)


def ipp(box: Box, uuid: str, note: str) -> dict[str, tuple[int, list[str]]]:
    """What a printer says of itself (Bonjour Printing Specification 1.2.1)."""
    maker = {"Ricoh": "RICOH"}.get(str(box.vendor), box.vendor)
    texts = [
        "txtvers=1", "qtotal=1", "rp=ipp/print", f"ty={maker} {box.model}", f"product=({maker} {box.model})",
        f"usb_MFG={maker}", f"usb_MDL={box.model}", f"note={note}", f"UUID={uuid}", "pdl=application/pdf",
        f"adminurl=http://{box.name}.local./",
    ]  # fmt: skip
    return {"_ipp._tcp": (631, texts), "_pdl-datastream._tcp": (9100, texts[:5])}


def play(site: Site) -> Notes:
    """Everybody comes up and speaks; then they send mail."""
    site.lan("near", "far")
    router = site.router(ROUTER, near="10.1.0.1/24", far="10.2.0.1/24")
    world = site.join(FIREWALL, "far", "10.2.0.254/24", f"{EXCHANGE}/32", via="10.2.0.1")
    site.run(ROUTER, ["ip", "route", "add", EXCHANGE, "via", "10.2.0.254"], check=True)
    relay = site.join(RELAY, "near", "10.1.0.25/24", via="10.1.0.1")
    switch = site.join(SWITCH, "near", "10.1.0.2/24")
    nodes = {box: site.join(box, "near") for box in ADDRESSES}
    exchange = site.serve(world, "exchange-today", EXCHANGE, 587, "smtp.office365.com")
    inner = site.serve(relay, "isp", "10.1.0.25", 25, "relay.example.org")
    site.knows({}, resolver="10.1.0.1")
    hosts = {box.mac: ip for box, ip in ADDRESSES.items()}
    daemons.dhcp_server(site, router, "near", "10.1.0.50,10.1.0.99,255.255.255.0,1h", hosts=hosts)
    with site.recorded():
        for node in nodes.values():
            daemons.dhcp(site, node)
        speak(site)
        daemons.lldpd(
            site, switch, "Cisco IOS Software, C2960X Software, Version 15.2(2)E7", "-cc", "-P",
            "cisco WS-C2960X-24TS-L",
            configure=["configure system capabilities enabled bridge"],
        )  # fmt: skip
        time.sleep(9)
        manage(site)
        starttls = {"mechanism": "LOGIN", "user": "scan@example.org", "tls": "starttls"}
        site.mail(RICOH, clients.smtplib, exchange, body=RICOH_MAIL, **starttls)
        site.mail(HP, clients.swaks, exchange, **starttls)
        site.mail(BROTHER, clients.smtplib, inner, mechanism="LOGIN", user="scan@example.org", initial=False)
        site.mail(NAS, clients.curl, exchange, **{**starttls, "user": NAS_USER})
        site.mail(UPS, clients.msmtp, inner)
        site.mail(CAMERA, clients.swaks, inner, mechanism="PLAIN", user=CAMERA_USER)
        site.mail(PC, clients.curl, inner, helo="DESKTOP-4F7K2QP", mechanism="PLAIN", user="scan@example.org")
        site.mail(RICOH, clients.smtplib, inner, body=RICOH_MAIL)
        time.sleep(0.5)
    return Notes(PROGRAMS, via={"far": "r1"})


def speak(site: Site) -> None:
    """What each says in the ways that such boxes have."""
    at = site.nodes
    daemons.avahi(
        site,
        at["ricoh"],
        ipp(RICOH, "4509a320-0068-7c95-8fb0-002673a1b2c3", "Floor 2"),
        instance="RICOH MP C3003 [A1B2C3]",
    )
    daemons.lldpd(site, at["ricoh"], "RICOH MP C3003 1.22 / RICOH Network Printer C model")
    daemons.snmpd(
        site,
        at["ricoh"],
        "RICOH MP C3003 1.22 / RICOH Network Printer C model",
        "Floor 2",
        PRINTER_SERIAL.format(RICOH.serial),
    )
    daemons.pages(site, at["ricoh"], "Web-Server/3.0", "Web Image Monitor")
    daemons.avahi(
        site,
        at["hp"],
        ipp(HP, "564e4231-3251-3130-5037-3cd92b2b1f2e", "Accounting"),
        instance="HP LaserJet M607 [2B1F2E]",
    )
    description = "HP ETHERNET MULTI-ENVIRONMENT,ROM none,JETDIRECT,JD153,EEPROM JSI24060012,CIDATE 04/09/2018"
    daemons.snmpd(site, at["hp"], description, "Accounting", PRINTER_SERIAL.format(HP.serial))
    daemons.pages(site, at["hp"], "HP HTTP Server; HP LaserJet M607 - K0Q15A; Serial Number: CNBVL1P0Q7", "HP LaserJet")
    daemons.avahi(
        site,
        at["brother"],
        ipp(BROTHER, "e3248000-80ce-11db-8000-0080774b5c6d", "Reception"),
        instance="Brother MFC-L8690CDW series",
    )
    daemons.wsd_printer(site, at["brother"], ADDRESSES[BROTHER], "e3248000-80ce-11db-8000-0080774b5c6d")
    daemons.pages(site, at["brother"], "debut/1.30", "Brother MFC-L8690CDW series")
    daemons.nmbd(site, at["nas"], "DS918+")
    daemons.avahi(
        site,
        at["nas"],
        {
            "_http._tcp": (
                5000,
                ["vendor=Synology", "model=DS918+", f"serial={NAS.serial}", "mac_address=00:11:32:1a:2b:3c"],
            ),
            "_smb._tcp": (445, []),
            "_device-info._tcp": (0, ["model=Xserve"]),
        },
    )
    daemons.ssdp(
        site,
        at["nas"],
        ADDRESSES[NAS],
        "Synology/DSM/10.1.0.54",
        "urn:schemas-upnp-org:device:Basic:1",
        "73796e6f-6473-6d00-0000-0011321a2b3c",
    )
    daemons.pages(
        site,
        at["nas"],
        "nginx",
        "DiskStation - Synology DiskStation",
        {
            "deviceType": "urn:schemas-upnp-org:device:Basic:1",
            "friendlyName": "DiskStation (DS918+)",
            "manufacturer": "Synology",
            "modelName": "DS918+",
            "modelNumber": "DS918+ 6.2-25556",
            "serialNumber": "0011321a2b3c",
            "UDN": "uuid:73796e6f-6473-6d00-0000-0011321a2b3c",
        },
    )
    daemons.wsdd(site, at["nas"], "Synology", "DS918+", str(NAS.serial))
    description = "APC Web/SNMP Management Card (MB:v4.1.0 PF:v6.5.0 PN:apc_hw05_aos_650.bin AF1:v6.5.0 MN:AP9630 HR:05"
    daemons.snmpd(site, at["ups"], description + " SN: 5A1234T56789 MD:08/25/2012)", "Server Room")
    daemons.avahi(
        site,
        at["camera"],
        {
            "_axis-video._tcp": (80, ["macaddress=00408C112233"]),
            "_rtsp._tcp": (554, ["path=axis-media/media.amp", "macaddress=00408C112233"]),
        },
        instance="AXIS P3343 - 00408C112233",
    )
    daemons.ssdp(
        site,
        at["camera"],
        ADDRESSES[CAMERA],
        "Linux/2.6.31, UPnP/1.0, Portable SDK for UPnP devices/1.6.6",
        "urn:axis-com:device:Basic:1",
        "Upnp-BasicDevice-1_0-00408C112233",
    )
    daemons.pages(
        site,
        at["camera"],
        "Apache",
        "AXIS",
        {
            "friendlyName": "AXIS P3343 - 00408C112233",
            "manufacturer": "AXIS",
            "modelName": "AXIS P3343",
            "modelDescription": "AXIS P3343 Fixed Dome Network Camera",
            "serialNumber": "00408C112233",
        },
    )
    daemons.nmbd(site, at["pc"], "")


def manage(site: Site) -> None:
    """The computer looks around and asks printers and the UPS over SNMP; it visits a few pages."""
    daemons.looks_around(site, PC, ADDRESSES[PC], "DiskStation", "BRN0080774B5C6D")
    system = ("1.3.6.1.2.1.1.1.0", "1.3.6.1.2.1.1.5.0", "1.3.6.1.2.1.1.6.0", "1.3.6.1.2.1.43.5.1.1.17.1")
    for box in (RICOH, HP, UPS):
        asked = system if box.kind == "printer" else system[:3]
        site.run(
            PC, ["snmpget", "-v2c", "-c", "public", "-t", "2", "-r", "0", "-On", ADDRESSES[box], *asked], check=True
        )
    for box in (RICOH, HP, BROTHER):
        site.run(PC, ["curl", "-sS", "-o", "/dev/null", f"http://{ADDRESSES[box]}/"], check=True)


SCENARIO = Scenario(
    "flat",
    play,
    (
        Case(
            "s01-flat",
            "One flat LAN: three printers, a NAS, a UPS, a camera and a computer, found and speaking in every way.",
            ("near",),
        ),
    ),
)
