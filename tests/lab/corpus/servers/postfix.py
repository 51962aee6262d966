"""Postfix with Dovecot's SASL: a face for each AUTH list and kind of TLS, its verbatim log for the truth."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path

from tests.lab.corpus.book import Book
from tests.lab.corpus.endpoints import CIPHERS, Addresses, Endpoint
from tests.lab.corpus.hosts import SERVERS
from tests.lab.served import Served
from tests.lab.servers import postfix
from tests.lab.servers.dovecot import Dovecot
from tests.lab.servers.postfix import Face

LISTS = (
    ("PLAIN", "LOGIN"),
    ("PLAIN", "LOGIN", "CRAM-MD5", "DIGEST-MD5"),
    ("LOGIN",),
    ("PLAIN", "LOGIN", "XOAUTH2", "OAUTHBEARER"),
    ("SCRAM-SHA-1", "SCRAM-SHA-256", "PLAIN"),
    ("CRAM-MD5", "DIGEST-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256"),
    ("CRAM-MD5", "LOGIN"),
    ("PLAIN",),
)
MECHANISMS = "plain login cram-md5 digest-md5 scram-sha-1 scram-sha-256 xoauth2 oauthbearer"
TRUSTED = "10.20.0.0/16"


def tls(variant: str) -> tuple[str, ...]:
    """The options of a kind of TLS."""
    if variant == "13":
        return ("smtpd_tls_protocols=>=TLSv1.3", "smtpd_tls_mandatory_protocols=>=TLSv1.3")
    only = "TLSv1" if variant == "10" else "TLSv1.2"
    chosen = (f"tls_medium_cipherlist={CIPHERS[variant]}", f"smtpd_tls_protocols={only}")
    old = ("tls_ssl_options=0x80000",) if variant == "mte" else ()
    return (*chosen, f"smtpd_tls_mandatory_protocols={only}", "smtpd_tls_mandatory_ciphers=medium", *old)


@dataclass
class Postfix:
    """One instance with all faces, and the Dovecot behind it."""

    folder: Path
    papers: tuple[Path, Path]
    people: Book
    endpoints: list[Endpoint] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Deal out addresses to faces."""
        block, self.faces = Addresses(10), []
        variants = cycle(("13", "12", "13", "cbc", "cc", "mte", "13", "12", "10"))
        for place in range(3 * len(LISTS)):
            offers, variant, ip = LISTS[place % len(LISTS)], next(variants), block.next()
            strict, implicit = place % 3 == 0, place == 5
            filtered = f"smtpd_sasl_mechanism_filter={','.join(offers).lower()}"
            options = ["smtpd_sasl_auth_enable=yes", "smtpd_tls_auth_only=yes", filtered, *tls(variant)]
            options += ["mynetworks=127.0.0.0/8"] if strict else [f"mynetworks={TRUSTED}"]
            options += ["smtpd_tls_wrappermode=yes"] if implicit else []
            self.faces.append(Face(ip, 465 if implicit else 587, not implicit, tuple(options)))
            longest = 2000
            self.endpoints.append(
                Endpoint("postfix", ip, variant, offers, 465 if implicit else 587, implicit, strict, longest)
            )
        self.dovecot = Dovecot(
            self.folder / "dovecot",
            {each.user: each.secret for each in self.people.accounts},
            MECHANISMS,
        )
        self.postfix = postfix.Postfix(
            self.folder / "postfix", tuple(self.faces), self.dovecot.socket, self.papers,
            more=("smtpd_client_connection_count_limit = 0", "default_process_limit = 60"),
        )  # fmt: skip

    def start(self) -> None:
        """Start both."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.dovecot.start(SERVERS)
        self.postfix.start(SERVERS)

    def stop(self) -> None:
        """Stop both."""
        self.postfix.stop()
        self.dovecot.stop()

    def served(self) -> list[Served]:
        """All connections of the mail log."""
        return self.postfix.served()
