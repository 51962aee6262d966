"""Dovecot's submission service: an instance for each kind of TLS, its debug log for the truth.

The login process notes each command and each reply with the client's port; a mail that was let in goes on to a sink.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from tests.lab.corpus.book import Book
from tests.lab.corpus.endpoints import CIPHERS, LOWEST_CONFIG, Addresses, Endpoint
from tests.lab.corpus.hosts import SERVERS
from tests.lab.namespaces import UnavailableError, inside
from tests.lab.served import Served, Witness
from tests.lab.servers import process

MECHANISMS = ("PLAIN", "LOGIN", "CRAM-MD5", "DIGEST-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256", "XOAUTH2", "OAUTHBEARER")
VARIANTS = ("13", "12", "cc", "cbc", "mte", "10", "13", "12")
SERVICE = Path("/usr/lib/dovecot/submission-login")
SINK = 2600
LONGEST = 1000
"""Bytes of a line that its login process reads; it logs no command that is longer, only refuses it."""
LINE = re.compile(r"smtp-server: conn ([\d.]+):(\d+) \[\d+\]: (.*)$")
LOGIN = re.compile(r"Login: rip=([\d.]+), rport=(\d+)")
RECEIVED = "Received new command: "
SENT = re.compile(r"Sent: (\d{3}[ -].*)$")
CONFIG = """\
base_dir = {folder}/run
state_dir = {folder}/run
log_path = {folder}/log
log_timestamp = ""
protocols = submission
listen = {ip}
hostname = submission.example.org
ssl = required
ssl_cert = <{cert}
ssl_key = <{key}
ssl_min_protocol = TLSv1
ssl_cipher_list = {ciphers}
import_environment = $import_environment OPENSSL_CONF
default_internal_user = dovecot
default_login_user = dovenull
auth_mechanisms = {mechanisms}
auth_failure_delay = 0
auth_debug = yes
auth_realms = example.org
submission_relay_host = 127.0.0.1
submission_relay_port = {sink}
submission_logout_format =
login_log_format_elements = rip=%r rport=%b
mail_location = maildir:{folder}/mail/%u
passdb {{
  driver = passwd-file
  args = scheme=plain username_format=%u {users}
}}
userdb {{
  driver = static
  args = uid=nobody gid=nogroup home={folder}/mail/%u
}}
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service submission-login {{
  service_count = 0
  process_min_avail = 1
  process_limit = 1
  client_limit = 200
  inet_listener submission {{
    port = 587
  }}
}}
service submission {{
  process_limit = 200
}}
"""


def config(variant: str) -> str:
    """OpenSSL's own settings: Dovecot has no highest version."""
    if variant == "13":
        return LOWEST_CONFIG.format(more="").replace("MinProtocol = TLSv1", "MinProtocol = TLSv1.3")
    highest = "TLSv1" if variant == "10" else "TLSv1.2"
    old = "\nOptions = -EncryptThenMac" if variant == "mte" else ""
    return LOWEST_CONFIG.format(more=f"MaxProtocol = {highest}{old}")


@dataclass
class Submission:
    """The instances, and the sink that takes what they let in."""

    folder: Path
    papers: tuple[Path, Path]
    people: Book
    endpoints: list[Endpoint] = field(default_factory=list)
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Deal out addresses."""
        if not SERVICE.exists():
            raise UnavailableError("dovecot-submissiond is not installed")
        block = Addresses(14)
        for variant in VARIANTS:
            self.endpoints.append(
                Endpoint("submission", block.next(), variant, MECHANISMS, strict=True, longest=LONGEST)
            )

    def start(self) -> None:
        """Start a sink and an instance for each address."""
        self.folder.mkdir(parents=True, exist_ok=True)
        users = self.folder / "users"
        users.write_text("".join(f"{each.user}:{{PLAIN}}{each.secret}\n" for each in self.people.accounts))
        sink = [sys.executable, "-m", "aiosmtpd", "-n", "-c", "aiosmtpd.handlers.Sink", "-l", f"127.0.0.1:{SINK}"]
        self.launch(sink, {}, self.folder / "sink")
        for each in self.endpoints:
            self.start_one(each, users)
        process.await_listening(SERVERS, [(each.ip, each.port) for each in self.endpoints])

    def start_one(self, endpoint: Endpoint, users: Path) -> None:
        """One instance."""
        own = self.folder / endpoint.ip
        (own / "mail").mkdir(parents=True, exist_ok=True)
        (own / "mail").chmod(0o777)
        cert, key = self.papers
        (own / "openssl.cnf").write_text(config(endpoint.variant))
        ciphers = CIPHERS.get(endpoint.variant, "ALL:@SECLEVEL=0")
        text = CONFIG.format(
            folder=own, ip=endpoint.ip, cert=cert, key=key, ciphers=ciphers, users=users, sink=SINK,
            mechanisms=" ".join(MECHANISMS).lower(),
        )  # fmt: skip
        (own / "dovecot.conf").write_text(text)
        argv = ["dovecot", "-F", "-c", str(own / "dovecot.conf")]
        self.launch(argv, {"OPENSSL_CONF": str(own / "openssl.cnf")}, own / "out")

    def launch(self, argv: list[str], more: dict[str, str], said: Path) -> None:
        """Start one process."""
        with said.open("wb") as output:
            self.processes.append(
                subprocess.Popen(inside(SERVERS, argv), stdout=output, stderr=output, env={**os.environ, **more})
            )

    def stop(self) -> None:
        """End them."""
        for each in self.processes:
            process.stop(each)

    def served(self) -> list[Served]:
        """All connections of all logs."""
        return [served for each in self.endpoints for served in read(self.folder / each.ip / "log", each)]


def read(path: Path, endpoint: Endpoint) -> list[Served]:
    """The connections of one instance's log."""
    seen: dict[tuple[str, int], Witness] = {}
    for line in path.read_text(errors="replace").splitlines() if path.exists() else ():
        if found := LINE.search(line):
            client = (found[1], int(found[2]))
            if found[3] == "Connection created":
                seen[client] = Witness(client, (endpoint.ip, endpoint.port))
            elif client in seen:
                hear(seen[client], found[3])
        elif (found := LOGIN.search(line)) and (witness := seen.get((found[1], int(found[2])))):
            witness.answered("235 2.7.0 Logged in.")
    return [witness.served for witness in seen.values()]


def hear(witness: Witness, told: str) -> None:
    """One line of a connection."""
    if told == "Starting TLS":
        witness.secured()
    elif said := told.removeprefix(RECEIVED) if told.startswith(RECEIVED) else None:
        witness.said(said.strip())
    elif answer := SENT.search(told):
        witness.answered(answer[1])
