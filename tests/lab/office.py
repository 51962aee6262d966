"""`lan/office`: one LAN behind a router, a mail relay of its own, and the mail services outside.

Recorded on the LAN's switch, so whatever comes from outside has the router's MAC and a TTL one
lower. The addresses outside look public and live in one namespace; nothing leaves the machine.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.lab import case, clients, truth, versions
from tests.lab.accounts import SECRETS, WRONG
from tests.lab.case import Device, basic
from tests.lab.clients import Client, Wish, script
from tests.lab.namespaces import Host, Network, network
from tests.lab.play import execute
from tests.lab.served import Served
from tests.lab.servers.certificates import certificate
from tests.lab.servers.dovecot import Dovecot
from tests.lab.servers.postfix import Face, Postfix
from tests.lab.servers.scripted import Scripted
from tests.lab.stage import Server
from tests.lab.tcpdump import await_silence, recording

ABOUT = (
    "One office LAN, recorded on its switch: eleven devices of different habits, a relay that "
    "sends on to Exchange Online, and an outsider who guesses passwords."
)
EXCHANGE, GMAIL = "52.97.1.2", "142.251.31.109"
ISP, HOSTING, OUTSIDER = "198.51.100.25", "203.0.113.40", "198.51.100.200"
RELAY = "10.0.3.25"
NAMES: Mapping[str, str] = {
    "smtp.office365.com": EXCHANGE,
    "smtp.gmail.com": GMAIL,
    "smtp.isp.example.net": ISP,
    "hosting.example.net": HOSTING,
    "relay.example.org": RELAY,
}
ROUTER = Host("router", "10.0.3.1/24", "4c:5e:0c:12:34:56")
RELAY_HOST = Host("relay", f"{RELAY}/24", "00:50:56:9a:bc:de", gateway=ROUTER.ip, names=NAMES)
WORLD = Host(
    "world",
    f"{OUTSIDER}/32",
    "",
    bridged=False,
    more=tuple(f"{ip}/32" for ip in (EXCHANGE, GMAIL, ISP, HOSTING)),
)
SMTP_OUT = (
    "smtp_helo_name = relay.example.org",
    "smtp_tls_security_level = encrypt",
    "smtp_sasl_auth_enable = yes",
    "smtp_sasl_security_options = noanonymous",
    "smtp_sasl_mechanism_filter = login",
    f"smtp_sasl_password_maps = static:relay@example.org:{SECRETS['relay@example.org']}",
)
PHONE = Device("phone.example.com", "5e:3a:9f:10:20:30")
AFFECTED = "affected"


@dataclass(frozen=True)
class Member:
    """One device of the office: its address, its program and its habit."""

    device: Device
    ip: str
    client: Client
    host: str
    port: int
    wish: dict[str, Any] = field(default_factory=dict)
    times: int = 1
    offload: bool = False


MEMBERS: Sequence[Member] = (
    Member(
        case.RICOH,
        "10.0.3.17",
        clients.swaks,
        "smtp.office365.com",
        587,
        basic("LOGIN", tls="starttls"),
        times=3,
        offload=True,
    ),
    Member(
        case.BROTHER,
        "10.0.3.18",
        clients.msmtp,
        "smtp.isp.example.net",
        587,
        basic("LOGIN", case.COPIER),
        times=2,
    ),
    Member(case.HP, "10.0.3.19", clients.msmtp, "relay.example.org", 25, basic("CRAM-MD5")),
    Member(
        case.SYNOLOGY,
        "10.0.3.20",
        clients.curl,
        "relay.example.org",
        25,
        basic("PLAIN", case.NAS),
        times=2,
        offload=True,
    ),
    Member(case.APC, "10.0.3.21", clients.net_smtp, "relay.example.org", 25),
    Member(
        case.AXIS,
        "10.0.3.22",
        clients.smtplib,
        "smtp.isp.example.net",
        587,
        basic("LOGIN", case.CAMERA, secret=WRONG, initial=False),
        times=2,
    ),
    Member(
        case.XEROX,
        "10.0.3.23",
        clients.swaks,
        "smtp.gmail.com",
        465,
        basic("PLAIN", case.COPIER, tls="implicit"),
    ),
    Member(
        case.DELL,
        "10.0.3.30",
        clients.curl,
        "hosting.example.net",
        587,
        basic("XOAUTH2", case.MONITOR),
        times=2,
    ),
    Member(case.WINDOWS, "10.0.3.31", script("EHLO {helo}", "QUIT"), EXCHANGE, 587),
    Member(
        PHONE,
        "10.0.3.77",
        clients.curl,
        "smtp.gmail.com",
        587,
        basic("XOAUTH2", "phone@example.com", tls="starttls"),
    ),
)
GUESSES = (case.SCAN, "admin@example.org", case.NAS)


def office(folder: Path) -> truth.Expected:
    """Record the office into a folder and give its truth."""
    with (
        tempfile.TemporaryDirectory(prefix="snf-", ignore_cleanup_errors=True) as name,
        network() as net,
        ExitStack() as cleanup,
    ):
        home = Path(name)
        home.chmod(0o755)
        furnish(net)
        outside = services(home, cleanup)
        relay = mail_relay(home, cleanup)
        with recording(folder / "capture.pcap", "arp or ip"):
            for member in MEMBERS:
                work(member)
            guess()
            await_forwarding(outside[0], relay)
            everyone = [each.ip for each in net.hosts.values()]
            await_silence(WORLD.namespace, everyone)
            await_silence(RELAY_HOST.namespace, everyone)
        servers: list[Server] = [*outside, relay]
        served = [each for server in servers for each in server.served()]
    return expected(served)


def furnish(net: Network) -> None:
    """The router, the world behind it, the relay, and a host per device."""
    for host in (ROUTER, WORLD, RELAY_HOST):
        net.join(host)
    net.uplink(ROUTER, WORLD)
    for member in MEMBERS:
        net.join(host_of(member))


def host_of(member: Member) -> Host:
    """The host of a device."""
    return Host(
        "d" + member.ip.rpartition(".")[2],
        f"{member.ip}/24",
        member.device.mac,
        gateway=ROUTER.ip,
        offload=member.offload,
        names=NAMES,
        called=member.device.name,
    )


def services(home: Path, cleanup: ExitStack) -> list[Scripted]:
    """The mail services of the world; Exchange Online comes first."""
    rows = (
        ("exchange", EXCHANGE, ("587",), "smtp.office365.com"),
        ("gmail", GMAIL, ("587", "465s"), "smtp.gmail.com"),
        ("isp", ISP, ("587",), None),
        ("xoauth2", HOSTING, ("587",), None),
    )
    made = [Scripted(home, "persona", name, ip, ports, certified=cert) for name, ip, ports, cert in rows]
    for server in made:
        cleanup.callback(server.stop)
        server.start(WORLD.namespace)
    return made


def mail_relay(home: Path, cleanup: ExitStack) -> Postfix:
    """The relay: Postfix that lets in who has a password, or is the UPS, and sends on."""
    dovecot = Dovecot(home / "dovecot")
    cleanup.callback(dovecot.stop)
    dovecot.start(RELAY_HOST.namespace)
    face = Face(RELAY, 25, options=("smtpd_sasl_auth_enable=yes",))
    relay = Postfix(
        home / "postfix",
        (face,),
        dovecot.socket,
        certificate(home, "relay.example.org"),
        "relay.example.org",
        trusted="127.0.0.0/8 10.0.3.21/32",
        transport="smtp",
        relayhost="[smtp.office365.com]:587",
        more=SMTP_OUT,
    )
    cleanup.callback(relay.stop)
    relay.start(RELAY_HOST.namespace)
    return relay


def work(member: Member) -> None:
    """A device does what it does, as often as it does it."""
    wish = Wish(member.host, member.port, member.device.name, **member.wish)
    for _ in range(member.times):
        execute(host_of(member), member.client(wish))


def guess() -> None:
    """The outsider tries passwords at the relay, one connection each."""
    for user in GUESSES:
        wish = Wish(RELAY, 25, "User", "LOGIN", user, WRONG, initial=False)
        execute(WORLD, clients.smtplib(wish))


def await_forwarding(exchange: Scripted, relay: Postfix) -> None:
    """Wait until the relay has sent on all it took in."""
    taken = sum(each.mail for each in relay.served())
    for _ in range(100):
        sent = [each for each in exchange.served() if each.client == RELAY]
        if sent and len(sent) >= taken:
            return
        time.sleep(0.1)
    raise RuntimeError("the relay did not send on what it took in")


def expected(served: Sequence[Served]) -> truth.Expected:
    """Sessions and devices, from the logs of all servers."""
    sessions = [truth.session(each) for each in served]
    known = {member.ip: member.device for member in MEMBERS}
    known[RELAY] = Device("relay.example.org", RELAY_HOST.mac)
    devices = [device(ip, who.mac, who.name, "local", sessions) for ip, who in known.items()]
    devices.append(device(OUTSIDER, None, "User", "remote", sessions))
    told = [*(member.client.__name__ for member in MEMBERS), "smtplib"]
    origin = versions.office_origin(("Postfix with Dovecot", "scripted servers"), told)
    return {"about": ABOUT, "origin": origin, "sessions": sessions, "devices": devices}


def device(ip: str, mac: str | None, name: str, scope: str, sessions: Sequence[truth.Expected]) -> truth.Expected:
    """What must be said of one device; `hidden` is what its TLS sessions really were."""
    mine = [each for each in sessions if each["client"] == ip]
    if not mine:
        raise RuntimeError(f"{name} at {ip} was served by nobody")
    verdict = truth.verdict(each["family"] for each in mine)
    told: truth.Expected = {"ip": ip, "mac": mac, "scope": scope, "verdict": verdict, "name": name}
    if all(each["starttls"] == "implicit" for each in mine):
        told["name"] = None
    inside = [each for each in mine if "family" in each.get("hidden", {})]
    if inside:
        told["hidden"] = {"verdict": real_verdict(inside)}
    return told


def real_verdict(inside: Sequence[truth.Expected]) -> str | None:
    """The verdict if TLS could be looked into."""
    basic_there = any(each["server"] == EXCHANGE and each["hidden"]["family"] == "basic" for each in inside)
    return AFFECTED if basic_there else truth.verdict(each["hidden"]["family"] for each in inside)
