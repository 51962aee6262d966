"""A server's TLS: what it allows, and what OpenSSL tells of each handshake while it happens.

The tale comes from OpenSSL's own message callback, which CPython keeps for its debugging: it names
every handshake message and every alert, those that the wire hides too.
"""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from tests.lab.namespaces import run
from tests.lab.served import Handshake
from tests.lab.servers.certificates import names_in

ALERT, HANDSHAKE, HEADER = 21, 22, 256
"""What a message callback may be about; the header of a record is OpenSSL's own number."""
SERVER_HELLO, CERTIFICATE = 2, 11
ANYTHING = "ALL:@SECLEVEL=0"
NO_ENCRYPT_THEN_MAC = 1 << 19
"""OpenSSL's SSL_OP_NO_ENCRYPT_THEN_MAC, which CPython has no name for."""
RENEGOTIATION = 1 << 8
"""OpenSSL's SSL_OP_ALLOW_CLIENT_RENEGOTIATION, likewise."""
CHOSE_1_3 = bytes.fromhex("002b00020304")
"""The extension supported_versions of a ServerHello, with TLS 1.3 in it."""


@dataclass(frozen=True)
class Policy:
    """What a server allows; versions and `group` in OpenSSL's names, `days` of its certificate.

    `tickets` is how many session tickets follow a TLS 1.3 handshake; without `encrypt_then_mac` CBC suites keep
    to the old order.  It `renegotiates` when a client of TLS 1.2 asks for it.
    """

    lowest: str = "TLSv1_2"
    highest: str = "TLSv1_3"
    ciphers: str | None = None
    group: str | None = None
    asks_certificate: bool = False
    alpn: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    days: tuple[int, int] | None = None
    tickets: int | None = None
    encrypt_then_mac: bool = True
    renegotiates: bool = False

    def context(self, cert: Path, key: Path) -> ssl.SSLContext:
        """The settings for OpenSSL."""
        made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        made.sslsocket_class = Watched
        made.load_cert_chain(cert, key)
        if self.ciphers:
            made.set_ciphers(self.ciphers)
        made.minimum_version = ssl.TLSVersion[self.lowest]
        made.maximum_version = ssl.TLSVersion[self.highest]
        if self.group:
            made.set_ecdh_curve(self.group)
        if self.tickets is not None:
            made.num_tickets = self.tickets
        if not self.encrypt_then_mac:
            made.options |= NO_ENCRYPT_THEN_MAC
        if self.renegotiates:
            made.options |= RENEGOTIATION
        if self.asks_certificate:
            made.verify_mode = ssl.CERT_OPTIONAL
        if self.alpn:
            made.set_alpn_protocols(list(self.alpn))
        made.sni_callback = note_name
        made._msg_callback = note_message  # type: ignore[attr-defined]
        return made


@dataclass
class Tale:
    """What was told of one handshake; `headers` are those of the last record read and written."""

    sni: str | None = None
    named: bool = False
    done: bool = False
    version: str | None = None
    cipher: str | None = None
    certified: bool = False
    headers: dict[str, bytes] = field(default_factory=dict)
    alert: str | None = None

    def choose(self, hello: bytes) -> None:
        """What a ServerHello chose (RFC 5246 7.4.1.3, RFC 8446 4.1.3)."""
        latest = CHOSE_1_3 in hello
        self.version = "1.3" if latest else f"1.{hello[5] - 1}"
        suite = 4 + 2 + 32 + 1 + hello[38]
        self.cipher = registered(hello[suite : suite + 2])

    def shows(self, way: str) -> bool:
        """Whether an alert went by in clear: two bytes in a record of its own (RFC 8446 6)."""
        header = self.headers.get(way, b"")
        return header[:1] == bytes([ALERT]) and header[3:5] == b"\x00\x02"


class Watched(ssl.SSLSocket):
    """A connection with its tale."""

    @property
    def tale(self) -> Tale:
        """What was told so far."""
        told: Tale = self.__dict__.setdefault("told", Tale())
        return told


def note_name(connection: Any, name: str | None, _: ssl.SSLContext) -> None:
    """The ClientHello was read, with or without a server name."""
    connection.tale.sni, connection.tale.named = name, True


def note_message(connection: Any, way: str, version: Any, content: int, message: Any, data: bytes) -> None:
    """A message went by; what comes after the handshake is nothing to it."""
    tale: Tale = connection.tale
    if tale.done:
        return
    if content == HEADER:
        tale.headers[way] = data
    elif content == ALERT and tale.alert is None:
        tale.alert = message.name.lower() if tale.shows(way) else "encrypted"
    elif content == HANDSHAKE and way == "write":
        tale.certified |= int(message) == CERTIFICATE
        if int(message) == SERVER_HELLO:
            tale.choose(data)


def handshake(connection: Watched, cert: Path) -> Handshake:
    """What is known of a handshake that came to its end, good or bad."""
    tale = connection.tale
    tale.done = True
    seen = tale.certified and tale.version != "1.3"
    return Handshake(
        version=tale.version,
        cipher=tale.cipher,
        sni=tale.sni,
        named=tale.named,
        resumed=connection.session_reused if tale.version else None,
        alert=tale.alert,
        certificate_names=list(names_in(cert)) if seen else None,
    )


def registered(number: bytes) -> str:
    """The name of a cipher suite in IANA's registry, by its number."""
    return suites()[f"0x{number[0]:02X},0x{number[1]:02X}"]


def iana(name: str) -> str:
    """The same by OpenSSL's name."""
    return suites()[name]


@cache
def suites() -> dict[str, str]:
    """Registered names of cipher suites, by number and by OpenSSL's name."""
    lines = run("openssl", "ciphers", "-V", "-stdname", "ALL:COMPLEMENTOFALL:@SECLEVEL=0").splitlines()
    rows = [words for words in map(str.split, lines) if words]
    return {key: words[2] for words in rows for key in (words[0], words[4])}
