"""Exim (GnuTLS) at several addresses, told by its log: ACLs note each AUTH and who is logged in at the end."""

from __future__ import annotations

import hashlib
import re
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from tests.lab.clients import CACHE
from tests.lab.corpus.book import Book
from tests.lab.corpus.endpoints import Addresses, Endpoint
from tests.lab.corpus.hosts import SERVERS
from tests.lab.namespaces import inside, run
from tests.lab.served import Attempt, Served
from tests.lab.servers import process
from tests.lab.servers.exim import unpack

VARIANTS = {
    "13": "NORMAL:-VERS-ALL:+VERS-TLS1.3",
    "12": "NORMAL:-VERS-ALL:+VERS-TLS1.2:-CIPHER-ALL:+AES-256-GCM:+AES-128-GCM",
    "cc": "NORMAL:-VERS-ALL:+VERS-TLS1.2:-CIPHER-ALL:+CHACHA20-POLY1305",
    "cbc": "NORMAL:-VERS-ALL:+VERS-TLS1.2:-CIPHER-ALL:+AES-256-CBC:+AES-128-CBC",
    "mte": "NORMAL:-VERS-ALL:+VERS-TLS1.2:-CIPHER-ALL:+AES-256-CBC:+AES-128-CBC:%NO_ETM",
    "10": "NORMAL:-VERS-ALL:+VERS-TLS1.0:-CIPHER-ALL:+AES-256-CBC:+AES-128-CBC",
    "ccm": "NORMAL:-VERS-ALL:+VERS-TLS1.2:-CIPHER-ALL:+AES-256-CCM:+AES-128-CCM:+RSA",
}
LISTS = (("PLAIN", "LOGIN", "CRAM-MD5"), ("PLAIN", "LOGIN"), ("LOGIN", "XOAUTH2"), ("PLAIN", "LOGIN", "XOAUTH2"))
CONFIG = """\
primary_hostname = exim.example.org
spool_directory = {folder}/spool
log_file_path = {folder}/log-%s
pid_file_path = {folder}/pid-{name}
log_selector = +incoming_port +incoming_interface +smtp_connection +smtp_no_mail +smtp_protocol_error
tls_advertise_hosts = *
tls_certificate = {cert}
tls_privatekey = {key}
tls_require_ciphers = {priority}
auth_advertise_hosts = ${{if eq{{$tls_in_cipher}}{{}}{{}}{{*}}}}
host_lookup =
rfc1413_hosts =
helo_allow_chars = []_
helo_accept_junk_hosts = *
queue_only = true
smtp_accept_max = 200
smtp_accept_max_per_host =
acl_smtp_auth = note_auth
acl_smtp_mail = note_mail
acl_smtp_rcpt = accept
acl_smtp_quit = note_end
acl_smtp_notquit = note_end
chunking_advertise_hosts = *
pipelining_advertise_hosts = *
keep_environment =
add_environment =

begin acl
note_auth:
  accept
    logwrite = said {ends} AUTH $smtp_command_argument
note_mail:
  deny
    condition = {strict}
    !authenticated = *
    logwrite = said {ends} MAIL
    message = Authentication required
  accept
    logwrite = said {ends} MAIL
note_end:
  accept
    logwrite = said {ends} END $sender_host_authenticated

begin routers
hole:
  driver = redirect
  data = :blackhole:

begin authenticators
"""
AUTHENTICATORS = {
    "PLAIN": """\
plain:
  driver = plaintext
  public_name = PLAIN
  server_prompts = :
  server_condition = ${{if eq{{$auth3}}{{${{lookup{{$auth2}}lsearch{{{users}}}}}}}}}
  server_set_id = $auth2
""",
    "LOGIN": """\
login:
  driver = plaintext
  public_name = LOGIN
  server_prompts = Username:: : Password::
  server_condition = ${{if eq{{$auth2}}{{${{lookup{{$auth1}}lsearch{{{users}}}}}}}}}
  server_set_id = $auth1
""",
    "CRAM-MD5": """\
cram_md5:
  driver = cram_md5
  public_name = CRAM-MD5
  server_secret = ${{lookup{{$auth1}}lsearch{{{users}}}{{$value}}fail}}
  server_set_id = $auth1
""",
    "XOAUTH2": """\
xoauth2:
  driver = plaintext
  public_name = XOAUTH2
  server_prompts = :
  server_condition = ${{lookup{{${{sha256:$auth1}}}}lsearch{{{tokens}}}{{yes}}{{no}}}}
  server_set_id = somebody
""",
}
VARIABLES = "[$sender_host_address]:$sender_host_port I=[$received_ip_address]:$received_port"
ENDS = r"\[([\d.]+)\]:(\d+) I=\[([\d.]+)\]:(\d+)"
CONNECT = re.compile(r"SMTP connection from " + ENDS + r" \(")
SAID = re.compile(r"said " + ENDS + r" (AUTH|MAIL|END)(?: (\S+)( \S+)?)?")
FAILED = re.compile(r"(\w+) authenticator failed for .*?" + ENDS + r": (\d{3}) ")
REFUSED = re.compile(r"SMTP protocol error in \"AUTH ([^ \"]+)( [^\"]+)?\" .*?" + ENDS + r" (.*)$")
UNSUPPORTED = "not supported"


@dataclass
class Exim:
    """A daemon for each address: Exim has one TLS setting."""

    folder: Path
    papers: tuple[Path, Path]
    people: Book
    endpoints: list[Endpoint] = field(default_factory=list)
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Deal out addresses."""
        self.binary, block = unpack(CACHE), Addresses(11)
        for place, variant in enumerate((*VARIANTS, "13", "12", "13", "cbc")):
            offers = LISTS[place % len(LISTS)]
            self.endpoints.append(Endpoint("exim", block.next(), variant, offers, strict=place % 2 == 0))

    def start(self) -> None:
        """Write tables and a configuration for each, start."""
        self.folder.mkdir(parents=True, exist_ok=True)
        users, tokens = self.folder / "users", self.folder / "tokens"
        known = [each for each in self.people.accounts if not each.token]
        users.write_text("".join(f"{each.user}: {each.secret}\n" for each in known))
        rows = [f"user={each.user}\1auth=Bearer {each.secret}\1\1" for each in self.people.accounts if each.token]
        tokens.write_text("".join(hashlib.sha256(row.encode()).hexdigest().upper() + ": yes\n" for row in rows))
        configs = [self.config(each, {"users": users, "tokens": tokens}) for each in self.endpoints]
        run("chown", "-R", "64444:64444", str(self.folder))
        run("chown", "root", *map(str, configs))
        for each, config in zip(self.endpoints, configs, strict=True):
            self.start_one(each, config)
        process.await_listening(SERVERS, [(each.ip, each.port) for each in self.endpoints])

    def config(self, endpoint: Endpoint, tables: dict[str, Path]) -> Path:
        """The configuration of one address."""
        name = endpoint.ip.replace(".", "-")
        config = self.folder / f"{name}.conf"
        cert, key = self.papers
        common = CONFIG.format(
            folder=self.folder, name=name, cert=cert, key=key, priority=VARIANTS[endpoint.variant],
            ends=VARIABLES, strict="yes" if endpoint.strict else "no",
        )  # fmt: skip
        config.write_text(common + "".join(AUTHENTICATORS[each].format(**tables) for each in endpoint.offers))
        return config

    def start_one(self, endpoint: Endpoint, config: Path) -> None:
        """One daemon."""
        argv = [str(self.binary), "-C", str(config), "-bdf", "-oX", f"<; [{endpoint.ip}]:{endpoint.port}"]
        with (self.folder / "out").open("ab") as said:
            self.processes.append(subprocess.Popen(inside(SERVERS, argv), stdout=said, stderr=said))

    def stop(self) -> None:
        """End them."""
        for each in self.processes:
            process.stop(each)

    def served(self) -> list[Served]:
        """All connections of the main log."""
        return read(self.folder / "log-main")


def read(path: Path) -> list[Served]:
    """Connections in the order they came; an AUTH whose end is not told has none."""
    seen: dict[tuple[str, str], Served] = {}
    for line in path.read_text(errors="replace").splitlines() if path.exists() else ():
        if found := CONNECT.search(line):
            ip, port, server, at = found.groups()
            seen[ip, port] = Served(ip, int(port), server, int(at))
        elif (found := SAID.search(line)) and (served := seen.get((found[1], found[2]))):
            hear(served, found)
        elif (found := REFUSED.search(line)) and (served := seen.get((found[3], found[4]))):
            refuse(served, found)
        elif (found := FAILED.search(line)) and (served := seen.get((found[2], found[3]))):
            end(served, "failure", found[6])
    return list(seen.values())


def hear(served: Served, found: re.Match[str]) -> None:
    """A command that an ACL noted; at the end it notes who is logged in, if anybody."""
    if found[5] == "MAIL":
        served.mail_tls = True
        return
    if found[5] == "END":
        if found[6]:
            end(served, "success", "235")
        return
    name = (found[6] or "?").upper()
    served.attempts.append(Attempt(name, tls=True, initial=bool(found[7])))


def refuse(served: Served, found: re.Match[str]) -> None:
    """An AUTH that came at the wrong time never reached the ACL; one of an unknown mechanism did."""
    name = found[1].upper()
    if UNSUPPORTED not in found[7] or not served.attempts:
        served.attempts.append(Attempt(name, tls=True, initial=bool(found[2])))
    last = served.attempts[-1]
    last.outcome, last.code = "failure", "503"


def end(served: Served, outcome: str, code: str) -> None:
    """How the last AUTH ended; success is told last, whatever came between."""
    if served.attempts and served.attempts[-1].outcome == "unknown":
        last = served.attempts[-1]
        last.outcome, last.code, last.challenged = outcome, code, True
