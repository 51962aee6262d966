"""S6: two LANs with the same addresses, seen on one trunk.

The kernel here may have no VLAN devices, so the frames of two recorded LANs get their tags afterwards.
"""

from __future__ import annotations

import time
from dataclasses import replace

from tests.lab import clients
from tests.lab.devices import daemons
from tests.lab.devices.box import BROTHER, HP, NAS, RICOH, ROUTER
from tests.lab.devices.scenario import Case, Notes, Scenario, Spans
from tests.lab.devices.scenarios.flat import ipp
from tests.lab.devices.scenarios.routed import SERVER
from tests.lab.devices.site import Site
from tests.lab.devices.wires import tagged
from tests.wire import merge

TENANTS = {"blue": (RICOH, BROTHER), "green": (NAS, HP)}
CUSTOMER, PROVIDER = 0x8100, 0x88A8
GATEWAYS = {lan: replace(ROUTER, key=f"gw-{lan}", mac=f"4c:5e:0c:00:0{at}:01") for at, lan in enumerate(TENANTS)}
SERVERS = {lan: replace(SERVER, key=f"mail-{lan}", mac=f"00:50:56:00:0{at}:25") for at, lan in enumerate(TENANTS)}
NO_NAME = "localhost"


def play(site: Site) -> Notes:
    """In both LANs: a router with DHCP at .1, a mail server at .25, two boxes at .51 and .52."""
    site.lan(*TENANTS)
    rows = []
    for lan, boxes in TENANTS.items():
        gateway = site.join(GATEWAYS[lan], lan, "10.1.0.1/24")
        server = site.join(SERVERS[lan], lan, "10.1.0.25/24")
        nodes = [site.join(box, lan) for box in boxes]
        rows.append((gateway, nodes, site.serve(server, "isp", "10.1.0.25", 25, "mail.example.org")))
    site.knows({})
    for lan, (gateway, nodes, _) in zip(TENANTS, rows, strict=True):
        hosts = {node.box.mac: f"10.1.0.{51 + at}" for at, node in enumerate(nodes)}
        daemons.dhcp_server(site, gateway, lan, "10.1.0.50,10.1.0.59,255.255.255.0,1h", hosts=hosts)
    with site.recorded():
        for _, nodes, _ in rows:
            for node in nodes:
                daemons.dhcp(site, node)
        daemons.avahi(site, site.nodes["ricoh"], ipp(RICOH, "4509a320-0068-7c95-8fb0-002673a1b2c3", "Floor 2"))
        daemons.avahi(site, site.nodes["nas"], {"_http._tcp": (5000, ["vendor=Synology", "model=DS918+"])})
        time.sleep(3)
        for helo in (None, NO_NAME):
            for _, nodes, mail in rows:
                for node in nodes:
                    client = clients.swaks if helo else clients.smtplib
                    site.mail(node.box, client, mail, helo=helo, mechanism="LOGIN", user="scan@example.org")
        time.sleep(0.3)
    return Notes(("dnsmasq", "udhcpc", "Avahi", "smtplib of Python", "swaks"))


def trunk(spans: Spans) -> Spans:
    """Both LANs on one wire, a VLAN each."""
    blue, green = spans.values()
    return {"trunk": merge(tagged(blue, (CUSTOMER, 10)), tagged(green, (CUSTOMER, 20)))}


def provider(spans: Spans) -> Spans:
    """Two customers who both use VLAN 10, told apart by the provider's tag."""
    blue, green = spans.values()
    inner = (CUSTOMER, 10)
    return {"trunk": merge(tagged(blue, (PROVIDER, 100), inner), tagged(green, (PROVIDER, 200), inner))}


SCENARIO = Scenario(
    "vlans",
    play,
    (
        Case("s06-vlans", "Two VLANs with the same addresses on one trunk (802.1Q).", tuple(TENANTS), view=trunk),
        Case(
            "s06-qinq",
            "Two customers with the same VLAN and the same addresses on one trunk (802.1ad).",
            tuple(TENANTS),
            view=provider,
        ),
    ),
)
