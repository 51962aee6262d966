"""S8: who sends for others: a relay and a web proxy.  S9: addresses that several share, and one who repeats."""

from __future__ import annotations

import shlex
import subprocess
import sys
import time
from dataclasses import replace

from tests.lab import clients
from tests.lab.devices import daemons
from tests.lab.devices.box import BROTHER, NAS, OLD_LASER, RELAY, RICOH, ROUTER, UPS, Box
from tests.lab.devices.scenario import Case, Notes, Scenario
from tests.lab.devices.scenarios.flat import RICOH_MAIL, ipp
from tests.lab.devices.scenarios.routed import SERVER
from tests.lab.devices.site import Node, Site, sysctl
from tests.lab.namespaces import batch, inside, run
from tests.lab.servers.certificates import certificate
from tests.lab.servers.dovecot import Dovecot
from tests.lab.servers.postfix import Face, Postfix

LOGIN = {"mechanism": "LOGIN", "user": "scan@example.org"}
PROXY = Box("proxy", "proxy.example.org", "00:50:56:00:31:28", "VMware", None, "computer")
SQUID = 3128
BOXES = {RICOH: "10.1.0.51", BROTHER: "10.1.0.53", NAS: "10.1.0.54", UPS: "10.1.0.55"}
SECOND = Box("r2", "gateway-b", "00:1e:bd:aa:00:02", "Cisco", None, "router")
FIRST = replace(ROUTER, mac="00:1e:bd:aa:00:01", vendor="Cisco", name="gateway-a")
VIRTUAL, VIRTUAL_MAC = "10.1.0.1", "00:00:5e:00:01:0a"
KEEPALIVED = """\
global_defs {{
    script_user root
    enable_script_security
    vrrp_garp_master_repeat 1
}}
vrrp_instance office {{
    state BACKUP
    interface {leg}
    virtual_router_id 10
    use_vmac vrrp10
    vmac_xmit_base
    priority {priority}
    advert_int 1
    virtual_ipaddress {{
        {ip}/24
    }}
}}
"""


def relays(site: Site) -> Notes:
    """Boxes hand their mail to a Postfix, which sends it on; the NAS goes through a web proxy."""
    site.lan("near", "far")
    router = site.router(ROUTER, near="10.1.0.1/24", far="10.2.0.1/24")
    host = site.join(SERVER, "far", "10.2.0.25/24", via="10.2.0.1")
    relay = site.join(RELAY, "near", "10.1.0.25/24", via="10.1.0.1")
    proxy = site.join(PROXY, "near", "10.1.0.28/24", via="10.1.0.1")
    nodes = {box: site.join(box, "near") for box in BOXES}
    upstream = site.serve(host, "isp", "10.2.0.25", 587, "mail.example.org")
    site.knows({"relay.example.org": "10.1.0.25"})
    postfix(site, relay)
    daemons.program(site, proxy, "connect_proxy.py", str(SQUID))
    hosts = {box.mac: ip for box, ip in BOXES.items()}
    daemons.dhcp_server(site, router, "near", "10.1.0.50,10.1.0.59,255.255.255.0,1h", hosts=hosts)
    with site.recorded():
        for node in nodes.values():
            daemons.dhcp(site, node)
        site.send(RICOH, clients.smtplib, "relay.example.org", 25, body=RICOH_MAIL)
        site.send(UPS, clients.msmtp, "relay.example.org", 25, sender="ups@example.org")
        site.send(BROTHER, clients.swaks, "relay.example.org", 25, sender="brother@example.org")
        through = [sys.executable, str(daemons.PROGRAMS / "through_proxy.py"), "10.1.0.28", str(SQUID)]
        site.run(NAS, [*through, upstream.ip, str(upstream.port), NAS.name], check=True)
        for _ in range(100):
            if len(upstream.scripted.served()) >= 4:
                break
            time.sleep(0.1)
        site.settle()
        time.sleep(0.3)
    return Notes(
        ("dnsmasq", "udhcpc", "smtplib of Python", "msmtp", "swaks", "Postfix"),
        via={"far": "r1"},
        proxied={"relay": ("ricoh", "ups", "brother"), "proxy": ("nas",)},
    )


def postfix(site: Site, node: Node) -> None:
    """A Postfix that sends everything on in clear."""
    dovecot = Dovecot(site.home / "dovecot")
    site.cleanup.callback(dovecot.stop)
    dovecot.start(node.namespace)
    server = Postfix(
        site.home / "postfix",
        (Face("10.1.0.25", 25),),
        dovecot.socket,
        certificate(site.home, "relay.example.org"),
        "relay.example.org",
        trusted="10.1.0.0/24",
        transport="smtp",
        relayhost="[10.2.0.25]:587",
        more=("smtp_tls_security_level = none", "smtp_helo_name = relay.example.org"),
    )
    site.cleanup.callback(server.stop)
    server.start(node.namespace)


def shared_gateway(site: Site) -> Notes:
    """Two routers share an address (VRRP); in the middle of it the first falls silent."""
    site.lan("near", "far")
    routers = [
        site.router(FIRST, near="10.1.0.2/24", far="10.2.0.2/24"),
        site.router(SECOND, near="10.1.0.3/24", far="10.2.0.3/24"),
    ]
    host = site.join(SERVER, "far", "10.2.0.25/24", via="10.2.0.2")
    site.join(RICOH, "near", "10.1.0.51/24", via=VIRTUAL)
    site.join(OLD_LASER, "near", "10.1.0.60/24", via=VIRTUAL)
    clear = site.serve(host, "isp", "10.2.0.25", 25, "mail.example.org")
    site.knows({})
    with site.recorded():
        keepers = [keepalived(site, node, 150 - 50 * number) for number, node in enumerate(routers)]
        time.sleep(5)
        site.mail(RICOH, clients.smtplib, clear, body=RICOH_MAIL, **LOGIN)
        site.mail(OLD_LASER, clients.swaks, clear, helo="localhost", **LOGIN)
        keepers[0].kill()
        batch(routers[0].namespace, [f"link set {routers[0].legs['near']} down"])
        batch(host.namespace, ["route replace default via 10.2.0.3"])
        time.sleep(5)
        site.mail(RICOH, clients.swaks, clear, **LOGIN)
        site.mail(OLD_LASER, clients.swaks, clear, helo="localhost", **LOGIN)
        time.sleep(0.3)
    return Notes(("Keepalived", "smtplib of Python", "swaks"), via={"far": "r1"})


def keepalived(site: Site, node: Node, priority: int) -> subprocess.Popen[bytes]:
    """One of the two."""
    home = daemons.folder(site, node, "keepalived")
    config = home / "keepalived.conf"
    config.write_text(KEEPALIVED.format(leg=node.legs["near"], priority=priority, ip=VIRTUAL))
    argv = ["keepalived", "-n", "-l", "-D", "-P", "-f", str(config), "-p", f"{home}/pid", "-r", f"{home}/vrrp"]
    return daemons.start(site, node, "exec " + shlex.join(argv), "keepalived")


def one_network(site: Site) -> Notes:
    """The far side believes in one network: the router answers ARP for the near boxes, and repeats mDNS."""
    site.lan("near", "far")
    router = site.router(ROUTER, near="10.1.0.1/24", far="10.2.0.1/24")
    sysctl(router, f"net.ipv4.conf.{router.legs['far']}.proxy_arp=1")
    host = site.join(SERVER, "far", "10.2.0.25/8")
    nodes = {box: site.join(box, "near", f"{ip}/24", via="10.1.0.1") for box, ip in BOXES.items() if box is not UPS}
    site.join(OLD_LASER, "near", "10.1.0.60/24", via="10.1.0.1")
    clear = site.serve(host, "isp", "10.2.0.25", 25, "mail.example.org")
    site.knows({})
    with site.recorded():
        daemons.avahi(site, router, {}, reflects=list(router.legs.values()))
        time.sleep(1.5)
        daemons.avahi(site, nodes[RICOH], ipp(RICOH, "4509a320-0068-7c95-8fb0-002673a1b2c3", "Floor 2"))
        daemons.avahi(site, nodes[NAS], {"_http._tcp": (5000, ["vendor=Synology", "model=DS918+"])})
        time.sleep(4)
        site.mail(RICOH, clients.swaks, clear, helo="printer", **LOGIN)
        site.mail(NAS, clients.curl, clear, **LOGIN)
        site.mail(BROTHER, clients.swaks, clear, **LOGIN)
        site.mail(OLD_LASER, clients.swaks, clear, helo="localhost", **LOGIN)
        run(*inside(host.namespace, ["ping", "-c", "1", "-W", "1", "10.1.0.60"]), check=False)
        time.sleep(0.3)
    return Notes(("Avahi", "swaks", "curl"), via={"far": "r1"})


REFLECTED = {
    "ricoh": ("mac", "name", "vendor", "model", "kind", "location"),
    "nas": ("name", "vendor", "model", "kind"),
    "brother": ("mac", "name", "vendor", "kind"),
}
SCENARIOS = (
    Scenario(
        "relays",
        relays,
        (
            Case(
                "s08-relay",
                "Three boxes send through a Postfix, one through a web proxy's tunnel; a sensor on their LAN.",
                ("near",),
            ),
            Case(
                "s08-relay-far",
                "`s08-relay` from beyond the router: a relay whose mails tell where they come from, and a proxy that "
                "greets with another's name.",
                ("far",),
                known={"relay": ("name", "kind"), "proxy": ()},
                hidden=frozenset({"proxy"}),
            ),
        ),
    ),
    Scenario(
        "shared-gateway",
        shared_gateway,
        (
            Case(
                "s09-vrrp",
                "Two routers share an address and a card (VRRP); the first fails, and the second takes over.",
                ("near",),
            ),
        ),
    ),
    Scenario(
        "one-network",
        one_network,
        (
            Case(
                "s09-proxy-arp",
                "The far side of a router that answers ARP for all near boxes and repeats their mDNS.",
                ("far",),
                hidden=frozenset({"laser"}),
                known=REFLECTED,
            ),
            Case("s09-reflector", "Both sides of the router of `s09-proxy-arp`.", ("near", "far")),
        ),
    ),
)
