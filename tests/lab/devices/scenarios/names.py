"""S11: names that lie.  S14: boxes that say nothing."""

from __future__ import annotations

import time
from collections.abc import Sequence

from tests.lab import clients
from tests.lab.devices import daemons
from tests.lab.devices.box import KONICA, OLD_LASER, PI, RICOH, ROUTER, Box
from tests.lab.devices.scenario import Case, Notes, Scenario
from tests.lab.devices.scenarios.flat import RICOH_MAIL
from tests.lab.devices.scenarios.routed import SERVER
from tests.lab.devices.site import Mailed, Site

LOGIN = {"mechanism": "LOGIN", "user": "scan@example.org"}
FOREIGN = Box("foreign", "BRN3CD92BAABBCC", "00:21:b7:aa:bb:cc", "Lexmark", None, "printer")
"""Its name has the form of Brother's, with a card of HP's in it; its own card is of Lexmark."""
TWIN = Box("twin", "SCANNER", "00:15:99:01:02:03", "Samsung", "SCX-4623", "printer")
OTHER_TWIN = Box("twin2", "SCANNER", "00:17:c8:0a:0b:0c", "Kyocera", "ECOSYS M2040dn", "printer")
HIK_MAIL = (
    "From: <ipc@example.org>\r\nTo: <office@example.com>\r\nSubject: Motion Detected On Channel D1\r\n"
    "X-Mailer: HIKMailer\r\nMIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\n"
    "This is an automatically generated e-mail from your IPC.\r\n\r\nEVENT TYPE: Motion Detected\r\n"
    "IPC NAME: Front Door\r\nIPC S/N: DS-2CD2032-I20150107CCCH497875383\r\n"
)
SILENT = Box("silent", "localhost", "00:04:f2:21:43:65", "Polycom", None, "phone")


def farther(site: Site) -> Mailed:
    """Two LANs, a router between them, a mail server on the far one."""
    site.lan("near", "far")
    site.router(ROUTER, near="10.1.0.1/24", far="10.2.0.1/24")
    host = site.join(SERVER, "far", "10.2.0.25/24", via="10.2.0.1")
    return site.serve(host, "isp", "10.2.0.25", 25, "mail.example.org")


def wrong_names(site: Site) -> Notes:
    """Names with foreign cards in them, two boxes of one name, a computer that poses as a printer and a camera."""
    clear = farther(site)
    boxes = {RICOH: "10.1.0.51", FOREIGN: "10.1.0.52", TWIN: "10.1.0.53", OTHER_TWIN: "10.1.0.54", PI: "10.1.0.55"}
    nodes = {box: site.join(box, "near") for box in boxes}
    site.knows({})
    hosts = {box.mac: ip for box, ip in boxes.items()}
    daemons.dhcp_server(site, site.nodes["r1"], "near", "10.1.0.50,10.1.0.59,255.255.255.0,1h", hosts=hosts)
    with site.recorded():
        for node in nodes.values():
            daemons.dhcp(site, node)
        # wsdd2 gives every box the same serial number
        daemons.wsdd(site, nodes[TWIN], "Samsung", "SCX-4623", "Z1")
        daemons.wsdd(site, nodes[OTHER_TWIN], "Kyocera", "ECOSYS M2040dn", "Z2")
        time.sleep(1.5)
        daemons.looks_around(site, PI, boxes[PI])
        site.mail(RICOH, clients.smtplib, clear, body=RICOH_MAIL, **LOGIN)
        site.mail(FOREIGN, clients.swaks, clear, **LOGIN)
        site.mail(TWIN, clients.smtplib, clear, **LOGIN)
        site.mail(OTHER_TWIN, clients.curl, clear, **LOGIN)
        site.mail(PI, clients.smtplib, clear, helo="localhost", body=HIK_MAIL, **LOGIN)
        site.mail(PI, clients.smtplib, clear, helo=RICOH.name, body=RICOH_MAIL, **LOGIN)
        time.sleep(0.3)
    return Notes(("dnsmasq", "udhcpc", "wsdd2", "smtplib of Python", "swaks", "curl"), via={"far": "r1"})


def silence(site: Site) -> Notes:
    """Fixed addresses and no word but ARP and mail."""
    clear = farther(site)
    for box, ip in ((OLD_LASER, "10.1.0.60"), (SILENT, "10.1.0.61"), (KONICA, "10.1.0.62")):
        site.join(box, "near", f"{ip}/24", via="10.1.0.1")
    site.knows({})
    with site.recorded():
        site.mail(OLD_LASER, clients.swaks, clear, helo="localhost", **LOGIN)
        site.mail(SILENT, clients.smtplib, clear, helo="[10.1.0.61]", **LOGIN)
        site.mail(KONICA, clients.swaks, clear, helo="localhost", **LOGIN)
        time.sleep(0.3)
    return Notes(("swaks", "smtplib of Python"), via={"far": "r1"})


CARD_ALONE: Sequence[str] = ("mac", "vendor")
SCENARIOS = (
    Scenario(
        "wrong-names",
        wrong_names,
        (
            Case(
                "s11-wrong-names",
                "Names with foreign cards in them, two boxes of one name and one serial number, mails with another "
                "maker's marks; a sensor on their LAN.",
                ("near",),
            ),
            Case(
                "s11-wrong-names-far",
                "`s11-wrong-names` from beyond the router, where the lies stand alone.",
                ("far",),
                hidden=frozenset({"pi", "pi as localhost", f"pi as {RICOH.name}"}),
                known={
                    "ricoh": ("mac", "name", "vendor", "model", "kind"),
                    "foreign": ("name",),
                    "twin": ("name",),
                    "twin2": ("name",),
                },
            ),
        ),
    ),
    Scenario(
        "silence",
        silence,
        (
            Case(
                "s14-silent",
                "Fixed addresses, no DHCP, no announcements, no names: cards and their makers are all there is.",
                ("near",),
                known={"laser": CARD_ALONE, "silent": CARD_ALONE, "konica": CARD_ALONE},
            ),
            Case(
                "s14-silent-far",
                "`s14-silent` from beyond the router: nothing at all.",
                ("far",),
                hidden=frozenset({"laser", "silent", "konica"}),
            ),
        ),
    ),
)
