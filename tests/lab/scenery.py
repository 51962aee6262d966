"""Building a scene, playing it, and the truth of it."""

from __future__ import annotations

import subprocess
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

from tests.lab import truth, versions
from tests.lab.clients import Wish
from tests.lab.namespaces import HIDDEN_GATEWAY, Host, Network, network
from tests.lab.play import execute
from tests.lab.scene import OUTSIDER, PUBLIC_IP, ROUTER, Act, Relay, Scene, Service, Visit
from tests.lab.servers.certificates import certificate
from tests.lab.servers.dnsmasq import Dnsmasq
from tests.lab.servers.dovecot import Dovecot
from tests.lab.servers.postfix import Face, Postfix
from tests.lab.servers.scripted import Scripted
from tests.lab.tcpdump import await_silence, recording

AFFECTED = frozenset({"exchange-online", "exchange-online-legacy-tls", "exchange-online-21vianet"})
"""The services that the date concerns."""


def play_scene(scene: Scene, folder: Path) -> truth.Expected:
    """Record a scene into a folder and give its truth."""
    with (
        tempfile.TemporaryDirectory(prefix="snf-", ignore_cleanup_errors=True) as name,
        network() as net,
        ExitStack() as cleanup,
    ):
        home = Path(name)
        home.chmod(0o755)
        stage = Scenery(scene, net, home, cleanup)
        path = folder / "capture.pcap"
        with recording(path, "tcp" if scene.skip else "arp or ip"):
            for act in scene.acts:
                stage.play(act)
        if scene.skip:
            trim(path, scene.skip)
        return stage.expected()


class Scenery:
    """A scene's network, its servers, and what they served."""

    def __init__(self, scene: Scene, net: Network, home: Path, cleanup: ExitStack) -> None:
        self.scene, self.net, self.home, self.cleanup = scene, net, home, cleanup
        self.names = {} if scene.resolver else scene.names
        self.played: list[tuple[Service, Scripted]] = []
        outside = {each.ip for each in scene.services if each.outside}
        self.world = Host(
            "world", f"{OUTSIDER}/32", "", bridged=False, more=tuple(f"{ip}/32" for ip in sorted(outside))
        )
        self.hosts = {OUTSIDER: self.world}
        self.join()
        self.relay = self.start_relay(scene.relay) if scene.relay else None

    def join(self) -> None:
        """The router, the world behind it, the servers of the LAN, a host per device."""
        for host in (ROUTER, self.world):
            self.net.join(host)
        self.net.uplink(ROUTER, self.world)
        if self.scene.resolver:
            self.start(Dnsmasq(self.home, ROUTER.ip, self.scene.names, self.scene.aliases), ROUTER)
        if self.scene.nat:
            ip, mac = self.scene.nat
            self.hosts[ip] = self.net.join(self.on_lan(Host("nat", f"{ip}/24", mac)))
            self.net.hide(self.hosts[ip])
        for service in self.scene.services:
            if not service.outside and service.ip not in self.hosts:
                mac = "00:15:5d:00:00:" + service.ip.rpartition(".")[2].zfill(2)
                self.hosts[service.ip] = self.net.join(
                    self.on_lan(Host(tail("s", service.ip), f"{service.ip}/24", mac))
                )
        for visit in self.scene.visits:
            if visit.ip not in self.hosts:
                self.hosts[visit.ip] = self.join_device(visit)

    def on_lan(self, host: Host) -> Host:
        """A host that knows the way out and the names."""
        resolver = ROUTER.ip if self.scene.resolver else None
        gateway = HIDDEN_GATEWAY if host.ip.startswith(HIDDEN_GATEWAY.rpartition(".")[0]) else ROUTER.ip
        return replace(host, gateway=gateway, names=self.names, resolver=resolver)

    def join_device(self, visit: Visit) -> Host:
        """The host of a device, on the switch or behind the NAT."""
        host = self.on_lan(
            Host(
                tail("d", visit.ip),
                f"{visit.ip}/24",
                visit.device.mac,
                offload=visit.offload,
                called=visit.device.name,
            )
        )
        if visit.hidden and self.scene.nat:
            return self.net.behind(self.hosts[self.scene.nat[0]], host)
        return self.net.join(host)

    def start(self, server: Dnsmasq | Dovecot | Postfix | Scripted, host: Host) -> None:
        """Start a server that stays to the end."""
        self.cleanup.callback(server.stop)
        server.start(host.namespace)

    def start_relay(self, relay: Relay) -> Postfix:
        """Postfix with a Dovecot behind it."""
        host = self.hosts[relay.ip] = self.net.join(self.on_lan(relay.host))
        dovecot = Dovecot(self.home / "dovecot")
        self.start(dovecot, host)
        postfix = Postfix(
            self.home / "postfix",
            (Face(relay.ip, 25, relay.offers_tls, relay.options),),
            dovecot.socket,
            certificate(self.home, relay.name),
            relay.name,
            trusted=relay.trusted,
            transport="smtp" if relay.upstream else "discard:swallowed",
            relayhost=relay.upstream,
            more=relay.out,
        )
        self.start(postfix, host)
        return postfix

    def play(self, act: Act) -> None:
        """Let the services of an act serve, and everybody come."""
        with self.serving(act.services):
            if act.together:
                with ThreadPoolExecutor(len(act.visits)) as pool:
                    list(pool.map(self.visit, act.visits))
            else:
                for visit in act.visits:
                    self.visit(visit)
            if self.relay and self.scene.relay and self.scene.relay.upstream:
                self.await_forwarding(self.scene.relay)
            everyone = [each.ip for each in self.net.hosts.values()]
            for namespace in {self.place(each).namespace for each in act.services} | self.relays():
                await_silence(namespace, everyone)

    @contextmanager
    def serving(self, services: Sequence[Service]) -> Iterator[None]:
        """Scripted servers for the time of an act."""
        made = []
        for number, each in enumerate(services, len(self.played)):
            home = self.home / f"act-{number}"
            server = Scripted(home, "persona", each.persona, each.ip, each.ports, each.certified, PUBLIC_IP)
            self.cleanup.callback(server.stop)
            server.start(self.place(each).namespace)
            made.append(server)
            self.played.append((each, server))
        yield
        for server in made:
            server.stop()

    def place(self, service: Service) -> Host:
        """Where a service runs."""
        return self.world if service.outside else self.hosts[service.ip]

    def relays(self) -> set[str]:
        """The namespace of the relay, if there is one."""
        return {self.scene.relay.host.namespace} if self.scene.relay else set()

    def visit(self, visit: Visit) -> None:
        """A device does what it does, as often as it does it."""
        wish = Wish(visit.host, visit.port, visit.device.name, **visit.wish)
        for _ in range(visit.times):
            execute(self.hosts[visit.ip], visit.client(wish))

    def await_forwarding(self, relay: Relay) -> None:
        """Wait until the relay has sent on all it took in."""
        assert self.relay
        taken = sum(each.mail for each in self.relay.served())
        for _ in range(100):
            sent = [each for _, server in self.played for each in server.served() if each.client == relay.ip]
            if sent and len(sent) >= taken:
                return
            time.sleep(0.1)
        raise RuntimeError("the relay did not send on what it took in")

    def expected(self) -> truth.Expected:
        """Sessions and devices, from the logs of all servers."""
        scene = self.scene
        sessions = [
            truth.told(truth.session(served), each.told) for each, server in self.played for served in server.served()
        ]
        if self.relay and scene.relay:
            row = {"service": "private", **scene.relay.told}
            sessions += [truth.told(truth.session(served), row) for served in self.relay.served()]
        visits = {self.seen_as(visit): visit for visit in scene.visits if visit.told}
        sessions = [
            truth.told(each, visits[each["client"]].told) if each["client"] in visits else each for each in sessions
        ]
        return {
            "about": scene.about,
            "origin": self.origin(),
            "sessions": sessions,
            "devices": [self.device(ip, sessions) for ip in dict.fromkeys(each["client"] for each in sessions)],
        }

    def seen_as(self, visit: Visit) -> str:
        """The address under which a device shows."""
        return self.scene.nat[0] if visit.hidden and self.scene.nat else visit.ip

    def origin(self) -> str:
        """Which programs took part."""
        servers = (*(["Postfix with Dovecot"] if self.relay else []), *(["dnsmasq"] if self.scene.resolver else []))
        told = dict.fromkeys(visit.client.__name__ for visit in self.scene.visits)
        return versions.office_origin((*servers, *(["scripted servers"] if self.played else [])), list(told))

    def device(self, ip: str, sessions: Iterable[truth.Expected]) -> truth.Expected:
        """What must be said of one device."""
        mine = [each for each in sessions if each["client"] == ip]
        host = self.hosts[ip]
        named = all(each["starttls"] == "implicit" for each in mine)
        told: truth.Expected = {
            "ip": ip,
            "mac": host.mac or None,
            "scope": "remote" if ip == OUTSIDER else "local",
            **truth.verdict_told(mine, verdict),
            "name": None if named else self.name_of(ip),
        }
        return truth.told(told, self.scene.told_devices.get(ip, {}))

    def name_of(self, ip: str) -> str:
        """What a client calls itself."""
        if self.scene.relay and ip == self.scene.relay.ip:
            return self.scene.relay.name
        return next(visit.device.name for visit in self.scene.visits if self.seen_as(visit) == ip)


def verdict(sessions: Sequence[truth.Expected], found: bool) -> str | None:
    """The verdict over all services of a device; with `found`, by what must be found alone."""
    services = {each.get("service") for each in sessions}
    return truth.first(
        truth.verdict(
            (truth.family_of(each, found=found) for each in sessions if each.get("service") == service),
            service in AFFECTED,
        )
        for service in services
    )


def tail(kind: str, ip: str) -> str:
    """A short name for the host of an address."""
    return kind + ip.rpartition(".")[2]


def trim(path: Path, first: int) -> None:
    """Take the first frames out of a capture, as if it had begun later."""
    whole = path.with_suffix(".whole")
    path.rename(whole)
    subprocess.run(["editcap", "-F", "pcap", str(whole), str(path), f"1-{first}"], check=True, capture_output=True)
    whole.unlink()
