"""TLS clients whose handshake is the point: what they allow, name, trust and remember."""

from __future__ import annotations

import json
import sys
from dataclasses import replace

from tests.lab import clients
from tests.lab.clients import PROGRAMS, Client, Command, Wish

PATIENCE = ("timeout", "5")
GOODBYE = "QUIT\r\n"
TWICE = """f=$(mktemp)
printf 'QUIT\\r\\n' | "$@" -sess_out "$f"
printf 'QUIT\\r\\n' | "$@" -sess_in "$f"
rm "$f"
"""
WITH_CERTIFICATE = """d=$(mktemp -d)
openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=client.example.org -out "$d/crt" -keyout "$d/key" 2> /dev/null
printf 'QUIT\\r\\n' | "$@" -cert "$d/crt" -key "$d/key"
rm -r "$d"
"""

CURL_WITH_CERTIFICATE = """d=$(mktemp -d)
openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=client.example.org -out "$d/crt" -keyout "$d/key" 2> /dev/null
"$@" --cert "$d/crt" --key "$d/key"
rm -r "$d"
"""


def s_client(*options: str, starttls: bool = True) -> Client:
    """Openssl's s_client with options: a greeting with a name of its own, then QUIT."""

    def s_client(wish: Wish) -> Command:
        argv = [*PATIENCE, "openssl", "s_client", "-connect", f"{wish.host}:{wish.port}", "-quiet"]
        argv += ["-starttls", "smtp", "-name", wish.helo] if starttls else []
        argv += [] if wish.sni else ["-noservername"]
        return Command((*argv, *options), stdin=GOODBYE)

    return s_client


def conversing(*steps: str, options: tuple[str, ...] = (), times: int = 1) -> Client:
    """Openssl's s_client, which says these lines inside TLS; `{helo}` is filled in.

    The step `K` updates its keys, `R` renegotiates.  A second time it brings along the session of the first.
    """

    def s_client(wish: Wish) -> Command:
        lines = [step.replace("{helo}", wish.helo) for step in steps]
        argv = ["openssl", "s_client", "-connect", f"{wish.host}:{wish.port}", "-crlf"]
        argv += ["-starttls", "smtp", "-name", wish.helo, *options]
        return Command((sys.executable, str(PROGRAMS / "converse.py"), str(times), json.dumps(lines), *argv))

    return s_client


def with_certificate(client: Client) -> Client:
    """A client of curl's with a certificate of its own making."""

    def curl(wish: Wish) -> Command:
        once = client(wish)
        return replace(once, argv=("sh", "-c", CURL_WITH_CERTIFICATE, "sh", *once.argv))

    return curl


def returning(*options: str) -> Client:
    """The same client twice; the second time it brings along what the first left it."""

    def s_client_twice(wish: Wish) -> Command:
        once = s_client(*options)(wish)
        return Command(("sh", "-c", TWICE, "sh", *once.argv))

    s_client_twice.__name__ = "s_client"
    return s_client_twice


def presenting(*options: str) -> Client:
    """The same client with a certificate of its own making."""

    def s_client_presenting(wish: Wish) -> Command:
        once = s_client(*options)(wish)
        return Command(("sh", "-c", WITH_CERTIFICATE, "sh", *once.argv))

    s_client_presenting.__name__ = "s_client"
    return s_client_presenting


def gnutls_cli(priority: str = "NORMAL", *options: str) -> Client:
    """gnutls-cli with STARTTLS; it has a name of its own for EHLO."""

    def gnutls_cli(wish: Wish) -> Command:
        argv = (*PATIENCE, "gnutls-cli", "--crlf", "--starttls-proto=smtp", f"--priority={priority}")
        return Command((*argv, *options, "-p", str(wish.port), wish.host), stdin="QUIT\n")

    return gnutls_cli


def curl(*options: str, trusting: bool = True) -> Client:
    """Curl with options; without trust it checks the certificate."""

    def curl(wish: Wish) -> Command:
        plain = clients.curl(wish)
        argv = plain.argv if trusting else tuple(word.replace("-sSk", "-sS") for word in plain.argv)
        return replace(plain, argv=(*argv, *options))

    return curl


def msmtp(priorities: str) -> Client:
    """Msmtp with GnuTLS priorities."""

    def msmtp(wish: Wish) -> Command:
        plain = clients.msmtp(wish)
        at = plain.argv.index("--")
        more = f"--tls-priorities={priorities}"
        return replace(plain, argv=(*plain.argv[:at], more, *plain.argv[at:]))

    return msmtp
