"""S2, S3: a router between the boxes and the mail server; S14 rides along: a box that is silent."""

from __future__ import annotations

import time

from tests.lab import clients
from tests.lab.devices import daemons
from tests.lab.devices.box import BROTHER, NAS, OLD_LASER, PC, RICOH, ROUTER, UPS, Box
from tests.lab.devices.damage import one_span, one_way, reordered, skewed, with_losses
from tests.lab.devices.scenario import Case, Notes, Scenario
from tests.lab.devices.scenarios.flat import RICOH_MAIL, ipp
from tests.lab.devices.site import Site

MONITOR = Box("monitor", "monitor.example.org", "98:90:96:01:02:03", "Dell", None, "computer")
SERVER = Box("mailhost", "mail.example.org", "00:50:56:00:00:25", "VMware", None, "computer")
ADDRESSES = {RICOH: "10.1.0.51", BROTHER: "10.1.0.53", NAS: "10.1.0.54", UPS: "10.1.0.55"}
PROGRAMS = ("dnsmasq", "udhcpc", "Avahi", "Samba", "lldpd", "Net-SNMP", "smtplib of Python", "swaks", "curl", "msmtp")
FAR_KNOWN = {
    "ricoh": ("mac", "name", "vendor", "model", "kind"),
    "brother": ("mac", "name", "vendor", "kind"),
    "nas": ("name", "vendor", "kind"),
    "ups": ("name", "vendor", "model", "kind", "location", "serial"),
    "pc": ("name", "kind"),
}
"""Beyond the router: the Ricoh and the Brother carry their card in their name, the UPS answers the monitor there."""
SPEAKING = ("ricoh", "brother", "nas", "ups")


def play(site: Site) -> Notes:
    """Boxes speak on their LAN, and send mail through the router; the monitor asks the UPS from beyond."""
    site.lan("near", "far")
    router = site.router(ROUTER, near="10.1.0.1/24", far="10.2.0.1/24")
    host = site.join(SERVER, "far", "10.2.0.25/24", via="10.2.0.1")
    site.join(MONITOR, "far", "10.2.0.10/24", via="10.2.0.1")
    nodes = {box: site.join(box, "near") for box in ADDRESSES}
    site.join(OLD_LASER, "near", "10.1.0.60/24", via="10.1.0.1")
    site.join(PC, "near", "10.1.0.61/24", via="10.1.0.1")
    clear = site.serve(host, "isp", "10.2.0.25", 25, "mail.example.org")
    tls = site.serve(host, "exchange-today", "10.2.0.25", 587, "exchange.example.org")
    site.knows({})
    hosts = {box.mac: ip for box, ip in ADDRESSES.items()}
    daemons.dhcp_server(site, router, "near", "10.1.0.50,10.1.0.59,255.255.255.0,1h", hosts=hosts)
    with site.recorded():
        for node in nodes.values():
            daemons.dhcp(site, node)
        daemons.avahi(site, nodes[RICOH], ipp(RICOH, "4509a320-0068-7c95-8fb0-002673a1b2c3", "Floor 2"))
        daemons.avahi(site, nodes[BROTHER], ipp(BROTHER, "e3248000-80ce-11db-8000-0080774b5c6d", "Reception"))
        daemons.lldpd(site, nodes[RICOH], "RICOH MP C3003 1.22 / RICOH Network Printer C model")
        daemons.lldpd(
            site, router, "MikroTik RouterOS 7.11", configure=["configure system capabilities enabled router"]
        )
        daemons.nmbd(site, nodes[NAS], "DS918+")
        description = "APC Web/SNMP Management Card (MB:v4.1.0 PF:v6.5.0 MN:AP9630 HR:05 SN: 5A1234T56789)"
        daemons.snmpd(site, nodes[UPS], description, "Server Room")
        time.sleep(6)
        system = ("1.3.6.1.2.1.1.1.0", "1.3.6.1.2.1.1.5.0", "1.3.6.1.2.1.1.6.0")
        site.run(MONITOR, ["snmpget", "-v2c", "-c", "public", "-On", ADDRESSES[UPS], *system], check=True)
        login = {"mechanism": "LOGIN", "user": "scan@example.org"}
        site.mail(RICOH, clients.smtplib, clear, body=RICOH_MAIL, **login)
        site.mail(RICOH, clients.smtplib, tls, tls="starttls", **login)
        site.mail(BROTHER, clients.swaks, tls, tls="starttls", **login)
        site.mail(NAS, clients.curl, clear, mechanism="PLAIN", user="nas@example.org")
        site.mail(UPS, clients.msmtp, clear)
        site.mail(OLD_LASER, clients.swaks, clear, **login)
        site.mail(PC, clients.curl, tls, tls="starttls", **login)
        site.mail(MONITOR, clients.smtplib, clear)
        time.sleep(0.5)
    return Notes(PROGRAMS, via={"far": "r1", "span": "r1"})


SCENARIO = Scenario(
    "routed",
    play,
    (
        Case(
            "s02-routed",
            "A router between boxes and mail server, a sensor on either side of it; the monitor is on the far side.",
            ("near", "far"),
        ),
        Case(
            "s03-far-side",
            "The far side of `s02-routed` alone: factory names tell cards, one box answers SNMP, one is nameless.",
            ("far",),
            hidden=frozenset({"laser"}),
            known=FAR_KNOWN,
        ),
        Case(
            "s13-one-way",
            "The near side of `s02-routed`, of mail only what the boxes send.",
            ("near",),
            damage=one_way,
        ),
        Case(
            "s13-losses",
            "The near side of `s02-routed`; every twentieth frame is lost.",
            ("near",),
            damage=with_losses,
        ),
        Case(
            "s13-reordered",
            "The near side of `s02-routed`; frames overtake each other by up to five.",
            ("near",),
            damage=reordered,
        ),
        Case(
            "s13-snaplen-96",
            "The near side of `s02-routed`, 96 bytes of each frame.",
            ("near",),
            snaplen=96,
        ),
        Case(
            "s13-two-interfaces",
            "Both sides of `s02-routed` in one pcapng, an interface each, with times of different resolution.",
            ("near", "far"),
            form="pcapng",
        ),
        Case(
            "s13-clocks-differ",
            "Both sides of `s02-routed`; the far sensor's clock is 0.8 s ahead.",
            ("near", "far"),
            damage=skewed,
        ),
        Case(
            "s13-one-span",
            "One span with both sides of `s02-routed`: what is forwarded comes twice, with another card and hop count.",
            ("near", "far"),
            view=one_span,
        ),
    ),
)
