"""S7: IPv6, with addresses made of the card, made up, and given.  S10: cards that are made up."""

from __future__ import annotations

import shlex
import time

from tests.lab import clients
from tests.lab.devices import daemons
from tests.lab.devices.box import NAS, PC, RICOH, ROUTER, Box
from tests.lab.devices.scenario import Case, Notes, Scenario
from tests.lab.devices.scenarios.flat import ipp
from tests.lab.devices.scenarios.routed import SERVER
from tests.lab.devices.site import Node, Site, sysctl
from tests.lab.namespaces import LEG, batch, inside, run

LOGIN = {"mechanism": "LOGIN", "user": "scan@example.org"}
PREFIX, MAIL = "2001:db8:1", "2001:db8:2::25"
RADVD = """\
interface {leg} {{
    AdvSendAdvert on;
    AdvManagedFlag on;
    MinRtrAdvInterval 3;
    MaxRtrAdvInterval 4;
    prefix {prefix}::/64 {{ AdvOnLink on; AdvAutonomous on; AdvValidLifetime 86400; AdvPreferredLifetime 14400; }};
}};
"""
GIVEN = f"{PREFIX}::1:54"
TABLET = Box(
    "tablet",
    "Galaxy-Tab-A7",
    "5e:3a:9f:10:20:30",
    None,
    None,
    "computer",
    vendor_class="android-dhcp-13",
    more_macs=("ce:81:0b:44:55:66", "f2:19:77:ab:cd:ef"),
)
CLIENT_ID = "0x3d:ff9f6e8052000100012c1f0e3a5e3a9f102030"
"""RFC 4361: the client's number stays whatever the card's address is."""


def ipv6(site: Site) -> Notes:
    """A router advertises a prefix; the Ricoh takes its card, the computer makes one up, the NAS asks for one."""
    site.lan("near", "far")
    router = site.router(ROUTER, near=f"{PREFIX}::1/64", far="2001:db8:2::1/64")
    host = site.join(SERVER, "far", f"{MAIL}/64", via="2001:db8:2::1")
    batch(router.namespace, [f"addr add fe80::1/64 dev {leg} nodad" for leg in router.legs.values()])
    nodes = {box: site.join(box, "near") for box in (RICOH, PC, NAS)}
    clear = site.serve(host, "isp", MAIL, 25, "mail.example.org")
    tls = site.serve(host, "exchange-today", MAIL, 587, "exchange.example.org")
    site.knows({})
    with site.recorded():
        advertise(site, router)
        bring_up(nodes[RICOH], "addr_gen_mode=0", "use_tempaddr=0")
        bring_up(nodes[PC], "addr_gen_mode=3", "use_tempaddr=2")
        bring_up(nodes[NAS], "addr_gen_mode=0", "autoconf=0")
        time.sleep(5)
        ask_for_address(site, nodes[NAS])
        daemons.avahi(site, nodes[RICOH], ipp(RICOH, "4509a320-0068-7c95-8fb0-002673a1b2c3", "Floor 2"), ipv6=True)
        time.sleep(5)
        site.mail(RICOH, clients.smtplib, clear, helo="printer", **LOGIN)
        site.mail(RICOH, clients.swaks, tls, tls="starttls", **LOGIN)
        site.mail(PC, clients.smtplib, clear, helo="localhost", **LOGIN)
        site.mail(PC, clients.swaks, tls, tls="starttls", **LOGIN)
        site.mail(NAS, clients.smtplib, clear, helo="localhost", **LOGIN)
        site.mail(NAS, clients.curl, clear, **LOGIN)
        time.sleep(0.5)
    return Notes(("radvd", "dnsmasq", "dhclient", "Avahi", "smtplib of Python", "swaks", "curl"), via={"far": "r1"})


def advertise(site: Site, router: Node) -> None:
    """Run radvd for the prefix, and dnsmasq for who asks for an address."""
    leg = router.legs["near"]
    config = daemons.folder(site, router, "radvd") / "radvd.conf"
    config.write_text(RADVD.format(leg=leg, prefix=PREFIX))
    daemons.start(site, router, f"exec radvd -n -m stderr -C {config} -p {config}.pid", "radvd")
    daemons.dhcp_server(site, router, "near", f"{PREFIX}::1:50,{PREFIX}::1:59,64,1h", f"--dhcp-host={NAS.mac},[::1:54]")


def bring_up(node: Node, *settings: str) -> None:
    """A card that listens to routers, with this way to make addresses."""
    batch(node.namespace, [f"link set {LEG} down"])
    sysctl(node, *(f"net.ipv6.conf.{LEG}.{each}" for each in ("accept_ra=2", "router_solicitations=3", *settings)))
    batch(node.namespace, [f"link set {LEG} up"])


def ask_for_address(site: Site, node: Node) -> None:
    """Run dhclient for IPv6: its number is made of the card and the hour (DUID-LLT)."""
    home = daemons.folder(site, node, "dhclient")
    config, script = home / "dhclient.conf", home / "script"
    config.write_text(f'send fqdn.fqdn "{node.box.name}";\nsend dhcp6.fqdn "{node.box.name}";\n')
    script.write_text(
        '#!/bin/sh\n[ -n "$new_ip6_address" ] && ip addr replace "$new_ip6_address/64" dev "$interface"\n'
    )
    script.chmod(0o755)
    argv = ["dhclient", "-6", "-d", "-cf", str(config), "-sf", str(script), "-lf", f"{home}/leases", "-pf"]
    daemons.start(site, node, "exec " + shlex.join([*argv, f"{home}/pid", LEG]), "dhclient")
    for _ in range(60):
        if GIVEN in run(*inside(node.namespace, ["ip", "-6", "addr"])):
            return
        time.sleep(0.1)
    raise RuntimeError("dhclient has got no address")


def made_up_cards(site: Site) -> Notes:
    """A tablet comes three times, each time with another card and another address, and the same DHCP number."""
    site.lan("near", "far")
    router = site.router(ROUTER, near="10.1.0.1/24", far="10.2.0.1/24")
    host = site.join(SERVER, "far", "10.2.0.25/24", via="10.2.0.1")
    tablet = site.join(TABLET, "near")
    other = site.join(PC, "near")
    clear = site.serve(host, "isp", "10.2.0.25", 25, "mail.example.org")
    site.knows({})
    addresses = {**{mac: f"10.1.0.{71 + at}" for at, mac in enumerate(TABLET.macs)}, PC.mac: "10.1.0.57"}

    daemons.dhcp_server(site, router, "near", "10.1.0.50,10.1.0.99,255.255.255.0,1h", hosts=addresses)
    with site.recorded():
        daemons.dhcp(site, other)
        for number, mac in enumerate(TABLET.macs):
            batch(
                tablet.namespace, [f"addr flush dev {LEG}", f"link set {LEG} down address {mac}", f"link set {LEG} up"]
            )
            daemons.dhcp(site, tablet, "-x", CLIENT_ID, client_id=False)
            client = (clients.smtplib, clients.curl, clients.swaks)[number]
            site.mail(TABLET, client, clear, **LOGIN)
        site.mail(PC, clients.curl, clear, **LOGIN)
        time.sleep(0.3)
    return Notes(("dnsmasq", "udhcpc", "smtplib of Python", "curl", "swaks"), via={"far": "r1"})


EUI_64 = {"ricoh": ("mac", "name", "vendor", "kind"), "pc": ("name", "kind"), "nas": ("name", "vendor", "kind")}
SCENARIOS = (
    Scenario(
        "ipv6",
        ipv6,
        (
            Case(
                "s07-ipv6",
                "IPv6 alone: addresses made of the card (EUI-64), made up (RFC 7217, RFC 8981) and given by DHCPv6.",
                ("near",),
            ),
            Case(
                "s07-ipv6-far",
                "`s07-ipv6` from beyond the router: the Ricoh's address tells its card, the others do not.",
                ("far",),
                hidden=frozenset({"nas as localhost"}),
                known=EUI_64,
            ),
        ),
    ),
    Scenario(
        "made-up-cards",
        made_up_cards,
        (
            Case(
                "s10-random-mac",
                "A tablet comes three times, each with a card of its own making; its DHCP number and name stay.",
                ("near",),
            ),
        ),
    ),
)
