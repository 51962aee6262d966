"""S3 once more, where a router relays DHCP: the far side sees who gets which address."""

from __future__ import annotations

import shlex
import time
from dataclasses import replace

from tests.lab import clients
from tests.lab.devices import daemons
from tests.lab.devices.box import CAMERA, NAS, OLD_LASER, RICOH, ROUTER, Box
from tests.lab.devices.scenario import Case, Notes, Scenario
from tests.lab.devices.scenarios.routed import SERVER
from tests.lab.devices.site import Site

LOGIN = {"mechanism": "LOGIN", "user": "scan@example.org"}
DHCP = Box("dhcp", "dhcp.example.org", "00:50:56:00:00:67", "VMware", None, "computer")
LASER = replace(OLD_LASER, name="ET0021B7334455")
"""Here it asks for its address, by its factory name."""
ADDRESSES = {RICOH: "10.1.0.51", NAS: "10.1.0.54", CAMERA: "10.1.0.56", LASER: "10.1.0.60"}
MAY_BE_KNOWN = ("mac", "name", "vendor", "model", "kind")


def play(site: Site) -> Notes:
    """Boxes get their addresses through the relay, with the switch port's name in it (option 82); then they send."""
    site.lan("near", "far")
    router = site.router(ROUTER, near="10.1.0.1/24", far="10.2.0.1/24")
    host = site.join(SERVER, "far", "10.2.0.25/24", via="10.2.0.1")
    server = site.join(DHCP, "far", "10.2.0.67/24", via="10.2.0.1")
    nodes = {box: site.join(box, "near") for box in ADDRESSES}
    clear = site.serve(host, "isp", "10.2.0.25", 25, "mail.example.org")
    tls = site.serve(host, "exchange-today", "10.2.0.25", 587, "exchange.example.org")
    site.knows({})
    hosts = {box.mac: ip for box, ip in ADDRESSES.items()}
    pool = "10.1.0.50,10.1.0.69,255.255.255.0,1h"
    daemons.dhcp_server(site, server, "far", pool, "--dhcp-option=3,10.1.0.1", hosts=hosts)
    near, far = router.legs["near"], router.legs["far"]
    argv = ["dhcrelay", "-4", "-d", "-a", "--no-pid", "-id", near, "-iu", far, "10.2.0.67"]
    daemons.start(site, router, "exec " + shlex.join(argv), "dhcrelay")
    time.sleep(0.5)
    with site.recorded():
        for node in nodes.values():
            daemons.dhcp(site, node)
        for box in ADDRESSES:
            site.mail(box, clients.smtplib, clear, helo="localhost", **LOGIN)
            site.mail(box, clients.swaks, tls, helo="localhost", tls="starttls", **LOGIN)
        time.sleep(0.3)
    return Notes(("dnsmasq", "udhcpc", "dhcrelay", "smtplib of Python", "swaks"), via={"far": "r1"})


SCENARIO = Scenario(
    "relayed",
    play,
    (
        Case(
            "s03-dhcp-relay",
            "Beyond a router that relays DHCP: boxes greet without a name, and their leases are seen (option 82).",
            ("far",),
            known={box.key: MAY_BE_KNOWN for box in ADDRESSES},
        ),
    ),
)
