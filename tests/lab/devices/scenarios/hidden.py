"""S4: three boxes behind a NAT, and the NAT's own mail.  S5: one address, three owners inside one lease."""

from __future__ import annotations

import sys
import time
from concurrent.futures import ThreadPoolExecutor

from tests.lab import clients
from tests.lab.devices import daemons
from tests.lab.devices.box import NAS, OLD_LASER, RICOH, ROUTER, Box
from tests.lab.devices.damage import one_span
from tests.lab.devices.scenario import Case, Notes, Scenario
from tests.lab.devices.scenarios.flat import RICOH_MAIL, ipp
from tests.lab.devices.scenarios.routed import SERVER
from tests.lab.devices.site import Site
from tests.lab.namespaces import batch

LOGIN = {"mechanism": "LOGIN", "user": "scan@example.org"}
NAT = Box("nat", "OpenWrt", "4c:5e:0c:77:00:01", "MikroTik", None, "router")
NO_NAME = "localhost.localdomain"
BY_NAME = {"ricoh": ("mac", "name", "vendor", "model", "kind"), "nas": ("name", "vendor", "kind")}


def behind_nat(site: Site) -> Notes:
    """Three boxes send one by one and at once; the NAT sends a report of its own."""
    site.lan("near", "far")
    nat = site.router(NAT, near="192.168.7.1/24", far="10.2.0.1/24")
    site.masquerade(nat, "far")
    host = site.join(SERVER, "far", "10.2.0.25/24")
    addresses = {RICOH: "192.168.7.51", NAS: "192.168.7.54"}
    nodes = {box: site.join(box, "near") for box in addresses}
    site.join(OLD_LASER, "near", "192.168.7.60/24", via="192.168.7.1")
    clear = site.serve(host, "isp", "10.2.0.25", 25, "mail.example.org")
    tls = site.serve(host, "exchange-today", "10.2.0.25", 587, "exchange.example.org")
    site.knows({})
    hosts = {box.mac: ip for box, ip in addresses.items()}
    daemons.dhcp_server(site, nat, "near", "192.168.7.50,192.168.7.59,255.255.255.0,1h", hosts=hosts)
    with site.recorded():
        for node in nodes.values():
            daemons.dhcp(site, node)
        daemons.avahi(site, nodes[RICOH], ipp(RICOH, "4509a320-0068-7c95-8fb0-002673a1b2c3", "Floor 2"))
        time.sleep(3)
        site.mail(RICOH, clients.smtplib, clear, body=RICOH_MAIL, **LOGIN)
        site.mail(NAS, clients.curl, tls, tls="starttls", **LOGIN)
        site.mail(OLD_LASER, clients.swaks, clear, helo=NO_NAME, **LOGIN)
        site.mail(NAT, clients.msmtp, clear)
        at_once(site, {RICOH: RICOH.name, NAS: NAS.name, OLD_LASER: NO_NAME})
        time.sleep(0.5)
    return Notes(
        ("dnsmasq", "udhcpc", "Avahi", "smtplib of Python", "swaks", "curl", "msmtp"),
        via={"far": "nat", "span": "nat"},
        nat=frozenset({"far", "span"}),
    )


def at_once(site: Site, names: dict[Box, str]) -> None:
    """Boxes hold connections to port 25 at the same time."""
    server = site.servers[0]
    program = str(daemons.PROGRAMS / "hold_mail.py")

    def hold(box: Box) -> None:
        site.run(box, [sys.executable, program, server.ip, str(server.port), names[box], "1.5"], check=True)

    with ThreadPoolExecutor(len(names)) as pool:
        list(pool.map(hold, names))
    site.settle()


def churn(site: Site) -> Notes:
    """The Ricoh gives its address back; the NAS gets it and vanishes; the laser printer takes it by hand."""
    site.lan("near", "far")
    router = site.router(ROUTER, near="10.1.0.1/24", far="10.2.0.1/24")
    host = site.join(SERVER, "far", "10.2.0.25/24", via="10.2.0.1")
    ricoh, nas, laser = (site.join(box, "near") for box in (RICOH, NAS, OLD_LASER))
    clear = site.serve(host, "isp", "10.2.0.25", 25, "mail.example.org")
    tls = site.serve(host, "exchange-today", "10.2.0.25", 587, "exchange.example.org")
    site.knows({})
    daemons.dhcp_server(site, router, "near", "10.1.0.50,10.1.0.50,255.255.255.0,10m")
    with site.recorded():
        held = daemons.dhcp(site, ricoh, "-R", stay=True)
        site.mail(RICOH, clients.smtplib, clear, body=RICOH_MAIL, **LOGIN)
        site.mail(RICOH, clients.swaks, clear, helo=NO_NAME, **LOGIN)
        held.terminate()
        held.wait(5)
        time.sleep(0.5)
        daemons.dhcp(site, nas)
        site.mail(NAS, clients.swaks, clear, helo=NO_NAME, **LOGIN)
        site.mail(NAS, clients.swaks, tls, helo=NO_NAME, tls="starttls", **LOGIN)
        batch(nas.namespace, ["link set eth0 down"])
        time.sleep(0.5)
        site.address(laser, "near", "10.1.0.50/24")
        batch(laser.namespace, ["route replace default via 10.1.0.1"])
        site.run(OLD_LASER, ["busybox", "arping", "-A", "-c", "2", "-I", "eth0", "10.1.0.50"])
        site.mail(OLD_LASER, clients.swaks, clear, helo=NO_NAME, **LOGIN)
        site.mail(OLD_LASER, clients.swaks, tls, helo=NO_NAME, tls="starttls", **LOGIN)
        time.sleep(0.5)
    return Notes(("dnsmasq", "udhcpc", "smtplib of Python", "swaks"), via={"far": "r1"})


SCENARIOS = (
    Scenario(
        "nat",
        behind_nat,
        (
            Case(
                "s04-nat",
                "Three boxes behind a NAT, one by one and at once, and the NAT's own mail; a sensor on either side.",
                ("near", "far"),
            ),
            Case(
                "s04-nat-one-span",
                "`s04-nat` on one span that sees both sides of the NAT.",
                ("near", "far"),
                view=one_span,
            ),
            Case(
                "s04-nat-far",
                "`s04-nat` from outside alone: four boxes at one address, of which some tell their name.",
                ("far",),
                hidden=frozenset({"laser"}),
                known=BY_NAME,
            ),
        ),
    ),
    Scenario(
        "churn",
        churn,
        (
            Case(
                "s05-churn",
                "One address, three owners inside one lease: given back, left behind, taken by hand.  A sensor on "
                "their LAN.",
                ("near",),
            ),
            Case(
                "s05-churn-far",
                "`s05-churn` from beyond the router: what the first owner told of itself holds for nobody else.",
                ("far",),
                hidden=frozenset({f"ricoh as {NO_NAME}", "nas", "laser"}),
                known=BY_NAME,
            ),
        ),
    ),
)
