"""Postfix as a client plays a file of wishes: one instance, whose senders tell where to go and who one is."""

from __future__ import annotations

import smtplib
import subprocess
import sys
import time
from contextlib import suppress
from itertools import product
from pathlib import Path

from tests.lab.corpus.wishes import Wish, wish_of
from tests.lab.servers.postfix import MASTER

MAIN = """\
compatibility_level = 3.6
queue_directory = {folder}/spool
data_directory = {folder}/data
maillog_file = {folder}/mail.log
maillog_file_prefixes = {folder}
myhostname = relay.example.org
mydestination =
default_transport = discard:nowhere
sender_dependent_default_transport_maps = texthash:{folder}/transports
smtp_sasl_password_maps = texthash:{folder}/secrets
smtp_sender_dependent_authentication = yes
smtp_sasl_security_options =
smtp_tls_security_level = encrypt
smtp_tls_mandatory_protocols = >=TLSv1
smtp_tls_mandatory_ciphers = medium
tls_medium_cipherlist = ALL:@SECLEVEL=0
smtp_dns_support_level = disabled
smtp_host_lookup = native
smtp_connection_cache_on_demand = no
smtp_sasl_auth_soft_bounce = no
inet_protocols = ipv4
alias_maps =
smtpd_relay_restrictions = permit_mynetworks, reject
initial_destination_concurrency = 4
"""
MECHANISMS = ("login", "plain", "cram-md5", "digest-md5", "scram-sha-1", "scram-sha-256", "xoauth2", "none")
AT, LIMIT = 2525, 60


def master(names: list[str]) -> str:
    """The services: one for each mechanism and greeting."""
    rows = [MASTER, f"127.0.0.1:{AT} inet n - n - - smtpd\n"]
    for (place, name), mechanism in product(enumerate(names), MECHANISMS):
        auth = "no" if mechanism == "none" else "yes"
        rows.append(
            f"{mechanism}-{place} unix - - n - 6 smtp\n  -o smtp_helo_name={name}\n  -o smtp_sasl_auth_enable={auth}\n"
            f"  -o smtp_sasl_mechanism_filter={mechanism}\n"
        )
    return "".join(rows)


def write(folder: Path, wishes: list[Wish]) -> list[str]:
    """The configuration; the sender of each wish, made unique."""
    names = sorted({wish.helo for wish in wishes})[:12]
    senders = [f"w{number}-{wish.sender}" for number, wish in enumerate(wishes)]
    transports, secrets = [], []
    for number, (sender, wish) in enumerate(zip(senders, wishes, strict=True)):
        mechanism = (wish.mechanism or "none").lower()
        transports.append(f"{sender} {mechanism}-{number % len(names)}:[{wish.host}]:{wish.port}\n")
        secrets.append(f"{sender} {wish.user}:{wish.secret}\n")
    for part in ("etc", "spool", "data"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    (folder / "transports").write_text("".join(transports))
    (folder / "secrets").write_text("".join(secrets))
    (folder / "etc" / "main.cf").write_text(MAIN.format(folder=folder))
    (folder / "etc" / "master.cf").write_text(master(names))
    subprocess.run(["chown", "-R", "postfix", str(folder / "data")], check=True)
    return senders


def main() -> None:
    """Start the instance, hand it a mail for each wish, wait until its queue is empty."""
    wishes = [wish_of(line) for line in Path(sys.argv[1]).read_text().splitlines()]
    folder = Path.cwd() / "postfix"
    senders = write(folder, wishes)
    control = ["postfix", "-c", str(folder / "etc")]
    subprocess.run([*control, "start"], check=True)
    time.sleep(1.5)
    with smtplib.SMTP("127.0.0.1", AT, "localhost", timeout=20) as inside:
        for sender, wish in zip(senders, wishes, strict=True):
            with suppress(smtplib.SMTPException):
                inside.sendmail(sender, wish.to, f"Subject: {wish.subject}\n\n{wish.body or '-'}")
    end = time.monotonic() + LIMIT
    while any((folder / "spool" / "active").rglob("[0-9A-F]*[0-9A-F]")) and time.monotonic() < end:
        time.sleep(0.5)
    time.sleep(1)
    subprocess.run([*control, "stop"], check=False)


if __name__ == "__main__":
    main()
