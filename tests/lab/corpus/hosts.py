"""The network of the corpus: a namespace with all servers, and one for each client program.

The servers' namespace holds the bridge and every server address, so a capture on the bridge has each frame once. No
leg leads outside. The names begin with `snc-`, so that cases of the lab may be recorded at the same time.
"""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.lab.namespaces import BRIDGE, ETC, LEG, NO_DNS, batch, inside, quiet, remove, run, write_etc
from tests.lab.servers.exim import ACCOUNT, GROUP

PREFIX = "snc-"
SERVERS = PREFIX + "servers"
LOCK = Path("/run/lock/snc-corpus.lock")
SERVER_NET, CLIENT_NET = "198.18.0.0/16", "10.20.0.0/16"
MAIL_NAME = "mail.example.org"
OFFLOADS = ("tx", "off", "tso", "off", "gso", "off")


def ours() -> list[str]:
    """The namespaces of ours that exist now."""
    names = [line.split()[0] for line in run("ip", "netns", "list").splitlines() if line.strip()]
    return [name for name in names if name.startswith(PREFIX)]


def sweep() -> None:
    """Remove every namespace of ours, whoever left it."""
    for namespace in ours():
        remove(namespace)
    for left in ETC.glob(PREFIX + "*"):
        shutil.rmtree(left, ignore_errors=True)


def etc(namespace: str, known: str) -> None:
    """What a namespace has of its own in /etc: hosts, no resolver, and the account that Exim wants."""
    files = {"hosts": known, "resolv.conf": NO_DNS}
    files |= {"passwd": ACCOUNT + Path("/etc/passwd").read_text(), "group": GROUP + Path("/etc/group").read_text()}
    write_etc(namespace, files)


def build(addresses: Sequence[str]) -> None:
    """Make the servers' namespace with its bridge and its addresses."""
    etc(SERVERS, f"127.0.0.1 localhost\n198.18.0.1 {MAIL_NAME}\n")
    run("ip", "netns", "add", SERVERS)
    quiet(SERVERS)
    bridge = f"link add {BRIDGE} address 02:00:c6:12:00:01 type bridge stp_state 0 mcast_snooping 0 forward_delay 0"
    own = [f"addr add {address}/16 dev {BRIDGE}" for address in ("198.18.0.1", "10.20.255.254", *addresses)]
    batch(SERVERS, [bridge, "link set lo up", f"link set {BRIDGE} up", *own])
    run(*inside(SERVERS, ["ethtool", "-K", BRIDGE, *OFFLOADS]))


def name_of(server: str) -> str:
    """The name of a server's address: in every client's /etc/hosts, and under the certificate's wildcard."""
    return "h" + "-".join(server.split(".")[2:]) + ".example.org"


def join(number: int, name: str, servers: Sequence[str]) -> str:
    """A namespace for a client program that knows these servers by name; its own name."""
    namespace = PREFIX + name.lower()
    known = f"127.0.0.1 localhost\n10.20.0.{number} {name.lower()}.example.org\n198.18.0.1 {MAIL_NAME}\n"
    known += "".join(f"{each} {name_of(each)}\n" for each in servers)
    etc(namespace, known)
    run("ip", "netns", "add", namespace)
    quiet(namespace)
    mac = f"02:00:0a:14:00:{number:02x}"
    outside = f"c{number}"
    wire = f"link add {outside} type veth peer name {LEG} address {mac} netns {namespace}"
    batch(SERVERS, [wire, f"link set {outside} master {BRIDGE} up"])
    ours = [f"addr add {address(number)}/16 dev {LEG}", f"route add {SERVER_NET} dev {LEG}"]
    batch(namespace, ["link set lo up", f"link set {LEG} up", *ours])
    run(*inside(namespace, ["ethtool", "-K", LEG, *OFFLOADS]))
    return namespace


def address(number: int) -> str:
    """The address of the client program with this number."""
    return f"10.20.0.{number}"


@contextmanager
def network(addresses: Sequence[str]) -> Iterator[None]:
    """The network, alone of its kind on this machine, removed whatever happens."""
    LOCK.parent.mkdir(parents=True, exist_ok=True)
    with LOCK.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        sweep()
        try:
            build(addresses)
            yield
        finally:
            sweep()
