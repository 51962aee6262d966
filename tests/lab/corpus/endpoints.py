"""Where a client may go: an address, what answers there, and what it offers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from tests.lab.served import Served

CBC = "ECDHE-RSA-AES256-SHA384:ECDHE-RSA-AES128-SHA256:ECDHE-RSA-AES256-SHA:AES128-SHA256:AES128-SHA@SECLEVEL=0"
CIPHERS = {
    "12": "ECDHE+AESGCM:AES128-GCM-SHA256@SECLEVEL=0",
    "cc": "ECDHE+CHACHA20@SECLEVEL=0",
    "ccm": "AES128-CCM:AES256-CCM8:AES256-CCM@SECLEVEL=0",
    "cbc": CBC,
    "mte": CBC,
    "10": "ECDHE-RSA-AES256-SHA:AES128-SHA:AES256-SHA@SECLEVEL=0",
}
"""TLS 1.2 and older by the word of the labels, in OpenSSL's language; `13` allows nothing but TLS 1.3."""
LOWEST_CONFIG = """\
openssl_conf = all
[all]
ssl_conf = ssl
[ssl]
system_default = system
[system]
MinProtocol = TLSv1
CipherString = ALL:@SECLEVEL=0
{more}
"""
"""OpenSSL as it was when many devices were made: what Debian switches off is on."""


@dataclass(frozen=True)
class Endpoint:
    """An address that serves; `variant` is its TLS, `offers` its mechanisms.

    `longest` is the longest command line it takes, `oauth` says that it knows tokens, `strict` that mail needs AUTH;
    a `slow` one is Exchange Online with its real delay.
    """

    server: str
    ip: str
    variant: str
    offers: tuple[str, ...]
    port: int = 587
    implicit: bool = False
    strict: bool = False
    longest: int = 12000
    refuses_accounts: bool = False
    slow: bool = False


class Serving(Protocol):
    """A server of the corpus, with all its addresses."""

    endpoints: list[Endpoint]

    def start(self) -> None:
        """Start it and wait until it listens."""

    def stop(self) -> None:
        """End it."""

    def served(self) -> list[Served]:
        """What it logged."""


@dataclass
class Addresses:
    """Addresses of one server kind, handed out one by one."""

    block: int
    used: list[str] = field(default_factory=list)

    def next(self) -> str:
        """A fresh address."""
        self.used.append(f"198.18.{self.block}.{len(self.used) + 1}")
        return self.used[-1]
