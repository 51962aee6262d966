"""Real handshakes, driven in memory: Python's ssl on both sides, no network.

    client, server = contexts(maximum=TLSv1_2)
    said = shake(client, server)

``recorded`` has one of each kind.
"""

from __future__ import annotations

import ssl
import tempfile
import warnings
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from ssl import TLSVersion

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from sniffer.model.facts import TlsFact
from tests.protocols.dialogue import Turn, Turns

NAME = "mail.example.org"
BEGIN, END = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
NOTHING = TlsFact()
EHLO, REPLY = b"EHLO scanner\r\n", b"250-mail.example.org\r\n250 AUTH LOGIN\r\n"
Ends = dict[bool, ssl.SSLObject]
Wires = dict[bool, tuple[ssl.MemoryBIO, ssl.MemoryBIO]]
HELLO = ((True, EHLO), (False, REPLY))


@dataclass(frozen=True)
class Identity:
    """A certificate and its key, in PEM and DER."""

    pem: bytes
    der: bytes


@cache
def identity(name: str = NAME, *, sans: tuple[str, ...] = (NAME,), organisation: str = "Example, Inc.") -> Identity:
    """Make a self-signed certificate."""
    key = ec.generate_private_key(ec.SECP256R1())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # of names that no CA would sign
        common = x509.NameAttribute(NameOID.COMMON_NAME, name, _validate=False)
    subject = x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation), common])
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(BEGIN).not_valid_after(END)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    if sans:
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(each) for each in sans]), False)
    certificate = builder.sign(key, hashes.SHA256())
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return Identity(pem + certificate.public_bytes(Encoding.PEM), certificate.public_bytes(Encoding.DER))


def contexts(
    *,
    minimum: TLSVersion = TLSVersion.TLSv1_2,
    maximum: TLSVersion = TLSVersion.TLSv1_3,
    trusted: bool = True,
    whose: Identity | None = None,
    ciphers: str = "",
) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Return contexts of a client and a server that speak the same versions; ``trusted`` is the server's CA."""
    shown = whose or identity()
    client, server = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    load(server, shown)
    trust(client, shown if trusted else identity("other.example.org"))
    for context in (client, server):
        if minimum < TLSVersion.TLSv1_2 or ciphers:
            context.set_ciphers(ciphers or "ALL:@SECLEVEL=0")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # TLS 1.0 and 1.1 are what old devices speak
            context.minimum_version, context.maximum_version = minimum, maximum
    return client, server


def load(context: ssl.SSLContext, shown: Identity) -> None:
    """Give a side its certificate."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "pem"
        path.write_bytes(shown.pem)
        context.load_cert_chain(path)


def trust(context: ssl.SSLContext, whom: Identity) -> None:
    """Make a side trust a certificate."""
    context.load_verify_locations(cadata=whom.der)


def shake(
    client: ssl.SSLContext,
    server: ssl.SSLContext,
    *,
    name: str | None = NAME,
    session: ssl.SSLSession | None = None,
    sessions: list[ssl.SSLSession] | None = None,
    lines: Sequence[tuple[bool, bytes]] = HELLO,
    closing: bool = False,
) -> Turns:
    """Return what goes over the wire: the handshake, and if it succeeds what the two say, an EHLO and its reply.

    The session that the client could resume is added to ``sessions``.  ``closing`` has the client and then the server
    say that no more comes.
    """
    client.check_hostname = client.check_hostname and name is not None
    wires = {side: (ssl.MemoryBIO(), ssl.MemoryBIO()) for side in (True, False)}
    ends = {
        True: client.wrap_bio(*wires[True], server_hostname=name, session=session),
        False: server.wrap_bio(*wires[False], server_side=True),
    }
    said: Turns = []
    done: dict[bool, bool] = {True: False, False: False}
    for _ in range(10):
        for side in (True, False):
            if not done[side]:
                try:
                    ends[side].do_handshake()
                    done[side] = True
                except ssl.SSLWantReadError:
                    pass
                except ssl.SSLError:
                    _deliver(said, wires, side)
                    return said
            _deliver(said, wires, side)
    if not _talk(ends, wires, said, lines):
        return said
    resumable = ends[True].session
    if sessions is not None and resumable is not None:
        sessions.append(resumable)
    for side in (True, False) if closing else ():
        with suppress(ssl.SSLWantReadError):
            ends[side].unwrap()
        _deliver(said, wires, side)
    return said


def _talk(ends: Ends, wires: Wires, said: Turns, lines: Sequence[tuple[bool, bytes]]) -> bool:
    """Say lines and hear all that the other side says; False when that ends it."""
    for side, line in lines:
        try:
            ends[not side].read()
        except ssl.SSLWantReadError:
            pass
        except ssl.SSLError:
            _deliver(said, wires, not side)
            return False
        ends[side].write(line)
        _deliver(said, wires, side)
    for end in ends.values():
        with suppress(ssl.SSLWantReadError):
            end.read()
    return True


def _deliver(said: Turns, wires: Wires, side: bool) -> None:
    data = wires[side][1].read()
    if data:
        said.append(Turn(side, data))
        wires[not side][0].write(data)


Fields = dict[str, object]


@dataclass(frozen=True)
class Recorded:
    """A handshake as it went over the wire, and fields of the fact that must come of it."""

    said: Turns
    expected: Fields


@cache
def recorded() -> dict[str, Recorded]:
    """Return handshakes of all kinds."""
    return {**_accepted(), **_with_client_certificates(), **_refused()}


def _accepted() -> dict[str, Recorded]:
    found = {}
    for number, version in ((3, TLSVersion.TLSv1_3), (2, TLSVersion.TLSv1_2)):
        sessions: list[ssl.SSLSession] = []
        pair = contexts(maximum=version)
        name = f"1.{number}"
        full: Fields = {"offered": name, "version": name, "sni": NAME, "complete": True, "alert": None}
        found[f"1.{number}"] = Recorded(shake(*pair, sessions=sessions), {**full, "resumed": False})
        again = shake(*pair, session=sessions[0])
        found[f"1.{number} resumed"] = Recorded(again, {**full, "resumed": True, "certificate": None})
    for number, version in ((0, TLSVersion.TLSv1), (1, TLSVersion.TLSv1_1)):
        said = shake(*contexts(minimum=version, maximum=version))
        expected = {"version": f"1.{number}", "encrypt_then_mac": True, "complete": True, "resumed": False}
        found[f"1.{number}"] = Recorded(said, expected)
    client, server = contexts()
    server.set_ecdh_curve("secp384r1")
    found["retried"] = Recorded(shake(client, server), {"version": "1.3", "retried": True, "complete": True})
    pair = contexts(maximum=TLSVersion.TLSv1_2, ciphers="ECDHE-ECDSA-CHACHA20-POLY1305")
    cipher = "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256"
    found["chosen cipher"] = Recorded(shake(*pair, name=None), {"cipher": cipher, "sni": None, "complete": True})
    return found


def _with_client_certificates() -> dict[str, Recorded]:
    found = {}
    for number, version in ((3, TLSVersion.TLSv1_3), (2, TLSVersion.TLSv1_2)):
        client, server = contexts(maximum=version)
        server.verify_mode = ssl.CERT_REQUIRED
        trust(server, identity("client"))
        expected: Fields = {"complete": False, "alert": "handshake_failure", "alert_from": "server"}
        if number == 3:
            expected = {"complete": True, "alert": None}  # the server's alert comes behind the client's Finished
        found[f"1.{number} without the client's certificate"] = Recorded(shake(client, server), expected)
        load(client, identity("client"))
        found[f"1.{number} with the client's certificate"] = Recorded(shake(client, server), {"complete": True})
    return found


def _refused() -> dict[str, Recorded]:
    found = {}
    for number, version in ((3, TLSVersion.TLSv1_3), (2, TLSVersion.TLSv1_2)):
        expected: Fields = {"version": f"1.{number}", "alert": "unknown_ca", "alert_from": "client", "complete": False}
        found[f"1.{number} unknown CA"] = Recorded(shake(*contexts(trusted=False, maximum=version)), expected)
    old, new = contexts(maximum=TLSVersion.TLSv1_2)[0], contexts(minimum=TLSVersion.TLSv1_3)[1]
    expected = {"offered": "1.2", "version": None, "alert": "protocol_version", "alert_from": "server"}
    found["no common version"] = Recorded(shake(old, new), {**expected, "complete": False, "resumed": None})
    client = contexts(maximum=TLSVersion.TLSv1_2, ciphers="ECDHE-RSA-AES128-GCM-SHA256")[0]
    server = contexts(maximum=TLSVersion.TLSv1_2)[1]
    expected = {"version": None, "alert": "handshake_failure", "alert_from": "server", "complete": False}
    found["no common cipher"] = Recorded(shake(client, server), expected)
    return found


def assert_no_more(found: TlsFact, whole: TlsFact) -> None:
    """Each field says what the whole handshake says, or nothing."""
    for name in TlsFact.__struct_fields__:
        assert getattr(found, name) in (getattr(whole, name), getattr(NOTHING, name)), name
