"""A self-signed certificate per server name, made once per run."""

from __future__ import annotations

from pathlib import Path

from tests.lab.namespaces import run


def certificate(folder: Path, name: str) -> tuple[Path, Path]:
    """Paths of certificate and key for this host name."""
    cert, key = folder / f"{name}.crt", folder / f"{name}.key"
    if not cert.exists():
        run(
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-days",
            "30",
            "-subj",
            f"/CN={name}",
            "-addext",
            f"subjectAltName=DNS:{name}",
            "-out",
            str(cert),
            "-keyout",
            str(key),
        )
    return cert, key
