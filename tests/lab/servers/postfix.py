"""Postfix with many faces: one instance, one address and port per way of offering AUTH."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from tests.lab.namespaces import inside, run
from tests.lab.served import Served
from tests.lab.servers import postfix_log, process
from tests.lab.servers.certificates import names_in

MAIN = """\
compatibility_level = 3.6
queue_directory = {folder}/spool
data_directory = {folder}/data
maillog_file = {folder}/mail.log
maillog_file_prefixes = {folder}
myhostname = {hostname}
mydestination =
local_transport = error:nobody lives here
default_transport = {transport}
relayhost = {relayhost}
mynetworks = {trusted}
inet_protocols = all
alias_maps =
alias_database =
smtputf8_enable = yes
smtpd_relay_restrictions = permit_mynetworks, permit_sasl_authenticated, reject_unauth_destination
smtpd_recipient_restrictions =
smtpd_client_port_logging = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = {socket}
smtpd_sasl_security_options = noanonymous
smtpd_sasl_local_domain = example.org
smtpd_tls_cert_file = {cert}
smtpd_tls_key_file = {key}
smtpd_tls_loglevel = 1
smtpd_error_sleep_time = 0
smtpd_banner = $myhostname ESMTP Postfix (Debian/GNU)
smtp_dns_support_level = disabled
smtp_host_lookup = native
{more}
"""
MASTER = """\
postlog unix-dgram n - n - 1 postlogd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
proxymap unix - - n - - proxymap
proxywrite unix - - n - 1 proxymap
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
smtp unix - - n - - smtp
relay unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
local unix - n n - - local
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
"""


@dataclass(frozen=True)
class Face:
    """An address and port of a Postfix, and the options that make it different."""

    ip: str
    port: int
    offers_tls: bool = False
    options: tuple[str, ...] = ()

    @property
    def tag(self) -> str:
        """How this face is called in the log."""
        return f"face/{self.ip}/{self.port}"

    def master(self) -> str:
        """Its row in master.cf."""
        level = "may" if self.offers_tls else "none"
        ip = f"[{self.ip}]" if ":" in self.ip else self.ip
        options = (f"syslog_name={self.tag}", f"smtpd_tls_security_level={level}", *self.options)
        return f"{ip}:{self.port} inet n - n - - smtpd -v\n" + "".join(f"  -o {option}\n" for option in options)


@dataclass
class Postfix:
    """One instance in a folder of its own."""

    folder: Path
    faces: tuple[Face, ...]
    socket: Path
    certificate: tuple[Path, Path]
    hostname: str = "mail.example.org"
    trusted: str = "127.0.0.0/8"
    relayhost: str = ""
    transport: str = "discard:swallowed"
    more: tuple[str, ...] = field(default=())

    @property
    def log(self) -> Path:
        """Its mail log."""
        return self.folder / "mail.log"

    def start(self, namespace: str) -> None:
        """Write main.cf and master.cf, start, wait for the listeners."""
        self.namespace, config = namespace, self.folder / "etc"
        for part in (config, self.folder / "spool", self.folder / "data"):
            part.mkdir(parents=True, exist_ok=True)
        run("chown", "postfix", str(self.folder / "data"))
        cert, key = self.certificate
        (config / "main.cf").write_text(
            MAIN.format(
                folder=self.folder,
                hostname=self.hostname,
                transport=self.transport,
                cert=cert,
                relayhost=self.relayhost,
                trusted=self.trusted,
                socket=self.socket,
                key=key,
                more="\n".join(self.more),
            )
        )
        (config / "master.cf").write_text(MASTER + "".join(f.master() for f in self.faces))
        run(*inside(namespace, ["postfix", "-c", str(config), "start"]))
        process.await_listening(namespace, [(face.ip, face.port) for face in self.faces])

    def stop(self) -> None:
        """Stop the instance."""
        run(*inside(self.namespace, ["postfix", "-c", str(self.folder / "etc"), "stop"]), check=False)

    def served(self) -> list[Served]:
        """All connections its log tells of."""
        return postfix_log.read(self.log, names_in(self.certificate[0]))
