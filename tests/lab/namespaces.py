"""Network namespaces with a bridge between them; all of them begin with `snf-` and go when we go.

The lab namespace holds the bridge, so it is also where a capture sees everything, once.
A host is a namespace with one veth leg on that bridge. No leg ever leads to the machine's own
network, so no packet can leave.
"""

from __future__ import annotations

import fcntl
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

PREFIX = "snf-"
LAB = PREFIX + "lab"
BRIDGE = "br0"
LEG = "eth0"
NO_DNS = "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n"
INSIDE, HIDDEN_GATEWAY = "br1", "192.168.7.1"
MASQUERADE = """\
table ip nat {
    chain leaving {
        type nat hook postrouting priority srcnat
        oifname "eth0" masquerade
    }
}
"""
ETC = Path("/etc/netns")
LOCK = Path("/run/lock/snf-lab.lock")


class UnavailableError(Exception):
    """A program that a case needs cannot be had here: the case is skipped, with this reason."""


@dataclass(frozen=True)
class Host:
    """A machine on the lab's network: a name, an address with prefix length, a MAC."""

    name: str
    address: str
    mac: str
    gateway: str | None = None
    more: tuple[str, ...] = ()
    offload: bool = False
    bridged: bool = True
    names: Mapping[str, str] = field(default_factory=dict)
    called: str | None = None
    resolver: str | None = None

    @property
    def hostname(self) -> str:
        """What the machine calls itself."""
        return self.called or self.name

    @property
    def namespace(self) -> str:
        """The name of the network namespace."""
        return PREFIX + self.name

    @property
    def ip(self) -> str:
        """The address without its prefix length."""
        return self.address.partition("/")[0]


def run(*argv: str, check: bool = True, stdin: str | None = None) -> str:
    """Run a command to its end and give what it printed."""
    done = subprocess.run(argv, check=False, input=stdin, capture_output=True, text=True)
    if check and done.returncode:
        raise RuntimeError(f"{' '.join(argv)}: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout


def inside(namespace: str, argv: Sequence[str]) -> list[str]:
    """The same command, run inside a namespace."""
    return ["ip", "netns", "exec", namespace, *argv]


def as_host(name: str, argv: Sequence[str]) -> list[str]:
    """The same command on a machine of this name: programs put it into greetings and mails."""
    return ["unshare", "-u", "sh", "-c", 'hostname "$0" && exec "$@"', name, *argv]


def ours() -> list[str]:
    """The namespaces of ours that exist now."""
    names = [line.split()[0] for line in run("ip", "netns", "list").splitlines() if line.strip()]
    return [name for name in names if name.startswith(PREFIX)]


def remove(namespace: str) -> None:
    """End what runs in a namespace, then delete it and its /etc files."""
    pids = run("ip", "netns", "pids", namespace, check=False).split()
    if pids:
        run("kill", "-9", *pids, check=False)
    run("ip", "netns", "delete", namespace, check=False)
    shutil.rmtree(ETC / namespace, ignore_errors=True)


def sweep() -> None:
    """Remove every namespace of ours, whoever left it."""
    for namespace in ours():
        remove(namespace)
    for left in ETC.glob(PREFIX + "*"):
        shutil.rmtree(left, ignore_errors=True)


class Network:
    """The bridge and its hosts."""

    def __init__(self) -> None:
        self.hosts: dict[str, Host] = {}

    def build(self) -> None:
        """Make the lab namespace and its bridge."""
        run("ip", "netns", "add", LAB)
        quiet(LAB)
        batch(
            LAB,
            [
                f"link add {BRIDGE} type bridge stp_state 0 mcast_snooping 0 forward_delay 0",
                f"link set {BRIDGE} up",
                "link set lo up",
            ],
        )

    def join(self, host: Host) -> Host:
        """Add a host to the bridge."""
        name = host.namespace
        outside = "v-" + host.name
        write_etc(name, {"hosts": hosts_file(host), "resolv.conf": resolv_conf(host)})
        run("ip", "netns", "add", name)
        quiet(name)
        if host.bridged:
            wire = f"link add {outside} type veth peer name {LEG} address {host.mac} netns {name}"
            batch(LAB, [wire, f"link set {outside} master {BRIDGE} up"])
        batch(name, leg(host))
        if host.bridged and not host.offload:
            run(*inside(name, ["ethtool", "-K", LEG, "tx", "off", "tso", "off", "gso", "off"]))
        self.hosts[host.name] = host
        return host

    def uplink(self, router: Host, world: Host) -> None:
        """A second, unbridged wire from a router to the world behind it."""
        batch(
            router.namespace,
            [
                f"link add wan type veth peer name wan netns {world.namespace}",
                "addr add 192.0.2.1/32 peer 192.0.2.2/32 dev wan",
                "link set wan up",
            ],
        )
        batch(
            world.namespace,
            [
                "addr add 192.0.2.2/32 peer 192.0.2.1/32 dev wan",
                "link set wan up",
                f"route replace default via 192.0.2.1 src {world.ip}",
            ],
        )
        run(*inside(router.namespace, ["sysctl", "-qw", "net.ipv4.ip_forward=1"]))
        batch(
            router.namespace,
            [f"route add {address} via 192.0.2.2" for address in (world.address, *world.more)],
        )

    def hide(self, gateway: Host) -> None:
        """Make a host of the bridge a NAT: a bridge behind it, and its own address for all that leaves."""
        batch(
            gateway.namespace,
            [
                f"link add {INSIDE} type bridge stp_state 0 mcast_snooping 0 forward_delay 0",
                f"addr add {HIDDEN_GATEWAY}/24 dev {INSIDE}",
                f"link set {INSIDE} up",
            ],
        )
        run(*inside(gateway.namespace, ["sysctl", "-qw", "net.ipv4.ip_forward=1"]))
        run(*inside(gateway.namespace, ["nft", "-f", "-"]), stdin=MASQUERADE)

    def behind(self, gateway: Host, host: Host) -> Host:
        """Add a host to the bridge behind a NAT."""
        name = host.namespace
        write_etc(name, {"hosts": hosts_file(host), "resolv.conf": resolv_conf(host)})
        run("ip", "netns", "add", name)
        quiet(name)
        wire = f"link add v-{host.name} type veth peer name {LEG} address {host.mac} netns {name}"
        batch(gateway.namespace, [wire, f"link set v-{host.name} master {INSIDE} up"])
        batch(name, leg(host))
        self.hosts[host.name] = host
        return host

    def leave(self, host: Host) -> None:
        """Take a host away."""
        remove(host.namespace)
        self.hosts.pop(host.name, None)


def leg(host: Host) -> list[str]:
    """The commands that give a host its address."""
    name = LEG if host.bridged else "lo"
    lines = ["link set lo up", f"link set {name} up"]
    for address in (host.address, *host.more):
        nodad = " nodad" if ":" in address else ""
        lines.append(f"addr add {address} dev {name}{nodad}")
    if host.gateway:
        lines.append(f"route add default via {host.gateway}")
    return lines


def batch(namespace: str, lines: Sequence[str]) -> None:
    """Run many `ip` commands in a namespace at the price of one."""
    run("ip", "-n", namespace, "-batch", "-", stdin="\n".join(lines) + "\n")


def quiet(namespace: str) -> None:
    """No router solicitations and MLD reports: they are noise in every capture."""
    run(
        *inside(
            namespace,
            [
                "sysctl",
                "-qw",
                "net.ipv6.conf.default.accept_ra=0",
                "net.ipv6.conf.default.router_solicitations=0",
                "net.ipv6.conf.default.addr_gen_mode=1",
            ],
        )
    )


def hosts_file(host: Host) -> str:
    """The /etc/hosts a host sees: no DNS is asked in the lab, but of a resolver of its own."""
    known = {"localhost": "127.0.0.1", host.hostname: "127.0.1.1", **host.names}
    return "".join(f"{address} {name}\n" for name, address in known.items())


def resolv_conf(host: Host) -> str:
    """The /etc/resolv.conf a host sees."""
    return f"nameserver {host.resolver}\n" if host.resolver else NO_DNS


def write_etc(namespace: str, files: Mapping[str, str]) -> None:
    """Files that `ip netns exec` lays over /etc for whoever runs in the namespace."""
    folder = ETC / namespace
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text)


@contextmanager
def network() -> Iterator[Network]:
    """A network of our own, alone on this machine, removed whatever happens."""
    LOCK.parent.mkdir(parents=True, exist_ok=True)
    with LOCK.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        sweep()
        try:
            net = Network()
            net.build()
            yield net
        finally:
            sweep()
