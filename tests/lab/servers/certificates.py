"""A self-signed certificate per server name, made once per run."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

DAY = datetime.timedelta(days=1)
VALID, EXPIRED = (-1, 30), (-400, -35)
"""Days from today between which a certificate holds."""


def certificate(folder: Path, name: str, more: Sequence[str] = (), days: tuple[int, int] = VALID) -> tuple[Path, Path]:
    """Paths of certificate and key for this host name and others."""
    cert, key = folder / f"{name}.crt", folder / f"{name}.key"
    if not cert.exists():
        secret = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        public = serialization.Encoding.PEM
        cert.write_bytes(signed(secret, (name, *more), days).public_bytes(public))
        unlocked = serialization.NoEncryption()
        key.write_bytes(secret.private_bytes(public, serialization.PrivateFormat.PKCS8, unlocked))
    return cert, key


def signed(secret: rsa.RSAPrivateKey, names: Sequence[str], days: tuple[int, int]) -> x509.Certificate:
    """A certificate for these names, signed by its own key."""
    now = datetime.datetime.now(datetime.UTC)
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])])
    return (
        x509.CertificateBuilder(subject_name=who, issuer_name=who)
        .public_key(secret.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + days[0] * DAY)
        .not_valid_after(now + days[1] * DAY)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name) for name in names]), critical=False)
        .sign(secret, hashes.SHA256())
    )


def names_in(cert: Path) -> tuple[str, ...]:
    """The DNS names of a certificate."""
    told = x509.load_pem_x509_certificate(cert.read_bytes())
    names = told.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return tuple(names.get_values_for_type(x509.DNSName))
