"""The stage of the single cases: one network, all servers, each started when first needed."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from tests.lab import clients
from tests.lab.namespaces import Host, Network, network
from tests.lab.served import Served
from tests.lab.servers.cast import ALL
from tests.lab.servers.certificates import certificate
from tests.lab.servers.dovecot import Dovecot
from tests.lab.servers.exim import Exim, unpack
from tests.lab.servers.postfix import Face, Postfix
from tests.lab.servers.scripted import Scripted

AUTH = ("smtpd_sasl_auth_enable=yes",)
OPEN = ("mynetworks=10.9.0.0/16,[fd00:9::]/64",)
FACES = {
    "postfix": Face("10.9.0.2", 25, options=AUTH),
    "postfix-2525": Face("10.9.0.2", 2525, options=AUTH),
    "postfix-starttls": Face("10.9.0.3", 587, True, AUTH),
    "postfix-tls13": Face("10.9.0.3", 2587, True, (*AUTH, "smtpd_tls_protocols=>=TLSv1.3")),
    "postfix-strict": Face("10.9.0.4", 587, True, (*AUTH, "smtpd_tls_auth_only=yes")),
    "postfix-implicit": Face("10.9.0.4", 465, options=(*AUTH, "smtpd_tls_wrappermode=yes")),
    "postfix-encrypt": Face(
        "10.9.0.4", 25, options=(*AUTH, "smtpd_enforce_tls=yes", "smtpd_tls_security_level=encrypt")
    ),
    "postfix-open": Face("10.9.0.5", 25, options=OPEN),
    "postfix-xclient": Face("10.9.0.5", 587, options=(*AUTH, "smtpd_authorized_xclient_hosts=10.9.0.0/16")),
    "postfix-asks": Face("10.9.0.6", 587, True, (*AUTH, "smtpd_tls_ask_ccert=yes")),
    "postfix-implicit-open": Face("10.9.0.6", 465, options=(*OPEN, "smtpd_tls_wrappermode=yes")),
    "postfix-v6": Face("fd00:9::2", 25, options=AUTH),
}
ON_25 = ("masked", "helo-only", "prompts")
PERSONA_IPS = {name: f"10.9.0.{20 + at}" for at, name in enumerate(ALL)}
MAIL = Host(
    "mail",
    "10.9.0.2/16",
    "00:50:56:09:00:02",
    more=(
        "fd00:9::2/64",
        *(f"10.9.0.{at}/16" for at in (3, 4, 5, 6, 11)),
        *(f"{ip}/16" for ip in PERSONA_IPS.values()),
    ),
)
EXIM = Host("exim", "10.9.0.10/16", "52:54:00:09:00:10")


class Server(Protocol):
    """What every server can do."""

    def start(self, namespace: str) -> None:
        """Start in a namespace."""

    def stop(self) -> None:
        """End."""

    def served(self) -> list[Served]:
        """The truth so far."""


@dataclass(frozen=True)
class Endpoint:
    """Where a client of a case goes, and who answers there."""

    ip: str
    port: int
    server: Server
    namespace: str


class Stage:
    """The network and its servers."""

    def __init__(self, net: Network, folder: Path, cleanup: ExitStack) -> None:
        self.net, self.folder, self.cleanup = net, folder, cleanup
        self.running: dict[str, Server] = {}

    def endpoint(self, name: str) -> Endpoint:
        """Where this server is; it is started if need be."""
        if name in FACES:
            face = FACES[name]
            return Endpoint(face.ip, face.port, self.run("postfix", MAIL), MAIL.namespace)
        if name == "exim":
            return Endpoint(EXIM.ip, 25, self.run(name, EXIM), EXIM.namespace)
        ip = "10.9.0.11" if name == "aiosmtpd" else PERSONA_IPS[name]
        port = 25 if name in ON_25 else 587
        return Endpoint(ip, port, self.run(name, MAIL), MAIL.namespace)

    def run(self, name: str, host: Host) -> Server:
        """Start a server once, and its host."""
        if host.name not in self.net.hosts:
            self.net.join(host)
        if name not in self.running:
            server = self.make(name)
            self.cleanup.callback(server.stop)
            server.start(host.namespace)
            self.running[name] = server
        return self.running[name]

    def make(self, name: str) -> Server:
        """A server by its name."""
        if name == "postfix":
            return self.postfix()
        if name == "exim":
            return Exim(self.folder / "exim", unpack(clients.CACHE), EXIM.ip)
        if name == "aiosmtpd":
            return Scripted(self.folder, "aiosmtpd_server", name, "10.9.0.11", ("587",))
        port = "25" if name in ON_25 else "587"
        return Scripted(self.folder, "persona", name, PERSONA_IPS[name], (port,))

    def postfix(self) -> Postfix:
        """Postfix with all faces, and the Dovecot behind it."""
        dovecot = Dovecot(self.folder / "dovecot")
        self.cleanup.callback(dovecot.stop)
        dovecot.start(MAIL.namespace)
        return Postfix(
            self.folder / "postfix",
            tuple(FACES.values()),
            dovecot.socket,
            certificate(self.folder, "mail.example.org"),
        )


@contextmanager
def stage() -> Iterator[Stage]:
    """A stage, taken down whatever happens."""
    with (
        tempfile.TemporaryDirectory(prefix="snf-", ignore_cleanup_errors=True) as name,
        network() as net,
        ExitStack() as cleanup,
    ):
        folder = Path(name)
        folder.chmod(0o755)
        yield Stage(net, folder, cleanup)
