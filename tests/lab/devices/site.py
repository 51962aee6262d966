"""A site: LANs with a sensor on each, routers between them, boxes on them, the mail servers of the far side."""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from tests.lab.clients import PATIENCE, Client, Wish
from tests.lab.devices.box import Box
from tests.lab.namespaces import LAB, LEG, NO_DNS, PREFIX, Network, as_host, batch, inside, quiet, run, write_etc
from tests.lab.servers.scripted import Scripted
from tests.lab.tcpdump import await_silence, recording

LLDP_PASSES = 16384
"""A bridge eats link-local groups unless told not to: bit 14 is LLDP's (Linux, ip-link(8), group_fwd_mask)."""
LISTENED = "not (ip6[6] == 0 and ip6[48] == 143) and not igmp"
"""All but reports of multicast listeners (RFC 3810 5.2, RFC 3376 4.2), which no observer reads."""


@dataclass
class Node:
    """A machine of the site: its namespace, and the names of its legs by LAN."""

    box: Box
    legs: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)

    @property
    def namespace(self) -> str:
        """The network namespace it lives in."""
        return PREFIX + self.box.key


@dataclass(frozen=True)
class Mailed:
    """A server that boxes send to: where it is known by its name."""

    name: str
    ip: str
    port: int
    namespace: str
    scripted: Scripted


class Site:
    """The networks of a scenario, and whoever is on them."""

    def __init__(self, net: Network, home: Path, cleanup: ExitStack) -> None:
        self.net, self.home, self.cleanup = net, home, cleanup
        self.lans: list[str] = []
        self.nodes: dict[str, Node] = {}
        self.homes: dict[str, set[str]] = {}
        """By LAN the keys of the boxes at home there: their cards are theirs in its frames."""
        self.servers: list[Mailed] = []
        self.names: dict[str, str] = {}
        self.made = 0

    # -- networks --------------------------------------------------------------------------------------

    def lan(self, *names: str) -> None:
        """Switches, each with a sensor."""
        for name in names:
            batch(
                LAB,
                [
                    f"link add br-{name} type bridge stp_state 0 mcast_snooping 0 forward_delay 0 "
                    f"group_fwd_mask {LLDP_PASSES}",
                    f"link set br-{name} up",
                ],
            )
            self.lans.append(name)
            self.homes[name] = set()

    def join(self, box: Box, lan: str, *addresses: str, via: str | None = None, at_home: bool = True) -> Node:
        """A box on a LAN, with these addresses or none yet; `via` is where the rest of the world lies."""
        node = self.nodes.get(box.key) or self.make(box)
        self.made += 1
        leg = LEG if not node.legs else f"eth{len(node.legs)}"
        wire = f"link add v{self.made}-{box.key[:9]} type veth peer name {leg} address {box.mac} netns {node.namespace}"
        batch(LAB, [wire, f"link set v{self.made}-{box.key[:9]} master br-{lan} up"])
        batch(node.namespace, ["link set lo up", f"link set {leg} up"])
        run(*inside(node.namespace, ["ethtool", "-K", leg, "tx", "off", "tso", "off", "gso", "off"]))
        node.legs[lan] = leg
        if at_home:
            self.homes[lan].add(box.key)
        for address in addresses:
            self.address(node, lan, address)
        if via:
            batch(node.namespace, [f"route replace default via {via}"])
        return node

    def make(self, box: Box) -> Node:
        """The namespace of a box."""
        node = self.nodes[box.key] = Node(box)
        number = hashlib.md5(box.key.encode(), usedforsecurity=False).hexdigest()
        hosts = f"127.0.0.1 localhost\n127.0.1.1 {box.name}\n"
        # a daemon makes its UUID of the machine's number
        write_etc(node.namespace, {"hosts": hosts, "resolv.conf": NO_DNS, "machine-id": number + "\n"})
        run("ip", "netns", "add", node.namespace)
        quiet(node.namespace)
        self.net.hosts.pop(box.key, None)
        return node

    def address(self, node: Node, lan: str, address: str) -> None:
        """Give a box an address on a LAN."""
        more = "nodad" if ":" in address else "broadcast +"
        batch(node.namespace, [f"addr replace {address} dev {node.legs[lan]} {more}"])

    def router(self, box: Box, **addresses: str) -> Node:
        """A box that forwards, with an address on each of these LANs; its cards differ in the last digit."""
        cards = [f"{box.mac[:-2]}{int(box.mac[-2:], 16) + number:02x}" for number in range(len(addresses))]
        for card, (lan, address) in zip(cards, addresses.items(), strict=True):
            node = self.join(replace(box, mac=card), lan, address)
        node.box = replace(box, more_macs=tuple(cards[1:]))
        sysctl(node, "net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1")
        return node

    def masquerade(self, node: Node, lan: str) -> None:
        """Hide whoever is behind a router from a LAN."""
        for line in (
            "add table ip nat",
            "add chain ip nat leaving { type nat hook postrouting priority srcnat ; }",
            f"add rule ip nat leaving oifname {node.legs[lan]} masquerade",
        ):
            run(*inside(node.namespace, ["nft", line]))

    def knows(self, names: dict[str, str], resolver: str | None = None) -> None:
        """Names that all boxes know, of a resolver of theirs or by heart."""
        self.names |= names
        for node in self.nodes.values():
            known = {"localhost": "127.0.0.1", node.box.name: "127.0.1.1", **({} if resolver else self.names)}
            lines = "".join(f"{ip} {name}\n" for name, ip in known.items())
            said = f"nameserver {resolver}\n" if resolver else NO_DNS
            write_etc(node.namespace, {"hosts": lines, "resolv.conf": said})

    # -- mail ------------------------------------------------------------------------------------------

    def serve(self, node: Node, persona: str, ip: str, port: int, name: str) -> Mailed:
        """A scripted mail server on a box."""
        home = self.home / f"server-{len(self.servers)}"
        server = Scripted(home, "persona", persona, ip, (str(port),))
        self.cleanup.callback(server.stop)
        server.start(node.namespace)
        made = Mailed(name, ip, port, node.namespace, server)
        self.servers.append(made)
        self.names[name] = ip
        return made

    def mail(self, box: Box, client: Client, server: Mailed, helo: str | None = None, **wish: object) -> None:
        """A box sends a mail and is done with it."""
        self.send(box, client, server.name, server.port, helo, **wish)
        self.settle()

    def send(self, box: Box, client: Client, host: str, port: int, helo: str | None = None, **wish: object) -> None:
        """A mail program, run on a box to its end."""
        command = client(Wish(host, port, helo or box.name, **wish))  # type: ignore[arg-type]
        env = ["env", *(f"{name}={value}" for name, value in command.env)]
        self.run(box, [*env, *command.argv], stdin=command.stdin)

    def settle(self) -> None:
        """Wait until no mail server has a connection that is still open."""
        for namespace in {each.namespace for each in self.servers}:
            await_silence(namespace, [""], patience=3)

    def run(self, box: Box, argv: Sequence[str], stdin: str = "", *, check: bool = False) -> str:
        """Run a program on a box to its end."""
        done = subprocess.run(
            inside(self.nodes[box.key].namespace, as_host(box.name, argv)),
            check=False,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )
        if check and done.returncode:
            raise RuntimeError(f"{box.key}: {' '.join(argv)}: {done.stderr.strip() or done.stdout.strip()}")
        return done.stdout

    # -- recording -------------------------------------------------------------------------------------

    @contextmanager
    def recorded(self) -> Iterator[None]:
        """Record all LANs while the block runs, each into a file of its name."""
        with ExitStack() as sensors:
            for lan in self.lans:
                sensors.enter_context(recording(self.span(lan), LISTENED, (f"br-{lan}",)))
            yield

    def span(self, lan: str) -> Path:
        """The capture of a LAN."""
        return self.home / f"{lan}.pcap"


def sysctl(node: Node, *settings: str) -> None:
    """Set kernel parameters of a box."""
    run(*inside(node.namespace, ["sysctl", "-qw", *settings]))
