"""Which programs took part in a recording, with their versions."""

from __future__ import annotations

import datetime
import json
import platform
import re
from collections.abc import Sequence
from functools import cache
from importlib.metadata import version

from tests.lab import clients
from tests.lab.namespaces import run

PACKAGES = {
    "Postfix": "postfix",
    "Dovecot": "dovecot-core",
    "swaks": "swaks",
    "msmtp": "msmtp",
    "curl": "curl",
    "PHPMailer": "libphp-phpmailer",
    "Perl": "perl",
    "OpenSSL": "openssl",
    "GnuTLS": "gnutls-bin",
    "dnsmasq": "dnsmasq-base",
    "JavaMail": "libmail-java",
    "udhcpc": "udhcpc",
    "Avahi": "avahi-daemon",
    "Samba": "samba",
    "lldpd": "lldpd",
    "wsdd2": "wsdd2",
    "Net-SNMP": "snmpd",
    "radvd": "radvd",
    "Keepalived": "keepalived",
    "dhclient": "isc-dhcp-client",
    "dhcrelay": "isc-dhcp-relay",
    "Mutt": "mutt",
    "S-nail": "s-nail",
    "sendEmail": "sendemail",
    "Ruby": "ruby",
}
CLIENTS = {
    "swaks": "swaks",
    "swaks_pipelined": "swaks",
    "msmtp": "msmtp",
    "curl": "curl",
    "phpmailer": "PHPMailer",
    "net_smtp": "Net::SMTP of Perl",
    "nodemailer": "nodemailer",
    "smtplib": "smtplib of Python",
    "s_client": "OpenSSL",
    "gnutls_cli": "GnuTLS",
    "java_mail": "JavaMail",
}
SERVERS = {"postfix": "Postfix with Dovecot", "exim": "Exim", "aiosmtpd": "aiosmtpd"}


def origin(server: str, client: str) -> str:
    """Where a recording comes from: the programs, their versions, the date."""
    kind = SERVERS.get(server.partition("-")[0], f"the scripted server `{server}`")
    today = datetime.datetime.now(datetime.UTC).date()
    spoken = with_versions(CLIENTS.get(client, "a scripted client"))
    return f"recorded by tests/lab/record.py on {today}: {spoken} to {with_versions(kind)}"


def office_origin(servers: Sequence[str], names: Sequence[str]) -> str:
    """The same for a recording with many of both."""
    today = datetime.datetime.now(datetime.UTC).date()
    spoken = dict.fromkeys(with_versions(CLIENTS.get(name, "a scripted client")) for name in names)
    answering = dict.fromkeys(with_versions(server) for server in servers)
    return f"recorded by tests/lab/record.py on {today}: {', '.join(spoken)} to {', '.join(answering)}"


def with_versions(text: str) -> str:
    """A text with the version put behind each program it names."""
    known = [*PACKAGES, "aiosmtpd", "Exim", "nodemailer", "Python"]
    return re.sub(r"\b(" + "|".join(known) + r")\b", lambda found: f"{found[0]} {release(found[0])}", text)


@cache
def release(program: str) -> str:
    """The version of a program, from whoever installed it."""
    if program == "Python":
        return platform.python_version()
    if program == "aiosmtpd":
        return version(program)
    if program == "nodemailer":
        package = clients.CACHE / "node_modules" / "nodemailer" / "package.json"
        return str(json.loads(package.read_text())["version"])
    if program == "Exim":
        return short(next(iter(clients.CACHE.glob("exim4-daemon-light_*.deb"))).name.split("_")[1])
    return short(run("dpkg-query", "-W", "-f", "${Version}", PACKAGES[program], check=False))


def short(full: str) -> str:
    """A Debian version without epoch and revision."""
    return re.sub(r"^\d+:|[-+~].*$", "", full)
