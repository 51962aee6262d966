"""The daemons of boxes: each started in the box's namespace with files of its own, ended with the scenario.

A mount namespace is private to each `ip netns exec`, so a daemon may have its own /run and /etc/avahi.
"""

from __future__ import annotations

import shlex
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

from tests.lab.devices.box import Box
from tests.lab.devices.site import Node, Site
from tests.lab.namespaces import LEG, as_host, inside
from tests.lab.servers import process

PROGRAMS = Path(__file__).resolve().parents[1] / "programs"
DHCP_SCRIPT = """\
#!/bin/sh
case $1 in
bound|renew)
    ip addr replace "$ip/$mask" broadcast + dev "$interface"
    [ -n "$router" ] && ip route replace default via "$router"
    busybox arping -A -c 1 -I "$interface" "$ip" >/dev/null
    ;;
deconfig) ip -4 addr flush dev "$interface" ;;
esac
"""
AVAHI = """\
[server]
host-name={name}
use-ipv4=yes
use-ipv6={ipv6}
allow-interfaces={interfaces}
enable-dbus=no
ratelimit-burst=1000
[publish]
publish-hinfo=no
publish-workstation=no
publish-aaaa-on-ipv4=no
publish-a-on-ipv6=no
[reflector]
enable-reflector={reflects}
"""
SMB = """\
[global]
netbios name = {name}
workgroup = WORKGROUP
server string = {comment}
interfaces = eth0
bind interfaces only = yes
private dir = {home}
lock directory = {home}
state directory = {home}
cache directory = {home}
pid directory = {home}
ncalrpc dir = {home}/ncalrpc
log file = {home}/log
local master = no
"""


def folder(site: Site, node: Node, program: str) -> Path:
    """A folder for the files of a program of a box."""
    made = site.home / node.box.key / program
    made.mkdir(parents=True, exist_ok=True)
    return made


def start(site: Site, node: Node, script: str, program: str) -> subprocess.Popen[bytes]:
    """Start a daemon by a line of shell, with a /run of its own; it ends with the scenario."""
    argv = ["sh", "-c", f"mount -t tmpfs t /run; {script}"]
    with (folder(site, node, program) / "output").open("ab") as output:
        made = subprocess.Popen(
            inside(node.namespace, as_host(node.box.name, argv)),
            stdout=output,
            stderr=output,
            stdin=subprocess.DEVNULL,
        )
    site.cleanup.callback(process.stop, made)
    return made


# -- addresses -----------------------------------------------------------------------------------------


def dhcp_server(
    site: Site,
    node: Node,
    lan: str,
    pool: str,
    *more: str,
    hosts: Mapping[str, str] | None = None,
    domain: str = "example.org",
) -> None:
    """A server of addresses and names on a LAN, dnsmasq; `hosts` have their addresses by card."""
    argv = ["dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--no-resolv", "--no-hosts", "--no-ping"]
    argv += ["--user=root", "--pid-file=", f"--interface={node.legs[lan]}", "--bind-interfaces", f"--domain={domain}"]
    argv += [f"--dhcp-leasefile={folder(site, node, 'dnsmasq')}/leases-{lan}", f"--dhcp-range={pool}", "--log-dhcp"]
    argv += ["--dhcp-authoritative", *more]
    argv += [f"--dhcp-host={mac},{ip}" for mac, ip in (hosts or {}).items()]
    argv += [f"--host-record={name},{ip}" for name, ip in site.names.items()]
    start(site, node, "exec " + shlex.join(argv), "dnsmasq")
    time.sleep(0.3)


def dhcp(site: Site, node: Node, *more: str, client_id: bool = True, stay: bool = False) -> subprocess.Popen[bytes]:
    """A client of DHCP, udhcpc: once, or until the end of the scenario; it tells its name and its vendor class."""
    home = folder(site, node, "udhcpc")
    script = home / "script"
    script.write_text(DHCP_SCRIPT)
    script.chmod(0o755)
    argv = ["udhcpc", "-f", "-i", LEG, "-s", str(script), "-t", "5", "-T", "1", "-n", "-x", f"hostname:{node.box.name}"]
    argv += ["-V", node.box.vendor_class] if node.box.vendor_class else []
    argv += [] if client_id else ["-C"]
    argv += [*more] if stay else ["-q", *more]
    made = start(site, node, "exec " + shlex.join(argv), "udhcpc")
    await_address(node)
    return made


def await_address(node: Node, patience: float = 10) -> None:
    """Wait until a box has got an address of IPv4."""
    end = time.monotonic() + patience
    show = inside(node.namespace, ["ip", "-4", "-br", "addr", "show", "dev", LEG])
    while "/" not in subprocess.run(show, check=True, capture_output=True, text=True).stdout:
        if time.monotonic() > end:
            raise RuntimeError(f"{node.box.key} has got no address")
        time.sleep(0.05)
    time.sleep(0.2)


# -- names ---------------------------------------------------------------------------------------------


def avahi(
    site: Site,
    node: Node,
    services: Mapping[str, tuple[int, Sequence[str]]],
    *,
    instance: str | None = None,
    ipv6: bool = False,
    reflects: Sequence[str] = (),
) -> None:
    """The mDNS of avahi-daemon, with a file of services: by type the port and the strings of its TXT record."""
    home = folder(site, node, "avahi")
    (home / "services").mkdir()
    words = {
        "name": node.box.name.split(".")[0],
        "interfaces": ",".join(reflects or [LEG]),
        "reflects": "yes" if reflects else "no",
        "ipv6": "yes" if ipv6 else "no",
    }
    (home / "avahi-daemon.conf").write_text(AVAHI.format(**words))
    if services:
        (home / "services" / "box.service").write_text(service_file(instance or "%h", services))
    script = f"mount --bind {home} /etc/avahi; exec avahi-daemon --no-drop-root --no-chroot --no-rlimits"
    start(site, node, script, "avahi-daemon")


def service_file(instance: str, services: Mapping[str, tuple[int, Sequence[str]]]) -> str:
    """A static service group (avahi.service(5))."""
    rows = []
    for kind, (port, texts) in services.items():
        said = "".join(f"<txt-record>{escape(text)}</txt-record>" for text in texts)
        rows.append(f"<service><type>{kind}</type><port>{port}</port>{said}</service>")
    name = f'<name replace-wildcards="yes">{escape(instance)}</name>'
    return f"<service-group>{name}{''.join(rows)}</service-group>\n"


def nmbd(site: Site, node: Node, comment: str) -> None:
    """Samba's name daemon: it registers its names and announces itself."""
    home = folder(site, node, "nmbd")
    config = home / "smb.conf"
    config.write_text(SMB.format(name=node.box.name[:15].upper(), comment=comment, home=home))
    start(
        site, node, f"mkdir -p /run/samba; exec nmbd --foreground --no-process-group -s {config} --debug-stdout", "nmbd"
    )


def wsdd(site: Site, node: Node, vendor: str, model: str, serial: str) -> None:
    """WS-Discovery by wsdd2, its metadata over HTTP, and answers to LLMNR."""
    boot = [
        word for pair in (("vendor", vendor), ("model", model), ("serial", serial)) for word in ("-b", ":".join(pair))
    ]
    argv = ["wsdd2", "-4", "-i", LEG, "-N", node.box.name, "-H", node.box.name, "-G", "WORKGROUP", *boot]
    start(site, node, "exec " + shlex.join(argv), "wsdd2")


def wsd_printer(site: Site, node: Node, ip: str, uuid: str) -> None:
    """WS-Discovery as a printer does it, which wsdd2 cannot: its boxes are computers."""
    box = node.box
    program(site, node, "wsd_printer.py", ip, uuid, str(box.vendor), str(box.model), str(box.serial))


# -- what managers ask ---------------------------------------------------------------------------------


def lldpd(site: Site, node: Node, describes: str, *more: str, configure: Sequence[str] = ()) -> None:
    """LLDP by lldpd, with a system description of the box's own; `more` are its options (`-c` speaks CDP as well)."""
    home = folder(site, node, "lldpd")
    lines = ["configure lldp tx-interval 5", "configure system interface pattern eth*", *configure]
    (home / "lldpd.conf").write_text("\n".join(lines) + "\n")
    argv = ["lldpd", "-d", "-k", "-S", describes, "-u", str(home / "socket"), "-O", str(home / "lldpd.conf"), *more]
    start(site, node, f"mkdir -p /run/lldpd; exec {shlex.join(argv)}", "lldpd")


def snmpd(site: Site, node: Node, describes: str, location: str, *lines: str) -> None:
    """SNMP by snmpd, which answers the community `public` with what the box is."""
    home = folder(site, node, "snmpd")
    told = ["agentaddress udp:161", "rocommunity public", f"sysDescr {describes}", f"sysName {node.box.name}"]
    told += [f"sysLocation {location}", "sysServices 72", *lines]
    (home / "snmpd.conf").write_text("\n".join(told) + "\n")
    argv = ["snmpd", "-f", "-Lo", "-C", "-c", str(home / "snmpd.conf"), "-I", "system_mib,override,snmpEngine"]
    start(site, node, f"SNMP_PERSISTENT_DIR={home} exec {shlex.join(argv)}", "snmpd")


def program(site: Site, node: Node, name: str, *argv: str) -> None:
    """A program of ours that stays to the end."""
    start(site, node, "exec " + shlex.join([sys.executable, str(PROGRAMS / name), *argv]), name)


def pages(site: Site, node: Node, server: str, title: str, upnp: Mapping[str, str] | None = None) -> None:
    """The box's web pages: their Server header and title, perhaps a UPnP description."""
    told = [f"{key}={value}" for key, value in (upnp or {}).items()]
    program(site, node, "web_pages.py", "80", server, title, *told)


def ssdp(site: Site, node: Node, ip: str, server: str, device: str, uuid: str) -> None:
    """SSDP announcements, and answers to searches."""
    program(site, node, "ssdp_device.py", ip, server, device, uuid)


def looks_around(site: Site, box: Box, ip: str, *names: str) -> None:
    """A computer that searches its network as Windows does: SSDP, WS-Discovery with its metadata, LLMNR."""
    site.run(box, [sys.executable, str(PROGRAMS / "look_around.py"), ip, *names])
