"""Mail servers as clients: Postfix with SASL in one instance for all wishes, Exim once for each."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from tests.lab.clients import Command
from tests.lab.corpus.clients.commands import mail
from tests.lab.corpus.clients.fetched import EXIM
from tests.lab.corpus.clients.program import CRAM, DIGEST, LOGIN, NONE, PLAIN, SCRAM, XOAUTH2, Program, needs
from tests.lab.corpus.wishes import Wish
from tests.lab.namespaces import run

EXIM_CONFIG = """\
exim_path = {binary}
primary_hostname = {helo}
spool_directory = {folder}/spool
log_file_path = {folder}/log-%s
keep_environment =
add_environment =
tls_require_ciphers = NORMAL:+VERS-TLS1.0:+VERS-TLS1.1:%COMPAT
begin routers
out:
  driver = manualroute
  transport = out
  route_list = * {host}
begin transports
out:
  driver = smtp
  port = {port}
  protocol = {protocol}
  helo_data = {helo}
  hosts_require_tls = *
  {auth}
  tls_verify_certificates =
  tls_try_verify_hosts =
  hosts_try_dane =
  tls_require_ciphers = NORMAL:+VERS-TLS1.0:+VERS-TLS1.1:%COMPAT
begin retry
begin authenticators
"""
EXIM_METHODS = {
    "PLAIN": "plain:\n  driver = plaintext\n  public_name = PLAIN\n  client_send = ^{user}^{secret}\n",
    "LOGIN": "login:\n  driver = plaintext\n  public_name = LOGIN\n  client_send = : {user} : {secret}\n",
    "CRAM-MD5": "cram:\n  driver = cram_md5\n  public_name = CRAM-MD5\n  client_name = {user}\n"
    "  client_secret = {secret}\n",
}


def exim(wish: Wish, folder: Path) -> Command:
    """Exim sends one mail in the foreground and keeps none."""
    config, binary = folder / "exim.conf", folder / "exim4"
    shutil.copy(EXIM.made, binary)
    known = {"user": wish.user, "secret": wish.secret.replace("^", "^^")}
    methods = EXIM_METHODS[wish.mechanism].format(**known) if wish.mechanism else ""
    config.write_text(
        EXIM_CONFIG.format(
            binary=binary,
            helo=wish.helo,
            folder=folder,
            host=wish.host,
            port=wish.port,
            protocol="smtps" if wish.tls == "implicit" else "smtp",
            auth="hosts_try_auth = *" if wish.mechanism else "hosts_try_auth =",
        )
        + methods
    )
    run("chown", "-R", "64444:64444", str(folder))
    run("chown", "root", str(config), str(binary))
    binary.chmod(0o4755)
    return Command((str(binary), "-C", str(config), "-odf", "-f", wish.sender, *wish.to), mail(wish))


RELAYS = (
    Program(
        "exim-client",
        "GnuTLS/exim",
        (LOGIN, PLAIN, CRAM, NONE),
        command=exim,
        lacking=EXIM.lacking,
        quits=False,
        parallel=3,
    ),
    Program(
        "postfix-client",
        "OpenSSL3+cyrus-sasl",
        (LOGIN, PLAIN, CRAM, DIGEST, *SCRAM, XOAUTH2, NONE),
        (sys.executable, "-m", "tests.lab.corpus.clients.postfix_client"),
        lacking=needs("postfix"),
        quits=False,
        implicit=False,
        weight=1.1,
    ),
)
