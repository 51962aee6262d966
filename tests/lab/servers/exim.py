"""Exim, unpacked beside Postfix (Debian lets only one of them be installed).

Its main log names the authenticator and the user of each session; that is the truth.
"""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from tests.lab.accounts import SECRETS
from tests.lab.namespaces import UnavailableError, run, write_etc
from tests.lab.served import Attempt, Served
from tests.lab.servers import process

PACKAGE = "exim4-daemon-light"
ACCOUNT = "Debian-exim:x:64444:64444::/nonexistent:/usr/sbin/nologin\n"
GROUP = "Debian-exim:x:64444:\n"
CONFIG = """\
primary_hostname = exim.example.org
spool_directory = {folder}/spool
log_file_path = {folder}/log-%s
pid_file_path = {folder}/pid
log_selector = +incoming_port +incoming_interface +smtp_connection +smtp_no_mail
tls_advertise_hosts =
host_lookup =
rfc1413_hosts =
queue_only = true
acl_smtp_rcpt = accept
chunking_advertise_hosts = *
keep_environment =
add_environment =

begin routers
hole:
  driver = redirect
  data = :blackhole:

begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_prompts = :
  server_condition = ${{if eq{{$auth3}}{{${{lookup{{$auth2}}lsearch{{{users}}}}}}}}}
  server_set_id = $auth2
login:
  driver = plaintext
  public_name = LOGIN
  server_prompts = Username:: : Password::
  server_condition = ${{if eq{{$auth2}}{{${{lookup{{$auth1}}lsearch{{{users}}}}}}}}}
  server_set_id = $auth1
cram_md5:
  driver = cram_md5
  public_name = CRAM-MD5
  server_secret = ${{lookup{{$auth1}}lsearch{{{users}}}{{$value}}fail}}
  server_set_id = $auth1
"""
NAMES = {"plain": "PLAIN", "login": "LOGIN", "cram_md5": "CRAM-MD5"}
ENDS = r"\[([\d.]+)\]:(\d+) I=\[([\d.]+)\]:(\d+)"
CONNECT = re.compile(r"SMTP connection from " + ENDS + r" \(")
FAILED = re.compile(r"(\w+) authenticator failed for .*?" + ENDS + r": .*?(?:set_id=([^)]+))?\)?$")
MAIL = re.compile(r"<= .*?" + ENDS + r" P=(\S+)(?:.* A=(\w+):(\S+))?")
NO_MAIL = re.compile(r"no MAIL in SMTP connection from .*?" + ENDS + r" D=\S+(?: A=(\w+):(\S+))? C=(\S+)")


def unpack(cache: Path) -> Path:
    """The exim4 binary, fetched and unpacked into a cache directory once."""
    binary = cache / "exim" / "usr" / "sbin" / "exim4"
    if not binary.exists():
        (cache / "exim").mkdir(parents=True, exist_ok=True)
        try:
            subprocess.run(["apt-get", "download", PACKAGE], cwd=cache, check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError) as error:
            raise UnavailableError(f"no {PACKAGE} to be had: {error}") from error
        run("dpkg", "-x", str(next(cache.glob(PACKAGE + "*.deb"))), str(cache / "exim"))
    return binary


@dataclass
class Exim:
    """A running Exim on port 25 of one address."""

    folder: Path
    binary: Path
    ip: str
    process: subprocess.Popen[bytes] | None = field(default=None)

    def start(self, namespace: str) -> None:
        """Write its configuration and an /etc with its account, start, wait."""
        self.folder.mkdir(parents=True, exist_ok=True)
        users = self.folder / "users"
        users.write_text("".join(f"{name}: {secret}\n" for name, secret in SECRETS.items() if "\\" not in name))
        config = self.folder / "exim.conf"
        config.write_text(CONFIG.format(folder=self.folder, users=users))
        write_etc(
            namespace,
            {
                "passwd": ACCOUNT + Path("/etc/passwd").read_text(),
                "group": GROUP + Path("/etc/group").read_text(),
            },
        )
        run("chown", "-R", "64444:64444", str(self.folder))
        run("chown", "root", str(config))
        argv = [str(self.binary), "-C", str(config), "-bdf", "-oX", f"<; [{self.ip}]:25"]
        self.process = process.start(namespace, argv, self.folder / "out")
        process.await_listening(namespace, [(self.ip, 25)])

    def stop(self) -> None:
        """End it."""
        if self.process:
            process.stop(self.process)

    def served(self) -> list[Served]:
        """All connections its main log tells of."""
        return read(self.folder / "log-main")


def read(path: Path) -> list[Served]:
    """Connections of a main log, in the order they came."""
    seen: dict[tuple[str, str], Served] = {}
    for line in path.read_text().splitlines():
        if found := CONNECT.search(line):
            ip, port, server, at = found.groups()
            seen[ip, port] = Served(ip, int(port), server, int(at))
        elif found := FAILED.search(line):
            name, ip, port, _, _, user = found.groups()
            seen[ip, port].attempts.append(Attempt(NAMES[name], "failure", user))
        elif found := MAIL.search(line):
            finish(seen[found[1], found[2]], found[6], found[7], "esmtp" in found[5], True)
        elif found := NO_MAIL.search(line):
            finish(seen[found[1], found[2]], found[5], found[6], "EHLO" in found[7], False)
    return list(seen.values())


def finish(served: Served, name: str | None, user: str | None, ehlo: bool, mail: bool) -> None:
    """What the last line of a connection says."""
    served.ehlo, served.mail = ehlo, mail
    if name:
        served.attempts.append(Attempt(NAMES[name], "success", user))
